//! Other people's clients.

use std::{env, path::Path, process::Command};

use crate::harness::Server;

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
