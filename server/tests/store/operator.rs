//! What the operator does to accounts.

use app::api::administration::InvitationName;
use server::store::{
    StoreError,
    operator::{Act, Action},
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

    assert!(
        store
            .set_account_disabled(ann, true, Act::by_command(NOW))
            .await
            .unwrap()
    );
    assert!(
        !store
            .set_account_disabled(ann, true, Act::by_command(NOW))
            .await
            .unwrap(),
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
            .set_account_disabled(ann, false, Act::by_command(NOW + Duration::HOUR))
            .await
            .unwrap()
    );
    store.open_session(ann, &grounds, TOKEN, NOW, DAY).await.unwrap();
    assert!(store.account_of_api_key(key, NOW).await.unwrap().is_some());
    assert!(store.route("amber-otter").await.unwrap().is_some());
    assert!(store.reply_route("r-1", NOW).await.unwrap().is_some());
    let log = store.operator_log(0, 9).await.unwrap();
    let log: Vec<_> = log
        .iter()
        .map(|entry| (entry.action.as_str(), entry.subject.as_str()))
        .collect();
    let ann = ann.0.to_string();
    assert_eq!(
        log,
        [
            (Action::AccountEnabled.word(), ann.as_str()),
            (Action::AccountDisabled.word(), ann.as_str())
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
    assert!(store.reset_second_factor(ann, Act::by_command(NOW)).await.unwrap());
    assert!(store.session(TOKEN, NOW, DAY).await.unwrap().is_none());
    assert!(store.account_of_api_key(key, NOW).await.unwrap().is_none());
    assert_eq!(store.password_hash(ann).await.unwrap().as_deref(), Some("hash"));
    assert!(
        !store
            .reset_second_factor(server::store::AccountId(99), Act::by_command(NOW))
            .await
            .unwrap()
    );
}

pub async fn an_account_that_the_operator_makes_takes_no_address_of_others(store: Db) {
    verified(&store, "ann@example.org").await;
    let taken = store
        .create_account_for(&address("ANN@example.org"), "x".into(), Act::by_command(NOW))
        .await;
    assert!(matches!(taken, Err(StoreError::Taken)));
    let (eve, _) = store
        .create_account_for(&address("eve@example.org"), "x".into(), Act::by_command(NOW))
        .await
        .unwrap();
    assert_eq!(store.find_account("EVE@example.org").await.unwrap(), Some(eve));
    let all = store.account_summaries().await.unwrap();
    let all: Vec<_> = all.iter().map(|each| (each.email.as_str(), each.verified)).collect();
    assert_eq!(all, [("ann@example.org", true), ("eve@example.org", true)]);
}

pub async fn accounts_are_found_by_number_and_by_a_part_of_their_address(store: Db) {
    let (ann, mailbox) = verified(&store, "Ann_Lee@example.org").await;
    let (eve, _) = verified(&store, "eve@example.net").await;
    store.create_alias(mailbox, "amber-otter", "", NOW).await.unwrap();
    let find = |search: String| {
        let store = &store;
        async move {
            let found = store.find_accounts(&search, 0, 9).await.unwrap();
            found.accounts.iter().map(|account| account.id).collect::<Vec<_>>()
        }
    };
    assert_eq!(find(String::new()).await, [ann, eve]);
    assert_eq!(find(" ANN_lee@ ".into()).await, [ann]);
    assert_eq!(find("example.n".into()).await, [eve]);
    assert_eq!(find(eve.0.to_string()).await, [eve]);
    for nobody in ["a%lee", "annxlee", "otter", "\\"] {
        assert_eq!(find(nobody.into()).await, [], "{nobody}");
    }
    let page = store.find_accounts("", 2, 1).await.unwrap();
    assert_eq!((page.accounts[0].id, page.found), (eve, 2));
    let all = store.account_summaries().await.unwrap();
    let one = store.account_summary(ann).await.unwrap().unwrap();
    assert_eq!(
        (&one, one.aliases),
        (&all[0], 1),
        "the same numbers as in the whole list"
    );
    assert_eq!(page.accounts[0], all[1]);
}

pub async fn invitations_are_listed_until_they_are_revoked_or_expire(store: Db) {
    let (administrator, _) = verified(&store, "ann@example.org").await;
    let command = Act::by_command(NOW);
    store.set_administrator(administrator, true, command).await.unwrap();
    let act = Act::by_administrator(administrator, NOW);
    for (hash, end) in [([1; 32], NOW + DAY), ([2; 32], NOW + Duration::HOUR)] {
        store.add_invitation(hash, end, act).await.unwrap();
    }
    let open = |now| {
        let store = &store;
        async move {
            let open = store.open_invitations(now).await.unwrap();
            open.into_iter().map(|open| open.name.0).collect::<Vec<_>>()
        }
    };
    let (first, second) = ("010101010101", "020202020202");
    assert_eq!(open(NOW).await, [second, first], "the first to expire first");
    assert_eq!(open(NOW + Duration::HOUR).await, [first]);
    let name = |text: &str| InvitationName(text.to_owned());
    assert!(!store.revoke_invitation(&name("01"), act).await.unwrap());
    assert!(store.revoke_invitation(&name(first), act).await.unwrap());
    assert!(!store.revoke_invitation(&name(first), act).await.unwrap());
    assert_eq!(open(NOW).await, [second]);
    let log = store.operator_log(0, 9).await.unwrap();
    let log: Vec<_> = log
        .iter()
        .map(|entry| (entry.action.as_str(), entry.subject.as_str(), entry.administrator))
        .collect();
    let by = Some(administrator);
    assert_eq!(
        log,
        [
            (Action::InvitationRevoked.word(), first, by),
            (Action::InvitationCreated.word(), second, by),
            (Action::InvitationCreated.word(), first, by),
            (Action::AdministratorAdded.word(), "1", None)
        ]
    );
    assert_eq!(store.operator_log_length().await.unwrap(), 4);
    assert_eq!(store.operator_log(2, 9).await.unwrap().len(), 2);
}

pub async fn only_administrators_act_as_such_and_one_is_left(store: Db) {
    let (ann, _) = verified(&store, "ann@example.org").await;
    let (bob, _) = verified(&store, "bob@example.org").await;
    let (by_ann, by_bob) = (Act::by_administrator(ann, NOW), Act::by_administrator(bob, NOW));
    let role = |account, on, act| store.set_administrator(account, on, act);
    assert!(
        matches!(role(bob, true, by_ann).await, Err(StoreError::Gone)),
        "she is none yet"
    );
    assert!(!store.is_administrator(bob).await.unwrap());
    for account in [ann, bob] {
        assert!(role(account, true, Act::by_command(NOW)).await.unwrap());
    }
    // Both were administrators when they asked.
    assert!(role(bob, false, by_ann).await.unwrap());
    assert!(matches!(role(ann, false, by_bob).await, Err(StoreError::Gone)));
    assert!(matches!(
        store.set_account_disabled(ann, true, by_bob).await,
        Err(StoreError::Gone)
    ));
    assert!(matches!(
        store.delete_account_of(ann, by_bob).await,
        Err(StoreError::Gone)
    ));
    assert!(store.is_administrator(ann).await.unwrap());
    assert_eq!(store.operator_log_length().await.unwrap(), 3);
}

pub async fn the_role_is_for_verified_addresses(store: Db) {
    let (eve, _) = store
        .create_account(&address("boss@example.org"), "hash".into(), NOW)
        .await
        .unwrap();
    let refused = store.set_administrator(eve, true, Act::by_command(NOW)).await;
    assert!(matches!(refused, Err(StoreError::Unverified)));
    assert!(!store.set_administrator(eve, false, Act::by_command(NOW)).await.unwrap());
}

pub async fn the_last_administrator_does_not_leave(store: Db) {
    let (ann, _) = verified(&store, "ann@example.org").await;
    let (eve, _) = verified(&store, "eve@example.org").await;
    for account in [ann, eve] {
        store
            .set_administrator(account, true, Act::by_command(NOW))
            .await
            .unwrap();
    }
    let (first, second) = tokio::join!(store.delete_account(ann), store.delete_account(eve));
    let left = [first, second]
        .into_iter()
        .filter(|left| matches!(left, Ok(true)))
        .count();
    assert_eq!(left, 1);
    let (kept, _) = verified(&store, "bob@example.org").await;
    assert!(
        store.delete_account(kept).await.unwrap(),
        "who administers nothing may leave"
    );
    for account in [ann, eve] {
        let again = store.delete_account(account).await;
        assert!(
            matches!(again, Err(StoreError::LastAdministrator) | Ok(false)),
            "{again:?}"
        );
    }
}
