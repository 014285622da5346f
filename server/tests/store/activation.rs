//! A profile is activated by the code of a test message, or without one if the person is known to have the key.

use app::{
    id::{MailboxId, ProfileId},
    profile::{ActivationFault, KeyEvidence, ProfileKind, ProfileState},
};
use sea_orm::{ConnectionTrait, Database};
use server::{
    store::{
        AccountId, Store,
        accepted::{Accepted, TestMessageNote},
        activation::TestTry,
        code::CodeHash,
        profile_state::Change,
        test_code::{CodeMatch, NewTestCode},
    },
    vault::Wrapped,
};
use time::Duration;

use super::{
    DAY, Db, NOW,
    gone::item,
    issued::{ANN, issue, ready},
    verified,
};

const RIGHT: CodeHash = [1; 16];
const WRONG: CodeHash = [2; 16];

/// A code with three tries, for a day.
pub fn code(hash: CodeHash) -> NewTestCode {
    NewTestCode {
        hash,
        tries: 3,
        expires: NOW + DAY,
    }
}

/// As a test message that is accepted stores it.
async fn send(store: &Store, profile: ProfileId, mailbox: MailboxId, code: Option<NewTestCode>) {
    let accepted = Accepted {
        items: vec![item(Some(mailbox))],
        test_message: Some(TestMessageNote::Sent(profile, code)),
        ..Accepted::default()
    };
    store.accept(accepted, NOW).await.unwrap();
}

/// A profile in state `ready` whose key was not exported.
async fn unexported(store: &Store, account: AccountId, mailbox: MailboxId) -> ProfileId {
    let (id, _) = issue(store, mailbox, NOW).await;
    let completed = store.complete_profile(account, id, &ANN.chain, NOW).await.unwrap();
    assert_eq!(completed, Change::Done);
    id
}

async fn state(store: &Store, account: AccountId, id: ProfileId) -> (ProfileState, KeyEvidence) {
    let detail = store.profile(account, id).await.unwrap().unwrap();
    (detail.profile.state, detail.profile.evidence)
}

fn evidence(exported: bool, tested: bool) -> KeyEvidence {
    KeyEvidence {
        kind: ProfileKind::Smime,
        exported,
        tested,
    }
}

pub async fn a_key_that_may_be_lost_activates_nothing_but_by_a_test(store: Db) {
    let (ann, mailbox) = verified(&store, "ann@example.org").await;
    let id = unexported(&store, ann, mailbox).await;
    for untested in [false, true] {
        let change = store.activate_profile(ann, id, untested, NOW).await.unwrap();
        assert_eq!(change, Change::Declined(ActivationFault::NotExported));
    }
    assert_eq!(
        state(&store, ann, id).await,
        (ProfileState::Ready, evidence(false, false))
    );
    send(&store, id, mailbox, Some(code(RIGHT))).await;
    let tried = store.activate_with_code(ann, id, RIGHT, NOW).await.unwrap();
    assert_eq!(tried, TestTry::Tried(CodeMatch::Right));
    assert_eq!(
        state(&store, ann, id).await,
        (ProfileState::Active, evidence(false, true))
    );
    assert!(store.mailbox(ann, mailbox).await.unwrap().unwrap().kill_switch);
    // Once tested, it is activated again without another test.
    assert_eq!(store.deactivate_profile(ann, id, NOW).await.unwrap(), Change::Done);
    assert_eq!(store.activate_profile(ann, id, false, NOW).await.unwrap(), Change::Done);
}

pub async fn an_exported_key_activates_without_a_test_if_that_is_confirmed(store: Db) {
    let (ann, mailbox) = verified(&store, "ann@example.org").await;
    let (id, _) = ready(&store, ann, mailbox).await;
    assert_eq!(
        store.activate_profile(ann, id, false, NOW).await.unwrap(),
        Change::Declined(ActivationFault::Untested)
    );
    assert_eq!(store.activate_profile(ann, id, true, NOW).await.unwrap(), Change::Done);
    assert_eq!(
        state(&store, ann, id).await,
        (ProfileState::Active, evidence(true, false))
    );
    assert_eq!(
        store.activate_profile(ann, id, false, NOW).await.unwrap(),
        Change::Done,
        "it is active already"
    );
}

pub async fn test_codes_are_tried_a_few_times_by_their_account(store: Db) {
    let (ann, mailbox) = verified(&store, "ann@example.org").await;
    let (eve, _) = verified(&store, "eve@example.org").await;
    let id = unexported(&store, ann, mailbox).await;
    let other = unexported(&store, ann, mailbox).await;
    let attempt = |hash, at| store.activate_with_code(ann, id, hash, at);
    let void = TestTry::Tried(CodeMatch::Void);
    let wrong = |tries_left| TestTry::Tried(CodeMatch::Wrong { tries_left });
    assert_eq!(attempt(RIGHT, NOW).await.unwrap(), void, "none was sent");
    send(&store, id, mailbox, Some(code(RIGHT))).await;
    assert_eq!(
        store.activate_with_code(eve, id, RIGHT, NOW).await.unwrap(),
        TestTry::Refused(Change::NotFound)
    );
    assert_eq!(
        store.activate_with_code(ann, other, RIGHT, NOW).await.unwrap(),
        void,
        "it is of another profile"
    );
    assert_eq!(attempt(RIGHT, NOW + DAY).await.unwrap(), void, "expired");
    for tries_left in [2, 1, 0] {
        assert_eq!(attempt(WRONG, NOW).await.unwrap(), wrong(tries_left));
    }
    assert_eq!(attempt(RIGHT, NOW).await.unwrap(), void, "no tries left");
    assert_eq!(
        state(&store, ann, id).await,
        (ProfileState::Ready, evidence(false, false))
    );
    send(&store, id, mailbox, Some(code(RIGHT))).await;
    send(&store, id, mailbox, Some(code([3; 16]))).await;
    assert_eq!(attempt(RIGHT, NOW).await.unwrap(), wrong(2), "the one before is void");
    send(&store, id, mailbox, None).await;
    assert_eq!(attempt([3; 16], NOW).await.unwrap(), void, "the last message has none");
    send(&store, id, mailbox, Some(code(RIGHT))).await;
    store.prune(NOW + DAY - Duration::SECOND).await.unwrap();
    assert_eq!(attempt(RIGHT, NOW).await.unwrap(), TestTry::Tried(CodeMatch::Right));
    assert_eq!(attempt(RIGHT, NOW).await.unwrap(), void, "used");
    let past = ANN.chain.user().not_after() + Duration::SECOND;
    assert_eq!(
        attempt(RIGHT, past).await.unwrap(),
        TestTry::Refused(Change::NotAllowed),
        "the profile has ended"
    );
}

pub async fn parallel_tries_of_a_test_code_get_no_more(store: Db) {
    let (ann, mailbox) = verified(&store, "ann@example.org").await;
    let id = unexported(&store, ann, mailbox).await;
    send(&store, id, mailbox, Some(code(RIGHT))).await;
    let tries = (0..20).map(|_| {
        let store = store.clone();
        tokio::spawn(async move { store.activate_with_code(ann, id, WRONG, NOW).await.unwrap() })
    });
    let mut wrong = 0;
    for attempt in tries.collect::<Vec<_>>() {
        wrong += usize::from(attempt.await.unwrap() != TestTry::Tried(CodeMatch::Void));
    }
    assert_eq!(wrong, 3);
}

pub async fn a_pgp_profile_is_the_persons_own_key(store: Db) {
    let (ann, mailbox) = verified(&store, "ann@example.org").await;
    let new = server::store::profile::NewPgpProfile {
        mailbox,
        relay_domain: super::issued::RELAY,
        person: vec![1],
        trust: String::new(),
        not_before: NOW,
        not_after: app::profile::NO_END,
        name: "Phone",
    };
    let id = store.add_pgp_profile(new, NOW, |_| Ok(Wrapped(vec![1]))).await.unwrap();
    assert!(
        !store.note_export(ann, id, NOW).await.unwrap(),
        "its key is not made here"
    );
    assert_eq!(
        store.activate_profile(ann, id, false, NOW).await.unwrap(),
        Change::Declined(ActivationFault::Untested)
    );
    assert_eq!(store.activate_profile(ann, id, true, NOW).await.unwrap(), Change::Done);
}

pub async fn profiles_of_an_older_program_stay_active_or_need_a_test(store: Db) {
    let (ann, mailbox) = verified(&store, "ann@example.org").await;
    let (active, _) = ready(&store, ann, mailbox).await;
    let (waiting, _) = ready(&store, ann, mailbox).await;
    store.activate_profile(ann, active, true, NOW).await.unwrap();
    let raw = Database::connect(store.url.as_str()).await.unwrap();
    for sql in [
        "ALTER TABLE profiles DROP COLUMN exported_at",
        "ALTER TABLE profiles DROP COLUMN tested_at",
        "DELETE FROM seaql_migrations WHERE version = 'm024_key_evidence'",
    ] {
        raw.execute_unprepared(sql).await.unwrap();
    }
    let newer = Store::connect(&store.url).await.unwrap();
    assert_eq!(
        state(&newer, ann, active).await,
        (ProfileState::Active, evidence(false, false))
    );
    assert_eq!(
        newer.activate_profile(ann, waiting, true, NOW).await.unwrap(),
        Change::Declined(ActivationFault::NotExported)
    );
    assert_eq!(
        newer.activate_profile(ann, active, false, NOW).await.unwrap(),
        Change::Done
    );
}
