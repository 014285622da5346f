//! Shows the pages of administrators. Everybody else gets the page for unknown addresses.

mod account;
mod accounts;
mod checks;
mod delete;
mod head;
mod invitations;
mod limits;
mod log;
mod overview;
mod settings;
mod sign_up_mode;
mod waiting;

pub(super) use self::{
    account::AccountPage, accounts::AccountsPage, delete::DeleteAccountOfPage, invitations::Invitations,
    log::OperatorLog, overview::Administration, settings::LiveSettings, waiting::WaitingMessages,
};
