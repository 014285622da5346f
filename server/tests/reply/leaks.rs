//! What names the person becomes the alias, or stops the reply: over SMTP, judged by Python.

use test_support::dns::Record;

use crate::{
    reply::{
        outside::Outside,
        pgp::Pgp,
        talk::{BOB, Talk, protect},
        transport::{self, ALLOWED},
    },
    support::home::Home,
};

/// Entities that a client wrote, and what is left of them outside.
const CLEANED: [(&str, &str, &str); 9] = [
    (
        "broken",
        "Content-Type: text/html; charset=utf-8\r\n\r\n<p>(<b>ann</b>&shy;&#0064;example<wbr>&period;org)</p>\r\n",
        "(<b>ADDRESS</b>)",
    ),
    (
        "glued",
        "Content-Type: text/plain; charset=utf-8\r\n\r\nx ann@example.orgOn Monday\r\n",
        "x ADDRESSOn Monday",
    ),
    (
        "quoted",
        "Content-Type: text/plain; charset=utf-8\r\n\r\n> write to ann@\r\n> example.org\r\n",
        "> write to ADDRESS\r\n",
    ),
    (
        "return-path",
        "Content-Type: text/plain\r\n\r\nsent by bounce+ann=example.org@list.example\r\n",
        "sent by bounce+VERP@list.example",
    ),
    (
        "islands",
        "Content-Type: text/html\r\n\r\n<link href=\"file:///C:/Users/ann/x.xml\"><!--[if mso]><o:Author>Ann Lee</o:Author><![endif]-->\
         <xml>Ann Lee</xml><a href=\"imap://ann@imap.example.org/x\">a</a><p class=\"sealpost\">b</p>\r\n",
        "<a>a</a><p>b</p>\r\n",
    ),
    (
        "name",
        "Content-Type: text/plain\r\n\r\nSent: Saturday 6:00 AM (GMT+5:30)\r\nTo: Ann Lee <ann@example.org>\r\n",
        "Sent: Saturday 6:00 AM\r\nTo: A. Réader <ADDRESS>\r\n",
    ),
    (
        "octets",
        "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\ntext\r\n--x\r\n\
         Content-Type: application/octet-stream; name=\"a.eml\"\r\n\r\nDelivered-To: ann@example.org\r\nSubject: x\r\n\r\n\
         hello ann@example.org\r\n--x--\r\n",
        "hello ADDRESS",
    ),
    (
        "json",
        "Content-Type: application/json; name=\"a.json\"\r\n\r\n{\"a\":\"ann\\u0040example.org\"}\r\n",
        "",
    ),
    (
        "card",
        "Content-Type: text/vcard; name=\"Ann_Lee.vcf\"\r\n\r\nBEGIN:VCARD\r\nFN:Ann Lee\r\nEMAIL:ann@example.org\r\n\
         END:VCARD\r\n",
        "FN:A. Réader\r\n",
    ),
];

#[tokio::test]
async fn what_names_the_person_becomes_the_alias() {
    let talk = Talk::new().await;
    let mut needles = talk.needles();
    needles.extend(["Ann Lee", "GMT+5", "file:", "imap:", "sealpost\""].map(|needle| needle.as_bytes().to_vec()));
    for (id, entity, expected) in CLEANED {
        let said = talk.send(&talk.answer(id, "", "-aes-256-cbc", entity)).await;
        assert!(said.starts_with("250 "), "{id}: {said}");
        let outside = Outside::read(&talk.left(id).await, &needles);
        assert!(outside.findings.is_empty(), "{id}: {:#?}", outside.findings);
        let text = outside.text();
        let alias = talk.home.alias.as_str();
        let expected = expected
            .replace("ADDRESS", alias)
            .replace("VERP", &alias.replace('@', "="));
        let line_ends = |text: &str| text.replace("\r\n", "\n");
        assert!(line_ends(&text).contains(&line_ends(&expected)), "{id}: {text}");
    }
}

/// The answer says where, and never what.
#[tokio::test]
async fn what_still_names_the_person_goes_nowhere() {
    let talk = Talk::new().await;
    let wide: Vec<u8> = "ann@example.org".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let file = format!(
        "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\ntext\r\n--x\r\nContent-Type: application/msword\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{}\r\n--x--\r\n",
        base64::Engine::encode(&base64::engine::general_purpose::STANDARD, wide)
    );
    for (id, entity, place) in [
        ("file", &*file, "part 2 (file), in its content"),
        (
            "host",
            "Content-Type: text/plain\r\n\r\n> Received: from a.example\r\n>  by a1.example.org\r\n",
            "part 1 (plain text), in the text",
        ),
        (
            "calendar",
            "Content-Type: text/plain\r\n\r\nwebcal://a1.example.org/private.ics\r\n",
            "part 1 (plain text), in the text",
        ),
        (
            "link",
            "Content-Type: text/html\r\n\r\n<a href=\"https://webmail.example.org/?id=7\">a</a>\r\n",
            "part 1 (HTML), in a link or another attribute",
        ),
        (
            "unknown",
            "Content-Type: text/plain; charset=x-martian\r\n\r\nx\r\n",
            "character set that is unknown",
        ),
    ] {
        let said = talk.send(&talk.answer(id, "", "-aes-256-cbc", entity)).await;
        assert!(said.starts_with("554 5.6.0 ") && said.contains(place), "{id}: {said}");
        assert!(!said.contains("example.org") && !said.contains(BOB), "{id}: {said}");
        talk.nothing_left(id).await;
    }
}

/// Names of the person as clients write them, without the address: above quotations, in a calendar and on a card.
fn with_names(id: &str) -> String {
    format!(
        "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\n\
         Hello Bob, {id}\r\nBye, Ann\r\n\r\n-----Original Message-----\r\nFrom: Ann Lee\r\n\
         Sent: Saturday, November 28, 2026 6:00 AM\r\nTo: Bob\r\nCc: Lee, Ann\r\n\r\n\
         On 28 Nov 2026 at 06:00, Ann Lee wrote:\r\n> hi\r\n\
         --x\r\nContent-Type: text/html\r\n\r\n<div><b>From:</b> Ann Lee<br><b>Sent:</b> Saturday 6:00 AM<br></div>\r\n\
         --x\r\nContent-Type: text/calendar; method=REPLY\r\n\r\nBEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REPLY\r\n\
         BEGIN:VEVENT\r\nUID:1\r\nATTENDEE;CN=Ann Lee;PARTSTAT=ACCEPTED:urn:uuid:1\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n\
         --x\r\nContent-Type: text/vcard\r\nContent-Disposition: attachment; filename=\"Ann Lee.vcf\"\r\n\r\n\
         BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ann Lee\r\nN:Lee;Ann;;;\r\nTEL:+49 30 1234567\r\nEND:VCARD\r\n--x--\r\n"
    )
}

/// The person's own words stay; the client's become the alias's name.
const WITHOUT_NAMES: [&str; 7] = [
    "Bye, Ann\n",
    "From: A. Réader\n",
    "Cc: A. Réader\n",
    "On 28 Nov 2026 at 06:00, A. Réader wrote:\n",
    "<b>From:</b> A. Réader<br>",
    "ATTENDEE;PARTSTAT=ACCEPTED:urn:uuid:1\n",
    "FN:A. Réader\n",
];

/// Sends a message as the person's provider does. What leaves must have none of the person's names.
async fn expect_no_name(home: &Home, to: &str, mut needles: Vec<Vec<u8>>, id: &str, message: &str) {
    needles.extend(["Lee, Ann", "Lee;Ann", "1234567"].map(|needle| needle.as_bytes().to_vec()));
    let before = home.outbox().await;
    let said = home.send("ann@example.org", to, message).await;
    assert!(said.starts_with("250 "), "{id}: {said}");
    let mut left = home.outbox().await;
    left.retain(|mail| !before.contains(mail));
    assert_eq!(left.len(), 1, "{id}");
    let outside = Outside::read(&left[0], &needles);
    assert!(outside.findings.is_empty(), "{id}: {:#?}", outside.findings);
    let text = outside.text().replace("\r\n", "\n");
    for expected in WITHOUT_NAMES {
        assert!(text.contains(expected), "{id}, {expected}: {text}");
    }
    assert!(outside.parts.iter().any(|part| part.name == "contact.vcf"), "{id}");
}

/// The name is in the outer From only, unless the client protects its header.
#[tokio::test]
async fn the_name_of_from_leaves_in_no_form_of_smime() {
    let (_dns, talk) = transport::talk(&[Record::Txt("example.org", ALLOWED)]).await;
    let encrypted = |id| {
        talk.person
            .encrypt("-aes-256-gcm", &talk.letter.certificate, &with_names(id))
    };
    let protected = protect(&[&talk.letter], "protected", &with_names("protected"));
    let plain = talk.to_bob("reversed", &with_names("reversed"));
    for (id, message) in [
        ("plain", talk.to_bob("plain", &with_names("plain"))),
        ("reversed", plain.replace("From: Ann Lee <", "From: \"Lee, Ann\" <")),
        ("signed", talk.to_bob("x", &talk.person.sign("", &with_names("signed")))),
        ("encrypted", talk.to_bob("x", &encrypted("encrypted"))),
        (
            "strong",
            talk.to_bob("x", &talk.sealed("", "-aes-256-cbc", &with_names("strong"))),
        ),
        (
            "protected",
            talk.to_bob("x", &talk.sealed("", "-aes-256-cbc", &protected))
                .replace("From: Ann Lee <", "From: <"),
        ),
    ] {
        expect_no_name(&talk.home, &talk.letter.relay_address, talk.needles(), id, &message).await;
    }
}

#[tokio::test]
async fn the_name_of_from_leaves_in_no_form_of_openpgp() {
    let (_dns, talk) = transport::talk(&[Record::Txt("example.org", ALLOWED)]).await;
    let pgp = Pgp::at(talk.home, "future-default").await;
    let seal = |options: &[&str], entity: &str| pgp.gpg.seal(options, &pgp.relay_address, entity);
    let protected = pgp.protect("protected", &with_names("protected"));
    for (id, entity) in [
        ("signed", pgp.gpg.sign(&with_names("signed"))),
        ("encrypted", seal(&["--encrypt"], &with_names("encrypted"))),
        ("strong", seal(&["--sign", "--encrypt"], &with_names("strong"))),
        ("protected", seal(&["--sign", "--encrypt"], &protected)),
    ] {
        let mut message = pgp.message("x", &entity);
        if id == "protected" {
            message = message.replace("From: Ann Lee <", "From: <");
        }
        expect_no_name(&pgp.home, &pgp.relay_address, pgp.needles(), id, &message).await;
    }
}
