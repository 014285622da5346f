//! What the operator does to accounts.

use server::store::{
    StoreError,
    operator::Action,
    session::{Grounds, TokenHash},
};
use time::Duration;

use super::{DAY, Db, NOW, address, outside, verified};

const TOKEN: TokenHash = TokenHash([7; 32]);

pub async fn an_account_that_is_off_has_no_session_no_key_and_no_route(store: Db) {
    let (ann, mailbox) = verified(&store, "ann@example.org").await;
    let grounds = Grounds::Password("hash".into());
    store.open_session(ann, &grounds, TOKEN, NOW, DAY).await.unwrap();
    let key = TokenHash([8; 32]);
    store
        .add_api_key(ann, "hash", "phone", key, (NOW, None), 9)
        .await
        .unwrap();
    let alias = store.create_alias(mailbox, "amber-otter", "", NOW).await.unwrap();
    let relay_address = address("r-1@relay.example");
    store
        .contact(alias, &outside("bob@example.com"), &relay_address, NOW)
        .await
        .unwrap();
    assert!(store.route("amber-otter").await.unwrap().is_some());
    assert!(store.reply_route("r-1", NOW).await.unwrap().is_some());

    assert!(store.set_account_disabled(ann, true, NOW).await.unwrap());
    assert!(
        !store.set_account_disabled(ann, true, NOW).await.unwrap(),
        "off already"
    );
    assert!(store.is_account_disabled(ann).await.unwrap());
    assert!(store.session(TOKEN, NOW, DAY).await.unwrap().is_none());
    let opened = store.open_session(ann, &grounds, TOKEN, NOW, DAY).await;
    assert!(matches!(opened, Err(StoreError::Gone)));
    assert!(store.account_of_api_key(key, NOW).await.unwrap().is_none());
    assert!(store.route("amber-otter").await.unwrap().is_none());
    assert!(store.reply_route("r-1", NOW).await.unwrap().is_none());

    assert!(
        store
            .set_account_disabled(ann, false, NOW + Duration::HOUR)
            .await
            .unwrap()
    );
    store.open_session(ann, &grounds, TOKEN, NOW, DAY).await.unwrap();
    assert!(store.account_of_api_key(key, NOW).await.unwrap().is_some());
    assert!(store.route("amber-otter").await.unwrap().is_some());
    assert!(store.reply_route("r-1", NOW).await.unwrap().is_some());
    let log = store.operator_log(9).await.unwrap();
    let log: Vec<_> = log.iter().map(|entry| (entry.action, entry.subject.as_str())).collect();
    let ann = ann.0.to_string();
    assert_eq!(
        log,
        [
            (Action::AccountEnabled, ann.as_str()),
            (Action::AccountDisabled, ann.as_str())
        ]
    );
}

pub async fn a_second_factor_that_is_reset_is_gone_with_all_that_was_opened_beside_it(store: Db) {
    let (ann, _) = verified(&store, "ann@example.org").await;
    let grounds = Grounds::Password("hash".into());
    store.open_session(ann, &grounds, TOKEN, NOW, DAY).await.unwrap();
    let key = TokenHash([8; 32]);
    store
        .add_api_key(ann, "hash", "phone", key, (NOW, None), 9)
        .await
        .unwrap();
    assert!(store.reset_second_factor(ann, NOW).await.unwrap());
    assert!(store.session(TOKEN, NOW, DAY).await.unwrap().is_none());
    assert!(store.account_of_api_key(key, NOW).await.unwrap().is_none());
    assert_eq!(store.password_hash(ann).await.unwrap().as_deref(), Some("hash"));
    assert!(
        !store
            .reset_second_factor(server::store::AccountId(99), NOW)
            .await
            .unwrap()
    );
}

pub async fn an_account_that_the_operator_makes_takes_no_address_of_others(store: Db) {
    verified(&store, "ann@example.org").await;
    let taken = store
        .create_account_for(&address("ANN@example.org"), "x".into(), NOW)
        .await;
    assert!(matches!(taken, Err(StoreError::Taken)));
    let (eve, _) = store
        .create_account_for(&address("eve@example.org"), "x".into(), NOW)
        .await
        .unwrap();
    assert_eq!(store.find_account("EVE@example.org").await.unwrap(), Some(eve));
    let all = store.account_summaries().await.unwrap();
    let all: Vec<_> = all.iter().map(|each| (each.email.as_str(), each.verified)).collect();
    assert_eq!(all, [("ann@example.org", true), ("eve@example.org", true)]);
}
