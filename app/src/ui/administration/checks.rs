//! Shows the checks of `sealpost doctor`: a button that runs them, and their findings.

use leptos::prelude::*;
use time::OffsetDateTime;

use super::super::{
    form::{Declined, Submit},
    when::When,
};
use crate::{
    api::administration::{Checks, FindingState, FindingView, RunChecks},
    texts::{shown, text},
};

/// While the checks run, `js/start.js` loads the parts with `data-again` again. Without it there is a link.
#[component]
pub(super) fn CheckResults(checks: Checks, now: OffsetDateTime) -> impl IntoView {
    let run = ServerAction::<RunChecks>::new();
    let again = (checks == Checks::Running).then_some("");
    view! {
        <section class="card" aria-labelledby="checks">
            <h2 id="checks">{text!(administration.checks.title)}</h2>
            <p>{text!(administration.checks.about)}</p>
            <Declined action=run/>
            <ActionForm action=run>
                <p class="actions"><Submit action=run>{text!(administration.checks.run)}</Submit></p>
            </ActionForm>
            <div id="check-state" role="status" data-again=again><Progress checks=checks.clone() now/></div>
            <div id="check-findings" data-again=again><Findings checks/></div>
        </section>
    }
}

#[component]
fn Progress(checks: Checks, now: OffsetDateTime) -> impl IntoView {
    match checks {
        Checks::NotRun => view! { <p class="aside">{text!(administration.checks.not_run)}</p> }.into_any(),
        Checks::Running => view! {
            <p class="working">
                <progress aria-label=text!(administration.checks.progress)></progress>
                <span>{text!(administration.checks.running)}</span>
            </p>
            <noscript><p><a href="/administration">{text!(administration.checks.look)}</a></p></noscript>
        }
        .into_any(),
        Checks::Failed => view! { <p class="notice bad">{text!(administration.checks.failed)}</p> }.into_any(),
        Checks::Done { at, findings } => {
            let count = |state| findings.iter().filter(|finding| finding.state == state).count();
            let counts = text!(
                administration.checks.counts,
                bad = count(FindingState::Bad),
                warnings = count(FindingState::Warning),
                good = count(FindingState::Good),
                unknown = count(FindingState::NotChecked)
            );
            view! {
                <p>{counts}</p>
                <p class="aside">{shown!(administration.checks.done, <when/> = move || view! { <When at now/> })}</p>
            }
            .into_any()
        }
    }
}

/// Bad findings come first, and good ones are folded away.
#[component]
fn Findings(checks: Checks) -> impl IntoView {
    let Checks::Done { findings, .. } = checks else {
        return ().into_any();
    };
    let of = |state| {
        let of = findings.iter().filter(move |finding| finding.state == state);
        of.cloned().map(|finding| view! { <Finding finding/> }).collect_view()
    };
    let is_good = |finding: &FindingView| finding.state == FindingState::Good;
    let troubles = findings.iter().any(|finding| !is_good(finding));
    view! {
        {troubles.then(|| view! {
            <ul class="findings">
                {of(FindingState::Bad)} {of(FindingState::Warning)} {of(FindingState::NotChecked)}
            </ul>
        })}
        {findings.iter().any(is_good).then(|| view! {
            <details>
                <summary>{text!(administration.checks.good_ones)}</summary>
                <ul class="findings">{of(FindingState::Good)}</ul>
            </details>
        })}
    }
    .into_any()
}

#[component]
fn Finding(finding: FindingView) -> impl IntoView {
    let (class, state) = match finding.state {
        FindingState::Good => ("badge good", text!(administration.checks.good)),
        FindingState::Warning => ("badge warn", text!(administration.checks.warning)),
        FindingState::Bad => ("badge bad", text!(administration.checks.bad)),
        FindingState::NotChecked => ("badge", text!(administration.checks.unknown)),
    };
    let FindingView {
        title,
        of,
        found,
        means,
        action,
        ..
    } = finding;
    view! {
        <li>
            <p><span class=class>{state}</span></p>
            // The checks write English, as the command does.
            <div lang="en">
                <p><strong>{title}</strong> " " <span class="address">{of}</span></p>
                <p>{found}</p>
                {(!means.is_empty()).then(|| view! { <p>{means}</p> })}
                {(!action.is_empty()).then(|| view! { <p>{action}</p> })}
            </div>
        </li>
    }
}
