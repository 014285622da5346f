//! Shows the page of an unsubscribe link in a relayed message. Opening it changes nothing, because programs follow
//! links as well.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::form::{Declined, Submit};
use crate::{
    api::unsubscribe,
    texts::{shown, text},
};

#[component]
pub(super) fn Unsubscribe() -> impl IntoView {
    let action = ServerAction::<unsubscribe::Unsubscribe>::new();
    let (parameters, query) = (use_params_map(), use_query_map());
    let token = move || {
        parameters
            .with(|parameters| parameters.get("token"))
            .unwrap_or_default()
    };
    let off = move || query.with(|query| query.get_str("done") == Some("off"));
    view! {
        <Title text=text!(frame.unsubscribe.title)/>
        <section class="narrow">
            <h1>{text!(frame.unsubscribe.heading)}</h1>
            <div role="status">
                {move || off().then(|| view! {
                    <p class="notice good">{shown!(frame.unsubscribe.off, <a> = <a href="/aliases"/>)}</p>
                })}
            </div>
            {move || (!off()).then(|| view! {
                <p>{text!(frame.unsubscribe.text)}</p>
                <ActionForm action=action>
                    <Declined action=action/>
                    <input type="hidden" name="token" value=token()/>
                    <Submit action=action class="danger">{text!(frame.unsubscribe.button)}</Submit>
                </ActionForm>
                <p class="aside">{text!(frame.unsubscribe.block)}</p>
            })}
        </section>
    }
}
