//! The modules of the server that read what strangers wrote.

#[path = "../../src/mail/mod.rs"]
pub mod mail;

/// As in the server, without the half that seals.
#[path = "../../src/seal"]
pub mod seal {
    pub mod nature;
    pub mod open;
    mod parameters;
}

/// As in the server, the half that knows no database.
#[path = "../../src/inbound"]
pub mod inbound {
    pub mod rewrite;
}

/// As in the server, the half that knows no database.
#[path = "../../src/reply"]
pub mod reply {
    pub mod strip;
}
