//! Shows and blocks the contacts of an alias.

use leptos::prelude::*;
use time::OffsetDateTime;

use crate::{
    api::{
        alias::AliasView,
        contact::{ContactPage, ContactView, SetContactBlocked},
    },
    id::AliasId,
    ui::{form::Declined, when::When},
};

#[component]
pub(super) fn Contacts(
    alias: AliasView,
    page: ContactPage,
    now: OffsetDateTime,
    action: ServerAction<SetContactBlocked>,
) -> impl IntoView {
    let ContactPage { contacts, page, more } = page;
    let id = alias.id;
    let other = |page: u32| format!("/aliases/{id}?contacts={page}#contacts");
    if contacts.is_empty() && page == 1 {
        return view! { <p>"Nobody yet. Whoever writes to this alias is listed here, and can be blocked."</p> }
            .into_any();
    }
    view! {
        <p>
            "Mail from a blocked contact to this alias is refused, or dropped where the alias drops while it is off. A sender \
             is known by the address in From and by that of the envelope."
        </p>
        <Declined action/>
        <ul class="rows">
            {contacts.into_iter().map(|contact| view! { <li><Contact id contact page now action/></li> }).collect_view()}
        </ul>
        {(page > 1 || more).then(|| view! {
            <p class="actions">
                {(page > 1).then(|| view! { <a class="button" href=other(page - 1)>"Previous contacts"</a> })}
                {more.then(|| view! { <a class="button" href=other(page + 1)>"More contacts"</a> })}
            </p>
        })}
    }
    .into_any()
}

#[component]
fn Contact(
    id: AliasId,
    contact: ContactView,
    page: u32,
    now: OffsetDateTime,
    action: ServerAction<SetContactBlocked>,
) -> impl IntoView {
    let ContactView {
        id: contact,
        address,
        relay_address,
        last_used,
        blocked,
    } = contact;
    let name = format!("contact-{contact}");
    view! {
        <div>
            <p>
                <strong class="address" id=name.clone()>{address.to_string()}</strong>
                {blocked.then(|| view! { " " <span class="badge bad">"Blocked"</span> })}
            </p>
            <p class="aside">
                "In your mailbox: " <span class="address">{relay_address.to_string()}</span>
                {last_used.map(|at| view! { " · last mail " <When at now/> })}
            </p>
        </div>
        <ActionForm action=action>
            <input type="hidden" name="alias" value=id.to_string()/>
            <input type="hidden" name="contact" value=contact.to_string()/>
            <input type="hidden" name="blocked" value=(!blocked).to_string()/>
            <input type="hidden" name="page" value=page.to_string()/>
            <button type="submit" class="secondary" aria-describedby=name>
                {if blocked { "Unblock" } else { "Block" }}
            </button>
        </ActionForm>
    }
}
