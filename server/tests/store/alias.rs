use std::{ops::RangeInclusive, time::Instant};

use app::{
    api::alias::{AliasQuery, ON_ONE_PAGE, OffAnswer, Show, Sort},
    id::{AliasId, MailboxId},
};
use server::store::{
    AccountId, StoreError,
    accepted::Accepted,
    activity::{ActivityEvent, Outcome},
    alias::{Most, NewAlias, Taken},
    attempt::Budget,
    route::End,
};
use time::Duration;

use super::{Db, NOW, address, outside, verified};

const MAIN: &str = "relay.example";

async fn locals(store: &Db, account: AccountId, query: AliasQuery) -> Vec<String> {
    let found = store.find_aliases(account, &query, MAIN, ON_ONE_PAGE).await.unwrap();
    found.aliases.into_iter().map(|alias| alias.local).collect()
}

fn searched(text: &str) -> AliasQuery {
    AliasQuery {
        search: text.into(),
        ..AliasQuery::default()
    }
}

async fn happen(store: &Db, alias: AliasId, outcome: Outcome, seconds: i64) {
    let accepted = Accepted {
        events: vec![ActivityEvent {
            alias,
            outcome,
            octets: 1,
        }],
        ..Accepted::default()
    };
    store.accept(accepted, NOW + Duration::seconds(seconds)).await.unwrap();
}

/// Three aliases: one with a label, one under another domain, one with a note.
async fn three(store: &Db) -> (AccountId, MailboxId, [AliasId; 3]) {
    let (ann, mailbox) = verified(store, "ann@example.org").await;
    let shop = store
        .create_alias(mailbox, "amber-otter", "Ärzte_Shop 100%", NOW)
        .await
        .unwrap();
    let other = NewAlias {
        mailbox,
        local: "calm-heron",
        domain: "second.example",
        label: "",
        note: "",
        enabled: true,
    };
    let other = store.take_alias(other, NOW).await.unwrap();
    let noted = store.create_alias(mailbox, "bold-lynx", "", NOW).await.unwrap();
    assert!(
        store
            .set_alias_details(ann, noted, "Bank", "The one in\nZürich")
            .await
            .unwrap()
    );
    (ann, mailbox, [shop, other, noted])
}

pub async fn aliases_are_found_by_address_label_and_note(store: Db) {
    let (ann, _, _) = three(&store).await;
    for (search, expected) in [
        ("", &["bold-lynx", "calm-heron", "amber-otter"][..]),
        ("OTTER@relay", &["amber-otter"]),
        ("@second.example", &["calm-heron"]),
        ("ärzte", &["amber-otter"]),
        ("ÄRZTE", &["amber-otter"]),
        ("zürich", &["bold-lynx"]),
        ("bank", &["bold-lynx"]),
        // What LIKE takes for a pattern is text here.
        ("%", &["amber-otter"]),
        ("_", &["amber-otter"]),
        ("\\", &[]),
        ("' OR 1=1 --", &[]),
    ] {
        assert_eq!(locals(&store, ann, searched(search)).await, expected, "{search:?}");
    }
    let (eve, _) = verified(&store, "eve@example.org").await;
    assert!(locals(&store, eve, searched("")).await.is_empty());
}

pub async fn aliases_are_shown_by_state_and_sorted(store: Db) {
    let (ann, _, [shop, other, noted]) = three(&store).await;
    assert!(store.set_alias_enabled(ann, other, false).await.unwrap());
    happen(&store, shop, Outcome::Relayed, 60).await;
    happen(&store, noted, Outcome::Sealed, 30).await;
    happen(&store, noted, Outcome::Sealed, 31).await;
    let of = |show, sort| AliasQuery {
        show,
        sort,
        ..AliasQuery::default()
    };
    for (show, sort, expected) in [
        (Show::Active, Sort::Newest, &["bold-lynx", "amber-otter"][..]),
        (Show::Off, Sort::Newest, &["calm-heron"]),
        (Show::All, Sort::Name, &["amber-otter", "bold-lynx", "calm-heron"]),
        (Show::All, Sort::LastUsed, &["amber-otter", "bold-lynx", "calm-heron"]),
        (Show::All, Sort::MostMail, &["bold-lynx", "amber-otter", "calm-heron"]),
    ] {
        assert_eq!(locals(&store, ann, of(show, sort)).await, expected, "{show:?} {sort:?}");
    }
}

pub async fn messages_are_counted_with_their_acceptance_and_forgotten(store: Db) {
    let (ann, _, [shop, ..]) = three(&store).await;
    assert!(store.set_record_activity(ann, shop, false).await.unwrap());
    for (second, outcome) in Outcome::ALL.into_iter().enumerate() {
        happen(&store, shop, outcome, second as i64).await;
    }
    store.record(shop, Outcome::Refused, 0, NOW).await.unwrap();
    let alias = store.alias(ann, shop).await.unwrap().unwrap();
    // Sealed and relayed; refused, forged, dropped, blocked, and refused once more.
    assert_eq!((alias.relayed, alias.refused), (2, 5));
    let sent = Outcome::ALL
        .iter()
        .position(|outcome| *outcome == Outcome::ReplySent)
        .unwrap();
    assert_eq!(alias.last_used, Some(NOW + Duration::seconds(sent as i64)));
    let (eve, _) = verified(&store, "eve@example.org").await;
    assert!(!store.reset_alias_counts(eve, shop).await.unwrap());
    assert!(store.reset_alias_counts(ann, shop).await.unwrap());
    let alias = store.alias(ann, shop).await.unwrap().unwrap();
    assert_eq!((alias.relayed, alias.refused, alias.last_used), (0, 0, None));
}

pub async fn an_alias_that_is_off_ends_nowhere_or_is_not_there(store: Db) {
    let (ann, mailbox, [shop, ..]) = three(&store).await;
    let end = || async { store.end("AMBER-otter", "").await.unwrap() };
    assert!(matches!(end().await, Some(End::Mailbox(_))));
    assert!(
        store.end("amber-otter", "second.example").await.unwrap().is_none(),
        "the other domain"
    );
    assert!(store.end("calm-heron", "").await.unwrap().is_none(), "the main domain");
    assert!(matches!(
        store.end("calm-heron", "second.example").await.unwrap(),
        Some(End::Mailbox(_))
    ));
    store.turn_off(ann, shop, OffAnswer::Drop).await.unwrap();
    assert!(matches!(end().await, Some(End::Nowhere(alias)) if alias == shop));
    assert!(
        store.route_of(shop).await.unwrap().is_none(),
        "nothing leads from it to the mailbox"
    );
    store.turn_off(ann, shop, OffAnswer::Reject).await.unwrap();
    assert!(end().await.is_none());
    store.set_alias_enabled(ann, shop, true).await.unwrap();
    assert!(matches!(end().await, Some(End::Mailbox(_))));
    let again = NewAlias {
        mailbox,
        local: "amber-otter",
        domain: "second.example",
        label: "",
        note: "",
        enabled: true,
    };
    assert!(
        matches!(store.take_alias(again, NOW).await, Err(StoreError::Taken)),
        "once for all domains"
    );
}

pub async fn a_contact_is_blocked_by_its_owner_only(store: Db) {
    let (ann, _, [shop, other, _]) = three(&store).await;
    let (eve, _) = verified(&store, "eve@example.org").await;
    let bob = outside("Bob@Example.com");
    let relay_address = address("r-1@relay.example");
    let contact = store.contact(shop, &bob, &relay_address, NOW).await.unwrap().id;
    let blocked = || async {
        let senders = [outside("x@example.net"), outside("bob@example.com")];
        store.is_blocked(shop, &senders).await.unwrap()
    };
    for (account, alias, found) in [(eve, shop, false), (ann, other, false), (ann, shop, true)] {
        let set = store.set_contact_blocked(account, alias, contact, Some(NOW)).await;
        assert_eq!((set.unwrap(), blocked().await), (found, found));
    }
    assert!(!store.is_blocked(other, std::slice::from_ref(&bob)).await.unwrap());
    assert!(!store.is_blocked(shop, &[]).await.unwrap());
    let used = Accepted {
        contacts: vec![contact],
        ..Accepted::default()
    };
    store.accept(used, NOW).await.unwrap();
    let listed = store.contacts(ann, shop, 0, 10).await.unwrap();
    assert_eq!(
        (listed.len(), listed[0].blocked, listed[0].last_used),
        (1, true, Some(NOW))
    );
    assert_eq!((&listed[0].address, &listed[0].relay_address), (&bob, &relay_address));
    assert!(store.contacts(ann, shop, 1, 10).await.unwrap().is_empty());
    assert!(store.contacts(eve, shop, 0, 10).await.unwrap().is_empty());
    assert!(store.set_contact_blocked(ann, shop, contact, None).await.unwrap());
    assert!(!blocked().await);
}

/// Among ten times as many aliases, pages are found in ten times the time, not a hundred times.
pub async fn ten_thousand_aliases_are_found_in_linear_time(store: Db) {
    let (ann, mailbox) = verified(&store, "ann@example.org").await;
    many(&store, mailbox, 1..=1_000).await;
    let thousand = time_of_pages(&store, ann, 1_000).await;
    many(&store, mailbox, 1_001..=10_000).await;
    let all = time_of_pages(&store, ann, 10_000).await;
    // Some more for what else the machine does.
    assert!(all < 40 * thousand, "{thousand:?}, then {all:?}");
    let all: Vec<String> = {
        let mut all = Vec::new();
        for page in 1..=201 {
            let query = AliasQuery {
                sort: Sort::MostMail,
                page,
                ..AliasQuery::default()
            };
            all.extend(locals(&store, ann, query).await);
        }
        all
    };
    assert_eq!(all.len(), 10_000);
    assert_eq!(
        all.into_iter().collect::<std::collections::HashSet<_>>().len(),
        10_000,
        "none twice"
    );
}

/// The time that first, last, found and empty pages take; the least of a few tries.
async fn time_of_pages(store: &Db, ann: AccountId, all: u32) -> std::time::Duration {
    let mut sum = std::time::Duration::ZERO;
    for sort in Sort::ALL {
        for (search, page) in [("", 1), ("", all / 50), ("label 77", 1), ("nothing has this", 1)] {
            let query = AliasQuery {
                search: search.into(),
                sort,
                page,
                ..AliasQuery::default()
            };
            let mut least = std::time::Duration::MAX;
            for _ in 0..5 {
                let started = Instant::now();
                let found = store.find_aliases(ann, &query, MAIN, ON_ONE_PAGE).await.unwrap();
                least = least.min(started.elapsed());
                assert_eq!(found.all, u64::from(all));
            }
            sum += least;
        }
    }
    sum
}

async fn many(store: &Db, mailbox: MailboxId, numbers: RangeInclusive<u32>) {
    use sea_orm::{ConnectionTrait, Database};
    let db = Database::connect(&store.url).await.unwrap();
    let from = format!(
        "FROM (WITH RECURSIVE n(i) AS (SELECT {} UNION ALL SELECT i + 1 FROM n WHERE i < {}) SELECT i FROM n) AS n",
        numbers.start(),
        numbers.end()
    );
    for statement in [
        format!("INSERT INTO local_parts (folded) SELECT 'word-word-' || i {from}"),
        format!(
            "INSERT INTO aliases (mailbox_id, local_folded, label, search_folded, note, enabled, created_at, display_name, relayed_count, \
             last_used_at) SELECT {}, 'word-word-' || i, 'Label ' || i, 'label ' || i, 'A note of some length that nobody reads', i % 3 > 0, 0, '', \
             i % 17, i * 7919 % 10007 {from}",
            mailbox.0
        ),
    ] {
        db.execute_unprepared(&statement).await.unwrap();
    }
}

pub async fn many_are_taken_at_once_as_far_as_they_may(store: Db) {
    let (ann, mailbox) = verified(&store, "ann@example.org").await;
    let (_, hers) = verified(&store, "eve@example.org").await;
    store.create_alias(hers, "hers", "", NOW).await.unwrap();
    store.create_alias(mailbox, "mine", "Mine", NOW).await.unwrap();
    let new = |local: &'static str| NewAlias {
        mailbox,
        local,
        domain: "",
        label: "Label",
        note: "Note",
        enabled: false,
    };
    let most = |held, taken| Most {
        held,
        taken: Budget {
            key: [7; 16],
            most: taken,
            window: Duration::days(1),
        },
    };
    let take = async |locals: &[&'static str], most: Most| {
        let new: Vec<_> = locals.iter().map(|local| new(local)).collect();
        store.take_aliases(ann, &new, &most, NOW).await.unwrap()
    };
    let present = || Taken::Present(String::new());
    let first = take(&["hers", "one", "MINE", "One", "two", "hers"], most(3, 10)).await;
    let [_, Taken::New(one), ..] = first[..] else {
        panic!("{first:?}")
    };
    assert_eq!(first[2..4], [present(), present()]);
    assert_eq!((&first[0], &first[5]), (&Taken::NotFree, &Taken::Full));
    let made = store.alias(ann, one).await.unwrap().unwrap();
    assert_eq!((made.label.as_str(), made.note.as_str()), ("Label", "Note"));
    assert!(!made.enabled && made.off_answer == OffAnswer::Reject);
    assert_eq!(locals(&store, ann, searched("note")).await, ["two", "one"]);
    // Two were taken: what is not free counts for nothing, what is deleted counts on.
    store.delete_alias(ann, one).await.unwrap();
    let second = take(&["one", "three", "four", "two"], most(9, 3)).await;
    let ends = NOW + Duration::days(1);
    assert!(matches!(second[1], Taken::New(_)), "{second:?}");
    assert_eq!(
        (&second[0], &second[2], &second[3]),
        (&Taken::NotFree, &Taken::TooMany(ends), &present())
    );
    assert!(store.local_is_free("four").await.unwrap());
}
