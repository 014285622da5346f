//! Shows the list of sessions, and ends them.

use leptos::prelude::*;
use time::OffsetDateTime;

use super::super::{form::Submit, when::When};
use crate::api::security::{EndOtherSessions, EndSession, SessionView};

#[component]
pub(super) fn Sessions(
    sessions: Vec<SessionView>,
    now: OffsetDateTime,
    end: ServerAction<EndSession>,
    end_others: ServerAction<EndOtherSessions>,
) -> impl IntoView {
    let others = sessions.len() > 1;
    view! {
        <p>"A session ends 30 days after it was last used. End those that you do not know."</p>
        <ul class="rows">
            {sessions
                .into_iter()
                .enumerate()
                .map(|(number, session)| view! { <li><Session session number now end/></li> })
                .collect_view()}
        </ul>
        {others.then(|| view! {
            <ActionForm action=end_others>
                <Submit action=end_others class="secondary">"End all other sessions"</Submit>
            </ActionForm>
        })}
    }
}

#[component]
fn Session(session: SessionView, number: usize, now: OffsetDateTime, end: ServerAction<EndSession>) -> impl IntoView {
    let name = format!("session-{number}");
    let device = match session.device.is_empty() {
        true => "Unknown browser".to_owned(),
        false => session.device,
    };
    view! {
        <p>
            <strong id=name.clone()>{device}</strong>
            {session.current.then(|| view! { " " <span class="badge good">"This session"</span> })}
        </p>
        <p class="aside">
            "Signed in " <When at=session.opened now/> " · last used " <When at=session.last_seen now/>
        </p>
        <ActionForm action=end>
            <input type="hidden" name="session" value=session.id.to_string()/>
            <button type="submit" class="secondary" aria-describedby=name>"End session"</button>
        </ActionForm>
    }
}
