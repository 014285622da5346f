//! Stripping any octets at all.

use proptest::prelude::*;

use super::*;

/// Any reply leaves as one message, 7-bit and in lines.
fn assert_sound(message: &[u8], entity: &[u8]) {
    let scene = Scene::default();
    let Ok(stripped) = strip(&Message::parse(message), entity, &scene.facts(), &mut Counting(0)) else {
        return;
    };
    let text = std::str::from_utf8(stripped.as_bytes()).unwrap();
    assert!(text.is_ascii() && text.ends_with("\r\n"), "{text:?}");
    for line in text.split("\r\n") {
        assert!(line.len() <= 998 && !line.contains(['\r', '\n', '\0']), "{line:?}");
    }
    assert!(!text.contains("mailbox.example"), "{text}");
    let head = text.split("\r\n\r\n").next().unwrap();
    for name in ["From", "To", "Date", "Message-ID", "MIME-Version", "Content-Type"] {
        let count = head
            .split("\r\n")
            .filter(|line| line.starts_with(&format!("{name}: ")))
            .count();
        assert_eq!(count, 1, "{name} in {head:?}");
    }
}

fn piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..40),
        "\\PC{0,30}".prop_map(String::into_bytes),
        "(--b[12]?(--)?\r?\n){1,3}".prop_map(String::into_bytes),
        "(Content-Type: (text/(plain|html|calendar|x)|multipart/(mixed|signed|related|digest); boundary=b[12]?|message/rfc822|image/png); \
         (name|charset|format|delsp)\\*?0?=[a-z0-9\"%'-]{0,12}\r\n){0,2}"
            .prop_map(String::into_bytes),
        "Content-Transfer-Encoding: (base64|quoted-printable|8bit)\r\n\r\n?".prop_map(String::into_bytes),
        "Content-(ID|Disposition): ?<?(inline|attachment|[a-z@]{1,9}); filename=[^\n]{0,20}>?\r\n".prop_map(String::into_bytes),
        "(Subject|To|Cc|References|Date): [^\n]{0,60}\r\n".prop_map(String::into_bytes),
        "(<a href='mailto:|[ <\"(\n])ann(\\.|%2e)lee(@|%40|&#64;)mailbox\\.example[ >\n]".prop_map(String::into_bytes),
        "cid:[a-z@%\"]{0,9}|r-0[bc]@relay.example|=\r\n|=4;|<meta ".prop_map(String::into_bytes),
        Just(b"\r\n\r\n".to_vec()),
        Just(vec![b'x'; 1200]),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn any_octets_can_be_an_entity(entity in proptest::collection::vec(any::<u8>(), 0..400)) {
        assert_sound(b"", &entity);
    }

    #[test]
    fn any_pieces_can_be_a_reply(
        message in proptest::collection::vec(piece(), 0..6),
        entity in proptest::collection::vec(piece(), 0..20),
    ) {
        assert_sound(&message.concat(), &entity.concat());
    }
}
