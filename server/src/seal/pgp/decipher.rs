//! Decrypts OpenPGP (RFC 9580 §5.13) completely before anything reads the output.
//!
//! The library would start to read while it decrypts, and stop at the first fault. The time until then reveals
//! something about the plaintext, as in Mister and Zuccherato's quick check. So this module decrypts version 1 itself
//! with the library's cipher. It decrypts to the end under any key, and the modification detection code decides.
//! Version 2 authenticates each chunk.

use std::io::Read;

use sequoia_openpgp::{
    Fingerprint, Packet,
    armor::{Kind, Reader, ReaderMode},
    crypto::{
        SessionKey,
        symmetric::{BlockCipherMode, Decryptor, UnpaddingMode},
    },
    packet::{PKESK, SEIP, Tag},
    parse::{Dearmor, PacketParser, PacketParserBuilder, PacketParserResult, Parse, buffered_reader::Memory},
    policy::Policy,
    types::SymmetricAlgorithm,
};
use sha1::{Digest, Sha1};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::ContactKey;
use crate::seal::open::{OpenError, Unsupported};

/// Most packets of a message that are read. Each recipient has one.
const MOST_PACKETS: usize = 64;

/// Most encrypted session keys that are tried. Each costs an operation with a private key.
const MOST_TRIES: usize = 32;

/// The first octets of a modification detection code packet, and its length including them (RFC 9580 §5.14).
const DETECTION_CODE: [u8; 2] = [0xd3, 0x14];
const DETECTION_CODE_LEN: usize = 22;

const BEGIN: &[u8] = b"-----BEGIN PGP MESSAGE-----";
const END: &[u8] = b"-----END PGP MESSAGE-----";

/// The decrypted OpenPGP packets, which nothing has checked yet.
pub(super) struct Deciphered {
    pub packets: Zeroizing<Vec<u8>>,
    /// The key that decrypted it.
    pub recipient: Fingerprint,
    /// See [`crate::seal::open::Marks::key`].
    pub key: [u8; 32],
}

/// A session key, with the cipher if the key's packet names it.
struct OpenedSessionKey {
    cipher: Option<SymmetricAlgorithm>,
    key: SessionKey,
    recipient: Fingerprint,
}

/// Decrypts a message, armored or not, with one of our keys.
pub(super) fn decipher(
    message: &[u8],
    recipients: &[&ContactKey],
    policy: &dyn Policy,
) -> Result<Deciphered, OpenError> {
    let message = binary(message)?;
    let parser = PacketParserBuilder::from_bytes(&message)
        .map(|builder| builder.dearmor(Dearmor::Disabled).max_recursion_depth(0))
        .and_then(|builder| builder.build());
    let mut parsed = parser.map_err(unreadable)?;
    let mut session_keys = Vec::new();
    for _ in 0..MOST_PACKETS {
        let PacketParserResult::Some(parser) = parsed else {
            return Err(OpenError::Packets);
        };
        match (&parser.packet, parser.packet.tag()) {
            (Packet::PKESK(key), _) => session_keys.push(key.clone()),
            (Packet::SEIP(_), _) => return container(parser, &session_keys, recipients, policy),
            (_, Tag::SED) => return Err(Unsupported::Unprotected.into()),
            // Keys for others in an unknown form, and keys under a passphrase, are not ours.
            (_, Tag::PKESK | Tag::SKESK | Tag::Marker | Tag::Padding) => {}
            _ => return Err(OpenError::Packets),
        }
        parsed = parser.next().map_err(unreadable)?.1;
    }
    Err(OpenError::Packets)
}

/// Removes the armor, if there is any. Nothing may stand before or after it.
fn binary(message: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let text = message.trim_ascii();
    if !text.starts_with(BEGIN) {
        return Ok(Zeroizing::new(message.to_vec()));
    }
    if memchr::memmem::find(text, END).is_none_or(|at| at + END.len() != text.len()) {
        return Err(OpenError::Packets);
    }
    let mut octets = Zeroizing::new(Vec::with_capacity(text.len()));
    Reader::from_bytes(text, ReaderMode::Tolerant(Some(Kind::Message)))
        .read_to_end(&mut octets)
        .map_err(|error| OpenError::OpenPgp(error.into()))?;
    Ok(octets)
}

/// Decrypts the container at the parser's position. It must be the last packet.
fn container(
    mut parser: PacketParser<'_>,
    session_keys: &[PKESK],
    recipients: &[&ContactKey],
    policy: &dyn Policy,
) -> Result<Deciphered, OpenError> {
    let cipher = match &parser.packet {
        Packet::SEIP(SEIP::V2(container)) => Some(container.symmetric_algo()),
        _ => None,
    };
    let session = session(session_keys, recipients, cipher)?;
    let version1 = matches!(&parser.packet, Packet::SEIP(SEIP::V1(_)));
    let mut body = Zeroizing::new(Vec::new());
    let packets = if version1 {
        parser
            .read_to_end(&mut body)
            .map_err(|error| OpenError::OpenPgp(error.into()))?;
        None
    } else {
        session
            .as_ref()
            .and_then(|session| version2(&mut parser, session, policy))
    };
    let (_, rest) = parser.next().map_err(|_| OpenError::Undecipherable)?;
    if !matches!(rest, PacketParserResult::EOF(_)) {
        return Err(OpenError::Packets);
    }
    let packets = if version1 {
        self::version1(&body, session.as_ref(), policy)
    } else {
        packets
    };
    let deciphered = packets.zip(session).map(|(packets, session)| Deciphered {
        packets,
        key: Sha256::digest(&session.key[..]).into(),
        recipient: session.recipient,
    });
    deciphered.ok_or(OpenError::Undecipherable)
}

/// Decrypts the session key, if one of our keys can. Fails if no session key is for one of ours.
fn session(
    session_keys: &[PKESK],
    recipients: &[&ContactKey],
    cipher: Option<SymmetricAlgorithm>,
) -> Result<Option<OpenedSessionKey>, OpenError> {
    let mut tries = 0;
    for session_key in session_keys {
        let wanted = session_key.recipient();
        for contact in recipients {
            let keys = contact.cert().keys().subkeys();
            // A key without a recipient may be for anybody.
            let ours = keys.filter(|key| {
                wanted
                    .as_ref()
                    .is_none_or(|wanted| wanted.aliases(key.key().key_handle()))
            });
            for key in ours {
                tries += 1;
                if tries > MOST_TRIES {
                    return Ok(None);
                }
                let secret = key.key().clone().parts_into_secret();
                let mut pair = secret.and_then(|key| key.into_keypair()).map_err(unreadable)?;
                if let Some((cipher, key)) = session_key.decrypt(&mut pair, cipher) {
                    let recipient = contact.cert().fingerprint();
                    return Ok(Some(OpenedSessionKey { cipher, key, recipient }));
                }
            }
        }
    }
    if tries == 0 {
        Err(OpenError::Recipient)
    } else {
        Ok(None)
    }
}

/// RFC 9580 §5.13.1. Without a session key, another key does the same work in vain.
fn version1(ciphertext: &[u8], session: Option<&OpenedSessionKey>, policy: &dyn Policy) -> Option<Zeroizing<Vec<u8>>> {
    let genuine = session.and_then(|session| {
        let cipher = session
            .cipher
            .filter(|cipher| policy.symmetric_algorithm(*cipher).is_ok())?;
        (cipher.key_size().ok()? == session.key.len()).then(|| (cipher, session.key.clone()))
    });
    let known = genuine.is_some();
    let (cipher, key) = match genuine {
        Some(genuine) => genuine,
        None => (SymmetricAlgorithm::AES256, SessionKey::new(32).ok()?),
    };
    // One block and two octets of randomness precede the packets.
    let prefix = cipher.block_size().ok()? + 2;
    let mut plaintext = Zeroizing::new(Vec::with_capacity(ciphertext.len() + 1));
    let source = Memory::with_cookie(ciphertext, Default::default());
    let decryptor = Decryptor::new(cipher, BlockCipherMode::CFB, UnpaddingMode::None, &key, None, source);
    decryptor.ok()?.read_to_end(&mut plaintext).ok()?;
    let end = plaintext
        .len()
        .checked_sub(DETECTION_CODE_LEN)
        .filter(|end| *end >= prefix)?;
    let (hashed, code) = plaintext.split_at(end + DETECTION_CODE.len());
    let sound = Sha1::digest(hashed)[..].ct_eq(code) & hashed[end..].ct_eq(&DETECTION_CODE);
    plaintext.truncate(end);
    plaintext.drain(..prefix);
    (bool::from(sound) && known).then_some(plaintext)
}

/// RFC 9580 §5.13.2.
fn version2(
    parser: &mut PacketParser<'_>,
    session: &OpenedSessionKey,
    policy: &dyn Policy,
) -> Option<Zeroizing<Vec<u8>>> {
    let Packet::SEIP(SEIP::V2(container)) = &parser.packet else {
        return None;
    };
    policy.symmetric_algorithm(container.symmetric_algo()).ok()?;
    policy.aead_algorithm(container.aead()).ok()?;
    let cipher = container.symmetric_algo();
    parser.decrypt(cipher, &session.key).ok()?;
    let mut packets = Zeroizing::new(Vec::new());
    parser.read_to_end(&mut packets).ok()?;
    Some(packets)
}

fn unreadable(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> OpenError {
    OpenError::OpenPgp(error.into())
}
