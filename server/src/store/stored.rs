//! Converts between types and columns, and defines the subqueries for the rows of an account.

use app::{
    address::{EmailAddress, OutsideAddress},
    api::alias::OffAnswer,
    pki::{certificate::Certificate, chain::Chain, name::Subject, role::Role},
    profile::{Cipher, Hidden, ProfileKind, ProfileState, Settings},
};
use sea_orm::{
    ColumnTrait,
    sea_query::{Query, SelectStatement},
};
use time::OffsetDateTime;

use super::{
    AccountId, StoreError,
    entity::{account, contact, mailbox, profile},
};

/// A keyed hash for looking up values that must not be readable.
pub type Hash = [u8; 16];

/// Escapes the characters that have a meaning in LIKE.
pub(super) fn literal(search: &str) -> String {
    search.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

pub(super) fn read_time(seconds: i64) -> Result<OffsetDateTime, StoreError> {
    OffsetDateTime::from_unix_timestamp(seconds).map_err(|_| StoreError::Damaged("time"))
}

pub(super) fn read_address(text: &str) -> Result<EmailAddress, StoreError> {
    text.parse().map_err(|_| StoreError::Damaged("address"))
}

/// Reads the chain of a complete profile. It verifies the chain again, because a changed row must not seal mail for
/// somebody else.
pub(super) fn read_chain(row: &profile::Model, mailbox: EmailAddress) -> Result<Chain, StoreError> {
    let subject = Subject {
        mailbox,
        relay_domain: row.relay_domain.clone(),
    };
    Chain::verify(
        read_certificate(Role::Root, row.root.as_deref())?,
        read_certificate(Role::Intermediate, row.intermediate.as_deref())?,
        read_certificate(Role::User, Some(&row.user))?,
        &subject,
    )
    .map_err(|_| StoreError::Damaged("chain"))
}

pub(super) fn read_certificate(role: Role, der: Option<&[u8]>) -> Result<Certificate, StoreError> {
    der.and_then(|der| Certificate::from_der(role, der).ok())
        .ok_or(StoreError::Damaged("certificate"))
}

pub(super) fn kind_text(kind: ProfileKind) -> &'static str {
    match kind {
        ProfileKind::Smime => "smime",
        ProfileKind::Pgp => "pgp",
    }
}

pub(super) fn read_kind(text: &str) -> Result<ProfileKind, StoreError> {
    [ProfileKind::Smime, ProfileKind::Pgp]
        .into_iter()
        .find(|kind| kind_text(*kind) == text)
        .ok_or(StoreError::Damaged("profile kind"))
}

pub(super) fn state_text(state: ProfileState) -> &'static str {
    match state {
        ProfileState::Issued => "issued",
        ProfileState::Ready => "ready",
        ProfileState::Active => "active",
        ProfileState::Expired => "expired",
    }
}

pub(super) fn read_state(text: &str) -> Result<ProfileState, StoreError> {
    [ProfileState::Issued, ProfileState::Ready, ProfileState::Active]
        .into_iter()
        .find(|state| state_text(*state) == text)
        .ok_or(StoreError::Damaged("profile state"))
}

pub(super) fn read_settings(row: &profile::Model) -> Result<Settings, StoreError> {
    let cipher = [Cipher::Compatible, Cipher::Modern]
        .into_iter()
        .find(|cipher| cipher_text(*cipher) == row.cipher);
    Ok(Settings {
        hidden: Hidden {
            subject: row.hide_subject,
            sender: row.hide_sender,
        },
        cipher: cipher.ok_or(StoreError::Damaged("cipher"))?,
    })
}

pub(super) fn cipher_text(cipher: Cipher) -> &'static str {
    match cipher {
        Cipher::Compatible => "compatible",
        Cipher::Modern => "modern",
    }
}

pub(super) fn answer_word(answer: OffAnswer) -> &'static str {
    match answer {
        OffAnswer::Reject => "reject",
        OffAnswer::Drop => "drop",
    }
}

pub(super) fn read_answer(stored: &str) -> Result<OffAnswer, StoreError> {
    [OffAnswer::Reject, OffAnswer::Drop]
        .into_iter()
        .find(|answer| answer_word(*answer) == stored)
        .ok_or(StoreError::Damaged("answer"))
}

/// Returns the contact's address as it was written. Older rows have only the folded form.
pub(super) fn read_contact_address(row: &contact::Model) -> Result<OutsideAddress, StoreError> {
    let text = row.correspondent.as_deref().unwrap_or(&row.correspondent_folded);
    text.parse().map_err(|_| StoreError::Damaged("address"))
}

/// Selects the ids of the accounts that are turned off.
pub(super) fn disabled_accounts() -> SelectStatement {
    Query::select()
        .column(account::Column::Id)
        .from(account::Entity)
        .and_where(account::Column::DisabledAt.is_not_null())
        .to_owned()
}

/// Selects the ids of the account's mailboxes.
pub(super) fn mailboxes_of(account: AccountId) -> SelectStatement {
    Query::select()
        .column(mailbox::Column::Id)
        .from(mailbox::Entity)
        .and_where(mailbox::Column::AccountId.eq(account.0))
        .to_owned()
}
