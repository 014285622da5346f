//! Messages as bytes. Pure: no I/O, no clock.

pub mod header;
pub mod message;
