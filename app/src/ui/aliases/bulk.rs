//! Changes the selected aliases. The checkboxes of the rows belong to this form, although they stand outside of it,
//! because each row has forms of its own.

use leptos::{prelude::*, server_fn::ServerFn};

use crate::api::{
    alias::AliasQuery,
    bulk::ChangeAliases,
    mailbox::{MailboxView, Protection},
};
use crate::{texts::text, ui::move_alias};

/// `found` aliases match the query.
#[component]
pub(super) fn Bulk(query: AliasQuery, found: u64, mailboxes: Vec<MailboxView>) -> impl IntoView {
    let back = format!("?{}", query.written());
    let all = match found {
        _ if query.narrows() => text!(aliases.bulk.all_found, count = found),
        _ => text!(aliases.bulk.all, count = found),
    };
    view! {
        // Narrow screens have no room for checkboxes unless they are asked for.
        <label class="choice selecting">
            <input type="checkbox" id="selecting" autocomplete="off"/>
            {text!(aliases.bulk.select)}
        </label>
        <label class="choice pick-all">
            <input type="checkbox" name="all" value="true" form="bulk" autocomplete="off"/>
            {all}
        </label>
        <form id="bulk" class="bulk" method="post" action=ChangeAliases::url() aria-label=text!(aliases.bulk.what)>
            // The first button would answer to the Enter key on a checkbox.
            <button type="submit" disabled hidden></button>
            <input type="hidden" name="q" value=query.search/>
            <input type="hidden" name="show" value=query.show.word()/>
            <input type="hidden" name="sort" value=query.sort.word()/>
            <input type="hidden" name="back" value=back/>
            <button type="submit" name="change" value="on">{text!(aliases.bulk.turn_on)}</button>
            <button type="submit" name="change" value="off">{text!(aliases.bulk.turn_off)}</button>
            <button type="submit" name="change" value="pin">{text!(aliases.bulk.pin)}</button>
            <button type="submit" name="change" value="unpin">{text!(aliases.bulk.unpin)}</button>
            {(mailboxes.len() > 1).then(|| view! { <Move mailboxes/> })}
            <button type="submit" formaction="/aliases/export">{text!(aliases.bulk.export)}</button>
            <button type="submit" class="danger" formmethod="get" formaction="/aliases/delete">{text!(aliases.bulk.delete)}</button>
        </form>
    }
    .into_any()
}

/// Moves them. If mail may then be forwarded unencrypted, it also asks for a confirmation.
#[component]
fn Move(mailboxes: Vec<MailboxView>) -> impl IntoView {
    let ask = mailboxes.iter().any(|mailbox| mailbox.protection == Protection::Clear);
    view! {
        <details class="drop">
            <summary>{text!(aliases.bulk.move_to)}</summary>
            <div class="panel">
                <div class="field">
                    <label for="bulk-mailbox">{text!(aliases.bulk.deliver_to)}</label>
                    <select id="bulk-mailbox" name="mailbox">{mailboxes.into_iter().map(move_alias::option).collect_view()}</select>
                </div>
                {ask.then(|| view! {
                    <p class="choice">
                        <input type="checkbox" id="bulk-unsealed" name="unsealed" value="true"/>
                        <label for="bulk-unsealed">{text!(alias.moving.confirm)}</label>
                    </p>
                })}
                <button type="submit" name="change" value="move" class="secondary">{text!(aliases.bulk.move_now)}</button>
            </div>
        </details>
    }
}
