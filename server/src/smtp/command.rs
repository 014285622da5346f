//! Parses one command line into a type. Malformed commands are answered here. The engine checks the order, and the router
//! checks addresses.

use super::{forwarded::Forwarded, path};

use crate::{
    envelope::ReversePath,
    smtp_reply::{self, SmtpReply},
};

/// The greeting that the client used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hello {
    /// HELO: without extensions (RFC 5321 §4.1.1.1).
    Helo,
    /// EHLO: with extensions.
    Ehlo,
}

/// MAIL with its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mail {
    pub(super) reverse_path: ReversePath,
    /// The SIZE parameter (RFC 1870 §5).
    pub(super) size: Option<u64>,
    /// The SMTPUTF8 parameter (RFC 6531 §3.4).
    pub(super) smtputf8: bool,
    /// The REQUIRETLS parameter (RFC 8689 §2).
    pub(super) require_tls: bool,
}

/// A well-formed command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Command {
    Hello {
        hello: Hello,
        domain: String,
    },
    Mail(Mail),
    Rcpt {
        forward_path: String,
    },
    Data,
    Rset,
    Noop,
    Quit,
    StartTls,
    Xforward(Forwarded),
    Vrfy,
    Help,
    /// The first word of an HTTP request.
    Http,
}

/// Parses a line with its CRLF.
pub(super) fn parse(line: &[u8]) -> Result<Command, SmtpReply> {
    let line = std::str::from_utf8(line).map_err(|_| smtp_reply::SYNTAX)?;
    let line = line.trim_end_matches(['\r', '\n', ' ', '\t']);
    let (verb, argument) = line.split_once(' ').unwrap_or((line, ""));
    let argument = argument.trim_start_matches(' ');
    match verb.to_ascii_uppercase().as_str() {
        "EHLO" => hello(Hello::Ehlo, argument),
        "HELO" => hello(Hello::Helo, argument),
        "MAIL" => mail(argument).map(Command::Mail),
        "RCPT" => rcpt(argument),
        "DATA" => without_argument(Command::Data, argument),
        "RSET" => without_argument(Command::Rset, argument),
        "QUIT" => without_argument(Command::Quit, argument),
        "STARTTLS" => without_argument(Command::StartTls, argument),
        "XFORWARD" => Forwarded::parse(argument).map(Command::Xforward),
        "NOOP" => Ok(Command::Noop),
        "VRFY" => Ok(Command::Vrfy),
        "HELP" => Ok(Command::Help),
        "EXPN" | "AUTH" | "BDAT" | "ETRN" | "TURN" | "SEND" | "SOML" | "SAML" => Err(smtp_reply::NOT_IMPLEMENTED),
        "GET" | "POST" | "PUT" | "HEAD" | "OPTIONS" | "CONNECT" | "DELETE" | "PATCH" => Ok(Command::Http),
        _ => Err(smtp_reply::UNKNOWN_COMMAND),
    }
}

fn without_argument(command: Command, argument: &str) -> Result<Command, SmtpReply> {
    if argument.is_empty() {
        Ok(command)
    } else {
        Err(smtp_reply::BAD_ARGUMENT)
    }
}

/// Parses the client's name. It goes into a Received field later, so it must be printable ASCII and no longer than a domain
/// (RFC 5321 §4.5.3.1.2).
fn hello(hello: Hello, argument: &str) -> Result<Command, SmtpReply> {
    let domain = argument.split(' ').next().unwrap_or_default();
    if domain.is_empty() || domain.len() > 255 || !domain.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(smtp_reply::BAD_ARGUMENT);
    }
    Ok(Command::Hello {
        hello,
        domain: domain.to_owned(),
    })
}

fn mail(argument: &str) -> Result<Mail, SmtpReply> {
    let text = after_keyword(argument, "FROM:").ok_or(smtp_reply::BAD_ARGUMENT)?;
    let (mailbox, parameters) = path::split(text).map_err(|_| smtp_reply::BAD_SENDER)?;
    let reverse_path = match mailbox {
        "" => ReversePath::Null,
        _ if path::has_domain(mailbox) => ReversePath::Address(mailbox.to_owned()),
        _ => return Err(smtp_reply::BAD_SENDER),
    };
    let mut mail = Mail {
        reverse_path,
        size: None,
        smtputf8: false,
        require_tls: false,
    };
    let mut seen = Vec::new();
    for parameter in parameters.split(' ').filter(|word| !word.is_empty()) {
        let keyword = mail.parameter(parameter)?;
        if seen.contains(&keyword) {
            return Err(smtp_reply::BAD_ARGUMENT);
        }
        seen.push(keyword);
    }
    if !mail.smtputf8 && !mailbox.is_ascii() {
        return Err(smtp_reply::NEEDS_SMTPUTF8);
    }
    Ok(mail)
}

impl Mail {
    /// Stores one parameter and returns its keyword.
    fn parameter(&mut self, parameter: &str) -> Result<&'static str, SmtpReply> {
        let (keyword, value) = match parameter.split_once('=') {
            Some((keyword, value)) => (keyword, Some(value)),
            None => (parameter, None),
        };
        match (keyword.to_ascii_uppercase().as_str(), value) {
            ("SIZE", Some(value)) => {
                self.size = Some(size(value)?);
                Ok("SIZE")
            }
            // 8-bit text is passed on unchanged whatever BODY says (RFC 6152 §3), so there is nothing to store.
            ("BODY", Some(value)) if value.eq_ignore_ascii_case("7BIT") || value.eq_ignore_ascii_case("8BITMIME") => {
                Ok("BODY")
            }
            ("SMTPUTF8", None) => {
                self.smtputf8 = true;
                Ok("SMTPUTF8")
            }
            ("REQUIRETLS", None) => {
                self.require_tls = true;
                Ok("REQUIRETLS")
            }
            ("SIZE" | "BODY" | "SMTPUTF8" | "REQUIRETLS", _) => Err(smtp_reply::BAD_ARGUMENT),
            _ => Err(smtp_reply::UNKNOWN_PARAMETER),
        }
    }
}

/// Parses 1 to 20 digits (RFC 1870 §5). The number may exceed the size of any message.
fn size(digits: &str) -> Result<u64, SmtpReply> {
    if digits.is_empty() || digits.len() > 20 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(smtp_reply::BAD_ARGUMENT);
    }
    Ok(digits.parse().unwrap_or(u64::MAX))
}

fn rcpt(argument: &str) -> Result<Command, SmtpReply> {
    let text = after_keyword(argument, "TO:").ok_or(smtp_reply::BAD_ARGUMENT)?;
    let (mailbox, parameters) = path::split(text).map_err(|_| smtp_reply::BAD_RECIPIENT)?;
    // RFC 5321 §4.5.1: `postmaster` is complete without a domain.
    if !path::has_domain(mailbox) && !mailbox.eq_ignore_ascii_case("postmaster") {
        return Err(smtp_reply::BAD_RECIPIENT);
    }
    if parameters.split(' ').any(|word| !word.is_empty()) {
        return Err(smtp_reply::UNKNOWN_PARAMETER);
    }
    Ok(Command::Rcpt {
        forward_path: mailbox.to_owned(),
    })
}

fn after_keyword<'a>(argument: &'a str, keyword: &str) -> Option<&'a str> {
    let (head, rest) = argument.split_at_checked(keyword.len())?;
    head.eq_ignore_ascii_case(keyword).then_some(rest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn code(line: &str) -> Option<(u16, &'static str)> {
        parse(line.as_bytes()).err().map(|reply| (reply.code, reply.enhanced))
    }

    #[test]
    fn mail_and_its_parameters() {
        let mail = |line: &str| match parse(line.as_bytes()).unwrap() {
            Command::Mail(mail) => mail,
            other => panic!("{other:?}"),
        };
        assert_eq!(mail("MAIL FROM:<>\r\n").reverse_path, ReversePath::Null);
        let full = mail("mail from: <jürgen@a.b> size=99999999999999999999 BODY=8bitmime SMTPUTF8 \r\n");
        assert_eq!(full.reverse_path, ReversePath::Address("jürgen@a.b".into()));
        assert_eq!((full.size, full.smtputf8), (Some(u64::MAX), true));
        assert!(!full.require_tls && mail("MAIL FROM:<a@b> RequireTLS\r\n").require_tls);
    }

    #[test]
    fn what_is_malformed_is_told_apart() {
        for (line, expected) in [
            ("MAIL FROM:<jürgen@a.b>", (553, "5.6.7")),
            ("MAIL FROM:<a@b> SIZE=x", (501, "5.5.4")),
            ("MAIL FROM:<a@b> SIZE=1 SIZE=2", (501, "5.5.4")),
            ("MAIL FROM:<a@b> BODY=BINARYMIME", (501, "5.5.4")),
            ("MAIL FROM:<a@b> REQUIRETLS=YES", (501, "5.5.4")),
            ("MAIL FROM:<a@b> REQUIRETLS=", (501, "5.5.4")),
            ("MAIL FROM:<a@b> REQUIRETLS REQUIRETLS", (501, "5.5.4")),
            ("MAIL FROM:<a@b> RET=FULL", (555, "5.5.4")),
            ("MAIL FROM:a@b", (501, "5.1.7")),
            ("MAIL a@b", (501, "5.5.4")),
            ("RCPT TO:<>", (501, "5.1.3")),
            ("RCPT TO:<ann>", (501, "5.1.3")),
            ("RCPT TO:<a@b> NOTIFY=NEVER", (555, "5.5.4")),
            ("EHLO", (501, "5.5.4")),
            ("EHLO b\u{fc}cher.example", (501, "5.5.4")),
            ("DATA now", (501, "5.5.4")),
            ("AUTH PLAIN", (502, "5.5.1")),
            ("", (500, "5.5.1")),
        ] {
            assert_eq!(code(&format!("{line}\r\n")), Some(expected), "{line}");
        }
        assert_eq!(parse(b"MAIL FROM:<\xff@b>\r\n"), Err(smtp_reply::SYNTAX));
        assert!(parse(b"RCPT TO:<Postmaster>\r\n").is_ok());
    }

    proptest! {
        #[test]
        fn never_panics(line in "(EHLO|MAIL FROM:|RCPT TO:|)[ -~ü<>@]{0,30}\r\n") {
            let _ = parse(line.as_bytes());
        }
    }
}
