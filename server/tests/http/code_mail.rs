//! A mail with a code that cannot leave: the log says why, and the page says that it is delayed and nothing of the address.

use std::sync::{Arc, atomic::Ordering};

use app::api::mailbox::{CodeMail, MailboxView};
use server::{
    config::Lanes,
    deliver::{Courier, KeepLimits, SmarthostCourier},
};

use crate::{
    http::site::{Browser, Settings, Site, eventually},
    support::log::Log,
};

async fn with_smarthost(url: &str) -> Site {
    let kept = KeepLimits::of(Lanes {
        total: 1,
        per_domain: 1,
    });
    let courier: Arc<dyn Courier> = Arc::new(SmarthostCourier::new(url, None, "relay.example", kept).unwrap());
    Site::with(Settings {
        courier: Some(courier),
        ..Settings::default()
    })
    .await
}

async fn way(browser: &Browser<'_>) -> Option<CodeMail> {
    let mailboxes: Vec<MailboxView> = browser.call("mailboxes", &[]).await.unwrap();
    mailboxes[0].code
}

/// The part of the page that says where the mail is.
async fn shown(browser: &Browser<'_>) -> String {
    let page = browser.get("/verify").await;
    let text = page.text();
    let from = text.find("<div role=\"status\" id=\"way-").unwrap();
    let to = from + text[from..].find("<form").unwrap();
    let part = &text[from..to];
    // The number of the mailbox is each person's own.
    part.replace(|c: char| c.is_ascii_digit(), "0")
}

#[tokio::test]
async fn a_closed_port_and_a_name_without_address_are_told_in_words() {
    let closed = test_support::ports::free();
    for (url, says) in [
        (format!("smtp://{closed}"), "Connection refused"),
        (
            "smtp://smarthost.invalid".to_owned(),
            "the smarthost's name is not found",
        ),
    ] {
        let (log, _guard) = Log::start();
        let site = with_smarthost(&url).await;
        let browser = site.browser();
        browser.sign_up("ann@example.org").await.unwrap();
        // The site before tries again meanwhile.
        eventually(|| log.text().contains(says)).await;
        let text = log.text();
        let line = text.lines().find(|line| line.contains(says)).unwrap();
        for words in ["WARN", "did not leave yet", "tried again in 1 s", "`sealpost doctor`"] {
            assert!(line.contains(words), "{words} in {line}");
        }
        assert!(!text.contains("ann@") && !text.contains("example.org"), "{text}");
        assert_eq!(way(&browser).await, Some(CodeMail::Delayed));
        let part = shown(&browser).await;
        assert!(part.contains("is delayed") && part.contains("data-again"), "{part}");
    }
}

#[tokio::test]
async fn the_refusal_of_the_next_hop_is_told_without_the_address() {
    let (log, _guard) = Log::start();
    let site = Site::new().await;
    site.outbox.fails.store(true, Ordering::Relaxed);
    let browser = site.browser();
    browser.sign_up("ann@example.org").await.unwrap();
    eventually(|| log.text().contains("did not leave yet")).await;
    let text = log.text();
    assert!(text.contains("450 4.2.0 (an address) is greylisted"), "{text}");
    assert!(!text.contains("ann@"), "{text}");
    // The next hop answers, so nothing of the mailbox is told.
    assert_eq!(way(&browser).await, Some(CodeMail::Reached));
    assert!(!shown(&browser).await.contains("delayed"));
}

#[tokio::test]
async fn somebody_elses_address_looks_like_any_other_while_mail_is_delayed() {
    let site = Site::new().await;
    site.member("ann@example.org").await;
    // An address gets one code a minute.
    site.pass(time::Duration::minutes(2));
    site.outbox.unreachable.store(true, Ordering::Relaxed);
    let (eve, bob) = (site.browser(), site.browser());
    eve.sign_up("ann@example.org").await.unwrap();
    bob.sign_up("bob@example.org").await.unwrap();
    for browser in [&eve, &bob] {
        eventually_delayed(browser).await;
    }
    assert_eq!(shown(&eve).await, shown(&bob).await);
    site.outbox.unreachable.store(false, Ordering::Relaxed);
    let code = site.code("bob@example.org").await;
    site.letters(1).await;
    assert_eq!(
        (way(&eve).await, way(&bob).await),
        (Some(CodeMail::Reached), Some(CodeMail::Reached))
    );
    assert_eq!(shown(&eve).await, shown(&bob).await);
    assert!(!shown(&bob).await.contains("data-again"));
    let id = bob.call::<Vec<MailboxView>>("mailboxes", &[]).await.unwrap()[0]
        .id
        .to_string();
    bob.call::<()>("verify_mailbox", &[("mailbox", &id), ("code", &code)])
        .await
        .unwrap();
    assert_eq!(way(&bob).await, None);
}

async fn eventually_delayed(browser: &Browser<'_>) {
    for _ in 0..1000 {
        if way(browser).await == Some(CodeMail::Delayed) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("it is not delayed");
}

#[tokio::test]
async fn a_code_that_was_replaced_is_not_mailed_any_more() {
    let site = Site::new().await;
    site.outbox.unreachable.store(true, Ordering::Relaxed);
    let browser = site.browser();
    browser.sign_up("ann@example.org").await.unwrap();
    eventually_delayed(&browser).await;
    site.pass(time::Duration::minutes(1));
    let id = browser.call::<Vec<MailboxView>>("mailboxes", &[]).await.unwrap()[0]
        .id
        .to_string();
    browser.call::<()>("resend_code", &[("mailbox", &id)]).await.unwrap();
    site.outbox.unreachable.store(false, Ordering::Relaxed);
    let code = site.code("ann@example.org").await;
    // The first one's next attempts were due one second and eleven seconds after its failure.
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    assert_eq!(site.outbox.mail.lock().unwrap().len(), 1);
    browser
        .call::<()>("verify_mailbox", &[("mailbox", &id), ("code", &code)])
        .await
        .unwrap();
}
