//! Shows an alias at a glance, the ways to share it, its switch, and the tabs of its page.

use leptos::{prelude::*, server_fn::ServerFn};
use time::OffsetDateTime;

use crate::{
    api::{
        alias::{AliasView, SetAliasEnabled},
        tab::Tab,
    },
    texts::{shown, text},
    ui::{
        aliases::{SwitchButton, Use},
        copy::CopyAddress,
        form::Declined,
    },
};

#[component]
pub(super) fn Head(alias: AliasView, now: OffsetDateTime, tab: Tab) -> impl IntoView {
    let id = alias.id;
    let (address, mailbox) = (alias.address.to_string(), alias.mailbox.to_string());
    let (picture, alt) = (
        format!("/aliases/{id}/qr.svg"),
        text!(alias.qr_picture, address = address.as_str()),
    );
    let switch = ServerAction::<SetAliasEnabled>::new();
    view! {
        <p class="crumb"><a href="/aliases">{text!(alias.all)}</a></p>
        <div class="alias-head">
            <h1 id="address">{address.clone()}</h1>
            <p class="aside">
                {(!alias.label.is_empty()).then(|| view! { <strong class="label">{alias.label.clone()}</strong> " · " })}
                {shown!(alias.mailbox, mailbox, <address> = <span class="address"/>)} " · "
                <Use alias=alias.clone() now/>
            </p>
            <div class="actions">
                <form method="post" action=SetAliasEnabled::url()>
                    <input type="hidden" name="alias" value=id.to_string()/>
                    <input type="hidden" name="tab" value=tab.word()/>
                    <SwitchButton enabled=alias.enabled name="address".to_owned()/>
                </form>
                <CopyAddress address/>
                <details class="drop">
                    <summary>{text!(alias.qr)}</summary>
                    <div class="panel">
                        <p class="hint">{text!(alias.qr_hint)}</p>
                        <img src=picture alt=alt width="240" height="240" loading="lazy"/>
                    </div>
                </details>
            </div>
        </div>
        <Declined action=switch/>
        <nav class="tabs" aria-label=text!(alias.tabs)>
            <ul>
                {Tab::ALL
                    .into_iter()
                    .map(|each| {
                        let href = format!("/aliases/{id}?tab={}", each.word());
                        view! { <li><a href=href aria-current=(each == tab).then_some("page")>{name(each)}</a></li> }
                    })
                    .collect_view()}
            </ul>
        </nav>
    }
    .into_any()
}

fn name(tab: Tab) -> &'static str {
    match tab {
        Tab::Contacts => text!(alias.contacts),
        Tab::Activity => text!(alias.activity),
        Tab::Settings => text!(alias.settings),
    }
}
