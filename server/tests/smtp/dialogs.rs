//! Conversations as scripts: `dialogs/NN-name.smtp`.
//!
//! ```text
//! # remark
//! C: line             the client says it, with CRLF
//! C~ bytes\r\n        the client sends these bytes in one piece
//! S: 250 2.1.0        one line of the server, from its start
//! S! closed           the server has closed the connection
//! G: from > to        the gate took a message; `G: nothing` that it took none since
//! ```

use std::path::Path;

use server::envelope::{Received, ReversePath};

use crate::smtp::harness::Server;

#[tokio::test]
async fn dialogs() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dialogs");
    let mut scripts: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "smtp"))
        .collect();
    scripts.sort();
    assert!(scripts.len() > 10, "the scripts are gone");
    for path in scripts {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        play(&name, &std::fs::read_to_string(&path).unwrap()).await;
    }
}

async fn play(name: &str, script: &str) {
    let server = Server::with(|settings| {
        settings.max_message_bytes = 100_000;
        settings.max_line_bytes = 2_000;
        settings.max_errors = 6;
    })
    .await;
    let mut client = server.client().await;
    for (number, step) in script.lines().enumerate() {
        let at = format!("{name}:{}: {step}", number + 1);
        match step.split_at_checked(3) {
            _ if step.is_empty() || step.starts_with('#') => {}
            Some(("C: ", text)) => client.send(format!("{text}\r\n")).await,
            Some(("C~ ", bytes)) => client.send(unescaped(bytes)).await,
            Some(("S: ", start)) => {
                let line = client.line().await.unwrap_or_else(|| panic!("{at}: closed"));
                assert!(line.starts_with(start), "{at}: {line}");
            }
            Some(("S! ", "closed")) => assert_eq!(client.line().await, None, "{at}"),
            Some(("G: ", expected)) => {
                let taken: Vec<_> = server
                    .gate
                    .taken
                    .lock()
                    .unwrap()
                    .drain(..)
                    .map(|m| summary(&m))
                    .collect();
                let taken = if taken.is_empty() {
                    "nothing".into()
                } else {
                    taken.join("; ")
                };
                assert_eq!(taken, expected, "{at}");
            }
            _ => panic!("{at}: not a step"),
        }
    }
}

fn summary(message: &Received<String>) -> String {
    let from = match &message.client.reverse_path {
        ReversePath::Null => "<>",
        ReversePath::Address(address) => address,
    };
    format!("{from} > {}", message.recipient)
}

fn unescaped(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut parts = text.split('\\');
    bytes.extend_from_slice(parts.next().unwrap().as_bytes());
    for part in parts {
        let (byte, used) = match part.as_bytes() {
            [b'r', ..] => (b'\r', 1),
            [b'n', ..] => (b'\n', 1),
            [b'x', _, _, ..] => (u8::from_str_radix(&part[1..3], 16).unwrap(), 3),
            _ => panic!("unknown escape in {text}"),
        };
        bytes.push(byte);
        bytes.extend_from_slice(&part.as_bytes()[used..]);
    }
    bytes
}
