//! Opening, with messages by other people's programs: OpenSSL, NSS and gpgsm sign with the person's key and encrypt to the
//! contact's certificate, both issued by our own PKI.
mod bombs;
mod clients;
mod compressed;
mod forged;
mod home;
mod hostile;
mod kept;
mod layers;
mod mutations;
mod nss;
mod openssl;
mod wycheproof;
