//! Ciphertext that somebody changed: one error, whatever it was, and never a word of plaintext.

use app::pki::key::ContactKey;
use cms::{content_info::ContentInfo, enveloped_data::EnvelopedData};
use const_oid::db::rfc5912::RSA_ENCRYPTION;
use der::{Any, Decode, Encode, asn1::OctetString, referenced::OwnedToRef};
use getrandom::SysRng;
use rand_core::UnwrapErr;
use server::seal::open::{OpenError, Recipient, open};
use spki::AlgorithmIdentifierOwned;
use test_support::{enveloped::enveloped, program::must, work::assert_same};

use crate::open::{
    clients::{CLIENT, body, cms_message},
    home::{ANSWER, HOME},
};

const CIPHERS: [&str; 3] = ["-aes-256-cbc -noindef", "-aes-256-gcm -noindef", "-des3 -noindef"];

fn object(options: &str) -> Vec<u8> {
    body(&CLIENT.encrypt(options, &CLIENT.sign("", ANSWER.as_bytes())))
}

fn undecipherable(object: &[u8]) -> bool {
    matches!(
        HOME.open(&cms_message("application/pkcs7-mime", object)),
        Err(OpenError::Undecipherable | OpenError::Malleable)
    )
}

/// Where the RSA ciphertext of a DER object is: the only octet string of 256 octets.
fn encrypted_key(object: &[u8]) -> std::ops::Range<usize> {
    let at = memchr::memmem::find(object, b"\x04\x82\x01\x00").unwrap() + 4;
    at..at + 256
}

#[test]
fn the_key_of_another_certificate_opens_nothing() {
    let rng = &mut UnwrapErr(SysRng);
    let key = ContactKey::generate(rng).unwrap().to_pkcs8().unwrap();
    for options in CIPHERS
        .into_iter()
        .chain(["-keyopt rsa_padding_mode:oaep -aes-128-cbc"])
    {
        let recipient = Recipient {
            certificate: &HOME.contact.certificate,
            key: &key,
        };
        let message = cms_message("application/pkcs7-mime", &object(options));
        let opened = open(&message, &[recipient], &[HOME.chain.user()], rng);
        let expected = match options.contains("gcm") {
            true => matches!(opened, Err(OpenError::Undecipherable)),
            false => matches!(opened, Err(OpenError::Malleable)),
        };
        assert!(expected, "{options}");
        assert!(matches!(open(&message, &[], &[], rng), Err(OpenError::Recipient)));
    }
}

#[test]
fn a_changed_key_opens_nothing() {
    for options in CIPHERS
        .into_iter()
        .chain(["-keyopt rsa_padding_mode:oaep -aes-128-cbc"])
    {
        let sound = object(options);
        for place in encrypted_key(&sound).step_by(50) {
            let mut changed = sound.clone();
            changed[place] ^= 1;
            assert!(undecipherable(&changed), "{options} {place}");
        }
        // No number below the modulus.
        let mut changed = sound.clone();
        changed[encrypted_key(&sound)].fill(0xff);
        assert!(undecipherable(&changed), "{options}");
    }
}

/// Bleichenbacher's question: a padding that holds around a key of another length, or of the right length, and one that
/// does not hold, get the same answer.
#[test]
fn a_sound_padding_around_a_wrong_key_is_no_answer() {
    let certificate = {
        let parsed = x509_cert::Certificate::from_der(HOME.contact.certificate.der()).unwrap();
        let info = parsed.tbs_certificate().subject_public_key_info().clone();
        rsa::PublicKey::try_from(info.owned_to_ref()).unwrap()
    };
    let rng = &mut UnwrapErr(SysRng);
    let sound = object(CIPHERS[0]);
    for length in [0, 1, 16, 24, 31, 32, 33, 64, 245] {
        let key = vec![7; length];
        let encrypted = certificate.encrypt(rng, rsa::Pkcs1v15Encrypt, &key).unwrap();
        let mut changed = sound.clone();
        changed[encrypted_key(&sound)].copy_from_slice(&encrypted);
        assert!(undecipherable(&changed), "{length}");
    }
}

/// Paddings that do not hold around the very key of the content: whoever overlooks one of the faults opens the message.
#[test]
fn a_broken_padding_around_the_right_key_opens_nothing() {
    let key = [7; 32];
    let transport = || AlgorithmIdentifierOwned {
        oid: RSA_ENCRYPTION,
        parameters: Some(Any::null()),
    };
    let signed = CLIENT.sign("", ANSWER.as_bytes());
    // RFC 8017 §7.2.1: 0, 2, at least eight octets that are not 0, 0, the key.
    let sound = [&[0, 2][..], &[0xaa; 221], &[0], &key].concat();
    let changed = |changes: &[(usize, u8)]| {
        let mut block = sound.clone();
        changes.iter().for_each(|(place, octet)| block[*place] = *octet);
        block
    };
    let shifted = |behind: &[u8]| [&[0, 2][..], &vec![0xaa; 221 - behind.len()], &[0], &key, behind].concat();
    for (block, opens) in [
        (sound.clone(), true),
        (changed(&[(2, 0x55)]), true),
        (changed(&[(0, 1)]), false),
        (changed(&[(1, 0)]), false),
        (changed(&[(1, 1)]), false),
        (changed(&[(1, 3)]), false),
        (changed(&[(2, 0)]), false),
        (changed(&[(9, 0)]), false),
        (changed(&[(200, 0)]), false),
        (changed(&[(223, 1)]), false),
        (changed(&[(222, 0), (223, 1)]), false),
        (shifted(&[0]), false),
        (shifted(&[9; 8]), false),
    ] {
        let arguments = "pkeyutl -encrypt -certin -inkey contact.pem -pkeyopt rsa_padding_mode:none";
        let mut openssl = CLIENT.program("openssl");
        let encrypted = must(openssl.args(arguments.split_whitespace()), &block);
        let object = enveloped(HOME.contact.certificate.der(), transport(), &encrypted, (&key, &signed));
        let opened = HOME.open(&cms_message("application/pkcs7-mime", &object));
        match opens {
            true => assert_eq!(opened.unwrap().entity.as_slice(), ANSWER.as_bytes()),
            false => assert!(matches!(opened, Err(OpenError::Malleable)), "{block:02x?}"),
        }
    }
}

#[test]
fn a_flipped_padding_or_tag_is_the_same_error() {
    // In CBC, the padding changes with the last octets of the block before the last.
    let cbc = object(CIPHERS[0]);
    for back in 17..=32 {
        let mut changed = cbc.clone();
        let place = changed.len() - back;
        changed[place] ^= 0x40;
        let opened = HOME.open(&cms_message("application/pkcs7-mime", &changed));
        // Behind the closing delimiter a changed octet changes nothing; elsewhere it is an error or no signature.
        match opened {
            Err(OpenError::Malleable) => {}
            Ok(opened) => assert!(back != 17, "a padding of {} was taken", opened.entity.len()),
            Err(other) => panic!("{back}: {other}"),
        }
    }
    // The tag is the last of a DER object in GCM.
    let gcm = object(CIPHERS[1]);
    for back in 1..=80 {
        let mut changed = gcm.clone();
        let place = changed.len() - back;
        changed[place] ^= 1;
        let opened = HOME.open(&cms_message("application/pkcs7-mime", &changed));
        assert!(opened.is_err(), "{back}");
        if back <= 16 || back > 18 {
            assert!(matches!(opened, Err(OpenError::Undecipherable)), "{back}");
        }
    }
}

#[test]
fn a_truncated_object_is_refused() {
    for options in ["-aes-256-cbc -noindef", "-aes-256-cbc -stream", "-aes-256-gcm -stream"] {
        let whole = object(options);
        for length in [
            0,
            1,
            2,
            20,
            100,
            300,
            whole.len() / 2,
            whole.len() - 16,
            whole.len() - 1,
        ] {
            let opened = HOME.open(&cms_message("application/pkcs7-mime", &whole[..length]));
            assert!(matches!(opened, Err(OpenError::Ber(_))), "{options} {length}");
        }
    }
}

/// Vaudenay's question, asked by time: two blocks more at the end of a ciphertext, the last of which has a sound padding or
/// not. All before them is what the person signed.
#[test]
fn a_wrong_padding_takes_as_long_as_a_sound_one() {
    // Three signatures, so that what is behind decryption is seen beside it.
    let signed = (0..3).fold(ANSWER.as_bytes().to_vec(), |entity, _| CLIENT.sign("", &entity));
    let object = body(&CLIENT.encrypt(CIPHERS[0], &signed));
    let [sound, padding] = [0, 0x40].map(|flipped| cms_message("application/pkcs7-mime", &prolonged(&object, flipped)));
    assert_same(
        7,
        || assert!(HOME.open(&sound).is_ok()),
        || assert!(matches!(HOME.open(&padding), Err(OpenError::Malleable))),
    );
}

/// The last two blocks of an EnvelopedData again, with a change to the padding.
fn prolonged(object: &[u8], flipped: u8) -> Vec<u8> {
    let content_info = ContentInfo::from_der(object).unwrap();
    let mut enveloped: EnvelopedData = content_info.content.decode_as().unwrap();
    let content = enveloped.encrypted_content.encrypted_content.unwrap();
    let last = content.as_bytes().last_chunk::<32>().unwrap();
    let mut longer = [content.as_bytes(), last].concat();
    let place = longer.len() - 17;
    longer[place] ^= flipped;
    enveloped.encrypted_content.encrypted_content = Some(OctetString::new(longer).unwrap());
    let content = Any::encode_from(&enveloped).unwrap();
    let content_type = content_info.content_type;
    ContentInfo { content_type, content }.to_der().unwrap()
}
