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

use leptos::prelude::*;
use leptos_meta::{Meta, Title};
use leptos_router::hooks::use_params_map;

use self::topic::{GROUPS, Group, Topic, find};
use super::loaded::NotFound;

/// The contents.
#[component]
pub(super) fn Help() -> impl IntoView {
    let entry = |topic: &Topic, plain: bool| {
        view! {
            // The help was one page once, and its anchors are the names of today's pages.
            <li id=topic.key>
                <a href=topic.path()>{topic.name}</a>
                {(!plain).then(|| view! { <p>{topic.about}</p> })}
            </li>
        }
    };
    let group = |group: &Group| {
        view! {
            <section class="topics">
                <h2>{group.name}</h2>
                <ul class:plain=group.plain>{group.topics.iter().map(|topic| entry(topic, group.plain)).collect_view()}</ul>
            </section>
        }
    };
    view! {
        <Title text="Help"/>
        <Meta name="description" content="How to set up Sealpost in your mail app, how to use it, and what it cannot protect you from."/>
        <div class="help">
            <h1>"Help"</h1>
            <p class="lead">"Start with the first steps. Then open the page of your mail app."</p>
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
    let turn = |class: &'static str, label: &'static str, topic: Option<&'static Topic>| {
        topic.map(|topic| view! { <a class=class href=topic.path()><span>{label}</span>{topic.name}</a> })
    };
    view! {
        <Title text=topic.name/>
        <Meta name="description" content=topic.about/>
        <article class="help">
            <p class="crumbs"><a href="/help">"Help"</a><span>{at.group}</span></p>
            <h1>{topic.name}</h1>
            <p class="lead">{topic.about}</p>
            {(topic.text)()}
            <nav class="turn" aria-label="Help pages">
                {turn("previous", "Previous", at.previous)}
                {turn("next", "Next", at.next)}
                <a class="contents" href="/help">"All help pages"</a>
            </nav>
        </article>
    }
}
