//! A message of 40 MiB.

use test_support::work::{LARGER, assert_linear};

use crate::seal::{clients::OpenSsl, person::PERSON};

fn body(mib: usize) -> Vec<u8> {
    let line = [b"0123456789abcdef".repeat(4), b"\r\n".to_vec()].concat();
    line.repeat((mib << 20) / line.len() + 1)
}

fn received(body: &[u8]) -> Vec<u8> {
    [b"From: Bob <bob@example.org>\r\nSubject: big\r\n\r\n", body].concat()
}

#[test]
fn a_message_of_40_mib_is_sealed_in_linear_time() {
    let person = &*PERSON;
    let seal = |received: &Vec<u8>| person.seal(&person.rewrite(received));
    let mib = 40 / LARGER;
    assert_linear(|factor| received(&body(mib * factor)), seal);
    let body = body(40);
    let entity = OpenSsl::new(person).open(&seal(&received(&body)));
    assert!(entity.ends_with(&body), "the body was changed");
}
