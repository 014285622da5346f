//! Shows one account, and what an administrator can do with it.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use time::OffsetDateTime;

use super::{
    super::{
        account::password::Confirm,
        copy::CopyText,
        form::{Declined, Submit},
        loaded::page,
        when::When,
        words,
    },
    accounts::Badges,
    head::Tab,
    limits::Limits,
};
use crate::{
    api::{
        ApiError,
        administration::{
            AccountDetail, AccountView, MakeResetCode, ResetSecondFactor, SetAccountAdministrator, SetAccountEnabled,
            SetAccountLimits, account_of,
        },
        security::ConfirmPassword,
        waiting::DropMessagesOf,
    },
    id::AccountId,
    texts::{shown, text},
};

/// The actions of the page.
#[derive(Clone, Copy)]
struct Actions {
    confirm: ServerAction<ConfirmPassword>,
    enable: ServerAction<SetAccountEnabled>,
    role: ServerAction<SetAccountAdministrator>,
    code: ServerAction<MakeResetCode>,
    second_factor: ServerAction<ResetSecondFactor>,
    limits: ServerAction<SetAccountLimits>,
    queue: ServerAction<DropMessagesOf>,
}

/// The account in the URL of the page.
pub(super) fn named() -> Option<AccountId> {
    use_params_map().with(|parameters| parameters.get_str("account").and_then(|id| id.parse().ok()))
}

#[component]
pub(in crate::ui) fn AccountPage() -> impl IntoView {
    let actions = Actions {
        confirm: ServerAction::new(),
        enable: ServerAction::new(),
        role: ServerAction::new(),
        code: ServerAction::new(),
        second_factor: ServerAction::new(),
        limits: ServerAction::new(),
        queue: ServerAction::new(),
    };
    let asked = Resource::new(named, |account: Option<AccountId>| async move {
        account_of(account.ok_or(ApiError::NotFound)?).await
    });
    page(
        asked,
        text!(administration.account.title),
        move |detail| view! { <Detail detail actions/> },
    )
}

#[component]
fn Detail(detail: AccountDetail, actions: Actions) -> impl IntoView {
    let AccountDetail {
        account,
        limits,
        relay_limits,
        own,
        confirmed,
        local_sign_in,
        code,
        code_page,
        code_hours,
        now,
    } = detail;
    let own_account = own.then(|| {
        view! {
            <p class="notice">{shown!(administration.account.own, <a> = <a href="/account"/>)}</p>
        }
    });
    let changes = match (own, confirmed) {
        (_, false) => view! {
            <section class="card" aria-labelledby="confirm">
                <h2 id="confirm">{text!(administration.account.change)}</h2>
                <Confirm action=actions.confirm id="confirm-password"/>
            </section>
        }
        .into_any(),
        (own, true) => view! {
            <Limits account=account.clone() limits relay=relay_limits action=actions.limits/>
            {(!own).then(|| view! { <Changes account=account.clone() local_sign_in actions/> })}
        }
        .into_any(),
    };
    view! {
        <Title text=words::title(&account.email)/>
        <h1 class="address">{account.email.clone()}</h1>
        <p class="aside"><a href=Tab::Accounts.path()>{text!(administration.account.all)}</a></p>
        <Declined action=actions.confirm/>
        <Declined action=actions.enable/>
        <Declined action=actions.role/>
        <Declined action=actions.code/>
        <Declined action=actions.second_factor/>
        <Declined action=actions.queue/>
        {code.map(|code| view! { <Code code page=code_page hours=code_hours/> })}
        <Facts account=account.clone() now/>
        {own_account}
        {changes}
    }
}

#[component]
fn Facts(account: AccountView, now: OffsetDateTime) -> impl IntoView {
    let when = move |at: Option<OffsetDateTime>| match at {
        Some(at) => view! { <When at now/> }.into_any(),
        None => text!(administration.account.never).into_any(),
    };
    let second = match account.second_factor {
        true => text!(administration.account.yes),
        false => text!(administration.account.no),
    };
    let ordinary = account.disabled.is_none() && account.verified && !account.administrator;
    view! {
        <section class="card" aria-labelledby="facts">
            <h2 id="facts">{text!(administration.account.facts)}</h2>
            <dl class="facts">
                <dt>{text!(administration.account.number)}</dt>
                <dd>{account.id.to_string()}</dd>
                <dt>{text!(administration.account.state)}</dt>
                <dd>
                    {ordinary.then(|| text!(administration.account.on))}
                    <Badges account=account.clone()/>
                </dd>
                <dt>{text!(administration.account.created)}</dt>
                <dd>{when(Some(account.created))}</dd>
                <dt>{text!(administration.account.last_seen)}</dt>
                <dd>{when(account.last_seen)}</dd>
                <dt>{text!(administration.account.second_factor)}</dt>
                <dd>{second}</dd>
                <dt>{text!(administration.account.mailboxes)}</dt>
                <dd>{account.mailboxes}</dd>
                <dt>{text!(administration.account.aliases)}</dt>
                <dd>{account.aliases}</dd>
                <dt>{text!(administration.account.messages)}</dt>
                <dd>{account.relayed}</dd>
                <dt>{text!(administration.account.last_mail)}</dt>
                <dd>{when(account.last_mail)}</dd>
            </dl>
        </section>
    }
}

/// Shows a new code for the only time.
#[component]
fn Code(code: String, page: String, hours: i64) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="code" role="status">
            <h2 id="code">{text!(administration.account.code_title)}</h2>
            <p><code class="secret">{code.clone()}</code></p>
            <p class="actions"><CopyText text=code what=text!(administration.account.the_code)/></p>
            <p>{shown!(administration.account.code_use, page = page, hours = hours, <b> = <strong class="address"/>)}</p>
        </section>
    }
}

#[component]
fn Changes(account: AccountView, local_sign_in: bool, actions: Actions) -> impl IntoView {
    let id = account.id;
    let off = account.disabled.is_some();
    let (about_state, turn) = match off {
        true => (
            text!(administration.account.enable_about),
            text!(administration.account.enable),
        ),
        false => (
            text!(administration.account.disable_about),
            text!(administration.account.disable),
        ),
    };
    let role = match account.administrator {
        true => text!(administration.account.remove_role),
        false => text!(administration.account.give_role),
    };
    // Somebody else may read the mail of an address that nobody has verified.
    let may_have_role = account.verified || account.administrator;
    view! {
        // Nobody could use a code for a password.
        {local_sign_in.then(|| view! {
            <section class="card" aria-labelledby="password">
                <h2 id="password">{text!(administration.account.password)}</h2>
                <p>{text!(administration.account.password_about)}</p>
                <ActionForm action=actions.code>
                    <input type="hidden" name="account" value=id.to_string()/>
                    <Submit action=actions.code class="secondary">{text!(administration.account.make_code)}</Submit>
                </ActionForm>
            </section>
        })}
        <section class="card" aria-labelledby="second">
            <h2 id="second">{text!(administration.account.second_factor)}</h2>
            <p>{text!(administration.account.second_about)}</p>
            <ActionForm action=actions.second_factor>
                <input type="hidden" name="account" value=id.to_string()/>
                <Submit action=actions.second_factor class="secondary">{text!(administration.account.second_reset)}</Submit>
            </ActionForm>
        </section>
        <section class="card" aria-labelledby="role">
            <h2 id="role">{text!(administration.account.role)}</h2>
            <p>{text!(administration.account.role_about)}</p>
            {may_have_role.then(|| view! {
                <ActionForm action=actions.role>
                    <input type="hidden" name="account" value=id.to_string()/>
                    <input type="hidden" name="on" value=(!account.administrator).to_string()/>
                    <Submit action=actions.role class="secondary">{role}</Submit>
                </ActionForm>
            })}
        </section>
        <section class="card" aria-labelledby="state">
            <h2 id="state">{text!(administration.account.on_off)}</h2>
            <p>{about_state}</p>
            <ActionForm action=actions.enable>
                <input type="hidden" name="account" value=id.to_string()/>
                <input type="hidden" name="on" value=off.to_string()/>
                <Submit action=actions.enable class="secondary">{turn}</Submit>
            </ActionForm>
        </section>
        <section class="card danger" aria-labelledby="queue">
            <h2 id="queue">{text!(administration.queue.of_this)}</h2>
            <p>{text!(administration.queue.of_this_about)}</p>
            <details>
                <summary>{text!(administration.queue.delete)}</summary>
                <ActionForm action=actions.queue>
                    <input type="hidden" name="account" value=id.to_string()/>
                    <Submit action=actions.queue class="danger">{text!(administration.queue.delete_of_this)}</Submit>
                </ActionForm>
            </details>
        </section>
        <section class="card danger" aria-labelledby="delete">
            <h2 id="delete">{text!(administration.delete.title)}</h2>
            <p>{text!(administration.delete.about)}</p>
            <p><a class="button danger" href=format!("/administration/accounts/{id}/delete")>{text!(administration.delete.open)}</a></p>
        </section>
    }
}
