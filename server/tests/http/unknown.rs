//! Nobody learns from the web interface whose address has an account. Answers are compared octet by octet; work is compared within
//! one run, between an address that is known and one that is not.

use std::time::{Duration as Real, Instant};

use app::api::{
    ApiError,
    mailbox::{CodeMail, MailboxView},
};
use time::Duration;

use crate::http::{
    mailboxes,
    site::{Answer, Browser, PASSWORD, Site},
};

/// An address that signs in, a second mailbox of that account, one that somebody only claimed, and one of nobody.
const ADDRESSES: [&str; 4] = [
    "ann00@example.org",
    "ann02@example.org",
    "eve00@example.org",
    "new00@example.org",
];

async fn site() -> Site {
    let site = Site::new().await;
    let ann = site.member(ADDRESSES[0]).await;
    mailboxes::add(&site, &ann, ADDRESSES[1]).await;
    site.browser().sign_up(ADDRESSES[2]).await.unwrap();
    site.mails(3).await;
    site.pass(Duration::minutes(1));
    site
}

/// All that a client sees of an answer, but what is random in each.
fn seen(answer: &Answer, address: &str) -> String {
    let headers = answer.headers.iter().map(|(name, value)| {
        let value = value.to_str().unwrap();
        match name.as_str() {
            "set-cookie" => {
                let (pair, flags) = value.split_once(';').unwrap();
                let (key, secret) = pair.split_once('=').unwrap();
                format!("{name}: {key}={};{flags}\n", "x".repeat(secret.len()))
            }
            // Its nonce.
            "content-security-policy" => format!("{name}: {}\n", value.len()),
            _ => format!("{name}: {value}\n"),
        }
    });
    let text = answer.text().replace(address, "ADDRESS");
    format!("{} {}{}", answer.status, headers.collect::<String>(), masked(&text))
}

/// A text without its numbers and nonces: each mailbox has an id of its own.
fn masked(text: &str) -> String {
    let mut masked = String::new();
    for (at, piece) in text.split("nonce=\"").enumerate() {
        let rest = if at == 0 {
            piece
        } else {
            piece.split_once('"').unwrap().1
        };
        masked.extend(rest.chars().filter(|c| !c.is_ascii_digit()));
    }
    masked
}

/// Until the next hop was tried for the mail with a code: when that is depends on how busy this machine is.
async fn settled(browser: &Browser<'_>, address: &str) {
    for _ in 0..1000 {
        let own: Vec<MailboxView> = browser.call("mailboxes", &[]).await.unwrap();
        let own = own.iter().find(|own| own.address.as_str() == address).unwrap();
        if own.code != Some(CodeMail::UnderWay) {
            return;
        }
        tokio::time::sleep(Real::from_millis(10)).await;
    }
    panic!("the next hop is not tried");
}

/// All that somebody can do with an address that they have just typed.
async fn probe(site: &Site, browser: &Browser<'_>, address: &str) -> Vec<String> {
    settled(browser, address).await;
    let mut all = vec![seen(&browser.get("/verify").await, address)];
    let own: Vec<MailboxView> = browser.call("mailboxes", &[]).await.unwrap();
    let own = own.iter().find(|own| own.address.as_str() == address).unwrap();
    let id = own.id.to_string();
    let wrong = [("mailbox", id.as_str()), ("code", "aaaa-aaaa-aaaa")];
    for _ in 0..6 {
        let answer = browser.post("verify_mailbox", &wrong).await;
        all.extend([seen(&answer, address), answer.text().to_owned()]);
    }
    for wait in [0, 60, 0, 60] {
        site.pass(Duration::seconds(wait));
        let answer = browser.post("resend_code", &wrong[..1]).await;
        all.extend([seen(&answer, address), answer.text().to_owned()]);
    }
    settled(browser, address).await;
    for function in ["mailboxes", "current_viewer", "aliases"] {
        all.push(seen(&browser.post(function, &[]).await, address));
    }
    all.push(seen(&browser.get("/relay").await, address));
    all
}

#[tokio::test]
async fn signing_up_tells_nothing_of_an_address() {
    let mut all = Vec::new();
    for address in ADDRESSES {
        let site = site().await;
        let browser = site.browser();
        let form = [("email", address), ("password", "another password")];
        let answer = browser.post("sign_up", &form).await;
        let mut one = vec![seen(&answer, address)];
        assert_eq!(answer.header("location"), "/verify");
        one.extend(probe(&site, &browser, address).await);
        let again = site.browser().post("sign_up", &form).await;
        one.push(seen(&again, address));
        // Nor does signing in with what was typed.
        one.push(seen(&site.browser().post("sign_in", &form).await, address));
        all.push(one);
    }
    for (address, one) in ADDRESSES.iter().zip(&all) {
        for (number, (own, first)) in one.iter().zip(&all[0]).enumerate() {
            assert_eq!(own, first, "{address}, answer {number}");
        }
    }
}

#[tokio::test]
async fn adding_a_mailbox_tells_nothing_of_an_address() {
    let mut all = Vec::new();
    for address in ADDRESSES {
        let site = site().await;
        let browser = site.member("bob99@example.org").await;
        let mut one = vec![seen(
            &browser.post("add_mailbox", &[("address", address)]).await,
            address,
        )];
        one.extend(probe(&site, &browser, address).await);
        all.push(one);
    }
    for (address, one) in ADDRESSES.iter().zip(&all) {
        for (number, (own, first)) in one.iter().zip(&all[0]).enumerate() {
            assert_eq!(own, first, "{address}, answer {number}");
        }
    }
}

#[tokio::test]
async fn the_owner_of_a_known_address_gets_a_letter_once_a_day_and_keeps_the_account() {
    let site = site().await;
    let before = site.outbox.mail.lock().unwrap().len();
    let eve = site.browser();
    for address in [ADDRESSES[0], ADDRESSES[1]] {
        let form = [("email", address), ("password", "another password")];
        eve.call::<()>("sign_up", &form).await.unwrap();
    }
    site.letters(2).await;
    let letters = site.letters.written.lock().unwrap().clone();
    for (_, text) in &letters {
        assert!(
            text.contains("http://127.0.0.1:3000/sign-in") && text.contains("http://127.0.0.1:3000/forgot"),
            "{text}"
        );
        assert!(!text.contains("Your code is"), "{text}");
    }
    for _ in 0..3 {
        site.pass(Duration::minutes(1));
        let id = eve.call::<Vec<MailboxView>>("mailboxes", &[]).await.unwrap()[0].id;
        eve.call::<()>("resend_code", &[("mailbox", &id.to_string())])
            .await
            .unwrap();
    }
    // The mail of a third address comes after what is done with these.
    site.browser().sign_up("third@example.org").await.unwrap();
    site.mails(before + 1).await;
    assert_eq!(site.outbox.mail.lock().unwrap().len(), before + 1, "no code is mailed");
    assert_eq!(site.letters.written.lock().unwrap().len(), 2, "once a day");
    let ann = site.browser();
    assert_eq!(
        ann.sign_in(ADDRESSES[0], "another password").await,
        Err(ApiError::WrongCredentials)
    );
    ann.sign_in(ADDRESSES[0], PASSWORD).await.unwrap();
    let own: Vec<MailboxView> = ann.call("mailboxes", &[]).await.unwrap();
    assert_eq!(own.len(), 2);
}

#[tokio::test]
async fn an_account_whose_address_is_not_proved_is_no_way_in() {
    let site = Site::new().await;
    let first = site.browser();
    first.sign_up("new00@example.org").await.unwrap();
    let code = site.code("new00@example.org").await;
    let elsewhere = site.browser();
    assert_eq!(
        elsewhere.sign_in("new00@example.org", PASSWORD).await,
        Err(ApiError::WrongCredentials)
    );
    let form = [("mailbox", "1"), ("code", code.as_str())];
    first.call::<()>("verify_mailbox", &form).await.unwrap();
    elsewhere.sign_in("new00@example.org", PASSWORD).await.unwrap();
}

/// Whether two works take about the same. The shortest of each counts, in turns: other work on the machine can only add to it, so the
/// shortest of both come together in time if the works are alike, and never if one of them leaves argon2 out.
async fn are_alike(mut work: impl AsyncFnMut(usize)) -> bool {
    let mut shortest = [Real::MAX; 2];
    for round in 0..60 {
        for (which, shortest) in shortest.iter_mut().enumerate() {
            let start = Instant::now();
            work(which).await;
            *shortest = start.elapsed().min(*shortest);
        }
        let ratio = shortest[0].as_secs_f64() / shortest[1].as_secs_f64();
        if round >= 8 && (0.5..2.0).contains(&ratio) {
            return true;
        }
    }
    false
}

#[tokio::test]
async fn a_known_address_costs_the_work_of_an_unknown_one() {
    let site = site().await;
    let addresses = [ADDRESSES[0], ADDRESSES[3]];
    let alike = are_alike(async |which| {
        site.pass(Duration::minutes(10));
        let answer = site.browser().sign_in(addresses[which], "wrong").await;
        assert_eq!(answer, Err(ApiError::WrongCredentials));
    });
    assert!(alike.await, "signing in");
    let alike = are_alike(async |which| {
        site.pass(Duration::minutes(10));
        site.browser().sign_up(addresses[which]).await.unwrap();
    });
    assert!(alike.await, "signing up");
}
