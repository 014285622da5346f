//! Runs the checks of `sealpost doctor` for administrators, and keeps the last findings in memory.
//!
//! Checks take up to ten seconds, so that they run beside the request. At most one run is under way, whoever asks.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use app::{
    address::EmailAddress,
    api::administration::{Checks, FindingState, FindingView},
};
use time::OffsetDateTime;
use tokio::{runtime::Handle, task::spawn_blocking};

use super::Site;
use crate::doctor::{Finding, State};

/// The shortest time between two runs. They connect to other hosts, and a finding is not out of date so soon.
const PAUSE: Duration = Duration::from_secs(10);

/// How the checks stand.
#[derive(Default)]
pub(super) struct Checkup(Mutex<Checks>);

impl Checkup {
    pub(super) fn checks(&self) -> Checks {
        // Every value is whole, also after a panic elsewhere.
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether the checks may begin. From then on they run.
    fn begin(&self, now: OffsetDateTime) -> bool {
        let mut checks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let may = match &*checks {
            Checks::Running => false,
            Checks::Done { at, .. } => (now - *at).unsigned_abs() >= PAUSE,
            _ => true,
        };
        if may {
            *checks = Checks::Running;
        }
        may
    }

    fn set(&self, checks: Checks) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = checks;
    }
}

/// Starts the checks, unless they run already, or ended a moment ago. `to` is an address whose mail host is greeted.
pub(super) fn start(site: &Site, to: Option<EmailAddress>) {
    if !site.0.checkup.begin(site.clock.now()) {
        return;
    }
    let site = site.clone();
    let examiner = Arc::clone(&site.examiner);
    tokio::spawn(async move {
        // On a thread of its own, because some checks wait for files or a command; and a check that panics must not look as if it ran
        // for ever.
        let runtime = Handle::current();
        let ended = spawn_blocking(move || runtime.block_on(examiner.examine(to.as_ref()))).await;
        let checks = match ended {
            Ok(findings) => Checks::Done {
                at: site.clock.now(),
                findings: findings.into_iter().map(view).collect(),
            },
            Err(error) => {
                tracing::error!(%error, "the checks broke off");
                Checks::Failed
            }
        };
        site.0.checkup.set(checks);
    });
}

fn view(finding: Finding) -> FindingView {
    FindingView {
        state: match finding.state {
            State::Good => FindingState::Good,
            State::Warning => FindingState::Warning,
            State::Bad => FindingState::Bad,
            State::NotChecked => FindingState::NotChecked,
        },
        title: finding.check.title().to_owned(),
        of: finding.of,
        found: finding.found,
        means: finding.means,
        action: finding.action,
    }
}
