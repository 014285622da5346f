//! Defines the errors of the certificate model, by who is to blame. They travel to the browser, so they hold no secret.

use serde::{Deserialize, Serialize};

use super::role::Role;

/// Why a certificate, a request or a chain was not created or not accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PkiError {
    /// The other side sent something that is not the expected DER.
    #[error("the {0} is not well-formed")]
    Malformed(Part),
    /// The other side's certificate or request failed a check.
    #[error("the {part} was refused: {check}")]
    Refused {
        /// The part that was checked.
        part: Part,
        /// The check that failed.
        check: Check,
    },
    /// The requested validity is zero, too long, or in the past.
    #[error("this expiration is not possible")]
    Validity,
    /// The address or domain has characters beyond ASCII, which rfc822Name cannot hold (RFC 5280 §4.2.1.6).
    #[error("certificates cannot name an address with characters beyond ASCII")]
    AddressNotAscii,
    /// The relay's domain is empty or no host name, so the name constraints would not have their meaning.
    #[error("the relay's domain is not a host name")]
    RelayDomain,
    /// The passphrase has a character beyond the Basic Multilingual Plane, which the BMPString of PKCS#12 cannot hold
    /// (RFC 7292 appendix B.1).
    #[error("the passphrase has a character, such as an emoji, that PKCS#12 files cannot use")]
    PassphraseCharacter,
    /// The passphrase is shorter than [`super::pkcs12::MIN_PASSPHRASE`] characters.
    #[error("the passphrase is too short")]
    PassphraseTooShort,
    /// A library could not create a key, a signature or an encoding. This side is at fault.
    #[error("{0} failed")]
    Operation(Operation),
}

/// A part of the exchange that an error names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, derive_more::Display)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The user's PKCS#10 request.
    #[display("request for the user certificate")]
    UserRequest,
    /// The intermediate's PKCS#10 request.
    #[display("request for the intermediate certificate")]
    IntermediateRequest,
    /// One of the certificates.
    #[display("{_0} certificate")]
    Certificate(Role),
    /// A private key read back from storage.
    #[display("private key")]
    PrivateKey,
}

/// A named check. Each has a test that changes only this field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, derive_more::Display)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Check {
    /// The signature is invalid. In a request it proves possession, and in a certificate it is the issuer's.
    #[display("its signature does not verify")]
    Signature,
    /// The signature algorithm is not sha256WithRSAEncryption.
    #[display("its signature algorithm is not SHA-256 with RSA")]
    SignatureAlgorithm,
    /// The key is not the requested one, or not an RSA key of an accepted size.
    #[display("its key is not the expected one")]
    PublicKey,
    /// The subject differs from the template.
    #[display("its subject is not the expected one")]
    Subject,
    /// The issuer is not the subject of the certificate above.
    #[display("its issuer is not the certificate above it")]
    Issuer,
    /// The subject alternative name is not exactly the expected rfc822Name.
    #[display("its subject alternative name is not the expected address")]
    SubjectAltName,
    /// notBefore or notAfter differ from the request, or from the rest of the chain.
    #[display("its validity is not the expected one")]
    Validity,
    /// The serial number is not positive, too short, longer than 20 octets, or used twice in the chain.
    #[display("its serial number is not acceptable")]
    Serial,
    /// basicConstraints differ from the template.
    #[display("its basic constraints are not the expected ones")]
    BasicConstraints,
    /// keyUsage differs from the template.
    #[display("its key usage is not the expected one")]
    KeyUsage,
    /// extendedKeyUsage differs from the template.
    #[display("its extended key usage is not the expected one")]
    ExtendedKeyUsage,
    /// The name constraints are missing, wider, narrower or critical.
    #[display("its name constraints are not the expected ones")]
    NameConstraints,
    /// The subject or authority key identifier is inconsistent.
    #[display("its key identifiers do not fit")]
    KeyIdentifier,
    /// There is an extension that the template does not have.
    #[display("it holds an extension that does not belong there")]
    UnexpectedExtension,
    /// It is not an X.509 version 3 certificate, or not a version 1 request.
    #[display("its version is not the expected one")]
    Version,
}

/// The operation in which a library failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, derive_more::Display)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Generating a key pair.
    #[display("making a key")]
    KeyGeneration,
    /// Signing.
    #[display("signing")]
    Signing,
    /// Encoding DER.
    #[display("encoding")]
    Encoding,
    /// Writing PKCS#12.
    #[display("writing the PKCS#12 file")]
    Pkcs12,
    /// Writing Apple's configuration profile.
    #[display("writing the configuration profile")]
    ConfigurationProfile,
    /// The system's source of randomness.
    #[display("reading randomness")]
    Randomness,
}
