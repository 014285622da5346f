//! What guards an account, where two do something at the same time.

use server::vault::Wrapped;

use super::{Db, NOW, account};

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
