//! Shows "New Profile", the issuance wizard.
//!
//! Its steps are those of the tutorial in the help: mail app, expiration, export, install, trust, activate. Each
//! explains what happens and why.
//!
//! It needs JavaScript, because the browser generates the keys. Everything else on the site works without it. So it has
//! a program of its own, which no other page loads.

mod activate;
mod custody;
pub(super) mod device;
mod discard;
mod expiration;
mod export;
mod install;
mod key_gone;
mod mail_app;
mod navigation;
mod place;
mod program;
mod progress;
mod renewal;
mod route;
#[cfg(feature = "csr")]
mod start;
mod steps;
mod strength;
mod trouble;
mod trust;
mod unfinished;
mod wizard;
mod wizards;

#[cfg(feature = "csr")]
pub(super) use self::start::start;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{
    components::Redirect,
    hooks::{use_location, use_params_map},
};

use self::{
    place::Place,
    steps::{Issuance, Subjects},
};
use super::loaded::page;
use crate::{
    api::{
        ApiError,
        account::relay,
        mailbox::{Protection, mailboxes},
        profile::{ProfileView, profile},
    },
    id::{MailboxId, ProfileId},
    pki::name::Subject,
    profile::ProfileKind,
    texts::{shown, text},
};

#[component]
pub(super) fn NewProfile() -> impl IntoView {
    let parameters = use_params_map();
    let id = move || parameters.with(|parameters| parameters.get_str("mailbox").and_then(|id| id.parse().ok()));
    let query = use_location().search;
    let place = move || Place::of(&query.get());
    let asked = Resource::new(
        move || (id(), place().renews, place().profile),
        |(id, renews, profile): (Option<MailboxId>, _, _)| async move {
            let mailboxes = mailboxes().await?;
            let mailbox = mailboxes.into_iter().find(|mailbox| Some(mailbox.id) == id);
            let mailbox = mailbox.ok_or(ApiError::NotFound)?;
            Ok(Subjects {
                subject: Subject {
                    mailbox: mailbox.address.clone(),
                    relay_domain: relay().await?.domain,
                },
                mailbox,
                renewed: look_up(renews).await?,
                profile: look_up(profile).await?,
            })
        },
    );
    page(
        asked,
        text!(wizard.title),
        move |subjects| view! { <Page subjects query=query.get_untracked()/> },
    )
}

/// Returns a profile, or `None` if it does not exist or was deleted.
async fn look_up(id: Option<ProfileId>) -> Result<Option<ProfileView>, ApiError> {
    let Some(id) = id else { return Ok(None) };
    match profile(id).await {
        Ok(view) => Ok(Some(view)),
        Err(ApiError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

#[component]
fn Page(subjects: Subjects, query: String) -> impl IntoView {
    let title = match Place::of(&query).renews {
        Some(_) => text!(wizard.title_renewal),
        None => text!(wizard.title),
    };
    let address = subjects.mailbox.address.to_string();
    let body = match (&subjects.profile, subjects.mailbox.protection == Protection::Unverified) {
        (_, true) => view! {
            <p class="notice bad">{text!(wizard.unverified)} " " <a href="/verify">{text!(wizard.enter_code)}</a></p>
        }
        .into_any(),
        // The person already has its key, so the wizard has no step for it.
        (Some(view), false) if view.summary.kind == ProfileKind::Pgp => {
            view! { <Redirect path=format!("/profiles/{}", view.summary.id)/> }.into_any()
        }
        (_, false) => {
            // The program renders the same from the same data.
            let data = serde_json::to_string(&subjects).unwrap_or_default();
            view! { <div data-wizard=data><Issuance subjects query/></div> }.into_any()
        }
    };
    view! {
        <Title text=title/>
        <h1>{title}</h1>
        <p class="aside">
            {shown!(wizard.for_mailbox, address = address, <b> = <span/>)} " · " <a href="/relay">{text!(wizard.relay_settings)}</a>
        </p>
        {body}
    }
}
