//! The warning on every page while mail to a mailbox is rejected or forwarded unencrypted, with a link to the remedy.
//!
//! The mailboxes come with the answer that says who is signed in, so no page has to ask for them.

use leptos::prelude::*;

use crate::{
    api::account::{Exposure, Mend, UnsealedMailbox},
    profile::ProfileKind,
    texts::{shown, text},
};

/// Shows nothing while the mail of every mailbox is encrypted.
#[component]
pub(super) fn Banner(mailboxes: Vec<UnsealedMailbox>) -> impl IntoView {
    (!mailboxes.is_empty()).then(|| {
        view! {
            <section class="banner" aria-label=text!(frame.unsealed)>
                {mailboxes.into_iter().map(|mailbox| view! { <Line mailbox/> }).collect_view()}
            </section>
        }
    })
}

#[component]
fn Line(mailbox: UnsealedMailbox) -> impl IntoView {
    let UnsealedMailbox {
        mailbox,
        address,
        exposure,
        mend,
    } = mailbox;
    let address = address.to_string();
    let (class, fate) = match exposure {
        Exposure::Rejected => (
            "notice warn",
            shown!(frame.rejected, address = address, <b> = <strong class="address"/>).into_any(),
        ),
        Exposure::Clear => (
            "notice bad",
            shown!(frame.clear, address = address, <b> = <strong class="address"/>).into_any(),
        ),
    };
    let (href, label) = match mend {
        Mend::Activate(profile) => (
            format!("/profiles/{}#activate", profile.id),
            text!(frame.activate, name = profile.name),
        ),
        Mend::Replace(profile, ProfileKind::Smime) => (
            format!("/relay/{mailbox}/new-profile?renew={}", profile.id),
            text!(frame.replace, name = profile.name),
        ),
        Mend::Replace(profile, ProfileKind::Pgp) => (
            format!("/relay/{mailbox}/new-profile/pgp"),
            text!(frame.replace, name = profile.name),
        ),
        Mend::SetUp => (format!("/relay/{mailbox}/new-profile"), text!(frame.set_up).to_owned()),
    };
    view! {
        <p class=class>
            {fate} " " <a href=href>{label}</a>
        </p>
    }
}
