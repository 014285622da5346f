//! Decodes other spellings of a character: percent-encoding, HTML references, escapes of JSON and markup,
//! quoted-printable.

use super::units::{Unit, Units};

/// Most digits of a number that are read, including leading zeros.
const MOST_DIGITS: usize = 16;

/// Most characters in the name of a reference.
const LONGEST_NAME: usize = 8;

/// Named references to characters of addresses or to invisible ones.
const NAMED: [(&str, char); 17] = [
    ("amp", '&'),
    ("apos", '\''),
    ("quot", '"'),
    ("lt", '<'),
    ("gt", '>'),
    ("commat", '@'),
    ("period", '.'),
    ("plus", '+'),
    ("hyphen", '-'),
    ("dash", '-'),
    ("lowbar", '_'),
    ("percnt", '%'),
    ("num", '#'),
    ("nbsp", ' '),
    ("shy", '\u{ad}'),
    ("zwnj", '\u{200c}'),
    ("zwj", '\u{200d}'),
];

/// A way to write characters. Only the reader knows which one a text uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelling {
    /// No spelling: each character is itself.
    Written,
    /// `%40` of links (RFC 3986 §2.1).
    Percent,
    /// `&#64;` and `&commat;` of HTML and XML.
    References,
    /// `\u0040` of JSON, `\n` of iCalendar, `\@` of Markdown, `\'40` of RTF.
    Escapes,
    /// `=40` of quoted-printable (RFC 2045 §6.7), which old address cards hold.
    Quoted,
}

impl Spelling {
    /// All of them, unspelled first.
    pub const ALL: [Self; 5] = [
        Self::Written,
        Self::Percent,
        Self::References,
        Self::Escapes,
        Self::Quoted,
    ];

    /// Whether a text contains the sign of this spelling. Without it, decoding changes nothing.
    pub fn may_be_in(self, text: &str) -> bool {
        let sign = match self {
            Self::Written => return true,
            Self::Percent => b'%',
            Self::References => b'&',
            Self::Escapes => b'\\',
            Self::Quoted => b'=',
        };
        memchr::memchr(sign, text.as_bytes()).is_some()
    }

    /// Decodes `sign` and the units after it, if they have this spelling. Takes the units that belong to it.
    pub fn read(self, sign: char, units: &mut Units<'_>) -> Option<Unit> {
        match (self, sign) {
            (Self::Percent, '%') => character(sign, units),
            (Self::Quoted, '=') => quoted(units),
            (Self::References, '&') => reference(units),
            (Self::Escapes, '\\') => escape(units),
            _ => None,
        }
    }
}

/// Decodes a character written as octets in hexadecimal digits, each after a sign.
fn character(sign: char, units: &mut Units<'_>) -> Option<Unit> {
    let first = octet(units)?;
    let more = match first {
        0xc2..=0xdf => 1,
        0xe0..=0xef => 2,
        0xf0..=0xf4 => 3,
        _ => 0,
    };
    let mut octets = vec![first];
    let mut ahead = units.clone();
    for _ in 0..more {
        if ahead.next() == Some(Unit::Char(sign))
            && let Some(octet) = octet(&mut ahead)
        {
            octets.push(octet);
        }
    }
    if let Some(c) = std::str::from_utf8(&octets).ok().and_then(|text| text.chars().next()) {
        if more > 0 {
            *units = ahead;
        }
        return Some(Unit::Char(c));
    }
    // An octet of Latin-1.
    Some(Unit::Char(char::from(first)))
}

fn quoted(units: &mut Units<'_>) -> Option<Unit> {
    let mut ahead = units.clone();
    match ahead.next()? {
        Unit::Break | Unit::Char('\n') => {
            *units = ahead;
            Some(Unit::Break)
        }
        Unit::Char(_) => character('=', units),
    }
}

fn octet(units: &mut Units<'_>) -> Option<u8> {
    u8::try_from(digit(units)? * 16 + digit(units)?).ok()
}

fn digit(units: &mut Units<'_>) -> Option<u32> {
    match units.next()? {
        Unit::Char(c) => c.to_digit(16),
        Unit::Break => None,
    }
}

/// Decodes a reference after its `&`. Like in browsers, a number needs no semicolon.
fn reference(units: &mut Units<'_>) -> Option<Unit> {
    let mut ahead = units.clone();
    if ahead.next()? == Unit::Char('#') {
        let mut radix = 10;
        let mut digits = ahead.clone();
        if matches!(digits.next(), Some(Unit::Char('x' | 'X'))) {
            radix = 16;
            ahead = digits;
        }
        let number = number(&mut ahead, radix)?;
        let mut semicolon = ahead.clone();
        *units = if semicolon.next() == Some(Unit::Char(';')) {
            semicolon
        } else {
            ahead
        };
        return char::from_u32(number).map(Unit::Char);
    }
    let mut name = String::new();
    let mut ahead = units.clone();
    while name.len() <= LONGEST_NAME {
        match ahead.next()? {
            Unit::Char(';') => {
                *units = ahead;
                let known = NAMED.iter().find(|(each, _)| each.eq_ignore_ascii_case(&name));
                return known.map(|(_, c)| Unit::Char(*c));
            }
            Unit::Char(c) if c.is_ascii_alphanumeric() => name.push(c),
            _ => return None,
        }
    }
    None
}

fn number(units: &mut Units<'_>, radix: u32) -> Option<u32> {
    let (mut number, mut digits) = (0_u32, 0);
    loop {
        let mut ahead = units.clone();
        let digit = match ahead.next() {
            Some(Unit::Char(c)) => c.to_digit(radix),
            _ => None,
        };
        match digit {
            Some(digit) if digits < MOST_DIGITS => number = number.checked_mul(radix)?.checked_add(digit)?,
            _ => return (digits > 0).then_some(number),
        }
        digits += 1;
        *units = ahead;
    }
}

fn escape(units: &mut Units<'_>) -> Option<Unit> {
    match units.next()? {
        Unit::Break | Unit::Char('n' | 'N' | 'r' | 't') => Some(Unit::Break),
        Unit::Char('u') => {
            let code = (0..4).try_fold(0, |code, _| Some(code * 16 + digit(units)?))?;
            char::from_u32(code).map(Unit::Char)
        }
        Unit::Char('x' | '\'') => octet(units).map(|octet| Unit::Char(char::from(octet))),
        Unit::Char(c) if c.is_ascii_punctuation() && c != '\\' => Some(Unit::Char(c)),
        Unit::Char(_) => None,
    }
}
