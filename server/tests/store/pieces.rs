//! Long messages of the queue.

use server::{
    store::{
        accepted::Accepted,
        queue::{NewItem, Settled, State},
    },
    vault::Locked,
};

use super::{
    Db, NOW,
    gone::{item, put},
};

/// Longer than three pieces, and no two of its kilobytes are alike.
pub fn long() -> Vec<u8> {
    (0..250_000_u32).flat_map(u32::to_be_bytes).collect()
}

fn long_item() -> NewItem {
    NewItem {
        message: Locked::from_stored(long()),
        ..item(None)
    }
}

pub async fn a_long_message_comes_back_whole_until_it_was_handed_over(store: Db) {
    let (token, other) = (put(&store, long_item()).await, put(&store, long_item()).await);
    let short = put(&store, item(None)).await;
    for token in [token, other] {
        let read = store.queued_message(token).await.unwrap();
        assert!(read.is_some_and(|read| read.as_bytes() == long()));
    }
    assert_eq!(store.queued_message(short).await.unwrap().unwrap().as_bytes(), [2]);
    let settled = Settled {
        token,
        state: State::HandedOver,
        event: None,
        now: NOW,
    };
    store.settle(settled).await.unwrap();
    assert!(store.queued_message(token).await.unwrap().is_none());
    let replaced = Accepted {
        instead_of: Some(other),
        ..Accepted::default()
    };
    assert!(store.queued_message(other).await.unwrap().is_some());
    store.accept(replaced, NOW).await.unwrap();
    assert!(store.queued_message(other).await.unwrap().is_none());
}
