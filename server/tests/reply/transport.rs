//! What the provider of the mailbox vouches for, by a real DNS: SPF and DKIM in alignment, and what comes close to it.

use server::config::Switch;
use test_support::{
    dkim::Key,
    dns::{Dns, Record},
};

use crate::{
    reply::{talk::Talk, wire},
    support::home::Home,
};

pub const ALLOWED: &str = "v=spf1 ip4:127.0.0.1 -all";
pub const NOT_AUTHORISED: &str = "550 5.7.1 This message is not authorised for this relay address, please switch on signing and \
     encryption in your mail app";

/// A relay that asks a server.
pub async fn talk(zone: &[Record<'_>]) -> (Dns, Talk) {
    let dns = Dns::start(zone);
    let server = dns.address;
    let home = Home::with(move |config| {
        config.dns = Some(server);
        config.sender_auth = Switch::On;
    })
    .await;
    (dns, Talk::at(home).await)
}

impl Talk {
    /// Sends to Bob's relay address; what leaves is one message if it is accepted, or none.
    pub async fn says(&self, from: &str, message: &str) -> String {
        let before = self.home.outbox().await.len();
        let said = self.home.send(from, &self.letter.relay_address, message).await;
        let left = self.home.outbox().await.len() - before;
        assert_eq!(left, usize::from(said.starts_with("250 ")), "{said}");
        said
    }
}

#[tokio::test]
async fn only_a_pass_of_spf_vouches() {
    for (policy, name) in [
        (None, "none"),
        (Some("v=spf1 ?all"), "neutral"),
        (Some("v=spf1 ~all"), "softfail"),
        (Some("v=spf1 -all"), "fail"),
        (Some("v=spf1 bogus"), "permerror"),
    ] {
        let zone: Vec<_> = policy.iter().map(|policy| Record::Txt("example.org", policy)).collect();
        let (_dns, talk) = talk(&zone).await;
        let said = talk
            .says("ann@example.org", &talk.to_bob(name, &wire::note(name)))
            .await;
        assert_eq!(said, NOT_AUTHORISED, "{name}");
        let said = talk
            .says("eve@elsewhere.example", &talk.to_bob(name, &wire::note(name)))
            .await;
        assert_eq!(said, NOT_AUTHORISED, "{name}");
        // The signature needs none of it.
        let sealed = talk.sealed("", "-aes-256-cbc", &wire::note(name));
        let said = talk.says("ann@example.org", &talk.to_bob(name, &sealed)).await;
        assert!(said.starts_with("250 "), "{name}: {said}");
    }
}

#[tokio::test]
async fn spf_vouches_for_the_way_and_not_for_a_malleable_ciphertext() {
    let (_dns, talk) = talk(&[
        Record::Txt("example.org", ALLOWED),
        Record::Txt("elsewhere.example", ALLOWED),
    ])
    .await;
    let note = wire::note("by SPF");
    let said = talk.says("ann@example.org", &talk.to_bob("plain", &note)).await;
    assert!(said.starts_with("250 "), "{said}");
    let again = format!("X-Way: another\r\n{}", talk.to_bob("plain", &note));
    let said = talk.says("ann@example.org", &again).await;
    assert!(said.starts_with("550 5.7.1 This message was sent on before"), "{said}");
    // A pass of another domain, and of the right one for another author.
    let said = talk.says("eve@elsewhere.example", &talk.to_bob("other", &note)).await;
    assert_eq!(said, NOT_AUTHORISED);
    let of_eve = talk.to_bob("eve", &note).replace("Ann Lee <ann@", "Ann Lee <eve@");
    assert_eq!(talk.says("ann@example.org", &of_eve).await, NOT_AUTHORISED);

    let malleable = talk.person.encrypt("-aes-256-cbc", &talk.letter.certificate, &note);
    let said = talk.says("ann@example.org", &talk.to_bob("cbc", &malleable)).await;
    assert!(said.starts_with("550 5.7.1 Please sign your reply"), "EFAIL: {said}");
    let authenticated = talk.person.encrypt("-aes-256-gcm", &talk.letter.certificate, &note);
    let said = talk.says("ann@example.org", &talk.to_bob("gcm", &authenticated)).await;
    assert!(said.starts_with("250 "), "{said}");
}

#[tokio::test]
async fn dkim_vouches_for_its_author_and_for_nobody_else_of_the_provider() {
    let key = Key::generate();
    let (_dns, talk) = talk(&[Record::Txt("s1._domainkey.example.org", &key.record)]).await;
    let folder = talk.home.folder.path();
    let sign = |message: &str| key.sign(folder, "example.org", message, &[]);
    let note = wire::note("by DKIM");
    let authenticated = talk.person.encrypt("-aes-256-gcm", &talk.letter.certificate, &note);
    for (id, entity) in [("plain", &note), ("gcm", &authenticated)] {
        let message = sign(&talk.to_bob(id, entity));
        let said = talk.says("bounces@elsewhere.example", &message).await;
        assert!(said.starts_with("250 "), "{id}: {said}");
    }

    let of_eve = talk
        .to_bob("eve", &note)
        .replace("Ann Lee <ann@example.org>", "Ann Lee <eve@example.org>");
    let said = talk.says("eve@example.org", &sign(&of_eve)).await;
    assert_eq!(said, NOT_AUTHORISED, "another address of the provider");
    for two in [
        of_eve.replace("<eve@example.org>", "<ann@example.org>, <eve@example.org>"),
        of_eve.replace("<eve@example.org>", "<eve@example.org>, <ann@example.org>"),
    ] {
        let said = talk.says("eve@example.org", &sign(&two)).await;
        assert_eq!(said, NOT_AUTHORISED, "two authors");
    }
    // A second From, over or under the one that was signed.
    let (over, under) = ("From: ann@example.org\r\n", sign(&of_eve));
    let said = talk.says("eve@example.org", &format!("{over}{under}")).await;
    assert_eq!(said, NOT_AUTHORISED);
    let changed = sign(&talk.to_bob("changed", &note)).replace("by DKIM", "by Eve");
    assert_eq!(talk.says("ann@example.org", &changed).await, NOT_AUTHORISED);
    let other = key.sign(folder, "elsewhere.example", &talk.to_bob("other", &note), &[]);
    assert_eq!(talk.says("ann@example.org", &other).await, NOT_AUTHORISED);
}

#[tokio::test]
async fn what_dmarc_rejects_needs_the_signature() {
    let (_dns, talk) = talk(&[Record::Txt("_dmarc.example.org", "v=DMARC1; p=reject")]).await;
    let said = talk
        .says("ann@example.org", &talk.to_bob("dmarc", &wire::note("dmarc")))
        .await;
    assert_eq!(said, NOT_AUTHORISED);
    let sealed = talk.sealed("", "-aes-256-cbc", &wire::note("dmarc"));
    let said = talk.says("ann@example.org", &talk.to_bob("dmarc", &sealed)).await;
    assert!(said.starts_with("250 "), "{said}");
}

#[tokio::test]
async fn while_the_dns_is_silent_only_the_signature_counts() {
    let (dns, talk) = talk(&[Record::Txt("example.org", ALLOWED)]).await;
    drop(dns);
    let said = talk
        .says("ann@example.org", &talk.to_bob("silent", &wire::note("silent")))
        .await;
    assert!(said.starts_with("451 4.4.3 "), "no verdict: {said}");
    let sealed = talk.sealed("", "-aes-256-cbc", &wire::note("silent"));
    let said = talk.says("ann@example.org", &talk.to_bob("silent", &sealed)).await;
    assert!(said.starts_with("250 "), "{said}");
}

#[tokio::test]
async fn whoever_is_vouched_for_is_not_locked_out() {
    let (_dns, talk) = talk(&[Record::Txt("example.org", ALLOWED)]).await;
    let note = wire::note("in vain");
    for number in 0..31 {
        let said = talk.says("eve@elsewhere.example", &talk.to_bob("in vain", &note)).await;
        let expected = if number < 30 { "550 5.7.1 " } else { "451 4.7.0 " };
        assert!(said.starts_with(expected), "{number}: {said}");
    }
    let said = talk
        .says("ann@example.org", &talk.to_bob("Ann", &wire::note("Ann")))
        .await;
    assert!(said.starts_with("250 "), "{said}");
    let said = talk.says("eve@elsewhere.example", &talk.to_bob("in vain", &note)).await;
    assert!(
        said.starts_with("451 4.7.0 "),
        "Ann's answer does not clear Eve's: {said}"
    );
}

#[tokio::test]
async fn the_provider_of_a_mailbox_that_the_alias_has_left_vouches_for_nothing() {
    let (_dns, mut talk) = talk(&[Record::Txt("example.org", ALLOWED)]).await;
    let said = talk
        .says("ann@example.org", &talk.to_bob("before", &wire::note("before")))
        .await;
    assert!(said.starts_with("250 "), "{said}");
    let second = talk.home.another_mailbox("ann@second.example").await;
    let alias = talk.home.store.aliases(talk.home.account).await.unwrap()[0].id;
    assert!(
        talk.home
            .store
            .move_alias(talk.home.account, alias, second)
            .await
            .unwrap()
    );
    let said = talk
        .says("ann@example.org", &talk.to_bob("after", &wire::note("after")))
        .await;
    assert_eq!(said, NOT_AUTHORISED);
}
