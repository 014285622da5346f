//! A whole relay with a person in it, and a clock that the tests move. What knows nothing of the server is in the crate
//! `test_support`.

pub mod client;
pub mod clock;
pub mod home;
pub mod log;
pub mod pgp_profile;
