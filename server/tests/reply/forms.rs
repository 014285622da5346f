//! The answer to a reply in a form that does not count: the person reads it in their provider's report, and it must say what to
//! change. It is the same for everybody, as it tells only what everybody sees.

use test_support::dns::Record;

use crate::reply::{
    forged::NOT_AUTHORISED,
    person::Letter,
    talk::{Talk, from_contact, to},
    transport::{ALLOWED, talk},
    wire,
};

const CAMELLIA: &str = "550 5.7.6 This relay does not support the form of the message: it is encrypted with Camellia";
const INLINE_PGP: &str = "550 5.7.1 Inline PGP is not supported, please switch on PGP/MIME in your mail app";

/// A post signed in the text (RFC 9580 §7); nobody looks at the signature.
const CLEARSIGNED: &str = "-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\nyes\r\n-----BEGIN PGP SIGNATURE-----\r\n\r\n\
                           iHUEARYKAB0WIQ==\r\n=abcd\r\n-----END PGP SIGNATURE-----\r\n";

async fn refused(talk: &Talk, letter: &Letter, entity: &str, expected: &str) {
    for from in ["ann@example.org", "eve@elsewhere.example"] {
        let before = talk.home.outbox().await.len();
        let message = to(&[letter], "form", entity);
        let said = talk.home.send(from, &letter.relay_address, &message).await;
        assert_eq!(said, expected, "{from}");
        assert_eq!(talk.home.outbox().await.len(), before);
    }
}

#[tokio::test]
async fn a_cipher_that_is_not_supported_is_named_whoever_it_is_for() {
    let talk = Talk::new().await;
    let mail = from_contact(&talk.home, "eve@third.example", "third", "").await;
    let eve = talk.person.open(&mail);
    let sealed = talk.sealed("", "-camellia-256-cbc", &wire::note("yes"));
    for letter in [&talk.letter, &eve] {
        refused(&talk, letter, &sealed, CAMELLIA).await;
    }
    let unsigned = talk
        .person
        .encrypt("-camellia-256-cbc", &talk.letter.certificate, &wire::note("yes"));
    refused(&talk, &talk.letter, &unsigned, CAMELLIA).await;
}

#[tokio::test]
async fn an_answer_without_protection_is_told_what_to_switch_on() {
    let talk = Talk::new().await;
    refused(&talk, &talk.letter, &wire::note("yes"), NOT_AUTHORISED).await;
    let inline = wire::note(CLEARSIGNED);
    refused(&talk, &talk.letter, &inline, INLINE_PGP).await;
    // Within an encrypted message nobody learns what was in it.
    let sealed = talk.person.encrypt("-aes-256-gcm", &talk.letter.certificate, &inline);
    refused(&talk, &talk.letter, &sealed, NOT_AUTHORISED).await;
}

#[tokio::test]
async fn the_provider_may_vouch_for_inline_pgp() {
    let (_dns, talk) = talk(&[Record::Txt("example.org", ALLOWED)]).await;
    let said = talk
        .says("ann@example.org", &talk.to_bob("inline", &wire::note(CLEARSIGNED)))
        .await;
    assert!(said.starts_with("250 "), "{said}");
    let left = String::from_utf8(talk.left_in_the_thread().await).unwrap();
    assert!(left.contains("yes") && !left.contains("PGP"), "{left}");
}
