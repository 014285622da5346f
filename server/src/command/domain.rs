//! `sealpost domain`.

use std::io::Write;

use app::api::administration::{DomainRole, DomainView};
use clap::Subcommand;
use serde_json::json;

use super::{
    CommandError,
    account::{day, moment},
    open,
    setup::Editor,
};
use crate::{
    config::{self, Config},
    domain_list::all_domains,
    domains::Domains,
};

/// What to do with the domains that aliases are under.
#[derive(Debug, Subcommand)]
pub enum DomainCommand {
    /// List the domains, with their aliases.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Add a domain to the settings file. The relay serves it from its next start on.
    Add {
        /// The domain.
        domain: String,
    },
    /// Remove a domain from the settings file. Mail to its aliases is refused from the relay's next start on. They come back if
    /// it is added again.
    Remove {
        /// The domain.
        domain: String,
        /// Remove it though aliases are under it.
        #[arg(long)]
        yes: bool,
    },
}

impl DomainCommand {
    /// Whether it changes the settings file, which is root's.
    pub(super) fn is_of_root(&self) -> bool {
        !matches!(self, Self::List { .. })
    }
}

pub(super) async fn list(json: bool, config: &Config, output: &mut impl Write) -> Result<(), CommandError> {
    let store = open(config).await?;
    let domains = Domains::new(config.domain.clone(), config.other_domains.clone());
    let all = all_domains(&domains, store.domain_uses().await?);
    if json {
        let all: Vec<_> = all.iter().map(as_json).collect();
        return Ok(writeln!(output, "{}", json!(all))?);
    }
    writeln!(output, "{:>7}  {:10}  {:15}  DOMAIN", "ALIASES", "LAST MAIL", "STATE")?;
    for each in all {
        let state = match each.role {
            DomainRole::Main => "main",
            DomainRole::Other => "on",
            DomainRole::Gone => "not in settings",
        };
        let last = day(each.last_mail);
        writeln!(output, "{:>7}  {last:10}  {state:15}  {}", each.aliases, each.domain)?;
    }
    Ok(())
}

pub(super) fn add(domain: &str, output: &mut impl Write) -> Result<(), CommandError> {
    let domain = config::host_name(domain)?;
    let editor = Editor::open()?;
    let served = &editor.config().other_domains;
    if editor.config().domain == domain || served.contains(&domain) {
        return Ok(writeln!(output, "The relay has {domain} already.")?);
    }
    let all = served
        .iter()
        .chain([&domain])
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(", ");
    let file = editor.file().to_owned();
    let line = editor.set("domains", Some(&all), |config| config.other_domains.contains(&domain))?;
    Ok(writeln!(
        output,
        "In {}: {line}\n\nNext:\n  1. Publish the records of {domain}: sudo sealpost dns\n  2. Restart the relay: sudo systemctl restart sealpost\n  \
         3. Look whether mail gets through: sudo sealpost doctor",
        file.display()
    )?)
}

pub(super) fn remove(domain: &str, yes: bool, output: &mut impl Write) -> Result<(), CommandError> {
    let domain = config::host_name(domain)?;
    let editor = Editor::open()?;
    if editor.config().domain == domain {
        return Err(CommandError::MainDomain(domain));
    }
    let served = &editor.config().other_domains;
    if !served.contains(&domain) {
        return Err(CommandError::NoDomain(domain));
    }
    if !yes {
        let listed = editor.ask_relay(&["domain", "list", "--json"])?;
        let all: Vec<serde_json::Value> = serde_json::from_str(&listed)?;
        let theirs = all.iter().find(|each| each["domain"] == *domain);
        let aliases = theirs.and_then(|each| each["aliases"].as_u64()).unwrap_or_default();
        if aliases > 0 {
            return Err(CommandError::DomainInUse { domain, aliases });
        }
    }
    let left: Vec<_> = served
        .iter()
        .filter(|other| **other != domain)
        .map(String::as_str)
        .collect();
    let left = (!left.is_empty()).then(|| left.join(", "));
    let file = editor.file().to_owned();
    let line = editor.set("domains", left.as_deref(), |config| {
        !config.other_domains.contains(&domain)
    })?;
    Ok(writeln!(
        output,
        "In {}: {line}\n\nNext: restart the relay: sudo systemctl restart sealpost. Mail to aliases under {domain} is then refused.",
        file.display()
    )?)
}

fn as_json(each: &DomainView) -> serde_json::Value {
    let role = match each.role {
        DomainRole::Main => "main",
        DomainRole::Other => "other",
        DomainRole::Gone => "gone",
    };
    json!({
        "domain": each.domain,
        "role": role,
        "aliases": each.aliases,
        "last_mail": moment(each.last_mail),
    })
}
