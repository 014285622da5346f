//! Shows the limits of one account, and changes them.

use leptos::prelude::*;

use super::super::{
    form::{Declined, Submit},
    kept::kept,
};
use crate::{
    api::administration::{AccountLimits, AccountView, RelayLimits, SetAccountLimits},
    texts::text,
};

/// The form of the limits of an account.
#[component]
pub(super) fn Limits(
    account: AccountView,
    limits: AccountLimits,
    relay: RelayLimits,
    action: ServerAction<SetAccountLimits>,
) -> impl IntoView {
    let typed = move |name: &str, own: Option<u32>| kept(action, name).or_else(|| own.map(|own| own.to_string()));
    view! {
        <section class="card" aria-labelledby="limits">
            <h2 id="limits">{text!(administration.limits.title)}</h2>
            <p>{text!(administration.limits.about)}</p>
            <ActionForm action=action>
                <Declined action=action/>
                <input type="hidden" name="account" value=account.id.to_string()/>
                <div class="numbers">
                    <Limit
                        name="mailboxes"
                        label=text!(administration.account.mailboxes)
                        value=typed("mailboxes", limits.mailboxes)
                        relay=relay.mailboxes
                    />
                    <Limit
                        name="aliases"
                        label=text!(administration.account.aliases)
                        value=typed("aliases", limits.aliases)
                        relay=relay.aliases
                    />
                    <Limit
                        name="messages_per_hour"
                        label=text!(administration.limits.messages)
                        value=typed("messages_per_hour", limits.messages_per_hour)
                        relay=relay.messages_per_hour.into()
                    />
                    <Limit
                        name="replies_per_hour"
                        label=text!(administration.limits.replies)
                        value=typed("replies_per_hour", limits.replies_per_hour)
                        relay=relay.replies_per_hour.into()
                    />
                </div>
                <Submit action=action class="secondary">{text!(administration.limits.save)}</Submit>
            </ActionForm>
        </section>
    }
}

#[component]
fn Limit(name: &'static str, label: &'static str, value: Option<String>, relay: u64) -> impl IntoView {
    let (id, hint) = (format!("limit-{name}"), format!("limit-{name}-hint"));
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <input
                id=id
                name=name
                value=value
                inputmode="numeric"
                autocomplete="off"
                maxlength="10"
                aria-describedby=hint.clone()
            />
            <p class="hint" id=hint>{text!(administration.limits.of_relay, most = relay)}</p>
        </div>
    }
}
