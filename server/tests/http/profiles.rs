use app::{
    api::{
        ApiError,
        mailbox::{MailboxView, Protection},
        profile::{Issuing, KeysView, ProfileView},
    },
    id::ProfileId,
    pki::{
        issuance::browser::{self, Issued, Requested},
        name::Subject,
        role::Role,
        validity::{Expiration, Unit},
    },
    profile::ProfileState,
};
use axum::http::StatusCode;
use getrandom::SysRng;
use rand_core::UnwrapErr;
use serde_json::json;
use time::Duration;

use crate::http::site::{Browser, Site};

/// Messages 1 and 2.
async fn request(browser: &Browser<'_>, days: u16) -> Result<(Requested, Issuing), ApiError> {
    let subject = Subject {
        mailbox: "ann@example.org".parse().unwrap(),
        relay_domain: "relay.example".to_owned(),
    };
    let expiration = Expiration {
        amount: days,
        unit: Unit::Days,
    };
    let (requested, message) = browser::start(subject, expiration, &mut UnwrapErr(SysRng)).unwrap();
    let arguments = json!({ "mailbox": 1, "request": message });
    Ok((requested, browser.call_json("request_certificate", arguments).await?))
}

/// All three messages.
pub async fn issue(site: &Site, browser: &Browser<'_>, days: u16) -> (ProfileId, Issued) {
    let (requested, issuing) = request(browser, days).await.unwrap();
    let (issued, completion) = requested
        .finish(&issuing.answer, site.now(), &mut UnwrapErr(SysRng))
        .unwrap();
    let arguments = json!({ "profile": issuing.profile, "completion": completion });
    browser.call_json::<()>("complete_profile", arguments).await.unwrap();
    (issuing.profile, issued)
}

async fn mailbox(browser: &Browser<'_>) -> MailboxView {
    browser.call::<Vec<_>>("mailboxes", &[]).await.unwrap().remove(0)
}

pub async fn act(browser: &Browser<'_>, function: &str, profile: ProfileId) -> Result<(), ApiError> {
    browser.call(function, &[("profile", &profile.to_string())]).await
}

/// After the export, without a test.
pub async fn activate(browser: &Browser<'_>, profile: ProfileId) {
    act(browser, "report_export", profile).await.unwrap();
    let id = profile.to_string();
    let form = [("profile", id.as_str()), ("untested", "true")];
    browser.call::<()>("activate_profile", &form).await.unwrap();
}

#[tokio::test]
async fn profiles_have_names_that_tell_them_apart() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    let names = async || -> Vec<String> {
        let profiles = mailbox(&ann).await.profiles;
        profiles.into_iter().rev().map(|profile| profile.name).collect()
    };
    let (first, _) = issue(&site, &ann, 100).await;
    let (second, _) = issue(&site, &ann, 100).await;
    let day = names().await.remove(0);
    assert!(day.starts_with("S/MIME, ") && day.ends_with(" 2026"), "{day}");
    assert_eq!(names().await, [day.clone(), format!("{day} (2)")]);
    let rename = async |browser: &Browser<'_>, profile: ProfileId, name: &str| {
        let form = [("profile", &*profile.to_string()), ("name", name)];
        browser.call::<()>("name_profile", &form).await
    };
    rename(&ann, first, " </title><b>Work\tphone ").await.unwrap();
    assert_eq!(names().await[0], "</title><b>Work phone");
    let answer = ann.get(&format!("/profiles/{first}")).await;
    let page = answer.text();
    assert!(
        page.contains("<h1>&lt;/title>&lt;b>Work phone</h1>")
            || page.contains("<h1>&lt;/title&gt;&lt;b&gt;Work phone</h1>"),
        "{page}"
    );
    // In the value of a field it may stand as it is (HTML §13.1.2.3).
    let shown = page.replace("value=\"</title><b>Work phone\"", "");
    assert!(!shown.contains("</title><b>"), "{shown}");
    // It may keep its name, and take none of another.
    rename(&ann, first, "</title><b>Work phone").await.unwrap();
    rename(&ann, second, "</title><b>Work phone").await.unwrap();
    assert_eq!(names().await, ["</title><b>Work phone", "</title><b>Work phone (2)"]);
    for name in ["", " ", &*"ä".repeat(65)] {
        assert_eq!(rename(&ann, first, name).await, Err(ApiError::InvalidProfileName));
    }
    let eve = site.member("eve@example.org").await;
    assert_eq!(rename(&eve, first, "Mine").await, Err(ApiError::NotFound));
}

#[tokio::test]
async fn a_profile_is_named_by_the_mail_app_that_it_was_made_for() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    let subject = Subject {
        mailbox: "ann@example.org".parse().unwrap(),
        relay_domain: "relay.example".to_owned(),
    };
    for expected in ["Thunderbird, ", " (2)"] {
        let (_, message) = browser::start(subject.clone(), Expiration::SUGGESTED, &mut UnwrapErr(SysRng)).unwrap();
        let arguments = json!({ "mailbox": 1, "request": message, "device": "thunderbird" });
        let issuing: Issuing = ann.call_json("request_certificate", arguments).await.unwrap();
        assert!(
            issuing.name.contains(expected) && issuing.name.starts_with("Thunderbird"),
            "{}",
            issuing.name
        );
    }
}

#[tokio::test]
async fn a_profile_is_issued_activated_and_deleted() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    let (profile, issued) = issue(&site, &ann, 100).await;
    let view: ProfileView = ann.call("profile", &[("profile", &profile.to_string())]).await.unwrap();
    assert_eq!((view.summary.state, view.summary.days_left), (ProfileState::Ready, 100));
    let KeysView::Smime(certificates) = view.keys else {
        panic!("it is of S/MIME")
    };
    let roles: Vec<_> = certificates.iter().map(|certificate| certificate.role).collect();
    assert_eq!(
        roles,
        [Role::User, Role::Root, Role::Intermediate],
        "the order in which iOS wants them"
    );
    assert_eq!(mailbox(&ann).await.protection, Protection::Clear);
    activate(&ann, profile).await;
    let sealed = mailbox(&ann).await;
    assert_eq!(
        (sealed.protection, sealed.kill_switch),
        (Protection::Sealed { days_left: 100 }, true)
    );
    let (second, _) = issue(&site, &ann, 10).await;
    activate(&ann, second).await;
    let states: Vec<_> = mailbox(&ann)
        .await
        .profiles
        .iter()
        .map(|own| (own.id, own.state))
        .collect();
    assert_eq!(states, [(second, ProfileState::Active), (profile, ProfileState::Ready)]);
    site.pass(Duration::days(10) + Duration::SECOND);
    let late = mailbox(&ann).await;
    assert_eq!(
        (late.protection, late.profiles[0].state),
        (Protection::Refused, ProfileState::Expired)
    );
    assert_eq!(late.profiles[0].days_left, -1);
    assert_eq!(act(&ann, "activate_profile", second).await, Err(ApiError::ProfileState));
    assert_eq!(
        act(&ann, "deactivate_profile", second).await,
        Err(ApiError::ProfileState)
    );
    for own in [profile, second] {
        act(&ann, "delete_profile", own).await.unwrap();
        assert_eq!(act(&ann, "delete_profile", own).await, Err(ApiError::NotFound));
    }
    assert!(mailbox(&ann).await.profiles.is_empty());
    assert_eq!(issued.chain().user().rfc822_names(), ["ann@example.org"]);
}

#[tokio::test]
async fn downloads_are_the_chains_certificates_and_openssl_reads_them() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    let (profile, issued) = issue(&site, &ann, 100).await;
    let chain = issued.chain();
    for (role, certificate) in [
        ("root", chain.root()),
        ("intermediate", chain.intermediate()),
        ("user", chain.user()),
    ] {
        for (form, media_type) in [
            ("pem", "application/x-x509-ca-cert"),
            ("der", "application/x-x509-ca-cert"),
            ("crt", "application/x-x509-ca-cert"),
        ] {
            let answer = ann.get(&format!("/profiles/{profile}/{role}.{form}")).await;
            assert_eq!(
                (answer.status, answer.header("content-type")),
                (StatusCode::OK, media_type)
            );
            let name = format!("attachment; filename=\"{role}-ann@example.org.{form}\"");
            assert_eq!(answer.header("content-disposition"), name);
            assert_eq!(answer.header("cache-control"), "no-store");
            assert_eq!(openssl_der(&answer.body, form == "pem"), certificate.der());
        }
    }
    for file in ["user.p12", "correspondent.pem", "user", "..%2fuser.pem"] {
        let answer = ann.get(&format!("/profiles/{profile}/{file}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{file}");
    }
}

fn openssl_der(certificate: &[u8], pem: bool) -> Vec<u8> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), certificate).unwrap();
    let form = if pem { "PEM" } else { "DER" };
    let output = std::process::Command::new("openssl")
        .args(["x509", "-inform", form, "-outform", "DER", "-in"])
        .arg(file.path())
        .output()
        .expect("the program `openssl` is missing: install the package of that name");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

#[tokio::test]
async fn another_accounts_profile_does_not_exist() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    let (profile, _) = issue(&site, &ann, 100).await;
    let (requested, open) = request(&ann, 100).await.unwrap();
    let (_, completion) = requested
        .finish(&open.answer, site.now(), &mut UnwrapErr(SysRng))
        .unwrap();
    let complete = json!({ "profile": open.profile, "completion": completion });
    let eve = site.member("eve@example.org").await;
    let stranger = site.browser();
    for function in [
        "report_export",
        "activate_profile",
        "deactivate_profile",
        "delete_profile",
    ] {
        assert_eq!(
            act(&eve, function, profile).await,
            Err(ApiError::NotFound),
            "{function}"
        );
        assert_eq!(
            act(&stranger, function, profile).await,
            Err(ApiError::SignedOut),
            "{function}"
        );
    }
    for (other, refusal) in [(&eve, ApiError::NotFound), (&stranger, ApiError::SignedOut)] {
        let id = profile.to_string();
        assert_eq!(
            other.call::<ProfileView>("profile", &[("profile", &id)]).await,
            Err(refusal.clone())
        );
        assert_eq!(
            other.call_json::<()>("complete_profile", complete.clone()).await,
            Err(refusal.clone())
        );
        assert_eq!(request(other, 100).await.err(), Some(refusal));
        let download = other.get(&format!("/profiles/{profile}/root.pem")).await;
        assert_eq!(download.status, StatusCode::NOT_FOUND);
    }
    ann.call_json::<()>("complete_profile", complete).await.unwrap();
}

#[tokio::test]
async fn an_issuance_is_for_a_verified_mailbox_and_ends_after_an_hour() {
    let site = Site::new().await;
    let browser = site.browser();
    browser.sign_up("ann@example.org").await.unwrap();
    assert_eq!(request(&browser, 100).await.err(), Some(ApiError::MailboxUnverified));
    let code = site.code("ann@example.org").await;
    let form = [("mailbox", "1"), ("code", code.as_str())];
    browser.call::<()>("verify_mailbox", &form).await.unwrap();
    let (requested, issuing) = request(&browser, 100).await.unwrap();
    let id = issuing.profile.to_string();
    let unfinished = browser.call::<ProfileView>("profile", &[("profile", &id)]).await;
    assert_eq!(unfinished, Err(ApiError::NotFound), "it has no page yet");
    assert_eq!(
        act(&browser, "activate_profile", issuing.profile).await,
        Err(ApiError::ProfileState)
    );
    let (_, completion) = requested
        .finish(&issuing.answer, site.now(), &mut UnwrapErr(SysRng))
        .unwrap();
    site.pass(Duration::HOUR);
    let arguments = json!({ "profile": issuing.profile, "completion": completion });
    let late = browser.call_json::<()>("complete_profile", arguments).await;
    assert_eq!(late, Err(ApiError::NotFound));
}

#[tokio::test]
async fn a_completion_of_another_chain_is_refused_by_name() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    let (first, issuing) = request(&ann, 100).await.unwrap();
    let (second, other) = request(&ann, 50).await.unwrap();
    let rng = &mut UnwrapErr(SysRng);
    let (_, completion) = first.finish(&issuing.answer, site.now(), rng).unwrap();
    let (_, wrong) = second.finish(&other.answer, site.now(), rng).unwrap();
    let complete = |completion| json!({ "profile": issuing.profile, "completion": completion });
    let refused = ann.call_json::<()>("complete_profile", complete(wrong)).await;
    assert!(matches!(refused, Err(ApiError::Issuance(_))), "{refused:?}");
    ann.call_json::<()>("complete_profile", complete(completion))
        .await
        .unwrap();
}
