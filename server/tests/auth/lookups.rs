//! Permanent and temporary answers of the DNS: only a temporary one makes a sender wait.

use server::mail::indexed::IndexedMessage;
use server::{
    auth::{AuthError, Authentication, Authenticator, DkimOutcome, DmarcOutcome, Policy, SpfOutcome, Transport},
    envelope::{Client, RequireTls, ReversePath},
};
use test_support::{
    dkim::Key,
    dns::{Dns, Record, SILENT},
};

const LETTER: &str = "From: Bob <bob@example.org>\r\nTo: amber@relay.example\r\nSubject: hello\r\n\r\nThe text.\r\n";

async fn ask(dns: &Dns, helo: &str, from: &str, message: &str) -> Result<Authentication, AuthError> {
    let client = Client {
        extended: true,
        ip: [192, 0, 2, 1].into(),
        helo: helo.into(),
        front: None,
        tls: false,
        smtputf8: false,
        require_tls: RequireTls::No,
        reverse_path: ReversePath::Address(from.into()),
    };
    let authenticator = Authenticator::on(Some(dns.address)).unwrap();
    let message = IndexedMessage::from(message.as_bytes().to_vec());
    authenticator.authenticate(&client, &message).await.map(Option::unwrap)
}

#[tokio::test]
async fn names_that_cannot_exist_are_no_failed_look_up() {
    let long = format!("a:{}.example", "a".repeat(64));
    let dns = Dns::start(&[
        Record::Txt("verp.example", "v=spf1 exists:%{l}._spf.verp.example ~all"),
        Record::Txt("literal.example", "v=spf1 a:%{h} mx:%{h} ~all"),
        Record::Txt("greeting.example", "v=spf1 exists:%{h}.greeting.example ~all"),
        Record::Txt("empty.example", "v=spf1 a:mail.empty...example mx:.empty.example ~all"),
        Record::Txt("long.example", &format!("v=spf1 {long} ~all")),
        Record::Txt("includes.example", "v=spf1 include:%{l}.includes.example ~all"),
        Record::Txt("redirects.example", "v=spf1 redirect=a..redirects.example"),
    ]);
    let verp = format!("bounce+{}=example.org", "0123456789abcdef".repeat(4));
    for (helo, local, domain, outcome) in [
        ("m.example", verp.as_str(), "verp", SpfOutcome::SoftFail),
        ("[127.0.0.1]", "ann", "literal", SpfOutcome::SoftFail),
        ("a..b", "ann", "literal", SpfOutcome::SoftFail),
        (verp.as_str(), "ann", "greeting", SpfOutcome::SoftFail),
        ("m.example", "ann", "empty", SpfOutcome::SoftFail),
        ("m.example", "ann", "long", SpfOutcome::SoftFail),
        ("m.example", verp.as_str(), "includes", SpfOutcome::PermError),
        ("m.example", "ann", "redirects", SpfOutcome::PermError),
        ("m.example", "ann", "a..b", SpfOutcome::None),
        ("m.example", "ann", verp.as_str(), SpfOutcome::None),
    ] {
        let found = ask(&dns, helo, &format!("{local}@{domain}.example"), LETTER).await;
        assert_eq!(found.unwrap().spf.outcome, outcome, "{helo} {local} {domain}");
    }
    // The same of a signature's selector, and of the author's domain.
    let folder = tempfile::tempdir().unwrap();
    let signed = Key::generate().sign(folder.path(), "example.org", LETTER, &[]);
    let odd = signed.replace("s=s1;", &format!("s={};", "s".repeat(64)));
    assert_ne!(odd, signed);
    let found = ask(&dns, "m.example", "ann@nothing.example", &odd).await.unwrap();
    assert_eq!(found.dkim[0].outcome, DkimOutcome::PermError);
    let author = LETTER.replace("example.org", &format!("{}.example", "a".repeat(64)));
    let found = ask(&dns, "m.example", "ann@nothing.example", &author).await.unwrap();
    assert_ne!(found.dmarc.outcome, DmarcOutcome::Pass);
}

#[tokio::test]
async fn broken_records_do_not_pass() {
    let broken = [
        "v=spf1 ip4:192.0.2.1/33 -all",
        "v=spf1 ip4:192.0.2.0/024 -all",
        "v=spf1 ip4:192.0.2.1 a/24/64 -all",
        "v=spf1 ip4:192.0.2.1 ip4:192.0.2 -all",
        "v=spf1 ip4:192.0.2.1\r\n-all",
        "v=spf1 +all nothing",
    ];
    let names: Vec<String> = (0..broken.len()).map(|at| format!("b{at}.example")).collect();
    let mut zone: Vec<_> = names
        .iter()
        .zip(broken)
        .map(|(name, text)| Record::Txt(name, text))
        .collect();
    zone.extend([
        Record::Txt("twice.example", "v=spf1 ip4:192.0.2.1 -all"),
        Record::Txt("twice.example", "v=spf1 +all"),
        Record::Txt("other.example", "v=spf1 ip6:::/0 ~all"),
    ]);
    let dns = Dns::start(&zone);
    for name in names.iter().map(String::as_str).chain(["twice.example"]) {
        let found = ask(&dns, "m.example", &format!("ann@{name}"), LETTER).await.unwrap();
        assert_eq!(found.spf.outcome, SpfOutcome::PermError, "{name}");
        assert!(!found.sender_authenticated(), "{name}");
    }
    let found = ask(&dns, "m.example", "ann@other.example", LETTER).await.unwrap();
    assert_eq!(found.spf.outcome, SpfOutcome::SoftFail);
}

#[tokio::test]
async fn the_authors_own_signature_needs_nobody_elses() {
    let key = Key::generate();
    let folder = tempfile::tempdir().unwrap();
    let dns = Dns::start(&[Record::Txt("s1._domainkey.example.org", &key.record)]);
    let own = key.sign(folder.path(), "example.org", LETTER, &[]);
    let third = key.sign(folder.path(), SILENT, &own, &[]);
    let only_third = key.sign(folder.path(), SILENT, LETTER, &[]);
    let silent = format!("ann@{SILENT}");
    let (third, envelope, only_third) = tokio::join!(
        ask(&dns, "m.example", "x@nothing.example", &third),
        ask(&dns, "m.example", &silent, &own),
        ask(&dns, "m.example", "x@nothing.example", &only_third),
    );
    let bob = "bob@example.org".parse().unwrap();
    let third = third.unwrap();
    let outcomes: Vec<_> = third.dkim.iter().map(|each| each.outcome).collect();
    assert_eq!(outcomes, [DkimOutcome::TempError, DkimOutcome::Pass]);
    assert_eq!(
        (third.dmarc.outcome, third.vouches_for(&bob)),
        (DmarcOutcome::None, Transport::Dkim)
    );
    let envelope = envelope.unwrap();
    assert_eq!(envelope.spf.outcome, SpfOutcome::TempError);
    assert_eq!(envelope.vouches_for(&bob), Transport::Dkim);
    let error = only_third.unwrap_err();
    assert!(matches!(error, AuthError::LookUp("DKIM")), "{error:?}");
}

#[tokio::test]
async fn several_policies_are_none() {
    let dns = Dns::start(&[
        Record::Txt("_dmarc.two.example", "v=DMARC1; p=reject"),
        Record::Txt("_dmarc.two.example", "v=DMARC1; p=reject; sp=none"),
        Record::Txt("_dmarc.below.one.example", "v=DMARC1; p=none"),
        Record::Txt("_dmarc.below.one.example", "v=DMARC1; p=none"),
        Record::Txt("_dmarc.one.example", "v=DMARC1; p=reject"),
        Record::Txt("_dmarc.one.example", "some other text"),
        Record::Txt("one.example", "v=spf1 ip4:192.0.2.1 -all"),
    ]);
    for (domain, envelope, outcome) in [
        ("two.example", "nothing.example", (DmarcOutcome::None, Policy::None)),
        ("one.example", "nothing.example", (DmarcOutcome::Fail, Policy::Reject)),
        // The walk goes on above both.
        (
            "below.one.example",
            "nothing.example",
            (DmarcOutcome::Fail, Policy::Reject),
        ),
        ("below.one.example", "one.example", (DmarcOutcome::Pass, Policy::Reject)),
    ] {
        let message = LETTER.replace("example.org", domain);
        let found = ask(&dns, "m.example", &format!("x@{envelope}"), &message)
            .await
            .unwrap();
        assert_eq!(
            (found.dmarc.outcome, found.dmarc.policy),
            outcome,
            "{domain} {envelope}"
        );
    }
}

#[tokio::test]
async fn keys_count_for_what_they_are_made_for() {
    let key = Key::generate();
    let folder = tempfile::tempdir().unwrap();
    let tags = |tags: &str| key.record.replace("k=rsa;", &format!("k=rsa; {tags}"));
    let cases = [
        ("sha1.example", tags("h=sha1;"), DkimOutcome::PermError),
        ("tlsrpt.example", tags("s=tlsrpt;"), DkimOutcome::PermError),
        ("nothing.example", tags("s=;"), DkimOutcome::PermError),
        ("both.example", tags("h=sha1:sha256;"), DkimOutcome::Pass),
        ("mail.example", tags("s=tlsrpt : email; h=sha256;"), DkimOutcome::Pass),
        ("all.example", tags("s=*;"), DkimOutcome::Pass),
    ];
    let names = cases.each_ref().map(|(domain, ..)| format!("s1._domainkey.{domain}"));
    let zone: Vec<_> = names
        .iter()
        .zip(&cases)
        .map(|(name, (_, text, _))| Record::Txt(name, text))
        .collect();
    let dns = Dns::start(&zone);
    for (domain, _, outcome) in &cases {
        let message = LETTER.replace("example.org", domain);
        let signed = key.sign(folder.path(), domain, &message, &[]);
        let found = ask(&dns, "m.example", "x@elsewhere.example", &signed).await.unwrap();
        assert_eq!(found.dkim[0].outcome, *outcome, "{domain}");
        let vouched = found.vouches_for(&format!("bob@{domain}").parse().unwrap());
        assert_eq!(vouched == Transport::Dkim, *outcome == DkimOutcome::Pass, "{domain}");
    }
}
