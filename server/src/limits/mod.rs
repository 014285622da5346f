//! Limits how often something may be done, by whom, and how many of it there may be at once.
//!
//! [`attempts`] serves all doors by which an alias is taken: page, API and mail.

pub mod activity_notes;
pub mod attempts;
pub mod new_contacts;
pub mod quota;
pub mod refused_recipients;
pub(crate) mod slots;
pub(crate) mod standing;
pub(crate) mod turns;
