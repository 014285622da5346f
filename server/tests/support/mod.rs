//! What the server's tests share: the receiving provider, played by `mailin-embedded`.

pub mod provider;
