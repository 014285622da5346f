//! Reads and encodes the attributes of CMS objects (RFC 5652 §5.3).

use const_oid::ObjectIdentifier;
use der::{Any, Encode, Tag, asn1::AnyRef};
use x509_cert::attr::Attributes;

/// Returns the DER of the SET OF. Signatures and tags cover this form, however the attributes were sent (RFC 5652 §5.4,
/// RFC 5083 §2.2).
pub(super) fn to_der(attributes: &Attributes) -> der::Result<Vec<u8>> {
    let mut each = attributes.iter().map(Encode::to_der).collect::<der::Result<Vec<_>>>()?;
    // X.690 §11.6: sorted by their octets.
    each.sort();
    AnyRef::new(Tag::Set, &each.concat())?.to_der()
}

/// Returns the value of an attribute that must occur once, with one value (RFC 5652 §11).
pub(super) fn single(attributes: &Attributes, oid: ObjectIdentifier) -> Option<&Any> {
    let mut all = attributes.iter().filter(|attribute| attribute.oid == oid);
    let only = all.next().filter(|_| all.next().is_none())?;
    let mut values = only.values.iter();
    values.next().filter(|_| values.next().is_none())
}
