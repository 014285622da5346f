//! Shows "New Profile", the issuance wizard.
//!
//! Its steps are those of the tutorial in the help: mail app, expiration, export, install, trust, activate. Each
//! explains what happens and why.
//!
//! It needs JavaScript, because the browser generates the keys. Everything else on the site works without it.

mod activate;
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
mod steps;
mod strength;
mod trouble;
mod trust;
mod unfinished;
mod wizard;
pub(super) mod wizards;

use std::collections::HashSet;

use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use self::{
    place::Place,
    steps::{Steps, Subjects},
};
use super::loaded::page;
use crate::{
    api::{
        ApiError,
        account::relay,
        mailbox::mailboxes,
        profile::{ProfileView, profile},
    },
    id::{MailboxId, ProfileId},
};

/// The query to the server: a mailbox, the profile to renew, and the profile in the URL.
type Asking = (Option<MailboxId>, Option<ProfileId>, Option<ProfileId>);

#[component]
pub(super) fn NewProfile() -> impl IntoView {
    let parameters = use_params_map();
    let id = move || parameters.with(|parameters| parameters.get_str("mailbox").and_then(|id| id.parse().ok()));
    let query = use_query_map();
    let place = Memo::new(move |_| query.with(Place::of));
    let known_here = StoredValue::new(HashSet::<ProfileId>::new());
    // A profile that this page knows is not loaded again, because the answer would replace a form that the person is
    // filling in.
    let asking = Memo::new(move |before: Option<&Asking>| {
        let Place { renews, profile, .. } = place.get();
        let known = profile.is_none_or(|profile| known_here.with_value(|known| known.contains(&profile)));
        match before {
            Some(before) if known && before.0 == id() && before.1 == renews => *before,
            _ => (id(), renews, profile),
        }
    });
    let asked = Resource::new(
        move || asking.get(),
        |(id, renews, profile): Asking| async move {
            let mailboxes = mailboxes().await?;
            let mailbox = mailboxes.into_iter().find(|mailbox| Some(mailbox.id) == id);
            Ok(Subjects {
                mailbox: mailbox.ok_or(ApiError::NotFound)?,
                relay_domain: relay().await?.domain,
                renewed: look_up(renews).await?,
                profile: look_up(profile).await?,
            })
        },
    );
    page(
        asked,
        "New Profile",
        move |subjects| view! { <Steps subjects place known_here/> },
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
