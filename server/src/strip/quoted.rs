//! Rewrites the lines that clients write above a quotation: `From: … Sent: … To: …` and `On … wrote:`.
//!
//! There, the person's name becomes the alias's, and a time zone is removed. Nothing else that people write changes.

use std::ops::Range;

use super::{
    addresses::Addresses,
    fold::{BREAK, Folded},
    spelling::Spelling,
    units::Syntax,
};

/// Labels of dates, folded.
const DATES: [&str; 24] = [
    "sent",
    "date",
    "gesendet",
    "datum",
    "envoye\u{301}",
    "date d'envoi",
    "enviado",
    "enviado el",
    "enviada em",
    "fecha",
    "data",
    "inviato",
    "verzonden",
    "skickat",
    "sendt",
    "dato",
    "la\u{308}hetetty",
    "wys\u{142}ano",
    "odesla\u{301}no",
    "\u{43e}\u{442}\u{43f}\u{440}\u{430}\u{432}\u{43b}\u{435}\u{43d}\u{43e}",
    "\u{434}\u{430}\u{442}\u{430}",
    "\u{53d1}\u{9001}\u{65f6}\u{95f4}",
    "\u{65e5}\u{671f}",
    "\u{9001}\u{4fe1}\u{65e5}\u{6642}",
];

/// Labels of people, folded.
const PEOPLE: [&str; 34] = [
    "from",
    "to",
    "cc",
    "bcc",
    "sender",
    "reply-to",
    "resent-from",
    "attendees",
    "organizer",
    "von",
    "an",
    "kopie",
    "de",
    "a\u{300}",
    "a",
    "para",
    "da",
    "van",
    "aan",
    "fra\u{30a}n",
    "till",
    "fra",
    "til",
    "kopia",
    "od",
    "do",
    "la\u{308}hetta\u{308}ja\u{308}",
    "vastaanottaja",
    "\u{43e}\u{442}",
    "\u{43a}\u{43e}\u{43c}\u{443}",
    "\u{53d1}\u{4ef6}\u{4eba}",
    "\u{6536}\u{4ef6}\u{4eba}",
    "\u{5dee}\u{51fa}\u{4eba}",
    "\u{5b9b}\u{5148}",
];

/// Most octets of a folded label.
const LONGEST_LABEL: usize = 32;

/// Most octets of a folded line above a quotation.
const LONGEST_LINE: usize = 400;

/// Returns the text with the alias's name and without time zones above quotations.
pub fn rewrite(text: &str, syntax: Syntax, addresses: &Addresses<'_>) -> String {
    let folded = Folded::new(text, syntax, Spelling::Written);
    let name = addresses.alias_name().unwrap_or(addresses.alias());
    let mut rewritten = String::with_capacity(text.len());
    let mut done = 0;
    for (at, with) in edits(folded.text(), addresses) {
        let (start, end) = folded.source_of(at.start, at.end);
        if start >= done {
            rewritten.push_str(&text[done..start]);
            rewritten.push_str(&match (with, syntax) {
                (With::Nothing, _) => String::new(),
                (With::Name, Syntax::Plain) => name.to_owned(),
                (With::Name, Syntax::Html) => super::escape::html(name),
            });
            done = end;
        }
    }
    rewritten.push_str(&text[done..]);
    rewritten
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum With {
    Nothing,
    Name,
}

/// The topic of a line above a quotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum About {
    Date,
    People,
    /// `On … wrote:`.
    Both,
}

fn edits(text: &[u8], addresses: &Addresses<'_>) -> Vec<(Range<usize>, With)> {
    let mut edits = Vec::new();
    let mut label = None;
    let mut at = 0;
    for line in text.split(|byte| *byte == BREAK) {
        let begin = at;
        at += line.len() + 1;
        if line.len() > LONGEST_LINE {
            label = None;
            continue;
        }
        // A label is bold in a line of its own, or precedes its value.
        let (about, skipped) = match (label.take(), parse_label(line)) {
            (_, Some((about, value))) if value == line.len() => {
                label = Some(about);
                continue;
            }
            (_, Some((about, value))) => (about, value),
            (Some(about), None) => (about, 0),
            (None, None) if is_attribution(line) => (About::Both, 0),
            (None, None) => continue,
        };
        let begin = begin + skipped;
        let value = &line[skipped..];
        if about != About::People {
            edits.extend(zone(value).map(|zone| (begin + zone.start..begin + zone.end, With::Nothing)));
        }
        if about != About::Date {
            let names = addresses.names().all_in(value).into_iter();
            edits.extend(names.map(|name| (begin + name.start..begin + name.end, With::Name)));
        }
    }
    edits.sort_by_key(|(at, _)| at.start);
    edits
}

/// Returns the topic of the label at the start of a line, and where its value begins.
fn parse_label(line: &[u8]) -> Option<(About, usize)> {
    let colon = line.iter().take(LONGEST_LABEL).position(|byte| *byte == b':')?;
    let label = std::str::from_utf8(&line[..colon]).ok()?.trim();
    let about = if DATES.contains(&label) {
        About::Date
    } else if PEOPLE.contains(&label) {
        About::People
    } else {
        return None;
    };
    let blank = line[colon + 1..].iter().take_while(|byte| **byte == b' ').count();
    Some((about, colon + 1 + blank))
}

/// Whether a line reads `On Saturday at 6:00, Bob <bob@example.org> wrote:`, with a time of day and a colon at the end.
fn is_attribution(line: &[u8]) -> bool {
    let line = line.strip_suffix(b" ").unwrap_or(line);
    line.ends_with(b":") && time_end(line, 0).is_some()
}

/// Returns the end of the first time of day after `from`, such as `6:00` or `06:00:00`.
fn time_end(line: &[u8], from: usize) -> Option<usize> {
    let digit = |at: usize| line.get(at).is_some_and(u8::is_ascii_digit);
    let sign = |signs: &[u8]| {
        let is_time = |at: &usize| signs.contains(&line[*at]) && digit(at - 1) && digit(at + 1) && digit(at + 2);
        (from.max(1)..line.len()).find(is_time)
    };
    // `28.11.2026 06:00` has dots in its date.
    let colon = sign(b":").or_else(|| sign(b".h"))?;
    let mut end = colon + 3;
    while line.get(end) == Some(&b':') && digit(end + 1) && digit(end + 2) {
        end += 3;
    }
    Some(end)
}

/// Returns a time zone after a time of day, such as `(gmt+5:30)`, `+0530` or `(ist)`.
fn zone(line: &[u8]) -> Option<Range<usize>> {
    let mut end = time_end(line, 0)?;
    for half in [&b" am"[..], b" pm", b" a.m.", b" p.m.", b"am", b"pm", b" uhr"] {
        if line[end..].starts_with(half) {
            end += half.len();
            break;
        }
    }
    let start = end;
    let rest = &line[end..];
    // Removes time zones in words, brackets and digits, in any order.
    let taken = rest
        .iter()
        .take_while(|byte| b" ()+-:.,".contains(byte) || byte.is_ascii_alphanumeric())
        .count();
    let mut zone_end = 0;
    let mut at = 0;
    for word in rest[..taken].split_inclusive(|byte| b" ,".contains(byte)) {
        at += word.len();
        let word = word
            .strip_suffix(b" ")
            .or_else(|| word.strip_suffix(b","))
            .unwrap_or(word);
        if is_zone(word) {
            zone_end = at.min(taken);
        } else if !word.is_empty() {
            break;
        }
    }
    let trimmed = rest[..zone_end]
        .strip_suffix(b",")
        .or_else(|| rest[..zone_end].strip_suffix(b" "));
    let length = trimmed.map_or(zone_end, <[u8]>::len);
    (length > 0).then(|| start..start + length)
}

/// Whether a word is a time zone, such as `gmt+5:30`, `utc`, `+0530`, `-08:00`, `(ist)` or `cest`.
fn is_zone(word: &[u8]) -> bool {
    let bracketed = word.starts_with(b"(") || word.ends_with(b")");
    let core: Vec<u8> = word.iter().copied().filter(|byte| !b"()".contains(byte)).collect();
    let offset = |text: &[u8]| matches!(text, [b'+' | b'-', rest @ ..] if !rest.is_empty() && rest.iter().all(|byte| byte.is_ascii_digit() || *byte == b':'));
    let named = [&b"gmt"[..], b"utc"].iter().find_map(|name| core.strip_prefix(*name));
    let known = [
        "est", "edt", "cst", "cdt", "mst", "mdt", "pst", "pdt", "cet", "cest", "ist", "bst", "jst", "eet", "eest",
        "msk",
    ];
    match named {
        Some(rest) => rest.is_empty() || offset(rest),
        None if bracketed => core.len() >= 2 && core.len() <= 5 && core.iter().all(u8::is_ascii_lowercase),
        None => offset(&core) || known.iter().any(|known| known.as_bytes() == core),
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{names::Names, tests::Scene},
        *,
    };

    #[test]
    fn above_a_quotation_stands_the_alias_without_a_zone() {
        let scene = Scene::default();
        let facts = scene.facts();
        let addresses = Addresses::new(&facts, Names::new(["Ann Lee".to_owned()]));
        for (text, syntax, expected) in [
            (
                "Sent: Saturday 6:00 AM (GMT+5:30)\r\nx",
                Syntax::Plain,
                "Sent: Saturday 6:00 AM\r\nx",
            ),
            (
                "> Date: Sat, 28 Nov 2026 06:00:00 +0530 (IST)\r\n",
                Syntax::Plain,
                "> Date: Sat, 28 Nov 2026 06:00:00\r\n",
            ),
            (
                "Gesendet: 28.11.2026 06:00 UTC+05:30",
                Syntax::Plain,
                "Gesendet: 28.11.2026 06:00",
            ),
            (
                "On 28 Nov at 06:00 GMT+5:30, Bob wrote:\n",
                Syntax::Plain,
                "On 28 Nov at 06:00, Bob wrote:\n",
            ),
            (
                "Let us meet at 6:00 PM (GMT+5:30).",
                Syntax::Plain,
                "Let us meet at 6:00 PM (GMT+5:30).",
            ),
            (
                "To: Ann Lee; Bob\nCc: Lee, Ann\nAnn Lee",
                Syntax::Plain,
                "To: Amber; Bob\nCc: Amber\nAnn Lee",
            ),
            (
                "On 28 Nov at 06:00, Ann Lee wrote:\n",
                Syntax::Plain,
                "On 28 Nov at 06:00, Amber wrote:\n",
            ),
            (
                "<b>Sent:</b> 28 Nov 06:00 (GMT+5:30)<br><b>To:</b> Ann Lee<br>",
                Syntax::Html,
                "<b>Sent:</b> 28 Nov 06:00<br><b>To:</b> Amber<br>",
            ),
        ] {
            assert_eq!(rewrite(text, syntax, &addresses), expected, "{text}");
        }
    }
}
