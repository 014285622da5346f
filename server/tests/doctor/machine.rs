//! This machine: the port, the folder, its keys; and nothing is changed.

use std::{fs, net::TcpListener, os::unix::fs::PermissionsExt, path::Path};

use sea_orm::{ConnectionTrait, Database};
use test_support::{privilege, rspamd::Rspamd};

use crate::{
    operator::Operator,
    peer::{Act, Peer},
};

#[test]
fn another_mail_server_on_the_port_is_named_by_its_greeting() {
    let peer = Peer::start(false, |_, line| match line {
        "" => Act::Say("220 mail.example.org ESMTP Postfix (Debian)".into()),
        _ => Act::Usual,
    });
    let findings = Operator::new().with("SMTP", peer.address).doctor(&[]);
    findings.assert(
        "receiver",
        "bad",
        "another program has this port; it says \"220 mail.example.org ESMTP Postfix",
    );
    assert_eq!(findings.code, Some(1));
}

#[test]
fn a_port_that_the_relay_could_not_have_is_told_from_one_that_is_free() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut operator = Operator::new().with("SMTP", format!("127.0.0.1:{port}"));
    operator
        .doctor(&[])
        .assert("receiver", "warning", "the relay does not run");
    // Held at another address, so that the relay could not listen at all of them.
    let _held = TcpListener::bind(("127.0.0.5", port)).unwrap();
    operator.set("SMTP", format!("0.0.0.0:{port}"));
    operator.doctor(&[]).assert(
        "receiver",
        "bad",
        "another program has this port at one of the addresses",
    );
    operator.set("SMTP", format!("0.0.0.0:{port}"));
    operator
        .doctor(&[])
        .assert("receiver", "warning", "this is not port 25");
}

#[test]
fn keys_that_others_can_read_are_found() {
    let operator = Operator::new();
    operator.run(&["dns"]);
    let key = operator.data().join("dkim.key");
    let chmod = |mode| fs::set_permissions(&key, fs::Permissions::from_mode(mode)).unwrap();
    operator.doctor(&[]).assert("key_file", "good", "0600");
    chmod(0o644);
    operator.doctor(&[]).assert("key_file", "bad", "0644");
    chmod(0o600);
    let operator = operator.with("MASTER_KEY_FILE", "nowhere.key");
    operator.doctor(&[]).assert("key_file", "bad", "cannot read the file");
}

#[test]
fn a_relay_that_everybody_can_sign_up_at_or_without_https_is_found() {
    let operator = Operator::new()
        .with("SIGN_UP", "open")
        .with("PUBLIC_URL", "http://web.example.org");
    let findings = operator.doctor(&[]);
    findings.assert("sign_up", "warning", "everybody can sign up");
    findings.assert("web", "bad", "not https");
}

#[tokio::test]
async fn nothing_is_changed_before_the_first_start_after_it_or_after_a_crash() {
    let operator = Operator::new().with("DELIVERY", "file:outbox");
    let is_there = |name: &str| operator.data().join(name).exists();
    let check = |moment: &str| {
        let before = operator.files();
        let findings = operator.doctor(&[]);
        assert_eq!(operator.files(), before, "{moment}");
        findings
    };
    let findings = check("before the first start");
    assert!(!operator.data().exists());
    findings.assert("data_folder", "not_checked", "the relay makes it");
    findings.assert("database", "not_checked", "the relay makes it");
    // This makes a database, and no master key.
    fs::create_dir(operator.data()).unwrap();
    assert!(operator.run(&["migrate"]).status.success());
    let findings = check("after a migration");
    assert!(!is_there("master.key") && !is_there("dkim.key"));
    findings.assert("database", "good", "this program's");
    findings.assert("master_key", "not_checked", "no master key yet");
    // The last one who closes the database removes the write-ahead log. Even reading would make it anew.
    let file = operator.data().join("sealpost.db");
    let db = Database::connect(format!("sqlite://{}", file.display())).await.unwrap();
    db.execute_unprepared("SELECT 1").await.unwrap();
    db.close().await.unwrap();
    assert!(!is_there("sealpost.db-wal"));
    check("after a stop").assert("database", "good", "this program's");
    // A relay that is killed leaves the write-ahead log.
    drop(operator.start());
    assert!(is_there("sealpost.db-wal"));
    let findings = check("after a crash");
    findings.assert("master_key", "good", "opens the keys");
    findings.assert("queue", "good", "no message waits");
}

#[test]
fn a_folder_that_cannot_be_read_is_found() {
    // The folder itself is a file: no user, root neither, can use it.
    let operator = Operator::new();
    fs::write(operator.data(), "").unwrap();
    let findings = operator.doctor(&[]);
    findings.assert("data_folder", "bad", "cannot read and write the folder");
    assert!(Path::new(&operator.data()).is_file());
}

#[test]
fn a_spam_filter_that_does_not_answer_is_found() {
    let rspamd = Rspamd::start();
    let operator = Operator::new().with("RSPAMD", rspamd.address);
    operator.doctor(&[]).assert("spam_filter", "good", "it answers");
    drop(rspamd);
    operator.doctor(&[]).assert("spam_filter", "bad", "is not reached");
}

#[test]
fn a_folder_with_little_room_is_found() {
    if !privilege::may_unshare("a file system of a test's own") {
        return;
    }
    let operator = Operator::new();
    fs::create_dir(operator.data()).unwrap();
    for (mebibytes, state) in [(16, "bad"), (512, "warning"), (4096, "good")] {
        let small = format!(
            "mount -t tmpfs -o size={mebibytes}m none {} && exec \"$@\"",
            operator.data().display()
        );
        let findings = operator.doctor_by(&["unshare", "--mount", "sh", "-c", &small, "sh"]);
        findings.assert("space", state, "MiB are free");
    }
}
