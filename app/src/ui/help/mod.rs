//! Shows the help: a page of contents, and a short page for each topic. It needs no session and no JavaScript.

mod account;
mod aliases;
mod begin;
mod mail_apps;
mod missing;
mod pgp;
mod picture;
mod profiles;
mod program;
mod questions;
mod refused;
mod replies;
mod threats;
mod topic;
mod unreadable;

use leptos::prelude::*;
use leptos_meta::{Meta, Title};
use leptos_router::hooks::use_params_map;

use self::topic::{GROUPS, Group, Topic, find};
use super::loaded::NotFound;
use crate::texts::text;

/// The contents.
#[component]
pub(super) fn Help() -> impl IntoView {
    let entry = |topic: &Topic, plain: bool| {
        view! {
            // The help was one page once, and its anchors are the names of today's pages.
            <li id=topic.key>
                <a href=topic.path()>{(topic.name)()}</a>
                {(!plain).then(|| view! { <p>{(topic.about)()}</p> })}
            </li>
        }
    };
    let group = |group: &Group| {
        view! {
            <section class="topics">
                <h2>{(group.name)()}</h2>
                <ul class:plain=group.plain>{group.topics.iter().map(|topic| entry(topic, group.plain)).collect_view()}</ul>
            </section>
        }
    };
    view! {
        <Title text=text!(help.contents.title)/>
        <Meta name="description" content=text!(help.contents.description)/>
        <div class="help">
            <h1>{text!(help.contents.title)}</h1>
            <p class="lead">{text!(help.contents.lead)}</p>
            {GROUPS.iter().map(group).collect_view()}
        </div>
    }
}

/// The page of one topic.
#[component]
pub(super) fn HelpTopic() -> impl IntoView {
    let params = use_params_map();
    move || {
        let key = params.read().get("topic").unwrap_or_default();
        match find(&key) {
            Some(at) => page(&at).into_any(),
            None => NotFound().into_any(),
        }
    }
}

fn page(at: &topic::Place) -> impl IntoView + use<> {
    let topic = at.topic;
    let (name, about) = ((topic.name)(), (topic.about)());
    let turn = |class: &'static str, label: &'static str, topic: Option<&'static Topic>| {
        topic.map(|topic| view! { <a class=class href=topic.path()><span>{label}</span>{(topic.name)()}</a> })
    };
    view! {
        <Title text=name/>
        <Meta name="description" content=about/>
        <article class="help">
            <p class="crumbs"><a href="/help">{text!(help.contents.title)}</a><span>{at.group}</span></p>
            <h1>{name}</h1>
            <p class="lead">{about}</p>
            {(topic.text)()}
            <nav class="turn" aria-label=text!(help.contents.pages)>
                {turn("previous", text!(help.contents.previous), at.previous)}
                {turn("next", text!(help.contents.next), at.next)}
                <a class="contents" href="/help">{text!(help.contents.all)}</a>
            </nav>
        </article>
    }
}
