//! Parses XFORWARD, with which a mail server in front tells whose message it passes on
//! (<https://www.postfix.org/XFORWARD_README.html>).

use std::net::IpAddr;

use crate::smtp_reply::{self, SmtpReply};

/// The attributes that EHLO announces. All are taken, and those without use here are ignored.
pub(super) const ATTRIBUTES: &str = "NAME ADDR PORT PROTO HELO IDENT SOURCE";

/// The longest value in octets, as in Postfix's specification.
const MOST_VALUE: usize = 255;

/// The client of the server in front, as far as that told it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Forwarded {
    /// ADDR; `None` for a message that was written on the server itself.
    pub(super) ip: Option<IpAddr>,
    /// HELO.
    pub(super) helo: Option<String>,
}

impl Forwarded {
    /// Parses the attributes of one command.
    pub(super) fn parse(argument: &str) -> Result<Self, SmtpReply> {
        let mut forwarded = Self::default();
        let mut words = argument.split(' ').filter(|word| !word.is_empty()).peekable();
        if words.peek().is_none() {
            return Err(smtp_reply::BAD_ARGUMENT);
        }
        for word in words {
            let (name, value) = word.split_once('=').ok_or(smtp_reply::BAD_ARGUMENT)?;
            let value = decode_xtext(value).ok_or(smtp_reply::BAD_ARGUMENT)?;
            let known = !matches!(value.as_str(), "" | "[UNAVAILABLE]" | "[TEMPUNAVAIL]");
            match name.to_ascii_uppercase().as_str() {
                "ADDR" if known => forwarded.ip = Some(address(&value).ok_or(smtp_reply::BAD_ARGUMENT)?),
                // A name that could not have come over SMTP is none.
                "HELO" if known && value.bytes().all(|byte| byte.is_ascii_graphic()) => forwarded.helo = Some(value),
                name if ATTRIBUTES.split(' ').any(|attribute| attribute == name) => {}
                _ => return Err(smtp_reply::BAD_ARGUMENT),
            }
        }
        Ok(forwarded)
    }

    /// Adds the attributes of another command. Servers send several if one would be too long.
    pub(super) fn add(&mut self, more: Self) {
        self.ip = more.ip.or(self.ip);
        self.helo = more.helo.or(self.helo.take());
    }
}

/// An address as in RFC 5321 §4.1.3, without brackets. Before IPv6 addresses stands a tag.
fn address(text: &str) -> Option<IpAddr> {
    let tagged = text
        .split_at_checked(5)
        .filter(|(tag, _)| tag.eq_ignore_ascii_case("IPv6:"));
    let ip = tagged.map_or(text, |(_, address)| address).parse::<IpAddr>().ok()?;
    Some(ip.to_canonical())
}

/// RFC 3461 §4: `+` and two hexadecimal digits are an octet.
fn decode_xtext(text: &str) -> Option<String> {
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let (octet, after) = match first {
            b'+' => {
                let (digits, after) = after.split_first_chunk::<2>()?;
                let [high, low] = digits.map(|digit| char::from(digit).to_digit(16));
                (u8::try_from(high? << 4 | low?).ok()?, after)
            }
            octet => (*octet, after),
        };
        octets.push(octet);
        rest = after;
    }
    String::from_utf8(octets).ok().filter(|text| text.len() <= MOST_VALUE)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(argument: &str) -> (Option<String>, Option<String>) {
        let Forwarded { ip, helo } = Forwarded::parse(argument).unwrap();
        (ip.map(|ip| ip.to_string()), helo)
    }

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn the_client_is_read() {
        assert_eq!(
            parse("NAME=spike.example ADDR=192.0.2.9 PORT=4711 PROTO=ESMTP"),
            (some("192.0.2.9"), None)
        );
        assert_eq!(
            parse("helo=mx+2Eexample source=REMOTE addr=ipv6:2001:db8::9"),
            (some("2001:db8::9"), some("mx.example"))
        );
        assert_eq!(parse("ADDR=::ffff:192.0.2.9"), (some("192.0.2.9"), None));
        assert_eq!(
            parse("ADDR=[UNAVAILABLE] HELO=[TEMPUNAVAIL] NAME=localhost"),
            (None, None)
        );
        assert_eq!(parse("ADDR=+5BUNAVAILABLE+5D HELO=a+20b"), (None, None));
    }

    #[test]
    fn several_commands_add_up() {
        let mut forwarded = Forwarded::parse("ADDR=192.0.2.9 HELO=a").unwrap();
        forwarded.add(Forwarded::parse("HELO=b").unwrap());
        assert_eq!(forwarded, Forwarded::parse("ADDR=192.0.2.9 HELO=b").unwrap());
    }

    #[test]
    fn nonsense_is_refused() {
        for nonsense in [
            "",
            " ",
            "ADDR",
            "ADDR=bob",
            "ADDR=300.1.1.1",
            "COLOUR=red",
            "HELO=+4",
            "HELO=+xy",
            "HELO=+ff",
        ] {
            assert_eq!(Forwarded::parse(nonsense), Err(smtp_reply::BAD_ARGUMENT), "{nonsense}");
        }
        let long = format!("HELO={}", "a".repeat(MOST_VALUE + 1));
        assert_eq!(Forwarded::parse(&long), Err(smtp_reply::BAD_ARGUMENT));
    }

    proptest! {
        #[test]
        fn never_panics(argument in "(ADDR|HELO|NAME|)=?[ -~ü]{0,30}") {
            let _ = Forwarded::parse(&argument);
        }
    }
}
