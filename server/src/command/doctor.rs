//! `sealpost doctor`.

use std::{io::Write, process::ExitCode};

use app::address::EmailAddress;
use clap::Args;
use serde::{Deserialize, Serialize};

use super::CommandError;
use crate::{
    config::Config,
    doctor::{self, Finding, State},
};

/// What the operator may ask for.
#[derive(Debug, Args)]
pub struct DoctorArguments {
    /// An address at the provider of a mailbox: with delivery = "mx", its mail host is greeted. No message is sent.
    #[arg(long, value_name = "ADDRESS")]
    to: Option<EmailAddress>,
    /// Look at the DNS only.
    #[arg(long, conflicts_with = "to")]
    dns: bool,
    /// Print the findings as JSON.
    #[arg(long)]
    json: bool,
}

/// The form of the JSON output.
#[derive(Serialize, Deserialize)]
pub(super) struct Report {
    pub(super) findings: Vec<Finding>,
}

/// Prints the findings. Fails if one of them is bad.
pub(super) async fn print(
    arguments: DoctorArguments,
    config: &Config,
    output: &mut impl Write,
) -> Result<ExitCode, CommandError> {
    let findings = match arguments.dns {
        true => doctor::examine_dns(config).await,
        false => doctor::examine(config, arguments.to.as_ref()).await,
    };
    let is_bad = findings.iter().any(|finding| finding.state == State::Bad);
    match arguments.json {
        true => {
            let report = serde_json::to_string_pretty(&Report { findings })?;
            writeln!(output, "{report}")?;
        }
        false => write!(output, "{}", text(&findings))?,
    }
    Ok(if is_bad { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn text(findings: &[Finding]) -> String {
    let mut text: String = findings.iter().map(paragraph).collect();
    let count = |state| findings.iter().filter(|finding| finding.state == state).count();
    text += &format!(
        "\nbad: {}, warnings: {}, good: {}, not checked: {}\n",
        count(State::Bad),
        count(State::Warning),
        count(State::Good),
        count(State::NotChecked)
    );
    text
}

pub(super) fn paragraph(finding: &Finding) -> String {
    let state = match finding.state {
        State::Good => "good",
        State::Warning => "WARNING",
        State::Bad => "BAD",
        State::NotChecked => "not checked",
    };
    let what = [finding.check.title(), &finding.of].join(" ");
    let mut text = format!("{state:<12} {}: {}\n", what.trim_end(), finding.found);
    for line in [&finding.means, &finding.action] {
        if !line.is_empty() {
            text += &format!("{:<12} {line}\n", "");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Check;

    #[test]
    fn a_finding_says_what_it_means_and_what_to_do() {
        let finding = Finding {
            check: Check::Mx,
            of: "example.org".into(),
            state: State::Bad,
            found: "there is no MX record".into(),
            means: "No mail arrives.".into(),
            action: "Publish one.".into(),
        };
        assert_eq!(
            text(&[finding]),
            "BAD          MX example.org: there is no MX record\n             No mail arrives.\n             Publish one.\n\n\
             bad: 1, warnings: 0, good: 0, not checked: 0\n"
        );
    }
}
