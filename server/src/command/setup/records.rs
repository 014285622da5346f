//! Looks for the DNS records, until they are right or the time is over.

use std::{
    io::Write,
    time::{Duration, Instant},
};

use super::{super::doctor, SetupError, relay_user::RelayUser};
use crate::doctor::{Check, Finding, State};

/// The pause before the next look. Resolvers remember for a while that a name was not there.
const PAUSE: Duration = Duration::from_secs(15);

/// Looks once, or again until nothing is missing. Returns whether all is right.
pub async fn look(relay: &RelayUser, patience: Option<Duration>, output: &mut impl Write) -> Result<bool, SetupError> {
    let began = Instant::now();
    let mut before = Vec::new();
    loop {
        let said = relay.run(&["doctor", "--dns", "--json"])?;
        let report: doctor::Report =
            serde_json::from_str(&said.output).map_err(|_| SetupError::Command("doctor".into(), said.errors))?;
        let open: Vec<_> = report.findings.into_iter().filter(is_open).collect();
        if open != before {
            writeln!(output)?;
            for finding in &open {
                write!(output, "{}", doctor::paragraph(finding))?;
            }
        }
        let is_right = !open.iter().any(is_in_the_way);
        let is_over = patience.is_none_or(|patience| began.elapsed() + PAUSE > patience);
        match (is_right, is_over) {
            (true, _) => writeln!(output, "\nThe DNS has what mail needs.")?,
            (false, true) => writeln!(
                output,
                "\nRecords are missing or wrong, or could not be looked up. `sealpost doctor` looks again at any time."
            )?,
            (false, false) => {
                writeln!(output, "Looking again in {} seconds.", PAUSE.as_secs())?;
                before = open;
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        }
        return Ok(is_right);
    }
}

/// Whether mail needs it, or nobody could look. What cannot be looked at here has no advice, and a block list is no record.
fn is_in_the_way(finding: &Finding) -> bool {
    match finding.state {
        State::Bad => true,
        State::NotChecked => !finding.action.is_empty() && finding.check != Check::BlockList,
        State::Good | State::Warning => false,
    }
}

fn is_open(finding: &Finding) -> bool {
    finding.state != State::Good
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_that_nobody_could_look_up_are_not_right() {
        for (check, action, is_expected) in [
            (Check::Mx, "Run sealpost doctor again.", true),
            // A name for trying.
            (Check::Mx, "", false),
            // It answers no public resolver.
            (Check::BlockList, "Ask with another resolver.", false),
        ] {
            let finding = Finding {
                check,
                of: "relay.example.org".into(),
                state: State::NotChecked,
                found: "no answer".into(),
                means: String::new(),
                action: action.into(),
            };
            assert_eq!(is_in_the_way(&finding), is_expected, "{action}");
        }
    }
}
