//! SPF, DKIM and DMARC against a real DNS server on loopback, with keys that the tests make. What we verify was signed by
//! somebody else's code, and what we sign is verified by it.

mod authors;
mod covered;
mod findings;
mod lookups;
mod names;
mod relaying;
mod sealers;
mod signing;
mod spf;
mod wishes;
mod zone;
