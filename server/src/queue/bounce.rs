//! Reads a delivery status notification (RFC 3464) that came back to a return path.

use crate::{
    causes::one_line,
    mail::{
        content::Content,
        header::{CONTENT_TRANSFER_ENCODING, CONTENT_TYPE},
        message::Message,
        structure::Part,
        value,
    },
};

/// The report in a message to a return path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The message was not delivered and will not be.
    Failed {
        /// The reporting host's reason, on one line.
        reason: String,
    },
    /// The message is delayed or was delivered, or this is an automatic answer to it.
    Other,
}

/// Subtypes of the machine-readable part: RFC 3464, and RFC 6533 for internationalised addresses.
const REPORTS: [&str; 2] = ["delivery-status", "global-delivery-status"];

/// Reads a notification whose parts are known. A message that is not in the form of the RFC counts as a failure, because
/// old hosts write bounces in prose. It does not if it is marked as an automatic answer.
pub fn read(message: &[u8], parts: &[Part]) -> Notice {
    let status = parts.iter().find_map(|part| {
        let header = Message::parse(&message[part.header.clone()]);
        is_report(&header).then(|| (part, header.first(CONTENT_TRANSFER_ENCODING)))
    });
    match status {
        // A report that cannot be decoded reports no failure.
        Some((part, encoding)) => {
            Content::decode(&message[part.body.clone()], encoding).map_or(Notice::Other, |status| of_report(&status))
        }
        None if is_answer(message) => Notice::Other,
        None => Notice::Failed {
            reason: "the mailbox's host sent the message back".into(),
        },
    }
}

fn is_report(header: &Message<'_>) -> bool {
    let content_type = header.first(CONTENT_TYPE).and_then(value::content_type);
    content_type.is_some_and(|content_type| {
        let subtype = content_type.subtype().unwrap_or_default();
        content_type.ctype().eq_ignore_ascii_case("message")
            && REPORTS.iter().any(|report| subtype.eq_ignore_ascii_case(report))
    })
}

/// RFC 3464 §2.1: one block of fields for the message, then one for each recipient.
fn of_report(status: &[u8]) -> Notice {
    let mut rest = status;
    while !rest.is_empty() {
        let block = Message::parse(rest);
        let action = block.first("Action").and_then(value::text).unwrap_or_default();
        if action.trim().eq_ignore_ascii_case("failed") {
            let text = |name| block.first(name).and_then(value::text).unwrap_or_default();
            let reason = format!("{} {}", text("Status"), text("Diagnostic-Code"));
            return Notice::Failed {
                reason: one_line(&reason),
            };
        }
        if block.body().len() >= rest.len() {
            break;
        }
        rest = block.body();
    }
    Notice::Other
}

/// Whether a message is an automatic answer such as a vacation notice. These are marked as RFC 3834 §5 says, or as bulk by
/// older programs. Exim marks its bounces so too, but names in them the recipient that it could not reach.
fn is_answer(message: &[u8]) -> bool {
    let message = Message::parse(message);
    let word = |name| {
        let text = message.first(name).and_then(value::text).unwrap_or_default();
        text.trim().to_ascii_lowercase()
    };
    let automatic = word("Auto-Submitted");
    let automatic = !automatic.is_empty() && !automatic.starts_with("no");
    let bulk = ["bulk", "junk"].contains(&word("Precedence").as_str());
    (automatic || bulk) && message.first("X-Failed-Recipients").is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::structure::{self, Limits};

    fn read(message: &[u8]) -> Notice {
        let parts = structure::read(message, &Limits::DEFAULT, &mut |_| true).unwrap();
        super::read(message, &parts)
    }

    fn report(action: &str) -> Vec<u8> {
        format!(
            "From: MAILER-DAEMON@provider.example\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
             --b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n\
             --b\r\nContent-Type: message/delivery-status\r\n\r\n\
             Reporting-MTA: dns; provider.example\r\n\r\n\
             Final-Recipient: rfc822; ann@example.org\r\nAction: {action}\r\nStatus: 5.2.2\r\n\
             Diagnostic-Code: smtp; 552 5.2.2\r\n  Mailbox full\r\n\
             --b\r\nContent-Type: text/rfc822-headers\r\n\r\nSubject: x\r\n\r\n--b--\r\n"
        )
        .into_bytes()
    }

    #[test]
    fn only_a_lasting_failure_is_one() {
        let failed = Notice::Failed {
            reason: "5.2.2 smtp; 552 5.2.2 Mailbox full".into(),
        };
        assert_eq!(read(&report("failed")), failed);
        assert_eq!(read(&report("Failed")), failed);
        for action in ["delayed", "relayed", "delivered", "expanded", ""] {
            assert_eq!(read(&report(action)), Notice::Other, "{action}");
        }
    }

    #[test]
    fn prose_is_a_failure_and_a_vacation_is_none() {
        let qmail = b"From: MAILER-DAEMON\r\nSubject: failure notice\r\n\r\nHi. This is the qmail-send program.\r\n";
        assert!(matches!(read(qmail), Notice::Failed { .. }));
        let vacation = b"From: ann@example.org\r\nAuto-Submitted: auto-replied\r\n\r\nI am away.\r\n";
        assert_eq!(read(vacation), Notice::Other);
    }

    #[test]
    fn what_answers_by_itself_is_no_failure_unless_it_names_whom_it_did_not_reach() {
        let read = |fields: &str| {
            let message = format!("From: ann@example.org\r\n{fields}Subject: x\r\n\r\nI am away.\r\n");
            matches!(read(message.as_bytes()), Notice::Failed { .. })
        };
        for answer in [
            "Precedence: bulk\r\n",
            "Precedence: Junk\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "Auto-Submitted: auto-notified; owner-email=\"a@example.org\"\r\n",
        ] {
            assert!(!read(answer), "{answer}");
            let exim = format!("{answer}X-Failed-Recipients: ann@example.org\r\n");
            assert!(read(&exim), "{exim}");
        }
        for prose in ["", "Auto-Submitted: no\r\n", "Precedence: first-class\r\n"] {
            assert!(read(prose), "{prose}");
        }
    }

    #[test]
    fn a_report_about_an_address_beyond_ascii_is_one() {
        let failed = Notice::Failed {
            reason: "5.2.2 smtp; 552 5.2.2 Mailbox full".into(),
        };
        let plain = String::from_utf8(report("failed")).unwrap();
        let plain = plain.replace("message/delivery-status", "message/global-delivery-status");
        let plain = plain.replace("rfc822; ann@", "utf-8; änn@");
        assert_eq!(read(plain.as_bytes()), failed);
        // RFC 6533 §4 permits a transfer encoding here.
        let quoted = plain
            .replace(
                "global-delivery-status",
                "global-delivery-status\r\nContent-Transfer-Encoding: quoted-printable",
            )
            .replace("änn@", "=C3=A4nn@");
        assert_eq!(read(quoted.as_bytes()), failed);
        let delayed = plain.replace("Action: failed", "Action: delayed");
        assert_eq!(read(delayed.as_bytes()), Notice::Other);
    }

    #[test]
    fn anything_can_come_back() {
        for junk in [
            &b""[..],
            b"\r\n",
            b"\xff\xfe",
            b"Content-Type: message/delivery-status\r\n\r\n",
        ] {
            read(junk);
        }
    }
}
