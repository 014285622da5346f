//! A message of 40 MiB.

use std::time::{Duration, Instant};

use crate::{clients::OpenSsl, person::PERSON};

#[test]
fn a_message_of_40_mib_is_sealed_in_time() {
    let line = [b"0123456789abcdef".repeat(4), b"\r\n".to_vec()].concat();
    let body = line.repeat((40 << 20) / line.len() + 1);
    let received = [b"From: Bob <bob@example.org>\r\nSubject: big\r\n\r\n", &body[..]].concat();
    let person = &*PERSON;
    let started = Instant::now();
    let sealed = person.seal(&person.rewrite(&received));
    let taken = started.elapsed();
    println!("40 MiB: {taken:?}");
    let entity = OpenSsl::new(person).open(&sealed);
    assert!(entity.ends_with(&body), "the body was changed");
    assert!(taken < Duration::from_secs(10), "{taken:?}");
}
