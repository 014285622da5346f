//! Finds the person's name beside an address, as clients write it above a quotation: `Ann Lee
//! <ann.lee@mailbox.example>`.

use std::ops::Range;

use super::fold::{self, BREAK, Folded};

/// Most octets of a folded name that is searched.
const LONGEST: usize = 80;

/// Most words of a name. More are a sentence.
const MOST_WORDS: usize = 6;

/// Words that end a time before a name: `at 6:00 PM Ann Lee <…> wrote`.
const TIME: [&str; 12] = [
    "am", "pm", "a.m.", "p.m.", "uhr", "h", "om", "schreef", "schrieb", "skrev", "kl", "par",
];

/// Small words within a name.
const PARTICLES: [&str; 16] = [
    "van", "von", "der", "den", "de", "da", "dos", "del", "di", "la", "le", "el", "al", "bin", "zu", "ten",
];

/// The names by which the person's mail client calls the person, folded and split into words.
#[derive(Clone, Debug, Default)]
pub struct Names(Vec<Vec<Vec<u8>>>);

impl Names {
    /// Reads display names. An address is no name, and neither is a single letter.
    pub fn new(names: impl IntoIterator<Item = String>) -> Self {
        let plain = |name: &String| name.chars().filter(|c| c.is_alphabetic()).count() > 1 && !name.contains('@');
        let words = |name: String| -> Vec<Vec<u8>> {
            let folded = fold::needle(&name);
            let mut words: Vec<_> = split(&folded).map(<[u8]>::to_vec).collect();
            words.sort();
            words
        };
        Self(
            names
                .into_iter()
                .filter(plain)
                .map(words)
                .filter(|words| !words.is_empty())
                .collect(),
        )
    }

    /// Whether a folded text is one of the names, with its words in any order, such as `Lee, Ann`.
    pub fn is_name(&self, text: &[u8]) -> bool {
        let mut words: Vec<_> = split(text).map(<[u8]>::to_vec).take(2 * MOST_WORDS).collect();
        words.sort();
        self.0.contains(&words)
    }

    /// Returns the places of the names in a short folded text.
    pub fn all_in(&self, text: &[u8]) -> Vec<Range<usize>> {
        let mut all: Vec<Range<usize>> = Vec::new();
        let ends =
            (1..=text.len()).filter(|end| is_word(text[end - 1]) && !text.get(*end).is_some_and(|byte| is_word(*byte)));
        for end in ends {
            if let Some(begin) = self.begin(text, end) {
                // If `Lee` is a name as well, `Lee, Ann` ends two names. The longer one counts.
                all.retain(|other| other.end <= begin);
                all.push(begin..end);
            }
        }
        all
    }

    /// Returns where a name begins that ends at `end`.
    fn begin(&self, text: &[u8], end: usize) -> Option<usize> {
        let from = end.saturating_sub(LONGEST);
        let mut starts = Vec::new();
        let mut at = end;
        while at > from && starts.len() <= MOST_WORDS {
            let word = text[from..at].iter().rev().take_while(|byte| is_word(**byte)).count();
            if word == 0 {
                break;
            }
            at -= word;
            starts.push(at);
            at -= text[from..at]
                .iter()
                .rev()
                .take_while(|byte| b" ,\xff".contains(byte))
                .count();
        }
        // Longest first.
        starts.into_iter().rev().find(|start| self.is_name(&text[*start..end]))
    }
}

/// Returns the name before an address at `address`, including the space before the bracket.
pub fn before(folded: &Folded<'_>, address: usize, names: &Names) -> Option<Range<usize>> {
    let text = folded.text();
    let end = trim_end(text, address);
    let end = trim_end(text, text[..end].strip_suffix(b"mailto:").map_or(end, <[u8]>::len));
    let bracket = end.checked_sub(1).filter(|at| b"<[(".contains(&text[*at]))?;
    let end = trim_blank_end(text, bracket);
    let quote = end.checked_sub(1).filter(|at| b"\"'".contains(&text[*at]));
    if let Some(close) = quote {
        let from = close.saturating_sub(LONGEST);
        let open = text[from..close].iter().rposition(|byte| *byte == text[close])?;
        return Some(from + open..bracket);
    }
    let begin = names.begin(text, end).or_else(|| likely(folded, end))?;
    (begin < end).then_some(begin..bracket)
}

/// Returns the name in brackets after an address that ends at `address`.
pub fn after(text: &[u8], address: usize) -> Option<Range<usize>> {
    let rest = &text[address..];
    let name = rest.strip_prefix(b" (")?;
    let end = name.iter().take(LONGEST).position(|byte| *byte == b')')?;
    let name = &name[..end];
    let is_name = !name.is_empty()
        && name
            .iter()
            .all(|byte| is_word(*byte) && !byte.is_ascii_digit() || *byte == b' ');
    is_name.then(|| address..address + end + 3)
}

/// Whether a whole text is a name or looks like one, with a few capitalised words.
pub fn is_likely_name(folded: &Folded<'_>, names: &Names) -> bool {
    let text = folded.text();
    let words = split(text).count();
    let plain = text
        .iter()
        .all(|byte| is_word(*byte) && !byte.is_ascii_digit() || b" ,@\xff".contains(byte));
    let address = text
        .iter()
        .skip_while(|byte| !is_word(**byte))
        .any(|byte| *byte == b'@');
    let likely = (1..=MOST_WORDS).contains(&words) && plain && !address && is_capital(folded, 0, text.len());
    likely || names.is_name(text)
}

/// Returns where something begins that looks like a name: several words with capital letters, or words after a label, a
/// time or a list.
fn likely(folded: &Folded<'_>, end: usize) -> Option<usize> {
    let text = folded.text();
    let from = end.saturating_sub(LONGEST);
    let is_name = |byte: &u8| is_word(*byte) && !byte.is_ascii_digit() || *byte == b' ';
    let run = text[from..end].iter().rev().take_while(|byte| is_name(byte)).count();
    let mut begin = end - run;
    let stop = begin.checked_sub(1).map(|at| text[at]);
    let mut in_header = matches!(stop, Some(b':' | b';'));
    // `To: Lee, Ann <…>`: after a label, a name may contain a comma.
    if stop == Some(b',') {
        let from = (begin - 1).saturating_sub(LONGEST);
        let run = text[from..begin - 1]
            .iter()
            .rev()
            .take_while(|byte| is_name(byte))
            .count();
        let label = begin - 1 - run;
        if label.checked_sub(1).is_some_and(|at| b":;".contains(&text[at])) {
            begin = label;
        }
    }
    // The rest of a word with a digit, such as `06:00h` or `2026`.
    if stop.is_some_and(|byte| byte.is_ascii_digit()) {
        begin += text[begin..end].iter().take_while(|byte| **byte != b' ').count();
        in_header = true;
    }
    begin += text[begin..end].iter().take_while(|byte| **byte == b' ').count();
    while let Some(word) = text[begin..end].split(|byte| *byte == b' ').next()
        && TIME.iter().any(|time| time.as_bytes() == word)
    {
        in_header = true;
        begin = (begin + word.len() + 1).min(end);
    }
    let words: Vec<_> = split(&text[begin..end]).collect();
    let sentence = words.is_empty() || words.len() > MOST_WORDS;
    // A single capitalised word may begin a sentence.
    let likely = in_header || (words.len() > 1 || stop == Some(b',')) && is_capital(folded, begin, end);
    (!sentence && likely).then_some(begin)
}

/// Whether each word begins with a capital letter, or its script has none.
fn is_capital(folded: &Folded<'_>, begin: usize, end: usize) -> bool {
    let (start, end) = folded.source_of(begin, end);
    let source = folded.source().get(start..end).unwrap_or_default();
    source
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .all(|word| {
            PARTICLES.contains(&word)
                || word
                    .chars()
                    .next()
                    .is_some_and(|c| c.is_alphabetic() && !c.is_lowercase())
        })
}

/// Splits a folded name into words.
fn split(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| !is_word(*byte)).filter(|word| !word.is_empty())
}

fn is_word(byte: u8) -> bool {
    byte != BREAK && (byte.is_ascii_alphanumeric() || b"-.'_".contains(&byte) || !byte.is_ascii())
}

fn trim_end(text: &[u8], end: usize) -> usize {
    end - text[..end]
        .iter()
        .rev()
        .take_while(|byte| b" \xff'\"".contains(byte))
        .count()
}

fn trim_blank_end(text: &[u8], end: usize) -> usize {
    end - text[..end]
        .iter()
        .rev()
        .take_while(|byte| b" \xff".contains(byte))
        .count()
}
