//! Shows the page of API keys.

use leptos::prelude::*;
use leptos_meta::Title;
use time::OffsetDateTime;

use super::{
    copy::CopyText,
    form::{Declined, Field, Submit},
    kept::{kept, successes},
    loaded::loaded,
    provider::Confirmed,
    when::When,
};
use crate::{
    api::{
        api_key::{ApiKeyView, ApiKeysView, CreateApiKey, RevokeApiKey, api_keys},
        limits::MAX_KEY_NAME,
    },
    texts::{shown, text},
};

/// The choices for a key's expiration, in days. 0 is never.
const ENDS: [u16; 4] = [0, 30, 90, 365];

/// Returns the words for a choice.
fn end(days: u16) -> String {
    match days {
        0 => text!(account.api_keys.never).to_owned(),
        365 => text!(account.api_keys.after_a_year).to_owned(),
        days => text!(account.api_keys.after_days, count = days),
    }
}

#[component]
pub(super) fn ApiKeys() -> impl IntoView {
    let create = ServerAction::<CreateApiKey>::new();
    let revoke = ServerAction::<RevokeApiKey>::new();
    let done = (successes(create), successes(revoke));
    let asked = Resource::new(move || (done.0.get(), done.1.get()), |_| api_keys());
    let days = kept(create, "days");
    view! {
        <Title text=text!(account.api_keys.title)/>
        <h1>{text!(account.api_keys.title)}</h1>
        <p>{text!(account.api_keys.about)}</p>
        <Declined action=revoke/>
        {loaded(asked, move |view| view! { <Keys view revoke/> })}
        <section class="card" aria-labelledby="new-key">
            <h2 id="new-key">{text!(account.api_keys.new)}</h2>
            <ActionForm action=create>
                <Declined action=create/>
                <Field id="name" label=text!(account.api_keys.name) hint=text!(account.api_keys.name_hint)>
                    <input id="name" name="name" value=kept(create, "name") required maxlength=MAX_KEY_NAME autocomplete="off" aria-describedby="name-hint"/>
                </Field>
                <Field id="days" label=text!(account.api_keys.ends)>
                    <select id="days" name="days">
                        {ENDS
                            .map(|choice| {
                                let value = choice.to_string();
                                let selected = days.as_ref() == Some(&value);
                                view! { <option value=value selected=selected>{end(choice)}</option> }
                            })
                            .collect_view()}
                    </select>
                </Field>
                <Confirmed>
                    <Submit action=create>{text!(account.api_keys.make)}</Submit>
                </Confirmed>
            </ActionForm>
        </section>
    }
}

#[component]
fn Keys(view: ApiKeysView, revoke: ServerAction<RevokeApiKey>) -> impl IntoView {
    let ApiKeysView {
        keys,
        made,
        server,
        now,
    } = view;
    let none = keys.is_empty();
    view! {
        {made.map(|key| view! { <Made key/> })}
        <section class="card" aria-labelledby="keys">
            <h2 id="keys">{text!(account.api_keys.yours)}</h2>
            {none.then(|| view! { <p>{text!(account.api_keys.none)}</p> })}
            <ul class="rows">
                {keys.into_iter().map(|key| view! { <li><Row key now revoke/></li> }).collect_view()}
            </ul>
        </section>
        <section class="card" aria-labelledby="use">
            <h2 id="use">{text!(account.api_keys.how_to)}</h2>
            <p>{text!(account.api_keys.bitwarden)}</p>
            <dl>
                <dt>{text!(account.api_keys.server)}</dt>
                <dd><code>{server.clone()}</code></dd>
                <dt>{text!(account.api_keys.token)}</dt>
                <dd>{text!(account.api_keys.token_is)}</dd>
                <dt>{text!(account.api_keys.domain)}</dt>
                <dd>{text!(account.api_keys.domain_is)}</dd>
            </dl>
            <p>{shown!(account.api_keys.description, <a> = <a href="/api/openapi.json" rel="external"/>)}</p>
        </section>
    }
}

/// Shows a new key for the only time.
#[component]
fn Made(key: String) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="made" role="status">
            <h2 id="made">{text!(account.api_keys.made)}</h2>
            <p>{text!(account.api_keys.copy_now)}</p>
            <p><code class="secret">{key.clone()}</code></p>
            <p class="actions"><CopyText text=key what=text!(account.api_keys.the_key)/></p>
        </section>
    }
}

#[component]
fn Row(key: ApiKeyView, now: OffsetDateTime, revoke: ServerAction<RevokeApiKey>) -> impl IntoView {
    let name = format!("key-{}", key.id);
    let when = move |at| move || view! { <When at now/> };
    let made = shown!(account.api_keys.row_made, <when/> = when(key.created_at));
    let used = match key.last_used_at {
        Some(at) => shown!(account.api_keys.row_used, <when/> = when(at)).into_any(),
        None => text!(account.api_keys.row_never_used).into_any(),
    };
    let end = match key.expires_at {
        Some(at) if key.ended => shown!(account.api_keys.row_ended, <when/> = when(at)).into_any(),
        Some(at) => shown!(account.api_keys.row_ends, <when/> = when(at)).into_any(),
        None => text!(account.api_keys.row_no_end).into_any(),
    };
    view! {
        <strong id=name.clone()>{key.name}</strong>
        <span class="aside">{made} ", " {used} ", " {end}</span>
        <ActionForm action=revoke>
            <input type="hidden" name="key" value=key.id.to_string()/>
            <button type="submit" class="secondary" aria-describedby=name>{text!(account.api_keys.revoke)}</button>
        </ActionForm>
    }
}
