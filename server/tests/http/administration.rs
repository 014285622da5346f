//! The means of administrators in the web interface, and that nobody else sees any of it.

use std::sync::atomic::Ordering;

use app::{
    api::{
        ApiError,
        account::{SignUpMode, Viewer},
        administration::{
            AccountDetail, AccountsView, Checks, DomainRole, FindingState, InvitationsView, LiveSettingsView, LogView,
            ON_ONE_PAGE, OverviewView,
        },
        operator_action::Action,
        waiting::QueueView,
    },
    id::AccountId,
};
use axum::http::StatusCode;
use server::store::operator::Act;
use time::Duration;

use crate::http::site::{Browser, PASSWORD, Settings, Site, eventually};

/// Every page, with the number of an account.
const PAGES: [&str; 8] = [
    "/administration",
    "/administration/accounts",
    "/administration/accounts/1",
    "/administration/accounts/1/delete",
    "/administration/invitations",
    "/administration/queue",
    "/administration/settings",
    "/administration/log",
];

/// Every server function, with a form that an administrator could post.
const FUNCTIONS: [(&str, &[(&str, &str)]); 23] = [
    ("administration", &[]),
    ("run_checks", &[]),
    ("accounts", &[]),
    ("account_of", &[("account", "1")]),
    ("set_account_enabled", &[("account", "1"), ("on", "false")]),
    ("set_account_administrator", &[("account", "2"), ("on", "true")]),
    ("make_reset_code", &[("account", "1")]),
    ("reset_second_factor", &[("account", "1")]),
    (
        "delete_account_of",
        &[
            ("account", "1"),
            ("confirmation", "ann@example.org"),
            ("password", PASSWORD),
        ],
    ),
    ("invitations", &[]),
    ("create_invitation", &[]),
    ("revoke_invitation", &[("invitation", "000000000000")]),
    ("set_account_limits", &[("account", "1"), ("aliases", "0")]),
    ("live_settings", &[]),
    ("set_sign_up", &[("mode", "closed")]),
    ("set_announcement", &[("announcement", "Buy here")]),
    ("operator_log", &[]),
    ("create_account_of", &[("email", "eva@example.org")]),
    ("waiting_messages", &[]),
    ("retry_message", &[("message", "00000000000000000000000000000000")]),
    ("retry_all_messages", &[]),
    ("drop_message", &[("message", "00000000000000000000000000000000")]),
    ("drop_messages_of", &[("account", "1")]),
];

/// Ann administers the relay, and Bob does not.
async fn site() -> Site {
    Site::with(Settings {
        sign_up: SignUpMode::Open,
        ..Settings::default()
    })
    .await
}

async fn administrator(site: &Site) -> Browser<'_> {
    let ann = site.member("ann@example.org").await;
    let account = number(site, "ann@example.org").await;
    let act = Act::by_command(site.now());
    assert!(site.store.set_administrator(account, true, act).await.unwrap());
    ann
}

async fn number(site: &Site, email: &str) -> AccountId {
    site.store.find_account(email).await.unwrap().unwrap()
}

/// The content of a page, without what is different on each.
fn main(text: &str) -> &str {
    let from = text.find("<main").unwrap();
    &text[from..text.find("</main>").unwrap()]
}

#[tokio::test]
async fn nobody_but_an_administrator_gets_a_page_or_an_answer() {
    let site = site().await;
    administrator(&site).await;
    let former = site.member("eve@example.org").await;
    let eve = number(&site, "eve@example.org").await;
    let act = Act::by_command(site.now());
    site.store.set_administrator(eve, true, act).await.unwrap();
    former.call::<OverviewView>("administration", &[]).await.unwrap();
    site.store.set_administrator(eve, false, act).await.unwrap();
    for browser in [site.member("bob@example.org").await, former, site.browser()] {
        let unknown = browser.get("/there-is-no-such-page").await;
        for page in PAGES {
            let answer = browser.get(page).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{page}");
            assert_eq!(main(answer.text()), main(unknown.text()), "{page}");
        }
        for (function, form) in FUNCTIONS {
            let answer = browser.post(function, form).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{function}");
            let refused = browser.call::<serde_json::Value>(function, form).await;
            assert_eq!(refused, Err(ApiError::NotFound), "{function}");
        }
    }
    assert!(
        number(&site, "ann@example.org").await == AccountId(1),
        "it is still there"
    );
    assert_eq!(site.doctor.runs.load(Ordering::Relaxed), 0);
    let log = site.store.operator_log(0, 9).await.unwrap();
    assert_eq!(log.len(), 3, "only what the test itself did: {log:?}");
}

#[tokio::test]
async fn a_link_leads_administrators_to_their_pages_and_nobody_else() {
    let site = site().await;
    let ann = administrator(&site).await;
    let bob = site.member("bob@example.org").await;
    let viewer: Option<Viewer> = ann.call("current_viewer", &[]).await.unwrap();
    assert!(viewer.unwrap().administrator);
    let link = "href=\"/administration\"";
    assert!(ann.get("/aliases").await.text().contains(link));
    assert!(!bob.get("/aliases").await.text().contains(link));
    for page in PAGES {
        assert_eq!(ann.get(page).await.status, StatusCode::OK, "{page}");
    }
}

#[tokio::test]
async fn changes_need_the_password_of_the_last_ten_minutes() {
    let site = site().await;
    let ann = administrator(&site).await;
    site.member("bob@example.org").await;
    site.pass(Duration::minutes(10));
    for (function, form) in [
        ("set_account_enabled", &[("account", "2"), ("on", "false")][..]),
        ("set_account_administrator", &[("account", "2"), ("on", "true")]),
        ("make_reset_code", &[("account", "2")]),
        ("set_account_limits", &[("account", "2"), ("aliases", "0")]),
        ("set_sign_up", &[("mode", "closed")]),
        ("set_announcement", &[("announcement", "No mail on Sunday")]),
        ("reset_second_factor", &[("account", "2")]),
        ("create_account_of", &[("email", "eva@example.org")]),
        ("retry_message", &[("message", "00000000000000000000000000000000")]),
        ("retry_all_messages", &[]),
        ("drop_message", &[("message", "00000000000000000000000000000000")]),
        ("drop_messages_of", &[("account", "2")]),
        ("create_invitation", &[]),
        ("revoke_invitation", &[("invitation", "000000000000")]),
    ] {
        assert_eq!(
            ann.call::<()>(function, form).await,
            Err(ApiError::ConfirmFirst),
            "{function}"
        );
    }
    let delete = |confirmation, password| {
        let form = [("account", "2"), ("confirmation", confirmation), ("password", password)];
        let ann = &ann;
        async move { ann.call::<()>("delete_account_of", &form).await }
    };
    assert_eq!(delete("bob@example.org", "wrong").await, Err(ApiError::WrongPassword));
    assert_eq!(delete("bob", PASSWORD).await, Err(ApiError::NotConfirmed));
    let page = ann.get("/administration/accounts/2").await;
    assert!(page.text().contains("/api/confirm_password") && !page.text().contains("/api/make_reset_code"));
    ann.call::<()>("confirm_password", &[("password", PASSWORD)])
        .await
        .unwrap();
    let page = ann.get("/administration/accounts/2").await;
    assert!(!page.text().contains("/api/confirm_password") && page.text().contains("/api/make_reset_code"));
    ann.call::<()>("create_invitation", &[]).await.unwrap();
    delete("bob@example.org", PASSWORD).await.unwrap();
    assert!(site.store.find_account("bob@example.org").await.unwrap().is_none());
}

#[tokio::test]
async fn an_account_is_changed_as_with_the_commands_and_the_log_says_by_whom() {
    let site = site().await;
    let ann = administrator(&site).await;
    let bob = site.member("bob@example.org").await;
    let id = number(&site, "bob@example.org").await;
    let turn = |on| {
        let form = [("account", "2"), ("on", on)];
        let ann = &ann;
        async move { ann.call::<()>("set_account_enabled", &form).await }
    };
    turn("false").await.unwrap();
    assert!(site.store.is_account_disabled(id).await.unwrap());
    assert_eq!(
        bob.sign_in("bob@example.org", PASSWORD).await,
        Err(ApiError::AccountDisabled)
    );
    turn("true").await.unwrap();
    bob.sign_in("bob@example.org", PASSWORD).await.unwrap();
    let role = [("account", "2"), ("on", "true")];
    ann.call::<()>("set_account_administrator", &role).await.unwrap();
    assert!(site.store.is_administrator(id).await.unwrap());
    ann.call::<()>("reset_second_factor", &[("account", "2")])
        .await
        .unwrap();
    let viewer: Option<Viewer> = bob.call("current_viewer", &[]).await.unwrap();
    assert_eq!(viewer, None, "the sessions have ended");
    site.letters(1).await;
    let told = site.letters.written.lock().unwrap()[0].1.clone();
    assert!(told.contains("has removed the second factor"), "{told}");
    let missing = ann
        .call::<()>("set_account_enabled", &[("account", "99"), ("on", "false")])
        .await;
    assert_eq!(missing, Err(ApiError::NotFound));
    let log: LogView = ann.call("operator_log", &[]).await.unwrap();
    let seen: Vec<_> = log
        .entries
        .iter()
        .map(|entry| (entry.action, entry.subject.as_str(), entry.administrator))
        .collect();
    let (me, command) = (Some(AccountId(1)), None);
    assert_eq!(
        seen,
        [
            (Some(Action::SecondFactorReset), "2", me),
            (Some(Action::AdministratorAdded), "2", me),
            (Some(Action::AccountEnabled), "2", me),
            (Some(Action::AccountDisabled), "2", me),
            (Some(Action::AdministratorAdded), "1", command),
        ]
    );
    let page = ann.get("/administration/log").await;
    assert!(page.text().contains("Second factor reset:"), "{}", page.text());
}

#[tokio::test]
async fn nobody_turns_off_deletes_or_demotes_themselves() {
    let site = site().await;
    let ann = administrator(&site).await;
    for (function, form) in [
        ("set_account_enabled", &[("account", "1"), ("on", "false")][..]),
        ("set_account_administrator", &[("account", "1"), ("on", "false")]),
        ("reset_second_factor", &[("account", "1")]),
        ("make_reset_code", &[("account", "1")]),
        ("drop_messages_of", &[("account", "1")]),
        (
            "delete_account_of",
            &[
                ("account", "1"),
                ("confirmation", "ann@example.org"),
                ("password", PASSWORD),
            ],
        ),
    ] {
        let refused = ann.call::<()>(function, form).await;
        assert_eq!(refused, Err(ApiError::OwnAccount), "{function}");
    }
    let detail: AccountDetail = ann.call("account_of", &[("account", "1")]).await.unwrap();
    assert!(detail.own && detail.account.administrator && detail.account.disabled.is_none());
    for page in ["/administration/accounts/1", "/administration/accounts/1/delete"] {
        let page = ann.get(page).await;
        assert!(page.text().contains("This is your own account."));
        assert!(!page.text().contains("/api/delete_account_of"));
    }
}

#[tokio::test]
async fn a_code_for_a_password_is_shown_once_and_on_the_page_of_its_account_only() {
    let site = site().await;
    let ann = administrator(&site).await;
    let bob = site.member("bob@example.org").await;
    let answer = ann.post("make_reset_code", &[("account", "2")]).await;
    assert_eq!(answer.header("location"), "/administration/accounts/2");
    let code = |detail: AccountDetail| detail.code;
    for other in [
        "/administration/accounts/1",
        "/administration/invitations",
        "/account/api-keys",
    ] {
        let page = ann.get(other).await;
        assert!(!page.text().contains("class=\"secret\""), "{other}");
    }
    let detail = || ann.call::<AccountDetail>("account_of", &[("account", "2")]);
    let made = code(detail().await.unwrap()).unwrap();
    site.letters(1).await;
    let told = site.letters.written.lock().unwrap()[0].1.clone();
    assert!(told.contains("has made a code") && !told.contains(&made), "{told}");
    assert_eq!(code(detail().await.unwrap()), None, "once");
    let form = [
        ("email", "bob@example.org"),
        ("code", &made),
        ("second", ""),
        ("password", "another horse battery"),
    ];
    bob.call::<()>("reset_password", &form).await.unwrap();
    bob.sign_in("bob@example.org", "another horse battery").await.unwrap();
}

#[tokio::test]
async fn accounts_are_found_by_number_and_address_page_by_page() {
    let site = site().await;
    let ann = administrator(&site).await;
    let act = Act::by_command(site.now());
    for number in 0..60 {
        let email = format!("P{number:02}_x@example.net").parse().unwrap();
        site.store.create_account_for(&email, "x".into(), act).await.unwrap();
    }
    let find = |search: &'static str, page: &'static str| {
        let ann = &ann;
        async move {
            let found: AccountsView = ann
                .call("accounts", &[("search", search), ("page", page)])
                .await
                .unwrap();
            let emails: Vec<_> = found.accounts.into_iter().map(|account| account.email).collect();
            (emails, found.found)
        }
    };
    let (first, all) = find("", "0").await;
    assert_eq!((first.len(), all), (ON_ONE_PAGE as usize, 61));
    assert_eq!(first[0], "ann@example.org");
    let (second, _) = find("", "2").await;
    assert_eq!(second.len(), 11);
    assert_eq!(second[10], "P59_x@example.net");
    assert_eq!(find("p07_X", "1").await, (vec!["P07_x@example.net".to_owned()], 1));
    assert_eq!(find("1", "1").await.0[0], "ann@example.org", "its number");
    assert_eq!(find("p07%", "1").await.1, 0, "not a pattern");
    assert_eq!(find("ann@example.org", "9").await, (Vec::new(), 1));
    let page = ann.get("/administration/accounts?q=p07_").await;
    assert!(page.text().contains("P07_x@example.net") && !page.text().contains("P08_x@"));
    let page = ann.get("/administration/accounts").await;
    assert!(page.text().contains("?q=&amp;page=2"), "{}", page.text());
}

#[tokio::test]
async fn an_account_is_shown_with_sizes_and_times_but_no_alias_or_contact() {
    let site = site().await;
    let ann = administrator(&site).await;
    let bob = site.member("bob@example.org").await;
    bob.call::<()>("create_alias", &[("local", "amber-otter"), ("label", "shop")])
        .await
        .unwrap();
    let detail: AccountDetail = ann.call("account_of", &[("account", "2")]).await.unwrap();
    let account = detail.account;
    assert_eq!(
        (account.email.as_str(), account.mailboxes, account.aliases),
        ("bob@example.org", 1, 1)
    );
    assert!(account.verified && account.last_seen.is_some() && account.last_mail.is_none());
    let overview: OverviewView = ann.call("administration", &[]).await.unwrap();
    assert_eq!(
        (overview.accounts, overview.disabled, overview.administrators),
        (2, 0, 1)
    );
    for page in PAGES {
        let page = page.replace("/1", "/2");
        let answer = ann.get(&page).await;
        assert!(
            !answer.text().contains("amber-otter") && !answer.text().contains("shop"),
            "{page}"
        );
    }
}

#[tokio::test]
async fn an_invitation_is_shown_once_listed_and_revoked() {
    let site = Site::with(Settings {
        sign_up: SignUpMode::Invite,
        ..Settings::default()
    })
    .await;
    let act = Act::by_command(site.now());
    let first = server::invitation::make(&site.store, act).await.unwrap();
    let ann = site.browser();
    let form = [
        ("email", "ann@example.org"),
        ("password", PASSWORD),
        ("invitation", &first.code),
    ];
    ann.call::<()>("sign_up", &form).await.unwrap();
    let code = site.code("ann@example.org").await;
    let verify = [("mailbox", "1"), ("code", code.as_str())];
    ann.call::<()>("verify_mailbox", &verify).await.unwrap();
    site.store.set_administrator(AccountId(1), true, act).await.unwrap();

    let list = || ann.call::<InvitationsView>("invitations", &[]);
    assert_eq!(list().await.unwrap().open, [], "a used one is gone");
    ann.call::<()>("create_invitation", &[]).await.unwrap();
    let shown = list().await.unwrap();
    let made = shown.made.unwrap();
    assert_eq!(list().await.unwrap().made, None, "once");
    let [open] = &shown.open[..] else {
        panic!("{:?}", shown.open)
    };
    assert_eq!(open.expires, site.now() + Duration::days(14));
    assert!(!made.contains(&open.name.0), "its name is no part of the code");
    let revoke = || async {
        ann.call::<()>("revoke_invitation", &[("invitation", &open.name.0)])
            .await
    };
    revoke().await.unwrap();
    assert_eq!(revoke().await, Err(ApiError::NotFound));
    assert_eq!(list().await.unwrap().open, []);
    let form = [
        ("email", "eve@example.org"),
        ("password", PASSWORD),
        ("invitation", &made),
    ];
    let refused = site.browser().call::<()>("sign_up", &form).await;
    assert_eq!(refused, Err(ApiError::WrongInvitation));
    let log = site.store.operator_log(0, 2).await.unwrap();
    let log: Vec<_> = log.iter().map(|entry| (&*entry.action, &*entry.subject)).collect();
    assert_eq!(
        log,
        [
            (Action::InvitationRevoked.word(), &*open.name.0),
            (Action::InvitationCreated.word(), &*open.name.0)
        ]
    );
}

#[tokio::test]
async fn checks_run_once_at_a_time_and_their_findings_stay() {
    let site = site().await;
    let ann = administrator(&site).await;
    let checks = || async {
        let overview: OverviewView = ann.call("administration", &[]).await.unwrap();
        overview.checks
    };
    assert_eq!(checks().await, Checks::NotRun);
    for _ in 0..2 {
        let answer = ann.post("run_checks", &[]).await;
        assert_eq!(answer.header("location"), "/administration#checks");
    }
    assert_eq!(checks().await, Checks::Running);
    let page = ann.get("/administration").await;
    assert!(page.text().contains("<progress") && page.text().contains("data-again"));
    eventually(|| site.doctor.runs.load(Ordering::Relaxed) == 1).await;
    site.doctor.may_end.add_permits(1);
    let done = loop {
        match checks().await {
            Checks::Running => tokio::task::yield_now().await,
            other => break other,
        }
    };
    let Checks::Done { findings, .. } = done else {
        panic!("{done:?}")
    };
    assert_eq!(findings[0].state, FindingState::Bad);
    let page = ann.get("/administration").await;
    for words in [
        "MX",
        "there is no MX record",
        "No mail arrives.",
        "Publish one.",
        "Bad: 1,",
    ] {
        assert!(page.text().contains(words), "{words}");
    }
    assert!(!page.text().contains("<progress") && !page.text().contains("data-again"));
    assert_eq!(site.doctor.runs.load(Ordering::Relaxed), 1);

    // A moment ago is not run again.
    ann.call::<()>("run_checks", &[]).await.unwrap();
    assert!(matches!(checks().await, Checks::Done { .. }));
    site.pass(Duration::seconds(10));
    site.doctor.panics.store(true, Ordering::Relaxed);
    site.doctor.may_end.add_permits(1);
    ann.call::<()>("run_checks", &[]).await.unwrap();
    loop {
        match checks().await {
            Checks::Running => tokio::task::yield_now().await,
            other => break assert_eq!(other, Checks::Failed),
        }
    }
}

#[tokio::test]
async fn an_account_is_created_for_somebody_though_nobody_can_sign_up() {
    let site = site().await;
    let ann = administrator(&site).await;
    ann.call::<()>("set_sign_up", &[("mode", "closed")]).await.unwrap();
    let create = |email: &'static str| {
        let ann = &ann;
        async move { ann.post("create_account_of", &[("email", email)]).await }
    };
    let answer = create("eva@example.org").await;
    let eva = number(&site, "eva@example.org").await;
    let location = format!("/administration/accounts/{eva}?done=other-account-created");
    assert_eq!(answer.header("location"), location);
    let refused = |email| {
        let ann = &ann;
        async move { ann.call::<()>("create_account_of", &[("email", email)]).await }
    };
    assert_eq!(refused("EVA@example.org").await, Err(ApiError::AddressTaken));
    assert_eq!(refused("eva").await, Err(ApiError::InvalidAddress));
    assert_eq!(
        refused("eva@relay.example").await,
        Err(ApiError::AddressUnavailable),
        "the relay would send to itself"
    );
    let log = site.store.operator_log(0, 1).await.unwrap();
    assert_eq!(
        (log[0].action.as_str(), log[0].subject.clone()),
        (Action::AccountCreated.word(), eva.to_string())
    );
}

#[tokio::test]
async fn the_queue_is_shown_without_anybodys_address_tried_at_once_and_deleted() {
    let site = site().await;
    let ann = administrator(&site).await;
    site.member("bob@example.org").await;
    let mailbox = site.store.mailboxes(AccountId(2)).await.unwrap()[0].id;
    let mut put = Vec::new();
    for number in 0..ON_ONE_PAGE + 2 {
        let mailbox = (number > 0).then_some(mailbox);
        put.push(crate::store::gone::put(&site.store, crate::store::gone::item(mailbox)).await);
    }
    let queue = |page: &'static str| {
        let ann = &ann;
        async move {
            ann.call::<QueueView>("waiting_messages", &[("page", page)])
                .await
                .unwrap()
        }
    };
    let (first, second) = (queue("1").await, queue("2").await);
    assert_eq!((first.waiting.len(), second.waiting.len(), first.all), (50, 2, 52));
    let all: Vec<_> = first.waiting.iter().chain(&second.waiting).collect();
    let of_nobody: Vec<_> = all.iter().filter(|each| each.account.is_none()).collect();
    assert_eq!(of_nobody[0].name.0, hex::encode(put[0].0));
    let page = ann.get("/administration/queue").await;
    assert!(page.text().contains("Messages: 52"));
    // Above the list a banner may name the administrator's own mailbox.
    let rows = main(page.text()).split_once("<ul class=\"rows\"").unwrap().1;
    assert!(rows.contains("Account 2") && !rows.contains('@'), "{rows}");
    let name = &of_nobody[0].name.0;
    let answer = ann.post("retry_message", &[("message", name)]).await;
    assert_eq!(answer.header("location"), "/administration/queue?done=messages-due");
    ann.call::<()>("retry_all_messages", &[]).await.unwrap();
    ann.call::<()>("drop_message", &[("message", name)]).await.unwrap();
    let again = ann.call::<()>("drop_message", &[("message", name)]).await;
    assert_eq!(again, Err(ApiError::NotFound));
    for wrong in ["", "x", "00"] {
        let refused = ann.call::<()>("retry_message", &[("message", wrong)]).await;
        assert_eq!(refused, Err(ApiError::NotFound), "{wrong}");
    }
    let answer = ann.post("drop_messages_of", &[("account", "2")]).await;
    assert_eq!(
        answer.header("location"),
        "/administration/accounts/2?done=messages-dropped"
    );
    assert_eq!(queue("1").await.all, 0);
    let log = site.store.operator_log(0, 2).await.unwrap();
    let log: Vec<_> = log.iter().map(|entry| (&*entry.action, &*entry.subject)).collect();
    assert_eq!(
        log,
        [
            (Action::MessagesDropped.word(), "2"),
            (Action::MessageDropped.word(), name.as_str())
        ]
    );
}

#[tokio::test]
async fn the_limits_of_an_account_take_the_place_of_the_relays() {
    let site = site().await;
    let ann = administrator(&site).await;
    let bob = site.member("bob@example.org").await;
    let create = |local: &'static str| {
        let bob = &bob;
        async move { bob.call::<()>("create_alias", &[("local", local)]).await }
    };
    let set = |aliases: &'static str, mailboxes: &'static str| {
        let form = [("account", "2"), ("aliases", aliases), ("mailboxes", mailboxes)];
        let ann = &ann;
        async move { ann.call::<()>("set_account_limits", &form).await }
    };
    create("amber-otter").await.unwrap();
    for mistake in ["-1", "1.5", "many", "4294967296"] {
        assert_eq!(set(mistake, "").await, Err(ApiError::NotANumber), "{mistake}");
    }
    set(" 1 ", "1").await.unwrap();
    assert_eq!(create("calm-heron").await, Err(ApiError::LimitReached { most: 1 }));
    let second = bob.call::<()>("add_mailbox", &[("address", "bob@example.net")]).await;
    assert_eq!(second, Err(ApiError::LimitReached { most: 1 }));
    let detail: AccountDetail = ann.call("account_of", &[("account", "2")]).await.unwrap();
    assert_eq!((detail.limits.aliases, detail.limits.replies_per_hour), (Some(1), None));
    let page = ann.get("/administration/accounts/2").await;
    let field = "name=\"aliases\" value=\"1\"";
    assert!(page.text().contains(field), "{}", page.text());
    set("", "").await.unwrap();
    create("calm-heron").await.unwrap();
    let missing = ann
        .call::<()>("set_account_limits", &[("account", "9"), ("aliases", "1")])
        .await;
    assert_eq!(missing, Err(ApiError::NotFound));
    let log = site.store.operator_log(0, 1).await.unwrap();
    assert_eq!((&*log[0].action, &*log[0].subject), (Action::LimitsChanged.word(), "2"));
}

#[tokio::test]
async fn administrators_decide_who_can_sign_up_while_the_relay_runs() {
    let site = site().await;
    let ann = administrator(&site).await;
    let sign_up = |email: &'static str| {
        let browser = site.browser();
        let form = [("email", email), ("password", PASSWORD)];
        async move { browser.call::<()>("sign_up", &form).await }
    };
    let link = "href=\"/sign-up\"";
    assert!(site.browser().get("/sign-in").await.text().contains(link));
    for (mode, answer) in [
        ("closed", Err(ApiError::SignUpClosed)),
        ("invite", Err(ApiError::WrongInvitation)),
        ("", Ok(())),
    ] {
        ann.call::<()>("set_sign_up", &[("mode", mode)]).await.unwrap();
        assert_eq!(sign_up("bob@example.org").await, answer, "{mode}");
        let shown = site.browser().get("/sign-in").await.text().contains(link);
        assert_eq!(shown, mode != "closed", "{mode}");
    }
    let unknown = ann.call::<()>("set_sign_up", &[("mode", "all")]).await;
    assert_eq!(unknown, Err(ApiError::NotFound));
    let log = site.store.operator_log(0, 3).await.unwrap();
    let subjects: Vec<_> = log.iter().map(|entry| &*entry.subject).collect();
    assert_eq!(subjects, ["settings", "invite", "closed"]);
}

#[tokio::test]
async fn everybody_reads_an_announcement_as_it_was_typed_until_it_is_removed() {
    let site = site().await;
    let ann = administrator(&site).await;
    let bob = site.member("bob@example.org").await;
    let announce = |text: String| {
        let ann = &ann;
        async move { ann.call::<()>("set_announcement", &[("announcement", &text)]).await }
    };
    announce("No mail on Sunday,\r\n<b>10</b> to 11".into()).await.unwrap();
    let shown = "No mail on Sunday,\n&lt;b&gt;10&lt;/b&gt; to 11</section>";
    for (browser, page) in [
        (&bob, "/aliases"),
        (&site.browser(), "/sign-in"),
        (&ann, "/administration"),
    ] {
        let page = browser.get(page).await;
        assert!(page.text().contains(shown), "{}", page.text());
    }
    assert_eq!(announce("x".repeat(501)).await, Err(ApiError::TooLong));
    announce(" ".into()).await.unwrap();
    assert!(!bob.get("/aliases").await.text().contains("announcement"));
    let log = site.store.operator_log(0, 2).await.unwrap();
    let subjects: Vec<_> = log.iter().map(|entry| &*entry.subject).collect();
    assert_eq!(subjects, ["removed", "shown"], "the log has no text");
}

#[tokio::test]
async fn domains_are_listed_with_their_aliases() {
    let site = site().await;
    let ann = administrator(&site).await;
    ann.call::<()>("create_alias", &[("local", "amber-otter")])
        .await
        .unwrap();
    let view: LiveSettingsView = ann.call("live_settings", &[]).await.unwrap();
    let main = &view.domains[0];
    assert_eq!((main.role, main.aliases), (DomainRole::Main, 1));
    assert!(!ann.get("/administration/settings").await.text().contains("amber-otter"));
}
