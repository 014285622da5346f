//! The web interface through its router: what a browser sees, and what another site or another account cannot do.

mod accounts;
mod activation;
mod aliases;
mod api;
mod codes;
mod correspondence;
mod data;
mod flood;
mod lockout;
mod mailboxes;
mod next;
mod pages;
mod passkeys;
mod patience;
mod pgp;
mod profiles;
mod protection;
mod recovery;
mod relay;
mod security;
mod settings;
mod several;
mod sign_up;
mod site;
mod two_factor;
mod unknown;
