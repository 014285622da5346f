//! What guards an account, where two do something at the same time.

use server::{
    store::{
        AccountId, Store, StoreError,
        passkey::NewPasskey,
        password::{ResetProof, ResetTry, VAIN_TRY},
        session::{Grounds, TokenHash},
    },
    vault::Wrapped,
};

use super::{DAY, Db, NOW, account};

/// Begun with the old password, or with a passkey of then, and done after it was replaced.
async fn begun_before_is_refused(store: &Store, ann: AccountId, grounds: &[Grounds]) {
    for grounds in grounds {
        let opened = store.open_session(ann, grounds, TokenHash([9; 32]), NOW, DAY).await;
        assert!(matches!(opened, Err(StoreError::Gone)), "{grounds:?}");
    }
    let half = store
        .open_half_session(ann, "hash", TokenHash([9; 32]), 5, NOW + DAY)
        .await;
    assert!(matches!(half, Err(StoreError::Gone)));
    let key = store
        .add_api_key(ann, "hash", "tool", TokenHash([9; 32]), (NOW, None), 5)
        .await;
    assert!(matches!(key, Err(StoreError::Gone)));
    let changed = store
        .change_password(ann, "hash", "eve".into(), TokenHash([9; 32]))
        .await;
    assert!(matches!(changed, Err(StoreError::Gone)));
    assert_eq!(store.session(TokenHash([9; 32]), NOW, DAY).await.unwrap(), None);
    assert_eq!(store.half_session(TokenHash([9; 32]), NOW).await.unwrap(), None);
}

pub async fn nothing_is_opened_with_a_password_that_was_replaced(store: Db) {
    let (ann, _) = account(&store, "ann@example.org").await;
    let half = TokenHash([1; 32]);
    store.open_half_session(ann, "hash", half, 5, NOW + DAY).await.unwrap();
    let grounds = [Grounds::Password("hash".into()), Grounds::Half(half)];
    store.change_password(ann, "hash", "new".into(), half).await.unwrap();
    begun_before_is_refused(&store, ann, &grounds).await;
    let grounds = Grounds::Password("new".into());
    store.open_session(ann, &grounds, half, NOW, DAY).await.unwrap();
}

pub async fn nothing_is_opened_with_what_a_reset_voids(store: Db) {
    let (ann, _) = account(&store, "ann@example.org").await;
    let new = NewPasskey {
        credential_id: vec![1],
        algorithm: -7,
        public_key: vec![1],
        counter: 0,
        name: String::new(),
    };
    store.add_passkey(ann, new, NOW).await.unwrap();
    let passkey = Grounds::Passkey(store.passkeys(ann).await.unwrap()[0].id);
    store
        .open_session(ann, &passkey, TokenHash([1; 32]), NOW, DAY)
        .await
        .unwrap();
    let half = TokenHash([2; 32]);
    store.open_half_session(ann, "hash", half, 5, NOW + DAY).await.unwrap();
    store.put_password_reset(ann, [1; 16], 5, NOW + DAY).await.unwrap();
    let reset = |code| store.reset_password(ann, ResetProof::Mailed(code), "new".into());
    assert!(!reset([2; 16]).await.unwrap(), "replaced by another code in between");
    assert_eq!(store.password_hash(ann).await.unwrap().as_deref(), Some("hash"));
    assert!(reset([1; 16]).await.unwrap());
    assert!(!reset([1; 16]).await.unwrap(), "two at once");
    let grounds = [Grounds::Password("hash".into()), Grounds::Half(half), passkey];
    begun_before_is_refused(&store, ann, &grounds).await;
    assert_eq!(store.session(TokenHash([1; 32]), NOW, DAY).await.unwrap(), None);
}

/// As many changes of the database, whoever is asked for: time tells nothing then.
pub async fn a_mailed_code_is_tried_by_the_same_work_whether_it_is_there_or_not(store: Db) {
    let (ann, _) = account(&store, "ann@example.org").await;
    let nobody = AccountId(0);
    store.put_password_reset(ann, [1; 16], 9, NOW + DAY).await.unwrap();
    let vain = async || {
        let had = store.attempts(&VAIN_TRY, DAY, NOW).await.unwrap();
        had.map_or(0, |had| had.count)
    };
    for (account, expected) in [(ann, 0), (nobody, 1), (ann, 1), (nobody, 2)] {
        let tried = store.try_password_reset(account, [2; 16], NOW).await.unwrap();
        assert_eq!((tried, vain().await), (ResetTry::Wrong, expected));
    }
}

pub async fn only_the_secret_whose_code_was_checked_comes_in_force(store: Db) {
    let (ann, _) = account(&store, "ann@example.org").await;
    let [first, second] = [1, 2].map(|byte| Wrapped(vec![byte; 40]));
    store.draft_one_time_password(ann, first.clone(), NOW).await.unwrap();
    store.draft_one_time_password(ann, second.clone(), NOW).await.unwrap();
    let confirm = |secret| store.confirm_one_time_password(ann, secret, 7, NOW);
    assert!(!confirm(&first).await.unwrap());
    assert!(!store.one_time_password(ann).await.unwrap().unwrap().confirmed);
    assert!(confirm(&second).await.unwrap());
    assert!(store.one_time_password(ann).await.unwrap().unwrap().confirmed);
}
