//! Shows whether the account is linked with the operator's sign-in provider, and links and unlinks it.

use leptos::prelude::*;
use time::OffsetDateTime;

use super::{
    super::{
        form::Submit,
        provider::{Confirmed, LinkWith},
        when::When,
    },
    password::Confirm,
};
use crate::{
    api::{
        provider::{ProviderLink, UnlinkProvider},
        security::ConfirmPassword,
    },
    texts::{shown, text},
};

#[component]
pub(super) fn Provider(
    link: ProviderLink,
    confirmed: bool,
    now: OffsetDateTime,
    unlink: ServerAction<UnlinkProvider>,
    confirm: ServerAction<ConfirmPassword>,
) -> impl IntoView {
    let ProviderLink {
        name,
        since,
        may_unlink,
    } = link;
    let Some(since) = since else {
        let link = match confirmed {
            true => view! { <LinkWith name=name.clone()/> }.into_any(),
            false => view! { <Confirm action=confirm id="link-password"/> }.into_any(),
        };
        return view! {
            <p>{text!(account.provider.not_linked, name = name)}</p>
            {link}
        }
        .into_any();
    };
    let unlink = match may_unlink {
        true => view! {
            <details>
                <summary>{text!(account.provider.unlink_details)}</summary>
                <ActionForm action=unlink>
                    <Confirmed id="unlink-password">
                        <Submit action=unlink class="danger">{text!(account.provider.unlink)}</Submit>
                    </Confirmed>
                </ActionForm>
            </details>
        }
        .into_any(),
        false => view! { <p class="hint">{text!(account.provider.only_way_in)}</p> }.into_any(),
    };
    view! {
        <p>
            {text!(account.provider.signs_in, name = name.clone())}
            " "
            {shown!(account.provider.linked, <when/> = move || view! { <When at=since now/> })}
        </p>
        <p class="hint">{text!(account.provider.second_factor, name = name)}</p>
        {unlink}
    }
    .into_any()
}
