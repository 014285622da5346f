//! Limits how often something may be done, by whom, and how many of it there may be at once.

pub mod activity_notes;
pub mod attempts;
pub mod new_contacts;
pub mod quota;
pub mod refused_recipients;
pub(crate) mod slots;
pub(crate) mod standing;
pub(crate) mod turns;
