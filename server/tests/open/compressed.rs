//! CompressedData (RFC 3274), written as its ASN.1 says; OpenSSL is built without zlib here. What BouncyCastle writes is among the
//! kept messages.

use std::io::Write;

use flate2::{Compression, write::ZlibEncoder};
use server::seal::open::{OpenError, Unsupported};

use crate::open::{
    clients::{CLIENT, cms_message, mailed},
    home::{ANSWER, HOME},
};

fn value(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap().to_be_bytes();
    [&[tag, 0x84][..], &length, content].concat()
}

fn zlib(content: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// The object of compressed octets; `algorithm` is the last arc of 1.2.840.113549.1.9.16.3.
fn object(compressed: &[u8], algorithm: u8) -> Vec<u8> {
    let data = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01";
    let zlib = [&b"\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x03"[..], &[algorithm]].concat();
    let content = [data.to_vec(), value(0xa0, &value(0x04, compressed))].concat();
    let fields = [b"\x02\x01\x00".to_vec(), value(0x30, &zlib), value(0x30, &content)].concat();
    let kind = b"\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x09";
    value(0x30, &[kind.to_vec(), value(0xa0, &value(0x30, &fields))].concat())
}

fn entity(object: &[u8]) -> Vec<u8> {
    let message = cms_message(
        "application/pkcs7-mime; smime-type=compressed-data; name=smime.p7z",
        object,
    );
    let text = String::from_utf8(message).unwrap();
    text.as_bytes()[text.find("MIME-Version").unwrap()..].to_vec()
}

fn compressed(content: &[u8]) -> Vec<u8> {
    entity(&object(&zlib(content), 8))
}

#[test]
fn what_is_compressed_is_read_in_every_order_of_layers() {
    let answer = ANSWER.as_bytes();
    for entity in [
        CLIENT.sign("", &compressed(answer)),
        CLIENT.sign("-nodetach", &compressed(answer)),
        compressed(&CLIENT.sign("", answer)),
        CLIENT.sign("", &compressed(&CLIENT.sign("", answer))),
    ] {
        let opened = HOME.opens(&mailed(&entity));
        assert_eq!(opened.entity.as_slice(), answer);
        for cipher in ["-aes-256-cbc", "-aes-256-gcm"] {
            let opened = HOME.opens(&CLIENT.encrypt(cipher, &entity));
            assert_eq!(opened.entity.as_slice(), answer);
        }
    }
    // Compression is no protection.
    let opened = HOME.open(&mailed(&compressed(answer))).unwrap();
    assert!(opened.entity.as_slice() == answer && opened.signature.is_none());
    let malleable = HOME.open(&CLIENT.encrypt("-aes-256-cbc", &compressed(answer)));
    assert!(matches!(malleable, Err(OpenError::Malleable)));
}

#[test]
fn a_bomb_is_refused() {
    let zeros = |mebibytes: usize| zlib(&vec![0; mebibytes * 1024 * 1024]);
    let refused = |octets: &[u8]| HOME.open(&mailed(&entity(&object(octets, 8)))).err();
    // 1,000 times its size.
    assert!(matches!(refused(&zeros(20)), Some(OpenError::Bomb)));
    // A short text of blanks is none.
    let blank = format!("{ANSWER}{}", " ".repeat(500_000));
    assert!(HOME.open(&mailed(&compressed(blank.as_bytes()))).is_ok());
    // One within another multiplies.
    let twice = compressed(&compressed(ANSWER.as_bytes()));
    assert!(matches!(HOME.open(&mailed(&twice)), Err(OpenError::Bomb)));
    // The same behind decryption has the one answer for all.
    let hidden = CLIENT.encrypt("-aes-256-gcm", &entity(&object(&zeros(20), 8)));
    assert!(matches!(HOME.open(&hidden), Err(OpenError::Undecipherable)));
}

#[test]
fn what_is_broken_or_unknown_is_refused() {
    let mut cut = zlib(ANSWER.as_bytes());
    cut.truncate(cut.len() - 6);
    let opened = HOME.open(&mailed(&entity(&object(&cut, 8))));
    assert!(matches!(opened, Err(OpenError::Zlib(_))));
    let opened = HOME.open(&mailed(&entity(&object(b"no zlib", 8))));
    assert!(matches!(opened, Err(OpenError::Zlib(_))));
    let opened = HOME.open(&mailed(&entity(&object(&zlib(ANSWER.as_bytes()), 9))));
    assert!(matches!(
        opened,
        Err(OpenError::Unsupported(Unsupported::Compression(_)))
    ));
}
