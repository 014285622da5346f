//! Shows the contacts of an alias with their relay addresses, and blocks them.

use leptos::{prelude::*, server_fn::ServerFn};
use time::OffsetDateTime;

use crate::{
    api::{
        alias::AliasView,
        contact::{ContactPage, ContactView, SetContactBlocked},
    },
    id::AliasId,
    texts::{shown, text},
    ui::{copy::CopyText, form::Declined, when::When},
};

#[component]
pub(super) fn Contacts(alias: AliasView, page: ContactPage, now: OffsetDateTime) -> impl IntoView {
    let action = ServerAction::<SetContactBlocked>::new();
    let ContactPage { contacts, page, more } = page;
    let id = alias.id;
    let other = |page: u32| format!("/aliases/{id}?tab=contacts&contacts={page}#contacts");
    if contacts.is_empty() && page == 1 {
        return view! { <p>{text!(alias.contact.none_yet)}</p> }.into_any();
    }
    view! {
        <p class="hint">{text!(alias.contact.hint)}</p>
        <Declined action/>
        <ul class="contact-rows">
            {contacts.into_iter().map(|contact| view! { <Contact id contact page now/> }).collect_view()}
        </ul>
        {(page > 1 || more).then(|| view! {
            <p class="actions">
                {(page > 1).then(|| view! { <a class="button" href=other(page - 1)>{text!(alias.contact.previous)}</a> })}
                {more.then(|| view! { <a class="button" href=other(page + 1)>{text!(alias.contact.more)}</a> })}
            </p>
        })}
    }
    .into_any()
}

#[component]
fn Contact(id: AliasId, contact: ContactView, page: u32, now: OffsetDateTime) -> impl IntoView {
    let ContactView {
        id: contact,
        address,
        relay_address,
        last_used,
        blocked,
    } = contact;
    let name = format!("contact-{contact}");
    let (address, relay_address) = (address.to_string(), relay_address.to_string());
    view! {
        <li>
            <div class="who">
                <p>
                    <strong class="address" id=name.clone()>{address.clone()}</strong>
                    {blocked.then(|| view! { " " <span class="badge bad">{text!(alias.contact.blocked)}</span> })}
                </p>
                <p class="relay-address" title=relay_address.clone()>{relay_address.clone()}</p>
                {last_used.map(|at| {
                    let told = shown!(alias.contact.last_mail, when = move || view! { <When at now/> });
                    view! { <p class="meta">{told}</p> }
                })}
            </div>
            <div class="copy"><CopyText text=relay_address what=text!(alias.contact.relay_address, address)/></div>
            <form method="post" action=SetContactBlocked::url()>
                <input type="hidden" name="alias" value=id.to_string()/>
                <input type="hidden" name="contact" value=contact.to_string()/>
                <input type="hidden" name="blocked" value=(!blocked).to_string()/>
                <input type="hidden" name="page" value=page.to_string()/>
                <button type="submit" class="secondary" aria-describedby=name>
                    {if blocked { text!(alias.contact.unblock) } else { text!(alias.contact.block) }}
                </button>
            </form>
        </li>
    }
}
