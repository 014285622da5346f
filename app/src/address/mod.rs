//! Parses mail addresses once, when they enter (RFC 5321 §4.1.2, RFC 6531 §3.3). After that they are only formatted.

mod email;
mod local_part;
mod outside;

pub use self::{
    email::{AddressError, EmailAddress},
    outside::OutsideAddress,
};
