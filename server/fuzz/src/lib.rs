//! The modules of the server that read what strangers wrote.

#[path = "../../src/mail/mod.rs"]
pub mod mail;

#[path = "../../src/seal/mod.rs"]
pub mod seal;

/// As in the server, the half that knows no database.
#[path = "../../src/inbound"]
pub mod inbound {
    pub mod examine;
    #[allow(unused_imports, reason = "the other half of the folder takes a name from here")]
    pub mod rewrite;
}

/// As in the server, the answers alone.
#[path = "../../src/smtp"]
pub mod smtp {
    pub mod reply;
}

/// As in the server, the reports alone.
#[path = "../../src/queue"]
pub mod queue {
    pub mod bounce;
}

/// As in the server, the half that knows no database.
#[path = "../../src/reply"]
pub mod reply {
    pub mod strip;
}
