//! Defines the roles of certificates: three in the chain of a profile, and one for each contact.

use serde::{Deserialize, Serialize};

/// The role of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, derive_more::Display)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The person's own certificate.
    #[display("user")]
    User,
    /// The certificate that signs user and contacts.
    #[display("intermediate")]
    Intermediate,
    /// The self-signed certificate that devices trust.
    #[display("root")]
    Root,
    /// The certificate of one contact.
    #[display("contact")]
    Contact,
}
