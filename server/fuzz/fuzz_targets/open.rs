//! A message from anybody, to a contact whose key is the same in every run, so that what was kept in `tests/data/open` can
//! be opened and changed.
#![no_main]

use home::LASTING;
use libfuzzer_sys::fuzz_target;

#[path = "../../tests/open/home.rs"]
#[allow(dead_code, clippy::unwrap_used, clippy::expect_used, reason = "the tests use more of it")]
mod home;

fuzz_target!(|message: &[u8]| {
    if let Ok(opened) = LASTING.open(message) {
        // Nothing can be signed by the person but what the person signed.
        assert!(opened.signature.is_none() || *opened.entity == *home::ANSWER.as_bytes());
    }
});
