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
    profile::{NO_END, ProfileState},
    texts::text,
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
                    <span class="badge" title=text!(relay.mailbox.badge_hint)>{text!(relay.mailbox.badge)}</span>
                })}
            </div>
            <Glance mailbox=mailbox.clone()/>
            {verified.then(|| view! { <Details mailbox heading=heading.clone() actions/> })}
            <div class="actions foot">
                {can_be_default.then(|| view! { <Default id action=actions.default heading=heading.clone()/> })}
                <a href=format!("/relay/{id}/delete") aria-describedby=heading.clone()>{text!(relay.mailbox.delete)}</a>
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
            <h3>{text!(relay.mailbox.profiles)}</h3>
            <a class=new_profile href=format!("/relay/{id}/new-profile") aria-describedby=heading>
                {text!(relay.mailbox.new_profile)}
            </a>
        </div>
        <Profiles mailbox=id profiles=mailbox.profiles/>
        <h3>{text!(relay.switches.title)}</h3>
        <ActionForm action=actions.kill_switch>
            <input type="hidden" name="mailbox" value=id.to_string()/>
            <Switch
                id=format!("kill-switch-{id}")
                on=mailbox.kill_switch
                label=text!(relay.switches.kill_switch)
                hint=kill_switch(mailbox.kill_switch)
            />
        </ActionForm>
        <ActionForm action=actions.encrypted_only>
            <input type="hidden" name="mailbox" value=id.to_string()/>
            <Switch
                id=format!("encrypted-only-{id}")
                on=mailbox.encrypted_replies_only
                label=text!(relay.switches.encrypted_only)
                hint=text!(relay.switches.encrypted_only_hint)
            />
        </ActionForm>
        <ActionForm action=actions.signed_only>
            <input type="hidden" name="mailbox" value=id.to_string()/>
            <Switch
                id=format!("signed-only-{id}")
                on=mailbox.signed_replies_only
                label=text!(relay.switches.signed_only)
                hint=text!(relay.switches.signed_only_hint)
            />
        </ActionForm>
        <ActionForm action=actions.relayed_recipients>
            <input type="hidden" name="mailbox" value=id.to_string()/>
            <Switch
                id=format!("relayed-recipients-{id}")
                on=mailbox.relayed_recipients
                label=text!(relay.switches.relayed_recipients)
                hint=text!(relay.switches.relayed_recipients_hint)
            />
        </ActionForm>
    }
}

/// Returns what the kill switch does now, and what the other position would do.
fn kill_switch(on: bool) -> &'static str {
    match on {
        true => text!(relay.switches.kill_switch_on),
        false => text!(relay.switches.kill_switch_off),
    }
}

/// The button that makes a mailbox the one for new aliases.
#[component]
fn Default(id: MailboxId, action: ServerAction<SetDefaultMailbox>, heading: String) -> impl IntoView {
    view! {
        <ActionForm action=action>
            <input type="hidden" name="mailbox" value=id.to_string()/>
            <button type="submit" class="secondary" aria-describedby=heading>{text!(relay.mailbox.make_default)}</button>
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
    let end = active
        .filter(|active| active.not_after != NO_END)
        .map(|active| words::end(active.not_after, active.days_left));
    let (class, badge, what) = match (&mailbox.protection, end) {
        (Protection::Sealed { .. }, end) => {
            let what = match (end, mailbox.kill_switch) {
                (None, _) => text!(relay.protection.no_end).to_owned(),
                (Some(end), true) => text!(relay.protection.until_rejected, end = end),
                (Some(end), false) => text!(relay.protection.until_clear, end = end),
            };
            ("good", text!(relay.protection.encrypted), what)
        }
        (Protection::Refused, _) => (
            "warn",
            text!(relay.protection.rejected),
            text!(relay.protection.rejected_why).to_owned(),
        ),
        (Protection::Clear, _) => (
            "bad",
            text!(relay.protection.clear),
            text!(relay.protection.clear_why).to_owned(),
        ),
        (Protection::Unverified, _) => (
            "warn",
            text!(relay.protection.unconfirmed),
            text!(relay.protection.unconfirmed_why).to_owned(),
        ),
    };
    let unverified = mailbox.protection == Protection::Unverified;
    view! {
        <p class="protection"><strong class=format!("badge {class}")>{badge}</strong> <span>{what}</span></p>
        {unverified.then(|| view! {
            <p><a class="button primary" href="/verify">{text!(relay.protection.enter_code)}</a></p>
        })}
    }
}

#[component]
fn Profiles(mailbox: MailboxId, profiles: Vec<ProfileSummary>) -> impl IntoView {
    if profiles.is_empty() {
        return view! { <p class="aside">{text!(relay.mailbox.no_profile)}</p> }.into_any();
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
        let name = text!(relay.mailbox.renew_profile, name = profile.name.clone());
        let href = renewal::successor(mailbox, &profile);
        view! { <a class="button" href=href aria-label=name>{text!(relay.mailbox.renew)}</a> }
    });
    view! {
        <a href=format!("/profiles/{}", profile.id)>{profile.name.clone()}</a>
        <span class=words::state_class(profile.state)>{words::state(profile.state)}</span>
        <span class="aside">{words::end(profile.not_after, profile.days_left)}</span>
        {renew}
    }
}
