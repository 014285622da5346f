//! Shows the list of passkeys, and adds one, which needs JavaScript.

use leptos::{prelude::*, task::spawn_local};
use time::OffsetDateTime;

use super::{
    super::{form::Field, passkey, when::When},
    password::Confirm,
};
use crate::{
    api::{
        limits::MAX_PASSKEY_NAME,
        passkey::{PasskeyView, RemovePasskey, add_passkey, begin_passkey},
        security::ConfirmPassword,
    },
    texts::{shown, text},
};

#[component]
pub(super) fn Passkeys(
    passkeys: Vec<PasskeyView>,
    possible: bool,
    confirmed: bool,
    now: OffsetDateTime,
    remove: ServerAction<RemovePasskey>,
    confirm: ServerAction<ConfirmPassword>,
) -> impl IntoView {
    let none = passkeys.is_empty();
    let add = match (possible, confirmed) {
        (false, _) => view! { <p class="hint">{text!(account.passkeys.no_host)}</p> }.into_any(),
        (true, false) => view! { <Confirm action=confirm id="passkey-password"/> }.into_any(),
        (true, true) => view! { <Add/> }.into_any(),
    };
    view! {
        <p>{text!(account.passkeys.about)}</p>
        {(!none).then(|| view! {
            <ul class="rows">
                {passkeys.into_iter().map(|passkey| view! { <li><Passkey passkey confirmed now remove/></li> }).collect_view()}
            </ul>
        })}
        {add}
    }
}

#[component]
fn Passkey(
    passkey: PasskeyView,
    confirmed: bool,
    now: OffsetDateTime,
    remove: ServerAction<RemovePasskey>,
) -> impl IntoView {
    let name = format!("passkey-{}", passkey.id);
    let added = move || view! { <When at=passkey.added now/> };
    let times = match passkey.last_used {
        Some(at) => shown!(
            account.passkeys.added_and_used,
            <added/> = added,
            <used/> = move || view! { <When at now/> }
        )
        .into_any(),
        None => shown!(account.passkeys.added, <added/> = added).into_any(),
    };
    view! {
        <p><strong id=name.clone()>{passkey.name}</strong></p>
        <p class="aside">{times}</p>
        {confirmed.then(|| view! {
            <ActionForm action=remove>
                <input type="hidden" name="passkey" value=passkey.id.to_string()/>
                <button type="submit" class="danger" aria-describedby=name>{text!(account.passkeys.remove)}</button>
            </ActionForm>
        })}
    }
}

/// Adds a passkey. If the browser does not support them, it says so.
#[cfg_attr(feature = "islands", island)]
#[cfg_attr(not(feature = "islands"), component)]
fn Add() -> impl IntoView {
    let known = passkey::known_here();
    let name = RwSignal::new(String::new());
    let (busy, error) = (RwSignal::new(false), RwSignal::new(None));
    let add = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        busy.set(true);
        error.set(None);
        spawn_local(async move {
            let added = async {
                let options = begin_passkey().await?;
                let credential = passkey::create(&options).await?;
                Ok::<_, passkey::Fault>(add_passkey(name.get_untracked(), credential).await?)
            };
            // The server's answer leads to the page with the new passkey.
            if let Err(fault) = added.await {
                error.set(Some(fault.words()));
            }
            busy.set(false);
        });
    };
    let form = move || {
        view! {
            <form on:submit=add>
                <Field id="passkey-name" label=text!(account.passkeys.name) hint=text!(account.passkeys.name_hint)>
                    <input
                        id="passkey-name"
                        autocomplete="off"
                        maxlength=MAX_PASSKEY_NAME.to_string()
                        aria-describedby="passkey-name-hint"
                        bind:value=name
                    />
                </Field>
                <button type="submit" class="secondary" disabled=move || busy.get()>{text!(account.passkeys.add)}</button>
            </form>
        }
    };
    view! {
        <div role="alert">{move || error.get().map(|words| view! { <p class="notice bad">{words}</p> })}</div>
        <Show when=move || known.get() fallback=|| view! { <p class="hint">{text!(account.passkeys.unsupported)}</p> }>
            {form()}
        </Show>
    }
}
