//! Clients with an address of their own on this machine.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
};

use tokio::net::{TcpSocket, TcpStream};

/// Connects from an address of the loopback network.
pub async fn connect_from(from: impl Into<Ipv4Addr>, to: SocketAddr) -> io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from((from.into(), 0)))?;
    socket.connect(to).await
}
