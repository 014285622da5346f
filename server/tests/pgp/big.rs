//! Megabytes: nothing is lost, and the work grows like the message.

use test_support::work::assert_linear;

use crate::pgp::{
    gnupg::{Gpg, KINDS},
    relay::{RELAY, armored, encrypted},
};

fn body(octets: usize) -> Vec<u8> {
    let line = [b"0123456789abcdef".repeat(4), b"\r\n".to_vec()].concat();
    line.repeat(octets / line.len())
}

fn received(body: &[u8]) -> Vec<u8> {
    [b"From: Bob <bob@example.org>\r\nSubject: big\r\n\r\n", body].concat()
}

#[test]
fn five_megabytes_are_sealed_and_opened_in_linear_time() {
    const OCTETS: usize = 625_000;
    for (primary, subkey, _) in KINDS {
        let gpg = Gpg::new(primary, subkey).with_contacts();
        let person = gpg.person();
        let answer = |body: &[u8]| {
            let entity = [b"Content-Type: text/plain\r\n\r\n", body].concat();
            encrypted(&gpg.encrypt("--sign", &entity))
        };
        assert_linear(
            |factor| received(&body(OCTETS * factor)),
            |received| RELAY.seal(received, &person),
        );
        assert_linear(
            |factor| answer(&body(OCTETS * factor)),
            |message| RELAY.open(message, &[&person]),
        );
        for octets in [50_000, 5_000_000] {
            let body = body(octets);
            let (plaintext, _) = gpg.decrypt(armored(&RELAY.seal(&received(&body), &person)).as_bytes());
            assert!(
                memchr::memmem::find(&plaintext, &body).is_some(),
                "the body was changed"
            );
            assert!(RELAY.open(&answer(&body), &[&person]).unwrap().signature.is_some());
        }
    }
}
