//! Shows the page that deletes a mailbox: the consequences, how to keep the aliases, and the typed confirmation.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use super::{
    form::{Declined, Submit},
    loaded::page,
    move_alias::MoveAliases,
    parts::TypedConfirmation,
};
use crate::{
    api::{
        ApiError,
        mailbox::{DeleteMailbox as Delete, Deletion, mailbox_deletion},
    },
    id::MailboxId,
    texts::text,
};

#[component]
pub(super) fn DeleteMailbox() -> impl IntoView {
    let delete = ServerAction::<Delete>::new();
    let parameters = use_params_map();
    let id = move || parameters.with(|parameters| parameters.get_str("mailbox").and_then(|id| id.parse().ok()));
    let asked = Resource::new(id, |id: Option<MailboxId>| async move {
        mailbox_deletion(id.ok_or(ApiError::NotFound)?).await
    });
    page(asked, text!(relay.deletion.title), move |deletion| {
        view! {
            <Title text=text!(relay.deletion.title)/>
            <h1>{text!(relay.deletion.title)}</h1>
            <Consequences deletion delete/>
        }
    })
}

#[component]
fn Consequences(deletion: Deletion, delete: ServerAction<Delete>) -> impl IntoView {
    let Deletion {
        mailbox,
        aliases,
        signs_in,
        others,
    } = deletion;
    let (id, address) = (mailbox.id, mailbox.address.to_string());
    let profiles = mailbox.profiles.len();
    let keep = (aliases > 0).then(|| view! { <MoveAliases from=mailbox others/> });
    let danger = match signs_in {
        true => view! { <p class="notice warn">{text!(relay.deletion.signs_in)}</p> }.into_any(),
        false => view! { <Danger id address=address.clone() aliases profiles delete/> }.into_any(),
    };
    view! {
        <p class="aside"><span>{address}</span> " · " <a href="/relay">{text!(relay.title)}</a></p>
        {keep}
        {danger}
    }
}

#[component]
fn Danger(
    id: MailboxId,
    address: String,
    aliases: u64,
    profiles: usize,
    delete: ServerAction<Delete>,
) -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="danger">
            <h2 id="danger">{text!(relay.deletion.danger)}</h2>
            <ul>
                <li>{aliases_go(aliases)}</li>
                <li>{profiles_go(profiles)}</li>
                <li>{text!(relay.deletion.in_transit)}</li>
                <li>{text!(relay.deletion.received)}</li>
            </ul>
            <p>{text!(relay.deletion.no_undo)}</p>
            <ActionForm action=delete>
                <Declined action=delete/>
                <input type="hidden" name="mailbox" value=id.to_string()/>
                <TypedConfirmation id="confirmation" word=address/>
                <Submit action=delete class="danger">{text!(relay.deletion.submit)}</Submit>
            </ActionForm>
        </section>
    }
}

fn aliases_go(count: u64) -> String {
    match count {
        0 => text!(relay.deletion.no_alias).to_owned(),
        1 => text!(relay.deletion.alias).to_owned(),
        many => text!(relay.deletion.aliases, count = many),
    }
}

fn profiles_go(count: usize) -> String {
    match count {
        0 => text!(relay.deletion.no_profile).to_owned(),
        1 => text!(relay.deletion.profile).to_owned(),
        many => text!(relay.deletion.profiles, count = many),
    }
}
