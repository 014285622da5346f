//! Shows the form that creates an alias.

use leptos::{html::Form, prelude::*};

use crate::{
    api::{
        account::RelayInfo,
        alias::CreateAlias,
        limits::MAX_LABEL,
        mailbox::{MailboxView, Protection},
    },
    ui::{
        form::{Declined, Field, Submit},
        kept::kept,
    },
};

#[component]
pub(super) fn NewAlias(
    local: String,
    relay: RelayInfo,
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
    let chosen = kept(create, "mailbox");
    view! {
        <ActionForm action=create node_ref=form>
            <Declined action=create/>
            <Field id="local" label="Alias" hint="A random one tells nobody who you are. Letters, digits, dots, hyphens and underscores.">
                <span class="affixed">
                    <input
                        id="local"
                        name="local"
                        value=kept(create, "local").unwrap_or(local)
                        autocomplete="off"
                        autocapitalize="none"
                        spellcheck="false"
                        required
                        minlength="3"
                        maxlength="64"
                        aria-describedby="local-domain local-hint"
                    />
                    <Domain relay chosen=kept(create, "domain")/>
                </span>
            </Field>
            <Field id="label" label="Label (optional)" hint="For you alone: who has this alias?">
                <input
                    id="label"
                    name="label"
                    value=kept(create, "label")
                    autocomplete="off"
                    maxlength=MAX_LABEL.to_string()
                    aria-describedby="label-hint"
                />
            </Field>
            <Field id="mailbox" label="Deliver to">
                <select id="mailbox" name="mailbox">
                    {verified
                        .into_iter()
                        .map(|mailbox| {
                            let id = mailbox.id.to_string();
                            let selected = chosen.as_ref() == Some(&id);
                            view! { <option value=id selected=selected>{mailbox.address.to_string()}</option> }
                        })
                        .collect_view()}
                </select>
            </Field>
            <p class="actions">
                <Submit action=create>"Create alias"</Submit>
                // Each page load makes a new suggestion.
                <a href="/aliases" rel="external">"Suggest another"</a>
            </p>
        </ActionForm>
    }
    .into_any()
}

/// The domain after the local part, with a choice if there are several.
#[component]
fn Domain(relay: RelayInfo, chosen: Option<String>) -> impl IntoView {
    let RelayInfo {
        domain, other_domains, ..
    } = relay;
    if other_domains.is_empty() {
        return view! { <span id="local-domain">{format!("@{domain}")}</span> }.into_any();
    }
    let offered = std::iter::once(domain).chain(other_domains);
    view! {
        <select id="local-domain" name="domain" aria-label="Domain of the alias">
            {offered
                .map(|domain| {
                    let selected = chosen.as_ref() == Some(&domain);
                    view! { <option value=domain.clone() selected=selected>{format!("@{domain}")}</option> }
                })
                .collect_view()}
        </select>
    }
    .into_any()
}
