//! The heading of the pages, and the links between them.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::texts::text;

/// A page that the others link to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tab {
    Overview,
    Accounts,
    Invitations,
    Queue,
    Settings,
    Log,
}

impl Tab {
    const ALL: [Self; 6] = [
        Self::Overview,
        Self::Accounts,
        Self::Invitations,
        Self::Queue,
        Self::Settings,
        Self::Log,
    ];

    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Overview => "/administration",
            Self::Accounts => "/administration/accounts",
            Self::Invitations => "/administration/invitations",
            Self::Queue => "/administration/queue",
            Self::Settings => "/administration/settings",
            Self::Log => "/administration/log",
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Overview => text!(administration.title),
            Self::Accounts => text!(administration.accounts.title),
            Self::Invitations => text!(administration.invitations.title),
            Self::Queue => text!(administration.queue.title),
            Self::Settings => text!(administration.settings.title),
            Self::Log => text!(administration.log.title),
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Overview => text!(administration.overview),
            other => other.name(),
        }
    }
}

/// The heading of a page, and the links to the others.
#[component]
pub(super) fn Head(tab: Tab) -> impl IntoView {
    view! {
        <Title text=tab.name()/>
        <h1>{tab.name()}</h1>
        <nav class="tabs apart" aria-label=text!(administration.title)>
            <ul>
                {Tab::ALL
                    .map(|each| {
                        let current = (each == tab).then_some("page");
                        view! { <li><a href=each.path() aria-current=current>{each.label()}</a></li> }
                    })
                    .collect_view()}
            </ul>
        </nav>
    }
}
