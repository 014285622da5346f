//! A network of a test's own: real ports at public addresses, which lead nowhere else.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    os::fd::AsFd,
    process::{Command, Stdio},
};

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use crate::privilege;

/// Moves this thread, and all threads and programs that it starts from then on, into a network that has nothing but loopback with these
/// addresses. Returns `false` where tests that need root are left out.
#[must_use]
pub fn of_its_own(addresses: &[&str]) -> bool {
    if !privilege::may_unshare("a network of a test's own") {
        return false;
    }
    let commands: String = addresses
        .iter()
        .map(|address| format!("ip address add {address} dev lo && "))
        .collect();
    let mut holder = Command::new("unshare")
        .args(["--net", "sh", "-c"])
        .arg(format!("ip link set lo up && {commands} echo ready && cat"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("unshare (util-linux) starts");
    let mut said = String::new();
    BufReader::new(holder.stdout.take().unwrap())
        .read_line(&mut said)
        .unwrap();
    assert_eq!(
        said, "ready\n",
        "there is no network of its own: it needs Linux, unshare and ip"
    );
    let network = File::open(format!("/proc/{}/ns/net", holder.id())).unwrap();
    move_into_link_name_space(network.as_fd(), Some(LinkNameSpaceType::Network)).unwrap();
    drop(holder.stdin.take());
    holder.wait().unwrap();
    true
}
