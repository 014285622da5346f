//! Shows the help page: what Sealpost does, how to set up a mail app, and what it cannot do. It needs no session and no
//! JavaScript.

mod begin;
mod mail_apps;
mod more;
mod picture;
mod program;
mod questions;
mod replies;
mod switch;
mod threats;

use leptos::prelude::*;
use leptos_meta::Title;

/// A topic of the page.
struct Topic {
    /// Other pages link to it, so it must not change.
    anchor: &'static str,
    name: &'static str,
    text: fn() -> AnyView,
}

const fn topic(anchor: &'static str, name: &'static str, text: fn() -> AnyView) -> Topic {
    Topic { anchor, name, text }
}

/// The topics in order.
const TOPICS: [Topic; 12] = [
    topic("begin", "Your first sealed message", begin::text),
    topic("apple", "Apple Mail on iPhone, iPad and Mac", mail_apps::apple),
    topic("thunderbird", "Thunderbird", mail_apps::thunderbird),
    topic("outlook", "Outlook on Windows", mail_apps::outlook),
    topic("android", "Android", mail_apps::android),
    topic("pgp", "GnuPG and other PGP apps", mail_apps::pgp),
    topic("replies", "How replies work", replies::text),
    topic("more", "What else you can do", more::text),
    topic("kill-switch", "What the kill switch is", switch::text),
    topic("threats", "What Sealpost protects from, and what not", threats::text),
    topic("questions", "Questions and answers", questions::text),
    topic("program", "Which program this page runs", program::text),
];

#[component]
pub(super) fn Help() -> impl IntoView {
    let entry = |topic: &Topic| view! { <li><a href=format!("#{}", topic.anchor)>{topic.name}</a></li> };
    let section = |topic: &Topic| {
        let heading = format!("{}-heading", topic.anchor);
        view! {
            <section id=topic.anchor aria-labelledby=heading.clone()>
                <h2 id=heading.clone()>{topic.name}</h2>
                {(topic.text)()}
            </section>
        }
    };
    view! {
        <Title text="Help"/>
        <div class="help">
            <h1>"Help"</h1>
            <p class="lead">
                "Sealpost receives mail for your aliases, signs and encrypts each message to a key that only you have, and then \
                 relays it to the mailbox that you already use."
            </p>
            <nav class="card contents" aria-label="Contents"><ul>{TOPICS.iter().map(entry).collect_view()}</ul></nav>
            {TOPICS.iter().map(section).collect_view()}
        </div>
    }
}
