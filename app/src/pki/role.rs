//! The roles of certificates: three in the chain of a profile, and one for each contact.

use serde::{Deserialize, Serialize};

/// Which of the chain's certificates one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, derive_more::Display)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The person's own.
    #[display("user")]
    User,
    /// The one that signs user and contacts.
    #[display("intermediate")]
    Intermediate,
    /// The self-signed one that devices trust.
    #[display("root")]
    Root,
    /// Made for one contact.
    #[display("contact")]
    Contact,
}
