//! A person's data: all of it out, aliases in, and all of it gone.

use app::{
    api::{
        ApiError,
        administration::AccountLimits,
        alias::{AliasDetail, AliasPage},
        data::Import,
    },
    id::AccountId,
};
use axum::http::{Request, StatusCode};
use serde_json::Value;
use time::Duration;

use crate::http::{
    profiles::issue,
    site::{Answer, Browser, PASSWORD, Settings, Site, encode},
};
use server::{config::Allowance, store::operator::Act};

async fn export(browser: &Browser<'_>, form: &str) -> Answer {
    let request = Request::post("/account/export")
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/x-www-form-urlencoded");
    browser.send(request, encode(&[("form", form)])).await
}

async fn import(browser: &Browser<'_>, fields: &[(&str, &str)]) -> Answer {
    let mut body = String::new();
    for (name, value) in fields {
        body += &format!("--line\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    }
    body += "--line--\r\n";
    let request = Request::post("/account/import")
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "multipart/form-data; boundary=line");
    browser.send(request, body).await
}

#[tokio::test]
async fn everything_is_exported_but_no_secret() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    ann.call::<()>(
        "create_alias",
        &[("local", "amber-otter"), ("label", "=Shop"), ("mailbox", "1")],
    )
    .await
    .unwrap();
    ann.call::<()>(
        "create_api_key",
        &[("name", "phone"), ("days", "0"), ("password", PASSWORD)],
    )
    .await
    .unwrap();
    let (profile, _) = issue(&site, &ann, 100).await;
    let form = [("profile", &*profile.to_string()), ("name", "Phone")];
    ann.call::<()>("name_profile", &form).await.unwrap();
    let json = export(&ann, "json").await;
    assert_eq!(
        json.header("content-disposition"),
        "attachment; filename=\"sealpost.json\""
    );
    assert_eq!(json.header("cache-control"), "no-store");
    let all: Value = serde_json::from_slice(&json.body).unwrap();
    assert_eq!(all["account"]["email"], "ann@example.org");
    assert_eq!(all["account"]["since"], "2026-11-24T03:00:00Z");
    let mut fields: Vec<_> = all["account"].as_object().unwrap().keys().collect();
    fields.sort();
    assert_eq!(
        fields,
        [
            "email",
            "passkeys",
            "recovery_codes_left",
            "sign_in_providers",
            "since",
            "two_factor"
        ]
    );
    assert_eq!(all["mailboxes"][0]["address"], "ann@example.org");
    assert_eq!(all["aliases"][0]["address"], "amber-otter@relay.example");
    assert_eq!(all["aliases"][0]["label"], "=Shop");
    assert_eq!(all["profiles"][0]["name"], "Phone");
    assert_eq!(all["aliases"][0]["pinned"], false);
    assert_eq!(all["api_keys"][0]["name"], "phone");
    assert_eq!(all["sessions"].as_array().unwrap().len(), 1);
    for secret in ["$argon2", "sealpost_", "hash", "BEGIN"] {
        assert!(!json.text().contains(secret), "{secret}");
    }
    let csv = export(&ann, "csv").await;
    assert_eq!(
        csv.text(),
        "alias,label,note,enabled,mailbox\namber-otter@relay.example,'=Shop,,true,ann@example.org\n"
    );
}

#[tokio::test]
async fn an_export_needs_a_recent_proof_and_is_ones_own() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    let stranger = export(&site.browser(), "json").await;
    assert_eq!(
        (stranger.status, stranger.header("location")),
        (StatusCode::SEE_OTHER, "/sign-in?next=%2Faccount%2Fdata")
    );
    site.pass(Duration::minutes(11));
    let late = export(&ann, "json").await;
    assert_eq!(late.status, StatusCode::SEE_OTHER);
    assert!(
        late.header("location").starts_with("/account/"),
        "{}",
        late.header("location")
    );
    assert!(late.body.is_empty());
    let page = late.header("location");
    assert!(ann.get(page).await.text().contains("Is it you?"));
    ann.call::<()>("confirm_password", &[("password", PASSWORD)])
        .await
        .unwrap();
    let page = ann.get(page).await;
    assert!(page.text().contains("Confirmed. Export now."));
    assert!(!page.text().contains("Is it you?"));
    assert_eq!(export(&ann, "csv").await.status, StatusCode::OK);
    let request = Request::post("/account/export").header("sec-fetch-site", "cross-site");
    assert_eq!(ann.send(request, "form=json").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn aliases_of_simple_login_and_addy_io_are_imported_once() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    let eve = site.member("eve@example.org").await;
    eve.call::<()>("create_alias", &[("local", "hers"), ("label", ""), ("mailbox", "2")])
        .await
        .unwrap();
    let table = "alias,note,enabled,mailboxes\n\
                 Shop.X1@aleeas.com,\"Shop\nfor shoes\",True,ann@example.org\n\
                 old@sl.local,Old one,False,ann@example.org\n\
                 hers@sl.local,,True,ann@example.org\n\
                 postmaster@sl.local,,True,ann@example.org\n\
                 nonsense,,True,ann@example.org\n";
    let page = import(&ann, &[("mailbox", "1"), ("file", ""), ("text", table)]).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.text().contains("2 taken, 0 there already, 3 left out."),
        "{}",
        page.text()
    );
    assert!(page.text().contains("shop.x1@relay.example"));
    let aliases: AliasPage = ann.call("aliases", &[]).await.unwrap();
    let known: Vec<_> = aliases
        .aliases
        .iter()
        .map(|alias| (alias.address.as_str(), alias.label.as_str(), alias.enabled))
        .collect();
    assert_eq!(
        known,
        [
            ("old@relay.example", "Old one", false),
            ("shop.x1@relay.example", "Shop", true)
        ]
    );
    let id = aliases.aliases[1].id.to_string();
    let detail: AliasDetail = ann.call("alias", &[("alias", &id)]).await.unwrap();
    assert_eq!(detail.note, "for shoes");
    let again = import(&ann, &[("mailbox", "1"), ("text", table)]).await;
    assert!(again.text().contains("0 taken, 2 there already, 3 left out."));
    let own = "alias,label,note,enabled,mailbox\nours@second.example,Ours,,true,ann@example.org\n";
    let page = import(&ann, &[("mailbox", "1"), ("text", own)]).await;
    assert!(page.text().contains("ours@second.example"), "{}", page.text());
    let addy = "email,active,description,deleted_at\nfresh@anonaddy.me,1,News,\ngone@anonaddy.me,1,,2026-01-01\n";
    let page = import(&ann, &[("mailbox", "1"), ("file", addy)]).await;
    assert!(page.text().contains("1 taken, 0 there already, 1 left out."));
    // What another request brought is not shown.
    let imported: Option<Import> = ann.call("imported", &[]).await.unwrap();
    assert!(imported.is_none());
}

#[tokio::test]
async fn what_cannot_be_imported_is_said() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    site.member("eve@example.org").await;
    for (fields, words) in [
        (vec![("mailbox", "1"), ("text", "name\nx\n")], "no column"),
        (
            vec![("mailbox", "2"), ("text", "alias\nx@y.example\n")],
            "does not exist",
        ),
        (vec![("text", "alias\nx@y.example\n")], "does not exist"),
    ] {
        let page = import(&ann, &fields).await;
        assert!(page.text().contains(words), "{words}");
    }
    let long = format!("alias\n{}", "x@y.example\n".repeat(10_001));
    for long in ["x".repeat(8 << 20), long] {
        let page = import(&ann, &[("mailbox", "1"), ("text", &long)]).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text().contains("This is too long. A file has at most 8 MB"));
    }
    let stranger = import(&site.browser(), &[("mailbox", "1"), ("text", "alias\na.b@c.example\n")]).await;
    assert!(!stranger.text().contains("1 taken"));
    let aliases: AliasPage = ann.call("aliases", &[]).await.unwrap();
    assert_eq!(aliases.found, 0);
}

#[tokio::test]
async fn an_import_stops_at_the_limit_of_the_account() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    let limits = AccountLimits {
        aliases: Some(1),
        ..AccountLimits::default()
    };
    let act = Act::by_command(site.now());
    site.store
        .change_account_limits(AccountId(1), |_| limits, act)
        .await
        .unwrap();
    let table = "alias\nbrave-otter@y.example\ncalm-heron@y.example\n";
    import(&ann, &[("mailbox", "1"), ("text", table)]).await;
    let aliases: AliasPage = ann.call("aliases", &[]).await.unwrap();
    assert_eq!(aliases.found, 1);
}

/// As addy.io exports them: with all columns, most of which mean nothing here.
#[tokio::test]
async fn ten_thousand_lines_are_imported_in_seconds() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    let mut table = "id,user_id,aliasable_id,aliasable_type,local_part,extension,domain,email,active,description,\
                     from_name,attached_recipients_only,emails_forwarded,emails_blocked,emails_replied,emails_sent,\
                     last_forwarded,last_blocked,last_replied,last_sent,created_at,updated_at,deleted_at\n"
        .to_owned();
    let id = "50c9e585-e7f5-41c4-9016-9014c15454bc";
    for number in 0..10_000 {
        let active = number % 2;
        table += &format!(
            "{id},{id},{id},AppModelsUsername,shop.{number},,anonaddy.me,shop.{number}@anonaddy.me,{active},{},,0,1,1,1,1,\
             2026-01-01 00:00:00,2026-01-01 00:00:00,2026-01-01 00:00:00,2026-01-01 00:00:00,2026-01-01 00:00:00,\
             2026-01-01 00:00:00,\n",
            "Description ".repeat(20)
        );
    }
    assert!((5 << 20..8 << 20).contains(&table.len()), "{}", table.len());
    let begun = std::time::Instant::now();
    let page = import(&ann, &[("mailbox", "1"), ("file", &table)]).await;
    let took = begun.elapsed();
    assert!(page.text().contains("10000 taken, 0 there already, 0 left out."));
    eprintln!("{took:?}");
    let off: AliasPage = ann.call("aliases", &[("show", "off")]).await.unwrap();
    assert_eq!(off.found, 5000);
}

#[tokio::test]
async fn an_import_has_bounds_of_its_own() {
    let settings = || Settings {
        allowance: Allowance {
            mailboxes: 10,
            aliases: 3,
            aliases_per_hour: 1,
            messages_per_hour: 2000,
            replies_per_hour: 200,
        },
        ..Settings::default()
    };
    let site = Site::with(settings()).await;
    let ann = site.member("ann@example.org").await;
    let table = "alias\nshop.1@a.example\nshop.2@a.example\nshop.3@a.example\nshop.4@a.example\n";
    let page = import(&ann, &[("mailbox", "1"), ("text", table)]).await;
    assert!(page.text().contains("3 taken, 0 there already, 1 left out."));
    assert!(page.text().contains("shop.4"), "it says of which");
    // Room again, but not today.
    ann.call::<()>("delete_alias", &[("alias", "1")]).await.unwrap();
    let more = "alias\nshop.5@a.example\n";
    let page = import(&ann, &[("mailbox", "1"), ("text", more)]).await;
    assert!(page.text().contains("0 taken, 0 there already, 1 left out."));
    assert!(page.text().contains("Please try again in 1440 minutes."));
    site.pass(Duration::days(1));
    let page = import(&ann, &[("mailbox", "1"), ("text", more)]).await;
    assert!(page.text().contains("1 taken, 0 there already, 0 left out."));
}

#[tokio::test]
async fn without_a_verified_mailbox_nothing_is_offered() {
    let site = Site::new().await;
    let ann = site.browser();
    ann.sign_up("ann@example.org").await.unwrap();
    let page = ann.get("/account/import").await;
    assert!(page.text().contains("Imported aliases need a verified mailbox."));
    assert!(page.text().contains("href=\"/verify\"") && !page.text().contains("name=\"mailbox\""));
}

#[tokio::test]
async fn a_deleted_account_is_gone_from_the_files() {
    let site = Site::new().await;
    let ann = site.member("ann.unmistakable@example.org").await;
    let eve = site.member("eve@example.org").await;
    let create = [
        ("local", "amber-otter"),
        ("label", "Unmistakable label"),
        ("mailbox", "1"),
    ];
    ann.call::<()>("create_alias", &create).await.unwrap();
    ann.call::<()>(
        "create_api_key",
        &[("name", "Unmistakable key"), ("days", "0"), ("password", PASSWORD)],
    )
    .await
    .unwrap();
    let holds = |text: &str| {
        std::fs::read_dir(site.folder.path()).unwrap().any(|entry| {
            let path = entry.unwrap().path();
            path.is_file()
                && std::fs::read(path)
                    .unwrap()
                    .windows(text.len())
                    .any(|own| own == text.as_bytes())
        })
    };
    assert!(holds("ann.unmistakable") && holds("Unmistakable label"));
    let delete = |address: &'static str, password: &'static str| {
        let ann = &ann;
        async move {
            let form = [("confirmation", address), ("password", password)];
            ann.call::<()>("delete_account", &form).await
        }
    };
    assert_eq!(
        delete("ann.unmistakable@example.org", "wrong password").await,
        Err(ApiError::WrongPassword)
    );
    assert_eq!(delete("eve@example.org", PASSWORD).await, Err(ApiError::NotConfirmed));
    assert_eq!(delete("", PASSWORD).await, Err(ApiError::NotConfirmed));
    delete("Ann.Unmistakable@example.org", PASSWORD).await.unwrap();
    assert!(!holds("ann.unmistakable"), "the address");
    assert!(!holds("Unmistakable label"), "a label");
    assert!(!holds("Unmistakable key"), "a key's name");
    assert_eq!(
        ann.sign_in("ann.unmistakable@example.org", PASSWORD).await,
        Err(ApiError::WrongCredentials)
    );
    // Nobody inherits the address; and the mailbox is free for a new account.
    let create = [("local", "amber-otter"), ("label", ""), ("mailbox", "2")];
    assert_eq!(eve.call::<()>("create_alias", &create).await, Err(ApiError::AliasTaken));
    site.pass(Duration::minutes(1));
    site.member("ann.unmistakable@example.org").await;
}
