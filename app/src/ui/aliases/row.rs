//! Shows one alias in the list.

use leptos::{either::Either, prelude::*, server_fn::ServerFn};
use time::OffsetDateTime;

use crate::{
    api::alias::{AliasQuery, AliasView, SetAliasEnabled, SetAliasPinned},
    id::AliasId,
    texts::{shown, text},
    ui::{copy::CopyText, when::When},
};

/// `query` is that of the list, `new` marks the alias that was created just now.
#[component]
pub(super) fn Row(alias: AliasView, now: OffsetDateTime, query: AliasQuery, new: bool) -> impl IntoView {
    let AliasView {
        id,
        enabled,
        pinned,
        relayed,
        refused,
        last_used,
        ..
    } = alias;
    let back = format!("?{}", query.written());
    let address = alias.address.to_string();
    let name = format!("alias-{id}-address");
    let class = match (new, enabled) {
        (true, _) => "alias new",
        (false, true) => "alias",
        (false, false) => "alias is-off",
    };
    view! {
        <li class=class id=format!("alias-{id}")>
            <label class="choice pick">
                <input
                    type="checkbox"
                    name="aliases[]"
                    value=id.to_string()
                    form="bulk"
                    autocomplete="off"
                    aria-label=text!(aliases.row.select, address = address.as_str())
                />
            </label>
            <div class="who">
                <p class="name-line">
                    <a class="name" href=format!("/aliases/{id}") id=name.clone() title=address.clone()>
                        <span class="local">{alias.address.local().to_owned()}</span>
                        <span class="domain">{format!("@{}", alias.address.domain())}</span>
                    </a>
                </p>
                <p class="meta">
                    {new.then(|| view! { <span class="badge good">{text!(aliases.row.new)}</span> })}
                    {pinned.then(|| view! { <span class="badge">{text!(aliases.row.pinned)}</span> })}
                    {(!alias.label.is_empty()).then(|| view! { <span class="label">{alias.label}</span> })}
                    <span class="to">{text!(aliases.row.mailbox, mailbox = alias.mailbox)}</span>
                </p>
            </div>
            <p class="use">
                <span>
                    {shown!(aliases.row.relayed, count = relayed, <number> = <span/>, <unit> = <span class="unit"/>)}
                </span>
                {(refused > 0).then(|| view! {
                    <span class="refused">{text!(aliases.row.not_relayed, count = refused)}</span>
                })}
                <span>
                    {match last_used {
                        Some(at) => Either::Left(view! { <When at now/> }),
                        None => Either::Right(text!(aliases.row.unused)),
                    }}
                </span>
            </p>
            <div class="copy"><CopyText text=address.clone() what=address.clone()/></div>
            <form method="post" action=SetAliasEnabled::url()>
                <input type="hidden" name="alias" value=id.to_string()/>
                <input type="hidden" name="back" value=back/>
                <SwitchButton enabled name=name.clone()/>
            </form>
            <Menu id pinned address name query/>
        </li>
    }
    // Rows are the largest part of the page, and the compiler bounds how deep types nest.
    .into_any()
}

/// The rarer actions. `name` is the id of the element with the address.
#[component]
fn Menu(id: AliasId, pinned: bool, address: String, name: String, query: AliasQuery) -> impl IntoView {
    let (back, encoded) = (format!("?{}", query.written()), query.encoded());
    view! {
        <details class="drop more" name="alias-menu">
            <summary aria-label=text!(aliases.row.more, address)><span aria-hidden="true">"⋯"</span></summary>
            <div class="panel">
                <form method="post" action=SetAliasPinned::url()>
                    <input type="hidden" name="alias" value=id.to_string()/>
                    <input type="hidden" name="pinned" value=(!pinned).to_string()/>
                    <input type="hidden" name="back" value=back/>
                    <button type="submit" aria-describedby=name.clone()>
                        {if pinned { text!(aliases.row.unpin) } else { text!(aliases.row.pin) }}
                    </button>
                </form>
                <a href=format!("/aliases/{id}?tab=settings") aria-describedby=name.clone()>{text!(aliases.row.settings)}</a>
                <a
                    class="bad"
                    href=format!("/aliases/delete?aliases[]={id}&back={encoded}")
                    aria-describedby=name
                >
                    {text!(aliases.row.delete)}
                </a>
            </div>
        </details>
    }
    .into_any()
}

/// The switch of a form that turns an alias on or off. `name` is the id of the element with its address.
#[component]
pub(in crate::ui) fn SwitchButton(enabled: bool, name: String) -> impl IntoView {
    view! {
        <button
            type="submit"
            class="onoff"
            role="switch"
            name="enabled"
            value=(!enabled).to_string()
            aria-checked=enabled.to_string()
            aria-labelledby=name
        >
            <span class="track" aria-hidden="true"></span>
            <span class="word" aria-hidden="true">
                {if enabled { text!(aliases.row.on) } else { text!(aliases.row.off) }}
            </span>
        </button>
    }
}

/// Shows how much mail an alias had, and when it was last used.
#[component]
pub(in crate::ui) fn Use(alias: AliasView, now: OffsetDateTime) -> impl IntoView {
    let AliasView {
        relayed,
        refused,
        last_used,
        ..
    } = alias;
    view! {
        {format!("{} · ", text!(aliases.usage.relayed, count = relayed))}
        {(refused > 0).then(|| format!("{} · ", text!(aliases.usage.not_relayed, count = refused)))}
        {match last_used {
            Some(at) => Either::Left(shown!(aliases.usage.last_used, when = move || view! { <When at now/> })),
            None => Either::Right(text!(aliases.usage.unused)),
        }}
    }
}
