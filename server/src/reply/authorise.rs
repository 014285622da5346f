//! Who may send through a relay address: the person, shown by a signature with the user key or by the mailbox's provider.

use crate::{
    auth::Transport,
    seal::open::{Encryption, Opened},
    smtp::reply::{self, Refusal},
};

/// Decides. A signature by the user key suffices; so does DKIM or SPF in alignment with the mailbox, unless the message is
/// encrypted in a way that can be changed on its way. Behind such a cipher whoever stores the message can put words around
/// what the person wrote (EFAIL), and the provider that stores it holds the key of DKIM, too.
pub fn authorise(opened: &Opened, transport: Transport, encrypted_only: bool) -> Result<(), Refusal> {
    let signed = opened.signature.is_some();
    let authorised = match (opened.encryption, transport) {
        _ if signed => true,
        // Not opened in the first place, see [`crate::seal::open::open`].
        (Some(Encryption::Malleable), _) => false,
        (_, Transport::Spf | Transport::Dkim) => true,
        (_, Transport::None) => false,
    };
    if !authorised {
        Err(Refusal::new(reply::NOT_AUTHORISED, "not_authorised"))
    } else if encrypted_only && opened.encryption.is_none() {
        Err(Refusal::new(reply::NOT_ENCRYPTED, "not_encrypted"))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::open::Signature;

    fn opened(encryption: Option<Encryption>, signed: bool) -> Opened {
        Opened {
            entity: b"\r\n".to_vec().into(),
            encryption,
            signature: signed.then(|| Signature {
                signer: Vec::new(),
                digest: [0; 32],
                signing_time: None,
            }),
        }
    }

    #[test]
    fn without_a_signature_the_provider_must_vouch_for_the_words() {
        use Encryption::{Authenticated, Malleable};
        for (encryption, signed, transport, may) in [
            (None, false, Transport::None, false),
            (None, false, Transport::Spf, true),
            (None, false, Transport::Dkim, true),
            (None, true, Transport::None, true),
            (Some(Malleable), false, Transport::None, false),
            (Some(Malleable), false, Transport::Spf, false),
            (Some(Malleable), false, Transport::Dkim, false),
            (Some(Malleable), true, Transport::None, true),
            (Some(Authenticated), false, Transport::None, false),
            (Some(Authenticated), false, Transport::Spf, true),
            (Some(Authenticated), true, Transport::None, true),
        ] {
            let refused = authorise(&opened(encryption, signed), transport, false).err();
            let expected = (!may).then_some(reply::NOT_AUTHORISED);
            assert_eq!(
                refused.map(|refused| refused.reply),
                expected,
                "{encryption:?} {signed} {transport:?}"
            );
        }
    }

    #[test]
    fn the_switch_asks_for_encryption_whoever_vouches() {
        for transport in [Transport::None, Transport::Spf, Transport::Dkim] {
            let refused = authorise(&opened(None, true), transport, true).unwrap_err();
            assert_eq!(refused.reply, reply::NOT_ENCRYPTED);
        }
        assert!(authorise(&opened(Some(Encryption::Malleable), true), Transport::None, true).is_ok());
        // A stranger does not learn of the switch.
        let stranger = authorise(&opened(None, false), Transport::None, true).unwrap_err();
        assert_eq!(stranger.reply, reply::NOT_AUTHORISED);
    }
}
