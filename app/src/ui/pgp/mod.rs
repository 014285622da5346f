//! Shows "New Profile" for PGP: export the public key from the mail app, submit it, and activate the profile on its
//! page.
//!
//! It works without JavaScript. With it, the browser reads a file and detects a private key before it sends anything.

mod export;
mod file;
mod guard;
mod keys;
mod submit;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

pub(super) use self::keys::PgpKeys;
use self::{export::Export, submit::Submission};
use super::{issue::device::Device, loaded::page, parts::StepNow};
use crate::{
    api::{
        ApiError,
        mailbox::{MailboxView, Protection, mailboxes},
        pgp::SubmitPgpKey,
    },
    id::MailboxId,
};

#[component]
pub(super) fn NewPgpProfile() -> impl IntoView {
    let submit = ServerAction::<SubmitPgpKey>::new();
    let parameters = use_params_map();
    let id = move || parameters.with(|parameters| parameters.get_str("mailbox").and_then(|id| id.parse().ok()));
    let asked = Resource::new(id, |id: Option<MailboxId>| async move {
        let mailbox = mailboxes().await?.into_iter().find(|mailbox| Some(mailbox.id) == id);
        mailbox.ok_or(ApiError::NotFound)
    });
    page(
        asked,
        "New PGP profile",
        move |mailbox| view! { <Steps mailbox submit/> },
    )
}

#[component]
fn Steps(mailbox: MailboxView, submit: ServerAction<SubmitPgpKey>) -> impl IntoView {
    let unverified = mailbox.protection == Protection::Unverified;
    let query = use_query_map();
    let device = Memo::new(move |_| query.with(|query| query.get_str("app").and_then(Device::from_key)));
    let back = format!("/relay/{}/new-profile", mailbox.id);
    let back = move || match device.get() {
        Some(device) => format!("{back}?step=app&app={}", device.key()),
        None => back.clone(),
    };
    view! {
        <Title text="New PGP profile"/>
        <h1>"New PGP profile"</h1>
        <p class="aside">"for " <span>{mailbox.address.to_string()}</span> " · " <a href="/relay">"Mail Relay Settings"</a></p>
        {match unverified {
            true => view! {
                <p class="notice bad">"This mailbox is not verified yet. " <a href="/verify">"Enter the code"</a></p>
            }
            .into_any(),
            false => view! {
                <StepNow number=2 of=3 name="Export and Submit".to_owned()/>
                <ol class="steps" aria-label="Steps">
                    <li class="done"><a href=back><span>"Mail app"</span></a></li>
                    <li aria-current="step"><span>"Export and Submit"</span></li>
                    <li><span>"Test and Activate"</span></li>
                </ol>
                <Export address=mailbox.address.to_string() device=device.into()/>
                <Submission mailbox=mailbox.id device=device.get() submit/>
            }
            .into_any(),
        }}
    }
}
