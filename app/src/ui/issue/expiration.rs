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
        Some(not_after) => view! { <Settled route not_after/> }.into_any(),
        None => view! { <Issuance wizard route mailbox subject=subject.clone()/> }.into_any(),
    }
}

/// Shows an issued chain, which cannot change any more.
#[component]
fn Settled(route: WizardRoute, not_after: OffsetDateTime) -> impl IntoView {
    view! {
        <p>{format!("Your certificate is issued. It is valid until {}.", words::date(not_after))}</p>
        <p class="hint">"To change that, discard this profile on the next step and create a new one."</p>
        <p class="actions">
            <Back route from=Step::Expiration/>
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
                        prop:value=wizard.amount
                        on:input=move |event| type_amount(event_target_value(&event))
                        aria-describedby="expiration-note"
                    />
                </div>
                <div class="field">
                    <label for="unit">"Unit"</label>
                    <select id="unit" on:change=move |event| choose_unit(event_target_value(&event))>
                        {Unit::ALL
                            .into_iter()
                            .map(|each| {
                                let key = each.to_string();
                                view! { <option value=key.clone() selected=move || wizard.unit.get() == each>{key.clone()}</option> }
                            })
                            .collect_view()}
                    </select>
                </div>
            </div>
            <div role="status" id="expiration-note">{move || note(expiration())}</div>
            <KeySizeChoice wizard keep/>
            <p class="actions">
                <Back route from=Step::Expiration/>
                <button type="submit" class="primary" disabled=move || !(idle() && possible())>"Issue Certificate"</button>
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
            <summary>"Other options"</summary>
            <fieldset>
                <legend>"Length of the keys"</legend>
                <p class="hint">
                    "Of your key, of the root's and of the intermediate's. The keys that the relay makes for your contacts have \
                     2048 bits in any case: with them it opens your answers, and signs what it relays."
                </p>
                {KeySize::ALL.map(option).collect_view()}
            </fieldset>
        </details>
    }
}

/// Describes which software supports this key size, and the time to generate it: twice in the browser, once on the
/// server.
fn in_words(size: KeySize) -> &'static str {
    match size {
        KeySize::Rsa2048 => {
            "The usual length. Every mail app, smart card and security key takes it. Made in about a second."
        }
        KeySize::Rsa3072 => {
            "As strong as AES-128, and what authorities such as BSI and NIST want for secrets beyond 2030. Apple Mail, Outlook, \
             Thunderbird, GnuPG and FairEmail read it; some smart cards and security keys do not. Takes a few seconds, on an old \
             phone a minute."
        }
        KeySize::Rsa4096 => {
            "The longest. The same apps read it, fewer smart cards do, and opening a message takes an old phone noticeably longer. \
             Takes some ten seconds, on an old phone some minutes; the page stays usable, and you can stop it."
        }
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
