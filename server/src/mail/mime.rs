//! Writes MIME parts (RFC 2045, RFC 2046).

use base64::{Engine, engine::general_purpose::STANDARD};
use rand_core::CryptoRng;

/// Octets that make one line of 76 characters, the longest allowed (RFC 2045 §6.8).
const OCTETS_PER_LINE: usize = 57;

/// Writes base64 in lines while its octets arrive in pieces, so that nobody needs to join the pieces first.
pub struct Base64Lines<'a> {
    to: &'a mut Vec<u8>,
    line: [u8; OCTETS_PER_LINE],
    held: usize,
}

impl<'a> Base64Lines<'a> {
    /// Appends to `to`, which gets room for `octets` octets.
    pub fn new(to: &'a mut Vec<u8>, octets: usize) -> Self {
        to.reserve(base64_len(octets));
        Self {
            to,
            line: [0; OCTETS_PER_LINE],
            held: 0,
        }
    }

    /// Writes the next octets. Less than a line waits for more.
    pub fn push(&mut self, mut octets: &[u8]) {
        if self.held > 0 {
            let (missing, rest) = octets.split_at(octets.len().min(OCTETS_PER_LINE - self.held));
            self.line[self.held..][..missing.len()].copy_from_slice(missing);
            self.held += missing.len();
            if self.held < OCTETS_PER_LINE {
                return;
            }
            push_line(&self.line, self.to);
            octets = rest;
        }
        let lines = octets.chunks_exact(OCTETS_PER_LINE);
        let rest = lines.remainder();
        lines.for_each(|line| push_line(line, self.to));
        self.line[..rest.len()].copy_from_slice(rest);
        self.held = rest.len();
    }

    /// Writes the last line.
    pub fn finish(self) {
        if self.held > 0 {
            push_line(&self.line[..self.held], self.to);
        }
    }
}

fn push_line(octets: &[u8], to: &mut Vec<u8>) {
    let mut line = [0; OCTETS_PER_LINE / 3 * 4];
    // Never fails: the buffer holds the longest line.
    let written = STANDARD.encode_slice(octets, &mut line).unwrap_or_default();
    to.extend_from_slice(&line[..written]);
    to.extend_from_slice(b"\r\n");
}

/// Appends `octets` in base64, lines ended by CRLF.
pub fn push_base64(octets: &[u8], to: &mut Vec<u8>) {
    let mut lines = Base64Lines::new(to, octets.len());
    lines.push(octets);
    lines.finish();
}

/// Length of `octets` in base64, line ends included.
pub fn base64_len(octets: usize) -> usize {
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

    #[test]
    fn base64_in_pieces_is_base64_at_once() {
        let octets: Vec<u8> = (0..=255).cycle().take(300).collect();
        let mut whole = Vec::new();
        push_base64(&octets, &mut whole);
        for size in [1, 2, 56, 57, 58, 113, 114, 115, 300] {
            let mut pieces = Vec::new();
            let mut lines = Base64Lines::new(&mut pieces, octets.len());
            octets.chunks(size).for_each(|piece| lines.push(piece));
            lines.finish();
            assert_eq!(pieces, whole, "{size}");
        }
    }
}
