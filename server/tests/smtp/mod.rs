//! The SMTP receiver, started in-process on a loopback port and spoken to by scripts, by clients of other people and by
//! those who mean harm.
mod clients;
mod dialogs;
mod endless;
mod flood;
mod fronts;
mod guessing;
pub mod harness;
mod limits;
mod log;
mod message;
mod smuggling;
pub mod starttls;
mod stopping;
