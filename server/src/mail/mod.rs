//! Raw messages, pure.
