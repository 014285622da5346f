//! What the server's tests share: the receiving provider, played by `mailin-embedded`; the DNS, by dnsmasq; a verifier and
//! signer of DKIM that is not ours, python3-dkim; and GnuPG.

#![allow(dead_code, reason = "each test program uses a part of it")]

pub mod dkim;
pub mod dns;
pub mod gnupg;
pub mod provider;
