//! What may happen to a message, decided as values; the caller acts.

/// Permission to relay one message as it is. Only this module can grant it.
pub struct ClearPermit(());
