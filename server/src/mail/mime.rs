//! Writes MIME parts (RFC 2045, RFC 2046).

use base64::{Engine, engine::general_purpose::STANDARD};
use rand_core::CryptoRng;

/// Octets that make one line of 76 characters, the longest allowed (RFC 2045 §6.8).
const OCTETS_PER_LINE: usize = 57;

/// Appends `octets` in base64, lines ended by CRLF.
pub fn push_base64(octets: &[u8], to: &mut Vec<u8>) {
    to.reserve(base64_len(octets.len()));
    let mut line = [0; OCTETS_PER_LINE / 3 * 4];
    for chunk in octets.chunks(OCTETS_PER_LINE) {
        // Never fails: the buffer holds the longest line.
        let written = STANDARD.encode_slice(chunk, &mut line).unwrap_or_default();
        to.extend_from_slice(&line[..written]);
        to.extend_from_slice(b"\r\n");
    }
}

/// Length of `octets` in base64, line ends included.
fn base64_len(octets: usize) -> usize {
    octets.div_ceil(3) * 4 + octets.div_ceil(OCTETS_PER_LINE) * 2
}

/// A boundary that does not stand in the entity. As it is random, no sender can foresee it.
pub fn boundary(entity: &[u8], rng: &mut impl CryptoRng) -> String {
    loop {
        let mut random = [0; 16];
        rng.fill_bytes(&mut random);
        // `=_` can stand in no quoted-printable or base64 text (RFC 2045 §6.7).
        let boundary = format!("=_{}", hex::encode(random));
        if !contains(entity, &boundary) {
            return boundary;
        }
    }
}

/// Whether `text` stands anywhere in `octets`.
pub fn contains(octets: &[u8], text: &str) -> bool {
    memchr::memmem::find(octets, text.as_bytes()).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_has_lines_of_76_characters() {
        for octets in [0, 1, 56, 57, 58, 1000] {
            let octets = vec![b'x'; octets];
            let mut encoded = Vec::new();
            push_base64(&octets, &mut encoded);
            assert_eq!(encoded.len(), base64_len(octets.len()));
            let text = String::from_utf8(encoded).unwrap();
            assert!(text.is_empty() || text.ends_with("\r\n"));
            assert!(text.split("\r\n").all(|line| line.len() <= 76));
            assert_eq!(STANDARD.decode(text.replace("\r\n", "")).unwrap(), octets);
        }
    }
}
