//! The lease by which one process at a time has an item of the queue.
//!
//! An item that a process delivers, or holds in memory, has the process's number in `leased_by`, and in `next_try_at` the end of the
//! lease. The process renews it while it works. If it dies, the lease ends, and the item is due for everybody.

use time::Duration;

use super::StoreError;

/// How long a lease lasts if nobody renews it: the longest time that the messages of a process that died wait for another.
pub const LASTS: Duration = Duration::seconds(30);

/// The number and the time of this process's leases.
#[derive(Clone, Copy, Debug)]
pub struct Lease {
    /// A random number for this run of the process.
    pub(super) holder: i64,
    /// How long a lease lasts.
    pub(super) lasts: Duration,
}

impl Lease {
    pub(super) fn new(lasts: Duration) -> Result<Self, StoreError> {
        Ok(Self {
            holder: i64::from_ne_bytes(getrandom::u64()?.to_ne_bytes()),
            lasts,
        })
    }
}
