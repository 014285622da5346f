//! Help: what Sealpost does, how to set a mail app up, and what it cannot do. One file for each topic. For everybody, signed in
//! or not, and without JavaScript.

mod apple;
mod begin;
mod outlook;
mod pgp;
mod program;
mod questions;
mod replies;
mod switch;
mod threats;
mod thunderbird;

use leptos::prelude::*;
use leptos_meta::Title;

/// The topics in their order: anchor, name, text. Anchors are linked to from other pages and stay as they are.
const TOPICS: [(&str, &str, fn() -> AnyView); 10] = [
    ("begin", "Your first sealed message", begin::text),
    ("apple", "Apple Mail on iPhone, iPad and Mac", apple::text),
    ("thunderbird", "Thunderbird", thunderbird::text),
    ("outlook", "Outlook on Windows", outlook::text),
    ("pgp", "GnuPG and other PGP apps", pgp::text),
    ("replies", "How replies work", replies::text),
    ("kill-switch", "What the kill switch is", switch::text),
    ("threats", "What Sealpost protects from, and what not", threats::text),
    ("questions", "Questions and answers", questions::text),
    ("program", "Which program this page runs", program::text),
];

#[component]
pub(super) fn Help() -> impl IntoView {
    let entry = |(anchor, name, _): &(&'static str, &'static str, _)| {
        view! { <li><a href=format!("#{anchor}")>{*name}</a></li> }
    };
    let topic = |(anchor, name, text): &(&'static str, &'static str, fn() -> AnyView)| {
        let heading = format!("{anchor}-heading");
        view! {
            <section id=*anchor aria-labelledby=heading>
                <h2 id=heading.clone()>{*name}</h2>
                {text()}
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
            {TOPICS.iter().map(topic).collect_view()}
        </div>
    }
}

/// A picture of one of our own pages, made by the browser suite (`end2end/tests/help-pictures.spec.ts`). Its size is told, so
/// that nothing moves when it arrives.
#[component]
fn Picture(
    name: &'static str,
    width: u32,
    height: u32,
    /// What there is to see, for those who cannot.
    alt: &'static str,
    caption: &'static str,
) -> impl IntoView {
    view! {
        <figure>
            <img
                src=format!("/help/{name}.png")
                alt=alt
                width=width.to_string()
                height=height.to_string()
                loading="lazy"
                decoding="async"
            />
            <figcaption>{caption}</figcaption>
        </figure>
    }
}
