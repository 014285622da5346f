//! Ports that are free, and servers that are waited for.

use std::{
    io,
    net::{SocketAddr, TcpListener, TcpStream},
    thread::sleep,
    time::{Duration, Instant},
};

/// The longest wait for a server to start.
const START: Duration = Duration::from_secs(60);

/// A port of this machine that nobody listens on.
pub fn free() -> io::Result<SocketAddr> {
    TcpListener::bind("127.0.0.1:0")?.local_addr()
}

/// Waits until somebody listens.
pub fn wait_for(address: SocketAddr) -> io::Result<()> {
    let start = Instant::now();
    loop {
        match TcpStream::connect(address) {
            Ok(_) => return Ok(()),
            Err(error) if start.elapsed() > START => return Err(error),
            Err(_) => sleep(Duration::from_millis(20)),
        }
    }
}
