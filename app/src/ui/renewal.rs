//! Offers the renewal of a profile, and explains what happens to the previous one.

use leptos::prelude::*;

use super::words;
use crate::{
    api::profile::{ProfileSummary, ProfileView},
    id::MailboxId,
    profile::{ProfileKind, ProfileState, RENEWAL_DAYS},
    texts::{shown, text},
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
        let still = (summary.state != ProfileState::Expired)
            .then(|| text!(frame.renewal.still_opens, date = words::date(summary.not_after)));
        let href = format!("/profiles/{}", successor.id);
        let replaced = shown!(
            frame.renewal.replaced,
            name = successor.name,
            <a> = move |children: leptos::children::ChildrenFn| view! { <a href=href.clone()>{children()}</a> },
        );
        return view! { <p class="notice">{replaced} " " {still}</p> }.into_any();
    }
    let near = is_near(&summary);
    let class = match near || summary.state == ProfileState::Expired {
        true => "button primary",
        false => "button",
    };
    let how = match summary.kind {
        ProfileKind::Smime => text!(frame.renewal.smime),
        ProfileKind::Pgp => text!(frame.renewal.pgp),
    };
    let soon = text!(frame.renewal.soon, left = words::days_left(summary.days_left));
    view! {
        <h2>{text!(frame.renewal.title)}</h2>
        {near.then(|| view! { <p class="notice warn">{soon}</p> })}
        <p>{how}</p>
        <p><a class=class href=successor(view.mailbox_id, &summary)>{text!(frame.renewal.title)}</a></p>
    }
    .into_any()
}
