//! Defines the certificate model: one set of types and functions for browser and server, so that both mean the same
//! chain.
//!
//! | key | type | born | leaves |
//! | --- | --- | --- | --- |
//! | root | [`key::RootKey`] | browser | never: consumed by signing one intermediate, then zeroised |
//! | intermediate | [`key::IntermediateKey`] | server | only into the server's vault |
//! | user | [`key::UserKey`] | browser | only into a PKCS#12 file |
//! | contact | [`key::ContactKey`] | server | only into the server's vault |

pub mod certificate;
pub mod chain;
pub mod contact;
pub mod error;
pub mod issuance;
mod issue;
pub mod key;
pub mod mobileconfig;
pub mod name;
pub mod name_constraint;
pub mod pkcs12;
pub mod role;
mod template;
pub mod validity;
mod verify;
pub mod view;

pub use error::PkiError;
