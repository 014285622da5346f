//! In the test build only (feature `findable-root-key`): the root key comes from a fixed seed, so that a test can make the
//! same key and look for it in everything that the browser sent and the server kept.

use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

pub(super) fn rng() -> ChaCha20Rng {
    ChaCha20Rng::from_seed(*b"sealpost: a root key to be found")
}
