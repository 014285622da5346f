//! Shows the list of sessions, and ends them.

use leptos::prelude::*;
use time::OffsetDateTime;

use super::super::{form::Submit, when::When};
use crate::{
    api::security::{EndOtherSessions, EndSession, SessionView},
    texts::{shown, text},
};

#[component]
pub(super) fn Sessions(
    sessions: Vec<SessionView>,
    now: OffsetDateTime,
    end: ServerAction<EndSession>,
    end_others: ServerAction<EndOtherSessions>,
) -> impl IntoView {
    let others = sessions.len() > 1;
    view! {
        <p>{text!(account.sessions.about)}</p>
        <ul class="rows">
            {sessions
                .into_iter()
                .enumerate()
                .map(|(number, session)| view! { <li><Session session number now end/></li> })
                .collect_view()}
        </ul>
        {others.then(|| view! {
            <ActionForm action=end_others>
                <Submit action=end_others class="secondary">{text!(account.sessions.end_others)}</Submit>
            </ActionForm>
        })}
    }
}

/// Returns the words for a session's device. The server stores them in English: “Firefox on Linux”.
fn device(stored: &str) -> String {
    match stored.split_once(" on ") {
        Some((browser, system)) => text!(
            account.sessions.device,
            browser = browser.to_owned(),
            system = system.to_owned()
        ),
        None if stored.is_empty() => text!(account.sessions.unknown).to_owned(),
        None => stored.to_owned(),
    }
}

#[component]
fn Session(session: SessionView, number: usize, now: OffsetDateTime, end: ServerAction<EndSession>) -> impl IntoView {
    let name = format!("session-{number}");
    let times = shown!(
        account.sessions.times,
        <opened/> = move || view! { <When at=session.opened now/> },
        <seen/> = move || view! { <When at=session.last_seen now/> }
    );
    view! {
        <p>
            <strong id=name.clone()>{device(&session.device)}</strong>
            {session.current.then(|| view! { " " <span class="badge good">{text!(account.sessions.current)}</span> })}
        </p>
        <p class="aside">{times}</p>
        <ActionForm action=end>
            <input type="hidden" name="session" value=session.id.to_string()/>
            <button type="submit" class="secondary" aria-describedby=name>{text!(account.sessions.end)}</button>
        </ActionForm>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_named_in_words() {
        for (stored, words) in [
            ("Firefox on Linux", "Firefox on Linux"),
            ("curl", "curl"),
            ("", "Unknown browser"),
        ] {
            assert_eq!(device(stored), words);
        }
    }
}
