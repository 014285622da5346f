//! Mail addresses: parsed once when they enter, and only formatted afterwards (RFC 5321 §4.1.2, RFC 6531 §3.3).

mod email;
mod local_part;
mod outside;

pub use self::{
    email::{AddressError, EmailAddress},
    outside::OutsideAddress,
};
