//! Shows step 2: the expiration of the chain, and its issuance.

use leptos::prelude::*;
use time::OffsetDateTime;

use super::{
    navigation::{Back, Continue},
    place::{Place, Step},
    program::Loading,
    route::WizardRoute,
    wizard::Wizard,
    wizards::Wizards,
};
use crate::{
    id::MailboxId,
    pki::{
        key::KeySize,
        name::Subject,
        validity::{Acceptance, Expiration, Unit, Validity},
    },
    texts::text,
    ui::words,
};

#[component]
pub(super) fn ExpirationStep(
    wizard: Wizard,
    route: WizardRoute,
    mailbox: MailboxId,
    subject: Subject,
) -> impl IntoView {
    let issued = Memo::new(move |_| {
        wizard
            .issued
            .with(|issued| issued.as_ref().map(|issued| issued.not_after))
    });
    move || match issued.get() {
        Some(not_after) => view! { <Settled wizard route not_after/> }.into_any(),
        None => view! { <Issuance wizard route mailbox subject=subject.clone()/> }.into_any(),
    }
}

/// Shows an issued chain, which cannot change any more.
#[component]
fn Settled(wizard: Wizard, route: WizardRoute, not_after: OffsetDateTime) -> impl IntoView {
    view! {
        <p>{text!(wizard.expiration.settled, end = words::date(not_after))}</p>
        <p class="hint">{text!(wizard.expiration.fixed)}</p>
        <p class="actions">
            <Back wizard route from=Step::Expiration/>
            <Continue route to=Step::Export/>
        </p>
    }
}

#[component]
fn Issuance(wizard: Wizard, route: WizardRoute, mailbox: MailboxId, subject: Subject) -> impl IntoView {
    let wizards = Wizards::here();
    let running = wizards.running();
    let chosen = Memo::new(move |_| wizard.choice());
    let expiration = move || chosen.get().map(|chosen| chosen.expiration);
    // A reload, which phones may do on their own, forgets everything except the URL.
    let keep = Callback::new(move |()| {
        wizard.chosen.set(true);
        let key_size = wizard.key_size.get_untracked();
        route.replace(Place {
            expiration: untrack(expiration),
            key_size: (key_size != KeySize::STANDARD).then_some(key_size),
            ..route.place.get_untracked()
        });
    });
    let type_amount = move |amount: String| {
        wizard.amount.set(amount);
        keep.run(());
    };
    let choose_unit = move |name: String| {
        if let Some(chosen) = Unit::from_name(&name) {
            wizard.unit.set(chosen);
            keep.run(());
        }
    };
    let idle = move || running.get() && wizard.task.get().is_none();
    let possible = move || expiration().is_some_and(|expiration| ends(expiration).is_some());
    let issue = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if let Some(choice) = chosen.get_untracked().filter(|_| wizard.task.get_untracked().is_none()) {
            wizards.issue(wizard, mailbox, subject.clone(), choice);
        }
    };
    view! {
        <p>{text!(wizard.expiration.intro)}</p>
        <form method="post" on:submit=issue>
            <div class="pair">
                <div class="field">
                    <label for="amount">{text!(wizard.expiration.amount)}</label>
                    <input
                        id="amount"
                        type="number"
                        inputmode="numeric"
                        min="1"
                        max="18262"
                        required
                        prop:value=wizard.amount
                        on:input=move |event| type_amount(event_target_value(&event))
                        aria-describedby="expiration-note"
                    />
                </div>
                <div class="field">
                    <label for="unit">{text!(wizard.expiration.unit)}</label>
                    <select id="unit" on:change=move |event| choose_unit(event_target_value(&event))>
                        {Unit::ALL
                            .into_iter()
                            .map(|each| {
                                let key = each.to_string();
                                view! { <option value=key selected=move || wizard.unit.get() == each>{unit(each)}</option> }
                            })
                            .collect_view()}
                    </select>
                </div>
            </div>
            <div role="status" id="expiration-note">{move || note(expiration())}</div>
            <KeySizeChoice wizard keep/>
            <p class="actions">
                <Back wizard route from=Step::Expiration/>
                <button type="submit" class="primary" disabled=move || !(idle() && possible())>{text!(wizard.expiration.issue)}</button>
                <Loading/>
            </p>
        </form>
    }
}

/// Starts open if a size was chosen before.
#[component]
fn KeySizeChoice(wizard: Wizard, keep: Callback<()>) -> impl IntoView {
    let open = wizard.key_size.get_untracked() != KeySize::STANDARD;
    let choose = move |size: KeySize| {
        wizard.key_size.set(size);
        keep.run(());
    };
    let option = move |size: KeySize| {
        let id = format!("key-{}", size.bits());
        let hint = format!("{id}-hint");
        view! {
            <p class="choice">
                <input
                    type="radio"
                    id=id.clone()
                    name="key-size"
                    checked=wizard.key_size.get_untracked() == size
                    prop:checked=move || wizard.key_size.get() == size
                    on:change=move |_| choose(size)
                    aria-describedby=hint.clone()
                />
                <label for=id>{size.to_string()}</label>
            </p>
            <p class="hint" id=hint>{in_words(size)}</p>
        }
    };
    view! {
        <details open=open>
            <summary>{text!(wizard.other_options)}</summary>
            <fieldset>
                <legend>{text!(wizard.expiration.key_size)}</legend>
                <p class="hint">{text!(wizard.expiration.key_size_hint)}</p>
                {KeySize::ALL.map(option).collect_view()}
            </fieldset>
        </details>
    }
}

/// Describes which software supports this key size, and the time to generate it: twice in the browser, once on the
/// server.
fn in_words(size: KeySize) -> &'static str {
    match size {
        KeySize::Rsa2048 => text!(wizard.expiration.rsa_2048),
        KeySize::Rsa3072 => text!(wizard.expiration.rsa_3072),
        KeySize::Rsa4096 => text!(wizard.expiration.rsa_4096),
    }
}

fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Days => text!(wizard.expiration.days),
        Unit::Months => text!(wizard.expiration.months),
        Unit::Years => text!(wizard.expiration.years),
    }
}

fn ends(expiration: Expiration) -> Option<OffsetDateTime> {
    let validity = Validity::starting(OffsetDateTime::now_utc(), expiration).ok()?;
    Some(validity.not_after)
}

fn note(chosen: Option<Expiration>) -> impl IntoView {
    let accepted = chosen.and_then(|chosen| {
        let acceptance = chosen.acceptance(OffsetDateTime::now_utc()).ok()?;
        Some((acceptance, words::date(ends(chosen)?)))
    });
    let (class, words) = match accepted {
        None => ("notice bad", text!(wizard.expiration.impossible).to_owned()),
        Some((Acceptance::Fine, end)) => ("hint", text!(wizard.expiration.ends, end = end)),
        Some((Acceptance::SomeMayRefuse, end)) => ("notice warn", text!(wizard.expiration.some_refuse, end = end)),
        Some((Acceptance::AppleRefuses, end)) => ("notice warn", text!(wizard.expiration.apple_refuses, end = end)),
    };
    view! { <p class=class>{words}</p> }
}
