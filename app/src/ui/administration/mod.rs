//! Shows the pages of administrators. Everybody else gets the page for unknown addresses.

mod account;
mod accounts;
mod checks;
mod delete;
mod invitations;
mod log;

use leptos::prelude::*;
use leptos_meta::Title;

use self::checks::CheckResults;
pub(super) use self::{
    account::AccountPage, accounts::AccountsPage, delete::DeleteAccountOfPage, invitations::Invitations,
    log::OperatorLog,
};
use super::{loaded::page, when::When};
use crate::{
    api::{
        account::SignUpMode,
        administration::{OverviewView, administration},
    },
    texts::text,
};

/// A page that the others link to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tab {
    Overview,
    Accounts,
    Invitations,
    Log,
}

impl Tab {
    const ALL: [Self; 4] = [Self::Overview, Self::Accounts, Self::Invitations, Self::Log];

    fn path(self) -> &'static str {
        match self {
            Self::Overview => "/administration",
            Self::Accounts => "/administration/accounts",
            Self::Invitations => "/administration/invitations",
            Self::Log => "/administration/log",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Overview => text!(administration.title),
            Self::Accounts => text!(administration.accounts.title),
            Self::Invitations => text!(administration.invitations.title),
            Self::Log => text!(administration.log.title),
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Overview => text!(administration.overview),
            other => other.name(),
        }
    }
}

/// The heading of a page, and the links to the others.
#[component]
fn Head(tab: Tab) -> impl IntoView {
    view! {
        <Title text=tab.name()/>
        <h1>{tab.name()}</h1>
        <nav class="tabs apart" aria-label=text!(administration.title)>
            <ul>
                {Tab::ALL
                    .map(|each| {
                        let current = (each == tab).then_some("page");
                        view! { <li><a href=each.path() aria-current=current>{each.label()}</a></li> }
                    })
                    .collect_view()}
            </ul>
        </nav>
    }
}

/// `/administration`: the relay in numbers, and its checks.
#[component]
pub(super) fn Administration() -> impl IntoView {
    let asked = Resource::new(|| (), |()| administration());
    page(
        asked,
        text!(administration.title),
        move |overview| view! { <Overview overview/> },
    )
}

#[component]
fn Overview(overview: OverviewView) -> impl IntoView {
    let OverviewView {
        accounts,
        disabled,
        administrators,
        waiting,
        oldest,
        sign_up,
        checks,
        now,
    } = overview;
    view! {
        <Head tab=Tab::Overview/>
        <section class="card" aria-labelledby="numbers">
            <h2 id="numbers">{text!(administration.numbers)}</h2>
            <dl class="facts">
                <dt>{text!(administration.accounts.title)}</dt>
                <dd>{accounts}</dd>
                <dt>{text!(administration.accounts_off)}</dt>
                <dd>{disabled}</dd>
                <dt>{text!(administration.administrators)}</dt>
                <dd>{administrators}</dd>
                <dt>{text!(administration.sign_up)}</dt>
                <dd>{mode(sign_up)}</dd>
                <dt>{text!(administration.waiting)}</dt>
                <dd>{waiting}</dd>
                {oldest.map(|at| view! {
                    <dt>{text!(administration.oldest)}</dt>
                    <dd><When at now/></dd>
                })}
            </dl>
        </section>
        <CheckResults checks now/>
    }
}

fn mode(sign_up: SignUpMode) -> &'static str {
    match sign_up {
        SignUpMode::Open => text!(administration.sign_up_open),
        SignUpMode::Invite => text!(administration.sign_up_invite),
        SignUpMode::Closed => text!(administration.sign_up_closed),
    }
}
