use serde_json::Value;

use super::sealpost;
use crate::support::home::{Home, SECRET, letter};

const BOB: &str = "bob@example.com";

/// Asks until the relay has noticed what another process changed: five seconds at most on SQLite.
async fn answers(home: &Home, expected: &str) {
    for _ in 0..600 {
        let said = home.send(BOB, &home.alias, &letter(&home.alias, SECRET)).await;
        if said.starts_with(expected) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("never {expected}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_is_turned_off_takes_no_mail_until_it_is_on_again() {
    let home = Home::new().await;
    home.activate().await;
    let run = |arguments: &[&str]| sealpost(&home.database(), home.folder.path(), arguments);
    answers(&home, "250").await;
    let (done, said) = run(&["account", "disable", "ann@example.org"]);
    assert!(done && said.starts_with("Account 1 is off now"), "{said}");
    answers(&home, "550 5.1.1").await;
    let (_, said) = run(&["account", "disable", "1"]);
    assert!(said.contains("was off already"), "{said}");
    let (_, listed) = run(&["account", "list"]);
    let row = listed.lines().nth(1).unwrap();
    assert!(row.contains(" off ") && row.ends_with("ann@example.org"), "{listed}");
    let (done, said) = run(&["account", "enable", "1"]);
    assert!(done && said == "Account 1 is on again.\n", "{said}");
    answers(&home, "250").await;
    let (_, log) = run(&["log"]);
    let words: Vec<_> = log.lines().filter_map(|line| line.split_whitespace().nth(1)).collect();
    assert_eq!(words, ["account_enabled", "account_disabled"], "{log}");
    // As after a newer release was taken back.
    home.sql("INSERT INTO operator_log (at, action, subject) VALUES (1, 'account_painted', '1')")
        .await;
    let (done, log) = run(&["log"]);
    assert!(done && log.contains("account_painted"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_listed_with_sizes_and_times_but_no_correspondents() {
    let home = Home::new().await;
    home.activate().await;
    answers(&home, "250").await;
    home.clear_mailbox("eve@example.org", "calm-heron").await;
    let run = |arguments: &[&str]| sealpost(&home.database(), home.folder.path(), arguments);
    let (done, listed) = run(&["account", "list", "--json"]);
    assert!(done, "{listed}");
    let all: Value = serde_json::from_str(&listed).unwrap();
    let ann = &all[0];
    for (field, value) in [
        ("number", Value::from(1)),
        ("address", "ann@example.org".into()),
        ("verified", true.into()),
        ("disabled", Value::Null),
        ("second_factor", false.into()),
        ("mailboxes", 1.into()),
        ("aliases", 1.into()),
        ("messages", 1.into()),
    ] {
        assert_eq!(ann[field], value, "{field}: {listed}");
    }
    assert!(
        ann["last_mail"].is_string() && all[1]["last_mail"].is_null(),
        "{listed}"
    );
    let (_, table) = run(&["account", "list"]);
    assert_eq!(table.lines().count(), 3, "{table}");
    let (_, shown) = run(&["account", "show", "ANN@example.org"]);
    assert!(shown.contains("Messages        1\n"), "{shown}");
    for text in [listed, table, shown] {
        assert!(
            !text.contains("bob@") && !text.contains("example.com") && !text.contains("amber-otter"),
            "{text}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_created_without_a_secret_and_deleted_after_a_word() {
    let home = Home::new().await;
    let run = |arguments: &[&str]| sealpost(&home.database(), home.folder.path(), arguments);
    let (done, said) = run(&["account", "create", "Eve@example.net"]);
    assert!(done, "{said}");
    assert!(said.contains("https://mail.example.org/forgot "), "{said}");
    let eve = home
        .store
        .recovery_mailbox(&"eve@example.net".parse().unwrap())
        .await
        .unwrap();
    assert!(eve.is_some(), "the code for a password is mailed to it");
    for (arguments, expected) in [
        (
            &["account", "create", "eve@EXAMPLE.net"][..],
            "is a mailbox of an account already",
        ),
        (
            &["account", "create", "x@relay.example"],
            "is under a domain of this relay",
        ),
        (&["account", "create", "no address"], "invalid value"),
        (
            &["account", "show", "mallory@example.net"],
            "there is no account \"mallory@example.net\"",
        ),
        (&["account", "disable", "99"], "there is no account \"99\""),
        (
            &["account", "delete", "eve@example.net"],
            "nothing is deleted without --yes",
        ),
    ] {
        let (done, said) = run(arguments);
        assert!(!done && said.contains(expected), "{arguments:?}: {said}");
    }
    let (done, said) = run(&["account", "delete", "eve@example.net", "--yes"]);
    assert!(done && said.ends_with("is deleted.\n"), "{said}");
    let (done, _) = run(&["account", "show", "eve@example.net"]);
    assert!(!done);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_is_given_and_taken_and_both_are_in_the_log() {
    let home = Home::new().await;
    let run = |arguments: &[&str]| sealpost(&home.database(), home.folder.path(), arguments);
    assert!(!home.store.is_administrator(home.account).await.unwrap());
    for (state, says, is_one) in [
        ("off", "is no administrator.", false),
        ("on", "is an administrator now", true),
        ("on", "is an administrator already", true),
        ("off", "is no administrator any more", false),
    ] {
        let (done, said) = run(&["account", "administrator", "ann@example.org", state]);
        assert!(done && said.contains(says), "{said}");
        assert_eq!(home.store.is_administrator(home.account).await.unwrap(), is_one);
    }
    let (_, log) = run(&["log"]);
    let words: Vec<_> = log.lines().filter_map(|line| line.split_whitespace().nth(1)).collect();
    assert_eq!(words, ["administrator_removed", "administrator_added"], "{log}");
    let (done, said) = run(&["account", "create", "eve@example.net", "--administrator"]);
    assert!(done, "{said}");
    let (_, listed) = run(&["account", "list", "--json"]);
    let all: Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(
        (&all[0]["administrator"], &all[1]["administrator"]),
        (&false.into(), &true.into())
    );
    run(&["account", "disable", "eve@example.net"]);
    let eve = home.store.find_account("eve@example.net").await.unwrap().unwrap();
    assert!(
        !home.store.is_administrator(eve).await.unwrap(),
        "nobody who is turned off is one"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_is_listed_by_its_name_and_taken_back() {
    let home = Home::new().await;
    let run = |arguments: &[&str]| sealpost(&home.database(), home.folder.path(), arguments);
    let (done, said) = run(&["invite"]);
    assert!(done, "{said}");
    let (code, name) = (said.lines().next().unwrap(), said.split_whitespace().last().unwrap());
    let (_, listed) = run(&["invite", "list"]);
    assert!(listed.lines().nth(1).unwrap().starts_with(name), "{listed}");
    assert!(!listed.contains(code) && !code.contains(name), "{listed}");
    let (done, said) = run(&["invite", "revoke", name]);
    assert!(done && said.contains("is revoked"), "{said}");
    let (done, said) = run(&["invite", "revoke", name]);
    assert!(!done && said.contains("sealpost invite list shows all"), "{said}");
    assert_eq!(run(&["invite", "list"]).1.lines().count(), 1);
    let (_, log) = run(&["log"]);
    let words: Vec<_> = log.lines().filter_map(|line| line.split_whitespace().nth(1)).collect();
    assert_eq!(words, ["invitation_revoked", "invitation_created"], "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_limits_of_an_account_are_set_and_shown() {
    let home = Home::new().await;
    home.activate().await;
    let run = |arguments: &[&str]| sealpost(&home.database(), home.folder.path(), arguments);
    answers(&home, "250").await;
    let (done, said) = run(&["account", "limit", "1", "--messages", "1", "--mailboxes=0"]);
    assert!(done, "{said}");
    assert_eq!(
        said,
        "Mailboxes         0 (of the relay: 10)\nAliases           10000, as the relay's\n\
         Messages an hour  1 (of the relay: 2000)\nReplies an hour   200, as the relay's\n"
    );
    answers(&home, "450 4.2.1").await;
    let (_, said) = run(&["account", "limit", "ann@example.org", "--messages", "relay"]);
    assert!(
        said.starts_with("Mailboxes         0 ") && said.contains("hour  2000, as"),
        "{said}"
    );
    answers(&home, "250").await;
    let (done, said) = run(&["account", "limit", "1", "--aliases", "many"]);
    assert!(!done && said.contains("invalid digit"), "{said}");
    let (_, log) = run(&["log"]);
    assert_eq!(log.matches("limits_changed").count(), 2, "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_can_sign_up_and_the_announcement_are_decided_while_the_relay_runs() {
    let home = Home::new().await;
    let run = |arguments: &[&str]| sealpost(&home.database(), home.folder.path(), arguments);
    let (_, said) = run(&["sign-up"]);
    assert_eq!(said, "Everybody can sign up, as SEALPOST_SIGN_UP says.\n");
    let (_, said) = run(&["sign-up", "closed"]);
    assert!(
        said.starts_with("Nobody can sign up, as an administrator decided"),
        "{said}"
    );
    let (_, said) = run(&["doctor"]);
    assert!(!said.contains("everybody can sign up"), "{said}");
    let (_, said) = run(&["sign-up", "settings"]);
    assert!(said.contains("as SEALPOST_SIGN_UP says"), "{said}");
    for (arguments, expected) in [
        (&["announce"][..], "There is none.\n"),
        (&["announce", "No mail on Sunday"], "Every page shows it now.\n"),
        (&["announce"], "No mail on Sunday\n"),
        (&["announce", "--clear"], "The announcement is removed.\n"),
        (&["announce"], "There is none.\n"),
    ] {
        assert_eq!(run(arguments), (true, expected.to_owned()), "{arguments:?}");
    }
    let (done, said) = run(&["announce", &"x".repeat(501)]);
    assert!(!done && said.contains("up to 500 characters"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn domains_are_listed_with_their_aliases() {
    let home = Home::new().await;
    let (done, said) = sealpost(&home.database(), home.folder.path(), &["domain", "list"]);
    assert!(done, "{said}");
    let row: Vec<_> = said.lines().nth(1).unwrap().split_whitespace().collect();
    assert_eq!(row, ["1", "-", "main", "relay.example"], "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_linked_with_its_person_at_the_provider() {
    let home = Home::new().await;
    let (done, said) = sealpost(&home.database(), home.folder.path(), &["account", "unlink", "1"]);
    assert!(!done && said.contains("oidc_issuer"), "{said}");
    std::fs::write(
        home.folder.path().join("sealpost.toml"),
        "oidc_issuer = 'https://id.example'\noidc_client_id = 'x'\noidc_client_secret = 'y'\noidc_name = 'Our House'\n",
    )
    .unwrap();
    let run = |arguments: &[&str]| sealpost(&home.database(), home.folder.path(), arguments);
    let (done, said) = run(&["account", "link", "ann@example.org", "--subject", "7"]);
    assert!(done, "{said}");
    assert_eq!(said, "Account 1 is linked: its person signs in with Our House.\n");
    let (done, said) = run(&["account", "link", "1", "--subject", "8"]);
    assert!(!done && said.contains("is linked with somebody"), "{said}");
    for subject in ["", &"x".repeat(256)] {
        let (done, said) = run(&["account", "link", "1", "--subject", subject]);
        assert!(!done && said.contains("1 to 255 characters"), "{said}");
    }
    let (done, said) = run(&["account", "unlink", "1"]);
    assert!(done && said.contains("is not linked any more"), "{said}");
    let (_, said) = run(&["account", "unlink", "1"]);
    assert_eq!(said, "Account 1 was not linked.\n");
    let (_, log) = run(&["log"]);
    let words: Vec<_> = log.lines().filter_map(|line| line.split_whitespace().nth(1)).collect();
    assert_eq!(words, ["identity_unlinked", "identity_linked"], "{log}");
}
