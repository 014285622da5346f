//! Removes the header fields that some mail clients repeat at the top of the text (RFC 9788 §5.2).
//!
//! Clients that protect the header do this for clients that do not. The header that leaves has these fields again.

use std::borrow::Cow;

use super::tree::Leaf;

/// RFC 9788 §5.2.3.
const DIV: &str = "<div class=\"header-protection-legacy-display\">";

/// Removes them from plain text. They end at the first empty line.
pub fn remove_from_plain<'t>(text: &'t str, leaf: &Leaf<'_>) -> &'t str {
    let is_line = |line: &&str| !line.trim().is_empty();
    let fields: usize = text.split_inclusive('\n').take_while(is_line).map(str::len).sum();
    let line: usize = text[fields..].find('\n').map_or(0, |end| end + 1);
    if is_marked(leaf) { &text[fields + line..] } else { text }
}

/// Removes them from HTML. They are one element.
pub fn remove_from_html<'t>(text: &'t str, leaf: &Leaf<'_>) -> Cow<'t, str> {
    let element = || {
        let (before, behind) = text.split_once(DIV)?;
        let (_, behind) = behind.split_once("</div>")?;
        Some(format!("{before}{behind}"))
    };
    match element().filter(|_| is_marked(leaf)) {
        Some(without) => Cow::Owned(without),
        None => Cow::Borrowed(text),
    }
}

fn is_marked(leaf: &Leaf<'_>) -> bool {
    leaf.parameter("hp-legacy-display") == Some("1")
}
