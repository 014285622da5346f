//! Defines the limits that the server checks and that forms and error messages name.

/// Fewest characters of a password.
pub const MIN_PASSWORD: usize = 10;

/// Most characters of a label.
pub const MAX_LABEL: usize = 100;

/// Most characters of a note.
pub const MAX_NOTE: usize = 2000;

/// Most characters of the name that contacts see.
pub const MAX_NAME: usize = 64;

/// Most characters of a key's name.
pub const MAX_KEY_NAME: usize = 64;

/// Most keys of an account.
pub const MAX_KEYS: u64 = 50;

/// Most passkeys of an account.
pub const MAX_PASSKEYS: u64 = 20;

/// Most characters of a passkey's name.
pub const MAX_PASSKEY_NAME: usize = 64;
