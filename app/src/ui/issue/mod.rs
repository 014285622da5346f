//! "New Profile": the issuance wizard. Its steps follow the tutorial (DESIGN §1); each says what is happening and why.
//!
//! It needs JavaScript, as the keys are made in the browser; everything else on the site does without.

mod activate;
mod device;
mod expiration;
mod export;
mod install;
mod kind;
mod progress;
mod renewal;
mod strength;
mod trouble;
mod trust;
mod wizard;
pub(super) mod wizards;

use leptos::{html::H2, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

use self::{
    activate::Activate,
    expiration::ExpirationStep,
    export::Export,
    install::Install,
    kind::Kind,
    progress::Progress,
    trust::Trust,
    wizard::{Step, Wizard},
    wizards::Wizards,
};
use super::loaded::loaded;
use crate::{
    api::{
        ApiError,
        account::{MailboxId, MailboxView, Protection, mailboxes, relay},
        profile::{ProfileId, ProfileView, profile},
    },
    pki::name::Subject,
    profile::{ProfileKind, ProfileState},
};

const STEPS: [(Step, &str); 6] = [
    (Step::Kind, "Kind"),
    (Step::Expiration, "Expiration"),
    (Step::Export, "Passphrase and Export"),
    (Step::Install, "Install"),
    (Step::Trust, "Trust"),
    (Step::Activate, "Activate"),
];

#[component]
pub(super) fn NewProfile() -> impl IntoView {
    let parameters = use_params_map();
    let id = move || parameters.with(|parameters| parameters.get_str("mailbox").and_then(|id| id.parse().ok()));
    let query = use_query_map();
    let renews = move || query.with(|query| query.get_str("renew").and_then(|id| id.parse().ok()));
    let asked = Resource::new(
        move || (id(), renews()),
        |(id, renews): (Option<MailboxId>, Option<ProfileId>)| async move {
            let mailboxes = mailboxes().await?;
            let mailbox = mailboxes.into_iter().find(|mailbox| Some(mailbox.id) == id);
            let before = match renews {
                Some(renews) => Some(profile(renews).await?),
                None => None,
            };
            Ok((mailbox.ok_or(ApiError::NotFound)?, relay().await?.domain, before))
        },
    );
    // Before the answer is on its way: what is issued after it is not in it.
    let issued = untrack(move || id().and_then(|id| Wizards::here().of(id).profile()));
    loaded(
        asked,
        move |(mailbox, domain, before)| view! { <Steps mailbox domain before issued/> },
    )
}

#[component]
fn Steps(
    mailbox: MailboxView,
    domain: String,
    before: Option<ProfileView>,
    issued: Option<ProfileId>,
) -> impl IntoView {
    let wizard = Wizards::here().of(mailbox.id);
    // Activated here or on its own page, or deleted there: this one is at its end.
    let waits = |id| {
        mailbox
            .profiles
            .iter()
            .any(|known| known.id == id && known.state == ProfileState::Ready)
    };
    if issued.is_some_and(|id| Some(id) == untrack(move || wizard.profile()) && !waits(id)) {
        wizard.restart();
    }
    let of_this = |before: &ProfileView| before.mailbox_id == mailbox.id && before.summary.kind == ProfileKind::Smime;
    match before.filter(of_this) {
        Some(before) => wizard.renew(before),
        None => wizard.begin_anew(),
    }
    let title = move || match wizard.renews.with(Option::is_some) {
        true => "Renew Profile",
        false => "New Profile",
    };
    let unverified = mailbox.protection == Protection::Unverified;
    let id = mailbox.id;
    let subject = Subject {
        mailbox: mailbox.address,
        relay_domain: domain,
    };
    view! {
        <Title text=title/>
        <h1>{title}</h1>
        <p class="aside">"for " <span>{subject.mailbox.to_string()}</span> " · " <a href="/relay">"Mail Relay Settings"</a></p>
        <noscript>
            <p class="notice bad">
                "This page needs JavaScript: your key is made in the browser, so that nobody else ever has it. Everything else \
                 on this site works without."
            </p>
        </noscript>
        {match unverified {
            true => view! {
                <p class="notice bad">"This mailbox is not verified yet. " <a href="/verify">"Enter the code"</a></p>
            }
            .into_any(),
            false => view! {
                <Indicator wizard/>
                <Current wizard id subject/>
                <Progress wizard/>
            }
            .into_any(),
        }}
    }
}

/// Where one is. Steps that one has been at, and can go to again, are buttons.
#[component]
fn Indicator(wizard: Wizard) -> impl IntoView {
    let entry = move |(step, name): (Step, &'static str)| {
        let current = move || (wizard.step.get() == step).then_some("step");
        // Once the chain is issued, kind and expiration are settled.
        let open = move || {
            let settled = step < Step::Export && wizard.issued.with(Option::is_some);
            let been_there = step <= wizard.reached.get() && step != wizard.step.get();
            been_there && !settled && wizard.task.get().is_none() && !wizard.activated.get()
        };
        let label = move || match open() {
            true => {
                let way = if step < wizard.step.get() { "Back to" } else { "On to" };
                view! {
                    <button type="button" class="link" aria-label=format!("{way} {name}") on:click=move |_| wizard.back_to(step)>
                        {name}
                    </button>
                }
                .into_any()
            }
            false => view! { <span>{name}</span> }.into_any(),
        };
        view! { <li aria-current=current class:done=move || step < wizard.step.get()>{label}</li> }
    };
    view! { <ol class="steps" aria-label="Steps">{STEPS.into_iter().map(entry).collect_view()}</ol> }
}

#[component]
fn Current(wizard: Wizard, id: MailboxId, subject: Subject) -> impl IntoView {
    let heading = NodeRef::<H2>::new();
    // Whoever listens or uses the keyboard goes on at the new step, not where the old button was.
    Effect::new(move |before: Option<Step>| {
        let step = wizard.step.get();
        if let (true, Some(heading)) = (before.is_some_and(|before| before != step), heading.get_untracked()) {
            // The step is shown all the same when the browser does not focus it.
            let _ = heading.focus();
        }
        step
    });
    let title = move || match wizard.step.get() {
        Step::Kind => "Which kind of profile?",
        Step::Expiration => "Set an expiration",
        Step::Export => "Choose a passphrase and export",
        Step::Install => "Install the chain",
        Step::Trust => "Trust the root",
        Step::Activate if wizard.activated.get() => "Done",
        Step::Activate => "Activate the profile",
    };
    let body = move || match wizard.step.get() {
        Step::Kind => view! { <Kind wizard/> }.into_any(),
        Step::Expiration => view! { <ExpirationStep wizard mailbox=id subject=subject.clone()/> }.into_any(),
        Step::Export => view! { <Export wizard mailbox=subject.mailbox.clone()/> }.into_any(),
        Step::Install => view! { <Install wizard/> }.into_any(),
        Step::Trust => view! { <Trust wizard/> }.into_any(),
        Step::Activate => view! { <Activate wizard/> }.into_any(),
    };
    view! {
        <section class="card step">
            <h2 node_ref=heading tabindex="-1">{title}</h2>
            {body}
        </section>
    }
}
