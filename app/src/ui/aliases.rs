//! Aliases: taking one, and what becomes of those that were taken.

use leptos::{html::Form, prelude::*};
use leptos_meta::Title;

use super::{
    form::{Declined, Field, Submit},
    loaded::loaded,
};
use crate::api::{
    account::{MailboxView, Protection, mailboxes, relay},
    alias::{AliasView, CreateAlias, DeleteAlias, SetAliasEnabled, aliases, suggest_alias},
};

/// What one can do to an alias in the list.
#[derive(Clone, Copy)]
struct Actions {
    set_enabled: ServerAction<SetAliasEnabled>,
    delete: ServerAction<DeleteAlias>,
}

#[component]
pub(super) fn Aliases() -> impl IntoView {
    let create = ServerAction::<CreateAlias>::new();
    let actions = Actions {
        set_enabled: ServerAction::new(),
        delete: ServerAction::new(),
    };
    let versions = (
        create.version(),
        actions.set_enabled.version(),
        actions.delete.version(),
    );
    let asked = Resource::new(
        move || (versions.0.get(), versions.1.get(), versions.2.get()),
        |_| aliases(),
    );
    let offered = Resource::new(
        move || versions.0.get(),
        |_| async { Ok((suggest_alias().await?, relay().await?.domain, mailboxes().await?)) },
    );
    view! {
        <Title text="Aliases"/>
        <h1>"Aliases"</h1>
        <p>"Give an alias to whoever asks for your address. What it receives is relayed to one of your mailboxes."</p>
        <section class="card" aria-labelledby="new-alias">
            <h2 id="new-alias">"New alias"</h2>
            {loaded(offered, move |(local, domain, mailboxes)| view! { <NewAlias local domain mailboxes create/> })}
        </section>
        <h2>"Your aliases"</h2>
        <Declined action=actions.set_enabled/>
        <Declined action=actions.delete/>
        {loaded(asked, move |aliases| view! { <List aliases actions/> })}
    }
}

#[component]
fn NewAlias(
    local: String,
    domain: String,
    mailboxes: Vec<MailboxView>,
    create: ServerAction<CreateAlias>,
) -> impl IntoView {
    let form = NodeRef::<Form>::new();
    Effect::new(move |_| {
        let created = create.value().get().is_some_and(|created| created.is_ok());
        if let (true, Some(form)) = (created, form.get_untracked()) {
            form.reset();
        }
    });
    let verified: Vec<_> = mailboxes
        .into_iter()
        .filter(|mailbox| mailbox.protection != Protection::Unverified)
        .collect();
    if verified.is_empty() {
        return view! { <p>"An alias needs a verified mailbox. " <a href="/verify">"Verify your mailbox"</a></p> }
            .into_any();
    }
    view! {
        <ActionForm action=create node_ref=form>
            <Declined action=create/>
            <Field id="local" label="Alias" hint="A random one tells nobody who you are. Letters, digits, dots, hyphens and underscores.">
                <span class="affixed">
                    <input
                        id="local"
                        name="local"
                        value=local
                        autocomplete="off"
                        autocapitalize="none"
                        spellcheck="false"
                        required
                        minlength="3"
                        maxlength="64"
                        aria-describedby="local-domain local-hint"
                    />
                    <span id="local-domain">{format!("@{domain}")}</span>
                </span>
            </Field>
            <Field id="label" label="Label (optional)" hint="For you alone: who has this alias?">
                <input id="label" name="label" autocomplete="off" maxlength="100" aria-describedby="label-hint"/>
            </Field>
            <Field id="mailbox" label="Deliver to">
                <select id="mailbox" name="mailbox">
                    {verified
                        .into_iter()
                        .map(|mailbox| view! { <option value=mailbox.id.to_string()>{mailbox.address.to_string()}</option> })
                        .collect_view()}
                </select>
            </Field>
            <p class="actions">
                <Submit action=create>"Create alias"</Submit>
                // A new page is a new suggestion.
                <a href="/aliases" rel="external">"Suggest another"</a>
            </p>
        </ActionForm>
    }
    .into_any()
}

#[component]
fn List(aliases: Vec<AliasView>, actions: Actions) -> impl IntoView {
    if aliases.is_empty() {
        return view! { <p>"None yet. Create one above, and open it here to write from it and to see what happened to its mail."</p> }.into_any();
    }
    view! {
        <ul class="cards">
            {aliases.into_iter().map(|alias| view! { <li class="card"><Alias alias actions/></li> }).collect_view()}
        </ul>
    }
    .into_any()
}

#[component]
fn Alias(alias: AliasView, actions: Actions) -> impl IntoView {
    let Actions { set_enabled, delete } = actions;
    let (state, class, change) = match alias.enabled {
        true => ("Enabled", "badge good", "Disable"),
        false => ("Disabled", "badge", "Enable"),
    };
    let id = alias.id;
    let name = move || format!("alias-{id}");
    view! {
        <p class="alias">
            <strong class="address" id=name()><a href=format!("/aliases/{id}")>{alias.address.to_string()}</a></strong>
            <span class=class>{state}</span>
        </p>
        <p class="aside">
            {(!alias.label.is_empty()).then(|| view! { <span>{alias.label.clone()}</span> " · " })}
            "to " <span>{alias.mailbox.to_string()}</span>
        </p>
        <div class="actions">
            <ActionForm action=set_enabled>
                <input type="hidden" name="alias" value=id.to_string()/>
                <input type="hidden" name="enabled" value=(!alias.enabled).to_string()/>
                <button type="submit" class="secondary" aria-describedby=name()>{change}</button>
            </ActionForm>
            <details>
                <summary aria-describedby=name()>"Delete…"</summary>
                <p>"Mail to it is then refused, and nobody, you included, can ever take it again."</p>
                <ActionForm action=delete>
                    <input type="hidden" name="alias" value=id.to_string()/>
                    <button type="submit" class="danger" aria-describedby=name()>"Delete for good"</button>
                </ActionForm>
            </details>
        </div>
    }
}
