//! A message from anybody on its whole way, through each of the four entrances: the check at the end of DATA, then for an alias
//! rewriting and sealing, for a relay address opening and stripping, for a return path the report, for `new@` its fields.
//!
//! An input that begins with an octet below 0x20 is a program that builds a message of nested and repeated parts; any other is
//! the message itself. The thread has half the stack of those that do this work in the relay.
#![no_main]

use std::{sync::LazyLock, thread};

use app::{
    address::{EmailAddress, OutsideAddress},
    pki::chain::Chain,
    profile::{Cipher, Hidden},
};
use arbitrary::{Arbitrary, Result, Unstructured};
use getrandom::SysRng;
use home::LASTING;
use libfuzzer_sys::fuzz_target;
use rand_core::UnwrapErr;
use server::{
    mail::{
        indexed::IndexedMessage,
        message::Message,
        structure::{self, Limits, Part},
        value,
    },
    queue::bounce,
    rewrite::{Facts, People, Seen, rewrite},
    seal::{Reader, nature, seal, sign::Signer},
    strip,
};
use time::{OffsetDateTime, macros::datetime};

#[path = "../../tests/open/home.rs"]
#[allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the tests use more of it"
)]
mod home;

const NOW: OffsetDateTime = datetime!(2026-11-25 00:00 UTC);

/// Half of what a thread of the relay has.
const STACK: usize = 1 << 20;

/// Octets of a message that a program builds.
const MOST_OCTETS: usize = 2 << 20;

static SIGNER: LazyLock<Signer> = LazyLock::new(|| {
    let contact = &LASTING.contact;
    Signer::new(&contact.certificate, &LASTING.chain, &contact.key).expect("a signer")
});

/// One step of a program that builds a message.
#[derive(Arbitrary, Debug)]
enum Step {
    /// Fields of an entity whose parts lie between this boundary.
    Multipart { subtype: Subtype, boundary: u8 },
    /// A field of an entity that is a message.
    Message,
    /// A field of one of the names that mean something here.
    Field { name: u8, value: u8 },
    /// A line that is a boundary.
    Boundary { boundary: u8, closes: bool },
    /// The end of a header.
    EmptyLine,
    /// What no step makes.
    Text(Vec<u8>),
    /// The steps since so many before, again.
    Repeat { steps: u8, times: u16 },
}

#[derive(Arbitrary, Debug)]
enum Subtype {
    Mixed,
    Alternative,
    Related,
    Signed,
    Encrypted,
    Digest,
    Report,
}

const NAMES: [&str; 16] = [
    "From",
    "To",
    "Cc",
    "Subject",
    "Date",
    "Message-ID",
    "References",
    "Content-Type",
    "Content-Transfer-Encoding",
    "Content-Disposition",
    "Content-ID",
    "Sealpost-Loop",
    "Received",
    "Authentication-Results",
    "HP-Outer",
    "A",
];

const VALUES: [&str; 16] = [
    "",
    "Ann <ann@mailbox.example>",
    "=?utf-8?B?w6Q=?= <a@b.example>, x:;",
    "((((((((",
    "<1@x> <2@x>",
    "text/plain; charset=utf-7",
    "text/html; charset=iso-2022-jp",
    "text/plain; a*0=x; a*1=y; a*2=z",
    "message/rfc822",
    "message/delivery-status",
    "application/pkcs7-mime",
    "base64",
    "quoted-printable",
    "attachment; filename*=utf-8''%C3%BC",
    "Tue, 24 Nov 2026 08:00:01 -0330",
    "00000000000000000000000000000000",
];

fn build(program: &[u8]) -> Result<Vec<u8>> {
    let mut steps: Vec<Vec<u8>> = Vec::new();
    let mut octets = 0;
    for step in Unstructured::new(program).arbitrary_iter::<Step>()? {
        let written = match step? {
            Step::Multipart { subtype, boundary } => {
                format!("Content-Type: multipart/{subtype:?}; boundary=b{boundary}\r\n\r\n").into_bytes()
            }
            Step::Message => b"Content-Type: message/rfc822\r\n\r\n".to_vec(),
            Step::Field { name, value } => {
                let (name, value) = (NAMES[usize::from(name % 16)], VALUES[usize::from(value % 16)]);
                format!("{name}: {value}\r\n").into_bytes()
            }
            Step::Boundary { boundary, closes } => {
                format!("\r\n--b{boundary}{}\r\n", if closes { "--" } else { "" }).into_bytes()
            }
            Step::EmptyLine => b"\r\n".to_vec(),
            Step::Text(text) => text,
            Step::Repeat { steps: back, times } => {
                let from = steps.len().saturating_sub(usize::from(back));
                let again = steps[from..].concat();
                let room = (MOST_OCTETS - octets).checked_div(again.len()).unwrap_or(0);
                again.repeat(room.min(times.into()))
            }
        };
        if octets + written.len() > MOST_OCTETS {
            break;
        }
        octets += written.len();
        steps.push(written);
    }
    Ok(steps.concat())
}

fn address(text: &str) -> EmailAddress {
    text.parse().expect("an address")
}

/// Mail to an alias, until it is sealed.
fn alias(message: &[u8]) {
    let all = Hidden {
        subject: true,
        sender: true,
    };
    let seen = Seen {
        results: "Authentication-Results: relay.example; spf=fail\r\n".into(),
        warning: Some("Sealpost: this is not from where it says.".into()),
    };
    for (seen, hidden) in [(None, Hidden::default()), (None, all), (Some(&seen), all)] {
        let rewritten = rewrite(
            message,
            &Facts {
                relay_address: &address("r-0123456789abcdef@relay.example"),
                mailbox: &address("ann@mailbox.example"),
                sender: &(&address("bob@example.org")).into(),
                people: &People::default(),
                alias: &address("amber@relay.example"),
                now: NOW,
                signed_with_time: false,
                loop_mark: "c0ffee",
                seen,
                hidden,
                unsubscribe: None,
                message_id: &|id| format!("{}@relay.example", id.len()),
            },
        );
        if hidden.any() && seen.is_none() {
            sealed(&rewritten, &LASTING.chain);
        }
    }
}

fn sealed(rewritten: &server::mail::rewritten::Rewritten, chain: &Chain) {
    let reader = Reader {
        certificate: chain.user(),
        cipher: Cipher::Compatible,
    };
    let sealed =
        seal(rewritten.clone(), &SIGNER, reader, NOW, &mut UnwrapErr(SysRng)).expect("all that is taken can be sealed");
    assert!(sealed.into_bytes().len() > rewritten.inner.len());
}

/// Mail to a relay address, until it is stripped.
fn relay_address(message: &[u8]) {
    let Ok(opened) = LASTING.open(message) else {
        return;
    };
    if structure::read(&opened.entity, &Limits::DEFAULT, &mut |_| true).is_err() {
        return;
    }
    let contact = OutsideAddress::from(&address("bob@example.org"));
    let facts = strip::Facts {
        alias: &address("amber@relay.example"),
        relay_domain: "relay.example",
        alias_name: None,
        own_names: &strip::own_names(&Message::parse(message)),
        mailboxes: &[address("ann@mailbox.example")],
        contacts: &|_| None,
        contact: &contact,
        message_id: &|_| None,
        own_message_id: "1@relay.example",
        now: NOW,
    };
    let _ = strip::strip(&Message::parse(message), &opened.entity, &facts, &mut UnwrapErr(SysRng));
}

/// Mail to a return path.
fn return_path(message: &[u8], parts: &[Part]) {
    bounce::read(message, parts);
}

/// Mail to `new@`: only fields are read.
fn new(message: &[u8]) {
    let message = Message::parse(message);
    for field in message.fields() {
        value::text(field);
        value::addresses(field);
        value::date(field);
        value::message_ids(field);
        value::content_type(field);
    }
}

fn relay(message: &[u8]) {
    let Ok(indexed) = IndexedMessage::read(message.to_vec(), &Limits::DEFAULT, &mut |_| true) else {
        return;
    };
    assert_eq!(indexed.message(), Message::parse(message));
    assert!(indexed.parts().len() <= Limits::DEFAULT.parts);
    for part in indexed.parts() {
        assert!(part.depth <= Limits::DEFAULT.depth && part.body.end <= message.len());
        assert!(part.header.start <= part.header.end && part.header.end <= part.body.start.max(part.header.end));
    }
    nature::nature(message);
    alias(message);
    relay_address(message);
    return_path(message, indexed.parts());
    new(message);
}

fuzz_target!(|input: &[u8]| {
    let built = match input.split_first() {
        Some((first, program)) if *first < 0x20 => build(program).unwrap_or_default(),
        _ => input.to_vec(),
    };
    let worker = thread::Builder::new().stack_size(STACK).spawn(move || relay(&built));
    worker.expect("a thread").join().expect("no panic");
});
