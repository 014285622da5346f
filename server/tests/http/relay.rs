use app::api::{
    ApiError,
    alias::AliasPage,
    mailbox::{MailboxView, Protection},
};

use crate::http::site::Site;

#[tokio::test]
async fn aliases_are_offered_taken_switched_and_deleted() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    ann.call::<()>("create_alias", &[]).await.unwrap();
    let AliasPage { aliases, .. } = ann.call("aliases", &[]).await.unwrap();
    let random = &aliases[0];
    assert_eq!(random.mailbox.as_str(), "ann@example.org", "the default mailbox");
    assert_eq!(random.address.local().split('-').count(), 4, "{}", random.address);
    let local = "amber-otter".to_owned();
    let take = |local: String| {
        let ann = &ann;
        async move {
            let form = [("local", local.as_str()), ("label", " Shop "), ("mailbox", "1")];
            ann.call::<()>("create_alias", &form).await
        }
    };
    take(local.clone()).await.unwrap();
    assert_eq!(take(local.to_uppercase()).await, Err(ApiError::AliasTaken));
    let AliasPage { aliases, .. } = ann.call("aliases", &[]).await.unwrap();
    let alias = &aliases[0];
    assert_eq!(alias.address.as_str(), format!("{local}@relay.example"));
    assert_eq!(
        (alias.label.as_str(), alias.enabled, alias.mailbox.as_str()),
        ("Shop", true, "ann@example.org")
    );
    let id = alias.id.to_string();
    ann.call::<()>("set_alias_enabled", &[("alias", &id), ("enabled", "false")])
        .await
        .unwrap();
    assert!(!ann.call::<AliasPage>("aliases", &[]).await.unwrap().aliases[0].enabled);
    ann.call::<()>("delete_alias", &[("alias", &id)]).await.unwrap();
    assert_eq!(
        ann.call::<()>("delete_alias", &[("alias", &id)]).await,
        Err(ApiError::NotFound)
    );
    assert_eq!(take(local).await, Err(ApiError::AliasTaken), "never given out again");
    for (local, refusal) in [
        ("postmaster", ApiError::AliasTaken),
        ("r-x1y2", ApiError::AliasTaken),
        ("ab", ApiError::InvalidAlias),
    ] {
        assert_eq!(take(local.to_owned()).await, Err(refusal), "{local}");
    }
}

#[tokio::test]
async fn what_belongs_to_another_account_does_not_exist() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    ann.call::<()>(
        "create_alias",
        &[("local", "amber-otter"), ("label", ""), ("mailbox", "1")],
    )
    .await
    .unwrap();
    ann.call::<()>("add_mailbox", &[("address", "second@example.org")])
        .await
        .unwrap();
    let eve = site.member("eve@example.org").await;
    let stranger = site.browser();
    let code = site.code("second@example.org").await;
    let calls: [(&str, &[(&str, &str)]); 6] = [
        ("set_kill_switch", &[("mailbox", "1"), ("on", "true")]),
        ("verify_mailbox", &[("mailbox", "2"), ("code", &code)]),
        ("resend_code", &[("mailbox", "2")]),
        ("create_alias", &[("local", "hers"), ("label", ""), ("mailbox", "1")]),
        ("set_alias_enabled", &[("alias", "1"), ("enabled", "false")]),
        ("delete_alias", &[("alias", "1")]),
    ];
    for (function, form) in calls {
        assert_eq!(
            eve.call::<()>(function, form).await,
            Err(ApiError::NotFound),
            "{function}"
        );
        assert_eq!(
            stranger.call::<()>(function, form).await,
            Err(ApiError::SignedOut),
            "{function}"
        );
    }
    for function in ["mailboxes", "aliases"] {
        let answer = stranger.post(function, &[]).await;
        assert!(answer.text().contains("signed_out"), "{function}");
    }
    assert!(eve.call::<AliasPage>("aliases", &[]).await.unwrap().aliases.is_empty());
    ann.call::<()>("verify_mailbox", &[("mailbox", "2"), ("code", &code)])
        .await
        .unwrap();
}

#[tokio::test]
async fn an_unverified_mailbox_gets_no_alias() {
    let site = Site::new().await;
    let browser = site.browser();
    browser.sign_up("ann@example.org").await.unwrap();
    let refused = browser
        .call::<()>(
            "create_alias",
            &[("local", "amber-otter"), ("label", ""), ("mailbox", "1")],
        )
        .await;
    assert_eq!(refused, Err(ApiError::MailboxUnverified));
    let random = browser.call::<()>("create_alias", &[]).await;
    assert_eq!(
        random,
        Err(ApiError::FirstMailboxUnverified),
        "no mailbox is the default one"
    );
}

#[tokio::test]
async fn the_kill_switch_is_off_at_first_and_set_by_the_person() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    let protection = || async {
        let mailboxes: Vec<MailboxView> = ann.call("mailboxes", &[]).await.unwrap();
        mailboxes[0].protection.clone()
    };
    assert_eq!(protection().await, Protection::Clear);
    ann.call::<()>("set_kill_switch", &[("mailbox", "1"), ("on", "true")])
        .await
        .unwrap();
    assert_eq!(protection().await, Protection::Refused);
    ann.call::<()>("set_kill_switch", &[("mailbox", "1")]).await.unwrap();
    assert_eq!(
        protection().await,
        Protection::Clear,
        "an unticked checkbox sends nothing"
    );
}
