//! Writes ASCII armor (RFC 9580 §6.2) with the line ends of mail.

use std::io::{self, Write};

use sequoia_openpgp::armor::{Kind, Writer};

/// Writes CRLF for each LF. The input must hold no CR, as is true for armor.
pub(super) struct Crlf<W>(pub W);

impl<W: Write> Write for Crlf<W> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        let mut rest = octets;
        while let Some(at) = memchr::memchr(b'\n', rest) {
            self.0.write_all(&rest[..at])?;
            self.0.write_all(b"\r\n")?;
            rest = &rest[at + 1..];
        }
        self.0.write_all(rest)?;
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Armors a public key. It writes the checksum because older clients expect it (RFC 9580 §6.1).
pub(super) fn public_key(octets: &[u8]) -> io::Result<Vec<u8>> {
    let mut writer = Writer::new(Crlf(Vec::with_capacity(octets.len() * 2)), Kind::PublicKey)?;
    writer.write_all(octets)?;
    Ok(writer.finalize()?.0)
}
