//! Shows the relay in numbers, and its checks.

use leptos::prelude::*;

use super::{
    super::{loaded::page, when::When},
    checks::CheckResults,
    head::{Head, Tab},
    sign_up_mode::name_of,
};
use crate::{
    api::administration::{OverviewView, administration},
    texts::text,
};

/// `/administration`: the relay in numbers, and its checks.
#[component]
pub(in crate::ui) fn Administration() -> impl IntoView {
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
        provider,
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
                <dd>{name_of(sign_up)}</dd>
                {provider.map(|(name, mode)| view! {
                    <dt>{text!(administration.sign_up_at, name = name)}</dt>
                    <dd>{name_of(mode)}</dd>
                })}
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
