//! The modules of the server that read what strangers wrote.

#[path = "../../src/mail/mod.rs"]
pub mod mail;

/// As in the server, without the half that seals.
#[path = "../../src/seal"]
pub mod seal {
    pub mod nature;
    pub mod open;
}
