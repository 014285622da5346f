//! Shows the form that searches, filters and sorts the list of aliases. Its result has a URL, because it changes
//! nothing.

use leptos::prelude::*;
use leptos_router::components::Form;

use crate::api::alias::{AliasQuery, Show, Sort};

#[component]
pub(super) fn Filter(query: Memo<AliasQuery>) -> impl IntoView {
    let now = query.get_untracked();
    let (show, sort) = (now.show, now.sort);
    view! {
        <Form method="GET" action="/aliases" attr:class="filter" attr:role="search" attr:aria-labelledby="your-aliases">
            <div class="field">
                <label for="q">"Search"</label>
                <input
                    id="q"
                    name="q"
                    type="search"
                    value=now.search
                    prop:value=move || query.get().search
                    maxlength="100"
                    autocomplete="off"
                    placeholder="Address, label or note"
                />
            </div>
            <div class="field">
                <label for="show">"Show"</label>
                <select id="show" name="show" prop:value=move || query.get().show.word()>
                    {Show::ALL
                        .into_iter()
                        .map(|each| view! { <option value=each.word() selected=each == show>{shown(each)}</option> })
                        .collect_view()}
                </select>
            </div>
            <div class="field">
                <label for="sort">"Sort by"</label>
                <select id="sort" name="sort" prop:value=move || query.get().sort.word()>
                    {Sort::ALL
                        .into_iter()
                        .map(|each| view! { <option value=each.word() selected=each == sort>{sorted(each)}</option> })
                        .collect_view()}
                </select>
            </div>
            <p class="actions"><button type="submit" class="secondary">"Find"</button></p>
        </Form>
    }
}

fn shown(show: Show) -> &'static str {
    match show {
        Show::All => "All",
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
