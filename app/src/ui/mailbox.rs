//! One mailbox on the settings page: what happens to its mail now, its profiles, its kill switch.

use leptos::prelude::*;

use super::{form::Submit, words};
use crate::api::{
    account::{MailboxView, Protection, SetEncryptedRepliesOnly, SetKillSwitch},
    profile::ProfileSummary,
};

#[component]
pub(super) fn Mailbox(
    mailbox: MailboxView,
    kill_switch: ServerAction<SetKillSwitch>,
    encrypted_only: ServerAction<SetEncryptedRepliesOnly>,
) -> impl IntoView {
    let id = mailbox.id;
    let heading = format!("mailbox-{id}");
    let verified = mailbox.protection != Protection::Unverified;
    view! {
        <section class="card" aria-labelledby=heading.clone()>
            <h2 id=heading.clone()>{mailbox.address.to_string()}</h2>
            <Glance protection=mailbox.protection.clone()/>
            {verified.then(|| view! {
                <h3>"Profiles"</h3>
                <Profiles profiles=mailbox.profiles/>
                <p><a class="button primary" href=format!("/relay/{id}/new-profile") aria-describedby=heading.clone()>"New Profile"</a></p>
                <h3>"Kill switch"</h3>
                <ActionForm action=kill_switch>
                    <input type="hidden" name="mailbox" value=id.to_string()/>
                    <p class="choice">
                        <input
                            type="checkbox"
                            id=format!("kill-switch-{id}")
                            name="on"
                            value="true"
                            checked=mailbox.kill_switch
                            aria-describedby=format!("kill-switch-{id}-hint")
                        />
                        <label for=format!("kill-switch-{id}")>"Refuse mail that cannot be sealed"</label>
                    </p>
                    <p class="hint" id=format!("kill-switch-{id}-hint")>
                        "With the switch on, mail is refused while no valid profile is active: its sender is told, and nothing \
                         reaches your provider in the clear. With it off, such mail is relayed as it is. It turns on by itself \
                         with your first active profile."
                    </p>
                    <Submit action=kill_switch class="secondary">"Save kill switch"</Submit>
                </ActionForm>
                <h3>"Replies"</h3>
                <ActionForm action=encrypted_only>
                    <input type="hidden" name="mailbox" value=id.to_string()/>
                    <p class="choice">
                        <input
                            type="checkbox"
                            id=format!("encrypted-only-{id}")
                            name="on"
                            value="true"
                            checked=mailbox.encrypted_replies_only
                            aria-describedby=format!("encrypted-only-{id}-hint")
                        />
                        <label for=format!("encrypted-only-{id}")>"Encrypted replies only"</label>
                    </p>
                    <p class="hint" id=format!("encrypted-only-{id}-hint")>
                        "With the switch on, a reply that your mail app sends unencrypted is refused and goes nowhere."
                    </p>
                    <Submit action=encrypted_only class="secondary">"Save reply setting"</Submit>
                </ActionForm>
            })}
        </section>
    }
}

/// Whether inbound mail is sealed, at one glance.
#[component]
fn Glance(protection: Protection) -> impl IntoView {
    let (class, badge, text) = match &protection {
        Protection::Sealed { days_left } => (
            "glance good",
            "Sealed",
            format!(
                "Every inbound message is signed and encrypted to your key. The active profile: {}.",
                words::days_left(*days_left)
            ),
        ),
        Protection::Refused => (
            "glance warn",
            "Refused",
            "No profile is active, and the kill switch is on: inbound mail is refused.".to_owned(),
        ),
        Protection::Clear => (
            "glance bad",
            "Not sealed",
            "No profile is active: your provider stores inbound mail as it was sent. Make a profile to seal it."
                .to_owned(),
        ),
        Protection::Unverified => (
            "glance warn",
            "Not verified",
            "Nothing is relayed to this mailbox before you enter the code that we mailed.".to_owned(),
        ),
    };
    let unverified = protection == Protection::Unverified;
    view! {
        <p class=class><strong>{badge}</strong> <span>{text}</span></p>
        {unverified.then(|| view! { <p><a class="button primary" href="/verify">"Enter the code"</a></p> })}
    }
}

#[component]
fn Profiles(profiles: Vec<ProfileSummary>) -> impl IntoView {
    if profiles.is_empty() {
        return view! { <p>"None yet. A profile is what mail to this mailbox is sealed with."</p> }.into_any();
    }
    view! {
        <ul class="rows">
            {profiles.into_iter().map(|profile| view! { <li><Row profile/></li> }).collect_view()}
        </ul>
    }
    .into_any()
}

#[component]
fn Row(profile: ProfileSummary) -> impl IntoView {
    view! {
        <a href=format!("/profiles/{}", profile.id)>{format!("{}, profile {}", words::kind(profile.kind), profile.id)}</a>
        <span class=words::state_class(profile.state)>{words::state(profile.state)}</span>
        <span class="aside">
            {words::end(profile.not_after, profile.days_left)}
        </span>
    }
}
