//! Builds the display name of the sender. The sender controls the text, so nothing in it may pretend to be an address.

use app::address::OutsideAddress;

/// Most characters of the sender's own name that are shown. More would push the address out of sight.
const LONGEST_NAME: usize = 64;

/// Most characters of a subject that are repeated outside. The whole subject is inside.
const LONGEST_SUBJECT: usize = 1000;

/// Returns the display name of From: `Ann Lee (ann@example.org)`.
///
/// The address always comes last, in the only brackets and with the only `@`. So a name such as `service@bank.example`
/// or `Bank (service@bank.example)` cannot pass for it.
pub fn name(own: Option<&str>, sender: &OutsideAddress) -> String {
    let shown = sender.shown();
    let address: String = shown.chars().filter(|c| is_plain(*c)).collect();
    let own = own.filter(|own| !own.trim().eq_ignore_ascii_case(&shown));
    let own = sanitise(own.unwrap_or_default(), LONGEST_NAME, |c| match c {
        '(' | ')' | '<' | '>' | '[' | ']' | '"' | '\\' | '\u{ff08}' | '\u{ff09}' => " ".into(),
        '@' | '\u{ff20}' | '\u{fe6b}' => " at ".into(),
        c if is_plain(c) => c.into(),
        c if c.is_whitespace() || c.is_control() => " ".into(),
        _ => String::new(),
    });
    if own.is_empty() {
        address
    } else {
        format!("{own} ({address})")
    }
}

/// Returns the subject on one line. Marks of writing direction stay, because Hebrew and Arabic texts need them. The
/// line has nothing else that they could reorder.
pub fn subject(original: &str) -> String {
    sanitise(original, LONGEST_SUBJECT, |c| match c {
        c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => " ".into(),
        c => c.into(),
    })
}

/// Replaces characters, joins white space and shortens. It breaks up a `=?` that is left after decoding. Otherwise a
/// client would decode again, and removed characters could come back.
fn sanitise(text: &str, longest: usize, replace: impl Fn(char) -> String) -> String {
    // Reads only as much as can be used, with room for removed characters.
    let replaced: String = text.chars().take(longest * 4).map(replace).collect();
    let joined = replaced
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace("=?", "= ?");
    match joined.char_indices().nth(longest) {
        None => joined,
        Some((end, _)) => format!("{}\u{2026}", joined[..end].trim_end()),
    }
}

/// Whether a character is visible and affects nothing else: no control, no change of direction, nothing of no width.
fn is_plain(c: char) -> bool {
    !(c.is_control()
        || c.is_whitespace() && c != ' '
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(own: &str) -> String {
        name(Some(own), &"ann@example.org".parse().unwrap())
    }

    #[test]
    fn a_name_is_followed_by_the_address() {
        assert_eq!(shown("Ann Lee"), "Ann Lee (ann@example.org)");
        assert_eq!(shown(" M\u{fc}ller,\tAnn "), "M\u{fc}ller, Ann (ann@example.org)");
        for empty in ["", "  ", "ann@example.org", "ANN@example.org ", "\u{200b}\u{202e}"] {
            assert_eq!(shown(empty), "ann@example.org", "{empty:?}");
        }
    }

    #[test]
    fn a_name_cannot_pretend() {
        assert_eq!(
            shown("service@bank.example"),
            "service at bank.example (ann@example.org)"
        );
        assert_eq!(
            shown("Bank (service\u{ff20}bank)"),
            "Bank service at bank (ann@example.org)"
        );
        assert_eq!(
            shown("Bank\u{202e}\" <s@bank>\r\nBcc: x"),
            "Bank s at bank Bcc: x (ann@example.org)"
        );
        assert_eq!(
            shown("=?utf-8?Q?=E2=80=AE?="),
            "= ?utf-8?Q?=E2=80=AE?= (ann@example.org)"
        );
        assert_eq!(shown("=\u{200b}?utf-8?Q?x?="), "= ?utf-8?Q?x?= (ann@example.org)");
        let long = shown(&"Bank ".repeat(1000));
        assert!(
            long.ends_with("\u{2026} (ann@example.org)") && long.chars().count() < 90,
            "{long}"
        );
    }

    #[test]
    fn a_subject_is_one_line() {
        assert_eq!(subject("a\r\nBcc: b\u{2028}c\0"), "a Bcc: b c");
        assert_eq!(subject("\u{5e9}\u{200f}!"), "\u{5e9}\u{200f}!");
        assert_eq!(subject(&"x".repeat(5000)).chars().count(), LONGEST_SUBJECT + 1);
    }
}
