//! Decides who may send through a relay address. It is the person, proven by a signature in an encrypted message or by
//! the provider.
//!
//! docs/SECURITY.md has the table of who can do what.

use super::{
    proof::{Proof, Signed},
    vouched::AddressedTo,
};
use crate::{
    refusal::{Reason, Refusal},
    seal::open::Encryption,
};

/// The mailbox's settings. They make it stricter, never laxer.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settings {
    /// "Encrypted replies only".
    pub encrypted_only: bool,
    /// The mailbox's switch "Signed replies only".
    pub signed_only: bool,
}

/// Decides whether a reply is the person's. The strong form suffices alone: signed by the person and encrypted to this
/// contact's key, so the signature was made for this contact. Every other reply needs the provider's confirmation
/// ([`Proof::by_provider`]). If the cipher does not detect changes, the signature is needed as well, because the provider
/// stores the message and holds the DKIM key (EFAIL).
pub fn authorise(proof: &Proof, settings: Settings) -> Result<(), Refusal> {
    let signed = proof.signed == Signed::Fresh;
    let may_be_changed = proof.encryption == Some(Encryption::Malleable);
    let strong = signed && proof.encryption.is_some();
    let vouched = proof.by_provider() && (signed || !may_be_changed);
    if !strong && !vouched {
        return Err(unauthorised(proof));
    }
    let to_the_contact = proof.encryption.is_some() || proof.inside == AddressedTo::Contact;
    if proof.inside == AddressedTo::Others {
        Err(Refusal::new(Reason::NotForContact))
    } else if settings.encrypted_only && proof.encryption.is_none() {
        Err(Refusal::new(Reason::NotEncrypted))
    } else if settings.signed_only && !(signed && to_the_contact) {
        Err(Refusal::new(Reason::NotSigned))
    } else {
        Ok(())
    }
}

/// A reply with a valid signature of the person gets an answer that tells what to do. All others get the general one.
fn unauthorised(proof: &Proof) -> Refusal {
    match proof.signed {
        Signed::No => Refusal::new(Reason::NotAuthorised),
        Signed::Old => Refusal::new(Reason::OldSignature),
        Signed::Fresh => Refusal::new(Reason::SignedOnly),
    }
}

/// Whether the reply might have been authorised if the DNS had answered.
pub fn needs_provider(refused: Reason) -> bool {
    matches!(
        refused,
        Reason::NotAuthorised | Reason::NotOpened | Reason::InlinePgp | Reason::OldSignature | Reason::SignedOnly
    )
}

#[cfg(test)]
mod tests {
    use super::{
        Encryption::{Authenticated, Malleable},
        *,
    };

    const NOTHING: Proof = Proof {
        signed: Signed::No,
        encryption: None,
        spf: false,
        dkim: false,
        inside: AddressedTo::Nobody,
        covered: AddressedTo::Nobody,
    };

    #[track_caller]
    fn answers(proof: &Proof, settings: Settings, expected: Option<Reason>) {
        let refused = authorise(proof, settings).err().map(|refused| refused.reason);
        assert_eq!(refused, expected, "{proof:?} {settings:?}");
    }

    fn with(encryption: Option<Encryption>, signed: Signed) -> Proof {
        Proof {
            encryption,
            signed,
            ..NOTHING
        }
    }

    #[test]
    fn only_the_strong_form_needs_no_provider() {
        let any = Settings::default();
        for (encryption, signed, expected) in [
            (None, Signed::No, Some(Reason::NotAuthorised)),
            (Some(Authenticated), Signed::No, Some(Reason::NotAuthorised)),
            (Some(Malleable), Signed::No, Some(Reason::NotAuthorised)),
            (None, Signed::Fresh, Some(Reason::SignedOnly)),
            (Some(Malleable), Signed::Fresh, None),
            (Some(Authenticated), Signed::Fresh, None),
            (None, Signed::Old, Some(Reason::OldSignature)),
            (Some(Malleable), Signed::Old, Some(Reason::OldSignature)),
            (Some(Authenticated), Signed::Old, Some(Reason::OldSignature)),
        ] {
            answers(&with(encryption, signed), any, expected);
        }
    }

    #[test]
    fn the_provider_vouches_for_all_but_what_is_malleable() {
        let spf = |proof: Proof| Proof { spf: true, ..proof };
        let dkim = |proof: Proof| Proof {
            dkim: true,
            covered: AddressedTo::Contact,
            ..proof
        };
        for (encryption, signed, may) in [
            (None, Signed::No, true),
            (None, Signed::Old, true),
            (None, Signed::Fresh, true),
            (Some(Authenticated), Signed::No, true),
            (Some(Malleable), Signed::No, false),
            (Some(Malleable), Signed::Old, false),
            (Some(Malleable), Signed::Fresh, true),
        ] {
            for vouched in [spf(with(encryption, signed)), dkim(with(encryption, signed))] {
                assert_eq!(authorise(&vouched, Settings::default()).is_ok(), may, "{vouched:?}");
            }
        }
    }

    #[test]
    fn dkim_vouches_for_a_reply_to_whom_it_names() {
        for (inside, covered, may) in [
            (AddressedTo::Nobody, AddressedTo::Nobody, false),
            (AddressedTo::Nobody, AddressedTo::Others, false),
            (AddressedTo::Nobody, AddressedTo::Contact, true),
            (AddressedTo::Contact, AddressedTo::Others, true),
            (AddressedTo::Others, AddressedTo::Contact, false),
        ] {
            let proof = Proof {
                dkim: true,
                inside,
                covered,
                ..NOTHING
            };
            assert_eq!(authorise(&proof, Settings::default()).is_ok(), may, "{proof:?}");
        }
    }

    #[test]
    fn who_is_named_inside_is_whom_it_goes_to() {
        for encryption in [Malleable, Authenticated] {
            let named = |inside| Proof {
                inside,
                ..with(Some(encryption), Signed::Fresh)
            };
            answers(&named(AddressedTo::Contact), Settings::default(), None);
            answers(
                &named(AddressedTo::Others),
                Settings::default(),
                Some(Reason::NotForContact),
            );
        }
    }

    #[test]
    fn the_settings_make_it_stricter() {
        let spf = |proof: Proof| Proof { spf: true, ..proof };
        let encrypted = Settings {
            encrypted_only: true,
            ..Settings::default()
        };
        let signed = Settings {
            signed_only: true,
            ..Settings::default()
        };
        answers(&spf(with(None, Signed::Fresh)), encrypted, Some(Reason::NotEncrypted));
        answers(&spf(with(Some(Authenticated), Signed::No)), encrypted, None);
        answers(
            &spf(with(Some(Authenticated), Signed::No)),
            signed,
            Some(Reason::NotSigned),
        );
        answers(&spf(with(None, Signed::No)), signed, Some(Reason::NotSigned));
        answers(&with(Some(Malleable), Signed::Fresh), signed, None);
        // A signed, unencrypted reply must name its recipient itself.
        answers(&spf(with(None, Signed::Fresh)), signed, Some(Reason::NotSigned));
        let named = Proof {
            inside: AddressedTo::Contact,
            ..spf(with(None, Signed::Fresh))
        };
        answers(&named, signed, None);
        // A stranger does not learn of these switches.
        for settings in [encrypted, signed] {
            answers(&NOTHING, settings, Some(Reason::NotAuthorised));
        }
    }
}
