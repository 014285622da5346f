//! The warning on every page while mail to a mailbox is rejected or forwarded unencrypted, with a link to the remedy.
//!
//! The mailboxes come with the answer that says who is signed in, so no page has to ask for them.

use leptos::prelude::*;

use crate::{
    api::account::{Exposure, Mend, UnsealedMailbox},
    profile::ProfileKind,
};

/// Shows nothing while the mail of every mailbox is encrypted.
#[component]
pub(super) fn Banner(mailboxes: Vec<UnsealedMailbox>) -> impl IntoView {
    (!mailboxes.is_empty()).then(|| {
        view! {
            <section class="banner" aria-label="Mail that is not sealed">
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
    let (class, fate) = match exposure {
        Exposure::Rejected => (
            "notice warn",
            " is rejected: the kill switch is on, and no valid profile is active. ",
        ),
        Exposure::Clear => ("notice bad", " is forwarded unencrypted: no valid profile is active. "),
    };
    let (href, label) = match mend {
        Mend::Activate(profile) => (
            format!("/profiles/{}#activate", profile.id),
            format!("Activate “{}”", profile.name),
        ),
        Mend::Replace(profile, ProfileKind::Smime) => (
            format!("/relay/{mailbox}/new-profile?renew={}", profile.id),
            format!("Replace the expired “{}”", profile.name),
        ),
        Mend::Replace(profile, ProfileKind::Pgp) => (
            format!("/relay/{mailbox}/new-profile/pgp"),
            format!("Replace the expired “{}”", profile.name),
        ),
        Mend::SetUp => (format!("/relay/{mailbox}/new-profile"), "Set up encryption".to_owned()),
    };
    view! {
        <p class=class>
            "Mail to " <strong class="address">{address.to_string()}</strong> {fate}
            <a href=href>{label}</a>
        </p>
    }
}
