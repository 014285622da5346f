//! Shows a mailbox on the settings page: whether its mail is encrypted, its profiles, and its switches.

use leptos::prelude::*;

use super::{parts::Switch, renewal, words};
use crate::{
    api::{
        mailbox::{
            MailboxView, Protection, SetDefaultMailbox, SetEncryptedRepliesOnly, SetKillSwitch, SetRelayedRecipients,
            SetSignedRepliesOnly,
        },
        profile::ProfileSummary,
    },
    id::MailboxId,
    profile::ProfileState,
};

/// The actions of a mailbox on the settings page.
#[derive(Clone, Copy)]
pub(super) struct Actions {
    pub kill_switch: ServerAction<SetKillSwitch>,
    pub encrypted_only: ServerAction<SetEncryptedRepliesOnly>,
    pub signed_only: ServerAction<SetSignedRepliesOnly>,
    pub relayed_recipients: ServerAction<SetRelayedRecipients>,
    pub default: ServerAction<SetDefaultMailbox>,
}

/// `several` tells whether there is another verified mailbox, so that there is a choice.
#[component]
pub(super) fn Mailbox(mailbox: MailboxView, several: bool, actions: Actions) -> impl IntoView {
    let id = mailbox.id;
    let heading = format!("mailbox-{id}");
    let verified = mailbox.protection != Protection::Unverified;
    let can_be_default = several && verified && !mailbox.default;
    view! {
        <section class="card" aria-labelledby=heading.clone()>
            <div class="mailbox-head">
                <h2 id=heading.clone()>{mailbox.address.to_string()}</h2>
                {(several && mailbox.default).then(|| view! {
                    <span class="badge" title="New aliases deliver here unless you choose another mailbox.">"Default"</span>
                })}
            </div>
            <Glance mailbox=mailbox.clone()/>
            {verified.then(|| view! { <Details mailbox heading=heading.clone() actions/> })}
            <div class="actions foot">
                {can_be_default.then(|| view! { <Default id action=actions.default heading=heading.clone()/> })}
                <a href=format!("/relay/{id}/delete") aria-describedby=heading.clone()>"Delete this mailbox…"</a>
            </div>
        </section>
    }
}

/// The profiles and the switches of a verified mailbox.
#[component]
fn Details(mailbox: MailboxView, heading: String, actions: Actions) -> impl IntoView {
    let id = mailbox.id;
    let sealed = matches!(mailbox.protection, Protection::Sealed { .. });
    let new_profile = if sealed { "button" } else { "button primary" };
    view! {
        <div class="section-head">
            <h3>"Profiles"</h3>
            <a class=new_profile href=format!("/relay/{id}/new-profile") aria-describedby=heading>"New Profile"</a>
        </div>
        <Profiles mailbox=id profiles=mailbox.profiles/>
        <h3>"Settings"</h3>
        <ActionForm action=actions.kill_switch>
            <input type="hidden" name="mailbox" value=id.to_string()/>
            <Switch id=format!("kill-switch-{id}") on=mailbox.kill_switch label="Kill switch" hint=kill_switch(mailbox.kill_switch)/>
        </ActionForm>
        <ActionForm action=actions.encrypted_only>
            <input type="hidden" name="mailbox" value=id.to_string()/>
            <Switch
                id=format!("encrypted-only-{id}")
                on=mailbox.encrypted_replies_only
                label="Encrypted replies only"
                hint="A reply that your mail app sends unencrypted is rejected."
            />
        </ActionForm>
        <ActionForm action=actions.signed_only>
            <input type="hidden" name="mailbox" value=id.to_string()/>
            <Switch
                id=format!("signed-only-{id}")
                on=mailbox.signed_replies_only
                label="Signed replies only"
                hint="A reply without your own signature is rejected, even if your provider vouches for it. Your mail app must sign \
                      every reply."
            />
        </ActionForm>
        <ActionForm action=actions.relayed_recipients>
            <input type="hidden" name="mailbox" value=id.to_string()/>
            <Switch
                id=format!("relayed-recipients-{id}")
                on=mailbox.relayed_recipients
                label="Relay addresses for other recipients"
                hint="“Reply to all” then reaches the people in To and Cc from your alias. Up to 30 of a message become contacts of \
                      the alias."
            />
        </ActionForm>
    }
}

/// Returns what the kill switch does now, and what the other position would do.
fn kill_switch(on: bool) -> &'static str {
    match on {
        true => {
            "Mail that can't be encrypted is rejected, and its sender is told. If you turn this off, such mail is forwarded \
             unencrypted, and your provider can read it."
        }
        false => {
            "Mail that can't be encrypted is forwarded unencrypted, and your provider can read it. If you turn this on, such mail \
             is rejected. It turns on by itself with your first active profile."
        }
    }
}

/// The button that makes a mailbox the one for new aliases.
#[component]
fn Default(id: MailboxId, action: ServerAction<SetDefaultMailbox>, heading: String) -> impl IntoView {
    view! {
        <ActionForm action=action>
            <input type="hidden" name="mailbox" value=id.to_string()/>
            <button type="submit" class="secondary" aria-describedby=heading>"Make default"</button>
        </ActionForm>
    }
}

/// Shows at a glance whether inbound mail is encrypted, until when, and what happens otherwise.
#[component]
fn Glance(mailbox: MailboxView) -> impl IntoView {
    let active = mailbox
        .profiles
        .iter()
        .find(|profile| profile.state == ProfileState::Active);
    let end = active.map(|active| words::end(active.not_after, active.days_left));
    let otherwise = match mailbox.kill_switch {
        true => "After that, mail is rejected (kill switch on).",
        false => "After that, mail is forwarded unencrypted (kill switch off).",
    };
    let (class, badge, text) = match (&mailbox.protection, end) {
        (Protection::Sealed { .. }, Some(end)) if end.starts_with("until") => {
            ("good", "Encrypted", format!("{end}. {otherwise}"))
        }
        (Protection::Sealed { .. }, _) => ("good", "Encrypted", "The active profile does not expire.".to_owned()),
        (Protection::Refused, _) => (
            "warn",
            "Rejected",
            "No valid profile is active, so mail to this mailbox is rejected (kill switch on).".to_owned(),
        ),
        (Protection::Clear, _) => (
            "bad",
            "Not encrypted",
            "No valid profile is active, so mail to this mailbox is forwarded unencrypted (kill switch off)."
                .to_owned(),
        ),
        (Protection::Unverified, _) => (
            "warn",
            "Not confirmed",
            "We don't forward any mail until you enter the code that we sent to this address.".to_owned(),
        ),
    };
    let unverified = mailbox.protection == Protection::Unverified;
    view! {
        <p class="protection"><strong class=format!("badge {class}")>{badge}</strong> <span>{text}</span></p>
        {unverified.then(|| view! { <p><a class="button primary" href="/verify">"Enter the code"</a></p> })}
    }
}

#[component]
fn Profiles(mailbox: MailboxId, profiles: Vec<ProfileSummary>) -> impl IntoView {
    if profiles.is_empty() {
        return view! { <p class="aside">"No encryption set up yet. Create a profile to encrypt mail to this mailbox."</p> }
            .into_any();
    }
    view! {
        <ul class="rows profiles">
            {profiles.into_iter().map(|profile| view! { <li><Row mailbox profile/></li> }).collect_view()}
        </ul>
    }
    .into_any()
}

#[component]
fn Row(mailbox: MailboxId, profile: ProfileSummary) -> impl IntoView {
    let renew = renewal::is_near(&profile).then(|| {
        let name = format!("Renew {}", profile.name);
        view! { <a class="button" href=renewal::successor(mailbox, &profile) aria-label=name>"Renew"</a> }
    });
    view! {
        <a href=format!("/profiles/{}", profile.id)>{profile.name.clone()}</a>
        <span class=words::state_class(profile.state)>{words::state(profile.state)}</span>
        <span class="aside">{words::end(profile.not_after, profile.days_left)}</span>
        {renew}
    }
}
