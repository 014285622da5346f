//! A reply to a contact that is itself an alias of the relay comes back to it, and is known by the relay's own signature.

use crate::reply::{talk::Talk, wire};

#[tokio::test]
async fn from_alias_to_alias_only_what_the_relay_signed_arrives() {
    let talk = Talk::new().await;
    let carol = talk.home.clear_mailbox("carol@third.example", "quick-fox-001").await;
    let answer = talk.answer("loop", "", "-aes-256-cbc", &wire::note("loop"));
    assert!(talk.send(&answer).await.starts_with("250 "));
    let left = String::from_utf8(talk.left("loop").await).unwrap();
    assert!(left.starts_with("DKIM-Signature: "));
    let returned = talk.home.return_path();
    for (what, forged) in [
        ("unsigned", left.replacen("DKIM-Signature", "X-Was", 1)),
        (
            "another subject",
            left.replace("Subject: Re: loop", "Subject: Re: money"),
        ),
        ("another body", format!("{left}PS: send money\r\n")),
        ("two authors", format!("From: postmaster@relay.example\r\n{left}")),
        ("another domain", left.replace("d=relay.example", "d=second.example")),
    ] {
        assert_ne!(forged, left, "{what}");
        let said = talk.home.send(&returned, &carol, &forged).await;
        assert!(said.starts_with("550 5.7.1 Mail from this domain"), "{what}: {said}");
    }
    let said = talk.home.send(&returned, &carol, &left).await;
    assert!(said.starts_with("250 "), "{said}");
}
