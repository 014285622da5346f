//! Replies in the style of real clients, stripped: the result as it was reviewed, and as another program reads it.
//!
//! `tests/data/replies/NN-name.eml` is what was received; `.entity` beside it what was found inside the seal, where there
//! was one; `.expected` what leaves, or why nothing does. `UPDATE=1` writes the last anew.
use std::{
    convert::Infallible,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use app::address::{EmailAddress, OutsideAddress};
use rand_core::{TryCryptoRng, TryRng};
use server::{
    mail::message::Message,
    strip::{Facts, StripError, own_names, strip},
};
use test_support::work::assert_linear;
use time::macros::datetime;

const MAILBOX: &str = "ann.lee@provider.example";

#[test]
fn what_leaves_is_what_was_reviewed() {
    for case in cases() {
        let left = match case.strip() {
            Ok(bytes) => bytes,
            Err(error) => format!("{error}\r\n").into_bytes(),
        };
        let expected = case.path.with_extension("expected");
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&expected, &left).unwrap();
        }
        let expected = fs::read(&expected).unwrap_or_default();
        assert!(
            left == expected,
            "{}: another message left:\n{}",
            case.path.display(),
            String::from_utf8_lossy(&left)
        );
    }
}

/// Python's email package, which shares no line with what made the message.
#[test]
fn another_program_finds_nothing_of_the_person() {
    let judge = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/strip/judge.py");
    let folder = tempfile::tempdir().unwrap();
    let left = folder.path().join("left.eml");
    let mut judged = 0;
    for case in cases() {
        let Ok(bytes) = case.strip() else { continue };
        fs::write(&left, bytes).unwrap();
        let output = Command::new("/usr/bin/python3")
            .args(["-I", "-S"])
            .arg(&judge)
            .args([&left, &case.path])
            .args(case.entity_path.iter())
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}: {}",
            case.path.display(),
            String::from_utf8_lossy(&output.stderr)
        );
        judged += 1;
    }
    assert!(judged >= 20, "only {judged} were judged");
}

#[test]
fn the_work_grows_with_the_reply() {
    let header = format!("To: {}\r\n\r\n", relay("bob"));
    for (head, piece) in [
        ("Content-Type: text/plain\r\n\r\n", "ann.lee@provider.example "),
        ("Content-Type: text/plain\r\n\r\n", "a.\n> "),
        ("Content-Type: text/plain\r\n\r\n", "@provider.example"),
        ("Content-Type: text/plain\r\n\r\n", "+a-a=provider.example"),
        ("Content-Type: text/plain\r\n\r\n", "imap.provider.example "),
        (
            "Content-Type: text/plain\r\n\r\n",
            "To: Ann Lee <ann.lee@provider.example>\r\n",
        ),
        ("Content-Type: text/html\r\n\r\n", "<meta cid:cid:%40@&#64;"),
        (
            "Content-Type: text/html\r\n\r\n",
            "<p>ann<b>.lee</b>&#64;provider.example</i>",
        ),
        ("Content-Type: text/html\r\n\r\n<a ", "a1='x' "),
        ("Content-Type: text/html\r\n\r\n", "<xml><!-- <div></p>"),
        ("Content-Type: text/calendar\r\n\r\n", "KEY\r\n\t@provider.example"),
        ("Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n", "--x"),
        (
            "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\n",
            "\n--x \t\r\r",
        ),
        (
            "Content-Type: text/plain; name=x\r\nContent-Transfer-Encoding: base64\r\n\r\n",
            "YWJj*\r\n",
        ),
        ("Subject: ", "=?utf-8?Q?x?= "),
    ] {
        let entity = |factor: usize| format!("{head}{}\r\n", piece.repeat(factor * 60_000 / piece.len()));
        assert_linear(entity, |entity| stripped(header.as_bytes(), entity.as_bytes()));
    }
}

struct Case {
    path: PathBuf,
    entity_path: Option<PathBuf>,
}

impl Case {
    fn strip(&self) -> Result<Vec<u8>, StripError> {
        let message = fs::read(&self.path).unwrap();
        let entity = self.entity_path.as_ref().map(|path| fs::read(path).unwrap());
        stripped(&message, entity.as_deref().unwrap_or(&message))
    }
}

fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/replies");
    let mut cases: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "eml"))
        .map(|path| {
            let entity = path.with_extension("entity");
            Case {
                entity_path: entity.exists().then_some(entity),
                path,
            }
        })
        .collect();
    cases.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(cases.len() >= 15, "only {} replies", cases.len());
    cases
}

fn relay(who: &str) -> String {
    let local = match who {
        "bob" => "0123456789abcdef",
        _ => "fedcba9876543210",
    };
    format!("r-{}@relay.example", local.repeat(2))
}

fn contact(address: &EmailAddress) -> Option<OutsideAddress> {
    match address.folded() {
        folded if folded == relay("bob") => "bob@example.com".parse().ok(),
        folded if folded == relay("carol") => "carol@example.net".parse().ok(),
        _ => None,
    }
}

fn stripped(message: &[u8], entity: &[u8]) -> Result<Vec<u8>, StripError> {
    let message = Message::parse(message);
    let facts = Facts {
        alias: &"amber@relay.example".parse().unwrap(),
        relay_domain: "relay.example",
        alias_name: Some("Amb\u{e9}r"),
        own_names: &own_names(&message),
        mailboxes: &[MAILBOX.parse().unwrap()],
        contacts: &contact,
        contact: &"bob@example.com".parse().unwrap(),
        message_id: &|id| Some(format!("{}@example.com", id.strip_prefix("known.")?.split('@').next()?)),
        own_message_id: "0f1e2d3c4b5a69788796a5b4c3d2e1f0@relay.example",
        now: datetime!(2026-11-24 09:58:05 +1),
    };
    strip(&message, entity, &facts, &mut Counting(0)).map(|stripped| stripped.as_bytes().to_vec())
}

/// The same boundaries and identifiers in every run.
struct Counting(u64);

impl TryRng for Counting {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.try_next_u64()? as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0 += 1;
        Ok(self.0)
    }

    fn try_fill_bytes(&mut self, octets: &mut [u8]) -> Result<(), Infallible> {
        self.0 += 1;
        for (octet, counted) in octets.iter_mut().zip(self.0.to_le_bytes().into_iter().cycle()) {
            *octet = counted;
        }
        Ok(())
    }
}

impl TryCryptoRng for Counting {}
