//! Who has to sign in first gets to the page that they came for, and to no other site.

use crate::http::{
    codes::{self, code},
    mailboxes::submit,
    site::{Browser, PASSWORD, Site, encode},
};

const EMAIL: &str = "ann@example.org";
const PAGE: &str = "/aliases?q=a%20b";
const CARRIED: &str = "?next=%2Faliases%3Fq%3Da%2520b";

/// The value of the form's field.
async fn field(browser: &Browser<'_>, page: &str) -> Option<String> {
    let page = browser.get(page).await;
    let input = page
        .text()
        .split("<input ")
        .find(|input| input.contains("name=\"next\""))?;
    let value = input.split("value=\"").nth(1)?.split('"').next()?;
    Some(value.to_owned())
}

#[tokio::test]
async fn the_page_that_one_came_for_is_carried_through_the_password() {
    let site = Site::new().await;
    site.member(EMAIL).await;
    let browser = site.browser();
    let asked = browser.get(&format!("{PAGE}&done=alias-off&of=1")).await;
    let sign_in = asked.header("location").to_owned();
    assert_eq!(sign_in, format!("/sign-in{CARRIED}"), "without what was told there");
    assert_eq!(field(&browser, &sign_in).await.as_deref(), Some(PAGE));

    let wrong = [("email", EMAIL), ("password", "not this one"), ("next", PAGE)];
    let back = submit(&browser, "sign_in", &sign_in, &wrong).await;
    assert_eq!(field(&browser, &back).await.as_deref(), Some(PAGE), "{back}");

    let right = [("email", EMAIL), ("password", PASSWORD), ("next", PAGE)];
    assert_eq!(submit(&browser, "sign_in", &sign_in, &right).await, PAGE);
    let script = site.browser().post("sign_in", &right).await;
    assert_eq!(script.header("location"), PAGE, "with JavaScript, too");
    assert_eq!(
        site.browser().post("sign_in", &right[..2]).await.header("location"),
        "/aliases"
    );
}

#[tokio::test]
async fn the_code_does_not_forget_it() {
    let site = Site::new().await;
    let secret = codes::turn_on(&site, &site.member(EMAIL).await).await;
    let browser = site.browser();
    let form = [("email", EMAIL), ("password", PASSWORD), ("next", PAGE)];
    let second = submit(&browser, "sign_in", "/sign-in", &form).await;
    assert_eq!(second, format!("/sign-in/code{CARRIED}"));
    assert_eq!(field(&browser, &second).await.as_deref(), Some(PAGE));
    let again = format!("href=\"/sign-in{CARRIED}\"");
    assert!(browser.get(&second).await.text().contains(&again));
    let form = [("code", &*code(&secret, site.now())), ("next", PAGE)];
    assert_eq!(submit(&browser, "sign_in_with_code", &second, &form).await, PAGE);
    let late = site.browser().get(&second).await;
    assert_eq!(late.header("location"), format!("/sign-in{CARRIED}"));
}

#[tokio::test]
async fn no_other_site_is_led_to() {
    let site = Site::new().await;
    site.member(EMAIL).await;
    for evil in [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example/relay",
        "/relay/../../evil",
        "/relay\r\nSet-Cookie: x=1",
        "/api/sign_out",
        "/profiles/1/user.pem",
    ] {
        let browser = site.browser();
        let escaped = encode(&[("next", evil)]);
        for page in ["/sign-in", "/sign-in/code"] {
            let page = browser.get(&format!("{page}?{escaped}")).await;
            assert!(!page.text().contains("name=\"next\""), "{evil:?}");
            assert!(["", "/sign-in"].contains(&page.header("location")), "{evil:?}");
        }
        let form = [("email", EMAIL), ("password", PASSWORD), ("next", evil)];
        assert_eq!(
            submit(&browser, "sign_in", "/sign-in", &form).await,
            "/aliases",
            "{evil:?}"
        );
        site.pass(time::Duration::minutes(15));
    }
}
