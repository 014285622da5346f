//! Gives out ports that a program binds later.

use std::{
    hash::{BuildHasher, Hasher, RandomState},
    net::{SocketAddr, TcpListener, UdpSocket},
    sync::{
        LazyLock,
        atomic::{AtomicU16, Ordering},
    },
};

/// The first port, and how many there are. None of them is one that a system gives to whoever connects to something, or listens
/// anywhere: such a port could be taken again before it is used.
const FIRST: u16 = 20_000;
const MANY: u16 = 12_000;

/// Begins anywhere, as several test programs may run at once.
static NEXT: LazyLock<AtomicU16> = LazyLock::new(|| {
    let random = RandomState::new().build_hasher().finish();
    AtomicU16::new(u16::try_from(random % u64::from(MANY)).unwrap())
});

/// An address of this machine that nobody has, for TCP and UDP. No test of this process gets it a second time soon.
pub fn free() -> SocketAddr {
    loop {
        let next = NEXT.fetch_add(1, Ordering::Relaxed) % MANY;
        let address = SocketAddr::from(([127, 0, 0, 1], FIRST + next));
        if TcpListener::bind(address).is_ok() && UdpSocket::bind(address).is_ok() {
            return address;
        }
    }
}
