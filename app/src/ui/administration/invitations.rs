//! Makes invitations, and lists and revokes open ones.

use leptos::prelude::*;
use time::OffsetDateTime;

use super::{
    super::{
        account::password::Confirm,
        copy::CopyText,
        form::{Declined, Submit},
        loaded::page,
        when::When,
    },
    head::{Head, Tab},
};
use crate::{
    api::{
        account::SignUpMode,
        administration::{
            CreateInvitation, InvitationView, InvitationsView, RevokeInvitation, invitations as open_invitations,
        },
        security::ConfirmPassword,
    },
    texts::{shown, text},
};

#[derive(Clone, Copy)]
struct Actions {
    confirm: ServerAction<ConfirmPassword>,
    create: ServerAction<CreateInvitation>,
    revoke: ServerAction<RevokeInvitation>,
}

#[component]
pub(in crate::ui) fn Invitations() -> impl IntoView {
    let actions = Actions {
        confirm: ServerAction::new(),
        create: ServerAction::new(),
        revoke: ServerAction::new(),
    };
    let asked = Resource::new(|| (), |()| open_invitations());
    page(
        asked,
        text!(administration.invitations.title),
        move |view| view! { <Page view actions/> },
    )
}

#[component]
fn Page(view: InvitationsView, actions: Actions) -> impl IntoView {
    let InvitationsView {
        open,
        made,
        sign_up_page,
        days,
        sign_up,
        confirmed,
        now,
    } = view;
    let needless = match sign_up {
        SignUpMode::Invite => None,
        SignUpMode::Open => Some(text!(administration.invitations.needless_open).into_any()),
        SignUpMode::Closed => {
            Some(shown!(administration.invitations.needless_closed, <a> = <a href=Tab::Settings.path()/>).into_any())
        }
    };
    let make = match confirmed {
        true => view! {
            <ActionForm action=actions.create>
                <Submit action=actions.create>{text!(administration.invitations.make)}</Submit>
            </ActionForm>
        }
        .into_any(),
        false => view! { <Confirm action=actions.confirm id="confirm-password"/> }.into_any(),
    };
    let none = open.is_empty();
    view! {
        <Head tab=Tab::Invitations/>
        <Declined action=actions.confirm/>
        <Declined action=actions.create/>
        <Declined action=actions.revoke/>
        {needless.map(|words| view! { <p class="notice warn">{words}</p> })}
        {made.map(|code| view! { <Made code page=sign_up_page days/> })}
        <section class="card" aria-labelledby="new-invitation">
            <h2 id="new-invitation">{text!(administration.invitations.new)}</h2>
            <p>{text!(administration.invitations.about, days = days)}</p>
            {make}
        </section>
        <section class="card" aria-labelledby="open">
            <h2 id="open">{text!(administration.invitations.open)}</h2>
            {none.then(|| view! { <p>{text!(administration.invitations.none)}</p> })}
            <ul class="rows">
                {open
                    .into_iter()
                    .map(|invitation| view! { <li><Row invitation now confirmed revoke=actions.revoke/></li> })
                    .collect_view()}
            </ul>
        </section>
    }
}

/// Shows a new code for the only time.
#[component]
fn Made(code: String, page: String, days: i64) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="made" role="status">
            <h2 id="made">{text!(administration.invitations.made)}</h2>
            <p>{text!(administration.invitations.copy_now)}</p>
            <p><code class="secret">{code.clone()}</code></p>
            <p class="actions"><CopyText text=code what=text!(administration.invitations.the_code)/></p>
            <p>{shown!(administration.invitations.use_it, page = page, days = days, <b> = <strong class="address"/>)}</p>
        </section>
    }
}

#[component]
fn Row(
    invitation: InvitationView,
    now: OffsetDateTime,
    confirmed: bool,
    revoke: ServerAction<RevokeInvitation>,
) -> impl IntoView {
    let InvitationView { name, expires } = invitation;
    let name = name.to_string();
    let id = format!("invitation-{name}");
    view! {
        <code id=id.clone()>{name.clone()}</code>
        <span class="aside">
            {shown!(administration.invitations.expires, <when/> = move || view! { <When at=expires now/> })}
        </span>
        {confirmed.then(|| view! {
            <ActionForm action=revoke>
                <input type="hidden" name="invitation" value=name/>
                <button type="submit" class="secondary" aria-describedby=id>{text!(administration.invitations.revoke)}</button>
            </ActionForm>
        })}
    }
}
