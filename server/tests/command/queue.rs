use serde_json::Value;
use test_support::provider::{Mood, Provider};

use super::sealpost;
use crate::support::home::{Home, SECRET, letter};

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_listed_tried_again_and_deleted() {
    let (home, closed) = Home::with_smarthost_away().await;
    let run = |arguments: &[&str]| sealpost(&home.database(), home.folder.path(), arguments);
    let waiting = || {
        let (done, listed) = run(&["queue", "list", "--json"]);
        assert!(done, "{listed}");
        let all: Value = serde_json::from_str(&listed).unwrap();
        all.as_array().unwrap().clone()
    };
    for _ in 0..2 {
        let said = home
            .send("bob@example.com", &home.alias, &letter(&home.alias, SECRET))
            .await;
        assert!(said.starts_with("250"), "{said}");
    }
    let put_off = |all: &[Value]| {
        all.len() == 2
            && all
                .iter()
                .all(|each| each["tries"] == 1 && each["in_delivery"] == false)
    };
    let mut all = waiting();
    for _ in 0..100 {
        if put_off(&all) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        all = waiting();
    }
    assert!(put_off(&all), "{all:?}");
    assert_eq!(all[0]["account"], 1);
    let names: Vec<_> = all
        .iter()
        .map(|each| each["message"].as_str().unwrap().to_owned())
        .collect();
    let (_, table) = run(&["queue", "list"]);
    assert!(table.contains(&names[0]) && !table.contains("example"), "{table}");

    let (done, said) = run(&["queue", "drop", "--account", "7", "--yes"]);
    assert!(!done && said.contains("no account"), "{said}");
    let (done, said) = run(&["queue", "drop", &names[0]]);
    assert!(!done && said.contains("nothing is deleted without --yes"), "{said}");
    let (done, said) = run(&["queue", "drop", &names[0], "--yes"]);
    assert!(done, "{said}");
    let (done, said) = run(&["queue", "show", &names[0]]);
    assert!(!done && said.contains("waits"), "{said}");
    let (_, log) = run(&["log"]);
    assert!(log.contains("message_dropped") && log.contains(&names[0]), "{log}");

    the_rest_of_an_account_is_deleted(&home, &names[1]).await;

    let provider = Provider::start_at(closed, Mood::Takes);
    let (done, said) = run(&["queue", "retry", &names[1]]);
    assert!(done, "{said}");
    for _ in 0..600 {
        if provider.arrived().len() == 1 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(provider.arrived().len(), 1);
    let (done, _) = run(&["queue", "retry", &names[1]]);
    assert!(!done, "it does not wait any more");
    let (done, _) = run(&["queue", "retry"]);
    assert!(done);
}

/// One message more, of another account, which goes with all of that account.
async fn the_rest_of_an_account_is_deleted(home: &Home, other: &str) {
    let run = |arguments: &[&str]| sealpost(&home.database(), home.folder.path(), arguments);
    let waiting = || {
        let (_, listed) = run(&["queue", "list", "--json"]);
        let all: Value = serde_json::from_str(&listed).unwrap();
        all.as_array().unwrap().clone()
    };
    home.clear_mailbox("eve@example.org", "calm-heron").await;
    let said = home
        .send(
            "bob@example.com",
            "calm-heron@relay.example",
            &letter("calm-heron@relay.example", SECRET),
        )
        .await;
    assert!(said.starts_with("250"), "{said}");
    for _ in 0..100 {
        if waiting().iter().filter(|each| each["tries"] == 1).count() == 2 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let whose = waiting().iter().find(|each| each["message"] != other).unwrap()["account"].to_string();
    let (done, said) = run(&["queue", "drop", "--account", &whose, "--yes"]);
    assert!(done && said.ends_with("deleted: 1.\n"), "{said}");
    assert_eq!(waiting().len(), 1);
}
