//! Which header fields go where, named once.

/// Fields that tell the way of the message so far, or what others made of it: the reader does not need them, and they
/// would be false inside the seal.
pub const TRACE: &[&str] = &[
    "Received",
    "Return-Path",
    "Delivered-To",
    "X-Original-To",
    "Envelope-To",
    "Authentication-Results",
    "ARC-Seal",
    "ARC-Message-Signature",
    "ARC-Authentication-Results",
    "Bcc",
    "Resent-Bcc",
];

/// Fields that stay outside as well, as answering machines must see them to keep quiet (RFC 3834, RFC 2076).
pub const FOR_MACHINES: &[&str] = &["Auto-Submitted", "Precedence"];

/// Characters that a name or subject keeps when it is shown; longer ones are cut.
pub const MOST_SHOWN: usize = 200;

/// A text from a stranger, made fit for a header field that a person reads: one line, no control characters, nothing that
/// turns the direction of writing or is invisible, as these serve to make one name look like another.
pub fn shown(text: &str) -> String {
    let visible = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c });
    let visible: String = visible.filter(|&c| !c.is_control() && !hides(c)).collect();
    let words: Vec<_> = visible.split_whitespace().collect();
    words.join(" ").chars().take(MOST_SHOWN).collect()
}

/// Characters without a shape of their own (Unicode Bidi_Control, zero width, tags, variation of joins).
fn hides(c: char) -> bool {
    matches!(c,
        '\u{00ad}' | '\u{061c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tricks_are_taken_out() {
        assert_eq!(shown(" Your\r\nBcc: Bank\u{202e}\u{200b} "), "Your Bcc: Bank");
        assert_eq!(shown(&"ä".repeat(999)).chars().count(), MOST_SHOWN);
    }
}
