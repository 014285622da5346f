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
    texts::{shown, text},
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
        text!(profile.pgp.title),
        move |mailbox| view! { <Steps mailbox submit/> },
    )
}

#[component]
fn Steps(mailbox: MailboxView, submit: ServerAction<SubmitPgpKey>) -> impl IntoView {
    let address = mailbox.address.to_string();
    let unverified = mailbox.protection == Protection::Unverified;
    let query = use_query_map();
    let device = Memo::new(move |_| query.with(|query| query.get_str("app").and_then(Device::from_key)));
    let back = format!("/relay/{}/new-profile", mailbox.id);
    let back = move || match device.get() {
        Some(device) => format!("{back}?step=app&app={}", device.key()),
        None => back.clone(),
    };
    view! {
        <Title text=text!(profile.pgp.title)/>
        <h1>{text!(profile.pgp.title)}</h1>
        <p class="aside">
            {shown!(profile.pgp.for_mailbox, address = address.clone(), <span> = <span/>, <a> = <a href="/relay"/>)}
        </p>
        {match unverified {
            true => view! {
                <p class="notice bad">{shown!(profile.pgp.unverified, <a> = <a href="/verify"/>)}</p>
            }
            .into_any(),
            false => view! {
                <StepNow number=2 of=3 name=text!(profile.pgp.step_submit).to_owned()/>
                <ol class="steps" aria-label=text!(profile.pgp.steps)>
                    <li class="done"><a href=back><span>{text!(profile.pgp.step_app)}</span></a></li>
                    <li aria-current="step"><span>{text!(profile.pgp.step_submit)}</span></li>
                    <li><span>{text!(profile.pgp.step_test)}</span></li>
                </ol>
                <Export address device=device.into()/>
                <Submission mailbox=mailbox.id device=device.get() submit/>
            }
            .into_any(),
        }}
    }
}
