//! Other people's clients.

use std::{env, path::Path, process::Command};

use crate::smtp::harness::Server;

fn run(program: &str, arguments: &[&str]) {
    let output = Command::new(program)
        .args(arguments)
        .output()
        .unwrap_or_else(|error| panic!("{program} (Debian: postfix, swaks) is needed: {error}"));
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// In the search path, or where Debian and macOS have it; an ordinary user's path lacks that folder.
fn smtp_source() -> String {
    let path = env::var("PATH").unwrap_or_default();
    path.split(':')
        .chain(["/usr/sbin"])
        .map(|folder| format!("{folder}/smtp-source"))
        .find(|program| Path::new(program).is_file())
        .unwrap_or_else(|| panic!("smtp-source (Debian: postfix) is needed"))
}

#[tokio::test(flavor = "multi_thread")]
async fn smtp_source_sends_two_hundred_messages_over_twenty_connections() {
    let server = Server::start().await;
    let address = server.address.to_string();
    let addresses = ["-f", "ann@sender.example", "-t", "alias@relay.example"];
    let load = ["-s", "20", "-m", "200", "-l", "10000", &address];
    run(&smtp_source(), &[&addresses[..], &load].concat());
    assert_eq!(server.count(), 200);
    assert!(server.bodies().iter().all(|body| body.len() >= 10_000));
}

/// Sends to all that are left until none is: what a mail server does with recipients that were put off (RFC 5321 §4.5.3.1.10).
const RETRY: &str = "
import smtplib, sys
client = smtplib.SMTP(sys.argv[1], int(sys.argv[2]))
left, tries = sys.argv[3:], 0
while left:
    refused = client.sendmail('ann@sender.example', left, 'Subject: x\\r\\n\\r\\ntext\\r\\n')
    assert all(code == 452 for code, _ in refused.values()), refused
    left, tries = [each for each in left if each in refused], tries + 1
client.quit()
assert tries == len(sys.argv[3:]), tries
";

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_that_tries_again_reaches_each_recipient_in_a_transaction_of_its_own() {
    let server = Server::start().await;
    let (ip, port) = (server.address.ip().to_string(), server.address.port().to_string());
    let to = ["one@relay.example", "two@relay.example", "three@relay.example"];
    run("/usr/bin/python3", &[&["-c", RETRY, &ip, &port], &to[..]].concat());
    let taken = server.gate.taken.lock().unwrap();
    let reached: Vec<_> = taken.iter().map(|message| message.recipient.as_str()).collect();
    assert_eq!(reached, to);
    assert_eq!(
        *server.gate.asked.lock().unwrap(),
        to,
        "the second and third are not looked up"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn swaks_and_smtp_source_go_on_with_the_recipient_that_was_accepted() {
    let server = Server::start().await;
    let address = server.address.to_string();
    let to = "one@relay.example,two@relay.example";
    run(
        "swaks",
        &["--server", &address, "--from", "ann@sender.example", "--to", to],
    );
    // Its recipients are 0alias, 1alias, 2alias; -A: not to stop at a refusal.
    let several = ["-A", "-r", "3", "-f", "ann@sender.example", "-t", "alias@relay.example"];
    run(&smtp_source(), &[&several[..], &[&address]].concat());
    assert_eq!(server.count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn swaks_sends_a_message_with_pipelining() {
    let server = Server::start().await;
    let address = server.address.to_string();
    let message = "Subject: hello\\n\\n.dot\\n..\\nend";
    let arguments = [
        "--server",
        &address,
        "--from",
        "<>",
        "--to",
        "alias@relay.example",
        "--pipeline",
        "--data",
        message,
    ];
    run("swaks", &arguments);
    let bodies = server.bodies();
    let body = String::from_utf8_lossy(&bodies[0]);
    assert!(body.contains("\r\n\r\n.dot\r\n..\r\nend"), "{body}");
}
