//! Shows the page of an unsubscribe link in a relayed message. Opening it changes nothing, because programs follow
//! links as well.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::form::{Declined, Submit};
use crate::api::unsubscribe;

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
        <Title text="Turn an alias off"/>
        <section class="narrow">
            <h1>"Turn this alias off?"</h1>
            <div role="status">
                {move || off().then(|| view! {
                    <p class="notice good">
                        "The alias is off. Whoever writes to it is told that there is no such address. It can be turned on again \
                         under " <a href="/aliases">"Aliases"</a> "."
                    </p>
                })}
            </div>
            {move || (!off()).then(|| view! {
                <p>
                    "The message came through an alias. Turned off, the alias takes no more mail: not from this sender, and not \
                     from anybody else."
                </p>
                <ActionForm action=action>
                    <Declined action=action/>
                    <input type="hidden" name="token" value=token()/>
                    <Submit action=action class="danger">"Turn the alias off"</Submit>
                </ActionForm>
                <p class="aside">"To stop one sender only, block it on the alias's page instead."</p>
            })}
        </section>
    }
}
