//! The modules of the server that read what strangers wrote.

#[path = "../../src/mail/mod.rs"]
pub mod mail;

/// As in the server, without the half that seals.
pub mod seal {
    #[path = "../../../src/seal/nature.rs"]
    pub mod nature;
    #[path = "../../../src/seal/open/mod.rs"]
    pub mod open;
}
