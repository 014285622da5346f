//! Shows the page that deletes somebody's account: the consequences, and the typed confirmation.

use leptos::prelude::*;
use leptos_meta::Title;

use super::{
    super::{
        form::{Declined, Submit},
        loaded::page,
        parts::TypedConfirmation,
        provider::Confirmed,
    },
    account::named,
};
use crate::{
    api::{
        ApiError,
        administration::{AccountDetail, DeleteAccountOf, account_of},
    },
    id::AccountId,
    texts::{shown, text},
};

#[component]
pub(in crate::ui) fn DeleteAccountOfPage() -> impl IntoView {
    let delete = ServerAction::<DeleteAccountOf>::new();
    let asked = Resource::new(named, |account: Option<AccountId>| async move {
        account_of(account.ok_or(ApiError::NotFound)?).await
    });
    page(
        asked,
        text!(administration.delete.title),
        move |detail| view! { <Deletion detail delete/> },
    )
}

#[component]
fn Deletion(detail: AccountDetail, delete: ServerAction<DeleteAccountOf>) -> impl IntoView {
    let AccountDetail { account, own, .. } = detail;
    let (id, email) = (account.id, account.email.clone());
    let form = match own {
        true => view! {
            <p class="notice">{shown!(administration.account.own, <a> = <a href="/account"/>)}</p>
        }
        .into_any(),
        false => view! {
            <ActionForm action=delete>
                <Declined action=delete/>
                <input type="hidden" name="account" value=id.to_string()/>
                <TypedConfirmation id="confirmation" word=email/>
                <Confirmed>
                    <Submit action=delete class="danger">{text!(administration.delete.submit)}</Submit>
                </Confirmed>
            </ActionForm>
        }
        .into_any(),
    };
    view! {
        <Title text=text!(administration.delete.title)/>
        <section class="narrow">
            <h1>{text!(administration.delete.title)}</h1>
            <p class="address"><strong>{account.email.clone()}</strong></p>
            <p>{text!(administration.delete.about)}</p>
            <p>{text!(administration.delete.sizes, mailboxes = account.mailboxes, aliases = account.aliases)}</p>
            {form}
            <p><a href=format!("/administration/accounts/{}", account.id)>{text!(administration.delete.keep)}</a></p>
        </section>
    }
}
