//! The memory that large messages take.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpStream},
    process::Command,
    thread,
};

use crate::{
    queue::{
        program::Program,
        sink::{Answer, Sink},
        until,
    },
    support::home::Home,
};

const MIB: u64 = 1 << 20;
/// The octets of a large message.
const LARGE: u64 = 16 * MIB;
/// Three large messages find room in it.
const BUDGET: u64 = 160 * MIB;
/// Threads, caches and connections that did not exist before the first large message.
const MARGIN: u64 = 24 * MIB;

/// A line of `/proc/PID/status`, in octets.
fn status(program: &Program, name: &str) -> u64 {
    let text = fs::read_to_string(format!("/proc/{}/status", program.id())).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() << 10
}

/// Sends a message of so many octets, and returns the code of the answer.
fn send(relay: SocketAddr, alias: &str, octets: u64) -> u16 {
    let mut stream = TcpStream::connect(relay).unwrap();
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let mut answer = || lines.next().unwrap().unwrap()[..3].parse::<u16>().unwrap();
    assert_eq!(answer(), 220);
    for command in [
        "HELO a.example",
        "MAIL FROM:<bob@a.example>",
        &format!("RCPT TO:<{alias}>"),
        "DATA",
    ] {
        write!(stream, "{command}\r\n").unwrap();
        assert!(answer() < 400);
    }
    write!(
        stream,
        "From: bob@a.example\r\nContent-Type: application/x-large\r\n\r\n"
    )
    .unwrap();
    let block = ("x".repeat(1022) + "\r\n").repeat(64);
    for _ in 0..octets / block.len() as u64 {
        stream.write_all(block.as_bytes()).unwrap();
    }
    stream.write_all(b".\r\n").unwrap();
    answer()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn large_messages_take_no_more_than_their_budget() {
    let home = Home::new().await;
    home.activate().await;
    home.relay.stop().await;
    let sink = Sink::start(|_| Answer::Takes);
    let settings = [
        ("SEALPOST_BUFFER_MIB", "160"),
        ("SEALPOST_MAX_MESSAGE_MIB", "20"),
        ("SEALPOST_KEY_POOL", "0"),
    ];
    let program = Command::new(env!("CARGO_BIN_EXE_sealpost"));
    let program = Program::start_with(program, home.folder.path(), &sink.url(), &settings);
    let relay = program.smtp();
    assert_eq!(send(relay, &home.alias, MIB), 250);
    until("the first has arrived", || async { sink.arrived().len() == 1 }).await;
    let idle = status(&program, "VmRSS:");
    fs::write(format!("/proc/{}/clear_refs", program.id()), "5").unwrap();
    let senders: Vec<_> = (0..10)
        .map(|_| {
            let alias = home.alias.clone();
            thread::spawn(move || send(relay, &alias, LARGE))
        })
        .collect();
    let codes: Vec<_> = senders.into_iter().map(|sender| sender.join().unwrap()).collect();
    let accepted = codes.iter().filter(|code| **code == 250).count();
    assert!(accepted > 0 && codes.contains(&452), "{codes:?}");
    until("all have arrived", || async { sink.arrived().len() == 1 + accepted }).await;
    let added = status(&program, "VmHWM:").saturating_sub(idle);
    eprintln!("{codes:?}: {} MiB idle, {} MiB more", idle / MIB, added / MIB);
    assert!(added < BUDGET + MARGIN, "{} MiB more", added / MIB);
}
