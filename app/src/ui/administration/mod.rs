//! Shows the pages of administrators. Everybody else gets the page for unknown addresses.

mod account;
mod accounts;
mod checks;
mod delete;
mod head;
mod invitations;
mod log;
mod overview;

pub(super) use self::{
    account::AccountPage, accounts::AccountsPage, delete::DeleteAccountOfPage, invitations::Invitations,
    log::OperatorLog, overview::Administration,
};
