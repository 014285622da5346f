//! Pinning aliases, and changing several at once.

use app::{
    api::{
        alias::{AliasQuery, ON_ONE_PAGE, Show, Sort},
        bulk::Picked,
    },
    id::{AliasId, MailboxId},
};
use server::store::AccountId;

use super::{Db, NOW, verified};

const MAIN: &str = "relay.example";

async fn locals(store: &Db, account: AccountId, sort: Sort) -> Vec<String> {
    let query = AliasQuery {
        sort,
        ..AliasQuery::default()
    };
    let found = store.find_aliases(account, &query, MAIN, ON_ONE_PAGE).await.unwrap();
    found.aliases.into_iter().map(|alias| alias.local).collect()
}

async fn take(store: &Db, mailbox: MailboxId, locals: [&str; 3]) -> [AliasId; 3] {
    let mut ids = [AliasId(0); 3];
    for (id, local) in ids.iter_mut().zip(locals) {
        *id = store.create_alias(mailbox, local, "", NOW).await.unwrap();
    }
    ids
}

async fn on(store: &Db, account: AccountId, ids: &[AliasId]) -> Vec<bool> {
    let mut on = Vec::new();
    for id in ids {
        on.push(store.alias(account, *id).await.unwrap().unwrap().enabled);
    }
    on
}

pub async fn pinned_aliases_come_first_in_every_order(store: Db) {
    let (ann, mailbox) = verified(&store, "ann@example.org").await;
    let [_, heron, _] = take(&store, mailbox, ["amber-otter", "calm-heron", "bold-lynx"]).await;
    assert!(store.set_alias_pinned(ann, heron, true).await.unwrap());
    for (sort, expected) in [
        (Sort::Newest, ["calm-heron", "bold-lynx", "amber-otter"]),
        (Sort::Name, ["calm-heron", "amber-otter", "bold-lynx"]),
        (Sort::LastUsed, ["calm-heron", "bold-lynx", "amber-otter"]),
        (Sort::MostMail, ["calm-heron", "bold-lynx", "amber-otter"]),
    ] {
        assert_eq!(locals(&store, ann, sort).await, expected, "{sort:?}");
    }
    let (eve, _) = verified(&store, "eve@example.org").await;
    assert!(!store.set_alias_pinned(eve, heron, false).await.unwrap());
    assert!(store.alias(ann, heron).await.unwrap().unwrap().pinned);
}

pub async fn picked_aliases_change_in_one_statement_and_nobody_elses(store: Db) {
    let (ann, mailbox) = verified(&store, "ann@example.org").await;
    let (eve, hers) = verified(&store, "eve@example.org").await;
    let own = take(&store, mailbox, ["amber-otter", "calm-heron", "amber-lynx"]).await;
    let others = take(&store, hers, ["amber-fox", "calm-fox", "bold-fox"]).await;
    let both = [own, others].concat();
    assert_eq!(store.switch_aliases(ann, &both, false, 7).await.unwrap(), 3);
    assert_eq!(
        store.switch_aliases(ann, &both, false, 8).await.unwrap(),
        0,
        "off already"
    );
    assert_eq!(on(&store, eve, &others).await, [true; 3]);
    assert_eq!(store.pin_aliases(ann, &both, true).await.unwrap(), 3);
    assert_eq!(
        store.move_picked(ann, &both, mailbox).await.unwrap(),
        0,
        "there already"
    );
    let second = store
        .add_mailbox(ann, &super::address("b@example.org"), NOW)
        .await
        .unwrap();
    assert_eq!(store.move_picked(ann, &both, second).await.unwrap(), 3);
    assert_eq!(
        store.move_picked(ann, &both, hers).await.unwrap(),
        0,
        "to somebody else's mailbox"
    );
    assert_eq!(store.count_aliases(eve, hers).await.unwrap(), 3);

    let picked = |all, search: &str, show| Picked::new(both.clone(), all, search.into(), show, Sort::Name);
    let pick = async |picked: Picked, most| {
        let picked = store.picked_aliases(ann, &picked, MAIN, most).await.unwrap();
        picked.into_iter().map(|alias| alias.local).collect::<Vec<_>>()
    };
    assert_eq!(
        pick(picked(false, "", Show::All), 9).await,
        ["amber-lynx", "amber-otter", "calm-heron"]
    );
    assert_eq!(
        pick(picked(true, "AMBER", Show::Off), 9).await,
        ["amber-lynx", "amber-otter"]
    );
    assert_eq!(pick(picked(true, "amber", Show::Active), 9).await, [""; 0]);
    assert_eq!(pick(picked(true, "", Show::All), 2).await.len(), 2);

    assert_eq!(store.delete_aliases(ann, &both[1..]).await.unwrap(), 2);
    assert_eq!(locals(&store, ann, Sort::Name).await, ["amber-otter"]);
    assert_eq!(store.count_account_aliases(eve).await.unwrap(), 3);
    assert!(
        !store.local_is_free("calm-heron").await.unwrap(),
        "never given out again"
    );
}

pub async fn only_what_a_switch_changed_is_undone(store: Db) {
    let (ann, mailbox) = verified(&store, "ann@example.org").await;
    let ids = take(&store, mailbox, ["amber-otter", "calm-heron", "bold-lynx"]).await;
    let [off_before, again, changed] = ids;
    store.set_alias_enabled(ann, off_before, false).await.unwrap();
    assert_eq!(store.switch_aliases(ann, &ids, false, 7).await.unwrap(), 2);
    // One was turned on and off by hand since.
    store.set_alias_enabled(ann, again, true).await.unwrap();
    store.set_alias_enabled(ann, again, false).await.unwrap();
    let (eve, _) = verified(&store, "eve@example.org").await;
    assert_eq!(store.undo_switch(eve, 7, true).await.unwrap(), 0);
    assert_eq!(store.undo_switch(ann, 8, true).await.unwrap(), 0);
    assert_eq!(store.undo_switch(ann, 7, true).await.unwrap(), 1);
    assert_eq!(
        on(&store, ann, &[off_before, again, changed]).await,
        [false, false, true]
    );
    assert_eq!(store.undo_switch(ann, 7, true).await.unwrap(), 0, "once");
    // An alias that an unsubscribe link turned off stays off when a change to "on" is undone.
    assert_eq!(store.switch_aliases(ann, &ids, true, 9).await.unwrap(), 2);
    store.unsubscribe(again, NOW).await.unwrap();
    assert_eq!(store.undo_switch(ann, 9, false).await.unwrap(), 1);
    assert_eq!(on(&store, ann, &ids).await, [false, false, true]);
}
