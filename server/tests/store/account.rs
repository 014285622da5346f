use app::id::{AliasId, MailboxId, ProfileId};
use sea_orm::{ConnectionTrait, Database};
use server::store::{
    AccountId, Store, StoreError,
    code::CodeTry,
    profile_state::Change,
    session::{Grounds, TokenHash, WebSession},
};
use time::Duration;

use super::{DAY, Db, NOW, account, address, verified};

const LIFETIME: Duration = Duration::days(30);

pub async fn an_address_is_its_provers_without_regard_to_case(store: Db) {
    let (ann, mailbox) = verified(&store, "Ann@Example.org").await;
    let (bob, _) = verified(&store, "bob@example.org").await;
    let (again, claim) = account(&store, "ann@example.ORG").await;
    let third = store.add_mailbox(bob, &address("ANN@example.org"), NOW).await.unwrap();
    let twice = store.add_mailbox(bob, &address("ann@example.org"), NOW).await;
    assert!(matches!(twice, Err(StoreError::Taken)), "{twice:?}");
    // The right code proves nothing any more, and says no more than a wrong one.
    for (account, mailbox) in [(again, claim), (bob, third)] {
        store.put_code(mailbox, [1; 16], 5, NOW + DAY).await.unwrap();
        for tries_left in [4, 3] {
            assert_eq!(
                store.try_code(account, mailbox, [1; 16], NOW).await.unwrap(),
                CodeTry::Wrong { tries_left }
            );
        }
        assert!(!store.mailbox(account, mailbox).await.unwrap().unwrap().verified);
    }
    let found = store.credentials(&address("ANN@example.org")).await.unwrap().unwrap();
    assert_eq!((found.account, found.password_hash.as_str()), (ann, "hash"));
    let owner = store.owner_of(&address("ann@EXAMPLE.org")).await.unwrap().unwrap();
    assert_eq!((owner.account, owner.mailbox), (ann, mailbox));
    assert_eq!(
        store.account_email(ann).await.unwrap().unwrap().as_str(),
        "Ann@example.org"
    );
}

pub async fn whoever_proves_a_claimed_address_has_it(store: Db) {
    let (eve, _) = account(&store, "victim@example.org").await;
    let (bob, _) = verified(&store, "bob@example.org").await;
    store
        .add_mailbox(bob, &address("victim@example.org"), NOW)
        .await
        .unwrap();
    let victim = address("victim@example.org");
    assert!(
        store.credentials(&victim).await.unwrap().is_none(),
        "a claim is no way in"
    );
    assert!(store.owner_of(&victim).await.unwrap().is_none());
    let (own, _) = verified(&store, "victim@example.org").await;
    let known = store.credentials(&victim).await.unwrap().unwrap();
    assert_eq!(known.account, own);
    assert_ne!(own, eve);
}

pub async fn a_claim_ends_after_a_day_and_an_account_does_not(store: Db) {
    let (claim, _) = account(&store, "ann@example.org").await;
    let (ann, _) = verified(&store, "ann@example.org").await;
    store
        .add_mailbox(ann, &address("second@example.org"), NOW)
        .await
        .unwrap();
    store.prune(NOW + DAY - Duration::SECOND).await.unwrap();
    assert!(store.account_email(claim).await.unwrap().is_some());
    store.prune(NOW + DAY).await.unwrap();
    assert!(store.account_email(claim).await.unwrap().is_none());
    assert!(store.mailboxes(claim).await.unwrap().is_empty());
    store.prune(NOW + DAY * 400).await.unwrap();
    assert_eq!(store.mailboxes(ann).await.unwrap().len(), 2);
    assert!(
        !store
            .delete_mailbox(ann, store.mailboxes(ann).await.unwrap()[0].id)
            .await
            .unwrap()
    );
}

/// As an older program left it: the address itself, proved or not.
pub async fn unproved_addresses_of_an_older_program_become_claims(store: Db) {
    let (eve, claimed) = account(&store, "victim@example.org").await;
    let (ann, _) = verified(&store, "ann@example.org").await;
    store
        .add_mailbox(ann, &address("second@example.org"), NOW)
        .await
        .unwrap();
    let raw = Database::connect(store.url.as_str()).await.unwrap();
    for sql in [
        "UPDATE accounts SET email_folded = email",
        "UPDATE mailboxes SET address_folded = address",
        "DELETE FROM seaql_migrations WHERE version = 'm021_claims'",
    ] {
        raw.execute_unprepared(sql).await.unwrap();
    }
    let newer = Store::connect(&store.url).await.unwrap();
    let known = newer.credentials(&address("ann@example.org")).await.unwrap().unwrap();
    assert_eq!(known.account, ann);
    assert!(
        newer
            .credentials(&address("victim@example.org"))
            .await
            .unwrap()
            .is_none()
    );
    verified(&newer, "second@example.org").await;
    // What was begun can be finished, by whoever is first.
    newer.put_code(claimed, [1; 16], 5, NOW + DAY).await.unwrap();
    let tried = newer.try_code(eve, claimed, [1; 16], NOW).await.unwrap();
    assert_eq!(tried, CodeTry::Verified);
    let known = newer
        .credentials(&address("victim@example.org"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(known.account, eve);
}

pub async fn sessions_end_slide_and_close(store: Db) {
    let (ann, _) = account(&store, "ann@example.org").await;
    let token = TokenHash([3; 32]);
    store
        .open_session(ann, &Grounds::Password("hash".into()), token, NOW, LIFETIME)
        .await
        .unwrap();
    let session = |at| store.session(token, at, LIFETIME);
    let signed_in = |renewed| {
        Some(WebSession {
            account: ann,
            renewed,
            proved: NOW,
        })
    };
    assert_eq!(session(NOW).await.unwrap(), signed_in(false));
    assert_eq!(session(NOW + DAY * 29).await.unwrap(), signed_in(true));
    assert_eq!(session(NOW + DAY * 29).await.unwrap(), signed_in(false));
    assert_eq!(session(NOW + DAY * 58).await.unwrap(), signed_in(true));
    assert_eq!(session(NOW + DAY * 88).await.unwrap(), None);
    assert_eq!(store.session(TokenHash([4; 32]), NOW, LIFETIME).await.unwrap(), None);
    store.close_session(token).await.unwrap();
    assert_eq!(session(NOW).await.unwrap(), None);
}

pub async fn codes_are_tried_a_few_times(store: Db) {
    let (ann, mailbox) = account(&store, "ann@example.org").await;
    let attempt = |hash, at| store.try_code(ann, mailbox, [hash; 16], at);
    assert_eq!(attempt(1, NOW).await.unwrap(), CodeTry::Void, "none was sent");
    store.put_code(mailbox, [1; 16], 2, NOW + DAY).await.unwrap();
    assert_eq!(attempt(1, NOW + DAY).await.unwrap(), CodeTry::Void, "expired");
    assert_eq!(attempt(2, NOW).await.unwrap(), CodeTry::Wrong { tries_left: 1 });
    assert_eq!(attempt(2, NOW).await.unwrap(), CodeTry::Wrong { tries_left: 0 });
    assert_eq!(attempt(1, NOW).await.unwrap(), CodeTry::Void, "no tries left");
    store.put_code(mailbox, [3; 16], 2, NOW + DAY).await.unwrap();
    assert_eq!(
        attempt(1, NOW).await.unwrap(),
        CodeTry::Wrong { tries_left: 1 },
        "the one before is void"
    );
    assert_eq!(attempt(3, NOW).await.unwrap(), CodeTry::Verified);
    assert!(store.mailbox(ann, mailbox).await.unwrap().unwrap().verified);
    assert_eq!(attempt(3, NOW).await.unwrap(), CodeTry::Void, "used");
}

pub async fn parallel_tries_get_no_more(store: Db) {
    let (ann, mailbox) = account(&store, "ann@example.org").await;
    store.put_code(mailbox, [1; 16], 5, NOW + DAY).await.unwrap();
    let tries = (0..20).map(|_| {
        let store = store.clone();
        tokio::spawn(async move { store.try_code(ann, mailbox, [2; 16], NOW).await.unwrap() })
    });
    let mut wrong = 0;
    for attempt in tries.collect::<Vec<_>>() {
        wrong += usize::from(attempt.await.unwrap() != CodeTry::Void);
    }
    assert_eq!(wrong, 5);
}

pub async fn attempts_are_counted_in_a_window(store: Db) {
    let window = Duration::minutes(15);
    let attempts = (0..12).map(|_| {
        let store = store.clone();
        tokio::spawn(async move { store.count_attempt(&[1; 16], window, NOW).await.unwrap().count })
    });
    let mut counts = Vec::new();
    for attempt in attempts.collect::<Vec<_>>() {
        counts.push(attempt.await.unwrap());
    }
    counts.sort_unstable();
    assert_eq!(counts, (1..=12).collect::<Vec<_>>());
    assert_eq!(store.count_attempt(&[2; 16], window, NOW).await.unwrap().count, 1);
    let last = store
        .count_attempt(&[1; 16], window, NOW + window - Duration::SECOND)
        .await
        .unwrap();
    assert_eq!((last.count, last.ends), (13, NOW + window));
    assert_eq!(
        store.count_attempt(&[1; 16], window, NOW + window).await.unwrap().count,
        1
    );
    store.forget_attempts(&[1; 16]).await.unwrap();
    assert_eq!(
        store.count_attempt(&[1; 16], window, NOW + window).await.unwrap().count,
        1
    );
    store.prune(NOW + DAY).await.unwrap();
}

pub async fn what_belongs_to_others_does_not_exist(store: Db) {
    let (ann, hers) = verified(&store, "ann@example.org").await;
    let (eve, _) = verified(&store, "eve@example.org").await;
    let alias = store.create_alias(hers, "amber-otter", "", NOW).await.unwrap();
    for (account, exists) in [(ann, true), (eve, false), (AccountId(99), false)] {
        assert_eq!(store.mailbox(account, hers).await.unwrap().is_some(), exists);
        assert_eq!(store.set_kill_switch(account, hers, true).await.unwrap(), exists);
        assert_eq!(store.set_alias_enabled(account, alias, false).await.unwrap(), exists);
        assert_eq!(store.aliases(account).await.unwrap().len(), usize::from(exists));
        store.put_code(hers, [1; 16], 5, NOW + DAY).await.unwrap();
        let verified = store.try_code(account, hers, [1; 16], NOW).await.unwrap() == CodeTry::Verified;
        assert_eq!(verified, exists);
    }
    assert!(!store.delete_alias(eve, alias).await.unwrap());
    assert!(store.delete_alias(ann, alias).await.unwrap());
    assert!(!store.set_kill_switch(ann, MailboxId(99), true).await.unwrap());
    assert!(!store.set_alias_enabled(ann, AliasId(99), true).await.unwrap());
    assert!(!store.delete_profile(ann, ProfileId(99)).await.unwrap());
    assert_eq!(
        store.activate_profile(ann, ProfileId(99), true, NOW).await.unwrap(),
        Change::NotFound
    );
}

pub async fn a_mistyped_address_is_corrected_until_it_is_proved(store: Db) {
    let (ann, wrong) = account(&store, "ann@exmaple.org").await;
    let right = address("ann@example.org");
    store.put_code(wrong, [1; 16], 5, NOW + DAY).await.unwrap();
    let (eve, _) = account(&store, "eve@example.org").await;
    assert_eq!(store.correct_mailbox(eve, wrong, &right, NOW).await.unwrap(), None);
    let corrected = store.correct_mailbox(ann, wrong, &right, NOW).await.unwrap().unwrap();
    // A code that was on its way to the old address proves nothing: its mailbox is gone, and no other gets its id.
    assert_ne!(corrected, wrong);
    assert!(store.put_code(wrong, [1; 16], 5, NOW + DAY).await.is_err());
    for mailbox in [wrong, corrected] {
        assert_eq!(store.try_code(ann, mailbox, [1; 16], NOW).await.unwrap(), CodeTry::Void);
    }
    store.put_code(corrected, [2; 16], 5, NOW + DAY).await.unwrap();
    assert_eq!(
        store.try_code(ann, corrected, [2; 16], NOW).await.unwrap(),
        CodeTry::Verified
    );
    assert_eq!(store.credentials(&right).await.unwrap().unwrap().account, ann);
    assert!(store.credentials(&address("ann@exmaple.org")).await.unwrap().is_none());
    // From then on it stays.
    let other = address("other@example.org");
    assert_eq!(store.correct_mailbox(ann, corrected, &other, NOW).await.unwrap(), None);
    assert_eq!(store.account_email(ann).await.unwrap().unwrap(), right);
    // The address that the account was made with stays when another mailbox is corrected.
    let second = store.add_mailbox(ann, &address("work@exmaple.org"), NOW).await.unwrap();
    store.correct_mailbox(ann, second, &other, NOW).await.unwrap().unwrap();
    assert_eq!(store.account_email(ann).await.unwrap().unwrap(), right);
    let listed = store.mailboxes(ann).await.unwrap();
    let listed: Vec<_> = listed.iter().map(|mailbox| mailbox.address.as_str()).collect();
    assert_eq!(listed, ["ann@example.org", "other@example.org"]);
}
