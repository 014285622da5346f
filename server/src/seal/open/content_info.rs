//! The outermost structure of every CMS object (RFC 5652 §3), borrowed where the `cms` crate's would copy.

use const_oid::ObjectIdentifier;
use der::{Decode, Sequence, asn1::AnyRef};
use zeroize::Zeroizing;

use super::{ber, error::OpenError};

/// A content type and what is of it.
#[derive(Sequence)]
pub(super) struct ContentInfo<'a> {
    pub content_type: ObjectIdentifier,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", constructed = "true")]
    pub content: AnyRef<'a>,
}

/// One CMS object, of definite lengths.
pub(super) struct Object(Zeroizing<Vec<u8>>);

impl Object {
    /// Reads BER.
    pub fn from_ber(ber: &[u8]) -> Result<Self, OpenError> {
        Ok(Self(ber::definite(ber)?))
    }

    /// The ContentInfo in it.
    pub fn content_info(&self) -> Result<ContentInfo<'_>, OpenError> {
        Ok(ContentInfo::from_der(&self.0)?)
    }
}
