//! Objects that are made to cost: nesting, numbers of values, lengths that lie.

use server::seal::open::{BerError, OpenError};
use test_support::work::assert_linear;

use crate::open::{
    clients::{CLIENT, body, cms_message},
    home::{ANSWER, HOME},
};

fn refusal(object: &[u8]) -> OpenError {
    let opened = HOME.open(&cms_message("application/pkcs7-mime", object));
    opened.err().expect("a refusal")
}

/// What every object begins with: EnvelopedData in indefinite lengths.
const HEAD: &[u8] = b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03\xa0\x80\x30\x80\x02\x01\x00";

#[test]
fn nesting_is_refused() {
    for nest in [&b"\x30\x80"[..], b"\x24\x80", b"\xa0\x80"] {
        let object = |factor| [HEAD.to_vec(), nest.repeat(100_000 * factor)].concat();
        assert_linear(object, |object| {
            assert!(matches!(refusal(object), OpenError::Ber(BerError::Depth)));
        });
    }
}

#[test]
fn a_million_values_are_refused() {
    for value in [&b"\x05\x00"[..], b"\x30\x00", b"\x24\x00", b"\x24\x80\x00\x00"] {
        let object = |factor| [HEAD.to_vec(), value.repeat(125_000 * factor)].concat();
        assert_linear(object, |object| {
            assert!(matches!(refusal(object), OpenError::Ber(BerError::Values)));
        });
    }
}

#[test]
fn as_many_recipients_as_are_read_take_linear_time() {
    let signed = CLIENT.sign("", ANSWER.as_bytes());
    let sound = body(&CLIENT.encrypt("-aes-256-cbc -noindef", &signed));
    // The RecipientInfos: a SET of one SEQUENCE behind the version.
    let at = memchr::memmem::find(&sound, b"\x02\x01\x00\x31\x82").unwrap() + 3;
    let length = usize::from(u16::from_be_bytes([sound[at + 2], sound[at + 3]]));
    let info = &sound[at + 4..at + 4 + length];
    let mut foreign = info.to_vec();
    let serial = hex::decode(HOME.contact.certificate.serial()).unwrap();
    let serial = memchr::memmem::find(&foreign, &serial).unwrap() + 10;
    foreign[serial] ^= 1;
    let behind = &sound[at + 4 + length..];
    let ends = b"\x00\x00\x00\x00\x00\x00";
    let message = |factor| {
        let many = foreign.repeat(875 * factor);
        let set = [&many[..], info, b"\x00\x00", behind, ends].concat();
        cms_message("application/pkcs7-mime", &[HEAD, b"\x31\x80", &set].concat())
    };
    assert_linear(message, |message| {
        let opened = HOME.open(message);
        assert!(opened.is_ok(), "{:?}", opened.err());
    });
}

#[test]
fn lengths_that_lie_are_refused() {
    for lie in [
        &b"\x30\x84\xff\xff\xff\xff"[..],
        b"\x30\x88\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\x30\x85\x01\x00\x00\x00\x00",
        b"\x04\x84\x7f\xff\xff\xff",
        b"\x30\x02\x04\x20",
    ] {
        let object = [HEAD, lie].concat();
        assert!(matches!(refusal(&object), OpenError::Ber(BerError::Length)), "{lie:?}");
        assert!(matches!(refusal(lie), OpenError::Ber(BerError::Length)), "{lie:?}");
    }
}

#[test]
fn no_cms_at_all_is_refused() {
    for object in [&b"\x30\x00"[..], b"\x05\x00", b"\x30\x03\x06\x01\x2a", b"\x02\x01\x05"] {
        assert!(matches!(refusal(object), OpenError::Form(_)), "{object:?}");
    }
    assert!(matches!(refusal(b"text"), OpenError::Ber(_)));
}
