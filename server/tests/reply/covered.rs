//! What DKIM and SPF of the mailbox's domain vouch for, and for whom; more cells of the table in docs/SECURITY.md.

use crate::reply::{
    authority::{ACCEPTED, ALL_BUT_THE_PROVIDER, EVERYBODY, Stranger, World, expect_bare, outside},
    forged::{NOT_AUTHORISED, SENT_BEFORE},
    talk::{BOB, to},
    wire,
};

/// Somebody has a mail of the person's that the provider signed with DKIM, and adds to it.
#[tokio::test]
async fn dkim_vouches_for_the_fields_that_it_covers_and_for_nothing_else() {
    let world = World::new().await;
    let talk = &world.talk;
    let captured = |message: &str| {
        let folder = talk.home.folder.path();
        world.providers.sign(folder, "example.org", message, &[])
    };
    let sent = captured(&talk.to_bob("sent", &wire::note("sent")));
    world.answers(&[Stranger], &talk.letter, &sent, ACCEPTED).await;
    let again = format!("Message-ID: <another@elsewhere.example>\r\n{sent}");
    world.answers(&EVERYBODY, &talk.letter, &again, SENT_BEFORE).await;

    let subject = captured(&talk.to_bob("subject", &wire::note("subject")));
    let (said, left) = world
        .sends(Stranger, &talk.letter, &format!("Subject: Re: pay Eve\r\n{subject}"))
        .await;
    assert!(said.starts_with(ACCEPTED), "{said}");
    assert_eq!(outside(talk, left).field("subject"), "Re: hello");

    let cc = captured(&talk.to_bob("cc", &wire::note("cc")));
    let added = format!("Cc: Eve <{}>\r\n{cc}", world.carol.relay_address);
    let (said, left) = world.sends(Stranger, &talk.letter, &added).await;
    assert!(said.starts_with(ACCEPTED), "{said}");
    let left = outside(talk, left);
    assert_eq!((left.field("to"), left.field("cc")), (&*format!("Bob <{BOB}>"), ""));
    assert_eq!(left.field("subject"), "Re: cc");
    // It was for Bob, whoever the added field names.
    let added = format!(
        "Cc: Eve <{}>\r\n{}",
        world.carol.relay_address,
        captured(&talk.to_bob("cc2", &wire::note("cc2")))
    );
    world
        .answers(&ALL_BUT_THE_PROVIDER, &world.carol, &added, NOT_AUTHORISED)
        .await;

    let parts = captured(&talk.to_bob("parts", &wire::answer(&talk.letter.relay_address, "parts")));
    for added in [
        "Content-Type: multipart/mixed; boundary=other\r\n",
        "Content-Transfer-Encoding: base64\r\n",
    ] {
        let message = format!("{added}{parts}");
        world
            .answers(&ALL_BUT_THE_PROVIDER, &talk.letter, &message, NOT_AUTHORISED)
            .await;
    }

    let to_herself = wire::message("To: ann@example.org\r\nSubject: note\r\n", &wire::note("to myself"));
    let to_bob = talk.to_bob("for Bob", &wire::note("for Bob"));
    for message in [to_herself, to_bob] {
        world
            .answers(&ALL_BUT_THE_PROVIDER, &world.carol, &captured(&message), NOT_AUTHORISED)
            .await;
    }
}

#[tokio::test]
async fn spf_vouches_for_the_way_and_for_no_header_field() {
    let world = World::new().await;
    let talk = &world.talk;
    let message = to(&[&talk.letter, &world.carol], "by SPF", &wire::note("by SPF"));
    let before = talk.home.outbox().await;
    let said = talk
        .home
        .send("ann@example.org", &talk.letter.relay_address, &message)
        .await;
    assert!(said.starts_with(ACCEPTED), "{said}");
    let mut left = talk.home.outbox().await;
    left.retain(|mail| !before.contains(mail));
    expect_bare(&outside(talk, left.pop()));
}
