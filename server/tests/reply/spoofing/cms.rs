//! CMS: signatures that are none, of somebody else, or of something else.

use super::{EVIL, Endings, evil, genuine};
use crate::reply::{talk::Talk, wire};

/// Mallory has a key and a certificate that Mallory made, in files of the person's folder.
fn add_mallory(talk: &Talk) {
    let make = "req -x509 -newkey rsa:2048 -nodes -keyout mallory.key -out mallory.pem -subj /CN=Ann\u{1}Lee -addext \
                subjectAltName=email:ann@example.org";
    talk.person.openssl(make, b"");
}

/// A detached signature over an entity, DER.
fn detached(talk: &Talk, options: &str, entity: &str) -> Vec<u8> {
    let arguments = format!("cms -sign -binary -outform DER -signer user.pem -inkey user.key {options}");
    talk.person.openssl(&arguments, entity.as_bytes())
}

fn by_mallory(talk: &Talk, options: &str, entity: &str) -> Vec<u8> {
    let arguments = format!("cms -sign -binary -outform DER -signer mallory.pem -inkey mallory.key {options}");
    talk.person.openssl(&arguments, entity.as_bytes())
}

/// Certificates of the person, and no signature.
fn without_signers(talk: &Talk) -> Vec<u8> {
    talk.person.openssl(
        "crl2pkcs7 -nocrl -certfile user.pem -certfile above.pem -outform DER",
        b"",
    )
}

#[tokio::test]
async fn no_signature_but_the_persons_over_these_words_counts() {
    let talk = Talk::new().await;
    genuine(&talk).await;
    add_mallory(&talk);
    let theirs = wire::note("what Ann signed once");
    let evil = evil();
    let signed = "smime-type=signed-data";
    let variants = [
        ("no signers", wire::signed(&evil, &without_signers(&talk))),
        (
            "no signers, opaque",
            wire::cms("smime-type=certs-only", &without_signers(&talk)),
        ),
        (
            "a signature over other words",
            wire::signed(&evil, &detached(&talk, "", &theirs)),
        ),
        (
            "other words within the signature",
            wire::signed(&evil, &detached(&talk, "-nodetach", &theirs)),
        ),
        ("Mallory's", wire::signed(&evil, &by_mallory(&talk, "", &evil))),
        (
            "Mallory's with Ann's certificate",
            wire::signed(&evil, &by_mallory(&talk, "-certfile user.pem", &evil)),
        ),
        (
            "Mallory's without attributes",
            wire::signed(&evil, &by_mallory(&talk, "-noattr", &evil)),
        ),
        (
            "Mallory's, opaque",
            wire::cms(signed, &by_mallory(&talk, "-nodetach", &evil)),
        ),
        // RFC 5652 §5.3: the content type is signed, and this one is no mail.
        (
            "words signed as something else",
            wire::cms(
                signed,
                &detached(&talk, "-nodetach -econtent_type 1.2.840.113549.1.9.16.1.4", &evil),
            ),
        ),
        (
            "signed as something else, detached",
            wire::signed(
                &evil,
                &detached(&talk, "-econtent_type 1.2.840.113549.1.9.16.1.4", &evil),
            ),
        ),
        ("a signature that is empty", wire::signed(&evil, b"")),
        ("a signature that is text", wire::signed(&evil, EVIL.as_bytes())),
    ];
    let mut endings = Endings::default();
    for (name, entity) in &variants {
        // Nothing of this may leave, so that no text fits.
        endings.judge_entity(&talk, name, entity, "").await;
        let sealed = talk.person.encrypt("-aes-256-cbc", &talk.letter.certificate, entity);
        endings.judge_entity(&talk, name, &sealed, "").await;
    }
    println!("{endings:?}");
    assert_eq!(endings.refused, 2 * variants.len());
}

/// The attributes of a signature, taken for content (Strenzke, "The attribute confusion of CMS"): their DER was signed.
#[tokio::test]
async fn the_attributes_of_a_signature_are_no_text() {
    let talk = Talk::new().await;
    let object = detached(&talk, "", &wire::note("what Ann signed once"));
    talk.person.put("once.p7s", &object);
    let attributes = signed_attributes(&object);
    // Without attributes the signature is over the content itself.
    let forged = wire::signed(&String::from_utf8_lossy(&attributes), &object);
    let mut endings = Endings::default();
    endings.judge_entity(&talk, "attributes", &forged, "").await;
    assert_eq!(endings.refused, 1);
}

/// From the first `[0]` behind the content type of the signature's attributes.
fn signed_attributes(object: &[u8]) -> Vec<u8> {
    let content_type = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x03];
    let at = object
        .windows(content_type.len())
        .position(|window| window == content_type)
        .unwrap();
    object[at - 4..].to_vec()
}

#[tokio::test]
async fn of_two_signatures_the_persons_counts_for_these_words_only() {
    let talk = Talk::new().await;
    add_mallory(&talk);
    let mut endings = Endings::default();
    for (at, options) in ["", "-nodetach"].into_iter().enumerate() {
        let text = format!("what both signed {at}");
        let both = format!("-signer mallory.pem -inkey mallory.key {options}");
        let entity = talk.person.sign(&both, &wire::note(&text));
        let sealed = talk.person.encrypt("-aes-256-cbc", &talk.letter.certificate, &entity);
        endings.judge_entity(&talk, "both", &sealed, &text).await;
        // Mallory signs words around it; the signature outside is taken off, and does not count.
        let text = format!("what Ann signed inside {at}");
        let inner = talk.person.sign(options, &wire::note(&text));
        let outer = talk
            .person
            .openssl("cms -sign -signer mallory.pem -inkey mallory.key", inner.as_bytes());
        let outer = wire::lines(&String::from_utf8(outer).unwrap());
        endings.judge_entity(&talk, "outside", &outer, &text).await;
    }
    println!("{endings:?}");
}
