//! The way there and back: sealed, answered, and outside as plain mail from the alias.

use std::collections::HashSet;

use server::{config::DkimKeySource, dkim::DkimKey};
use sha2::{Digest, Sha256};
use test_support::{
    dkim,
    dns::{Dns, Record},
};

use crate::{
    reply::{
        nss::Nss,
        outside::Outside,
        person::{Person, body},
        talk::{BOB, Talk, from_contact, protect, to, with_subject},
        transport, wire,
    },
    support::home::Home,
};

/// Plain mail from the alias that names nothing of the mailbox.
fn expect_plain(talk: &Talk, left: &[u8], id: &str) -> Outside {
    let outside = Outside::read(left, &talk.needles());
    assert!(outside.findings.is_empty(), "{id}: {:#?}", outside.findings);
    assert_eq!(outside.field("from"), format!("\"A. Réader\" <{}>", talk.home.alias));
    assert_eq!(outside.field("to"), format!("Bob <{BOB}>"), "{id}");
    assert_eq!(outside.field("subject"), format!("Re: {id}"));
    assert!(outside.field("date").ends_with(" +0000"));
    assert_eq!(outside.field("in-reply-to"), "<first@outside.example>");
    assert_eq!(outside.field("references"), "<first@outside.example>");
    assert!(outside.field("message-id").ends_with("@relay.example>"));
    let text = outside.text();
    assert!(text.contains(&format!("Dig deeper, {id}. Grüße")), "{text}");
    assert!(
        text.contains(&format!("On Monday Bob <{BOB}> wrote to {}:", talk.home.alias)),
        "{text}"
    );
    let [file] = &outside
        .parts
        .iter()
        .filter(|part| !part.text.contains("Dig deeper"))
        .collect::<Vec<_>>()[..]
    else {
        panic!("other parts than the text and the file left")
    };
    assert_eq!(
        (file.kind.as_str(), file.name.as_str()),
        ("application/octet-stream", "map.bin")
    );
    assert_eq!(file.sha256, hex::encode(Sha256::digest(wire::file())), "byte for byte");
    outside
}

/// The relay's key, published.
fn published(home: &Home) -> Dns {
    let own = DkimKey::open(&DkimKeySource::File(home.folder.path().join("dkim.key"))).unwrap();
    let record = format!("v=DKIM1; k=rsa; p={}", own.public());
    Dns::start(&[Record::Txt("sealpost._domainkey.relay.example", &record)])
}

#[tokio::test]
async fn what_openssl_wrote_arrives_as_plain_mail_from_the_alias() {
    let talk = Talk::new().await;
    let dns = published(&talk.home);
    for (number, (sign, encrypt)) in [
        ("", "-aes-256-cbc"),
        ("-nodetach", "-aes-256-cbc -stream"),
        ("-nodetach -stream", "-aes-128-cbc -stream"),
        ("-md sha512", "-aes-128-cbc -keyid"),
        ("-nodetach -nocerts", "-aes-256-gcm"),
        ("", "-aes-128-gcm -stream"),
        (
            "-keyopt rsa_padding_mode:pss",
            "-aes-256-cbc -keyopt rsa_padding_mode:oaep",
        ),
        ("-nodetach", "-des3"),
        ("", "-des3 -stream"),
        // Clients encrypt for their own folder of sent mail, too.
        ("", "-aes-256-cbc -recip user.pem"),
    ]
    .into_iter()
    .enumerate()
    {
        let id = format!("openssl-{number}");
        let answer = wire::answer(&talk.letter.relay_address, &id);
        let message = talk.answer(&id, sign, encrypt, &answer);
        let (_, entity) = message.split_once("MIME-Version: 1.0\r\n").unwrap();
        if encrypt.contains("-stream") {
            assert!(body(entity).starts_with(b"\x30\x80"), "OpenSSL streams no more");
        }
        let said = talk.send(&message).await;
        assert!(said.starts_with("250 "), "{sign} {encrypt}: {said}");
        let left = talk.left(&id).await;
        expect_plain(&talk, &left, &id);
        assert_eq!(dkim::verify(dns.address, &left), "True relay.example sealpost", "{id}");
    }
}

#[tokio::test]
async fn what_was_signed_only_arrives_unsigned() {
    let (_dns, talk) = transport::talk(&[Record::Txt("example.org", transport::ALLOWED)]).await;
    for (id, options) in [
        ("detached", ""),
        ("opaque", "-nodetach"),
        ("streamed", "-nodetach -stream"),
    ] {
        let answer = wire::answer(&talk.letter.relay_address, id);
        let answer = protect(&[&talk.letter], id, &answer);
        let message = talk.to_bob(id, &talk.person.sign(options, &answer));
        let told = Outside::read(message.as_bytes(), &talk.needles()).findings;
        assert!(told.len() > 30, "the search finds what the person sent: {told:?}");
        let said = talk.send(&message).await;
        assert!(said.starts_with("250 "), "{options}: {said}");
        expect_plain(&talk, &talk.left(id).await, id);
    }
}

#[tokio::test]
async fn nss_encrypts_the_very_first_answer() {
    let talk = Talk::new().await;
    let dns = published(&talk.home);
    let nss = Nss::new(&talk.person);
    nss.learn(&talk.person, &talk.letter);
    for (id, options) in [("nss-opaque", "-G"), ("nss-detached", "-G -T")] {
        let answer = wire::answer(&talk.letter.relay_address, id);
        let answer = protect(&[&talk.letter], id, &answer);
        let signature = nss.sign(options, answer.as_bytes());
        let signed = if options.contains("-T") {
            wire::signed(&answer, &signature)
        } else {
            wire::cms("smime-type=signed-data", &signature)
        };
        let enveloped = nss.encrypt(&talk.letter.relay_address, signed.as_bytes());
        assert!(enveloped.starts_with(b"\x30\x80"), "NSS writes no BER any more");
        // NSS's own choice; `cmsutil` keeps nobody's capabilities, not even its own, and then takes the mandatory one.
        assert!(cipher(&talk.person, &enveloped).starts_with("aes-"));
        let entity = wire::cms("smime-type=enveloped-data", &enveloped);
        let said = talk.send(&talk.to_bob(id, &entity)).await;
        assert!(said.starts_with("250 "), "{id}: {said}");
        let left = talk.left(id).await;
        expect_plain(&talk, &left, id);
        assert_eq!(dkim::verify(dns.address, &left), "True relay.example sealpost");
    }
}

/// The cipher of a CMS object, as OpenSSL names it.
fn cipher(person: &Person, object: &[u8]) -> String {
    let printed = person.openssl("cms -cmsout -print -inform DER", object);
    let printed = String::from_utf8_lossy(&printed).into_owned();
    let (_, after) = printed.split_once("contentEncryptionAlgorithm").unwrap();
    let (_, name) = after.split_once("algorithm: ").unwrap();
    name.split_whitespace().next().unwrap().to_owned()
}

/// RFC 8551 §2.5.2: the first capability is the preferred one.
#[tokio::test]
async fn certificate_and_signature_ask_for_aes_256() {
    let talk = Talk::new().await;
    let text = talk
        .person
        .openssl(&format!("x509 -in {} -noout -text", talk.letter.certificate), b"");
    let text = String::from_utf8_lossy(&text);
    assert!(text.contains("S/MIME Capabilities"), "{text}");
    let signed = String::from_utf8(talk.letter.signed.clone()).unwrap();
    let (_, signature) = signed.split_once("application/pkcs7-signature;").unwrap();
    let (_, signature) = signature
        .rsplit_once("application/pkcs7-signature")
        .unwrap_or(("", signature));
    let (_, base64) = signature
        .split_once("\n\r\n")
        .or_else(|| signature.split_once("\n\n"))
        .unwrap();
    let base64: String = base64.lines().take_while(|line| !line.starts_with('-')).collect();
    let der = body(&format!("\r\n\r\n{base64}"));
    let printed = talk.person.openssl("cms -cmsout -print -inform DER", &der);
    let printed = String::from_utf8_lossy(&printed).into_owned();
    let (_, attributes) = printed.split_once("signedAttrs").unwrap();
    let (_, capabilities) = attributes.split_once("S/MIME Capabilities").unwrap();
    let first = capabilities.lines().find(|line| line.contains("OBJECT")).unwrap();
    assert!(first.ends_with(":aes-256-cbc"), "{first}");
}

#[tokio::test]
async fn threads_hold_together_on_both_sides() {
    let talk = Talk::new().await;
    let one = talk.answer("one", "", "-aes-256-cbc", &wire::note("one"));
    assert!(talk.send(&one).await.starts_with("250 "));
    let outside = Outside::read(&talk.left("one").await, &[]);
    let id = outside.field("message-id").to_owned();
    assert!(!id.contains("laptop"));

    let fields = format!("In-Reply-To: {id}\r\nReferences: <first@outside.example> {id}\r\n");
    let mail = from_contact(&talk.home, BOB, "second", &fields).await;
    let second = talk.person.open(&mail);
    assert_eq!(
        second.in_reply_to, "<one@laptop.example>",
        "the person's own identifier"
    );
    assert_eq!(second.relay_address, talk.letter.relay_address);
    let mail = String::from_utf8_lossy(&mail)
        .replace("\r\n\t", " ")
        .replace("\r\n ", " ");
    let references = format!("References: {} <one@laptop.example>", talk.letter.message_id);
    assert!(mail.contains(&references), "{mail}");

    let note = protect(&[&second], "two", &wire::note("two"));
    let message = to(&[&second], "two", &talk.sealed("", "-aes-256-cbc", &note));
    assert!(talk.send(&message).await.starts_with("250 "));
    let outside = Outside::read(&talk.left("two").await, &talk.needles());
    assert_eq!(outside.field("in-reply-to"), "<second@outside.example>");
    assert!(outside.findings.is_empty(), "{:?}", outside.findings);
}

#[tokio::test]
async fn two_contacts_of_an_alias_get_a_copy_each_and_see_each_other() {
    let talk = Talk::new().await;
    let eve = talk
        .person
        .open(&from_contact(&talk.home, "eve@third.example", "third", "").await);
    assert_ne!(eve.relay_address, talk.letter.relay_address);
    let answer = wire::answer(&eve.relay_address, "both");
    let signed = talk.person.sign("", &protect(&[&talk.letter, &eve], "both", &answer));
    let certificates = format!("{} {}", talk.letter.certificate, eve.certificate);
    let entity = talk.person.encrypt("-aes-256-cbc", &certificates, &signed);
    let message = to(&[&talk.letter, &eve], "both", &entity);
    for contact in [&talk.letter.relay_address, &eve.relay_address] {
        let said = talk.home.send("ann@example.org", contact, &message).await;
        assert!(said.starts_with("250 "), "{said}");
    }
    let left = with_subject(&talk.home, "Re: both").await;
    assert_eq!(left.len(), 2);
    let mut ids = HashSet::new();
    for copy in left {
        let outside = Outside::read(&copy, &talk.needles());
        assert!(outside.findings.is_empty(), "{:?}", outside.findings);
        assert_eq!(outside.field("to"), format!("Bob <{BOB}>"));
        assert_eq!(outside.field("cc"), "eve@third.example");
        ids.insert(outside.field("message-id").to_owned());
    }
    assert_eq!(ids.len(), 1, "one message, whoever gets it");
}

#[tokio::test]
async fn an_answer_that_names_anybody_else_goes_nowhere() {
    let talk = Talk::new().await;
    let entity = talk.sealed("", "-aes-256-cbc", &wire::note("outside"));
    for (id, field) in [("to", "To"), ("cc", "Cc")] {
        let note = protect(&[&talk.letter], id, &wire::note(id));
        let note = note.replacen("From:", &format!("{field}: stranger@elsewhere.example\r\nFrom:"), 1);
        let said = talk
            .send(&talk.to_bob(id, &talk.sealed("", "-aes-256-cbc", &note)))
            .await;
        assert!(said.starts_with("550 5.7.1 An address in To or Cc"), "{said}");
        talk.nothing_left(id).await;
    }
    // What is encrypted for one contact goes to no other.
    let eve = talk
        .person
        .open(&from_contact(&talk.home, "eve@third.example", "third", "").await);
    let both = to(&[&talk.letter, &eve], "all", &entity);
    let said = talk.home.send("ann@example.org", &eve.relay_address, &both).await;
    assert!(said.starts_with("550 5.7.1 "), "encrypted for Bob only: {said}");
    talk.nothing_left("all").await;
}

#[tokio::test]
async fn neither_a_disabled_alias_nor_an_unknown_relay_address_sends() {
    let talk = Talk::new().await;
    let message = talk.answer("off", "", "-aes-256-cbc", &wire::note("off"));
    talk.home.sql("UPDATE aliases SET enabled = FALSE").await;
    let said = talk.send(&message).await;
    assert!(said.starts_with("550 5.7.1 The alias of this relay address"), "{said}");
    talk.home.sql("UPDATE aliases SET enabled = TRUE").await;
    let unknown = "r-00000000000000000000000000000000@relay.example";
    let said = talk.home.send("ann@example.org", unknown, &message).await;
    assert!(said.starts_with("550 5.1.1 "), "{said}");
    talk.nothing_left("off").await;
    assert!(
        talk.send(&message).await.starts_with("250 "),
        "the refused one was not used up"
    );
}
