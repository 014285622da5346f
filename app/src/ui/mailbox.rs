//! Shows a mailbox on the settings page: what happens to its mail now, its profiles, its switches.

use leptos::prelude::*;

use super::{
    form::{Choice, Submit},
    renewal, words,
};
use crate::{
    api::{
        mailbox::{
            MailboxView, Protection, SetDefaultMailbox, SetEncryptedRepliesOnly, SetKillSwitch, SetRelayedRecipients,
            SetSignedRepliesOnly,
        },
        profile::ProfileSummary,
    },
    id::MailboxId,
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
    let default = (several && verified)
        .then(|| view! { <Default id default=mailbox.default action=actions.default heading=heading.clone()/> });
    view! {
        <section class="card" aria-labelledby=heading.clone()>
            <h2 id=heading.clone()>{mailbox.address.to_string()}</h2>
            {default}
            <Glance protection=mailbox.protection.clone()/>
            {verified.then(|| view! {
                <h3>"Profiles"</h3>
                <Profiles mailbox=id profiles=mailbox.profiles/>
                <p><a class="button primary" href=format!("/relay/{id}/new-profile") aria-describedby=heading.clone()>"New Profile"</a></p>
                <h3>"Kill switch"</h3>
                <ActionForm action=actions.kill_switch>
                    <Switch
                        mailbox=id
                        key="kill-switch"
                        on=mailbox.kill_switch
                        label="Refuse mail that cannot be sealed"
                        hint="With the switch on, mail is refused while no valid profile is active: its sender is told, and nothing \
                              reaches your provider in the clear. With it off, such mail is relayed as it is. It turns on by itself \
                              with your first active profile."
                    />
                    <Submit action=actions.kill_switch class="secondary">"Save kill switch"</Submit>
                </ActionForm>
                <h3>"Replies"</h3>
                <ActionForm action=actions.encrypted_only>
                    <Switch
                        mailbox=id
                        key="encrypted-only"
                        on=mailbox.encrypted_replies_only
                        label="Encrypted replies only"
                        hint="With the switch on, a reply that your mail app sends unencrypted is refused and goes nowhere."
                    />
                    <Submit action=actions.encrypted_only class="secondary">"Save reply setting"</Submit>
                </ActionForm>
                <ActionForm action=actions.signed_only>
                    <Switch
                        mailbox=id
                        key="signed-only"
                        on=mailbox.signed_replies_only
                        label="Signed replies only"
                        hint="With the switch on, a reply without your own signature is refused, even if your provider vouches for \
                              it. Turn it on if you do not want to trust your provider with writing in your name. It needs a mail \
                              app that signs every reply."
                    />
                    <Submit action=actions.signed_only class="secondary">"Save signature setting"</Submit>
                </ActionForm>
                <ActionForm action=actions.relayed_recipients>
                    <Switch
                        mailbox=id
                        key="relayed-recipients"
                        on=mailbox.relayed_recipients
                        label="Relay addresses for other recipients"
                        hint="With the switch on, the other people in To and Cc of a message get relay addresses, so that \"Reply to \
                              all\" reaches them from your alias. Up to 30 of a message become contacts of the alias. With it off, \
                              the message names them, and \"Reply to all\" reaches the sender only."
                    />
                    <Submit action=actions.relayed_recipients class="secondary">"Save recipient setting"</Submit>
                </ActionForm>
            })}
            <p class="aside"><a href=format!("/relay/{id}/delete") aria-describedby=heading.clone()>"Delete this mailbox…"</a></p>
        </section>
    }
}

/// Shows that new aliases use this mailbox, or the button for it.
#[component]
fn Default(id: MailboxId, default: bool, action: ServerAction<SetDefaultMailbox>, heading: String) -> impl IntoView {
    match default {
        true => view! {
            <p><span class="badge">"Default"</span> " New aliases deliver here unless you choose another mailbox."</p>
        }
        .into_any(),
        false => view! {
            <ActionForm action=action>
                <input type="hidden" name="mailbox" value=id.to_string()/>
                <button type="submit" class="secondary" aria-describedby=heading>"Make default"</button>
            </ActionForm>
        }
        .into_any(),
    }
}

/// The field of a form for an on-off setting.
#[component]
fn Switch(mailbox: MailboxId, key: &'static str, on: bool, label: &'static str, hint: &'static str) -> impl IntoView {
    let id = format!("{key}-{mailbox}");
    view! {
        <input type="hidden" name="mailbox" value=mailbox.to_string()/>
        <Choice id name="on" checked=on label hint/>
    }
}

/// Shows at a glance whether inbound mail is encrypted.
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
            "No valid profile is active, and the kill switch is on: inbound mail is refused.".to_owned(),
        ),
        Protection::Clear => (
            "glance bad",
            "Not sealed",
            "No valid profile is active: your provider stores inbound mail as it was sent. Make a profile to seal it."
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
fn Profiles(mailbox: MailboxId, profiles: Vec<ProfileSummary>) -> impl IntoView {
    if profiles.is_empty() {
        return view! { <p>"None yet. A profile is what mail to this mailbox is sealed with."</p> }.into_any();
    }
    view! {
        <ul class="rows">
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
        <span class="aside">
            {words::end(profile.not_after, profile.days_left)}
        </span>
        {renew}
    }
}
