//! Defines the errors of SPF records.

/// Why a record counts for nothing (§4.6). One error anywhere is enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Broken {
    /// A character is not printable ASCII.
    #[error("a character that no record may hold")]
    Characters,
    /// A term is neither a mechanism nor a modifier.
    #[error("an unknown or malformed term")]
    Term,
    /// A network is malformed, or has more bits than an address.
    #[error("a malformed address or prefix length")]
    Network,
    /// A domain is malformed.
    #[error("a malformed domain")]
    DomainSpec,
    /// A macro is malformed.
    #[error("a malformed macro")]
    Macro,
    /// `redirect` or `exp` occurs twice.
    #[error("a modifier that stands twice")]
    Twice,
}
