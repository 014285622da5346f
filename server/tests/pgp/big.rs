//! How long it takes.

use std::time::{Duration, Instant};

use crate::{
    gnupg::{Gpg, KINDS},
    relay::{RELAY, armored, encrypted},
};

fn time<T>(what: &str, octets: usize, run: impl Fn() -> T) -> Duration {
    let rounds = if octets < 1 << 20 { 20 } else { 3 };
    let least = (0..rounds)
        .map(|_| {
            let started = Instant::now();
            drop(run());
            started.elapsed()
        })
        .min()
        .unwrap();
    println!("{what} {octets} octets: {least:?}");
    least
}

#[test]
fn five_megabytes_are_sealed_and_opened_in_time() {
    let line = [b"0123456789abcdef".repeat(4), b"\r\n".to_vec()].concat();
    for (primary, subkey, name) in KINDS {
        let gpg = Gpg::new(primary, subkey).with_contacts();
        let person = gpg.person();
        for octets in [50_000, 5_000_000] {
            let body = line.repeat(octets / line.len());
            let received = [b"From: Bob <bob@example.org>\r\nSubject: big\r\n\r\n", &body[..]].concat();
            let taken = time(&format!("{name}: seal"), octets, || RELAY.seal(&received, &person));
            assert!(taken < Duration::from_secs(15), "{taken:?}");
            let (plaintext, _) = gpg.decrypt(armored(&RELAY.seal(&received, &person)).as_bytes());
            assert!(
                memchr::memmem::find(&plaintext, &body).is_some(),
                "the body was changed"
            );

            let entity = [b"Content-Type: text/plain\r\n\r\n", &body[..]].concat();
            let message = encrypted(&gpg.encrypt("--sign", &entity));
            let taken = time(&format!("{name}: open"), octets, || RELAY.open(&message, &[&person]));
            assert!(taken < Duration::from_secs(15), "{taken:?}");
            assert!(RELAY.open(&message, &[&person]).unwrap().signature.is_some());
        }
    }
}
