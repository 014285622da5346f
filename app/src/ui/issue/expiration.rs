//! Step 2: how long the chain holds, and its issuance.

use leptos::prelude::*;
use time::OffsetDateTime;

use super::{renewal, wizard::Wizard};
use crate::{
    api::account::MailboxId,
    pki::{
        name::Subject,
        validity::{Acceptance, Expiration, Unit, Validity},
    },
    ui::words,
};

const UNITS: [Unit; 3] = [Unit::Days, Unit::Months, Unit::Years];

#[component]
pub(super) fn ExpirationStep(wizard: Wizard, mailbox: MailboxId, subject: Subject) -> impl IntoView {
    let first = wizard.renews.with_untracked(|before| match before {
        Some(before) => renewal::chosen(before.not_before, before.summary.not_after),
        None => Expiration::SUGGESTED,
    });
    let amount = RwSignal::new(first.amount.to_string());
    let unit = RwSignal::new(first.unit);
    // Until the program runs in the browser, the button could do nothing.
    let running = RwSignal::new(false);
    Effect::new(move |_| running.set(true));
    let chosen = Memo::new(move |_| {
        let amount = amount.get().trim().parse().ok()?;
        let unit = unit.get();
        Some(Expiration { amount, unit })
    });
    let choose_unit = move |key: String| {
        if let Some(chosen) = UNITS.into_iter().find(|unit| unit.to_string() == key) {
            unit.set(chosen);
        }
    };
    let idle = move || running.get() && wizard.task.get().is_none();
    let possible = move || chosen.get().is_some_and(|chosen| ends(chosen).is_some());
    let issue = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if let Some(expiration) = chosen.get_untracked().filter(|_| wizard.task.get_untracked().is_none()) {
            wizard.issue(mailbox, subject.clone(), expiration);
        }
    };
    view! {
        <p>
            "Your browser makes your key, the server makes the intermediate key and signs your certificate, and your browser signs \
             the intermediate with a root key that it forgets at once. No private key ever crosses the network."
        </p>
        <form method="post" on:submit=issue>
            <div class="pair">
                <div class="field">
                    <label for="amount">"Amount"</label>
                    <input
                        id="amount"
                        type="number"
                        inputmode="numeric"
                        min="1"
                        max="18262"
                        required
                        prop:value=amount
                        on:input=move |event| amount.set(event_target_value(&event))
                        aria-describedby="expiration-note"
                    />
                </div>
                <div class="field">
                    <label for="unit">"Unit"</label>
                    <select id="unit" on:change=move |event| choose_unit(event_target_value(&event))>
                        {UNITS
                            .into_iter()
                            .map(|each| {
                                let key = each.to_string();
                                view! { <option value=key.clone() selected=move || unit.get() == each>{key.clone()}</option> }
                            })
                            .collect_view()}
                    </select>
                </div>
            </div>
            <div role="status" id="expiration-note">{move || note(chosen.get())}</div>
            <p class="actions">
                <button type="submit" class="primary" disabled=move || !(idle() && possible())>"Issue Certificate"</button>
            </p>
        </form>
    }
}

fn ends(expiration: Expiration) -> Option<OffsetDateTime> {
    let validity = Validity::starting(OffsetDateTime::now_utc(), expiration).ok()?;
    Some(validity.not_after)
}

fn note(chosen: Option<Expiration>) -> AnyView {
    let accepted = chosen.and_then(|chosen| {
        let acceptance = chosen.acceptance(OffsetDateTime::now_utc()).ok()?;
        Some((acceptance, words::date(ends(chosen)?)))
    });
    match accepted {
        None => view! { <p class="notice bad">"From one day to 50 years."</p> }.into_any(),
        Some((Acceptance::Fine, end)) => view! { <p class="hint">{format!("Ends on {end}.")}</p> }.into_any(),
        Some((Acceptance::SomeMayRefuse, end)) => view! {
            <p class="notice warn">{format!("Ends on {end}. From 825 days on, Apple Mail and others may refuse a certificate.")}</p>
        }
        .into_any(),
        Some((Acceptance::AppleRefuses, end)) => view! {
            <p class="notice warn">{format!("Ends on {end}. Apple Mail refuses certificates of more than 3 years.")}</p>
        }
        .into_any(),
    }
}
