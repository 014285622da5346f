//! A DNS server on loopback that knows what a test tells it, and says NXDOMAIN for all else.

use std::{
    net::{Ipv4Addr, SocketAddr, TcpStream, UdpSocket},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::ports::free;

/// Under this domain the server has to ask another one, which never answers.
pub const SILENT: &str = "silent.example";

/// A running dnsmasq; it ends with this value.
pub struct Dns {
    /// Where it listens, for UDP and TCP.
    pub address: SocketAddr,
    server: Child,
    _silent: UdpSocket,
}

/// One record.
#[derive(Clone, Copy)]
pub enum Record<'a> {
    /// Name, text of any length.
    Txt(&'a str, &'a str),
    /// Name, address. The address leads back to the first such name.
    A(&'a str, &'a str),
    /// Name, IPv4 address, which does not lead back.
    OneWay(&'a str, &'a str),
    /// IPv4 address, name that it leads to.
    Ptr(&'a str, &'a str),
    /// Name, mail host.
    Mx(&'a str, &'a str),
}

impl Dns {
    /// With some records.
    pub fn start(zone: &[Record<'_>]) -> Self {
        // Another test may take the port in the moment between.
        (0..5).find_map(|_| Self::try_start(zone)).expect("dnsmasq starts")
    }

    fn try_start(zone: &[Record<'_>]) -> Option<Self> {
        let address = free();
        let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
        let mut server = Command::new("dnsmasq")
            .env("PATH", format!("{}:/usr/sbin", std::env::var("PATH").unwrap()))
            .args([
                "--keep-in-foreground",
                "--conf-file=/dev/null",
                "--no-resolv",
                "--no-hosts",
            ])
            .args([
                "--local-ttl=60",
                "--bind-interfaces",
                "--listen-address=127.0.0.1",
                "--local=/#/",
                "--pid-file=",
            ])
            .arg(format!("--port={}", address.port()))
            .arg(format!(
                "--server=/{SILENT}/127.0.0.1#{}",
                silent.local_addr().unwrap().port()
            ))
            .args(zone.iter().map(argument))
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let started = Instant::now();
        while TcpStream::connect(address).is_err() {
            if server.try_wait().unwrap().is_some() {
                return None;
            }
            assert!(started.elapsed() < Duration::from_secs(120), "dnsmasq does not start");
            thread::sleep(Duration::from_millis(20));
        }
        Some(Self {
            address,
            server,
            _silent: silent,
        })
    }
}

impl Drop for Dns {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn argument(record: &Record<'_>) -> String {
    match record {
        Record::Txt(name, text) => {
            assert!(!text.contains([',', '"']), "not for dnsmasq's command line: {text}");
            let strings: Vec<_> = text
                .as_bytes()
                .chunks(255)
                .map(|chunk| str::from_utf8(chunk).unwrap())
                .collect();
            format!("--txt-record={name},{}", strings.join(","))
        }
        Record::A(name, ip) => format!("--host-record={name},{ip}"),
        Record::OneWay(name, ip) => {
            let octets = ip.parse::<Ipv4Addr>().unwrap().octets();
            // 1 is the type A, whose data are the octets.
            format!(
                "--dns-rr={name},1,{}",
                octets.map(|octet| format!("{octet:02x}")).concat()
            )
        }
        Record::Ptr(ip, name) => {
            let [a, b, c, d] = ip.parse::<Ipv4Addr>().unwrap().octets();
            format!("--ptr-record={d}.{c}.{b}.{a}.in-addr.arpa,{name}")
        }
        Record::Mx(name, host) => format!("--mx-host={name},{host},10"),
    }
}
