//! Shows the step and the profile in the wizard's URL.

use leptos::{html::H2, prelude::*};
use serde::{Deserialize, Serialize};

use super::{
    activate::Activate,
    device::Device,
    expiration::ExpirationStep,
    export::Export,
    install::Install,
    mail_app::MailApp,
    navigation::Indicator,
    place::{Place, Step},
    program::NoProgram,
    progress::Progress,
    route::WizardRoute,
    trust::Trust,
    unfinished::{Offer, unfinished},
    wizard::Wizard,
    wizards::Wizards,
};
use crate::{
    api::{
        mailbox::MailboxView,
        profile::{ProfileSummary, ProfileView},
    },
    id::MailboxId,
    pki::name::Subject,
    profile::{ProfileKind, ProfileState},
    texts::text,
};

/// The wizard's mailbox and profile on the server.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Subjects {
    pub mailbox: MailboxView,
    pub subject: Subject,
    /// The profile that the new one replaces.
    pub renewed: Option<ProfileView>,
    /// The profile in the URL.
    pub profile: Option<ProfileView>,
}

/// The wizard of a verified mailbox. `query` is that of the page's URL.
#[component]
pub(super) fn Issuance(subjects: Subjects, query: String) -> impl IntoView {
    let Subjects {
        mailbox,
        subject,
        renewed,
        profile,
    } = subjects;
    let wizards = Wizards::new();
    provide_context(wizards);
    let id = mailbox.id;
    let route = WizardRoute::new(id, Place::of(&query));
    if let Some(view) = profile.filter(|view| view.mailbox_id == id) {
        wizards.adopt(view);
    }
    let renewed = renewed.filter(|before| before.mailbox_id == id && before.summary.kind == ProfileKind::Smime);
    let place = route.place;
    let wizard = Memo::new(move |_| {
        let Place { profile, renews, .. } = place.get();
        let wizard = match profile {
            Some(profile) => wizards.issued(profile)?,
            None => wizards.draft(id, renews),
        };
        if let Some(before) = renewed.clone().filter(|before| Some(before.summary.id) == renews) {
            wizard.renew(before);
        }
        Some(wizard)
    });
    follow_issuance(wizard, route);
    let waiting = move || {
        let place = place.get();
        let draft = wizard.get().filter(|_| place.profile.is_none())?;
        let wanted = draft.anew.get() || draft.issued.with(Option::is_some);
        let waiting = unfinished(&overlaid(&mailbox.profiles, wizards, id));
        (!wanted && !waiting.is_empty()).then_some((draft, waiting))
    };
    let waiting = Memo::new(move |_| waiting());
    let pgp = move || route.pgp(place.get().device.unwrap_or(Device::Other));
    let told = move || {
        route
            .told
            .get()
            .map(|done| view! { <p class="notice good">{done.words()}</p> })
    };
    view! {
        <div on:click=move |event| route.follow_link(&event)>
            <div role="status">{told}</div>
            <NoProgram pgp=Signal::derive(pgp)/>
            {move || match (wizard.get(), waiting.get()) {
                (None, _) => view! { <Gone mailbox=id/> }.into_any(),
                (Some(_), Some((draft, waiting))) => view! {
                    <section class="card step">
                        <h2>{text!(wizard.heading.unfinished)}</h2>
                        <Offer route draft waiting/>
                    </section>
                    <Progress wizard=draft/>
                }
                .into_any(),
                (Some(wizard), None) => view! { <Shown wizard route id subject=subject.clone()/> }.into_any(),
            }}
        </div>
    }
    // The compiler limits the nesting of types.
    .into_any()
}

/// Returns the profiles in the server's list, with the changes on this page since then.
fn overlaid(listed: &[ProfileSummary], wizards: Wizards, mailbox: MailboxId) -> Vec<ProfileSummary> {
    let mut profiles = listed.to_vec();
    profiles.retain(|known| !wizards.is_discarded(known.id));
    for (id, wizard) in wizards.of(mailbox) {
        let state = match wizard.activated.get() {
            true => ProfileState::Active,
            false => ProfileState::Ready,
        };
        match profiles.iter_mut().find(|known| known.id == id) {
            Some(known) if known.state == ProfileState::Ready => known.state = state,
            Some(_) => {}
            None => profiles.extend(wizard.summary(state)),
        }
    }
    profiles
}

/// Puts the profile into the URL after its chain is complete. This replaces the URL of the previous step, which is
/// finished.
fn follow_issuance(wizard: Memo<Option<Wizard>>, route: WizardRoute) {
    Effect::new(move |_| {
        let Some(wizard) = wizard.get() else { return };
        let Some(issued) = wizard
            .issued
            .with(|issued| issued.as_ref().map(|issued| issued.profile))
        else {
            return;
        };
        let place = route.place.get_untracked();
        if place.profile.is_none() {
            route.know(issued);
            route.replace(Place {
                profile: Some(issued),
                expiration: None,
                key_size: None,
                ..place.at(Step::Export)
            });
        }
    });
}

/// Says that a profile was discarded or never existed.
#[component]
fn Gone(mailbox: MailboxId) -> impl IntoView {
    view! {
        <section class="card step">
            <h2>{text!(wizard.heading.gone)}</h2>
            <p>{text!(wizard.gone.why)}</p>
            <p class="actions">
                <a class="button" href="/relay">{text!(wizard.back)}</a>
                <a class="button primary" href=Place::default().address(mailbox)>{text!(wizard.title)}</a>
            </p>
        </section>
    }
}

#[component]
fn Shown(wizard: Wizard, route: WizardRoute, id: MailboxId, subject: Subject) -> impl IntoView {
    let place = route.place;
    let step = Memo::new(move |_| place.get().step());
    if let Some(device) = place.get_untracked().device {
        wizard.choose_device(device);
    }
    wizard.resume(place.get_untracked());
    // Runs in the browser, which alone knows its device, and when the URL changes.
    Effect::new(move |_| match place.get().device {
        Some(device) => wizard.choose_device(device),
        None => wizard.suggest_device(),
    });
    Effect::new(move |_| wizard.arrive(step.get()));
    view! {
        <Indicator wizard route step/>
        <Current wizard route step id subject/>
        <Progress wizard/>
    }
}

#[component]
fn Current(wizard: Wizard, route: WizardRoute, step: Memo<Step>, id: MailboxId, subject: Subject) -> impl IntoView {
    let heading = NodeRef::<H2>::new();
    // Screen readers and keyboards continue at the new step, not where the old button was.
    Effect::new(move |before: Option<Step>| {
        let step = step.get();
        if let (true, Some(heading)) = (before.is_some_and(|before| before != step), heading.get_untracked()) {
            // The step is shown even if the browser does not focus it.
            let _ = heading.focus();
        }
        step
    });
    let title = move || match step.get() {
        Step::MailApp => text!(wizard.heading.app),
        Step::Expiration => text!(wizard.heading.expiration),
        Step::Export => text!(wizard.heading.export),
        Step::Install => text!(wizard.heading.install),
        Step::Trust => text!(wizard.heading.trust),
        Step::Activate if wizard.activated.get() => text!(wizard.heading.done),
        Step::Activate => text!(wizard.heading.activate),
    };
    let body = move || match step.get() {
        Step::MailApp => view! { <MailApp wizard route/> }.into_any(),
        Step::Expiration => view! { <ExpirationStep wizard route mailbox=id subject=subject.clone()/> }.into_any(),
        Step::Export => view! { <Export wizard route mailbox=subject.mailbox.clone()/> }.into_any(),
        Step::Install => view! { <Install wizard route/> }.into_any(),
        Step::Trust => view! { <Trust wizard route/> }.into_any(),
        Step::Activate => view! { <Activate wizard route/> }.into_any(),
    };
    view! {
        <section class="card step">
            <h2 node_ref=heading tabindex="-1">{title}</h2>
            {body}
        </section>
    }
}
