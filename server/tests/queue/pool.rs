//! Keys made ahead of need.

use std::{collections::HashSet, sync::Arc};

use server::{
    processors::Processors,
    sealing::key_pool::KeyPool,
    store::Store,
    vault::{MasterKeySource, Vault},
};
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

use crate::{
    queue::until,
    support::home::{Home, MASTER, SECRET, letter},
};

/// rsaEncryption (RFC 8017 §A.1), as it stands in every PKCS#8 key in the clear.
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

fn pool(store: &Store, size: u64) -> Arc<KeyPool> {
    let vault = Vault::open(&MasterKeySource::Value(Zeroizing::new(MASTER.to_owned()))).unwrap();
    Arc::new(KeyPool::new(
        store.clone(),
        Arc::new(vault),
        size,
        Processors::of_this_machine(),
    ))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pool_fills_itself_and_gives_each_key_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sealpost.db");
    let store = Store::connect(&format!("sqlite://{}", file.display())).await.unwrap();
    // As two processes would.
    let pools = [pool(&store, 4), pool(&store, 4)];
    let stop = CancellationToken::new();
    let (filled, filling) = (Arc::clone(&pools[0]), stop.clone());
    let filler = tokio::spawn(async move { filled.fill(filling).await });
    until("the pool is full", || async { store.pooled_keys().await.unwrap() == 4 }).await;
    for name in ["sealpost.db", "sealpost.db-wal"] {
        let bytes = std::fs::read(folder.path().join(name)).unwrap();
        assert!(
            !bytes.windows(RSA.len()).any(|window| window == RSA),
            "{name} holds a readable key"
        );
    }
    let takers: Vec<_> = (0..12)
        .map(|number| {
            let pool = Arc::clone(&pools[number % 2]);
            tokio::spawn(async move { pool.take().await.unwrap().to_pkcs8().unwrap().to_vec() })
        })
        .collect();
    let mut keys = HashSet::new();
    for taker in takers {
        assert!(keys.insert(taker.await.unwrap()), "a key was given twice");
    }
    assert!(
        keys.iter()
            .all(|key| key.windows(RSA.len()).any(|window| window == RSA)),
        "the search would find one"
    );
    until("the pool is full again", || async {
        store.pooled_keys().await.unwrap() == 4
    })
    .await;
    stop.cancel();
    filler.await.unwrap();
    // Nobody fills it now: what is there goes, then they are made on the spot.
    for _ in 0..6 {
        assert!(keys.insert(pools[1].take().await.unwrap().to_pkcs8().unwrap().to_vec()));
    }
    assert_eq!(store.pooled_keys().await.unwrap(), 0);
}

#[tokio::test]
async fn each_contact_takes_one_key_and_an_empty_pool_holds_up_nothing() {
    let home = Home::new().await;
    home.activate().await;
    until("the pool is full", || async {
        home.store.pooled_keys().await.unwrap() == 2
    })
    .await;
    let empty = Home::with(|config| config.key_pool = 0).await;
    empty.activate().await;
    for home in [&home, &empty] {
        for sender in ["bob", "carol", "bob", "dave"] {
            let message = letter(&home.alias, SECRET).replace("bob@", &format!("{sender}@"));
            let said = home.send("bob@example.com", &home.alias, &message).await;
            assert!(said.starts_with("250"), "{said}");
        }
        let mail = home.wait_for(4).await;
        assert!(String::from_utf8(home.open(&mail[0])).unwrap().contains(SECRET));
    }
    until("the pool is full again", || async {
        home.store.pooled_keys().await.unwrap() == 2
    })
    .await;
    assert_eq!(empty.store.pooled_keys().await.unwrap(), 0);
}
