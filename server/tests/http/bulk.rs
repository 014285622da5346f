//! Changing several aliases at once: by their checkboxes or all that are found, with a count, a bound and a way back.

use app::api::{
    ApiError,
    alias::{AliasPage, AliasQuery},
    bulk::MOST_AT_ONCE,
    mailbox::MailboxView,
};
use axum::http::{Request, StatusCode, header};
use server::store::{
    AccountId,
    alias::{Most, NewAlias},
    attempt::Budget,
};
use time::Duration;

use crate::http::site::{Answer, Browser, Site, encode};

const LIST: &str = "http://127.0.0.1:3000/aliases";

async fn create(browser: &Browser<'_>, local: &str) {
    browser.call::<()>("create_alias", &[("local", local)]).await.unwrap();
}

/// As a browser posts a form; gives where it is sent to.
async fn submit(browser: &Browser<'_>, function: &str, form: &[(&str, &str)]) -> String {
    let request = Request::post(format!("/api/{function}"))
        .header("sec-fetch-site", "same-origin")
        .header(header::ACCEPT, "text/html")
        .header(header::REFERER, LIST)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let answer = browser.send(request, encode(form)).await;
    assert_eq!(answer.status, StatusCode::FOUND, "{}", answer.text());
    answer.header("location").to_owned()
}

async fn states(browser: &Browser<'_>) -> Vec<(String, bool)> {
    let page: AliasPage = browser.call("aliases", &[("sort", "name")]).await.unwrap();
    let state = |alias: &app::api::alias::AliasView| (alias.address.local().to_owned(), alias.enabled);
    page.aliases.iter().map(state).collect()
}

async fn export(browser: &Browser<'_>, form: &[(&str, &str)]) -> Answer {
    let request = Request::post("/aliases/export")
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/x-www-form-urlencoded");
    browser.send(request, encode(form)).await
}

async fn three(site: &Site) -> Browser<'_> {
    let ann = site.member("ann@example.org").await;
    for local in ["amber-otter", "bold-lynx", "calm-heron"] {
        create(&ann, local).await;
    }
    ann
}

fn text<'a>(answer: &'a Answer, words: &[&str]) -> &'a str {
    for word in words {
        assert!(answer.text().contains(word), "{word}: {}", answer.text());
    }
    answer.text()
}

#[tokio::test]
async fn ticked_aliases_are_turned_off_counted_and_turned_back() {
    let site = Site::new().await;
    let ann = three(&site).await;
    let form = [
        ("aliases[]", "1"),
        ("aliases[]", "3"),
        ("q", ""),
        ("show", "all"),
        ("mailbox", "1"),
        ("change", "off"),
        ("back", "?sort=name"),
    ];
    let led = submit(&ann, "change_aliases", &form).await;
    assert!(led.starts_with("/aliases?sort=name&done=aliases-off&of="), "{led}");
    assert!(led.ends_with("&count=2"), "{led}");
    let off = [("amber-otter", false), ("bold-lynx", true), ("calm-heron", false)];
    assert_eq!(states(&ann).await, off.map(|(local, on)| (local.to_owned(), on)));
    let page = ann.get(&led).await;
    let told = text(
        &page,
        &["Aliases turned off: 2.", "Undo", "action=\"/api/undo_switch\""],
    );
    let change = told.split("name=\"change\" value=\"").nth(1).unwrap();
    let change = change.split('"').next().unwrap();
    let eve = site.member("eve@example.org").await;
    let undo = [("change", change), ("enabled", "true"), ("back", "?sort=name")];
    assert!(
        submit(&eve, "undo_switch", &undo).await.ends_with("&count=0"),
        "hers alone"
    );
    let led = submit(&ann, "undo_switch", &undo).await;
    assert_eq!(led, "/aliases?sort=name&done=aliases-on&count=2");
    assert!(states(&ann).await.iter().all(|(_, on)| *on));
    assert!(!ann.get(&led).await.text().contains("Undo"));
}

#[tokio::test]
async fn all_that_are_found_are_meant_if_the_form_says_so() {
    let site = Site::new().await;
    let ann = three(&site).await;
    let found = [("all", "true"), ("q", "o"), ("show", "all"), ("change", "pin")];
    assert!(
        submit(&ann, "change_aliases", &found)
            .await
            .ends_with("done=aliases-pinned&count=3")
    );
    let found = [("all", "true"), ("q", "otter"), ("show", "all"), ("change", "unpin")];
    assert!(submit(&ann, "change_aliases", &found).await.ends_with("count=1"));
    let page: AliasPage = ann.call("aliases", &[]).await.unwrap();
    let order: Vec<_> = page.aliases.iter().map(|alias| (alias.id.0, alias.pinned)).collect();
    assert_eq!(order, [(3, true), (2, true), (1, false)], "pinned ones come first");
    let nothing = [("q", "otter"), ("change", "off")];
    assert_eq!(
        ann.call::<()>("change_aliases", &nothing).await,
        Err(ApiError::NonePicked)
    );
    let led = submit(&ann, "change_aliases", &nothing).await;
    text(&ann.get(&led).await, &["Select at least one alias first."]);
    let stranger = site.browser();
    assert_eq!(
        stranger.call::<()>("change_aliases", &found).await,
        Err(ApiError::SignedOut)
    );
    let eve = site.member("eve@example.org").await;
    let hers = [("aliases[]", "1"), ("change", "delete")];
    assert_eq!(eve.call::<()>("change_aliases", &hers).await, Err(ApiError::NonePicked));
    assert_eq!(states(&ann).await.len(), 3);
}

#[tokio::test]
async fn deletion_is_asked_on_a_page_of_its_own() {
    let site = Site::new().await;
    let ann = three(&site).await;
    let page = ann
        .get("/aliases/delete?q=&show=all&back=%3Fsort%3Dname&aliases%5B%5D=1&aliases%5B%5D=2")
        .await;
    let asked = text(
        &page,
        &[
            "Delete 2 aliases?",
            "cannot be undone",
            "amber-otter@relay.example",
            "href=\"/aliases?sort=name\"",
        ],
    );
    assert!(!asked.contains("calm-heron"));
    assert_eq!(asked.matches("name=\"aliases[]\"").count(), 2);
    text(
        &ann.get("/aliases/delete?all=true&q=heron").await,
        &["Delete this alias?", "calm-heron"],
    );
    text(&ann.get("/aliases/delete").await, &["Select at least one alias first."]);
    assert_eq!(states(&ann).await.len(), 3, "a look deletes nothing");
    let form = [
        ("aliases[]", "1"),
        ("aliases[]", "2"),
        ("change", "delete"),
        ("back", "?sort=name"),
    ];
    let led = submit(&ann, "change_aliases", &form).await;
    assert_eq!(led, "/aliases?sort=name&done=aliases-deleted&count=2");
    let page = ann.get(&led).await;
    assert!(!text(&page, &["Aliases deleted: 2."]).contains("Undo"));
    assert_eq!(states(&ann).await, [("calm-heron".to_owned(), true)]);
}

#[tokio::test]
async fn several_are_moved_to_a_mailbox_and_into_the_clear_only_by_leave() {
    let site = Site::new().await;
    let ann = three(&site).await;
    ann.call::<()>("add_mailbox", &[("address", "second@example.org")])
        .await
        .unwrap();
    let own: Vec<MailboxView> = ann.call("mailboxes", &[]).await.unwrap();
    let second = own.iter().find(|own| !own.default).unwrap().id.to_string();
    let to = [("all", "true"), ("change", "move"), ("mailbox", second.as_str())];
    assert_eq!(
        ann.call::<()>("change_aliases", &to).await,
        Err(ApiError::MailboxUnverified)
    );
    let code = site.code("second@example.org").await;
    ann.call::<()>("verify_mailbox", &[("mailbox", &second), ("code", &code)])
        .await
        .unwrap();
    ann.call::<()>("set_kill_switch", &[("mailbox", "1"), ("on", "true")])
        .await
        .unwrap();
    assert_eq!(
        ann.call::<()>("change_aliases", &to).await,
        Err(ApiError::UnsealedMailbox)
    );
    let meant = [to[0], to[1], to[2], ("unsealed", "true")];
    let led = submit(&ann, "change_aliases", &meant).await;
    assert_eq!(led, "/aliases?done=picked-moved&count=3");
    let page: AliasPage = ann.call("aliases", &[]).await.unwrap();
    assert!(
        page.aliases
            .iter()
            .all(|alias| alias.mailbox.as_str() == "second@example.org")
    );
    let nowhere = [("all", "true"), ("change", "move")];
    assert_eq!(
        ann.call::<()>("change_aliases", &nowhere).await,
        Err(ApiError::NotFound)
    );
}

#[tokio::test]
async fn the_selected_are_exported_by_whoever_signed_in_just_now() {
    let site = Site::new().await;
    let ann = three(&site).await;
    let picked = [
        ("aliases[]", "3"),
        ("aliases[]", "1"),
        ("q", ""),
        ("show", "all"),
        ("sort", "name"),
    ];
    let csv = export(&ann, &picked).await;
    assert_eq!(
        csv.header("content-disposition"),
        "attachment; filename=\"aliases.csv\""
    );
    assert_eq!(
        csv.text(),
        "alias,label,note,enabled,mailbox\namber-otter@relay.example,,,true,ann@example.org\n\
         calm-heron@relay.example,,,true,ann@example.org\n"
    );
    assert!(
        export(&ann, &[("all", "true"), ("q", "lynx")])
            .await
            .text()
            .contains("bold-lynx")
    );
    let nothing = export(&ann, &[("q", "lynx")]).await;
    assert_eq!(nothing.header("location"), "/aliases?done=nothing-exported");
    let eve = site.member("eve@example.org").await;
    assert_eq!(
        export(&eve, &picked).await.header("location"),
        "/aliases?done=nothing-exported"
    );
    // The list is where signing in leads to anyway.
    assert_eq!(export(&site.browser(), &picked).await.header("location"), "/sign-in");
    site.pass(Duration::hours(1));
    assert_eq!(
        export(&ann, &picked).await.header("location"),
        "/account/data?problem=confirm"
    );
}

#[tokio::test]
async fn a_change_takes_a_bounded_number_of_aliases() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    let own: Vec<MailboxView> = ann.call("mailboxes", &[]).await.unwrap();
    let locals: Vec<_> = (0..=MOST_AT_ONCE).map(|number| format!("word-{number}")).collect();
    let new: Vec<_> = locals
        .iter()
        .map(|local| NewAlias {
            mailbox: own[0].id,
            local,
            domain: "",
            label: "",
            note: "",
            enabled: true,
        })
        .collect();
    let most = Most {
        held: 2000,
        taken: Budget {
            key: [7; 16],
            most: 2000,
            window: Duration::DAY,
        },
    };
    site.store
        .take_aliases(AccountId(1), &new, &most, site.now())
        .await
        .unwrap();
    let all = [("all", "true"), ("change", "off")];
    let refused = ann.call::<()>("change_aliases", &all).await;
    assert_eq!(refused, Err(ApiError::TooManyPicked { most: MOST_AT_ONCE }));
    let query = AliasQuery::default();
    let found = site
        .store
        .find_aliases(AccountId(1), &query, "relay.example", 2000)
        .await
        .unwrap();
    assert!(found.aliases.iter().all(|alias| alias.enabled));
    let some = [("all", "true"), ("q", "word-1"), ("change", "off")];
    assert!(submit(&ann, "change_aliases", &some).await.ends_with("&count=112"));
}
