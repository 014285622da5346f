//! Mailing lists that change a message and seal it (ARC, RFC 8617), by python3-dkim: who is believed, and about what.

use std::path::Path;

use server::{
    auth::{Authentication, Authenticator, DmarcOutcome},
    envelope::{Client, RequireTls, ReversePath},
    mail::indexed::IndexedMessage,
};
use test_support::{
    dkim::Key,
    dns::{Dns, Record},
};

const LETTER: &str = "From: Bob <bob@example.org>\r\nTo: list@lists.example\r\nSubject: hello\r\n\r\nThe text.\r\n";
const PASSED: &str = "dkim=pass header.d=example.org; dmarc=pass header.from=example.org";

/// The author's domain, a mailing list and a forwarder, each with a key.
struct Parties {
    keys: [Key; 3],
    folder: tempfile::TempDir,
}

impl Parties {
    fn new() -> Self {
        Self {
            keys: [Key::generate(), Key::generate(), Key::generate()],
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn dns(&self) -> Dns {
        let [author, list, forwarder] = &self.keys;
        Dns::start(&[
            Record::Txt("s1._domainkey.example.org", &author.record),
            Record::Txt("_dmarc.example.org", "v=DMARC1; p=reject"),
            Record::Txt("_dmarc.second.example", "v=DMARC1; p=reject"),
            Record::Txt("s1._domainkey.lists.example", &list.record),
            Record::Txt("s1._domainkey.forwarder.example", &forwarder.record),
        ])
    }

    /// As the list got it, changed it, and sealed it with these results.
    fn listed(&self, results: &str) -> String {
        self.listed_letter(LETTER, results)
    }

    fn listed_letter(&self, letter: &str, results: &str) -> String {
        let [author, list, _] = &self.keys;
        let signed = author.sign(self.path(), "example.org", letter, &[]);
        let changed = signed.replace("Subject: hello", "Subject: [list] hello") + "-- \r\nThe list.\r\n";
        list.seal(self.path(), "lists.example", &changed, results)
    }

    fn forwarded(&self, message: &str, results: &str) -> String {
        let [.., forwarder] = &self.keys;
        forwarder.seal(self.path(), "forwarder.example", message, results)
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }
}

async fn found(dns: &Dns, trusted: &[&str], message: &str) -> Authentication {
    let trusted: Vec<_> = trusted.iter().map(|domain| (*domain).to_owned()).collect();
    let authenticator = Authenticator::on(Some(dns.address)).unwrap().trusting(&trusted);
    let client = Client {
        ip: [192, 0, 2, 1].into(),
        helo: "mail.lists.example".into(),
        front: None,
        extended: true,
        tls: true,
        smtputf8: false,
        require_tls: RequireTls::No,
        reverse_path: ReversePath::Address("bounces@lists.example".into()),
    };
    let message = IndexedMessage::from(message.as_bytes().to_vec());
    authenticator.authenticate(&client, &message).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_trusted_list_is_believed_and_a_stranger_is_not() {
    let parties = Parties::new();
    let (dns, message) = (parties.dns(), parties.listed(PASSED));
    let trusted = found(&dns, &["other.example", "lists.example"], &message).await;
    assert_eq!(
        (trusted.dmarc.outcome, trusted.sealer.as_deref()),
        (DmarcOutcome::Fail, Some("lists.example"))
    );
    assert!(!trusted.is_rejected());
    assert_eq!(trusted.warning(), None);
    let results = trusted.results("relay.example");
    assert!(
        results
            .contains("\tdmarc=fail header.from=example.org policy.dmarc=reject;\r\n\tarc=pass header.d=lists.example")
    );
    // It authorises nothing: an answer in the person's name needs more.
    assert!(trusted.covered.is_none() && !trusted.sender_authenticated());
    for nobody in [&[][..], &["other.example"], &["example"], &["lists.example.org"]] {
        let found = found(&dns, nobody, &message).await;
        assert!(found.sealer.is_none() && found.is_rejected(), "{nobody:?}");
        assert!(found.warning().unwrap().contains("says that it is not"));
    }
}

#[tokio::test]
async fn a_list_is_believed_only_what_it_saw_of_this_author() {
    let parties = Parties::new();
    let dns = parties.dns();
    for results in [
        "dkim=fail header.d=example.org; dmarc=fail header.from=example.org",
        "dkim=pass header.d=example.net; dmarc=pass header.from=example.net",
        "dkim=pass header.d=example.org",
    ] {
        let found = found(&dns, &["lists.example"], &parties.listed(results)).await;
        assert!(found.sealer.is_none() && found.is_rejected(), "{results}");
    }
}

#[tokio::test]
async fn a_list_that_vouches_for_one_author_does_not_for_another_beside() {
    let parties = Parties::new();
    let letter = LETTER.replace(
        "Bob <bob@example.org>",
        "Bob <bob@example.org>, Eve <eve@second.example>",
    );
    let message = parties.listed_letter(&letter, PASSED);
    let found = found(&parties.dns(), &["lists.example"], &message).await;
    assert!(found.sealer.is_none() && found.is_rejected());
}

#[tokio::test]
async fn a_seal_that_does_not_hold_counts_for_nothing() {
    let parties = Parties::new();
    let (dns, message) = (parties.dns(), parties.listed(PASSED));
    let refused = parties.listed(&PASSED.replace("dmarc=pass", "dmarc=fail"));
    for (what, broken) in [
        ("the text", message.replace("The text.", "Pay at once.")),
        ("the author", message.replace("Bob <bob@", "Eve <eve@")),
        ("the results", refused.replace("dmarc=fail", "dmarc=pass")),
        (
            "a missing signature",
            message.replace("ARC-Message-Signature:", "X-Message-Signature:"),
        ),
        ("a missing seal", message.replace("ARC-Seal:", "X-Seal:")),
        ("a second author", format!("From: Eve <eve@example.org>\r\n{message}")),
    ] {
        assert_ne!(broken, message, "{what}");
        let found = found(&dns, &["lists.example"], &broken).await;
        assert_eq!(found.sealer, None, "{what}");
        assert!(found.is_rejected(), "{what}");
    }
    let whole = found(&dns, &["lists.example"], &message).await;
    assert!(whole.sealer.is_some(), "it held before it was broken");
}

#[tokio::test]
async fn every_sealer_since_the_one_that_saw_it_has_to_be_trusted() {
    let parties = Parties::new();
    let dns = parties.dns();
    let after = "arc=pass; dkim=fail header.d=example.org; dmarc=fail header.from=example.org";
    let message = parties.forwarded(&parties.listed(PASSED), after);
    for (trusted, expected) in [
        (&["lists.example", "forwarder.example"][..], Some("lists.example")),
        (&["lists.example"], None),
        (&["forwarder.example"], None),
    ] {
        let found = found(&dns, trusted, &message).await;
        assert_eq!(found.sealer.as_deref(), expected, "{trusted:?}");
    }
    // The forwarder saw it pass itself: whom it had it from does not matter.
    let message = parties.forwarded(&parties.listed(PASSED), &format!("arc=pass; {PASSED}"));
    let found = found(&dns, &["forwarder.example"], &message).await;
    assert_eq!(found.sealer.as_deref(), Some("forwarder.example"));
}

#[tokio::test]
async fn a_chain_that_is_too_long_is_not_looked_at() {
    let parties = Parties::new();
    let dns = parties.dns();
    let mut message = parties.listed(PASSED);
    for link in 2..=11 {
        let before = found(&dns, &["lists.example"], &message).await;
        assert!(before.sealer.is_some(), "{link}");
        let [_, list, _] = &parties.keys;
        message = list.seal(
            parties.path(),
            "lists.example",
            &message,
            &format!("arc=pass; {PASSED}"),
        );
    }
    assert_eq!(found(&dns, &["lists.example"], &message).await.sealer, None);
}
