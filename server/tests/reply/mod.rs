//! Conversations over real SMTP with a whole relay: the person's client is OpenSSL or NSS, given the exported file and what
//! arrived; what leaves is judged by Python. And those who only claim to be the person.

mod authority;
mod conversation;
mod covered;
mod domains;
mod efail;
mod failures;
mod forged;
mod forms;
mod hostile;
mod leaks;
mod moved;
mod nss;
mod outside;
mod own;
mod person;
mod pgp;
mod profiles;
mod quota;
mod recipients;
mod spoofing;
mod talk;
mod timeless;
mod transport;
mod unused;
mod wire;
