//! The errors of SPF records.

/// Why a record says nothing (§4.6): one error anywhere is enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Broken {
    /// Other than printable ASCII.
    #[error("a character that no record may hold")]
    Characters,
    /// Neither a mechanism nor a modifier.
    #[error("an unknown or malformed term")]
    Term,
    /// Not a network, or more bits than an address has.
    #[error("a malformed address or prefix length")]
    Network,
    /// Not a domain.
    #[error("a malformed domain")]
    DomainSpec,
    /// Not a macro.
    #[error("a malformed macro")]
    Macro,
    /// `redirect` or `exp` twice.
    #[error("a modifier that stands twice")]
    Twice,
}
