//! Shows the page of API keys.

use leptos::prelude::*;
use leptos_meta::Title;
use time::OffsetDateTime;

use super::{
    copy::CopyText,
    form::{Declined, Field, PasswordField, Submit},
    kept::{kept, successes},
    loaded::loaded,
    when::When,
};
use crate::api::{
    api_key::{ApiKeyView, ApiKeysView, CreateApiKey, RevokeApiKey, api_keys},
    limits::MAX_KEY_NAME,
};

/// The choices for a key's expiration: days for the form, and words.
const ENDS: [(&str, &str); 4] = [
    ("0", "Never, until you revoke it"),
    ("30", "After 30 days"),
    ("90", "After 90 days"),
    ("365", "After a year"),
];

#[component]
pub(super) fn ApiKeys() -> impl IntoView {
    let create = ServerAction::<CreateApiKey>::new();
    let revoke = ServerAction::<RevokeApiKey>::new();
    let done = (successes(create), successes(revoke));
    let asked = Resource::new(move || (done.0.get(), done.1.get()), |_| api_keys());
    let days = kept(create, "days");
    view! {
        <Title text="API keys"/>
        <h1>"API keys"</h1>
        <p>
            "A password manager that knows addy.io or SimpleLogin can take aliases here by itself: give it this server's \
             address and a key. With a key one can see, take, name, turn on and off, and delete aliases, and see your address \
             and your mailboxes; nothing else of your account."
        </p>
        <Declined action=revoke/>
        {loaded(asked, move |view| view! { <Keys view revoke/> })}
        <section class="card" aria-labelledby="new-key">
            <h2 id="new-key">"New key"</h2>
            <ActionForm action=create>
                <Declined action=create/>
                <Field id="name" label="Name" hint="What it is for, such as “Bitwarden on my phone”.">
                    <input id="name" name="name" value=kept(create, "name") required maxlength=MAX_KEY_NAME autocomplete="off" aria-describedby="name-hint"/>
                </Field>
                <Field id="days" label="Ends">
                    <select id="days" name="days">
                        {ENDS
                            .map(|(value, words)| {
                                let selected = days.as_deref() == Some(value);
                                view! { <option value=value selected=selected>{words}</option> }
                            })
                            .collect_view()}
                    </select>
                </Field>
                <PasswordField/>
                <Submit action=create>"Make a key"</Submit>
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
            <h2 id="keys">"Your keys"</h2>
            {none.then(|| view! { <p>"None yet. Make one below, and enter it in your password manager."</p> })}
            <ul class="rows">
                {keys.into_iter().map(|key| view! { <li><Row key now revoke/></li> }).collect_view()}
            </ul>
        </section>
        <section class="card" aria-labelledby="use">
            <h2 id="use">"How to use it"</h2>
            <p>"Bitwarden: Generator → Username → Forwarded email alias → addy.io (or SimpleLogin), self-hosted."</p>
            <dl>
                <dt>"Server address"</dt>
                <dd><code>{server.clone()}</code></dd>
                <dt>"API key or token"</dt>
                <dd>"the key, which is shown once when it is made"</dd>
                <dt>"Domain"</dt>
                <dd>"the part after the @ of your aliases"</dd>
            </dl>
            <p>"Everything else that can be called: " <a href="/api/openapi.json" rel="external">"OpenAPI description"</a> "."</p>
        </section>
    }
}

/// Shows a new key for the only time.
#[component]
fn Made(key: String) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="made" role="status">
            <h2 id="made">"Your new key"</h2>
            <p>"Copy it now: it is shown this once, and nobody can show it again."</p>
            <p><code class="secret">{key.clone()}</code></p>
            <p class="actions"><CopyText text=key what="your new key"/></p>
        </section>
    }
}

#[component]
fn Row(key: ApiKeyView, now: OffsetDateTime, revoke: ServerAction<RevokeApiKey>) -> impl IntoView {
    let name = format!("key-{}", key.id);
    let used = match key.last_used_at {
        Some(at) => view! { "last used " <When at now/> }.into_any(),
        None => "never used".into_any(),
    };
    let end = match key.expires_at {
        Some(at) if key.ended => view! { "ended " <When at now/> }.into_any(),
        Some(at) => view! { "ends " <When at now/> }.into_any(),
        None => "does not end".into_any(),
    };
    view! {
        <strong id=name.clone()>{key.name}</strong>
        <span class="aside">"made " <When at=key.created_at now/> ", " {used} ", " {end}</span>
        <ActionForm action=revoke>
            <input type="hidden" name="key" value=key.id.to_string()/>
            <button type="submit" class="secondary" aria-describedby=name>"Revoke"</button>
        </ActionForm>
    }
}
