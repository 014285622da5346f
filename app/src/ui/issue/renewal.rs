//! A renewal within the wizard: the choices of the profile before, and the short way to the end.

use leptos::prelude::*;
use time::OffsetDateTime;

use super::{
    place::{Step, WizardRoute},
    wizard::Wizard,
};
use crate::{
    pki::validity::{Expiration, Unit, Validity},
    ui::words,
};

/// More days than the longest validity has.
const MOST: u16 = 50 * 366 + 1;

/// What was chosen when a profile of this validity was made, in the largest unit that fits; the suggestion where none does.
pub(super) fn chosen(not_before: OffsetDateTime, not_after: OffsetDateTime) -> Expiration {
    let fits = |unit| {
        let end = |amount| Validity::starting(not_before, Expiration { amount, unit }).map(|valid| valid.not_after);
        // The end rises with the amount, so that halves can be thrown away.
        let (mut low, mut high) = (1, MOST);
        while low < high {
            let middle = low.midpoint(high);
            match end(middle) {
                Ok(end) if end < not_after => low = middle + 1,
                _ => high = middle,
            }
        }
        (end(low) == Ok(not_after)).then_some(Expiration { amount: low, unit })
    };
    let units = [Unit::Years, Unit::Months, Unit::Days];
    units.into_iter().find_map(fits).unwrap_or(Expiration::SUGGESTED)
}

/// After the export: the short way for who has installed a profile before.
#[component]
pub(super) fn ActivateNow(wizard: Wizard, route: WizardRoute) -> impl IntoView {
    let ready = move || wizard.exported.get() && wizard.renews.with(Option::is_some);
    let offer = move || {
        ready().then(|| {
            view! {
                <h3>"Installed already?"</h3>
                <p>
                    "Install the new file on your devices as you did the last one, then test and activate the profile: mail that arrives \
                     from then on opens with the new key only. “Continue” shows each step again."
                </p>
                <p class="actions">
                    <button
                        type="button"
                        disabled=move || wizard.task.get().is_some()
                        on:click=move |_| route.go(Step::Activate)
                    >
                        "Test and activate"
                    </button>
                </p>
            }
        })
    };
    view! { {offer} }
}

/// When it is done: what becomes of the profile before.
#[component]
pub(super) fn Before(wizard: Wizard) -> impl IntoView {
    let words = move || {
        wizard.renews.get().map(|before| {
            let (id, end) = (before.summary.id, words::date(before.summary.not_after));
            let still = format!(
                " is no longer active. It still opens answers to older mail until {end}; delete it when your mail apps no longer \
                 use it."
            );
            view! { <p><a href=format!("/profiles/{id}")>{format!("Profile {id}")}</a> {still}</p> }
        })
    };
    view! { {words} }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn the_choice_is_found_again() {
        let starts = [
            datetime!(2026-11-24 03:00 UTC),
            datetime!(2028-02-29 00:00 UTC),
            datetime!(2026-01-31 12:00:07 UTC),
        ];
        for (start, (amount, unit)) in starts.into_iter().flat_map(|start| {
            let choices = [
                (1, Unit::Years),
                (2, Unit::Years),
                (50, Unit::Years),
                (18, Unit::Months),
                (1, Unit::Months),
                (1, Unit::Days),
                (100, Unit::Days),
                (3000, Unit::Days),
            ];
            choices.map(|choice| (start, choice))
        }) {
            let expiration = Expiration { amount, unit };
            let end = Validity::starting(start, expiration).unwrap().not_after;
            assert_eq!(chosen(start, end), expiration, "{start}");
        }
    }

    #[test]
    fn what_nobody_chose_is_the_suggestion() {
        let start = datetime!(2026-11-24 03:00 UTC);
        for odd in [
            datetime!(2027-11-24 03:01 UTC),
            datetime!(9999-12-31 23:59:59 UTC),
            start,
        ] {
            assert_eq!(chosen(start, odd), Expiration::SUGGESTED, "{odd}");
        }
    }
}
