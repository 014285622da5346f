//! A message from anybody, to a contact whose key is the same in every run, so that what was kept in `tests/data/open` can
//! be opened and changed.
#![no_main]

use home::LASTING;
use libfuzzer_sys::fuzz_target;

#[path = "../../tests/open/home.rs"]
#[allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the tests use more of it"
)]
mod home;

fuzz_target!(|message: &[u8]| {
    if let Ok(opened) = LASTING.open(message) {
        // Nothing can be signed by the person but what the person signed: one text, in headers of several programs.
        assert!(opened.signature.is_none() || text(&opened.entity) == text(home::ANSWER.as_bytes()));
    }
});

/// The body of a part, without the line ends after it.
fn text(entity: &[u8]) -> Option<&[u8]> {
    let blank = entity.windows(4).position(|octets| octets == b"\r\n\r\n")?;
    Some(entity[blank..].trim_ascii())
}
