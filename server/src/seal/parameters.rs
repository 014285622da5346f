//! Defines the algorithm parameters that sealing writes and opening reads.

use der::{Sequence, asn1::OctetString};
use spki::AlgorithmIdentifierOwned;

/// RSAES-OAEP-params (RFC 4055 §4.1). Omitted fields mean SHA-1 and an empty label.
#[derive(Default, Sequence)]
pub(super) struct OaepParameters {
    #[asn1(
        context_specific = "0",
        tag_mode = "EXPLICIT",
        constructed = "true",
        optional = "true"
    )]
    pub hash: Option<AlgorithmIdentifierOwned>,
    #[asn1(
        context_specific = "1",
        tag_mode = "EXPLICIT",
        constructed = "true",
        optional = "true"
    )]
    pub mask: Option<AlgorithmIdentifierOwned>,
    #[asn1(
        context_specific = "2",
        tag_mode = "EXPLICIT",
        constructed = "true",
        optional = "true"
    )]
    pub label: Option<AlgorithmIdentifierOwned>,
}

/// GCMParameters and CCMParameters (RFC 5084 §3.1, §3.2), which have the same form.
#[derive(Sequence)]
pub(super) struct AeadParameters {
    pub nonce: OctetString,
    #[asn1(default = "default_tag_length")]
    pub tag_length: u8,
}

fn default_tag_length() -> u8 {
    12
}
