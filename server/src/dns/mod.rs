//! Chooses the DNS resolver: the configured one, or the system's. [`LookUp`] asks it for what stands in the DNS.

mod look_up;

use std::net::SocketAddr;

use hickory_resolver::{
    config::{NameServerConfig, ResolverConfig, ResolverOpts},
    net::NetError,
    system_conf::read_system_conf,
};

pub use look_up::{LookUp, NoAnswer};

/// The servers and options for a resolver.
pub fn resolver(server: Option<SocketAddr>) -> Result<(ResolverConfig, ResolverOpts), NetError> {
    let Some(server) = server else {
        return read_system_conf();
    };
    let mut config = NameServerConfig::udp_and_tcp(server.ip());
    for connection in &mut config.connections {
        connection.port = server.port();
    }
    Ok((
        ResolverConfig::from_parts(None, Vec::new(), vec![config]),
        ResolverOpts::default(),
    ))
}
