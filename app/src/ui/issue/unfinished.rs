//! Offers profiles that were begun but never activated, before the wizard creates another one.

use leptos::prelude::*;

use super::{
    discard::Discard,
    place::{Place, Step},
    route::WizardRoute,
    wizard::Wizard,
    wizards::Wizards,
};
use crate::{
    api::profile::ProfileSummary,
    profile::{ProfileKind, ProfileState},
    texts::text,
    ui::words,
};

/// Returns the ready profiles of a mailbox that are newer than the active one, newest first. Older ones are past.
pub(super) fn unfinished(profiles: &[ProfileSummary]) -> Vec<ProfileSummary> {
    let active = profiles.iter().find(|known| known.state == ProfileState::Active);
    let newer = |known: &&ProfileSummary| active.is_none_or(|active| known.id.0 > active.id.0);
    let ready = profiles.iter().filter(|known| known.state == ProfileState::Ready);
    let mut waiting: Vec<_> = ready.filter(newer).cloned().collect();
    waiting.sort_by_key(|known| std::cmp::Reverse(known.id.0));
    waiting
}

/// Shows the offer, with a link to create another profile anyway.
#[component]
pub(super) fn Offer(route: WizardRoute, draft: Wizard, waiting: Vec<ProfileSummary>) -> impl IntoView {
    let wizards = Wizards::here();
    let rows = waiting
        .into_iter()
        .map(|waiting| view! { <Row route draft waiting/> })
        .collect_view();
    let anew = move |_| draft.anew.set(true);
    let running = wizards.running();
    view! {
        <p>{text!(wizard.unfinished.intro)}</p>
        {rows}
        <p class="actions">
            <a class="button" href="/relay">{text!(wizard.back)}</a>
            <button type="button" disabled=move || !running.get() on:click=anew>{text!(wizard.unfinished.another)}</button>
        </p>
    }
}

#[component]
fn Row(route: WizardRoute, draft: Wizard, waiting: ProfileSummary) -> impl IntoView {
    let wizards = Wizards::here();
    let id = waiting.id;
    let name = waiting.name.clone();
    let address = move || match waiting.kind {
        ProfileKind::Pgp => format!("/profiles/{id}"),
        ProfileKind::Smime => route.address(Place {
            profile: Some(id),
            ..route.place.get().at(Step::Export)
        }),
    };
    let held = untrack(move || wizards.issued(id).is_some_and(|wizard| wizard.key_here.get()));
    let key = match (waiting.kind, held) {
        (ProfileKind::Pgp, _) => text!(wizard.unfinished.key_in_app),
        (ProfileKind::Smime, true) => text!(wizard.unfinished.key_here),
        (ProfileKind::Smime, false) => text!(wizard.unfinished.key_gone),
    };
    let label = text!(wizard.unfinished.continue_with, name = name.clone());
    view! {
        <div class="offer">
            <h3>{name}</h3>
            <p class="aside">{words::end(waiting.not_after, waiting.days_left)} ". " {key}</p>
            <p class="actions">
                <a class="button primary" href=address aria-label=label>{text!(wizard.go_on)}</a>
            </p>
            <Discard wizard=draft route profile=id/>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{id::ProfileId, profile::NO_END};

    fn profile(id: i64, state: ProfileState) -> ProfileSummary {
        ProfileSummary {
            id: ProfileId(id),
            name: String::new(),
            kind: ProfileKind::Smime,
            state,
            not_after: NO_END,
            days_left: 1,
        }
    }

    #[test]
    fn only_what_is_ready_and_newer_than_the_active_one_is_unfinished() {
        use ProfileState::{Active, Expired, Issued, Ready};
        for (profiles, expected) in [
            (vec![], vec![]),
            (vec![(1, Ready)], vec![1]),
            (vec![(1, Issued), (2, Expired)], vec![]),
            (vec![(2, Active), (1, Ready)], vec![]),
            (vec![(3, Ready), (2, Active), (1, Ready)], vec![3]),
            // None is active, so nothing is encrypted and either can be activated.
            (vec![(1, Ready), (2, Ready)], vec![2, 1]),
        ] {
            let profiles: Vec<_> = profiles.into_iter().map(|(id, state)| profile(id, state)).collect();
            let found: Vec<_> = unfinished(&profiles).into_iter().map(|known| known.id.0).collect();
            assert_eq!(found, expected, "{profiles:?}");
        }
    }
}
