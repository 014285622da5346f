//! Sealpost, the mail relay.
//!
//! ```text
//! main -> command
//!      -> relay (wiring) -> smtp · web · router · inbound · reply · notices · queue
//! smtp (wire, session) -> router -> inbound (identify, authenticate) -> policy -> outlet -> sealing (rewrite, seal) -> queue
//!                                -> reply (open, authorise) -> strip                                                -> queue -> deliver
//! web (session, backend)         -> notices (codes, test messages, reminders, failure reports) -> outlet            -> queue
//! ```
//!
//! `server/boundaries` lists every arrow between these modules; docs/ARCHITECTURE.md draws them and explains the flows.

pub mod acme;
pub mod announcement;
pub mod auth;
pub mod backup;
pub mod causes;
pub mod clock;
pub mod command;
pub mod config;
pub mod core_dump;
pub mod deliver;
pub mod dkim;
mod dns;
pub mod doctor;
mod domain_list;
pub mod domains;
pub mod envelope;
pub mod examine;
mod http_exchange;
pub mod inbound;
pub mod invitation;
mod key_file;
mod keyring;
pub mod letters;
pub mod limits;
pub mod local_part;
pub mod logging;
pub mod mail;
pub mod message_ids;
pub mod metrics;
pub mod network;
pub mod notices;
pub mod oidc;
mod one_time_code;
pub mod open_files;
pub mod outlet;
pub mod parcel;
pub mod policy;
pub mod processors;
pub mod publish;
pub mod queue;
pub mod refusal;
pub mod relay;
pub mod reply;
pub mod rewrite;
pub mod rotation;
pub mod router;
pub mod seal;
pub mod sealing;
pub mod smtp;
pub mod smtp_reply;
pub mod spam;
pub mod store;
pub mod strip;
pub mod tls;
pub mod traces;
pub mod unsubscribe;
pub mod vault;
pub mod web;
