//! Makes backups while the relay runs, checks them, and restores one on an empty machine.
//!
//! A backup is one file: a tar archive, encrypted with age to public keys, so that the machine that makes it cannot open it. Its
//! first entry describes it ([`Manifest`]); the files of the data folder and the database follow.
//!
//! - **Consistent.** SQLite's `VACUUM INTO` and PostgreSQL's `pg_dump` each read one snapshot, beside a relay that writes on.
//! - **Bounded.** The database is streamed. It waits on the disk until its length and hash are known, which stand before it in the
//!   archive: SQLite's copy in the data folder, where the database itself is; a dump of PostgreSQL encrypted, under a key that is
//!   only in memory.
//! - **Proved.** The finished file is read back and compared with its first entry, under a second key that is only in memory,
//!   before it gets its name and older ones are removed.
//! - **All or nothing.** What is restored is written beside its place, checked, and then renamed.

mod archive;
mod create;
mod draft;
mod error;
mod folder;
mod identity;
mod lock;
mod manifest;
mod postgres;
mod restore;
mod verify;

pub use create::{LeftOut, Made, Plan, create};
pub use error::BackupError;
pub use folder::newest;
pub use identity::Identities;
pub use manifest::{Manifest, Part};
pub use restore::{Restored, restore};
pub use verify::{KeyState, Verified, verify};
