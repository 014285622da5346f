//! Shows the form that searches, filters and sorts the list of aliases. Its result has a URL, because it changes
//! nothing.

use leptos::prelude::*;

use crate::{
    api::alias::{AliasQuery, Show, Sort},
    texts::text,
};

#[component]
pub(super) fn Filter(query: AliasQuery) -> impl IntoView {
    let AliasQuery { search, show, sort, .. } = query;
    // Folded away on narrow screens, where it must not look as if everything were shown.
    let title = match show != Show::All || sort != Sort::default() {
        true => text!(aliases.filter.title_chosen, show = shown(show), sort = sorted(sort)),
        false => text!(aliases.filter.title).to_owned(),
    };
    view! {
        <form
            method="get"
            action="/aliases"
            class="filter"
            role="search"
            aria-label=text!(aliases.filter.what)
            aria-controls="alias-list"
        >
            <label class="unseen" for="q">{text!(aliases.filter.search)}</label>
            <input
                id="q"
                name="q"
                type="search"
                value=search
                maxlength="100"
                autocomplete="off"
                placeholder=text!(aliases.filter.search_in)
            />
            <details class="drop">
                <summary><span>{title}</span></summary>
                <div class="panel">
                    <label class="unseen" for="show">{text!(aliases.filter.show)}</label>
                    <select id="show" name="show">
                        {Show::ALL
                            .into_iter()
                            .map(|each| view! { <option value=each.word() selected=each == show>{shown(each)}</option> })
                            .collect_view()}
                    </select>
                    <label class="unseen" for="sort">{text!(aliases.filter.sort)}</label>
                    <select id="sort" name="sort">
                        {Sort::ALL
                            .into_iter()
                            .map(|each| view! { <option value=each.word() selected=each == sort>{sorted(each)}</option> })
                            .collect_view()}
                    </select>
                    <button type="submit" class="secondary">{text!(aliases.filter.find)}</button>
                </div>
            </details>
        </form>
    }
    .into_any()
}

fn shown(show: Show) -> &'static str {
    match show {
        Show::All => text!(aliases.filter.all),
        Show::Active => text!(aliases.filter.active),
        Show::Off => text!(aliases.filter.inactive),
    }
}

fn sorted(sort: Sort) -> &'static str {
    match sort {
        Sort::Newest => text!(aliases.filter.newest),
        Sort::LastUsed => text!(aliases.filter.last_used),
        Sort::Name => text!(aliases.filter.name),
        Sort::MostMail => text!(aliases.filter.most_mail),
    }
}
