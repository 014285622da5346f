//! The list of aliases and an alias's page: finding, switching with a way back, notes, contacts, QR codes, and unsubscribing.

use app::{
    api::{
        ApiError,
        account::RelayInfo,
        activity::ActivityPage,
        alias::{AliasDetail, AliasPage, OffAnswer},
        contact::ContactPage,
    },
    id::AliasId,
};
use axum::http::{Request, StatusCode, header};
use server::{
    store::activity::Outcome,
    unsubscribe,
    vault::{MasterKeySource, Vault},
};
use time::Duration;
use zeroize::Zeroizing;

use crate::http::site::{Browser, Site, encode};

async fn create(browser: &Browser<'_>, local: &str, label: &str) {
    let form = [("local", local), ("label", label), ("mailbox", "1")];
    browser.call::<()>("create_alias", &form).await.unwrap();
}

async fn detail(browser: &Browser<'_>) -> AliasDetail {
    browser.call("alias", &[("alias", "1")]).await.unwrap()
}

/// As a browser without JavaScript posts a form; gives where it is sent to.
async fn posted(browser: &Browser<'_>, function: &str, form: &[(&str, &str)]) -> String {
    let request = Request::post(format!("/api/{function}"))
        .header("sec-fetch-site", "same-origin")
        .header(header::ACCEPT, "text/html")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let answer = browser.send(request, encode(form)).await;
    assert_eq!(answer.status, StatusCode::FOUND, "{}", answer.text());
    answer.header("location").to_owned()
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let rest = text.split_once(start).unwrap().1;
    rest.split_once(end).unwrap().0
}

#[tokio::test]
async fn the_page_finds_what_its_address_says() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    let empty = ann.get("/aliases").await;
    assert!(empty.text().contains("No aliases yet"), "{}", empty.text());
    for number in 0..51 {
        create(
            &ann,
            &format!("word-{number:03}"),
            if number == 7 { "Schöner <Laden>" } else { "" },
        )
        .await;
    }
    let shown = |path: &'static str| {
        let ann = &ann;
        async move { ann.get(path).await.text().to_owned() }
    };
    let newest = shown("/aliases").await;
    assert!(newest.contains("51 aliases") && newest.contains("Page 1 of 2"));
    assert!(newest.contains("word-050@relay.example") && !newest.contains("word-000@relay.example"));
    let last = shown("/aliases?page=2").await;
    assert!(last.contains("word-000@relay.example") && !last.contains("word-050@relay.example"));
    let by_name = shown("/aliases?sort=name").await;
    assert!(
        by_name.contains("word-000@relay.example") && by_name.contains("page=2"),
        "the next page is sorted, too"
    );
    let found = shown("/aliases?q=SCH%C3%96NER").await;
    assert!(
        found.contains("1 alias found") && found.contains("word-007@relay.example"),
        "{found}"
    );
    assert!(
        found.contains("Schöner &lt;Laden>") || found.contains("Schöner &lt;Laden&gt;"),
        "{found}"
    );
    let nothing = shown("/aliases?q=%3Cscript%3E").await;
    assert!(
        nothing.contains("No alias has “&lt;script") && nothing.contains("Show all aliases"),
        "{nothing}"
    );
    assert!(!nothing.contains("<script>"));
    assert!(shown("/aliases?show=off").await.contains("No alias is off."));
    let beyond = shown("/aliases?page=9").await;
    assert!(beyond.contains("There are no more on this page."), "{beyond}");
    let page: AliasPage = ann
        .call("aliases", &[("search", "word-00"), ("sort", "name")])
        .await
        .unwrap();
    assert_eq!((page.found, page.all, page.now), (10, 51, site.now()));
}

#[tokio::test]
async fn turning_off_leads_back_to_where_one_was_with_a_way_to_undo() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    create(&ann, "amber-otter", "").await;
    let off = [("alias", "1"), ("enabled", "false"), ("back", "?q=amber&page=1")];
    let back = posted(&ann, "set_alias_enabled", &off).await;
    assert_eq!(back, "/aliases?q=amber&page=1&done=alias-off&of=1#alias-1");
    let back = back.trim_end_matches("#alias-1");
    let page = ann.get(back).await;
    let told = page.text();
    assert!(told.contains("The alias is off.") && told.contains("Undo"), "{told}");
    assert!(told.contains("href=\"/aliases/1?tab=settings#state\""), "{told}");
    assert!(
        told.contains("value=\"?q=amber&amp;page=1\""),
        "Undo leads back: {told}"
    );
    assert!(!detail(&ann).await.alias.enabled);
    let on = posted(
        &ann,
        "set_alias_enabled",
        &[("alias", "1"), ("enabled", "true"), ("back", "?")],
    )
    .await;
    let page = ann.get(on.trim_end_matches("#alias-1")).await;
    assert!(page.text().contains("The alias is on:"), "{}", page.text());
    let undo = between(page.text(), "class=\"toast\"", "</form>");
    assert!(
        undo.contains("name=\"enabled\" value=\"false\"") && undo.contains("Undo"),
        "{undo}"
    );
    // Declined since, without JavaScript: the address has both.
    let declined = ann.get(&format!("{back}&__err=x&__path=y")).await;
    assert!(!declined.text().contains("The alias is off."));
    let drop = [("alias", "1"), ("enabled", "false"), ("answer", "drop")];
    assert_eq!(
        posted(&ann, "set_alias_enabled", &drop).await,
        "/aliases/1?tab=settings&done=alias-off&of=1#state"
    );
    let view = detail(&ann).await.alias;
    assert_eq!((view.enabled, view.off_answer), (false, OffAnswer::Drop));
    assert!(
        ann.get("/aliases/1?tab=settings")
            .await
            .text()
            .contains("its mail is taken and thrown away")
    );
    assert_eq!(
        posted(&ann, "delete_alias", &[("alias", "1")]).await,
        "/aliases?done=alias-deleted"
    );
}

#[tokio::test]
async fn label_and_note_are_kept_found_and_bounded() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    create(&ann, "amber-otter", "").await;
    let save = |label: &'static str, note: String| {
        let ann = &ann;
        async move {
            let form = [("alias", "1"), ("label", label), ("note", &*note)];
            ann.call::<()>("set_alias_details", &form).await
        }
    };
    save("Shop", "one\r\n</textarea><script>two".into()).await.unwrap();
    let page = ann.get("/aliases/1?tab=settings").await;
    assert!(page.text().contains("one\n&lt;/textarea"), "{}", page.text());
    let found: AliasPage = ann.call("aliases", &[("search", "TEXTAREA")]).await.unwrap();
    assert_eq!((found.found, found.aliases[0].label.as_str()), (1, "Shop"));
    assert_eq!(save("Shop", "ä".repeat(2001)).await, Err(ApiError::TooLong));
    save("", String::new()).await.unwrap();
    assert_eq!(detail(&ann).await.note, "");
}

#[tokio::test]
async fn counts_and_times_are_shown_and_reset() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    create(&ann, "amber-otter", "").await;
    assert!(ann.get("/aliases").await.text().contains("not used yet"));
    for outcome in [Outcome::Sealed, Outcome::Blocked] {
        site.store.record(AliasId(1), outcome, 1, site.now()).await.unwrap();
    }
    site.pass(Duration::hours(3));
    for (path, relayed) in [("/aliases", " relayed</span>"), ("/aliases/1", "1 relayed")] {
        let text = ann.get(path).await.text().to_owned();
        for words in [
            relayed,
            "1 not relayed",
            "3 hours ago",
            "24 November 2026, 03:00:00 UTC",
        ] {
            assert!(text.contains(words), "{path}: {words}\n{text}");
        }
    }
    ann.call::<()>("reset_alias_counts", &[("alias", "1")]).await.unwrap();
    let alias = detail(&ann).await.alias;
    assert_eq!((alias.relayed, alias.refused, alias.last_used), (0, 0, None));
}

#[tokio::test]
async fn contacts_are_listed_and_blocked() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    create(&ann, "amber-otter", "").await;
    for number in 0..26 {
        let address = format!("bob{number}@example.com").parse().unwrap();
        let relay_address = format!("r-{number}@relay.example").parse().unwrap();
        site.store
            .contact(AliasId(1), &address, &relay_address, site.now())
            .await
            .unwrap();
    }
    let page: ContactPage = ann.call("contacts", &[("alias", "1")]).await.unwrap();
    assert_eq!(
        (page.contacts.len(), page.more, page.contacts[0].address.as_str()),
        (15, true, "bob25@example.com")
    );
    let second: ContactPage = ann.call("contacts", &[("alias", "1"), ("page", "2")]).await.unwrap();
    assert_eq!((second.contacts.len(), second.more), (11, false));
    let block = [("alias", "1"), ("contact", "26"), ("blocked", "true")];
    let eve = site.member("eve@example.org").await;
    assert_eq!(
        eve.call::<()>("set_contact_blocked", &block).await,
        Err(ApiError::NotFound)
    );
    assert_eq!(
        eve.call::<ContactPage>("contacts", &[("alias", "1")]).await,
        Err(ApiError::NotFound)
    );
    ann.call::<()>("set_contact_blocked", &block).await.unwrap();
    let text = ann.get("/aliases/1").await.text().to_owned();
    for words in [
        "Blocked",
        "Unblock",
        "bob25@example.com",
        "r-25@relay.example",
        "More contacts",
    ] {
        assert!(text.contains(words), "{words}");
    }

    let page = "/aliases/1?tab=contacts&contacts=2";
    assert!(ann.get(page).await.text().contains("name=\"page\" value=\"2\""));
    let second = second.contacts[0].id.to_string();
    let block = [
        ("alias", "1"),
        ("contact", &*second),
        ("blocked", "true"),
        ("page", "2"),
    ];
    let answer = ann.post("set_contact_blocked", &block).await;
    let led = answer.header("location");
    assert_eq!(led, format!("{page}&done=contact-blocked&of={second}#contacts"));
    let told = ann.get(led.trim_end_matches("#contacts")).await;
    let undo = between(told.text(), "class=\"toast\"", "</form>");
    assert!(undo.contains("name=\"page\" value=\"2\""), "{undo}");
}

#[tokio::test]
async fn the_qr_code_is_the_owners() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    create(&ann, "amber-otter", "").await;
    let picture = ann.get("/aliases/1/qr.svg").await;
    assert_eq!(
        (picture.status, picture.header("content-type")),
        (StatusCode::OK, "image/svg+xml")
    );
    assert!(picture.text().contains("<svg"));
    let eve = site.member("eve@example.org").await;
    for (browser, path) in [
        (&eve, "/aliases/1/qr.svg"),
        (&site.browser(), "/aliases/1/qr.svg"),
        (&ann, "/aliases/2/qr.svg"),
    ] {
        assert_eq!(browser.get(path).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn an_alias_is_taken_under_a_domain_of_the_relay() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    let relay: RelayInfo = ann.call("relay", &[]).await.unwrap();
    assert_eq!(
        (relay.domain.as_str(), relay.other_domains),
        ("relay.example", vec!["second.example".to_owned()])
    );
    let take = |local: &'static str, domain: &'static str| {
        let ann = &ann;
        async move {
            let form = [("local", local), ("mailbox", "1"), ("domain", domain)];
            ann.call::<()>("create_alias", &form).await
        }
    };
    take("amber-otter", "second.example").await.unwrap();
    assert_eq!(detail(&ann).await.alias.address.as_str(), "amber-otter@second.example");
    assert_eq!(
        take("amber-otter", "relay.example").await,
        Err(ApiError::AliasTaken),
        "once for all domains"
    );
    assert_eq!(take("calm-heron", "evil.example").await, Err(ApiError::UnknownDomain));
    take("calm-heron", "relay.example").await.unwrap();
    let found: AliasPage = ann.call("aliases", &[("search", "@second.")]).await.unwrap();
    assert_eq!(found.found, 1);
    let loops = ann
        .call::<()>("start_thread", &[("alias", "1"), ("recipient", "x@second.example")])
        .await;
    assert_eq!(loops, Err(ApiError::OwnAddress));
}

fn token(alias: AliasId) -> String {
    let key = Zeroizing::new("QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=".to_owned());
    unsubscribe::make_token(&Vault::open(&MasterKeySource::Value(key)).unwrap(), alias).unwrap()
}

/// As RFC 8058 §3.2 has a provider do it: from nowhere, without a cookie.
async fn click(site: &Site, token: &str) -> StatusCode {
    let request =
        Request::post(format!("/u/{token}")).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    site.browser().send(request, "List-Unsubscribe=One-Click").await.status
}

#[tokio::test]
async fn one_click_turns_the_alias_off_and_looking_does_not() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    create(&ann, "amber-otter", "").await;
    let link = token(AliasId(1));
    let page = site.browser().get(&format!("/u/{link}")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text().contains("Turn the alias off"), "{}", page.text());
    assert!(
        !page.text().contains("amber-otter"),
        "whoever has the link learns nothing"
    );
    assert!(detail(&ann).await.alias.enabled, "a look changes nothing");
    for _ in 0..2 {
        assert_eq!(click(&site, &link).await, StatusCode::OK, "however often");
    }
    let view = detail(&ann).await.alias;
    assert_eq!((view.enabled, view.off_answer), (false, OffAnswer::Reject));
    let page: ActivityPage = ann.call("activity", &[("alias", "1")]).await.unwrap();
    assert_eq!(
        page.events.iter().map(|event| event.outcome).collect::<Vec<_>>(),
        [Outcome::Unsubscribed]
    );
    // It goes on working when the alias is on again; it is gone with the alias.
    ann.call::<()>("set_alias_enabled", &[("alias", "1"), ("enabled", "true")])
        .await
        .unwrap();
    let by_page = posted(&site.browser(), "unsubscribe", &[("token", &link)]).await;
    assert_eq!(by_page, format!("/u/{link}?done=off"));
    assert!(site.browser().get(&by_page).await.text().contains("The alias is off."));
    assert!(!detail(&ann).await.alias.enabled);
    ann.call::<()>("delete_alias", &[("alias", "1")]).await.unwrap();
    assert_eq!(click(&site, &link).await, StatusCode::OK);
}

#[tokio::test]
async fn what_is_no_link_turns_nothing_off() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    create(&ann, "amber-otter", "").await;
    let link = token(AliasId(1));
    let other = if link.starts_with('a') { "b" } else { "a" };
    for wrong in ["1", "aaaaaaaa", &format!("{other}{}", &link[1..])] {
        assert_eq!(click(&site, wrong).await, StatusCode::NOT_FOUND, "{wrong}");
    }
    let cross = Request::post("/api/set_alias_enabled").header("sec-fetch-site", "cross-site");
    assert_eq!(
        site.browser().send(cross, "alias=1&enabled=false").await.status,
        StatusCode::FORBIDDEN
    );
    for path in ["/u", "/u/../api/sign_out", "/U/x"] {
        let request = Request::post(path).header("sec-fetch-site", "cross-site");
        let status = site.browser().send(request, "").await.status;
        assert!(status.is_client_error(), "{path}: {status}");
    }
    assert!(detail(&ann).await.alias.enabled);
}
