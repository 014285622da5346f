//! Messages that no client writes, put together packet by packet.

use std::io::Write;

use sequoia_openpgp::{
    Cert, Packet,
    cert::amalgamation::key::PrimaryKey,
    crypto::{
        SessionKey,
        symmetric::{BlockCipherMode, Encryptor, PaddingMode},
    },
    packet::PKESK,
    parse::Parse,
    serialize::{
        SerializeInto,
        stream::{self, Compressor, LiteralWriter, Message, Recipient},
    },
    types::{AEADAlgorithm, CompressionAlgorithm, Features, SymmetricAlgorithm},
};
use sha1::{Digest, Sha1};

use crate::pgp::relay::RELAY;

const CIPHER: SymmetricAlgorithm = SymmetricAlgorithm::AES256;

/// How what was encrypted ends.
#[derive(Clone, Copy, PartialEq)]
pub enum Code {
    Sound,
    Wrong,
    Missing,
}

fn contact() -> Cert {
    Cert::from_bytes(&RELAY.contact.public_bytes().unwrap()).unwrap()
}

pub fn literal(octets: &[u8]) -> Vec<u8> {
    let mut packets = Vec::new();
    let mut writer = LiteralWriter::new(Message::new(&mut packets)).build().unwrap();
    writer.write_all(octets).unwrap();
    writer.finalize().unwrap();
    packets
}

pub fn compressed(packets: &[u8]) -> Vec<u8> {
    let mut octets = Vec::new();
    let compressor = Compressor::new(Message::new(&mut octets)).algo(CompressionAlgorithm::Zip);
    let mut writer = compressor.build().unwrap();
    writer.write_all(packets).unwrap();
    writer.finalize().unwrap();
    octets
}

/// An encrypted session key for the contact, and the session key.
fn session() -> (Vec<u8>, SessionKey) {
    let key = SessionKey::new(CIPHER.key_size().unwrap()).unwrap();
    let contact = contact();
    let subkey = contact.keys().find(|key| !key.primary()).unwrap();
    let mut session = sequoia_openpgp::packet::pkesk::PKESK3::for_recipient(CIPHER, &key, subkey.key()).unwrap();
    session.set_recipient(Some(subkey.key().keyid()));
    (Packet::from(PKESK::from(session)).to_vec().unwrap(), key)
}

fn packet(tag: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    [&[0xc0 | tag, 0xff][..], &length, body].concat()
}

fn cfb(key: &SessionKey, plaintext: &[u8]) -> Vec<u8> {
    let mut ciphertext = Vec::new();
    let mut encryptor = Encryptor::new(
        CIPHER,
        BlockCipherMode::CFB,
        PaddingMode::None,
        key,
        None,
        &mut ciphertext,
    )
    .unwrap();
    encryptor.write_all(plaintext).unwrap();
    encryptor.finalize().unwrap();
    ciphertext
}

/// Version 1 of encrypted and integrity protected data.
pub fn encrypt(packets: &[u8], code: Code) -> Vec<u8> {
    let (session, key) = session();
    let mut plaintext = [&[7; 16][..], &[7; 2], packets].concat();
    if code != Code::Missing {
        plaintext.extend_from_slice(&[0xd3, 0x14]);
        let mut digest = Sha1::digest(&plaintext);
        digest[19] ^= u8::from(code == Code::Wrong);
        plaintext.extend_from_slice(&digest);
    }
    let body = [vec![1], cfb(&key, &plaintext)].concat();
    [session, packet(18, &body)].concat()
}

/// What was called symmetrically encrypted data, without protection.
pub fn encrypt_unprotected(packets: &[u8]) -> Vec<u8> {
    let (session, key) = session();
    let plaintext = [&[7; 16][..], &[7; 2], packets].concat();
    [session, packet(9, &cfb(&key, &plaintext))].concat()
}

/// Version 2, for the contact.
pub fn encrypt_aead(packets: &[u8]) -> Vec<u8> {
    let contact = contact();
    let subkey = contact.keys().find(|key| !key.primary()).unwrap();
    let recipient = Recipient::new(
        Features::empty().set_seipdv2(),
        Some(subkey.key().key_handle()),
        subkey.key(),
    );
    let mut octets = Vec::new();
    let encryptor = stream::Encryptor::for_recipients(Message::new(&mut octets), [recipient]);
    let mut writer = encryptor.aead_algo(AEADAlgorithm::EAX).build().unwrap();
    writer.write_all(packets).unwrap();
    writer.finalize().unwrap();
    octets
}
