//! Offers the renewal of a profile, and explains what happens to the previous one.

use leptos::prelude::*;

use super::words;
use crate::{
    api::profile::{ProfileSummary, ProfileView},
    id::MailboxId,
    profile::{ProfileKind, ProfileState, RENEWAL_DAYS},
};

/// Returns the URL that creates the next profile, by the wizard with the same choices or from a key that is submitted
/// again.
pub(super) fn successor(mailbox: MailboxId, profile: &ProfileSummary) -> String {
    match profile.kind {
        ProfileKind::Smime => format!("/relay/{mailbox}/new-profile?renew={}", profile.id),
        ProfileKind::Pgp => format!("/relay/{mailbox}/new-profile/pgp"),
    }
}

/// Whether a profile is active and expires so soon that its renewal is offered everywhere.
pub(super) fn is_near(profile: &ProfileSummary) -> bool {
    profile.state == ProfileState::Active && profile.days_left <= RENEWAL_DAYS
}

/// On a profile's page, offers the next profile or explains what this one is still used for.
#[component]
pub(super) fn Renewal(view: ProfileView) -> impl IntoView {
    let summary = view.summary;
    if let Some(successor) = view.successor {
        let still = (summary.state != ProfileState::Expired).then(|| {
            format!(
                "It still opens answers to older mail until {}; delete it when your mail apps no longer use it.",
                words::date(summary.not_after)
            )
        });
        return view! {
            <p class="notice">
                <a href=format!("/profiles/{}", successor.id)>{successor.name}</a>
                " has taken its place. "
                {still}
            </p>
        }
        .into_any();
    }
    let near = is_near(&summary);
    let class = match near || summary.state == ProfileState::Expired {
        true => "button primary",
        false => "button",
    };
    let how = match summary.kind {
        ProfileKind::Smime => "A new profile with the same choices takes its place.",
        ProfileKind::Pgp => {
            "Extend your key's expiration in your mail app, or make a new key, and submit the public key again: a new profile \
             takes the place of this one."
        }
    };
    let soon = format!("It ends soon: {}.", words::days_left(summary.days_left));
    view! {
        <h2>"Renew"</h2>
        {near.then(|| view! { <p class="notice warn">{soon}</p> })}
        <p>
            {how} " Nothing is interrupted: this one stays as it is until you activate the new one, and then still opens answers to \
             older mail until its end."
        </p>
        <p><a class=class href=successor(view.mailbox_id, &summary)>"Renew"</a></p>
    }
    .into_any()
}
