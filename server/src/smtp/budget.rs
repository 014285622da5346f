//! Limits the memory for messages in progress over all sessions. A buffer grows only by what it could reserve.
//!
//! A message needs more than its own octets later: it is rewritten, signed, encrypted and encoded. All of that is reserved while it
//! is read, so that a message that was read is never refused for want of memory.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The unit of reservation. The first block of each buffer is free, so that small mail passes even if the budget is used
/// up.
const BLOCK: usize = 64 << 10;

/// From this size on a buffer grows by a quarter. Below it doubles. A large one mostly moves without a copy, and spare room would
/// count many times.
const LARGE: usize = 1 << 20;

/// The budget is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no memory left for messages")]
pub(super) struct NoRoom;

/// The memory that all sessions share.
#[derive(Clone)]
pub(super) struct Budget(Arc<Semaphore>);

impl Budget {
    pub(super) fn new(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new((bytes / BLOCK).min(Semaphore::MAX_PERMITS))))
    }

    /// Creates an empty buffer that never holds more than `limit` octets. It reserves those, until
    /// [`Buffer::reserve_halves`] says more.
    pub(super) fn buffer(&self, limit: usize) -> Buffer {
        Buffer {
            bytes: Vec::new(),
            limit,
            halves: 2,
            budget: self.clone(),
            held: Reservation::default(),
        }
    }

    fn reserve(&self, held: &mut Reservation, wanted: usize) -> Result<(), NoRoom> {
        if wanted <= held.blocks {
            return Ok(());
        }
        let more = u32::try_from(wanted - held.blocks).map_err(|_| NoRoom)?;
        let permit = Arc::clone(&self.0).try_acquire_many_owned(more).map_err(|_| NoRoom)?;
        match &mut held.permit {
            Some(earlier) => earlier.merge(permit),
            none => *none = Some(permit),
        }
        held.blocks = wanted;
        Ok(())
    }
}

/// Blocks reserved from the budget. Dropping them gives them back.
#[derive(Default)]
pub(super) struct Reservation {
    blocks: usize,
    permit: Option<OwnedSemaphorePermit>,
}

/// A byte buffer. Its capacity, and what its content will take later, is reserved from the budget.
pub(super) struct Buffer {
    bytes: Vec<u8>,
    limit: usize,
    halves: usize,
    budget: Budget,
    held: Reservation,
}

impl Buffer {
    /// Makes the octets that are appended from now on reserve so many halves of them.
    pub(super) fn reserve_halves(&mut self, halves: usize) {
        self.halves = halves;
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether `more` octets would exceed the limit.
    pub(super) fn overflows(&self, more: usize) -> bool {
        self.bytes.len().saturating_add(more) > self.limit
    }

    /// Appends, if the budget allows the growth. The caller has checked [`Buffer::overflows`].
    pub(super) fn append(&mut self, more: &[u8]) -> Result<(), NoRoom> {
        let needed = self.bytes.len() + more.len();
        if needed > self.bytes.capacity() {
            let capacity = self.bytes.capacity();
            let more = if capacity < LARGE { capacity } else { capacity / 4 };
            let roomy = (capacity + more).min(self.limit).max(needed);
            let blocks = (roomy / BLOCK * self.halves).div_ceil(2);
            self.budget.reserve(&mut self.held, blocks)?;
            self.bytes.reserve_exact(roomy - self.bytes.len());
        }
        self.bytes.extend_from_slice(more);
        Ok(())
    }

    /// Clears the content and keeps the memory.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
    }

    /// Clears the content and frees the memory.
    pub(super) fn release(&mut self) {
        self.bytes = Vec::new();
        self.held = Reservation::default();
    }

    /// Returns the bytes and their reservation, which must be held as long as they live.
    pub(super) fn into_parts(self) -> (Vec<u8>, Reservation) {
        (self.bytes, self.held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_reserved_comes_back() {
        let budget = Budget::new(4 * BLOCK);
        let mut first = budget.buffer(usize::MAX);
        let mut second = budget.buffer(usize::MAX);
        assert_eq!(first.append(&vec![0; 3 * BLOCK]), Ok(()));
        assert_eq!(second.append(&vec![0; 2 * BLOCK]), Err(NoRoom));
        let (_, held) = first.into_parts();
        assert_eq!(
            second.append(&vec![0; 2 * BLOCK]),
            Err(NoRoom),
            "held apart from the bytes"
        );
        drop(held);
        assert_eq!(second.append(&vec![0; 2 * BLOCK]), Ok(()));
        second.release();
        assert_eq!(budget.0.available_permits(), 4);
    }

    #[test]
    fn a_message_reserves_its_peak() {
        let budget = Budget::new(5 * BLOCK);
        let mut message = budget.buffer(usize::MAX);
        message.reserve_halves(5);
        assert_eq!(message.append(&vec![0; 2 * BLOCK]), Ok(()));
        assert_eq!(budget.0.available_permits(), 0);
        assert_eq!(budget.buffer(usize::MAX).append(&vec![0; BLOCK]), Err(NoRoom));
    }

    #[test]
    fn a_large_buffer_has_little_spare_room() {
        let mut message = Budget::new(1 << 30).buffer(usize::MAX);
        for _ in 0..3 * LARGE / 1000 {
            assert_eq!(message.append(&[0; 1000]), Ok(()));
        }
        assert!(message.bytes.capacity() <= message.bytes.len() / 4 * 5);
    }

    #[test]
    fn small_messages_pass_an_exhausted_budget() {
        let budget = Budget::new(0);
        assert_eq!(budget.buffer(usize::MAX).append(&vec![0; BLOCK - 1]), Ok(()));
        assert_eq!(budget.buffer(usize::MAX).append(&vec![0; BLOCK]), Err(NoRoom));
    }
}
