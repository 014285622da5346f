//! What a signature vouches for: with the field lists of real providers, and with what somebody adds on the way.

use server::auth::{Authentication, Transport};
use test_support::{
    dkim::Key,
    dns::{Dns, Record},
};

use super::findings::found;

const FIELDS: [&str; 5] = ["from", "to", "subject", "date", "message-id"];

const LETTER: &str = "From: Bob <bob@example.org>\r\nTo: amber@relay.example\r\nSubject: hello\r\n\
    Date: Sat, 28 Nov 2026 06:00:00 +0000\r\nMessage-ID: <1@example.org>\r\nMIME-Version: 1.0\r\n";

const TWO: &str = "Content-Type: multipart/mixed; boundary=\"outer\"\r\n\r\n--outer\r\n\
    Content-Type: multipart/mixed; boundary=\"inner\"\r\n\r\n--inner\r\n\r\nyes\r\n--inner--\r\n\r\n--outer\r\n\r\nno\r\n--outer--\r\n";

struct Signer {
    dns: Dns,
    key: Key,
    folder: tempfile::TempDir,
}

impl Signer {
    fn new() -> Self {
        let key = Key::generate();
        let dns = Dns::start(&[Record::Txt("s1._domainkey.example.org", &key.record)]);
        let folder = tempfile::tempdir().unwrap();
        Self { dns, key, folder }
    }

    fn sign(&self, message: &str, names: &[&str]) -> String {
        self.key.sign(self.folder.path(), "example.org", message, names)
    }

    async fn found(&self, message: &str) -> Authentication {
        found(&self.dns, "x@elsewhere.example", message).await
    }
}

#[tokio::test]
async fn only_what_is_signed_and_stands_once_is_covered() {
    let signer = Signer::new();
    let bob = "bob@example.org".parse().unwrap();
    let signed = signer.sign(&format!("{LETTER}\r\nThe text.\r\n"), &FIELDS);
    let good = signer.found(&signed).await;
    let covered = good.covered_for(&bob).unwrap();
    for name in FIELDS {
        assert!(covered.field(name).is_some(), "{name}");
    }
    assert_eq!(
        covered.field("Subject").map(|field| field.raw()),
        Some(&b"Subject: hello\r\n"[..])
    );
    assert!(covered.field("MIME-Version").is_none() && covered.field("Cc").is_none() && !covered.lacks("Cc"));
    assert!(covered.signed_at().is_some());
    assert!(good.covered_for(&"eve@example.org".parse().unwrap()).is_none());

    let digest = covered.digest(&["From", "Date", "Subject"]);
    for (name, added) in [
        ("Subject", "Subject: goodbye\r\n"),
        ("Subject", "subject : goodbye\r\n"),
        ("Message-ID", "Message-ID: <2@example.org>\r\n"),
        ("Date", "Date: Sun, 29 Nov 2026 06:00:00 +0000\r\n"),
        ("Cc", "Cc: Carol <r-00@relay.example>\r\n"),
        ("Reply-To", "Reply-To: eve@example.net\r\n"),
    ] {
        let changed = signer.found(&format!("{added}{signed}")).await;
        let covered = changed.covered_for(&bob).unwrap();
        assert!(covered.field(name).is_none(), "{added}");
        assert!(covered.field("To").is_some(), "{added}");
        if !["Subject", "Date"].contains(&name) {
            assert_eq!(covered.digest(&["From", "Date", "Subject"]), digest, "{added}");
        }
    }
    // Folded anew and signed again: the same content.
    let folded = signed.replace("Subject: hello", "subject:\r\n\thello ");
    let again = format!(
        "X-Way: another\r\n{}",
        signer.sign(&folded, &["from", "subject", "date"])
    );
    for same in [folded, again] {
        let same = signer.found(&same).await;
        assert_eq!(
            same.covered_for(&bob).unwrap().digest(&["From", "Date", "Subject"]),
            digest
        );
    }
    // A list that names a field once more than it stands there covers its absence.
    let oversigned = signer.sign(&format!("{LETTER}\r\nThe text.\r\n"), &["from", "to", "cc", "cc"]);
    assert!(signer.found(&oversigned).await.covered_for(&bob).unwrap().lacks("cc"));
    let added = signer.found(&format!("Cc: x@y.example\r\n{oversigned}")).await;
    assert!(added.covered_for(&bob).is_none(), "the signature is broken");
}

#[tokio::test]
async fn a_body_that_can_be_read_in_two_ways_is_not_covered() {
    let signer = Signer::new();
    let bob = "bob@example.org".parse().unwrap();
    let all = [&FIELDS[..], &["content-type", "content-transfer-encoding"]].concat();
    for names in [&FIELDS[..], &all] {
        let signed = signer.sign(&format!("{LETTER}{TWO}"), names);
        let good = signer.found(&signed).await;
        assert_eq!(good.vouches_for(&bob), Transport::Dkim, "{names:?}");
        assert!(!good.ambiguous);
        for (what, changed) in [
            (
                "a second type",
                format!("Content-Type: multipart/mixed; boundary=inner\r\n{signed}"),
            ),
            (
                "another type",
                signed.replacen("boundary=\"outer\"", "boundary=\"inner\"", 1),
            ),
            (
                "no type",
                signed.replacen("Content-Type: multipart/mixed; boundary=\"outer\"\r\n", "", 1),
            ),
            ("an encoding", format!("Content-Transfer-Encoding: base64\r\n{signed}")),
        ] {
            let changed = signer.found(&changed).await;
            assert_eq!(changed.vouches_for(&bob), Transport::None, "{what} {names:?}");
            assert!(changed.covered_for(&bob).is_none(), "{what} {names:?}");
            let verifies = changed
                .dkim
                .iter()
                .any(|each| each.outcome == server::auth::DkimOutcome::Pass);
            assert_eq!(changed.ambiguous, verifies, "{what} {names:?}");
        }
    }
}

#[tokio::test]
async fn a_signature_of_a_part_of_the_body_is_none() {
    let signer = Signer::new();
    let signed = signer.sign(&format!("{LETTER}\r\nThe text.\r\n"), &FIELDS);
    // Not what the key signed either, but the tag alone must not count.
    let partial = signed.replacen("bh=", "l=4; bh=", 1);
    let partial = signer.found(&partial).await;
    assert!(partial.dkim.is_empty() && partial.covered_for(&"bob@example.org".parse().unwrap()).is_none());
}
