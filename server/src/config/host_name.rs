//! Names of hosts in the settings.

use std::net::IpAddr;

use super::Fault;

/// Parses a host name (RFC 5321 §2.3.5) of ASCII letters, digits and hyphens, which is the form that certificates need.
pub(crate) fn host_name(text: &str) -> Result<String, Fault> {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let folded = text.trim().to_ascii_lowercase();
    // As it is written in a zone.
    let folded = folded.strip_suffix('.').unwrap_or(&folded);
    if folded.contains(['@', '/', ':']) {
        return Err(Fault::NotNameOnly(text.into()));
    }
    if !folded.is_ascii() {
        return Err(Fault::NotAscii(text.into()));
    }
    if folded.len() > 200 || !folded.split('.').all(label) {
        return Err(Fault::Domain(text.into()));
    }
    if folded.parse::<IpAddr>().is_ok() || (!folded.contains('.') && folded != "localhost") {
        return Err(Fault::NotPublic(text.into()));
    }
    Ok(folded.into())
}

/// Parses host names with commas between.
pub(super) fn host_names(text: &str) -> Result<Vec<String>, Fault> {
    let names = text.split(',').filter(|name| !name.trim().is_empty());
    names.map(host_name).collect()
}
