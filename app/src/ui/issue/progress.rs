//! Shows the progress of the issuance: the current task, its time, and an error with advice.

use std::time::Duration;

use leptos::{leptos_dom::helpers::IntervalHandle, prelude::*};
use time::OffsetDateTime;

use super::{trouble::Trouble, wizard::Wizard};
use crate::texts::text;

#[component]
pub(super) fn Progress(wizard: Wizard) -> impl IntoView {
    let task = move || {
        wizard.task.get().map(|task| {
            view! { <p class="working"><progress aria-label=text!(wizard.task.working)></progress> <span>{task.words}</span></p> }
        })
    };
    let trouble = move || {
        wizard.trouble.get().map(|trouble: Trouble| {
            view! {
                <div class="notice bad">
                    <p>{trouble.words()}</p>
                    {trouble.advice().map(|advice| view! { <p>{advice}</p> })}
                </div>
            }
        })
    };
    view! {
        <div role="status" aria-live="polite">{task}</div>
        <Elapsed wizard/>
        <div role="alert">{trouble}</div>
    }
}

/// Shows the elapsed time. Nobody can foresee how long a key takes, so there is no progress bar. Screen readers skip
/// it, because nobody wants to hear every second.
#[component]
fn Elapsed(wizard: Wizard) -> impl IntoView {
    let seconds = RwSignal::new(0);
    let ticking = StoredValue::new(None::<IntervalHandle>);
    let stop = move || {
        if let Some(ticking) = ticking.try_update_value(Option::take).flatten() {
            ticking.clear();
        }
    };
    Effect::new(move |_| {
        stop();
        if let Some(since) = wizard.since.get() {
            let count = move || seconds.set((OffsetDateTime::now_utc() - since).whole_seconds().max(0));
            count();
            // If it fails, only the displayed time stops.
            ticking.set_value(set_interval_with_handle(count, Duration::from_secs(1)).ok());
        }
    });
    on_cleanup(stop);
    let body = move || {
        wizard.task.get().map(|task| {
            let passed = move || text!(wizard.task.seconds, count = seconds.get());
            let cancel = task.stoppable.then(|| {
                view! { <button type="button" on:click=move |_| wizard.cancel()>{text!(wizard.task.cancel)}</button> }
            });
            view! {
                <p class="actions">
                    {cancel}
                    <span class="waiting" role="timer" aria-label=text!(wizard.task.time_passed)>{passed}</span>
                </p>
            }
        })
    };
    view! { {body} }
}
