//! Converts a local part between its two forms: as people write it, and quoted for envelopes and header fields.

/// Returns the envelope form of a local part, quoted if necessary.
pub(super) fn quoted(local: &str) -> String {
    if is_dot_atom(local) {
        local.to_owned()
    } else {
        format!("\"{}\"", local.replace('\\', "\\\\").replace('"', "\\\""))
    }
}

/// Whether a local part needs no quotes (RFC 5322 §3.2.3, RFC 6532 §3.2).
fn is_dot_atom(local: &str) -> bool {
    let is_atext = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c) || !c.is_ascii();
    local
        .split('.')
        .all(|atom| !atom.is_empty() && atom.chars().all(|c| is_atext(c) && !c.is_whitespace()))
}

/// Removes the quotes and escapes of a quoted string (RFC 5321 §4.1.2: both forms name the same mailbox).
pub(super) fn unquoted(local: &str) -> String {
    let Some(inner) = local.strip_prefix('"').and_then(|local| local.strip_suffix('"')) else {
        return local.to_owned();
    };
    let mut text = String::with_capacity(inner.len());
    let mut rest = inner.chars();
    while let Some(next) = rest.next() {
        text.extend(if next == '\\' { rest.next() } else { Some(next) });
    }
    text
}
