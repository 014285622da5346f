//! An alias's page: who one is when writing from it, writing first, and what happened to its mail.

use leptos::{html::Form, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{
    activity::Activity,
    form::{Declined, Field, Submit},
    loaded::loaded,
    move_alias::MoveAlias,
};
use crate::api::{
    ApiError,
    activity::{ActivityPage, EventId, SetRecordActivity, activity},
    alias::{AliasDetail, AliasId, AliasView, MAX_NAME, SetAliasName, StartThread, alias},
};

/// What one can do on the page.
#[derive(Clone, Copy)]
struct Actions {
    name: ServerAction<SetAliasName>,
    start: ServerAction<StartThread>,
    record: ServerAction<SetRecordActivity>,
}

#[component]
pub(super) fn Alias() -> impl IntoView {
    let actions = Actions {
        name: ServerAction::new(),
        start: ServerAction::new(),
        record: ServerAction::new(),
    };
    let versions = (
        actions.name.version(),
        actions.start.version(),
        actions.record.version(),
    );
    let (parameters, query) = (use_params_map(), use_query_map());
    let id = move || parameters.with(|parameters| parameters.get_str("alias").and_then(|id| id.parse().ok()));
    let before = move || query.with(|query| query.get_str("before").and_then(|id| id.parse().ok()));
    let asked = Resource::new(
        move || (id(), before(), versions.0.get(), versions.1.get(), versions.2.get()),
        |(id, before, ..): (Option<AliasId>, Option<EventId>, _, _, _)| async move {
            let id = id.ok_or(ApiError::NotFound)?;
            Ok((alias(id).await?, activity(id, before).await?, before.is_some()))
        },
    );
    view! {
        <Done actions/>
        {loaded(asked, move |(detail, page, past)| view! { <Complete detail page past actions/> })}
        <MoveAlias/>
    }
}

/// Says what was done, which the page's address tells: so it works without JavaScript, too.
#[component]
fn Done(actions: Actions) -> impl IntoView {
    let query = use_query_map();
    let declined = move || {
        let Actions { name, start, record } = actions;
        matches!(name.value().get(), Some(Err(_)))
            || matches!(start.value().get(), Some(Err(_)))
            || matches!(record.value().get(), Some(Err(_)))
    };
    let words = move || match query.with(|query| query.get("done"))?.as_str() {
        "started" => Some(
            "A message is on its way to your mailbox. Answer it, and your answer reaches the recipient from this alias.",
        ),
        "named" => Some("The name is saved."),
        "recording" => Some("Activity is recorded from now on."),
        "forgotten" => Some("Activity is no longer recorded, and what was recorded is deleted."),
        _ => None,
    };
    let notice = move || words().filter(|_| !declined());
    view! { <div role="status">{move || notice().map(|words| view! { <p class="notice good">{words}</p> })}</div> }
}

#[component]
fn Complete(detail: AliasDetail, page: ActivityPage, past: bool, actions: Actions) -> impl IntoView {
    let AliasDetail {
        alias,
        name,
        record_activity,
    } = detail;
    let title = alias.address.to_string();
    let (state, class) = match alias.enabled {
        true => ("Enabled", "badge good"),
        false => ("Disabled", "badge"),
    };
    view! {
        <Title text=title.clone()/>
        <h1>{title}</h1>
        <dl class="facts card">
            <dt>"State"</dt>
            <dd><span class=class>{state}</span></dd>
            {(!alias.label.is_empty()).then(|| view! {
                <dt>"Label"</dt>
                <dd>{alias.label.clone()}</dd>
            })}
            <dt>"Delivers to"</dt>
            <dd>{alias.mailbox.to_string()}</dd>
        </dl>
        <section class="card" aria-labelledby="outbound">
            <h2 id="outbound">"Send Outbound Mail"</h2>
            <Outbound alias=alias.clone() start=actions.start/>
        </section>
        <section class="card" aria-labelledby="sender">
            <h2 id="sender">"Who you are to others"</h2>
            <SenderName id=alias.id name action=actions.name/>
        </section>
        <section class="card" aria-labelledby="activity">
            <h2 id="activity">"Activity"</h2>
            <Activity alias page past recorded=record_activity action=actions.record/>
        </section>
        <p><a href="/aliases">"All aliases"</a></p>
    }
}

#[component]
fn Outbound(alias: AliasView, start: ServerAction<StartThread>) -> impl IntoView {
    let form = NodeRef::<Form>::new();
    Effect::new(move |_| {
        let started = start.value().get().is_some_and(|started| started.is_ok());
        if let (true, Some(form)) = (started, form.get_untracked()) {
            form.reset();
        }
    });
    if !alias.enabled {
        return view! { <p>"This alias is disabled. Enable it under " <a href="/aliases">"Aliases"</a> " to write from it."</p> }
            .into_any();
    }
    view! {
        <p>
            "Write first without showing your own address: Sealpost sends a message to "
            <span class="address">{alias.mailbox.to_string()}</span>
            " on behalf of the recipient, sealed like all your mail. Answer it in your mail app, and your answer reaches the \
             recipient from this alias."
        </p>
        <ActionForm action=start node_ref=form>
            <Declined action=start/>
            <input type="hidden" name="alias" value=alias.id.to_string()/>
            <Field id="recipient" label="Recipient's address">
                <input
                    id="recipient"
                    name="recipient"
                    type="email"
                    autocomplete="off"
                    autocapitalize="none"
                    spellcheck="false"
                    required
                    maxlength="254"
                />
            </Field>
            <Submit action=start>"Start Email Thread"</Submit>
        </ActionForm>
    }
    .into_any()
}

#[component]
fn SenderName(id: AliasId, name: String, action: ServerAction<SetAliasName>) -> impl IntoView {
    view! {
        <ActionForm action=action>
            <Declined action=action/>
            <input type="hidden" name="alias" value=id.to_string()/>
            <Field
                id="name"
                label="Sender's name"
                hint="Correspondents see it in From when you answer from this alias. Leave it empty to show the address alone."
            >
                <input
                    id="name"
                    name="name"
                    value=name
                    autocomplete="off"
                    maxlength=MAX_NAME.to_string()
                    aria-describedby="name-hint"
                />
            </Field>
            <Submit action=action class="secondary">"Save name"</Submit>
        </ActionForm>
    }
}
