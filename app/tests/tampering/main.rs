//! The three messages tampered with. Whoever tampers signs again with the keys that they would have: a browser the user
//! and the root key, a server the intermediate key. Each case changes one field, and each table has an honest case
//! through the same hands, so that a refusal cannot come from the tool.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a failing unwrap is a failing test"
)]

#[path = "../support/mod.rs"]
mod support;

mod answer;
mod change;
mod completion;
mod pkits;
mod request;

use app::pki::{
    PkiError,
    error::{Check, Part},
};

fn refused(part: Part, check: Check) -> PkiError {
    PkiError::Refused { part, check }
}
