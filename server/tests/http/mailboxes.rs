//! Several mailboxes of one account: the default one, aliases that move, deletion, and profiles that are renewed.

use app::{
    api::{
        ApiError,
        alias::{AliasPage, AliasView},
        done::Done,
        mailbox::{Deletion, MailboxView},
        profile::{Issuing, ProfileView},
    },
    pki::{issuance::browser, name::Subject, validity::Expiration},
};
use axum::http::{Request, StatusCode, header};
use getrandom::SysRng;
use rand_core::UnwrapErr;
use serde_json::json;
use time::Duration;

use crate::http::{
    profiles::{act, activate, issue},
    site::{Browser, PASSWORD, Site, encode},
};

const SECOND: &str = "second@example.org";

/// Adds a mailbox and enters its code; gives its id.
pub async fn add(site: &Site, browser: &Browser<'_>, address: &str) -> String {
    browser
        .call::<()>("add_mailbox", &[("address", address)])
        .await
        .unwrap();
    let id = mailbox(browser, address).await.id.to_string();
    let code = site.code(address).await;
    let form = [("mailbox", id.as_str()), ("code", code.as_str())];
    browser.call::<()>("verify_mailbox", &form).await.unwrap();
    id
}

async fn mailbox(browser: &Browser<'_>, address: &str) -> MailboxView {
    let all: Vec<MailboxView> = browser.call("mailboxes", &[]).await.unwrap();
    all.into_iter()
        .find(|mailbox| mailbox.address.as_str() == address)
        .unwrap()
}

async fn addresses(browser: &Browser<'_>) -> Vec<(String, bool)> {
    let all: Vec<MailboxView> = browser.call("mailboxes", &[]).await.unwrap();
    all.iter()
        .map(|mailbox| (mailbox.address.to_string(), mailbox.default))
        .collect()
}

async fn take(browser: &Browser<'_>, local: &str, mailbox: &str) -> Result<(), ApiError> {
    let form = [("local", local), ("label", ""), ("mailbox", mailbox)];
    browser.call("create_alias", &form).await
}

async fn delivers_to(browser: &Browser<'_>) -> Vec<(String, String)> {
    let aliases: AliasPage = browser.call("aliases", &[]).await.unwrap();
    let pair = |alias: &AliasView| (alias.address.local().to_owned(), alias.mailbox.to_string());
    aliases.aliases.iter().map(pair).collect()
}

/// As a browser without JavaScript posts a form; gives where it is sent to.
pub async fn submit(browser: &Browser<'_>, function: &str, page: &str, form: &[(&str, &str)]) -> String {
    let request = Request::post(format!("/api/{function}"))
        .header("sec-fetch-site", "same-origin")
        .header(header::ACCEPT, "text/html")
        .header(header::REFERER, format!("http://127.0.0.1:3000{page}"))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let answer = browser.send(request, encode(form)).await;
    assert_eq!(answer.status, StatusCode::FOUND);
    answer.header("location").replace("http://127.0.0.1:3000", "")
}

#[tokio::test]
async fn one_mailbox_is_the_default_and_new_aliases_preselect_it() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    assert_eq!(addresses(&ann).await, [("ann@example.org".into(), true)]);
    let second = add(&site, &ann, SECOND).await;
    assert_eq!(
        addresses(&ann).await,
        [("ann@example.org".into(), true), (SECOND.into(), false)]
    );
    ann.call::<()>("set_default_mailbox", &[("mailbox", &second)])
        .await
        .unwrap();
    assert_eq!(
        addresses(&ann).await,
        [(SECOND.into(), true), ("ann@example.org".into(), false)]
    );
    let page = ann.get("/aliases").await;
    let mailboxes = page.text().split("name=\"mailbox\"").nth(1).unwrap();
    let options = mailboxes.split("<option").nth(1).unwrap();
    assert!(
        options.contains(SECOND),
        "the first option is what is preselected: {options}"
    );

    ann.call::<()>("add_mailbox", &[("address", "third@example.org")])
        .await
        .unwrap();
    let third = mailbox(&ann, "third@example.org").await.id.to_string();
    assert_eq!(
        ann.call::<()>("set_default_mailbox", &[("mailbox", &third)]).await,
        Err(ApiError::MailboxUnverified)
    );
    let eve = site.member("eve@example.org").await;
    for (other, refusal) in [(&eve, ApiError::NotFound), (&site.browser(), ApiError::SignedOut)] {
        for (function, form) in [
            ("set_default_mailbox", vec![("mailbox", second.as_str())]),
            (
                "delete_mailbox",
                vec![("mailbox", second.as_str()), ("confirmation", SECOND)],
            ),
            ("mailbox_deletion", vec![("mailbox", second.as_str())]),
            ("move_aliases", vec![("from", second.as_str()), ("mailbox", "1")]),
        ] {
            let said = other.post(function, &form).await;
            let said: ApiError = serde_json::from_slice(&said.body).unwrap();
            assert_eq!(said, refusal, "{function}");
        }
    }
    assert_eq!(addresses(&ann).await[0], (SECOND.into(), true));
}

#[tokio::test]
async fn an_alias_moves_between_the_accounts_own_verified_mailboxes() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    let second = add(&site, &ann, SECOND).await;
    take(&ann, "amber-otter", "1").await.unwrap();
    let to = |mailbox: &str| {
        vec![
            ("alias".to_owned(), "1".to_owned()),
            ("mailbox".to_owned(), mailbox.to_owned()),
        ]
    };
    let place = async |browser: &Browser<'_>, mailbox: &str| {
        let form = to(mailbox);
        let form: Vec<_> = form
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        browser.call::<()>("move_alias", &form).await
    };
    let page = ann.get("/aliases/1?tab=settings").await;
    assert!(page.text().contains("Move alias") && page.text().contains("second@example.org (not sealed)"));
    let form = [("alias", "1"), ("mailbox", second.as_str())];
    let next = submit(&ann, "move_alias", "/aliases/1", &form).await;
    assert_eq!(next, "/aliases/1?tab=settings&done=alias-moved#move");
    let page = ann.get(&next).await;
    assert!(
        page.text().contains("The alias now delivers to the other mailbox."),
        "{}",
        page.text()
    );
    assert_eq!(delivers_to(&ann).await, [("amber-otter".into(), SECOND.into())]);

    ann.call::<()>("add_mailbox", &[("address", "third@example.org")])
        .await
        .unwrap();
    let third = mailbox(&ann, "third@example.org").await.id.to_string();
    assert_eq!(place(&ann, &third).await, Err(ApiError::MailboxUnverified));
    let eve = site.member("eve@example.org").await;
    let foreign = mailbox(&eve, "eve@example.org").await.id.to_string();
    assert_eq!(place(&ann, &foreign).await, Err(ApiError::NotFound));
    assert_eq!(place(&eve, &foreign).await, Err(ApiError::NotFound));
    assert_eq!(place(&site.browser(), &second).await, Err(ApiError::SignedOut));
    assert_eq!(delivers_to(&ann).await, [("amber-otter".into(), SECOND.into())]);
}

#[tokio::test]
async fn from_a_sealed_mailbox_to_one_in_the_clear_only_by_leave() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    let second = add(&site, &ann, SECOND).await;
    take(&ann, "amber-otter", "1").await.unwrap();
    let (profile, _) = issue(&site, &ann, 100).await;
    activate(&ann, profile).await;
    let plain = [("alias", "1"), ("mailbox", second.as_str())];
    for state in ["sealed", "refused"] {
        assert_eq!(
            ann.call::<()>("move_alias", &plain).await,
            Err(ApiError::UnsealedMailbox),
            "{state}"
        );
        let all = [("from", "1"), ("mailbox", second.as_str())];
        assert_eq!(
            ann.call::<()>("move_aliases", &all).await,
            Err(ApiError::UnsealedMailbox),
            "{state}"
        );
        act(&ann, "deactivate_profile", profile).await.unwrap();
    }
    let next = submit(&ann, "move_alias", "/aliases/1?tab=settings", &plain).await;
    let page = ann.get(&next).await;
    assert!(
        page.text().contains("Mail to that mailbox is not sealed."),
        "{next}: {}",
        page.text()
    );
    let meant = [plain[0], plain[1], ("unsealed", "true")];
    ann.call::<()>("move_alias", &meant).await.unwrap();
    // Where it was refused anyway, there is nothing to ask.
    ann.call::<()>("move_alias", &[("alias", "1"), ("mailbox", "1")])
        .await
        .unwrap();
    let switch = [("mailbox", second.as_str()), ("on", "true")];
    ann.call::<()>("set_kill_switch", &switch).await.unwrap();
    ann.call::<()>("move_alias", &plain).await.unwrap();
}

#[tokio::test]
async fn a_mailbox_is_deleted_by_its_typed_address_and_its_aliases_can_be_kept() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    let second = add(&site, &ann, SECOND).await;
    for local in ["amber-otter", "calm-heron"] {
        take(&ann, local, &second).await.unwrap();
    }
    let preview = async |id: &str| {
        ann.call::<Deletion>("mailbox_deletion", &[("mailbox", id)])
            .await
            .unwrap()
    };
    let deletion = preview(&second).await;
    assert_eq!(
        (deletion.aliases, deletion.signs_in, deletion.others.len()),
        (2, false, 1)
    );
    let page = ann.get(&format!("/relay/{second}/delete")).await;
    for words in ["2 aliases go with it", "To confirm, type ", "Move all aliases"] {
        assert!(page.text().contains(words), "{words}");
    }
    for typed in ["", "second", "ann@example.org"] {
        let form = [("mailbox", second.as_str()), ("confirmation", typed)];
        assert_eq!(
            ann.call::<()>("delete_mailbox", &form).await,
            Err(ApiError::NotConfirmed),
            "{typed}"
        );
    }
    let all = [("from", second.as_str()), ("mailbox", "1")];
    let next = submit(&ann, "move_aliases", &format!("/relay/{second}/delete"), &all).await;
    assert_eq!(next, format!("/relay/{second}/delete?done=aliases-moved"));
    let page = ann.get(&next).await;
    assert!(page.text().contains("The aliases are moved.") && page.text().contains("No alias delivers to it."));
    take(&ann, "blue-fox-1", &second).await.unwrap();
    ann.call::<()>("set_default_mailbox", &[("mailbox", &second)])
        .await
        .unwrap();
    let form = [("mailbox", second.as_str()), ("confirmation", " Second@Example.org ")];
    assert_eq!(
        submit(&ann, "delete_mailbox", &format!("/relay/{second}/delete"), &form).await,
        "/relay?done=mailbox-deleted"
    );
    assert_eq!(addresses(&ann).await, [("ann@example.org".into(), true)]);
    let kept: Vec<_> = delivers_to(&ann).await.into_iter().map(|(local, _)| local).collect();
    assert_eq!(kept, ["calm-heron", "amber-otter"]);
    assert_eq!(take(&ann, "blue-fox-1", "1").await, Err(ApiError::AliasTaken));
    assert_eq!(
        ann.get(&format!("/relay/{second}/delete")).await.status,
        StatusCode::NOT_FOUND
    );
    // The address is free for another account, once its code may be mailed again.
    site.pass(Duration::minutes(2));
    site.member(SECOND).await;
}

#[tokio::test]
async fn the_mailbox_that_one_signs_in_with_stays() {
    let site = Site::new().await;
    let ann = site.member("Ann@example.org").await;
    add(&site, &ann, SECOND).await;
    let form = [("mailbox", "1"), ("confirmation", "ann@example.org")];
    assert_eq!(
        ann.call::<()>("delete_mailbox", &form).await,
        Err(ApiError::SignInMailbox)
    );
    let page = ann.get("/relay/1/delete").await;
    assert!(page.text().contains("You sign in with this address") && !page.text().contains("to confirm"));
    // What the rule is for: nobody who types the address later gets the account out of the way.
    site.pass(Duration::days(2));
    site.browser().sign_up("ann@example.org").await.unwrap();
    site.store.prune(site.now() + Duration::days(2)).await.unwrap();
    site.browser().sign_in("ann@example.org", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn a_code_that_cannot_be_mailed_now_leads_to_where_another_is_asked_for() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    let form = [("address", SECOND)];
    assert_eq!(submit(&ann, "add_mailbox", "/relay", &form).await, "/verify");
    let id = mailbox(&ann, SECOND).await.id.to_string();
    let gone = [("mailbox", id.as_str()), ("confirmation", SECOND)];
    ann.call::<()>("delete_mailbox", &gone).await.unwrap();
    // An address is mailed one code a minute.
    let led = submit(&ann, "add_mailbox", "/relay", &form).await;
    assert_eq!(led, "/verify?done=code-not-sent");
    let waiting = mailbox(&ann, SECOND).await.id.to_string();
    site.pass(Duration::minutes(1));
    ann.call::<()>("resend_code", &[("mailbox", &waiting)]).await.unwrap();
}

#[tokio::test]
async fn what_was_set_is_told_where_it_was_set() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    for (function, on, key) in [
        ("set_kill_switch", true, "kill-switch-on"),
        ("set_kill_switch", false, "kill-switch-off"),
        ("set_encrypted_replies_only", true, "encrypted-replies-only"),
        ("set_encrypted_replies_only", false, "any-replies"),
        ("set_signed_replies_only", true, "signed-replies-only"),
        ("set_signed_replies_only", false, "unsigned-replies"),
        ("set_relayed_recipients", true, "relayed-recipients"),
        ("set_relayed_recipients", false, "recipients-named-only"),
        ("set_default_mailbox", false, "default-mailbox"),
    ] {
        let ticked = [("mailbox", "1"), ("on", "true")];
        let form = if on { &ticked[..] } else { &ticked[..1] };
        let led = submit(&ann, function, "/relay", form).await;
        let of = if function == "set_default_mailbox" { "" } else { "&of=1" };
        assert_eq!(led, format!("/relay?done={key}{of}#mailbox-1"), "{function}");
        let script = ann.post(function, form).await;
        assert_eq!(script.header("location"), led, "with JavaScript, too");
    }
    ann.call::<()>("add_mailbox", &[("address", SECOND)]).await.unwrap();
    let id = mailbox(&ann, SECOND).await.id.to_string();
    site.pass(Duration::minutes(1));
    let led = submit(&ann, "resend_code", "/verify", &[("mailbox", &id)]).await;
    assert_eq!(led, "/verify?done=code-sent");
    assert!(ann.get(&led).await.text().contains("A new code is on its way."));
}

#[tokio::test]
async fn a_switch_acts_at_once_and_is_turned_back_by_its_undo() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    let switches = async || -> Vec<bool> {
        let page = ann.get("/relay").await;
        let pressed = page.text().matches("aria-checked=\"true\"").count();
        let view = mailbox(&ann, "ann@example.org").await;
        let on = vec![
            view.kill_switch,
            view.encrypted_replies_only,
            view.signed_replies_only,
            view.relayed_recipients,
        ];
        assert_eq!(pressed, on.iter().filter(|on| **on).count(), "{}", page.text());
        on
    };
    let first = switches().await;
    let functions = [
        "set_kill_switch",
        "set_encrypted_replies_only",
        "set_signed_replies_only",
        "set_relayed_recipients",
    ];
    for (at, function) in functions.into_iter().enumerate() {
        for _ in 0..2 {
            let before = switches().await;
            let turned = (!before[at]).to_string();
            let led = submit(&ann, function, "/relay", &[("mailbox", "1"), ("on", &turned)]).await;
            assert_ne!(switches().await, before, "{function}");
            let key = led.split(['=', '&']).nth(1).unwrap();
            let undo = Done::from_key(key).unwrap().undo().unwrap();
            assert_eq!(undo.function, format!("/api/{function}"));
            let form = [(undo.object, "1"), ("on", &*undo.on.to_string())];
            submit(&ann, function, "/relay", &form).await;
            assert_eq!(switches().await, before, "{function}");
            submit(&ann, function, "/relay", &[("mailbox", "1"), ("on", &turned)]).await;
        }
    }
    assert_eq!(switches().await, first);
}

#[tokio::test]
async fn activation_is_told_on_the_profiles_page_and_the_wizard_stays() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    let (profile, _) = issue(&site, &ann, 365).await;
    let id = profile.to_string();
    let page = format!("/profiles/{id}");
    assert!(ann.get(&page).await.text().contains("name=\"to_page\""));
    act(&ann, "report_export", profile).await.unwrap();
    let form = [("profile", id.as_str()), ("untested", "true"), ("to_page", "true")];
    let led = submit(&ann, "activate_profile", &page, &form).await;
    assert_eq!(led, format!("{page}?done=profile-activated"));
    let led = submit(&ann, "deactivate_profile", &page, &form[..1]).await;
    assert_eq!(led, format!("{page}?done=profile-deactivated"));
    let sent = submit(&ann, "send_test_message", &page, &[form[0], form[2]]).await;
    assert_eq!(sent, format!("{page}?done=test-sent"));
    let wizard = ann.post("activate_profile", &form[..2]).await;
    assert!(wizard.status.is_success());
    assert_eq!(wizard.header("location"), "");
}

#[tokio::test]
async fn an_account_has_ten_mailboxes_at_most() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    let more = async |number: usize| {
        let address = format!("ann{number}@example.org");
        ann.call::<()>("add_mailbox", &[("address", &address)]).await
    };
    for number in 1..10 {
        more(number).await.unwrap();
    }
    assert_eq!(more(10).await, Err(ApiError::LimitReached { most: 10 }));
    ann.call::<()>(
        "delete_mailbox",
        &[("mailbox", "2"), ("confirmation", "ann1@example.org")],
    )
    .await
    .unwrap();
    site.pass(Duration::days(2));
    more(10).await.unwrap();
}

#[tokio::test]
async fn a_renewal_takes_the_place_and_the_page_says_what_the_old_one_is_good_for() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    let (first, _) = issue(&site, &ann, 70).await;
    activate(&ann, first).await;
    let wizard = format!("/relay/1/new-profile?renew={first}");
    let page = ann.get(&format!("/profiles/{first}")).await;
    assert!(page.text().contains(&wizard), "any time on its page");
    assert!(
        !ann.get("/relay").await.text().contains(&wizard),
        "not yet on the settings page"
    );
    site.pass(Duration::days(10));
    assert!(
        ann.get("/relay").await.text().contains(&wizard),
        "60 days before the end"
    );
    let page = ann.get(&wizard).await;
    assert!(page.text().contains("Renew Profile") && page.text().contains("Issue Certificate"));

    let (second, _) = issue(&site, &ann, 100).await;
    let successor = async |id| {
        let view: ProfileView = ann.call("profile", &[("profile", &format!("{id}"))]).await.unwrap();
        view.successor.map(|successor| successor.id)
    };
    assert_eq!(successor(first).await, None, "the new one is not active yet");
    activate(&ann, second).await;
    assert_eq!((successor(first).await, successor(second).await), (Some(second), None));
    let page = ann.get(&format!("/profiles/{first}")).await;
    assert!(
        page.text()
            .contains("It still opens answers to older mail until 2 February 2027"),
        "{}",
        page.text()
    );
    assert!(!ann.get("/relay").await.text().contains("new-profile?renew"));
    // Activated again, the older one is nobody's predecessor.
    activate(&ann, first).await;
    assert_eq!((successor(first).await, successor(second).await), (None, None));
}

#[tokio::test]
async fn only_a_profile_of_the_same_mailbox_is_renewed() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    let (profile, _) = issue(&site, &ann, 100).await;
    let second = add(&site, &ann, SECOND).await;
    let renew = async |browser: &Browser<'_>, address: &str, mailbox: &str| {
        let subject = Subject {
            mailbox: address.parse().unwrap(),
            relay_domain: "relay.example".to_owned(),
        };
        let (_, message) = browser::start(subject, Expiration::SUGGESTED, &mut UnwrapErr(SysRng)).unwrap();
        let mailbox: i64 = mailbox.parse().unwrap();
        let arguments = json!({ "mailbox": mailbox, "request": message, "renews": profile });
        browser
            .call_json::<Issuing>("request_certificate", arguments)
            .await
            .err()
    };
    assert_eq!(renew(&ann, "ann@example.org", "1").await, None);
    assert_eq!(renew(&ann, SECOND, &second).await, Some(ApiError::NotFound));
    let eve = site.member("eve@example.org").await;
    let own = mailbox(&eve, "eve@example.org").await.id.to_string();
    assert_eq!(renew(&eve, "eve@example.org", &own).await, Some(ApiError::NotFound));
}
