//! Returns the words for what the parts without texts refuse: certificates and OpenPGP keys.
//!
//! Their own `Display` is for logs.

use crate::{
    pgp::{KeyFault, Weakness},
    pki::{
        PkiError,
        error::{Check, Operation, Part},
        role::Role,
    },
    texts::{Language, here, text},
};

/// Returns why a certificate or a chain is refused, in the language of the page. It follows a colon, and its full stop
/// is the caller's.
pub fn pki_error_words(error: &PkiError) -> String {
    pki_error(error, here())
}

/// Returns why an OpenPGP key is refused, in sentences.
pub(super) fn key_fault(fault: &KeyFault, language: Language) -> String {
    let words = match fault {
        KeyFault::NoKey => text!(in language; errors.key.no_key),
        KeyFault::Several => text!(in language; errors.key.several),
        KeyFault::Secret => text!(in language; errors.key.secret),
        KeyFault::Expired => text!(in language; errors.key.expired),
        KeyFault::Revoked => text!(in language; errors.key.revoked),
        KeyFault::NoEncryption => text!(in language; errors.key.no_encryption),
        KeyFault::Weak(Weakness::Rsa { bits }) => return text!(in language; errors.key.weak_rsa, bits = *bits),
        KeyFault::Weak(Weakness::Obsolete) => text!(in language; errors.key.obsolete),
        KeyFault::Weak(Weakness::Hash) => text!(in language; errors.key.broken_hash),
        KeyFault::Weak(Weakness::Unbound) => text!(in language; errors.key.unbound),
        KeyFault::Unsupported => text!(in language; errors.key.unsupported),
        KeyFault::NotYet => text!(in language; errors.key.not_yet),
    };
    words.to_owned()
}

pub(super) fn pki_error(error: &PkiError, language: Language) -> String {
    let words = match error {
        PkiError::Malformed(of) => return text!(in language; errors.pki.malformed, part = part(*of, language)),
        PkiError::Refused {
            part: of,
            check: failed,
        } => {
            let (part, check) = (part(*of, language), check(*failed, language));
            return text!(in language; errors.pki.refused, part = part, check = check);
        }
        PkiError::Validity => text!(in language; errors.pki.validity),
        PkiError::AddressNotAscii => text!(in language; errors.pki.address_not_ascii),
        PkiError::RelayDomain => text!(in language; errors.pki.relay_domain),
        PkiError::PassphraseCharacter => text!(in language; errors.pki.passphrase_character),
        PkiError::PassphraseTooShort => text!(in language; errors.pki.passphrase_too_short),
        PkiError::Operation(operation) => failed(*operation, language),
    };
    words.to_owned()
}

fn part(part: Part, language: Language) -> &'static str {
    match part {
        Part::UserRequest => text!(in language; errors.part.user_request),
        Part::IntermediateRequest => text!(in language; errors.part.intermediate_request),
        Part::Certificate(Role::User) => text!(in language; errors.part.user),
        Part::Certificate(Role::Intermediate) => text!(in language; errors.part.intermediate),
        Part::Certificate(Role::Root) => text!(in language; errors.part.root),
        Part::Certificate(Role::Contact) => text!(in language; errors.part.contact),
        Part::PrivateKey => text!(in language; errors.part.private_key),
    }
}

fn check(check: Check, language: Language) -> &'static str {
    match check {
        Check::Signature => text!(in language; errors.check.signature),
        Check::SignatureAlgorithm => text!(in language; errors.check.signature_algorithm),
        Check::PublicKey => text!(in language; errors.check.public_key),
        Check::Subject => text!(in language; errors.check.subject),
        Check::Issuer => text!(in language; errors.check.issuer),
        Check::SubjectAltName => text!(in language; errors.check.subject_alt_name),
        Check::Validity => text!(in language; errors.check.validity),
        Check::Serial => text!(in language; errors.check.serial),
        Check::BasicConstraints => text!(in language; errors.check.basic_constraints),
        Check::KeyUsage => text!(in language; errors.check.key_usage),
        Check::ExtendedKeyUsage => text!(in language; errors.check.extended_key_usage),
        Check::NameConstraints => text!(in language; errors.check.name_constraints),
        Check::KeyIdentifier => text!(in language; errors.check.key_identifier),
        Check::UnexpectedExtension => text!(in language; errors.check.unexpected_extension),
        Check::Version => text!(in language; errors.check.version),
    }
}

fn failed(operation: Operation, language: Language) -> &'static str {
    match operation {
        Operation::KeyGeneration => text!(in language; errors.pki.key_generation),
        Operation::Signing => text!(in language; errors.pki.signing),
        Operation::Encoding => text!(in language; errors.pki.encoding),
        Operation::Pkcs12 => text!(in language; errors.pki.pkcs12),
        Operation::ConfigurationProfile => text!(in language; errors.pki.configuration_profile),
        Operation::Randomness => text!(in language; errors.pki.randomness),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_is_what_the_logs_say() {
        for fault in [
            KeyFault::NoKey,
            KeyFault::Several,
            KeyFault::Secret,
            KeyFault::Expired,
            KeyFault::Revoked,
            KeyFault::NoEncryption,
            KeyFault::Weak(Weakness::Rsa { bits: 1024 }),
            KeyFault::Weak(Weakness::Obsolete),
            KeyFault::Weak(Weakness::Unbound),
            KeyFault::Weak(Weakness::Hash),
            KeyFault::Unsupported,
        ] {
            assert_eq!(key_fault(&fault, Language::en), format!("{fault}."));
        }
        assert_eq!(key_fault(&KeyFault::NotYet, Language::en), KeyFault::NotYet.to_string());
        for error in [
            PkiError::Malformed(Part::UserRequest),
            PkiError::Malformed(Part::IntermediateRequest),
            PkiError::Malformed(Part::PrivateKey),
            PkiError::Validity,
            PkiError::AddressNotAscii,
            PkiError::RelayDomain,
            PkiError::PassphraseCharacter,
            PkiError::PassphraseTooShort,
        ] {
            assert_eq!(pki_error(&error, Language::en), error.to_string());
        }
        for role in [Role::User, Role::Intermediate, Role::Root, Role::Contact] {
            let error = PkiError::Malformed(Part::Certificate(role));
            assert_eq!(pki_error(&error, Language::en), error.to_string());
        }
        for check in [
            Check::Signature,
            Check::SignatureAlgorithm,
            Check::PublicKey,
            Check::Subject,
            Check::Issuer,
            Check::SubjectAltName,
            Check::Validity,
            Check::Serial,
            Check::BasicConstraints,
            Check::KeyUsage,
            Check::ExtendedKeyUsage,
            Check::NameConstraints,
            Check::KeyIdentifier,
            Check::UnexpectedExtension,
            Check::Version,
        ] {
            let error = PkiError::Refused {
                part: Part::Certificate(Role::Root),
                check,
            };
            assert_eq!(pki_error(&error, Language::en), error.to_string());
        }
        for operation in [
            Operation::KeyGeneration,
            Operation::Signing,
            Operation::Encoding,
            Operation::Pkcs12,
            Operation::ConfigurationProfile,
            Operation::Randomness,
        ] {
            let error = PkiError::Operation(operation);
            assert_eq!(pki_error(&error, Language::en), error.to_string());
        }
    }
}
