//! The SMTP receiver.
pub mod reply;
