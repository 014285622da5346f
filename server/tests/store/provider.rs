//! Links with a sign-in provider, and the way there and back.

use sea_orm::{ConnectionTrait, Database, DbBackend};
use server::store::{
    AccountId, StoreError,
    linked_identity::{ByAddress, Identity, Unlinked},
    operator::{Act, Action},
    password::ResetProof,
    round_trip::{RoundTrip, TripPurpose},
    session::{Grounds, TokenHash},
};
use time::{Duration, OffsetDateTime};

use super::{DAY, Db, NOW, account, address, session, verified};

fn identity(issuer: &str, subject: &str) -> Identity {
    Identity {
        issuer: issuer.into(),
        subject: subject.into(),
    }
}

fn trip(purpose: TripPurpose) -> RoundTrip {
    RoundTrip {
        purpose,
        account: None,
        next: "/relay".into(),
        invitation: None,
        started: NOW,
    }
}

pub async fn the_operator_links_and_unlinks_and_it_is_noted(store: Db) {
    let (ann, _) = verified(&store, "ann@example.org").await;
    let (bob, _) = verified(&store, "bob@example.org").await;
    let (one, seven) = ("https://one.example", identity("https://one.example", "7"));
    let act = Act::by_command(NOW);
    store.link_identity_for(ann, &seven, act).await.unwrap();
    assert_eq!(store.account_of_identity(&seven).await.unwrap(), Some(ann));
    let taken = store.link_identity_for(bob, &seven, act).await;
    assert!(matches!(taken, Err(StoreError::Taken)));
    let other = identity(one, "8");
    let taken = store.link_identity_for(ann, &other, act).await;
    assert!(matches!(taken, Err(StoreError::Taken)), "one at each provider");
    let gone = store.link_identity_for(AccountId(99), &other, act).await;
    assert!(matches!(gone, Err(StoreError::Gone)));

    let token = TokenHash([8; 32]);
    session(&store, ann, token).await;
    assert!(store.unlink_identity_for(ann, one, act).await.unwrap());
    assert!(!store.unlink_identity_for(ann, one, act).await.unwrap());
    assert_eq!(store.account_of_identity(&seven).await.unwrap(), None);
    assert!(
        store.session(token, NOW, DAY).await.unwrap().is_none(),
        "its sessions end"
    );
    let by_address = store
        .link_by_address(&address("ann@example.org"), &seven, true, NOW)
        .await;
    assert_eq!(by_address.unwrap(), ByAddress::ByHand, "the operator has taken it away");
    let log = store.operator_log(0, 9).await.unwrap();
    let log: Vec<_> = log.iter().map(|entry| entry.action.as_str()).collect();
    assert_eq!(log, [Action::IdentityUnlinked.word(), Action::IdentityLinked.word()]);
}

pub async fn an_invitation_makes_one_account_at_the_provider(store: Db) {
    let code = [1; 32];
    store
        .add_invitation(code, NOW + DAY, Act::by_command(NOW))
        .await
        .unwrap();
    let make = |email: &'static str, subject: &'static str| {
        let store = &store;
        async move {
            let identity = identity("https://one.example", subject);
            let email = address(email);
            store
                .create_linked_account(&email, "hash".into(), &identity, Some(code), NOW)
                .await
        }
    };
    let (taken, _) = verified(&store, "ann@example.org").await;
    let refused = make("ann@example.org", "7").await;
    assert!(matches!(refused, Err(StoreError::Taken)), "{taken:?}");
    assert_eq!(
        store.open_invitations(NOW).await.unwrap().len(),
        1,
        "it was not used up"
    );
    make("bob@example.org", "8").await.unwrap();
    let again = make("eve@example.org", "9").await;
    assert!(matches!(again, Err(StoreError::Gone)));
    assert_eq!(store.find_account("eve@example.org").await.unwrap(), None);
}

pub async fn an_identity_belongs_to_one_account_and_an_account_has_one_at_each_provider(store: Db) {
    let (ann, _) = verified(&store, "ann@example.org").await;
    let (bob, _) = verified(&store, "bob@example.org").await;
    account(&store, "claims@example.org").await;
    let seven = identity("https://one.example", "7");
    assert_eq!(
        store
            .link_by_address(&address("claims@example.org"), &seven, true, NOW)
            .await
            .unwrap(),
        ByAddress::None
    );
    assert_eq!(
        store
            .link_by_address(&address("Ann@Example.org"), &seven, true, NOW)
            .await
            .unwrap(),
        ByAddress::Linked(ann)
    );
    assert_eq!(store.account_of_identity(&seven).await.unwrap(), Some(ann));
    let (of_ann, of_bob) = (TokenHash([8; 32]), TokenHash([9; 32]));
    session(&store, ann, of_ann).await;
    session(&store, bob, of_bob).await;
    for (whose, other) in [
        (bob, seven.clone()),
        (ann, identity("https://one.example", "8")),
        (ann, seven.clone()),
    ] {
        let open = if whose == ann { of_ann } else { of_bob };
        let linked = store.link_identity(whose, open, &other, NOW).await;
        assert!(matches!(linked, Err(StoreError::Taken)), "{whose:?} {other:?}");
    }
    let (email, eight) = (address("ann@example.org"), identity("https://one.example", "8"));
    let again = store.link_by_address(&email, &eight, true, NOW).await;
    assert_eq!(again.unwrap(), ByAddress::OfAnother);
    store
        .link_identity(ann, of_ann, &identity("https://two.example", "7"), NOW)
        .await
        .unwrap();
    assert_eq!(store.identities(ann).await.unwrap().len(), 2);

    let (email, nine) = (address("carol@example.org"), identity("https://one.example", "9"));
    let made = store
        .create_linked_account(&email, "hash".into(), &nine, None, NOW)
        .await;
    let (carol, _) = made.unwrap();
    assert!(!store.has_password(carol).await.unwrap() && store.has_password(ann).await.unwrap());
    let (email, other) = (address("bob@example.org"), identity("x", "1"));
    let taken = store
        .create_linked_account(&email, "hash".into(), &other, None, NOW)
        .await;
    assert!(matches!(taken, Err(StoreError::Taken)));
    assert_eq!(store.account_of_identity(&identity("x", "1")).await.unwrap(), None);
    let unlinked = store.unlink_identity(carol, "https://one.example").await.unwrap();
    assert_eq!(unlinked, Unlinked::LastWayIn);
    let unlinked = store.unlink_identity(ann, "https://one.example").await.unwrap();
    assert_eq!(unlinked, Unlinked::Done);
    let unlinked = store.unlink_identity(ann, "https://one.example").await.unwrap();
    assert_eq!(unlinked, Unlinked::NotLinked);
}

pub async fn an_account_that_was_unlinked_or_has_more_to_lose_links_itself(store: Db) {
    let (ann, _) = verified(&store, "ann@example.org").await;
    let (bob, _) = verified(&store, "bob@example.org").await;
    let (email, seven) = (address("ann@example.org"), identity("https://one.example", "7"));
    let other = address("\u{212a}elvin@example.org");
    verified(&store, "kelvin@example.org").await;
    let folded = store.link_by_address(&other, &seven, true, NOW).await.unwrap();
    assert_eq!(folded, ByAddress::OfAnother, "the provider knows two addresses");

    let open = TokenHash([8; 32]);
    session(&store, ann, open).await;
    let foreign = store.link_identity(bob, open, &seven, NOW).await;
    assert!(matches!(foreign, Err(StoreError::Gone)), "a session of somebody else");
    let late = store.link_identity(ann, open, &seven, NOW + DAY).await;
    assert!(matches!(late, Err(StoreError::Gone)), "a session that has ended");
    store.link_identity(ann, open, &seven, NOW).await.unwrap();
    store.unlink_identity(ann, "https://one.example").await.unwrap();
    let again = store.link_by_address(&email, &seven, true, NOW).await.unwrap();
    assert_eq!(again, ByAddress::ByHand);
    store.link_identity(ann, open, &seven, NOW).await.unwrap();
    let reset = store.reset_second_factor(ann, Act::by_command(NOW)).await;
    assert!(reset.unwrap());
    assert_eq!(
        store.account_of_identity(&seven).await.unwrap(),
        Some(ann),
        "it may be the only way in"
    );

    let (email, eight) = (address("bob@example.org"), identity("https://one.example", "8"));
    store.set_administrator(bob, true, Act::by_command(NOW)).await.unwrap();
    let linked = store.link_by_address(&email, &eight, true, NOW).await.unwrap();
    assert_eq!(linked, ByAddress::ByHand);
    let linked = store.link_by_address(&email, &eight, false, NOW).await.unwrap();
    assert_eq!(linked, ByAddress::Linked(bob), "there is no other way in");
}

pub async fn nothing_is_opened_with_a_link_that_a_reset_voids(store: Db) {
    let (ann, _) = verified(&store, "ann@example.org").await;
    let seven = identity("https://one.example", "7");
    let by_hand = TokenHash([8; 32]);
    session(&store, ann, by_hand).await;
    store.link_identity(ann, by_hand, &seven, NOW).await.unwrap();
    let grounds = Grounds::Provider {
        identity: seven,
        proved: OffsetDateTime::UNIX_EPOCH,
    };
    let token = TokenHash([1; 32]);
    store.open_session(ann, &grounds, token, NOW, DAY).await.unwrap();
    let session = store.session(token, NOW, DAY).await.unwrap().unwrap();
    assert_eq!(
        session.proved,
        OffsetDateTime::UNIX_EPOCH,
        "the provider did not say when"
    );
    let begun = RoundTrip {
        account: Some(ann),
        ..trip(TripPurpose::Link)
    };
    store.begin_round_trip(token, begun, NOW + DAY).await.unwrap();
    store.put_password_reset(ann, [2; 16], 5, NOW + DAY).await.unwrap();
    assert!(
        store
            .reset_password(ann, ResetProof::Mailed([2; 16]), "new".into())
            .await
            .unwrap()
    );
    let opened = store.open_session(ann, &grounds, token, NOW, DAY).await;
    assert!(matches!(opened, Err(StoreError::Gone)));
    let Grounds::Provider { identity, .. } = &grounds else {
        panic!("{grounds:?}")
    };
    let linked = store
        .link_by_address(&address("ann@example.org"), identity, true, NOW)
        .await;
    assert_eq!(linked.unwrap(), ByAddress::ByHand, "who linked it may be somebody else");
    let late = store.link_identity(ann, by_hand, identity, NOW).await;
    assert!(matches!(late, Err(StoreError::Gone)), "what was begun before the reset");
    assert_eq!(store.end_round_trip(token, NOW).await.unwrap(), None);
}

pub async fn a_trip_ends_once_and_the_oldest_make_room(store: Db) {
    let ends = NOW + Duration::minutes(15);
    let first = TokenHash([1; 32]);
    store
        .begin_round_trip(first, trip(TripPurpose::SignIn), ends)
        .await
        .unwrap();
    assert_eq!(store.end_round_trip(first, ends).await.unwrap(), None, "too late");
    assert_eq!(
        store.end_round_trip(first, NOW).await.unwrap(),
        Some(trip(TripPurpose::SignIn))
    );
    assert_eq!(store.end_round_trip(first, NOW).await.unwrap(), None);

    fill(&store, ends).await;
    let last = TokenHash([2; 32]);
    let later = ends + Duration::minutes(1);
    store
        .begin_round_trip(last, trip(TripPurpose::Confirm), later)
        .await
        .unwrap();
    assert_eq!(count(&store).await, 10_000);
    assert!(
        store.end_round_trip(last, NOW).await.unwrap().is_some(),
        "the new one is there"
    );
    // Those that have ended make room first.
    let after = RoundTrip {
        started: ends,
        ..trip(TripPurpose::SignIn)
    };
    store.begin_round_trip(last, after, later).await.unwrap();
    assert_eq!(count(&store).await, 1);
}

/// As many as there may be.
async fn fill(store: &Db, ends: OffsetDateTime) {
    let db = Database::connect(&store.url).await.unwrap();
    let (token, from) = match db.get_database_backend() {
        DbBackend::Postgres => (
            "decode(md5(i::text) || md5((-i)::text), 'hex')",
            "generate_series(1, 10000) AS n(i)",
        ),
        _ => (
            "randomblob(32)",
            "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) SELECT i FROM n)",
        ),
    };
    let insert = format!(
        "INSERT INTO round_trips (token_hash, purpose, next_page, started_at, expires_at) \
         SELECT {token}, 'sign-in', '', {}, {} FROM {from}",
        NOW.unix_timestamp(),
        ends.unix_timestamp()
    );
    db.execute_unprepared(&insert).await.unwrap();
    db.close().await.unwrap();
}

async fn count(store: &Db) -> i64 {
    let db = Database::connect(&store.url).await.unwrap();
    let count = sea_orm::Statement::from_string(db.get_database_backend(), "SELECT COUNT(*) FROM round_trips");
    let row = db.query_one_raw(count).await.unwrap().unwrap();
    db.close().await.unwrap();
    row.try_get_by_index(0).unwrap()
}
