//! What names the person becomes the alias, or stops the reply: over SMTP, judged by Python.

use crate::reply::{
    outside::Outside,
    talk::{BOB, Talk},
};

/// Entities that a client wrote, and what is left of them outside.
const CLEANED: [(&str, &str, &str); 8] = [
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
        let expected = expected.replace("ADDRESS", talk.home.alias.as_str());
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
