//! The modules of the server that read what strangers wrote.

#[path = "../../src/mail/mod.rs"]
pub mod mail;

#[path = "../../src/seal/mod.rs"]
pub mod seal;

#[allow(unused_imports, reason = "other modules of the server take a name from here")]
#[path = "../../src/rewrite/mod.rs"]
pub mod rewrite;

#[path = "../../src/strip/mod.rs"]
pub mod strip;

/// As in the server, the reports alone.
#[path = "../../src/queue"]
pub mod queue {
    pub mod bounce;
}
