//! What shows that a message to `new@` is the person's wish, and that it is so once: with signatures of the person's
//! provider, and with what somebody who captured one makes of it.

use test_support::{
    dkim::Key,
    dns::{Dns, Record},
};
use time::{Duration, OffsetDateTime, format_description::well_known::Rfc2822};

use crate::{
    auth::authors::{ALLOWED, check_senders, odd_forms},
    support::home::Home,
};

const NEW: &str = "new@relay.example";
const ELSEWHERE: &str = "bounces@elsewhere.example";
const NOT_YOURS: &str = "550 5.7.1 This message is not shown to be from a mailbox of this relay";
const UNSIGNED: &str = "550 5.7.1 The DKIM signature must cover";
const AGAIN: &str = "550 5.7.1 This message was sent on before";
const FIELDS: [&str; 5] = ["from", "to", "subject", "date", "message-id"];
/// So few that a wish which was refused, and counted all the same, is noticed.
const ALIASES_PER_HOUR: u32 = 2;

struct Provider {
    home: Home,
    key: Key,
    _dns: Dns,
}

impl Provider {
    /// Of `example.org`, where the person's mailbox is.
    async fn new(more: &[(&str, &str)]) -> Self {
        let key = Key::generate();
        let mut zone = vec![Record::Txt("s1._domainkey.example.org", &key.record)];
        zone.extend(more.iter().map(|(name, text)| Record::Txt(name, text)));
        let dns = Dns::start(&zone);
        let home = Home::with(|config| {
            check_senders(config, &dns);
            config.allowance.aliases_per_hour = ALIASES_PER_HOUR;
        });
        let home = home.await;
        home.activate().await;
        Self { home, key, _dns: dns }
    }

    fn sign(&self, message: &str, names: &[&str]) -> String {
        self.key.sign(self.home.folder.path(), "example.org", message, names)
    }

    fn sign_two_days_ago(&self, message: &str) -> String {
        let place = (self.home.folder.path(), "example.org");
        self.key.sign_before(place, message, &FIELDS, 2 * 24 * 60 * 60)
    }

    async fn count(&self) -> usize {
        self.home.store.aliases(self.home.account).await.unwrap().len()
    }

    /// What is said, after a check that an alias was made for a 250 only.
    async fn says(&self, from: &str, message: &str) -> String {
        let before = self.count().await;
        let said = self.home.send(from, NEW, message).await;
        assert_eq!(
            self.count().await - before,
            usize::from(said.starts_with("250 ")),
            "{said}"
        );
        said
    }
}

fn dated(ago: Duration) -> String {
    (OffsetDateTime::now_utc() - ago).format(&Rfc2822).unwrap()
}

fn wish(number: u32) -> String {
    let date = dated(Duration::ZERO);
    format!(
        "From: Ann <ann@example.org>\r\nTo: {NEW}\r\nSubject: The shop {number}\r\nDate: {date}\r\n\
         Message-ID: <{number}@example.org>\r\n\r\nplease\r\n"
    )
}

#[tokio::test]
async fn a_signed_wish_counts_once_whatever_is_added() {
    let provider = Provider::new(&[]).await;
    let plain = wish(1);
    let signed = provider.sign(&plain, &FIELDS);
    let twice = provider.sign(&signed, &["from", "to", "subject", "date"]);
    let said = provider.says(ELSEWHERE, &twice).await;
    assert!(said.starts_with("250 "), "{said}");
    for again in [
        twice.clone(),
        signed.clone(),
        format!("X-Way: another\r\n{signed}"),
        format!("Message-ID: <2@example.org>\r\n{signed}"),
        format!("Cc: new@relay.example\r\n{signed}"),
        signed.replace("Subject: The", "subject:\r\n\tThe"),
        format!("{signed}\r\n\r\n"),
        // The provider signs the same content once more, with another list.
        provider.sign(&plain, &["from", "to", "subject", "date", "x-more"]),
    ] {
        let said = provider.says(ELSEWHERE, &again).await;
        assert!(said.starts_with(AGAIN), "{said}\n{again}");
    }
    // Replays use up none of the person's aliases of this hour.
    let said = provider.says(ELSEWHERE, &provider.sign(&wish(2), &FIELDS)).await;
    assert!(said.starts_with("250 "), "{said}");
}

#[tokio::test]
async fn a_signature_must_cover_what_makes_a_wish() {
    let provider = Provider::new(&[]).await;
    let all = provider.sign(&wish(1), &FIELDS);
    let old = wish(2).replace(&dated(Duration::ZERO)[..16], &dated(Duration::days(2))[..16]);
    for (what, message) in [
        ("another Subject in front", format!("Subject: local: evil\r\n{all}")),
        ("another Date", format!("Date: {}\r\n{all}", dated(Duration::ZERO))),
        ("another To", format!("To: {NEW}\r\n{all}")),
        ("no To", provider.sign(&wish(3), &["from", "subject", "date"])),
        ("no Subject", provider.sign(&wish(4), &["from", "to", "date"])),
        ("no Date", provider.sign(&wish(5), &["from", "to", "subject"])),
        ("old", provider.sign(&old, &FIELDS)),
        ("dated later than it was signed", provider.sign_two_days_ago(&wish(9))),
        (
            "to somebody else",
            provider.sign(&wish(6).replace(&format!("To: {NEW}"), "To: list@example.net"), &FIELDS),
        ),
        (
            "to another domain of the relay",
            provider.sign(
                &wish(7).replace(&format!("To: {NEW}"), "To: new@second.example"),
                &FIELDS,
            ),
        ),
        ("a second type", format!("Content-Type: text/html\r\n{all}")),
    ] {
        let said = provider.says(ELSEWHERE, &message).await;
        assert!(said.starts_with(UNSIGNED), "{what}: {said}");
    }
    let said = provider.says(ELSEWHERE, &all.replace("please", "please!")).await;
    assert_eq!(said, NOT_YOURS, "changed");
    // The same content, untouched, is a wish; and one in Cc is.
    let said = provider.says(ELSEWHERE, &all).await;
    assert!(said.starts_with("250 "), "{said}");
    let in_cc = wish(8).replace(
        &format!("To: {NEW}"),
        "To: bob@example.net\r\nCc: Relay <New@Relay.example>",
    );
    let said = provider
        .says(ELSEWHERE, &provider.sign(&in_cc, &["from", "cc", "subject", "date"]))
        .await;
    assert!(said.starts_with("250 "), "{said}");
}

#[tokio::test]
async fn spf_vouches_for_what_the_provider_hands_in() {
    let provider = Provider::new(&[("example.org", ALLOWED)]).await;
    let fixed = wish(2);
    assert!(provider.says("ann@example.org", &fixed).await.starts_with("250 "));
    let folded = format!("X-Way: another\r\n{}", fixed.replace("Subject: ", "Subject:\r\n "));
    let said = provider.says("ann@example.org", &folded).await;
    assert!(said.starts_with(AGAIN), "{said}");
    assert_eq!(provider.says(ELSEWHERE, &wish(3)).await, NOT_YOURS);
}

#[tokio::test]
async fn nobody_else_takes_an_alias() {
    let provider = Provider::new(&[("example.org", ALLOWED), ("stranger.example", ALLOWED)]).await;
    let forms = [odd_forms("eve", "example.org"), odd_forms("ann", "example.org")].concat();
    for form in forms {
        let message = format!(
            "Sender: ann@example.org\r\n{}",
            wish(1).replace("Ann <ann@example.org>", &form)
        );
        let signed = provider.sign(&message, &FIELDS);
        assert_eq!(provider.says("ann@example.org", &signed).await, NOT_YOURS, "{form}");
    }
    let stranger = wish(2).replace("ann@example.org", "bob@stranger.example");
    assert_eq!(provider.says("bob@stranger.example", &stranger).await, NOT_YOURS);
    // A signature of the person's own, such as of a mail to somebody, shows no wish while senders are checked.
    let signed = provider.home.answer(NEW, "one");
    assert_eq!(provider.says(ELSEWHERE, &signed).await, NOT_YOURS);
}

#[tokio::test]
async fn nobody_looks_for_the_mailbox_of_an_author_who_is_not_shown_to_be_one() {
    let provider = Provider::new(&[]).await;
    let signed = provider.sign(&wish(1), &FIELDS);
    provider.home.sql("ALTER TABLE mailboxes RENAME TO hidden").await;
    let of_stranger = wish(2).replace("ann@example.org", "bob@stranger.example");
    for message in [&wish(2), &of_stranger] {
        assert_eq!(provider.home.send(ELSEWHERE, NEW, message).await, NOT_YOURS);
    }
    let said = provider.home.send(ELSEWHERE, NEW, &signed).await;
    assert!(said.starts_with("451 "), "a look-up that fails: {said}");
}
