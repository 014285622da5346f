use server::store::{StoreError, attempt::Budget, new_contact::Added};

use super::{DAY, Db, NOW, account, address, issued::ready, outside, profile::contact_key, verified};

pub async fn an_alias_is_never_given_out_again(store: Db) {
    let (ann, mailbox) = verified(&store, "ann@example.org").await;
    let take = |local| store.create_alias(mailbox, local, "shop", NOW);
    assert!(store.local_is_free("amber-otter").await.unwrap());
    let alias = take("Amber-Otter").await.unwrap();
    assert!(!store.local_is_free("AMBER-otter").await.unwrap());
    assert!(matches!(take("amber-OTTER").await, Err(StoreError::Taken)));
    assert!(store.delete_alias(ann, alias).await.unwrap());
    assert!(store.aliases(ann).await.unwrap().is_empty());
    assert!(matches!(take("amber-otter").await, Err(StoreError::Taken)));
    assert!(!store.local_is_free("amber-otter").await.unwrap());
    let next = take("other").await.unwrap();
    assert!(next.0 > alias.0, "a number is never used again: keys are bound to it");
}

pub async fn only_enabled_aliases_of_verified_mailboxes_have_a_route(store: Db) {
    let (ann, mailbox) = verified(&store, "ann@example.org").await;
    let (_, unverified) = account(&store, "bob@example.org").await;
    let alias = store.create_alias(mailbox, "amber-otter", "", NOW).await.unwrap();
    store.create_alias(unverified, "calm-heron", "", NOW).await.unwrap();
    let route = store.route("AMBER-Otter").await.unwrap().unwrap();
    assert_eq!((route.alias, route.mailbox), (alias, mailbox));
    assert_eq!(route.address, address("ann@example.org"));
    assert!(!route.kill_switch && route.active.is_none());
    assert!(store.route("calm-heron").await.unwrap().is_none());
    assert!(store.route("nobody").await.unwrap().is_none());
    store.set_alias_enabled(ann, alias, false).await.unwrap();
    assert!(store.route("amber-otter").await.unwrap().is_none());
    store.set_alias_enabled(ann, alias, true).await.unwrap();
    store.set_kill_switch(ann, mailbox, true).await.unwrap();
    assert!(store.route("amber-otter").await.unwrap().unwrap().kill_switch);
    store.delete_alias(ann, alias).await.unwrap();
    assert!(store.route("amber-otter").await.unwrap().is_none());
}

pub async fn a_contact_is_made_once_even_at_once(store: Db) {
    let (_, mailbox) = verified(&store, "ann@example.org").await;
    let alias = store.create_alias(mailbox, "amber-otter", "", NOW).await.unwrap();
    let meetings = (0..16).map(|number| {
        let store = store.clone();
        let proposed = address(&format!("r-{number}@relay.example"));
        let sender = outside(["shop@example.com", "SHOP@example.com"][number % 2]);
        tokio::spawn(async move { store.contact(alias, &sender, &proposed, NOW).await.unwrap() })
    });
    let mut contacts = Vec::new();
    for meeting in meetings.collect::<Vec<_>>() {
        contacts.push(meeting.await.unwrap());
    }
    assert!(contacts.iter().all(|contact| contact.id == contacts[0].id));
    assert!(
        contacts
            .iter()
            .all(|contact| contact.relay_address == contacts[0].relay_address)
    );
    let mut free = 0;
    for number in 0..16 {
        free += usize::from(store.local_is_free(&format!("r-{number}")).await.unwrap());
    }
    assert_eq!(free, 15, "only the winner's local part is taken");
    let moved = address("r-1@new.example");
    let stable = store
        .contact(alias, &outside("shop@example.com"), &moved, NOW)
        .await
        .unwrap();
    assert_eq!(stable.relay_address, contacts[0].relay_address);
}

pub async fn a_new_contact_is_counted_and_certified_as_it_is_made(store: Db) {
    let (ann, mailbox) = verified(&store, "ann@example.org").await;
    let alias = store.create_alias(mailbox, "amber-otter", "", NOW).await.unwrap();
    let (profile, _) = ready(&store, ann, mailbox).await;
    let limits = [[1; 16], [2; 16]].map(|key| Budget {
        key,
        most: 1 + u32::from(key[0] == 1),
        window: DAY,
    });
    let add = async |who: &str, relay: &str| {
        let (sender, relay) = (outside(who), address(relay));
        let certify = |_| Ok(Some((profile, contact_key(b"key"))));
        store.add_contact(alias, (&sender, &relay), &limits, certify, NOW).await
    };
    let counted = async || {
        let counts = [
            store.attempts(&[1; 16], DAY, NOW).await,
            store.attempts(&[2; 16], DAY, NOW).await,
        ];
        counts.map(|count| count.unwrap().map_or(0, |attempts| attempts.count))
    };
    let Added::New(contact) = add("shop@example.com", "r-1@relay.example").await.unwrap() else {
        panic!("it is new");
    };
    assert_eq!(
        (contact.relay_address, counted().await),
        (address("r-1@relay.example"), [1, 1])
    );
    let certificate = store.contact_certificate(contact.id, profile).await.unwrap();
    assert!(certificate.is_some_and(|stored| stored.key == contact_key(b"key").key));
    // It is over the second limit, so it does not count towards the first.
    assert!(matches!(
        add("bank@example.com", "r-2@relay.example").await,
        Ok(Added::TooMany)
    ));
    let bank = store.known_contact(alias, &outside("bank@example.com")).await.unwrap();
    assert!(bank.is_none() && store.local_is_free("r-2").await.unwrap());
    assert_eq!(counted().await, [1, 1]);
    store.forget_attempts(&[2; 16]).await.unwrap();
    let again = add("SHOP@example.com", "r-3@relay.example").await.unwrap();
    assert!(matches!(again, Added::Known(known) if known.id == contact.id));
    assert_eq!(counted().await, [1, 0], "one that is known does not count");
    assert!(matches!(
        add("new@example.com", "r-1@relay.example").await,
        Err(StoreError::Taken)
    ));
    assert_eq!(counted().await, [1, 0]);
}

pub async fn a_relay_address_is_never_anybody_elses(store: Db) {
    let (ann, mailbox) = verified(&store, "ann@example.org").await;
    let alias = store.create_alias(mailbox, "amber-otter", "", NOW).await.unwrap();
    let meet = |who: &'static str, relay: &'static str| {
        let store = store.clone();
        async move { store.contact(alias, &outside(who), &address(relay), NOW).await }
    };
    meet("shop@example.com", "r-one@relay.example").await.unwrap();
    for taken in ["r-one@relay.example", "amber-otter@relay.example"] {
        assert!(
            matches!(meet("other@example.com", taken).await, Err(StoreError::Taken)),
            "{taken}"
        );
    }
    let alias_in_its_place = store.create_alias(mailbox, "r-one", "", NOW).await;
    assert!(matches!(alias_in_its_place, Err(StoreError::Taken)));
    store.delete_alias(ann, alias).await.unwrap();
    assert!(!store.local_is_free("r-one").await.unwrap());
}
