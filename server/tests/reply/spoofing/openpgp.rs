//! PGP: text around what is signed, and signatures of something else.

use test_support::gnupg::{Gnupg, encrypted};
use time::OffsetDateTime;

use super::{EVIL, Endings, evil, evil_html, multipart};
use crate::{
    reply::{
        pgp::learn,
        talk::{BOB, from_contact},
        wire,
    },
    support::{home::Home, pgp_profile},
};

const ANN: &str = "Ann Lee <ann@example.org>";

struct Pgp {
    home: Home,
    gpg: Gnupg,
    relay_address: String,
}

impl Pgp {
    async fn new() -> Self {
        let home = Home::new().await;
        let gpg = Gnupg::with_key(ANN, "future-default", "never");
        pgp_profile::active(&home, &gpg.public_key("ann@example.org"), OffsetDateTime::now_utc()).await;
        let mail = from_contact(&home, BOB, "letter", "").await;
        let (relay_address, _) = learn(&gpg, &mail);
        Self {
            home,
            gpg,
            relay_address,
        }
    }

    async fn judge(&self, endings: &mut Endings, name: &str, entity: &str, signed: &str) {
        let fields = format!(
            "To: Bob <{}>\r\nSubject: Re: hello\r\nMessage-ID: <{}@laptop.example>\r\n",
            self.relay_address,
            name.replace(' ', "-")
        );
        let message = wire::message(&fields, entity);
        endings
            .judge(&self.home, name, (&self.relay_address, &message), signed)
            .await;
    }
}

/// Armored text with its signature (RFC 9580 §7), which every reader takes for signed mail.
fn clearsigned(gpg: &Gnupg, text: &str) -> String {
    gpg.text(&["--clearsign", "--local-user", "ann@example.org"], text.as_bytes())
        .replace("\r\n", "\n")
        .replace('\n', "\r\n")
}

#[tokio::test]
async fn no_word_beside_an_openpgp_signature_leaves() {
    let pgp = Pgp::new().await;
    let mut endings = Endings::default();
    let genuine = "genuine, with OpenPGP";
    let sealed = pgp
        .gpg
        .seal(&["--sign", "--encrypt"], &pgp.relay_address, &wire::note(genuine));
    pgp.judge(&mut endings, "genuine", &sealed, genuine).await;
    assert_eq!(endings.signed_text_left, 1, "a genuine answer leaves");

    let (text, html) = (evil(), evil_html());
    let signature_of_other = {
        let signed = pgp.gpg.sign(&wire::note("what Ann signed once"));
        signed.replace("what Ann signed once", EVIL)
    };
    let inline = clearsigned(&pgp.gpg, "what Ann signed inline");
    let seal = |entity: &str| pgp.gpg.seal(&["--encrypt"], &pgp.relay_address, entity);
    let around_armor = |before: &str, after: &str| {
        let message = sealed_text(&pgp, "what Ann sealed around");
        encrypted(&format!("{before}{message}{after}"))
    };
    let variants = [
        ("a signature of other words", signature_of_other.clone()),
        ("a signature of other words sealed", seal(&signature_of_other)),
        (
            "inline with text before",
            wire::note(&format!("{EVIL}\r\n\r\n{inline}")),
        ),
        ("inline with text behind", wire::note(&format!("{inline}\r\n{EVIL}"))),
        (
            "inline with a header of the armor",
            wire::note(&inline.replacen("Hash:", &format!("Comment: {EVIL}\r\nHash:"), 1)),
        ),
        ("inline beside html", multipart("mixed", &[&wire::note(&inline), &html])),
        (
            "inline sealed with text before",
            seal(&wire::note(&format!("{EVIL}\r\n\r\n{inline}"))),
        ),
        (
            "signed beside text",
            multipart("mixed", &[&text, &pgp.gpg.sign(&wire::note("what Ann signed beside"))]),
        ),
        (
            "signed beside text sealed",
            seal(&multipart(
                "mixed",
                &[&pgp.gpg.sign(&wire::note("beside, sealed")), &text],
            )),
        ),
        (
            "ciphertext between html",
            multipart("mixed", &[&html, &sealed_again(&pgp), &html]),
        ),
        ("unsigned", seal(&text)),
        ("text before the armor", around_armor(&format!("{EVIL}\r\n\r\n"), "")),
        ("text behind the armor", around_armor("", &format!("\r\n{EVIL}\r\n"))),
    ];
    for (name, entity) in &variants {
        let signed = match *name {
            "text before the armor" | "text behind the armor" => "what Ann sealed around",
            _ => "",
        };
        pgp.judge(&mut endings, name, entity, signed).await;
    }
    println!("{endings:?}");
    assert!(endings.refused >= variants.len() - 2, "{endings:?}");
}

/// The armored message of a sealed text.
fn sealed_text(pgp: &Pgp, text: &str) -> String {
    let arguments = [
        "--sign",
        "--encrypt",
        "--armor",
        "--trust-model",
        "always",
        "--recipient",
        &pgp.relay_address,
    ];
    pgp.gpg.text(&arguments, wire::note(text).as_bytes())
}

fn sealed_again(pgp: &Pgp) -> String {
    pgp.gpg.seal(
        &["--sign", "--encrypt"],
        &pgp.relay_address,
        &wire::note("sealed between"),
    )
}
