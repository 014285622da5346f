//! Shows the form that searches, filters and sorts the list of aliases. Its result has a URL, because it changes
//! nothing.

use leptos::prelude::*;

use crate::api::alias::{AliasQuery, Show, Sort};

#[component]
pub(super) fn Filter(query: AliasQuery) -> impl IntoView {
    let AliasQuery { search, show, sort, .. } = query;
    // Folded away on narrow screens, where it must not look as if everything were shown.
    let chosen = (show != Show::All || sort != Sort::default()).then(|| format!(": {}, {}", shown(show), sorted(sort)));
    view! {
        <form method="get" action="/aliases" class="filter" role="search" aria-label="Find aliases" aria-controls="alias-list">
            <label class="unseen" for="q">"Search"</label>
            <input
                id="q"
                name="q"
                type="search"
                value=search
                maxlength="100"
                autocomplete="off"
                placeholder="Search address, label or note"
            />
            <details class="drop">
                <summary><span>"Filter"{chosen}</span></summary>
                <div class="panel">
                    <label class="unseen" for="show">"Show"</label>
                    <select id="show" name="show">
                        {Show::ALL
                            .into_iter()
                            .map(|each| view! { <option value=each.word() selected=each == show>{shown(each)}</option> })
                            .collect_view()}
                    </select>
                    <label class="unseen" for="sort">"Sort by"</label>
                    <select id="sort" name="sort">
                        {Sort::ALL
                            .into_iter()
                            .map(|each| view! { <option value=each.word() selected=each == sort>{sorted(each)}</option> })
                            .collect_view()}
                    </select>
                    <button type="submit" class="secondary">"Find"</button>
                </div>
            </details>
        </form>
    }
    .into_any()
}

fn shown(show: Show) -> &'static str {
    match show {
        Show::All => "On and off",
        Show::Active => "On",
        Show::Off => "Off",
    }
}

fn sorted(sort: Sort) -> &'static str {
    match sort {
        Sort::Newest => "Newest",
        Sort::LastUsed => "Last used",
        Sort::Name => "Name",
        Sort::MostMail => "Most mail",
    }
}
