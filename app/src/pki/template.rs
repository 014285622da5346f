//! Defines the templates of the certificates: name and extensions of each, with the clause of RFC 5280.
//!
//! Writing and verifying use the same lists, so everything that is written is checked, and the other way round.

use const_oid::{
    AssociatedOid, ObjectIdentifier,
    db::{
        rfc5280::ID_KP_EMAIL_PROTECTION,
        rfc5911::{ID_AES_128_CBC, ID_AES_256_CBC},
    },
};
use der::{
    Encode, Sequence,
    asn1::{Ia5String, OctetString},
};
use sha2::{Digest, Sha256};
use x509_cert::ext::{
    Extension,
    pkix::{
        AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages, NameConstraints,
        SubjectAltName, SubjectKeyIdentifier, constraints::name::GeneralSubtree, name::GeneralName,
    },
};

use super::{
    error::{Operation, PkiError},
    key::PublicKey,
    name::Subject,
    role::Role,
};
use crate::address::EmailAddress;

/// ub-common-name of RFC 5280 appendix A.1.
const MOST_NAME: usize = 64;

/// smimeCapabilities (RFC 4262 §2).
const SMIME_CAPABILITIES: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.15");

/// The purpose of a certificate.
pub(super) enum Template<'a> {
    /// Self-signed.
    Root(&'a Subject),
    /// Signed by the root.
    Intermediate(&'a Subject),
    /// Signed by the intermediate.
    User(&'a Subject),
    /// Signed by the intermediate, for this relay address.
    Contact(&'a EmailAddress),
}

impl Template<'_> {
    pub(super) fn role(&self) -> Role {
        match self {
            Self::Root(_) => Role::Root,
            Self::Intermediate(_) => Role::Intermediate,
            Self::User(_) => Role::User,
            Self::Contact(_) => Role::Contact,
        }
    }

    /// Returns the common name, the only attribute of the subject. An authority's name includes the first octets of its
    /// key identifier, because authorities of two profiles of one mailbox must have different names (RFC 5280
    /// §4.1.2.4).
    pub(super) fn common_name(&self, key: &PublicKey) -> String {
        let id = hex::encode(&key.identifier()[..4]);
        bounded(match self {
            Self::Root(subject) => format!("Sealpost Root {id} for {}", subject.mailbox),
            Self::Intermediate(subject) => format!("Sealpost Intermediate {id} for {}", subject.mailbox),
            Self::User(subject) => subject.mailbox.to_string(),
            Self::Contact(address) => address.to_string(),
        })
    }

    /// Returns all extensions in order.
    pub(super) fn extensions(&self, key: &PublicKey, issuer: &PublicKey) -> Result<Vec<Extension>, PkiError> {
        let mut list = vec![
            // §4.2.1.9
            extension(true, &self.basic_constraints())?,
            // §4.2.1.3
            extension(true, &KeyUsage(self.key_usage()))?,
            // §4.2.1.2
            extension(false, &SubjectKeyIdentifier(octets(&key.identifier())?))?,
        ];
        if !matches!(self, Self::Root(_)) {
            // §4.2.1.1
            let key_identifier = Some(octets(&issuer.identifier())?);
            let authority = AuthorityKeyIdentifier {
                key_identifier,
                ..Default::default()
            };
            list.push(extension(false, &authority)?);
            // §4.2.1.12
            list.push(extension(false, &ExtendedKeyUsage(vec![ID_KP_EMAIL_PROTECTION]))?);
        }
        match self {
            Self::Root(_) => {}
            Self::Intermediate(subject) => list.push(extension(false, &name_constraints(subject)?)?),
            Self::User(subject) => list.push(extension(false, &alternative_name(&subject.mailbox)?)?),
            Self::Contact(address) => {
                list.push(extension(false, &alternative_name(address)?)?);
                list.push(smime_capabilities()?);
            }
        }
        Ok(list)
    }

    fn basic_constraints(&self) -> BasicConstraints {
        let (ca, path_len_constraint) = match self {
            Self::Root(_) => (true, Some(1)),
            Self::Intermediate(_) => (true, Some(0)),
            Self::User(_) | Self::Contact(_) => (false, None),
        };
        BasicConstraints {
            ca,
            path_len_constraint,
        }
    }

    fn key_usage(&self) -> der::flagset::FlagSet<KeyUsages> {
        match self {
            Self::Root(_) | Self::Intermediate(_) => KeyUsages::KeyCertSign | KeyUsages::CRLSign,
            Self::User(_) | Self::Contact(_) => KeyUsages::DigitalSignature | KeyUsages::KeyEncipherment,
        }
    }
}

/// Returns the extensions of a request: the requested name (PKCS#9 extensionRequest, RFC 2985 §5.4.2).
pub(super) fn requested(mailbox: &EmailAddress) -> Result<Extension, PkiError> {
    extension(false, &alternative_name(mailbox)?)
}

/// §4.2.1.10: mail for the mailbox and for every address at the relay's domain, no DNS name, no IP address. Only a
/// dNSName of length zero excludes all DNS names. The extension is not critical, because gpgsm refuses every signature
/// below a critical one. OpenSSL and NSS enforce it anyway.
fn name_constraints(subject: &Subject) -> Result<NameConstraints, PkiError> {
    let subtree = |base| GeneralSubtree {
        base,
        minimum: 0,
        maximum: None,
    };
    let permitted = [subject.mailbox.as_str(), subject.relay_host()?]
        .into_iter()
        .map(|name| Ok(subtree(GeneralName::Rfc822Name(ia5(name)?))))
        .collect::<Result<_, PkiError>>()?;
    let excluded = vec![
        subtree(GeneralName::DnsName(ia5("")?)),
        // Address and mask are all zero, which means every address (RFC 4632 style, §4.2.1.10).
        subtree(GeneralName::IpAddress(octets(&[0; 8])?)),
        subtree(GeneralName::IpAddress(octets(&[0; 32])?)),
    ];
    Ok(NameConstraints {
        permitted_subtrees: Some(permitted),
        excluded_subtrees: Some(excluded),
    })
}

/// §4.2.1.6
fn alternative_name(address: &EmailAddress) -> Result<SubjectAltName, PkiError> {
    Ok(SubjectAltName(vec![GeneralName::Rfc822Name(ia5(address.as_str())?)]))
}

/// RFC 8551 §2.5.2: one capability without parameters.
#[derive(Sequence)]
struct Capability {
    algorithm: ObjectIdentifier,
}

/// RFC 4262: the ciphers for answers, best first. Outlook picks its cipher from here.
fn smime_capabilities() -> Result<Extension, PkiError> {
    let list: Vec<_> = [ID_AES_256_CBC, ID_AES_128_CBC]
        .into_iter()
        .map(|algorithm| Capability { algorithm })
        .collect();
    Ok(Extension {
        extn_id: SMIME_CAPABILITIES,
        critical: false,
        extn_value: octets(&list.to_der().map_err(encoding)?)?,
    })
}

fn extension<T: AssociatedOid + Encode>(critical: bool, value: &T) -> Result<Extension, PkiError> {
    Ok(Extension {
        extn_id: T::OID,
        critical,
        extn_value: octets(&value.to_der().map_err(encoding)?)?,
    })
}

/// rfc822Name is ASCII. Other addresses would need RFC 9598's SmtpUTF8Mailbox, which no mail client here reads.
fn ia5(name: &str) -> Result<Ia5String, PkiError> {
    Ia5String::new(name).map_err(|_| PkiError::AddressNotAscii)
}

fn octets(bytes: &[u8]) -> Result<OctetString, PkiError> {
    OctetString::new(bytes).map_err(encoding)
}

fn encoding(_: der::Error) -> PkiError {
    PkiError::Operation(Operation::Encoding)
}

/// Shortens a name to the length of a certificate field. A digest replaces the rest, so that names stay different.
fn bounded(name: String) -> String {
    if name.chars().count() <= MOST_NAME {
        return name;
    }
    let digest = hex::encode(&Sha256::digest(name.as_bytes())[..4]);
    let kept: String = name.chars().take(MOST_NAME - digest.len() - 1).collect();
    format!("{kept}~{digest}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn names_fit_into_a_certificate_and_stay_apart(one in "[a-z]{1,64}@[a-z]{1,63}\\.example", other in "[a-z]{1,64}@[a-z]{1,63}\\.example") {
            let name = |address: &str| bounded(format!("Sealpost Intermediate 0123abcd for {address}"));
            prop_assert!(name(&one).chars().count() <= MOST_NAME);
            prop_assert_eq!(name(&one), name(&one));
            prop_assert_eq!(name(&one) == name(&other), one == other);
        }
    }

    #[test]
    fn a_name_of_just_the_length_is_kept() {
        let name = "n".repeat(MOST_NAME);
        assert_eq!(bounded(name.clone()), name);
        assert_eq!(bounded(name + "n").chars().count(), MOST_NAME);
    }
}
