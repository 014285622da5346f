//! Lists accounts and searches them.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use percent_encoding::utf8_percent_encode;
use time::OffsetDateTime;

use super::{
    super::{
        account::password::Confirm,
        form::{Declined, Field, Submit},
        kept::kept,
        loaded::page,
        pager::{page_in, pager},
        when::When,
    },
    head::{Head, Tab},
};
use crate::{
    api::{
        administration::{AccountView, AccountsView, CreateAccountOf, MAX_SEARCH, ON_ONE_PAGE, accounts},
        alias::ENCODED,
        security::ConfirmPassword,
    },
    texts::{shown, text},
};

/// The search and the page in the URL.
#[derive(Clone, PartialEq, Eq)]
struct Query {
    search: String,
    page: u32,
}

impl Query {
    /// Returns the URL of another page of the same search.
    fn url(&self, page: u32) -> String {
        let search = utf8_percent_encode(&self.search, ENCODED);
        format!("{}?q={search}&page={page}", Tab::Accounts.path())
    }
}

#[derive(Clone, Copy)]
struct Actions {
    confirm: ServerAction<ConfirmPassword>,
    create: ServerAction<CreateAccountOf>,
}

#[component]
pub(in crate::ui) fn AccountsPage() -> impl IntoView {
    let actions = Actions {
        confirm: ServerAction::new(),
        create: ServerAction::new(),
    };
    let parameters = use_query_map();
    let query = Memo::new(move |_| {
        parameters.with(|given| Query {
            search: given.get_str("q").unwrap_or_default().trim().to_owned(),
            page: page_in(given),
        })
    });
    let asked = Resource::new(move || query.get(), |Query { search, page }| accounts(search, page));
    page(
        asked,
        text!(administration.accounts.title),
        move |view| view! { <Accounts view query=query.get() actions/> },
    )
}

#[component]
fn Accounts(view: AccountsView, query: Query, actions: Actions) -> impl IntoView {
    let AccountsView {
        accounts,
        found,
        confirmed,
        now,
    } = view;
    view! {
        <Head tab=Tab::Accounts/>
        <form method="get" action=Tab::Accounts.path() class="search" role="search" aria-controls="account-list">
            <label for="q">{text!(administration.accounts.search)}</label>
            <input id="q" name="q" type="search" value=query.search.clone() maxlength=MAX_SEARCH autocomplete="off"/>
            <button type="submit" class="secondary">{text!(administration.accounts.find)}</button>
        </form>
        <div id="account-list">
            <p role="status">{text!(administration.accounts.count, count = found)}</p>
            <ul class="rows accounts">
                {accounts.into_iter().map(|account| view! { <li><Row account now/></li> }).collect_view()}
            </ul>
            {pager(query.page, (found, ON_ONE_PAGE), text!(administration.accounts.pages), |page| query.url(page))}
        </div>
        <section class="card" aria-labelledby="new-account">
            <h2 id="new-account">{text!(administration.accounts.new)}</h2>
            <p>{text!(administration.accounts.new_about)}</p>
            <Declined action=actions.confirm/>
            {match confirmed {
                true => view! { <New action=actions.create/> }.into_any(),
                false => view! { <Confirm action=actions.confirm id="confirm-password"/> }.into_any(),
            }}
        </section>
    }
}

#[component]
fn New(action: ServerAction<CreateAccountOf>) -> impl IntoView {
    view! {
        <ActionForm action=action>
            <Declined action=action/>
            <Field id="email" label=text!(administration.accounts.new_address)>
                <input id="email" name="email" type="email" value=kept(action, "email") autocomplete="off" required/>
            </Field>
            <Submit action=action class="secondary">{text!(administration.accounts.create)}</Submit>
        </ActionForm>
    }
}

#[component]
fn Row(account: AccountView, now: OffsetDateTime) -> impl IntoView {
    let href = format!("{}/{}", Tab::Accounts.path(), account.id);
    let sizes = text!(
        administration.accounts.sizes,
        number = account.id.to_string(),
        aliases = account.aliases,
        messages = account.relayed
    );
    let seen = account.last_seen.map(|at| {
        view! { " · " {shown!(administration.accounts.seen, <when/> = move || view! { <When at now/> })} }
    });
    let mail = account.last_mail.map(|at| {
        view! { " · " {shown!(administration.accounts.last_mail, <when/> = move || view! { <When at now/> })} }
    });
    view! {
        <a class="address" href=href>{account.email.clone()}</a>
        <Badges account/>
        <span class="aside">{sizes} {seen} {mail}</span>
    }
}

/// Everything about an account that is not ordinary.
#[component]
pub(super) fn Badges(account: AccountView) -> impl IntoView {
    let badge = |class, words| view! { <span class=class>{words}</span> " " };
    view! {
        {account.disabled.map(|_| badge("badge bad", text!(administration.accounts.off)))}
        {(!account.verified).then(|| badge("badge warn", text!(administration.accounts.unverified)))}
        {account.administrator.then(|| badge("badge good", text!(administration.accounts.administrator)))}
    }
}
