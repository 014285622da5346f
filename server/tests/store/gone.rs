//! What is left in the tables of an account that was deleted: the local parts of its aliases.

use std::collections::{BTreeMap, BTreeSet};

use app::{
    api::administration::AccountLimits,
    id::{AliasId, MailboxId, ProfileId},
};
use server::{
    store::{
        AccountId, Store,
        accepted::{Accepted, MessageIds, ReplyMark, TestMessageNote},
        activity::{ActivityEvent, Outcome},
        linked_identity::Identity,
        operator::Act,
        passkey::NewPasskey,
        queue::{NewItem, Settled, State},
        round_trip::{RoundTrip, TripPurpose},
        route::ContactCertificate,
        session::{Grounds, TokenHash},
    },
    vault::{Locked, Token, Wrapped},
};
use sqlx::{Connection, Row, SqliteConnection, sqlite::SqliteRow};
use time::{Duration, OffsetDateTime};

use super::{
    DAY, NOW,
    activation::code,
    address,
    issued::{ANN, ready},
    outside, pieces, session, verified,
};

/// All rows of all tables, each column as SQL would write it.
async fn tables(url: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut db = SqliteConnection::connect(url).await.unwrap();
    let text = |row: SqliteRow| row.get::<String, _>(0);
    let names = sqlx::query("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
    let names: Vec<_> = names.fetch_all(&mut db).await.unwrap().into_iter().map(text).collect();
    let mut tables = BTreeMap::new();
    for name in names {
        let columns = "SELECT group_concat('quote(\"' || name || '\")', ' || '','' || ') FROM pragma_table_info(?)";
        let columns = sqlx::query(columns).bind(&name);
        let columns = text(columns.fetch_one(&mut db).await.unwrap());
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!("SELECT {columns} FROM \"{name}\"")));
        let rows = rows.fetch_all(&mut db).await.unwrap().into_iter().map(text).collect();
        tables.insert(name, rows);
    }
    tables
}

pub fn item(mailbox: Option<MailboxId>) -> NewItem {
    NewItem {
        token: Token::random().unwrap(),
        domain: "example.org".into(),
        context: Locked::from_stored(vec![1]),
        message: Locked::from_stored(vec![2]),
        octets: 1,
        mailbox,
        held: false,
    }
}

async fn settle(store: &Store, token: Token, state: State, now: OffsetDateTime) {
    let settled = Settled {
        token,
        state,
        event: None,
        now,
    };
    store.settle(settled).await.unwrap();
}

async fn queue(store: &Store, mailbox: MailboxId) -> Token {
    put(store, item(Some(mailbox))).await
}

pub async fn put(store: &Store, item: NewItem) -> Token {
    let token = item.token;
    let accepted = Accepted {
        items: vec![item],
        ..Accepted::default()
    };
    store.accept(accepted, NOW).await.unwrap();
    token
}

async fn sign_in_in_all_ways(store: &Store, account: AccountId, mailbox: MailboxId) {
    let hash = |byte| TokenHash([byte; 32]);
    let end = NOW + DAY;
    store
        .open_session(account, &Grounds::Password("hash".into()), hash(1), NOW, DAY)
        .await
        .unwrap();
    store.open_half_session(account, "hash", hash(2), 5, end).await.unwrap();
    store.put_code(mailbox, [3; 16], 5, end).await.unwrap();
    store.put_password_reset(account, [4; 16], 5, end).await.unwrap();
    let secret = || Wrapped(vec![5]);
    store.draft_one_time_password(account, secret(), NOW).await.unwrap();
    store.draft_recovery_codes(account, secret(), end).await.unwrap();
    store
        .put_recovery_codes(account, &secret(), vec![[6; 16]])
        .await
        .unwrap();
    store.draft_recovery_codes(account, secret(), end).await.unwrap();
    let passkey = NewPasskey {
        credential_id: vec![7],
        algorithm: -7,
        public_key: vec![7],
        counter: 0,
        name: "phone".into(),
    };
    store.add_passkey(account, passkey, NOW).await.unwrap();
    store.put_challenge([8; 32], Some(account), end).await.unwrap();
    let identity = Identity {
        issuer: "https://id.example".into(),
        subject: "7".into(),
    };
    session(store, account, hash(13)).await;
    store.link_identity(account, hash(13), &identity, NOW).await.unwrap();
    let trip = RoundTrip {
        purpose: TripPurpose::Confirm,
        account: Some(account),
        next: String::new(),
        invitation: None,
        started: NOW,
    };
    store.begin_round_trip(hash(10), trip, end).await.unwrap();
    store
        .add_api_key(account, "hash", "key", hash(9), (NOW, None), 50)
        .await
        .unwrap();
}

async fn correspond(store: &Store, mailbox: MailboxId, alias: AliasId, profile: ProfileId) {
    let (bob, relay) = (outside("bob@example.com"), address("r-1@relay.example"));
    let contact = store.contact(alias, &bob, &relay, NOW).await.unwrap().id;
    let contact_key = ContactCertificate {
        certificate: ANN.chain.user().der().to_vec(),
        key: Wrapped(vec![1]),
    };
    store
        .add_contact_certificate(contact, profile, contact_key)
        .await
        .unwrap();
    let accepted = Accepted {
        items: vec![item(Some(mailbox))],
        ids: vec![MessageIds {
            alias: alias.0,
            inside: [1; 16],
            outside: [2; 16],
            ids: Wrapped(vec![3]),
            subject: None,
        }],
        replies: vec![ReplyMark {
            mailbox: mailbox.0,
            digest: [4; 16],
        }],
        events: vec![ActivityEvent {
            alias,
            outcome: Outcome::Sealed,
            octets: 1,
        }],
        contacts: vec![contact],
        test_message: Some(TestMessageNote::Sent(profile, Some(code([5; 16])))),
        ..Accepted::default()
    };
    store.accept(accepted, NOW).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_a_deleted_account_only_the_local_parts_stay() {
    // The relay's own, none of which belongs to an account. Counters are keyed hashes, and end. The operator's log has numbers of
    // accounts, and nothing else of them.
    const NOBODYS: [&str; 11] = [
        "attempts",
        "clock_mark",
        "invitations",
        "key_check",
        "kept_keys",
        "key_pool",
        "live_settings",
        "operator_log",
        "running_relays",
        "schema_needs",
        "seaql_migrations",
    ];
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("sealpost.db").display());
    let store = Store::connect(&url).await.unwrap();
    let (_, hers) = verified(&store, "eve@example.org").await;
    store.create_alias(hers, "hers", "", NOW).await.unwrap();
    let handed_over = queue(&store, hers).await;
    settle(&store, handed_over, State::HandedOver, NOW).await;
    let before = tables(&url).await;

    let (ann, mailbox) = verified(&store, "ann@example.org").await;
    sign_in_in_all_ways(&store, ann, mailbox).await;
    let limits = AccountLimits {
        aliases: Some(7),
        ..AccountLimits::default()
    };
    store
        .change_account_limits(ann, |_| limits, Act::by_command(NOW))
        .await
        .unwrap();
    let (profile, _) = ready(&store, ann, mailbox).await;
    let alias = store.create_alias(mailbox, "amber-otter", "", NOW).await.unwrap();
    store.set_record_activity(ann, alias, true).await.unwrap();
    correspond(&store, mailbox, alias, profile).await;
    let handed_over = queue(&store, mailbox).await;
    settle(&store, handed_over, State::HandedOver, NOW).await;
    let long = NewItem {
        message: Locked::from_stored(pieces::long()),
        ..item(Some(mailbox))
    };
    let (put_off, waits) = (queue(&store, mailbox).await, put(&store, long).await);
    let later = State::PutOff {
        attempts: 1,
        until: NOW + DAY,
    };
    settle(&store, put_off, later, NOW).await;
    let filled = tables(&url).await;
    for (table, rows) in filled.iter().filter(|(table, _)| !NOBODYS.contains(&table.as_str())) {
        assert!(rows.len() > before[table].len(), "nothing of the account is in {table}");
    }

    assert!(store.delete_account(ann).await.unwrap());
    assert!(store.find_handed_over(handed_over).await.unwrap().is_none());
    // What was accepted still goes out.
    for token in [put_off, waits] {
        assert!(store.queued_message(token).await.unwrap().is_some());
    }
    let due = store.lease_due(NOW + DAY * 2, &Default::default(), 100).await.unwrap();
    assert_eq!(due.len(), 3);
    for item in due {
        settle(&store, item.token, State::HandedOver, NOW).await;
    }
    let mut after = tables(&url).await;
    let locals = after.remove("local_parts").unwrap();
    assert!(locals.iter().any(|row| row.contains("amber-otter")));
    let log = after.remove("operator_log").unwrap();
    assert!(!log.iter().any(|row| row.contains("ann")), "{log:?}");
    for (table, rows) in after {
        let left: Vec<_> = rows.difference(&before[&table]).collect();
        assert!(left.is_empty(), "{table}: {left:?}");
        assert_eq!(rows.len(), before[&table].len(), "{table} lost what is somebody else's");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_handed_over_is_forgotten_with_its_mailbox() {
    let store = Store::connect("sqlite::memory:").await.unwrap();
    let (ann, first) = verified(&store, "ann@example.org").await;
    let second = store
        .add_mailbox(ann, &address("second@example.org"), NOW)
        .await
        .unwrap();
    let (kept, gone) = (queue(&store, first).await, queue(&store, second).await);
    for token in [kept, gone] {
        settle(&store, token, State::HandedOver, NOW).await;
        assert!(store.find_handed_over(token).await.unwrap().is_some());
    }
    let waits = queue(&store, second).await;
    assert!(
        !store.delete_mailbox(ann, first).await.unwrap(),
        "it signs in with that one"
    );
    assert!(store.delete_mailbox(ann, second).await.unwrap());
    assert!(store.find_handed_over(kept).await.unwrap().is_some());
    assert!(store.find_handed_over(gone).await.unwrap().is_none());
    settle(&store, waits, State::HandedOver, NOW + Duration::MINUTE).await;
    assert!(store.find_handed_over(waits).await.unwrap().is_none());
}
