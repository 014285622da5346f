//! Reads and writes raw messages, pure: bytes in, bytes out. Nothing here knows a key, a recipient of the relay or the time.

pub mod author;
pub mod charset;
pub mod content;
pub mod header;
pub mod indexed;
pub mod message;
pub mod mime;
pub mod multipart;
pub mod outside;
pub mod place;
pub mod rewritten;
pub mod shown;
pub mod structure;
pub mod tokens;
pub mod value;
