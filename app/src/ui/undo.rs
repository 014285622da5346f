//! Undoes changes of aliases and contacts, and turns switches back, in the report of them.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::params::ParamsMap;

use crate::{
    api::{alias::SetAliasEnabled, bulk::UndoSwitch, contact::SetContactBlocked, done::Done, tab::Tab},
    id::AliasId,
    texts::text,
};

/// Returns the form that undoes an outcome, if that is possible. It returns to the current page. `of` is the number
/// that was reported with the outcome, `rest` the query without the report.
pub(super) fn undo_form(done: Done, of: i64, path: &str, query: &ParamsMap, rest: &str) -> Option<AnyView> {
    // Never empty, because a form cannot tell an empty value from a missing one.
    let back = format!("?{}", rest.trim_start_matches('?'));
    match done {
        Done::AliasOff => {
            let form = view! {
                {switch_one(of, true, path, query, back)}
                <a href=format!("/aliases/{of}?tab=settings#state")>{text!(frame.form.senders_told)}</a>
            };
            Some(form.into_any())
        }
        Done::AliasOn => Some(switch_one(of, false, path, query, back).into_any()),
        Done::AliasesOff => Some(switch_several(of, true, back).into_any()),
        Done::AliasesOn => Some(switch_several(of, false, back).into_any()),
        Done::ContactBlocked => Some(unblock(of, path, query)?.into_any()),
        _ => None,
    }
}

/// Returns the form that turns a switch back, if the outcome is of one.
pub(super) fn turn_back(done: Done, of: i64) -> Option<AnyView> {
    let undo = done.undo()?;
    let form = view! {
        <form method="post" action=undo.function>
            <input type="hidden" name=undo.object value=of.to_string()/>
            <input type="hidden" name="on" value=undo.on.to_string()/>
            <button type="submit" class="link">{text!(frame.form.undo)}</button>
        </form>
    };
    Some(form.into_any())
}

fn switch_one(alias: i64, enabled: bool, path: &str, query: &ParamsMap, back: String) -> impl IntoView + use<> {
    let back = (path == "/aliases").then(|| view! { <input type="hidden" name="back" value=back/> });
    let tab = (path != "/aliases").then(|| Tab::read(query.get_str("tab")).word());
    view! {
        <form method="post" action=SetAliasEnabled::url()>
            <input type="hidden" name="alias" value=alias.to_string()/>
            <input type="hidden" name="enabled" value=enabled.to_string()/>
            {back}
            {tab.map(|tab| view! { <input type="hidden" name="tab" value=tab/> })}
            <button type="submit" class="link">{text!(frame.form.undo)}</button>
        </form>
    }
}

fn switch_several(change: i64, enabled: bool, back: String) -> impl IntoView + use<> {
    view! {
        <form method="post" action=UndoSwitch::url()>
            <input type="hidden" name="change" value=change.to_string()/>
            <input type="hidden" name="enabled" value=enabled.to_string()/>
            <input type="hidden" name="back" value=back/>
            <button type="submit" class="link">{text!(frame.form.undo)}</button>
        </form>
    }
}

fn unblock(contact: i64, path: &str, query: &ParamsMap) -> Option<impl IntoView + use<>> {
    let alias: AliasId = path.strip_prefix("/aliases/")?.parse().ok()?;
    let contacts: u32 = query
        .get_str("contacts")
        .and_then(|page| page.parse().ok())
        .unwrap_or(1);
    Some(view! {
        <form method="post" action=SetContactBlocked::url()>
            <input type="hidden" name="alias" value=alias.to_string()/>
            <input type="hidden" name="contact" value=contact.to_string()/>
            <input type="hidden" name="blocked" value="false"/>
            <input type="hidden" name="page" value=contacts.to_string()/>
            <button type="submit" class="link">{text!(frame.form.undo)}</button>
        </form>
    })
}
