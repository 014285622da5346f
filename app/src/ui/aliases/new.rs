//! Creates an alias with one click, or with the choices under {text!(aliases.options)}, and shows the one that was created.

use leptos::{prelude::*, server_fn::ServerFn};

use crate::{
    api::{
        account::RelayInfo,
        alias::{AliasView, CreateAlias},
        limits::MAX_LABEL,
        mailbox::MailboxView,
    },
    texts::{shown, text},
    ui::{
        copy::CopyAddress,
        form::{Declined, Field},
        kept::kept,
    },
};

/// The heading of the page with the button. `any` tells whether the account has aliases.
#[component]
pub(super) fn NewAlias(relay: RelayInfo, mailboxes: Vec<MailboxView>, any: bool) -> impl IntoView {
    let create = ServerAction::<CreateAlias>::new();
    if mailboxes.is_empty() {
        return view! {
            <h1>{text!(aliases.title)}</h1>
            <div class="empty">
                <p class="empty-title">{text!(aliases.verify_first)}</p>
                <p>{text!(aliases.verify_why)}</p>
                <p class="actions"><a class="button primary" href="/verify">{text!(aliases.verify)}</a></p>
            </div>
        }
        .into_any();
    }
    // A declined form comes back with what was typed.
    let open = ["local", "label", "domain"]
        .iter()
        .any(|field| kept(create, field).is_some_and(|text| !text.is_empty()));
    view! {
        <form method="post" action=CreateAlias::url() class="new-alias">
            <div class="page-head">
                <h1>{text!(aliases.title)}</h1>
                <details class="drop" open=open>
                    <summary>{text!(aliases.options)}</summary>
                    <div class="panel"><Options relay mailboxes create/></div>
                </details>
                <button id="new-alias" type="submit" class="primary">{text!(aliases.new)}</button>
            </div>
            <Declined action=create/>
            {(!any).then(|| view! {
                <div class="empty">
                    <p class="empty-title">{text!(aliases.none_yet)}</p>
                    <p>{text!(aliases.what_is_one)}</p>
                    <p class="actions"><button type="submit" class="primary">{text!(aliases.create_first)}</button></p>
                </div>
            })}
        </form>
    }
    .into_any()
}

#[component]
fn Options(relay: RelayInfo, mailboxes: Vec<MailboxView>, create: ServerAction<CreateAlias>) -> impl IntoView {
    let chosen = kept(create, "mailbox");
    view! {
        <Field id="local" label=text!(aliases.local) hint=text!(aliases.local_hint)>
            <span class="affixed">
                <input
                    id="local"
                    name="local"
                    value=kept(create, "local")
                    placeholder=text!(aliases.local_random)
                    autocomplete="off"
                    autocapitalize="none"
                    spellcheck="false"
                    minlength="3"
                    maxlength="64"
                    aria-describedby="local-domain local-hint"
                />
                <Domain relay chosen=kept(create, "domain")/>
            </span>
        </Field>
        <Field id="label" label=text!(aliases.label) hint=text!(aliases.label_hint)>
            <input
                id="label"
                name="label"
                value=kept(create, "label")
                autocomplete="off"
                maxlength=MAX_LABEL.to_string()
                aria-describedby="label-hint"
            />
        </Field>
        <Field id="mailbox" label=text!(aliases.deliver_to)>
            <select id="mailbox" name="mailbox">
                {mailboxes
                    .into_iter()
                    .map(|mailbox| {
                        let id = mailbox.id.to_string();
                        let selected = chosen.as_ref() == Some(&id);
                        view! { <option value=id selected=selected>{mailbox.address.to_string()}</option> }
                    })
                    .collect_view()}
            </select>
        </Field>
        <p class="actions"><button type="submit" class="secondary">{text!(aliases.create)}</button></p>
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
        <select id="local-domain" name="domain" aria-label=text!(aliases.domain)>
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

/// The alias that was created just now.
#[component]
pub(super) fn Created(alias: AliasView) -> impl IntoView {
    let address = alias.address.to_string();
    let href = format!("/aliases/{}", alias.id);
    let told = shown!(aliases.created_address, address = address.clone(), <a> = <a class="address" href=href.clone()/>);
    view! {
        <section class="created" aria-label=text!(aliases.created)>
            <p>{told}</p>
            <p class="actions"><CopyAddress address/></p>
        </section>
    }
}
