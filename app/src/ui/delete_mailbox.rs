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
};

#[component]
pub(super) fn DeleteMailbox() -> impl IntoView {
    let delete = ServerAction::<Delete>::new();
    let parameters = use_params_map();
    let id = move || parameters.with(|parameters| parameters.get_str("mailbox").and_then(|id| id.parse().ok()));
    let asked = Resource::new(id, |id: Option<MailboxId>| async move {
        mailbox_deletion(id.ok_or(ApiError::NotFound)?).await
    });
    page(asked, "Delete a mailbox", move |deletion| {
        view! {
            <Title text="Delete a mailbox"/>
            <h1>"Delete a mailbox"</h1>
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
        true => view! {
            <p class="notice warn">
                "You sign in with this address, so its mailbox cannot be deleted. Otherwise the next owner of the address could take \
                 over your account."
            </p>
        }
        .into_any(),
        false => view! { <Danger id address=address.clone() aliases profiles delete/> }.into_any(),
    };
    view! {
        <p class="aside"><span>{address}</span> " · " <a href="/relay">"Mail Relay Settings"</a></p>
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
            <h2 id="danger">"Danger zone"</h2>
            <ul>
                <li>{aliases_go(aliases)}</li>
                <li>{profiles_go(profiles)}</li>
                <li>"Mail that is on its way to this mailbox is still delivered."</li>
                <li>"Mail that you received stays at your provider. You can read it with the keys that you exported, so keep those files."</li>
            </ul>
            <p>"None of this can be undone."</p>
            <ActionForm action=delete>
                <Declined action=delete/>
                <input type="hidden" name="mailbox" value=id.to_string()/>
                <TypedConfirmation id="confirmation" word=address/>
                <Submit action=delete class="danger">"Delete mailbox"</Submit>
            </ActionForm>
        </section>
    }
}

fn aliases_go(count: u64) -> String {
    match count {
        0 => "No alias delivers to it.".to_owned(),
        1 => "1 alias goes with it. Mail to it is rejected, and nobody can take it again, not even you.".to_owned(),
        many => format!(
            "{many} aliases go with it. Mail to them is rejected, and nobody can take them again, not even you."
        ),
    }
}

fn profiles_go(count: usize) -> String {
    match count {
        0 => "It has no profile.".to_owned(),
        1 => "Its profile goes, with its keys and the certificates of your contacts.".to_owned(),
        many => format!("Its {many} profiles go, with their keys and the certificates of your contacts."),
    }
}
