//! Several mailboxes, aliases that move, and reminders.

use app::{id::MailboxId, profile::ProfileState};
use server::store::{AccountId, StoreError, accepted::Accepted, profile_state::Change, reminder::Reminded};
use time::Duration;

use super::{
    DAY, Db, NOW, address,
    issued::{ANN, ready},
    outside, verified,
};

async fn another(store: &Db, account: AccountId, email: &str) -> MailboxId {
    let mailbox = store.add_mailbox(account, &address(email), NOW).await.unwrap();
    store.put_code(mailbox, [2; 16], 5, NOW + DAY).await.unwrap();
    store.try_code(account, mailbox, [2; 16], NOW).await.unwrap();
    mailbox
}

pub async fn the_default_is_the_chosen_mailbox_or_the_oldest_verified(store: Db) {
    let (ann, first) = super::account(&store, "ann@example.org").await;
    assert_eq!(store.default_mailbox(ann).await.unwrap(), None, "none is verified");
    store.put_code(first, [1; 16], 5, NOW + DAY).await.unwrap();
    store.try_code(ann, first, [1; 16], NOW).await.unwrap();
    let second = another(&store, ann, "second@example.org").await;
    let third = store
        .add_mailbox(ann, &address("third@example.org"), NOW)
        .await
        .unwrap();
    assert_eq!(store.default_mailbox(ann).await.unwrap(), Some(first));
    assert!(store.set_default_mailbox(ann, second).await.unwrap());
    assert_eq!(store.default_mailbox(ann).await.unwrap(), Some(second));
    let (eve, foreign) = verified(&store, "eve@example.org").await;
    for (account, mailbox) in [(ann, third), (ann, foreign), (eve, second)] {
        assert!(!store.set_default_mailbox(account, mailbox).await.unwrap());
    }
    assert_eq!(store.default_mailbox(ann).await.unwrap(), Some(second));
    assert_eq!(store.default_mailbox(eve).await.unwrap(), Some(foreign));
    assert!(store.delete_mailbox(ann, second).await.unwrap());
    assert_eq!(store.default_mailbox(ann).await.unwrap(), Some(first), "it is gone");
}

pub async fn an_alias_moves_with_its_contacts_and_the_route_follows(store: Db) {
    let (ann, first) = verified(&store, "ann@example.org").await;
    let second = another(&store, ann, "second@example.org").await;
    let (profile, _) = ready(&store, ann, first).await;
    assert_eq!(
        store.activate_profile(ann, profile, true, NOW).await.unwrap(),
        Change::Done
    );
    let alias = store.create_alias(first, "amber-otter", "", NOW).await.unwrap();
    let other = store.create_alias(first, "calm-heron", "", NOW).await.unwrap();
    let bob = outside("bob@example.com");
    let relay = address("r-1@relay.example");
    let contact = store.contact(alias, &bob, &relay, NOW).await.unwrap();
    assert_eq!(store.reply_route("r-1", NOW).await.unwrap().unwrap().profiles.len(), 1);

    let (eve, foreign) = verified(&store, "eve@example.org").await;
    assert!(!store.move_alias(eve, alias, foreign).await.unwrap());
    assert_eq!(store.move_aliases(eve, first, foreign).await.unwrap(), 0);
    assert_eq!(store.mailbox_of(eve, alias).await.unwrap(), None);
    assert_eq!(store.count_aliases(eve, first).await.unwrap(), 0);
    assert_eq!(store.count_aliases(ann, first).await.unwrap(), 2);

    assert!(store.move_alias(ann, alias, second).await.unwrap());
    assert_eq!(store.mailbox_of(ann, alias).await.unwrap(), Some(second));
    let route = store.route("amber-otter").await.unwrap().unwrap();
    assert_eq!((route.mailbox, route.address.as_str()), (second, "second@example.org"));
    assert!(
        route.active.is_none() && !route.kill_switch,
        "nothing of the first mailbox is left"
    );
    let reply = store.reply_route("r-1", NOW).await.unwrap().unwrap();
    assert_eq!(
        (reply.contact, reply.mailbox, reply.profiles.len()),
        (contact.id, second, 0)
    );
    assert_eq!(
        store.contact(alias, &bob, &relay, NOW).await.unwrap().relay_address,
        relay
    );
    assert_eq!(
        store.alias(ann, alias).await.unwrap().unwrap().mailbox.as_str(),
        "second@example.org"
    );

    assert_eq!(store.move_aliases(ann, second, first).await.unwrap(), 1);
    assert_eq!(store.count_aliases(ann, first).await.unwrap(), 2);
    assert_eq!(store.mailbox_of(ann, other).await.unwrap(), Some(first));
    let again = store.reply_route("r-1", NOW).await.unwrap().unwrap();
    assert_eq!(again.profiles.len(), 1, "what the first mailbox had, it still has");
}

pub async fn a_mailbox_goes_with_all_that_is_its_own_but_never_the_one_that_signs_in(store: Db) {
    let (ann, first) = verified(&store, "ann@example.org").await;
    let second = another(&store, ann, "second@example.org").await;
    let (eve, _) = verified(&store, "eve@example.org").await;
    let (profile, _) = ready(&store, ann, second).await;
    let alias = store.create_alias(second, "amber-otter", "", NOW).await.unwrap();
    let kept = store.create_alias(first, "calm-heron", "", NOW).await.unwrap();
    store
        .contact(alias, &outside("bob@example.com"), &address("r-1@relay.example"), NOW)
        .await
        .unwrap();
    assert!(!store.delete_mailbox(eve, second).await.unwrap());
    assert!(!store.delete_mailbox(ann, first).await.unwrap());
    assert_eq!(store.mailboxes(ann).await.unwrap().len(), 2);
    assert!(store.delete_mailbox(ann, second).await.unwrap());
    assert!(!store.delete_mailbox(ann, second).await.unwrap());
    assert!(store.alias(ann, alias).await.unwrap().is_none());
    assert!(store.alias(ann, kept).await.unwrap().is_some());
    assert!(store.reply_route("r-1", NOW).await.unwrap().is_none());
    assert!(store.profiles(ann).await.unwrap().iter().all(|own| own.id != profile));
    for local in ["amber-otter", "r-1"] {
        assert!(!store.local_is_free(local).await.unwrap(), "{local}");
    }
}

/// The chain of the tests holds 100 days.
pub async fn a_reminder_is_due_until_it_is_noted(store: Db) {
    let (ann, mailbox) = verified(&store, "ann@example.org").await;
    let (profile, _) = ready(&store, ann, mailbox).await;
    let end = ANN.chain.user().not_after();
    let due = async |now| {
        let due = store.due_reminders(now).await.unwrap();
        due.iter().map(|due| due.days).collect::<Vec<_>>()
    };
    let note = async |days| {
        let accepted = Accepted {
            reminded: Some(Reminded { profile, days }),
            ..Accepted::default()
        };
        store.accept(accepted, NOW).await
    };
    let week = end - Duration::days(7);
    assert!(due(week).await.is_empty(), "it is not active");
    assert!(matches!(note(7).await, Err(StoreError::Gone)));
    store.activate_profile(ann, profile, true, NOW).await.unwrap();
    assert!(due(end - Duration::days(31)).await.is_empty());
    assert_eq!(due(end - Duration::days(30)).await, [30]);
    assert_eq!(due(week).await, [7]);
    note(7).await.unwrap();
    assert!(due(week).await.is_empty() && due(end - Duration::days(20)).await.is_empty());
    for days in [7, 30] {
        assert!(matches!(note(days).await, Err(StoreError::Gone)), "{days}");
    }
    assert_eq!(due(end - Duration::HOUR).await, [1]);
    assert!(due(end + Duration::SECOND).await.is_empty());
    let letterbox = store.mailbox_route(mailbox).await.unwrap().unwrap();
    assert_eq!((letterbox.active.unwrap().id, letterbox.kill_switch), (profile, true));
    store.deactivate_profile(ann, profile, NOW).await.unwrap();
    assert!(store.mailbox_route(mailbox).await.unwrap().unwrap().active.is_none());
    assert!(matches!(note(1).await, Err(StoreError::Gone)));
    assert_eq!(store.profiles(ann).await.unwrap()[0].state, ProfileState::Ready);
}
