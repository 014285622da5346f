//! What was done, in key words: a page that a form leads to says it, with JavaScript and without.
//!
//! A server function ends with [`leads_to`] or [`stays`]. The address then carries `?done=KEY`, and `of=NUMBER` where something
//! can be undone. Words are chosen here by the key: nothing of the address is ever shown, so that a link from elsewhere can
//! say nothing of its own.

/// An outcome that a person is told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words of each are in the table below")]
pub enum Done {
    Saved,
    SignedOut,
    CodeSent,
    MailboxVerified,
    MailboxDefault,
    MailboxDeleted,
    AliasCreated,
    AliasOff,
    AliasOn,
    AliasMoved,
    AliasDeleted,
    ContactBlocked,
    ContactUnblocked,
    ProfileActivated,
    ProfileDeactivated,
    ProfileDeleted,
    PasswordChanged,
    SessionEnded,
    AccountDeleted,
}

impl Done {
    /// Each outcome with its key and its words.
    pub const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (Self::Saved, "saved", "Saved."),
        (Self::SignedOut, "signed-out", "You are signed out."),
        (
            Self::CodeSent,
            "code-sent",
            "A new code is on its way. The one before is void.",
        ),
        (Self::MailboxVerified, "mailbox-verified", "The mailbox is yours."),
        (
            Self::MailboxDefault,
            "mailbox-default",
            "New aliases deliver to this mailbox.",
        ),
        (Self::MailboxDeleted, "mailbox-deleted", "The mailbox is deleted."),
        (
            Self::AliasCreated,
            "alias-created",
            "The alias is ready to be given out.",
        ),
        (Self::AliasOff, "alias-off", "The alias is turned off."),
        (Self::AliasOn, "alias-on", "The alias is turned on."),
        (
            Self::AliasMoved,
            "alias-moved",
            "Mail to the alias goes to the other mailbox from now on.",
        ),
        (Self::AliasDeleted, "alias-deleted", "The alias is deleted for good."),
        (Self::ContactBlocked, "contact-blocked", "The contact is blocked."),
        (
            Self::ContactUnblocked,
            "contact-unblocked",
            "The contact may write again.",
        ),
        (
            Self::ProfileActivated,
            "profile-activated",
            "The profile is active: mail is sealed from now on.",
        ),
        (
            Self::ProfileDeactivated,
            "profile-deactivated",
            "The profile is no longer active.",
        ),
        (Self::ProfileDeleted, "profile-deleted", "The profile is deleted."),
        (Self::PasswordChanged, "password-changed", "The password is changed."),
        (Self::SessionEnded, "session-ended", "Signed out there."),
        (
            Self::AccountDeleted,
            "account-deleted",
            "Your account and all that belonged to it is deleted.",
        ),
    ];

    /// The key word in addresses.
    pub fn key(self) -> &'static str {
        self.entry().1
    }

    /// What a person reads.
    pub fn words(self) -> &'static str {
        self.entry().2
    }

    /// The outcome of a key word; nothing for any other text.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find_map(|(done, each, _)| (*each == key).then_some(*done))
    }

    fn entry(self) -> (Self, &'static str, &'static str) {
        // Each has an entry, which a test makes sure of; without one there would be nothing to say.
        let entry = Self::ALL.iter().find(|(done, ..)| *done == self);
        entry.copied().unwrap_or((self, "", ""))
    }
}

/// Leads to the page at `path`, which says what was done; `of` is what it was done to, where it can be undone.
#[cfg(feature = "ssr")]
pub fn leads_to(path: &str, done: Done, of: Option<i64>) {
    leptos_axum::redirect(&with(path, done, of));
}

/// Leads a form that was posted without JavaScript back to its page, which says what was done. With JavaScript the page stays as
/// it is, and tells by `ui::toast::announce`.
#[cfg(feature = "ssr")]
pub fn stays(done: Done, of: Option<i64>) -> Result<(), super::ApiError> {
    if let Some(page) = super::backend()?.plain_form_from() {
        leptos_axum::redirect(&with(own_page(&page), done, of));
    }
    Ok(())
}

/// The path and query of an address, which only the own origin can then have. A path that begins with two slashes or a backslash
/// would name another host.
#[cfg(feature = "ssr")]
fn own_page(address: &str) -> &str {
    let path = match address.find("://") {
        Some(scheme) => {
            let rest = &address[scheme + 3..];
            rest.find('/').map_or("/", |at| &rest[at..])
        }
        None => address,
    };
    match path.starts_with('/') && !path.starts_with("//") && !path.contains('\\') {
        true => path.split('#').next().unwrap_or("/"),
        false => "/",
    }
}

#[cfg(feature = "ssr")]
fn with(path: &str, done: Done, of: Option<i64>) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let kept = query.split('&').filter(|pair| {
        !pair.is_empty()
            && !["done=", "of=", "__err=", "__path="]
                .iter()
                .any(|own| pair.starts_with(own))
    });
    let mut pairs: Vec<String> = kept.map(str::to_owned).collect();
    pairs.push(format!("done={}", done.key()));
    pairs.extend(of.map(|of| format!("of={of}")));
    format!("{path}?{}", pairs.join("&"))
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_is_found_by_its_key_and_no_other_text_is() {
        for (done, key, words) in Done::ALL {
            assert_eq!(Done::from_key(key), Some(*done));
            assert_eq!((done.key(), done.words()), (*key, *words));
            assert!(!words.is_empty());
        }
        for text in ["", "Saved.", "saved ", "<b>", "Your password was stolen"] {
            assert_eq!(Done::from_key(text), None);
        }
    }

    #[test]
    fn one_is_led_back_to_own_pages_only() {
        for (referer, page) in [
            ("http://127.0.0.1:3000/aliases?q=a#b", "/aliases?q=a"),
            ("https://evil.example", "/"),
            ("https://evil.example//evil.example/x", "/"),
            ("https://evil.example/\\evil.example", "/"),
            ("//evil.example/", "/"),
            ("", "/"),
        ] {
            assert_eq!(own_page(referer), page, "{referer}");
        }
    }

    #[test]
    fn what_was_done_before_is_replaced() {
        assert_eq!(with("/relay", Done::Saved, None), "/relay?done=saved");
        assert_eq!(
            with("/aliases?done=saved&q=a&of=1&__err=x", Done::AliasOff, Some(7)),
            "/aliases?q=a&done=alias-off&of=7"
        );
    }
}
