//! Folds text to what a reader sees. Addresses and names are searched in this form.
//!
//! Folding drops tags and invisible characters, decodes other spellings of a character, and folds case and
//! compatibility forms such as full-width letters and ligatures. Each place in the folded text leads back to its place
//! in the source, where the text is replaced. Time and memory are linear in the source.

use unicode_normalization::char::decompose_compatible;

use super::{
    spelling::Spelling,
    units::{Syntax, Unit, Units},
};

/// Stands in folded text for what a reader does not see or reads over: a line end with the quote marks of the next
/// line, a tag, an invisible character, an asterisk that marks bold text. No octet of UTF-8 has this value.
///
/// A word may continue after it, and a word may begin after it.
pub const BREAK: u8 = 0xFF;

/// Folded octets between two recorded places in the source.
const STRIDE: usize = 64;

/// How often one spelling is decoded inside its own result, as in `%252540`.
const DEEPEST_SPELLING: usize = 4;

/// A folded text.
pub struct Folded<'s> {
    source: &'s str,
    syntax: Syntax,
    spelling: Spelling,
    text: Vec<u8>,
    /// Length of the folded text, and how far into the source it had read by then.
    marks: Vec<(usize, usize)>,
}

impl<'s> Folded<'s> {
    /// Folds a source and decodes one spelling of its characters.
    pub fn new(source: &'s str, syntax: Syntax, spelling: Spelling) -> Self {
        let mut folded = Self {
            source,
            syntax,
            spelling,
            text: Vec::with_capacity(source.len()),
            marks: vec![(0, 0)],
        };
        let mut units = Units::new(source, syntax, 0);
        let mut marked = 0;
        while let Some(unit) = spelled(&mut units, spelling) {
            push(&mut folded.text, unit);
            if folded.text.len() >= marked + STRIDE {
                marked = folded.text.len();
                folded.marks.push((marked, units.at));
            }
        }
        folded
    }

    /// Returns the folded text: UTF-8 and [`BREAK`]s. Several spaces or breaks in a row become one.
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// Returns the folded text in a form that can be folded again.
    pub fn readable(&self) -> String {
        let lines = self.text.split(|byte| *byte == BREAK);
        let lines: Vec<_> = lines.map(String::from_utf8_lossy).collect();
        lines.join("\n")
    }

    /// Returns the source of the folded text.
    pub fn source(&self) -> &'s str {
        self.source
    }

    /// Returns the part of the source that became a part of the folded text.
    pub fn source_of(&self, start: usize, end: usize) -> (usize, usize) {
        let mark = self
            .marks
            .partition_point(|(folded, _)| *folded <= start)
            .saturating_sub(1);
        let (length, at) = self.marks.get(mark).copied().unwrap_or_default();
        let mut units = Units::new(self.source, self.syntax, at);
        // The octet before decides the effect of a space or a break after it.
        let first = length.saturating_sub(1);
        let mut text = self.text[first..length].to_vec();
        let mut found = None;
        loop {
            let from = units.at;
            let Some(unit) = spelled(&mut units, self.spelling) else {
                return (found.unwrap_or(from), from);
            };
            push(&mut text, unit);
            let length = first + text.len();
            if length > start && found.is_none() {
                found = Some(from);
            }
            if length >= end {
                return (found.unwrap_or(from), units.at);
            }
        }
    }
}

/// Returns the next unit after decoding one spelling.
fn spelled(units: &mut Units<'_>, spelling: Spelling) -> Option<Unit> {
    let mut unit = units.next()?;
    for _ in 0..DEEPEST_SPELLING {
        let Unit::Char(sign) = unit else { break };
        let mut ahead = units.clone();
        let Some(read) = spelling.read(sign, &mut ahead) else {
            break;
        };
        *units = ahead;
        unit = read;
    }
    Some(unit)
}

/// Adds a unit to folded text, which never becomes shorter.
fn push(text: &mut Vec<u8>, unit: Unit) {
    let last = text.last().copied();
    match unit {
        Unit::Char(c) if is_invisible(c) || matches!(c, '\r' | '\n' | '*' | '\u{2028}' | '\u{2029}') => {
            push_break(text)
        }
        Unit::Break => push_break(text),
        // Quote marks at the start of a line.
        Unit::Char('>' | '|') if matches!(last, None | Some(BREAK)) => {}
        // ASCII is most of all text and needs no table.
        Unit::Char(c) if c.is_ascii() => push_char(text, c.to_ascii_lowercase()),
        // IDNA treats these as the dot of a domain (UTS 46).
        Unit::Char('\u{3002}' | '\u{ff61}') => push_char(text, '.'),
        Unit::Char(c) => decompose_compatible(c, |part| part.to_lowercase().for_each(|c| push_char(text, c))),
    }
}

fn push_break(text: &mut Vec<u8>) {
    if text.last() == Some(&b' ') {
        text.pop();
    }
    if text.last() != Some(&BREAK) {
        text.push(BREAK);
    }
}

fn push_char(text: &mut Vec<u8>, c: char) {
    if c.is_whitespace() || c.is_control() {
        if !matches!(text.last(), None | Some(&b' ' | &BREAK)) {
            text.push(b' ');
        }
    } else {
        text.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

/// Folds a search term like the text it is searched in.
pub fn needle(text: &str) -> Vec<u8> {
    Folded::new(text, Syntax::Plain, Spelling::Written).text
}

/// Whether a character has no width: Default_Ignorable_Code_Point of Unicode 16, and the marks for annotations.
pub fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\0' | '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(source: &str, syntax: Syntax, spelling: Spelling) -> String {
        let text = Folded::new(source, syntax, spelling).text;
        text.iter()
            .map(|byte| if *byte == BREAK { '~' } else { char::from(*byte) })
            .collect()
    }

    #[test]
    fn what_a_reader_sees_stays() {
        use Spelling::*;
        use Syntax::*;
        for (source, syntax, spelling, expected) in [
            ("Ann  Lee", Plain, Written, "ann lee"),
            ("a\u{200b}\u{ad}b", Plain, Written, "a~b"),
            ("a \r\n> > b\n\n|c", Plain, Written, "a~b~c"),
            ("\u{ff21}\u{ff20}\u{3002}\u{fb01}", Plain, Written, "a@.fi"),
            ("**a**@b", Plain, Written, "~a~@b"),
            ("<b>a</b>&lt;<wbr>&amp;lt;", Html, Written, "~a~<~&lt;"),
            ("<b title=\"x\">a <br> &gt; b", Html, Written, "~a~b"),
            ("a%40b%2E%2540%zz%", Plain, Percent, "a@b.@%zz%"),
            ("a%40", Plain, Written, "a%40"),
            ("\\u0040\\x40\\n\\.\\'40", Plain, Escapes, "@@~.@"),
            ("=40=2e=\r\nx=", Plain, Quoted, "@.~x="),
            (
                "&#64;&#0064;&#x40&commat;&period;&#8203;&no;&",
                Plain,
                References,
                "@@@@.~&no;&",
            ),
            ("&amp;#64;", Html, References, "@"),
        ] {
            assert_eq!(folded(source, syntax, spelling), expected, "{source}");
        }
    }

    #[test]
    fn a_place_leads_back_to_the_source() {
        let source = format!("{}x<b>Y</b> &lt; \n <i>z%40</i>", "long \u{e9} text ".repeat(50));
        for spelling in [Spelling::Written, Spelling::Percent] {
            let folded = Folded::new(&source, Syntax::Html, spelling);
            for (word, expected) in [(&b"y"[..], "Y"), (b"x\xffy", "x<b>Y"), (b"<\xffz", "&lt; \n <i>z")] {
                let at = memchr::memmem::find(folded.text(), word).unwrap();
                let (start, end) = folded.source_of(at, at + word.len());
                assert_eq!(&source[start..end], expected);
            }
        }
    }
}
