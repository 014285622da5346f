//! The work grows with the message and not with its square.

use app::profile::Hidden;
use test_support::work::assert_linear;

use super::hiding;
use crate::{
    mail::structure::{self, Limits},
    seal::nature::nature,
};

/// Octets of the first message: long enough for the clock; eight times as many are below a megabyte, which is all that
/// `nature` looks at.
const SHORT: usize = 120 << 10;

fn rewrite(message: &[u8]) {
    let hidden = Hidden {
        subject: true,
        sender: true,
    };
    structure::read(message, &Limits::DEFAULT, &mut |_| true).unwrap();
    nature(message);
    for hidden in [Hidden::default(), hidden] {
        hiding(message, "ann@mailbox.example", "bob@example.org", hidden);
    }
}

#[test]
fn eight_times_the_message_is_eight_times_the_work() {
    let multipart =
        |subtype: &str, boundary: &str| format!("Content-Type: multipart/{subtype}; boundary={boundary}\r\n\r\n");
    let nested: String = (0..20)
        .map(|each| format!("{}--b{each}x\r\n", multipart("alternative", &format!("b{each}x"))))
        .collect();
    for (name, head, repeated) in [
        ("text", "\r\n".into(), "0123456789abcdef\r\n"),
        (
            "a boundary that never occurs",
            multipart("mixed", "never"),
            "--other\r\n\r\ntext\r\n",
        ),
        (
            "what a boundary begins with",
            multipart("mixed", "b"),
            "--bb\r\n--b b\r\n",
        ),
        ("alternatives in alternatives", nested, "--b7y\r\n\r\n"),
        (
            "tags without end",
            "Content-Type: text/html\r\n\r\n".into(),
            "</head <body <!-",
        ),
        (
            "comments without end",
            "Content-Type: text/html\r\n\r\n".into(),
            "<!-- <body ",
        ),
        (
            "broken quoted-printable",
            "Content-Transfer-Encoding: quoted-printable\r\n\r\n".into(),
            "=\r\n==",
        ),
        (
            "broken base64",
            "Content-Transfer-Encoding: base64\r\n\r\n".into(),
            "YQ==*",
        ),
        ("armor without end", "\r\n".into(), "-----BEGIN PGP MESSAGE-----\r\n"),
    ] {
        eprintln!("{name}");
        let message = |factor| {
            let octets = factor * SHORT;
            format!("{head}{}", repeated.repeat(octets / repeated.len())).into_bytes()
        };
        assert_linear(message, |message| rewrite(message));
    }
}
