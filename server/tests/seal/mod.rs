//! Sealing, judged by other people's cryptography: OpenSSL, NSS and gpgsm open what was made here.
mod big;
mod clients;
mod corpus;
mod modern;
mod opaque;
mod person;
mod refusals;
mod structure;
