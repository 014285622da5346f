//! Aliases: offering, taking, switching, deleting.

use app::api::{
    AliasBackend, ApiError,
    account::MailboxId,
    alias::{AliasId, AliasView},
};
use async_trait::async_trait;

use super::{
    super::fault::{fault, unless_taken},
    RequestBackend, found,
    words::{ADJECTIVES, NOUNS},
};
use crate::store::alias::Alias;

/// Most characters of a label.
const MAX_LABEL: usize = 100;

/// Addresses under a domain that mean its operator (RFC 2142), and the relay's own.
const RESERVED: [&str; 30] = [
    "abuse",
    "admin",
    "administrator",
    "autoconfig",
    "autodiscover",
    "bounce",
    "bounces",
    "contact",
    "daemon",
    "help",
    "hostmaster",
    "info",
    "mailer-daemon",
    "marketing",
    "news",
    "no-reply",
    "noc",
    "noreply",
    "nobody",
    "postmaster",
    "root",
    "sales",
    "sealpost",
    "security",
    "ssl-admin",
    "support",
    "sysadmin",
    "usenet",
    "webmaster",
    "www",
];

/// Relay addresses begin like this; aliases must not look like one.
const RELAY_PREFIX: &str = "r-";

#[async_trait]
impl AliasBackend for RequestBackend {
    async fn aliases(&self) -> Result<Vec<AliasView>, ApiError> {
        let aliases = self.site.store.aliases(self.account()?).await.map_err(fault)?;
        aliases.into_iter().map(|alias| view(self, alias)).collect()
    }

    async fn suggest_alias(&self) -> Result<String, ApiError> {
        self.account()?;
        // 16 million possible ones: two in a row that are taken mean that something else is wrong.
        for _ in 0..8 {
            let local = random_local().map_err(fault)?;
            if self.site.store.local_is_free(&local).await.map_err(fault)? {
                return Ok(local);
            }
        }
        Err(ApiError::Unavailable)
    }

    async fn create_alias(&self, local: &str, label: &str, mailbox: MailboxId) -> Result<(), ApiError> {
        let account = self.account()?;
        let store = &self.site.store;
        let local = acceptable_local(local)?;
        let label = clean_label(label)?;
        let own = store.mailbox(account, mailbox).await.map_err(fault)?;
        if !own.ok_or(ApiError::NotFound)?.verified {
            return Err(ApiError::MailboxUnverified);
        }
        self.site.admit_alias(account).await?;
        let created = store.create_alias(mailbox, &local, &label, self.site.clock.now()).await;
        created.map_err(unless_taken(ApiError::AliasTaken))?;
        Ok(())
    }

    async fn set_alias_enabled(&self, alias: AliasId, enabled: bool) -> Result<(), ApiError> {
        let set = self.site.store.set_alias_enabled(self.account()?, alias, enabled).await;
        found(set.map_err(fault)?)
    }

    async fn delete_alias(&self, alias: AliasId) -> Result<(), ApiError> {
        let deleted = self.site.store.delete_alias(self.account()?, alias).await;
        found(deleted.map_err(fault)?)
    }
}

pub fn view(backend: &RequestBackend, alias: Alias) -> Result<AliasView, ApiError> {
    let address = format!("{}@{}", alias.local, backend.site.domain);
    Ok(AliasView {
        id: alias.id,
        address: address.parse().map_err(fault)?,
        label: alias.label,
        enabled: alias.enabled,
        mailbox: alias.mailbox,
    })
}

/// A local part in the accepted form, in lower case.
fn acceptable_local(text: &str) -> Result<String, ApiError> {
    let local = text.trim().to_ascii_lowercase();
    let of_alias = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let ends_well = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    let accepted = (3..=64).contains(&local.len())
        && local.chars().all(of_alias)
        && ends_well(local.chars().next())
        && ends_well(local.chars().next_back())
        // RFC 5321 §4.1.2: a dot stands between two others.
        && !local.contains("..");
    if !accepted {
        return Err(ApiError::InvalidAlias);
    }
    match RESERVED.contains(&local.as_str()) || local.starts_with(RELAY_PREFIX) {
        true => Err(ApiError::AliasTaken),
        false => Ok(local),
    }
}

fn clean_label(text: &str) -> Result<String, ApiError> {
    let label = text.trim();
    if label.chars().count() > MAX_LABEL {
        return Err(ApiError::TooLong);
    }
    Ok(label.chars().map(|c| if c.is_control() { ' ' } else { c }).collect())
}

fn random_local() -> Result<String, getrandom::Error> {
    let random = getrandom::u32()? as usize;
    // 128 words each, so seven bits; the ten bits above them make three digits, near enough to evenly.
    let (adjective, noun) = (ADJECTIVES[random % 128], NOUNS[random / 128 % 128]);
    Ok(format!("{adjective}-{noun}-{:03}", random / 128 / 128 % 1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggestions_are_acceptable() {
        for _ in 0..1000 {
            let local = random_local().unwrap();
            assert_eq!(acceptable_local(&local), Ok(local));
        }
    }

    #[test]
    fn accepted_forms() {
        assert_eq!(acceptable_local(" Shop.Summer_2026 "), Ok("shop.summer_2026".into()));
        for text in [
            "",
            "ab",
            "-abc",
            "abc.",
            "a..b",
            "a b",
            "a@b",
            "äbc",
            "a\r\nb",
            &"a".repeat(65),
        ] {
            assert_eq!(acceptable_local(text), Err(ApiError::InvalidAlias), "{text:?}");
        }
        for text in ["Postmaster", "mailer-daemon", "r-abc", "R-23"] {
            assert_eq!(acceptable_local(text), Err(ApiError::AliasTaken), "{text:?}");
        }
    }

    #[test]
    fn labels_are_short_and_of_one_line() {
        assert_eq!(clean_label(" a\nb "), Ok("a b".into()));
        assert_eq!(clean_label(&"ä".repeat(100)), Ok("ä".repeat(100)));
        assert_eq!(clean_label(&"ä".repeat(101)), Err(ApiError::TooLong));
    }
}
