//! Reads ContentInfo, the outermost structure of every CMS object (RFC 5652 §3), without copying it as the `cms` crate
//! would.

use const_oid::ObjectIdentifier;
use der::{Decode, Sequence, asn1::AnyRef};
use zeroize::Zeroizing;

use super::{ber, error::OpenError};

/// A content type and the content.
#[derive(Sequence)]
pub(super) struct ContentInfo<'a> {
    pub content_type: ObjectIdentifier,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", constructed = "true")]
    pub content: AnyRef<'a>,
}

/// One CMS object with definite lengths.
pub(super) struct Object(Zeroizing<Vec<u8>>);

impl Object {
    pub fn from_ber(ber: &[u8]) -> Result<Self, OpenError> {
        Ok(Self(ber::definite(ber)?))
    }

    /// Returns the ContentInfo in it.
    pub fn content_info(&self) -> Result<ContentInfo<'_>, OpenError> {
        Ok(ContentInfo::from_der(&self.0)?)
    }
}
