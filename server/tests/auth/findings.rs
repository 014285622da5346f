//! What is found out, and what is only a failed look-up.

use std::{sync::Arc, time::Duration};

use server::mail::indexed::IndexedMessage;
use server::{
    auth::{
        AuthError, Authentication, Authenticator, Author, DkimOutcome, DmarcOutcome, Policy, SpfOutcome, Transport,
    },
    envelope::{Client, RequireTls, ReversePath},
};
use test_support::{
    dkim::Key,
    dns::{Dns, Record, SILENT},
};
use tokio::task::JoinSet;

/// Far longer than all timeouts of a look-up together: only to end a hang.
const HANG: Duration = Duration::from_secs(240);

const LETTER: &str = "From: Bob <bob@example.org>\r\nTo: amber@relay.example\r\nSubject: hello\r\n\r\nThe text.\r\n";

fn client(from: &str) -> Client {
    Client {
        extended: true,
        ip: [192, 0, 2, 1].into(),
        helo: "mail.example.org".into(),
        front: None,
        tls: false,
        smtputf8: false,
        require_tls: RequireTls::No,
        reverse_path: match from {
            "" => ReversePath::Null,
            from => ReversePath::Address(from.into()),
        },
    }
}

async fn try_found(dns: &Dns, from: &str, message: &str) -> Result<Authentication, AuthError> {
    let authenticator = Authenticator::on(Some(dns.address)).unwrap();
    let message = IndexedMessage::from(message.as_bytes().to_vec());
    authenticator
        .authenticate(&client(from), &message)
        .await
        .map(Option::unwrap)
}

pub async fn found(dns: &Dns, from: &str, message: &str) -> Authentication {
    try_found(dns, from, message).await.unwrap()
}

fn letter_from(from: &str) -> String {
    LETTER.replace("Bob <bob@example.org>", from)
}

#[tokio::test]
async fn a_client_whose_names_do_not_resolve_holds_up_nobody_else() {
    let dns = Dns::start(&[Record::Txt("example.org", "v=spf1 ip4:198.51.100.0/24 -all")]);
    let authenticator = Arc::new(Authenticator::on(Some(dns.address)).unwrap());
    let silent = IndexedMessage::from(letter_from(&format!("eve@{SILENT}")).into_bytes());
    let mut stuck = JoinSet::new();
    for _ in 0..100 {
        let (authenticator, message) = (Arc::clone(&authenticator), silent.clone());
        let eve = client(&format!("eve@{SILENT}"));
        stuck.spawn(async move { authenticator.authenticate(&eve, &message).await });
    }
    // All of them ask for their turn: the runtime starts a part of them each time.
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    let bob = Client {
        ip: [198, 51, 100, 9].into(),
        ..client("bob@example.org")
    };
    let message = IndexedMessage::from(LETTER.as_bytes().to_vec());
    tokio::select! {
        biased;
        ended = stuck.join_next() => panic!("Bob waits for Eve: {ended:?}"),
        found = authenticator.authenticate(&bob, &message) => {
            assert_eq!(found.unwrap().unwrap().spf.outcome, SpfOutcome::Pass);
        }
    }
}

#[tokio::test]
async fn spf_says_who_may_send() {
    let dns = Dns::start(&[
        Record::Txt("pass.example", "v=spf1 ip4:192.0.2.0/24 -all"),
        Record::Txt("mx.example", "v=spf1 mx -all"),
        Record::Mx("mx.example", "host.mx.example"),
        Record::A("host.mx.example", "192.0.2.1"),
        Record::Txt("fail.example", "v=spf1 ip4:198.51.100.1 -all"),
        Record::Txt("soft.example", "v=spf1 ~all"),
        Record::Txt("neutral.example", "v=spf1 ?all"),
        Record::Txt("broken.example", "v=spf1 include:nothing.example -all"),
        Record::Txt("mail.example.org", "v=spf1 ip4:192.0.2.1 -all"),
    ]);
    for (domain, outcome) in [
        ("pass", SpfOutcome::Pass),
        ("mx", SpfOutcome::Pass),
        ("fail", SpfOutcome::Fail),
        ("soft", SpfOutcome::SoftFail),
        ("neutral", SpfOutcome::Neutral),
        ("broken", SpfOutcome::PermError),
        ("nothing", SpfOutcome::None),
    ] {
        let address = format!("ann@{domain}.example");
        let found = found(&dns, &address, &letter_from(&address)).await;
        assert_eq!(found.spf.outcome, outcome, "{domain}");
        let passes = outcome == SpfOutcome::Pass;
        assert_eq!(found.sender_authenticated(), passes, "{domain}");
        let vouched = found.vouches_for(&address.parse().unwrap());
        assert_eq!(vouched == Transport::Spf, passes, "{domain}");
        let failed = matches!(outcome, SpfOutcome::Fail | SpfOutcome::SoftFail);
        assert_eq!(found.warning().is_some(), failed, "{domain}");
    }
    // The null reverse-path: the name in EHLO is asked, and nobody can be answered.
    let bounce = found(&dns, "", LETTER).await;
    assert_eq!(
        (bounce.spf.outcome, bounce.sender_authenticated()),
        (SpfOutcome::Pass, false)
    );
    assert!(
        bounce
            .results("r.example")
            .contains("\tspf=pass smtp.helo=mail.example.org;")
    );
    // Passing for another domain vouches for nobody.
    let other = found(&dns, "ann@pass.example", LETTER).await;
    assert_eq!(other.vouches_for(&"bob@example.org".parse().unwrap()), Transport::None);
}

#[tokio::test]
async fn dkim_says_who_signed() {
    let key = Key::generate();
    let folder = tempfile::tempdir().unwrap();
    let dns = Dns::start(&[Record::Txt("s1._domainkey.example.org", &key.record)]);
    let bob = "bob@example.org".parse().unwrap();
    let sign = |message: &str, names: &[&str]| key.sign(folder.path(), "example.org", message, names);

    let signed = sign(LETTER, &[]);
    let good = found(&dns, "x@elsewhere.example", &signed).await;
    assert_eq!(good.dkim[0].outcome, DkimOutcome::Pass);
    assert_eq!((&*good.dkim[0].domain, &*good.dkim[0].selector), ("example.org", "s1"));
    assert_eq!((good.vouches_for(&bob), good.warning()), (Transport::Dkim, None));
    assert_eq!(good.vouches_for(&"eve@example.org".parse().unwrap()), Transport::None);

    for changed in [signed.replace("The text", "The test"), signed.replace("hello", "hullo")] {
        let changed = found(&dns, "x@elsewhere.example", &changed).await;
        assert_eq!(changed.dkim[0].outcome, DkimOutcome::Fail);
        assert_eq!(changed.vouches_for(&bob), Transport::None);
        assert!(changed.warning().unwrap().contains("not as example.org signed it"));
    }
    // Another key than the published one; and one that is not published at all.
    let forged = Key::generate().sign(folder.path(), "example.org", LETTER, &[]);
    assert_eq!(
        found(&dns, "x@y.example", &forged).await.dkim[0].outcome,
        DkimOutcome::Fail
    );
    let unknown = key.sign(folder.path(), "example.net", LETTER, &[]);
    assert_eq!(
        found(&dns, "x@y.example", &unknown).await.dkim[0].outcome,
        DkimOutcome::PermError
    );
}

#[tokio::test]
async fn a_signature_counts_only_for_what_the_reader_sees() {
    let key = Key::generate();
    let folder = tempfile::tempdir().unwrap();
    let dns = Dns::start(&[
        Record::Txt("s1._domainkey.example.org", &key.record),
        Record::Txt("_dmarc.example.org", "v=DMARC1; p=reject"),
        Record::Txt("_dmarc.bank.example", "v=DMARC1; p=reject"),
    ]);
    let signed = key.sign(folder.path(), "example.org", LETTER, &[]);
    let genuine = found(&dns, "x@y.example", &signed).await;
    assert_eq!(
        (genuine.dmarc.outcome, genuine.is_rejected()),
        (DmarcOutcome::Pass, false)
    );
    let bob = "bob@example.org".parse().unwrap();
    for (what, spoofed) in [
        ("a second From above", format!("From: ceo@bank.example\r\n{signed}")),
        ("the same, odd", format!("From : ceo@bank.example\r\n{signed}")),
        (
            "another author in Sender",
            signed.replace("From: Bob <bob@example.org>", "Sender: bob@example.org"),
        ),
        (
            "text where the header breaks",
            signed.replace("\r\nTo:", "\r\nSend the money now\r\nTo:"),
        ),
        ("an author without domain", format!("From: ceo\r\n{signed}")),
    ] {
        let spoofed = found(&dns, "x@y.example", &spoofed).await;
        assert!(spoofed.dkim.is_empty(), "{what}: {spoofed:?}");
        assert!(spoofed.is_rejected(), "{what}: {spoofed:?}");
        assert!(!matches!(spoofed.author, Author::Clear(_)), "{what}: {spoofed:?}");
        assert_eq!(spoofed.vouches_for(&bob), Transport::None, "{what}");
    }
    // RFC 6376 §5.4: a signature that leaves From out is none.
    let field = signed.strip_suffix(LETTER).unwrap();
    let unsigned_from = format!("{}{LETTER}", field.replace("from", "date"));
    assert_ne!(unsigned_from, signed);
    assert!(found(&dns, "x@y.example", &unsigned_from).await.dkim.is_empty());
}

#[tokio::test]
async fn dmarc_says_what_the_domain_wants() {
    let key = Key::generate();
    let folder = tempfile::tempdir().unwrap();
    let dns = Dns::start(&[
        Record::Txt("s1._domainkey.sub.reject.example", &key.record),
        Record::Txt("_dmarc.reject.example", "v=DMARC1; p=reject"),
        Record::Txt("_dmarc.none.example", "v=DMARC1; p=none"),
        Record::Txt("_dmarc.quarantine.example", "v=DMARC1; p=quarantine"),
        Record::Txt("_dmarc.strict.example", "v=DMARC1; p=reject; adkim=s; aspf=s"),
        Record::Txt("bounces.reject.example", "v=spf1 ip4:192.0.2.1 -all"),
        Record::Txt("bounces.strict.example", "v=spf1 ip4:192.0.2.1 -all"),
    ]);
    let from = |domain: &str| letter_from(&format!("ann@{domain}.example"));
    let outcome = |found: &Authentication| (found.dmarc.outcome, found.dmarc.policy);

    let aligned = found(&dns, "b@bounces.reject.example", &from("reject")).await;
    assert_eq!(outcome(&aligned), (DmarcOutcome::Pass, Policy::Reject));
    assert_eq!(
        aligned.vouches_for(&"ann@reject.example".parse().unwrap()),
        Transport::Spf
    );
    let signed = key.sign(folder.path(), "sub.reject.example", &from("reject"), &[]);
    let signed = found(&dns, "b@elsewhere.example", &signed).await;
    assert_eq!(outcome(&signed), (DmarcOutcome::Pass, Policy::Reject));
    assert!(!signed.sender_authenticated(), "the envelope sender is another");
    assert_eq!(
        signed.vouches_for(&"ann@reject.example".parse().unwrap()),
        Transport::Dkim
    );

    let strict = found(&dns, "b@bounces.strict.example", &from("strict")).await;
    assert_eq!(
        (outcome(&strict), strict.is_rejected()),
        ((DmarcOutcome::Fail, Policy::Reject), true)
    );
    for (domain, policy) in [("none", Policy::None), ("quarantine", Policy::Quarantine)] {
        let failed = found(&dns, "b@bounces.reject.example", &from(domain)).await;
        assert_eq!(
            (outcome(&failed), failed.is_rejected()),
            ((DmarcOutcome::Fail, policy), false)
        );
        let warning = failed.warning().unwrap();
        assert!(
            warning.contains(&format!("claims to be from ann@{domain}.example")),
            "{warning}"
        );
    }
    assert_eq!(
        found(&dns, "a@b.example", &from("nothing")).await.dmarc.outcome,
        DmarcOutcome::None
    );
}

#[tokio::test]
async fn a_failed_look_up_is_no_finding() {
    let key = Key::generate();
    let folder = tempfile::tempdir().unwrap();
    let dns = Dns::start(&[
        Record::Txt("s1._domainkey.example.org", &key.record),
        Record::Txt("_dmarc.example.org", "v=DMARC1; p=reject"),
    ]);
    let silent = format!("ann@{SILENT}");
    let other = LETTER.replace("example.org", "nothing.example");
    let (envelope, author, signed) = (
        other.clone(),
        letter_from(&silent),
        key.sign(folder.path(), SILENT, &other, &[]),
    );
    let found_all = async {
        tokio::join!(
            try_found(&dns, &silent, &envelope),
            try_found(&dns, "x@y.example", &author),
            try_found(&dns, "x@y.example", &signed),
        )
    };
    // The resolver that never answers is given up.
    let (envelope, author, signed) = tokio::time::timeout(HANG, found_all).await.unwrap();
    for error in [envelope, author, signed].map(Result::unwrap_err) {
        assert!(
            matches!(error, AuthError::LookUp(_) | AuthError::TimedOut(_)),
            "{error:?}"
        );
    }
    // Where the author's domain vouches for the message, the rest does not matter.
    let signed = key.sign(folder.path(), "example.org", LETTER, &[]);
    let without = found(&dns, &silent, &signed).await;
    assert_eq!(
        (without.dmarc.outcome, without.spf.outcome),
        (DmarcOutcome::Pass, SpfOutcome::TempError)
    );
    assert!(!without.sender_authenticated());

    let gone = dns.address;
    drop(dns);
    let authenticator = Authenticator::on(Some(gone)).unwrap();
    let message = IndexedMessage::from(LETTER.as_bytes().to_vec());
    let error = authenticator
        .authenticate(&client("x@y.example"), &message)
        .await
        .unwrap_err();
    assert!(
        matches!(error, AuthError::LookUp(_) | AuthError::TimedOut(_)),
        "{error:?}"
    );
}

#[tokio::test]
async fn answers_are_remembered_and_off_asks_nobody() {
    // psd=n ends the walk up the tree: dnsmasq sends no SOA, without which nobody may remember that there is nothing.
    let dns = Dns::start(&[
        Record::Txt("example.org", "v=spf1 ip4:192.0.2.1 -all"),
        Record::Txt("_dmarc.example.org", "v=DMARC1; p=none; psd=n"),
    ]);
    let authenticator = Authenticator::on(Some(dns.address)).unwrap();
    let message = IndexedMessage::from(LETTER.as_bytes().to_vec());
    let client = client("bob@example.org");
    let first = authenticator.authenticate(&client, &message).await.unwrap();
    drop(dns);
    let again = authenticator.authenticate(&client, &message).await;
    assert_eq!(
        Authenticator::off().authenticate(&client, &message).await.unwrap(),
        None
    );
    assert_eq!(again.unwrap(), first);
}

#[tokio::test]
async fn a_flood_of_signatures_is_cut() {
    let dns = Dns::start(&[]);
    let field = "DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=s1; h=from; bh=AA==; b=AA==\r\n";
    let message = field.repeat(5000) + LETTER;
    assert_eq!(found(&dns, "x@y.example", &message).await.dkim.len(), 10);
}
