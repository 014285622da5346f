//! Inbound mail.
pub mod policy;
pub mod received;
