//! Parses and expands macro strings (RFC 7208 §7).

use std::{borrow::Cow, net::IpAddr};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::error::Broken;

/// Most octets of a name in text form (RFC 7208 §7.3). If a name is longer, labels are dropped from the left.
const LONGEST_NAME: usize = 253;

/// RFC 7208 §7.3: an upper-case letter escapes all but the unreserved characters of RFC 3986 §2.3.
const RESERVED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Text with macros.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// The text between two macros.
    Literal(String),
    /// `%%`, `%_` or `%-`.
    Escape(&'static str),
    Macro(Macro),
}

/// `%{d2r-}`
#[derive(Clone, Debug, PartialEq, Eq)]
struct Macro {
    letter: MacroLetter,
    /// An upper-case letter.
    escape: bool,
    /// How many parts are kept, from the right.
    keep: usize,
    reverse: bool,
    /// The characters that separate parts.
    delimiters: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum MacroLetter {
    Sender,
    Local,
    SenderDomain,
    Domain,
    Ip,
    Validated,
    Helo,
    Version,
    /// `c`, `r` and `t` for explanations, which are not looked up here.
    Explanation,
}

/// The values of macros.
pub(super) struct Values<'a> {
    pub local: &'a str,
    pub sender_domain: &'a str,
    /// The domain whose record is evaluated.
    pub domain: &'a str,
    pub ip: IpAddr,
    pub helo: &'a str,
    /// `%{p}`
    pub validated: &'a str,
}

impl Template {
    /// Parses a domain-spec (§7.1). It ends with a macro, or with a possible top-level label.
    pub fn domain_spec(text: &str) -> Result<Self, Broken> {
        let Self(parts) = Self::parse(text)?;
        let ends_well = match parts.last() {
            None => false,
            Some(Part::Escape(_) | Part::Macro(_)) => true,
            Some(Part::Literal(text)) => {
                let text = text.strip_suffix('.').unwrap_or(text);
                text.rsplit_once('.').is_some_and(|(_, label)| is_top_label(label))
            }
        };
        let explains = |part: &Part| matches!(part, Part::Macro(each) if each.letter == MacroLetter::Explanation);
        if !ends_well || parts.iter().any(explains) {
            return Err(Broken::DomainSpec);
        }
        Ok(Self(parts))
    }

    /// Parses a macro-string (§7.1).
    pub fn parse(text: &str) -> Result<Self, Broken> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((literal, after)) = rest.split_once('%') {
            push_literal(&mut parts, literal)?;
            let (part, left) = parse_expansion(after).ok_or(Broken::Macro)?;
            parts.push(part);
            rest = left;
        }
        push_literal(&mut parts, rest)?;
        Ok(Self(parts))
    }

    /// Whether the name of the client's address is needed, which takes a look-up.
    pub fn needs_validated(&self) -> bool {
        let asks = |part: &Part| matches!(part, Part::Macro(each) if each.letter == MacroLetter::Validated);
        self.0.iter().any(asks)
    }

    /// Expands the macros to a name, which may be impossible.
    pub fn expand(&self, values: &Values<'_>) -> String {
        let mut pieces = Vec::new();
        let mut length = 0;
        for part in self.0.iter().rev() {
            // Labels further left would be dropped, however many a record requests.
            if length > LONGEST_NAME + 1 {
                break;
            }
            let piece = match part {
                Part::Literal(text) => Cow::Borrowed(text.as_str()),
                Part::Escape(text) => Cow::Borrowed(*text),
                Part::Macro(each) => Cow::Owned(each.expand(values)),
            };
            length += piece.len();
            pieces.push(piece);
        }
        pieces.reverse();
        let name = pieces.concat();
        let name = name.strip_suffix('.').unwrap_or(&name);
        shorten(name).to_owned()
    }
}

fn push_literal(parts: &mut Vec<Part>, text: &str) -> Result<(), Broken> {
    if !text.bytes().all(|octet| octet.is_ascii_graphic()) {
        return Err(Broken::Characters);
    }
    if !text.is_empty() {
        parts.push(Part::Literal(text.to_owned()));
    }
    Ok(())
}

/// Parses the element after a `%`. Returns it with the rest of the text.
fn parse_expansion(text: &str) -> Option<(Part, &str)> {
    let (escape, rest) = match text.split_at_checked(1)? {
        ("%", rest) => ("%", rest),
        ("_", rest) => (" ", rest),
        ("-", rest) => ("%20", rest),
        ("{", rest) => {
            let (inside, rest) = rest.split_once('}')?;
            return Some((Part::Macro(Macro::parse(inside)?), rest));
        }
        _ => return None,
    };
    Some((Part::Escape(escape), rest))
}

/// RFC 7208 §12, `toplabel`: letters, digits and hyphens, not only digits, and no hyphen at either end.
fn is_top_label(label: &str) -> bool {
    let inside = |octet: u8| octet.is_ascii_alphanumeric() || octet == b'-';
    label.bytes().all(inside)
        && label.bytes().any(|octet| !octet.is_ascii_digit())
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// Drops labels from the left until the name is short enough.
fn shorten(name: &str) -> &str {
    let Some(from) = name.len().checked_sub(LONGEST_NAME).filter(|over| *over > 0) else {
        return name;
    };
    let dots = name.bytes().enumerate().skip(from - 1);
    let cut = dots.filter(|(_, octet)| *octet == b'.').map(|(at, _)| at + 1).next();
    // If no label ends early enough, the whole name cannot be queried either.
    cut.and_then(|at| name.get(at..)).unwrap_or(name)
}

impl Macro {
    /// Parses the text between the braces.
    fn parse(text: &str) -> Option<Self> {
        let (letter, rest) = text.split_at_checked(1)?;
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (count, rest) = rest.split_at(digits);
        let keep = match count {
            "" => usize::MAX,
            // A number that is too large means all parts.
            count => count.parse().unwrap_or(usize::MAX),
        };
        let after = rest.strip_prefix(['r', 'R']);
        let delimiters = after.unwrap_or(rest);
        let known = delimiters.chars().all(|c| ".-+,/_=".contains(c));
        (keep > 0 && known).then_some(Self {
            letter: MacroLetter::parse(&letter.to_ascii_lowercase())?,
            escape: letter.bytes().all(|octet| octet.is_ascii_uppercase()),
            keep,
            reverse: after.is_some(),
            delimiters: if delimiters.is_empty() { "." } else { delimiters }.to_owned(),
        })
    }

    fn expand(&self, values: &Values<'_>) -> String {
        let value = self.letter.value(values);
        let mut parts: Vec<&str> = value.split(|c| self.delimiters.contains(c)).collect();
        if self.reverse {
            parts.reverse();
        }
        let from = parts.len().saturating_sub(self.keep);
        let joined = parts.split_off(from).join(".");
        if self.escape {
            utf8_percent_encode(&joined, &RESERVED).to_string()
        } else {
            joined
        }
    }
}

impl MacroLetter {
    fn parse(letter: &str) -> Option<Self> {
        Some(match letter {
            "s" => Self::Sender,
            "l" => Self::Local,
            "o" => Self::SenderDomain,
            "d" => Self::Domain,
            "i" => Self::Ip,
            "p" => Self::Validated,
            "h" => Self::Helo,
            "v" => Self::Version,
            "c" | "r" | "t" => Self::Explanation,
            _ => return None,
        })
    }

    fn value(self, values: &Values<'_>) -> String {
        match self {
            Self::Sender => format!("{}@{}", values.local, values.sender_domain),
            Self::Local => values.local.to_owned(),
            Self::SenderDomain => values.sender_domain.to_owned(),
            Self::Domain => values.domain.to_owned(),
            Self::Ip => to_dotted(values.ip),
            Self::Validated => values.validated.to_owned(),
            Self::Helo => values.helo.to_owned(),
            Self::Version if values.ip.is_ipv4() => "in-addr".to_owned(),
            Self::Version => "ip6".to_owned(),
            Self::Explanation => String::new(),
        }
    }
}

/// IPv6 as hexadecimal digits separated by dots (§7.3).
fn to_dotted(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => {
            let digits: Vec<String> = ip
                .octets()
                .iter()
                .flat_map(|octet| [octet >> 4, octet & 15])
                .map(|digit| format!("{digit:x}"))
                .collect();
            digits.join(".")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expand(text: &str, ip: &str) -> String {
        let values = Values {
            local: "strong-bad",
            sender_domain: "email.example.com",
            domain: "email.example.com",
            ip: ip.parse().unwrap(),
            helo: "mx example.org",
            validated: "unknown",
        };
        Template::parse(text).unwrap().expand(&values)
    }

    /// The table of RFC 7208 §7.4.
    #[test]
    fn the_examples_of_the_rfc() {
        for (text, expected) in [
            ("%{s}", "strong-bad@email.example.com"),
            ("%{o}", "email.example.com"),
            ("%{d4}", "email.example.com"),
            ("%{d3}", "email.example.com"),
            ("%{d2}", "example.com"),
            ("%{d1}", "com"),
            ("%{dr}", "com.example.email"),
            ("%{d2r}", "example.email"),
            ("%{l}", "strong-bad"),
            ("%{l-}", "strong.bad"),
            ("%{lr}", "strong-bad"),
            ("%{lr-}", "bad.strong"),
            ("%{l1r-}", "strong"),
            ("%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"),
            ("%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com"),
            (
                "%{d2}.trusted-domains.example.net",
                "example.com.trusted-domains.example.net",
            ),
            ("%%a%_b%-c.%{H}", "%a b%20c.mx%20example.org"),
            ("%{d99999999999999999999999}.", "email.example.com"),
        ] {
            assert_eq!(expand(text, "192.0.2.3"), expected, "{text}");
        }
        assert_eq!(
            expand("%{ir}.%{v}._spf.%{d2}", "2001:db8::cb01"),
            "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6._spf.example.com"
        );
    }

    #[test]
    fn broken_macros_are_told() {
        for text in [
            "%", "a%b", "%{", "%{}", "%{x}", "%{d", "%{d0}", "%{d-2}", "%{d2r!}", "%{dr2}", "%(d)",
        ] {
            assert_eq!(Template::parse(text), Err(Broken::Macro), "{text}");
        }
        for text in ["a b", "a\tb", "\u{e4}", "a\0"] {
            assert_eq!(Template::parse(text), Err(Broken::Characters), "{text}");
        }
    }

    #[test]
    fn a_domain_ends_as_one() {
        for text in [
            "a.example",
            "a.example.",
            "%{d}",
            "x%%",
            "a.b-1",
            "a.1b",
            "foo:bar/baz.example",
            "%{d}.museum",
        ] {
            assert!(Template::domain_spec(text).is_ok(), "{text}");
        }
        for text in [
            "", ".", "museum", "museum.", "a.123", "a.-com", "a.com-", "a..", "a.b:80", "%{d}com", "a.%{t}", "%{c}.a",
        ] {
            assert_eq!(Template::domain_spec(text), Err(Broken::DomainSpec), "{text}");
        }
    }

    #[test]
    fn names_that_are_too_long_lose_labels_on_the_left() {
        let name = format!("{}example", "abcdefg.".repeat(40));
        let short = shorten(&name);
        assert!(short.len() <= LONGEST_NAME && short.len() > LONGEST_NAME - 8 && name.ends_with(short));
        assert!(short.starts_with("abcdefg."));
        // The same holds for macros. No more are expanded than count.
        let short = expand(&format!("{}%{{d}}", "%{s}.".repeat(10_000)), "192.0.2.3");
        assert!(
            short.len() <= LONGEST_NAME && short.len() > LONGEST_NAME - 20,
            "{short}"
        );
        assert!(
            short.ends_with(".strong-bad@email.example.com.email.example.com"),
            "{short}"
        );
        let exact = "a".repeat(LONGEST_NAME);
        assert_eq!(shorten(&format!("b.{exact}")), exact);
        assert_eq!(shorten(&exact), exact);
        let single = "a".repeat(300);
        assert_eq!(shorten(&single), single);
    }
}
