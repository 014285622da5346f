//! Creates an alias when a person writes from a mailbox to `new@` at one of the relay's domains. The answer names the
//! alias.
//!
//! The alias is under that domain. The Subject becomes the label, and the local part is random. If the Subject begins
//! with `local: word`, the alias gets that local part, and the rest is the label. Nothing else of the message is read.
//!
//! [`proof`] decides whether a message is a request of its author before anybody looks for the author's mailbox. So the
//! handling of a forged message does not depend on whether its author has one.

mod proof;

use app::{api::limits::MAX_LABEL, id::AliasId};
use proof::Proof;

use super::{Inbound, is_automatic};

use crate::{
    auth::Authentication,
    limits::attempts::new_aliases,
    local_part,
    mail::{author::Authors, header, indexed::IndexedMessage, value},
    refusal::{Reason, Refusal},
    store::{StoreError, accepted::ReplyMark, alias::NewAlias, mailbox::Owner},
};

/// A request for a new alias, as its Subject states it.
#[derive(Debug, PartialEq, Eq)]
struct Wish {
    local: Option<String>,
    label: String,
}

impl Inbound {
    /// Creates an alias under a domain (in its stored form) for the author of a message, and answers with its address.
    /// `found` holds the sender's authentication results, or the refusal after a failed DNS look-up.
    pub async fn create(
        &self,
        data: &IndexedMessage,
        found: &Result<Option<Authentication>, Refusal>,
        domain: &str,
    ) -> Result<(), Refusal> {
        let message = data.message();
        let authors = Authors::read(&message);
        // An automatic answer to our own answer would start a loop.
        let author = authors.clear().filter(|_| !is_automatic(&message));
        let author = author.ok_or_else(proof::stranger)?;
        let proof = match found {
            // Without an answer of the DNS there is no verdict, so the sender tries again later.
            Err(unknown) => return Err(Refusal::new(unknown.reason)),
            Ok(Some(found)) => Proof::by_transport(found, author, &message, domain, self)?,
            Ok(None) => self.proof_by_signature(data, author).await?,
        };
        let owner = self.store.owner_of(author).await;
        let owner = owner?.ok_or_else(proof::stranger)?;
        if self.store.is_account_disabled(owner.account).await? {
            return Err(proof::stranger());
        }
        let mark = ReplyMark {
            mailbox: owner.mailbox.0,
            digest: self.outlet.sealing.pseudonym("new alias", proof.digest()),
        };
        // The replay check comes first: a repeated message uses up none of the hourly aliases.
        if self.store.is_marked(mark).await? {
            return Err(Refusal::new(Reason::SentBefore));
        }
        let subject = message.first(header::SUBJECT).and_then(value::text);
        let alias = self
            .take_alias(&owner, Wish::parse(&subject.unwrap_or_default()), domain)
            .await?;
        if let Err(refusal) = self.notices.new_alias(alias, mark).await {
            // The person was not told of this alias, so it is removed.
            if let Err(error) = self.store.give_back(alias).await {
                tracing::warn!(%error, "an alias that nobody was told of was not given back");
            }
            return Err(refusal);
        }
        Ok(())
    }

    async fn take_alias(&self, owner: &Owner, wish: Wish, domain: &str) -> Result<AliasId, Refusal> {
        let now = self.clock.now();
        let account = owner.account.0.to_be_bytes();
        let held = self.store.count_account_aliases(owner.account).await?;
        let allowance = self.allowance.with(self.store.account_limits(owner.account).await?);
        let full = held >= allowance.aliases;
        let limit = new_aliases(allowance.aliases_per_hour);
        if self.outlet.sealing.count_attempt(&limit, &account, now).await? || full {
            return Err(Refusal::new(Reason::TooManyAliases));
        }
        let not_free = || Refusal::new(Reason::AliasNotFree);
        let local = match &wish.local {
            Some(local) => local_part::parse(local).map_err(|_| not_free())?,
            None => local_part::random()?,
        };
        let new = NewAlias {
            mailbox: owner.mailbox,
            local: &local,
            domain,
            label: &wish.label,
            note: "",
            enabled: true,
        };
        self.store.take_alias(new, now).await.map_err(|error| match error {
            // If a random local part is taken, the sender's mail server tries again.
            StoreError::Taken if wish.local.is_some() => not_free(),
            error => Refusal::because(Reason::Store, error),
        })
    }
}

impl Wish {
    fn parse(subject: &str) -> Self {
        let subject = subject.trim();
        let asked = subject
            .split_at_checked("local:".len())
            .filter(|(word, _)| word.eq_ignore_ascii_case("local:"))
            .map(|(_, rest)| rest.trim_start());
        let (local, label) = match asked {
            Some(rest) => {
                let (local, label) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
                (Some(local.trim_end_matches([',', ';']).to_owned()), label)
            }
            None => (None, subject),
        };
        let plain = |c: char| if c.is_control() { ' ' } else { c };
        Self {
            local,
            label: label.trim().chars().map(plain).take(MAX_LABEL).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_a_label_or_names_the_local_part() {
        let read = |subject: &str| {
            let wish = Wish::parse(subject);
            (wish.local.unwrap_or_default(), wish.label)
        };
        for (subject, local, label) in [
            ("", "", ""),
            (" The shop ", "", "The shop"),
            ("shop", "", "shop"),
            ("local: shop-2026", "shop-2026", ""),
            ("LOCAL:shop-2026, The shop", "shop-2026", "The shop"),
            ("local:", "", ""),
            ("localise: x", "", "localise: x"),
            ("\u{e4}ocal: x", "", "\u{e4}ocal: x"),
        ] {
            assert_eq!(read(subject), (local.to_owned(), label.to_owned()), "{subject:?}");
        }
        assert_eq!(
            Wish::parse("local:").local.as_deref(),
            Some(""),
            "an empty wish is none that can be met"
        );
        assert_eq!(read(&"x".repeat(500)).1.len(), MAX_LABEL);
    }
}
