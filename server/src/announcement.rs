//! The text that administrators show on every page.

use app::api::administration::MAX_ANNOUNCEMENT;

/// The text has more than [`MAX_ANNOUNCEMENT`] characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an announcement has up to {MAX_ANNOUNCEMENT} characters")]
pub struct TooLong;

/// Returns the text as it is shown: its lines, without other control characters. `None` if it is empty.
pub fn parse(typed: &str) -> Result<Option<String>, TooLong> {
    // Browsers post each end of a line as two characters (HTML §4.10.21.4).
    let lines = typed.trim().replace("\r\n", "\n");
    let text: String = lines.chars().filter(|c| *c == '\n' || !c.is_control()).collect();
    if text.chars().count() > MAX_ANNOUNCEMENT {
        return Err(TooLong);
    }
    Ok((!text.is_empty()).then_some(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_keeps_its_lines_and_nothing_else_that_is_invisible() {
        assert_eq!(parse(" \r\n "), Ok(None));
        assert_eq!(parse("Sunday:\r\nno\u{7} mail\n"), Ok(Some("Sunday:\nno mail".into())));
        // As many characters as in the field, where each end of a line counts once (HTML §4.10.11).
        let long = "ä\r\n".repeat(MAX_ANNOUNCEMENT / 2);
        assert!(parse(&long).is_ok());
        assert_eq!(parse(&(long + "aa")), Err(TooLong));
    }
}
