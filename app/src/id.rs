//! Defines one id type for each kind of stored thing.
//!
//! An id grants nothing. The server checks that its object belongs to the account that asks.

use serde::{Deserialize, Serialize};

/// The id of an account. Only the pages of administrators see one.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, derive_more::Display, derive_more::FromStr,
)]
#[serde(transparent)]
pub struct AccountId(pub i64);

/// The id of a mailbox.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, derive_more::Display, derive_more::FromStr,
)]
#[serde(transparent)]
pub struct MailboxId(pub i64);

/// The id of an alias.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, derive_more::Display, derive_more::FromStr,
)]
#[serde(transparent)]
pub struct AliasId(pub i64);

/// The id of a contact of one alias.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, derive_more::Display, derive_more::FromStr,
)]
#[serde(transparent)]
pub struct ContactId(pub i64);

/// The id of an encryption profile.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, derive_more::Display, derive_more::FromStr,
)]
#[serde(transparent)]
pub struct ProfileId(pub i64);

/// The id of an entry in the activity of an alias. Later entries have larger ids.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, derive_more::Display, derive_more::FromStr,
)]
#[serde(transparent)]
pub struct EventId(pub i64);

/// The public name of a web session. It reveals nothing about the session token.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, derive_more::Display, derive_more::FromStr)]
#[serde(transparent)]
pub struct SessionId(pub String);

/// The id of a passkey.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, derive_more::Display, derive_more::FromStr,
)]
#[serde(transparent)]
pub struct PasskeyId(pub i64);

/// The id of an API key.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, derive_more::Display, derive_more::FromStr,
)]
#[serde(transparent)]
pub struct ApiKeyId(pub i64);
