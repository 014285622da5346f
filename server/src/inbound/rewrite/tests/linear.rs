//! The work grows with the message and not with its square. Measured by the processor time of this thread, which other work
//! on the machine does not change, and as a ratio.

use app::profile::Hidden;
use rustix::time::{ClockId, clock_gettime};

use super::hiding;
use crate::{
    mail::structure::{self, Limits},
    seal::nature::nature,
};

/// How much larger the second message is.
const TIMES: usize = 8;

/// Octets of the first message: long enough for the clock; the second is below a megabyte, which is all that `nature` looks at.
const SHORT: usize = 120 << 10;

/// Between linear work, which grows by [`TIMES`], and quadratic work, which grows by its square.
const MOST: f64 = 24.0;

/// Nanoseconds that this thread has had a processor.
fn spent() -> f64 {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    now.tv_sec as f64 * 1e9 + now.tv_nsec as f64
}

fn work(message: &[u8]) -> f64 {
    let hidden = Hidden {
        subject: true,
        sender: true,
    };
    let once = || {
        let before = spent();
        structure::read(message, &Limits::DEFAULT, &mut |_| true).unwrap();
        nature(message);
        for hidden in [Hidden::default(), hidden] {
            hiding(message, "ann@mailbox.example", "bob@example.org", hidden);
        }
        spent() - before
    };
    (0..3).map(|_| once()).fold(f64::INFINITY, f64::min)
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
        let message = |octets: usize| format!("{head}{}", repeated.repeat(octets / repeated.len())).into_bytes();
        let (once, more) = (work(&message(SHORT)), work(&message(TIMES * SHORT)));
        assert!(more <= MOST * once, "{name}: {} times the work", more / once);
    }
}
