//! Reads a message's MIME structure (RFC 2045, RFC 2046) in one pass, before anything else does.
//!
//! The pass is linear in the octets of the message and keeps one entry for each part. It never recurses: open multiparts are a
//! list. Every count has a limit, and the caller can stop it at any moment.

use std::{collections::HashMap, ops::Range};

use memchr::memmem::Finder;

use super::{
    header::{CONTENT_TRANSFER_ENCODING, CONTENT_TYPE},
    message::{Message, field_name, is_empty_line, is_folded, mbox_line, split_line},
    multipart, value,
};

/// Octets that are looked at between two questions whether to go on.
const STRIDE: usize = 64 * 1024;

/// How large the structure of a message may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Octets of the header of a message or part.
    pub header_octets: usize,
    /// Fields in the header of a message or part.
    pub header_fields: usize,
    /// Parts within one another; the message itself is at depth 0.
    pub depth: usize,
    /// Parts in all, multiparts included.
    pub parts: usize,
    /// Octets of a boundary (RFC 2046 §5.1.1 allows 70).
    pub boundary_octets: usize,
}

impl Limits {
    /// The defaults: at least three times the largest value in 280 sample messages (docs/SECURITY.md).
    pub const DEFAULT: Self = Self {
        header_octets: 256 * 1024,
        header_fields: 2_000,
        depth: 100,
        parts: 1_000,
        boundary_octets: 256,
    };
}

/// Why a message is not looked into any further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StructureError {
    /// A header is larger than [`Limits::header_octets`].
    #[error("a header has too many octets")]
    HeaderOctets,
    /// A header has more fields than [`Limits::header_fields`].
    #[error("a header has too many fields")]
    HeaderFields,
    /// Parts are nested deeper than [`Limits::depth`].
    #[error("the parts are nested too deeply")]
    Depth,
    /// There are more parts than [`Limits::parts`].
    #[error("there are too many parts")]
    Parts,
    /// A boundary is longer than [`Limits::boundary_octets`].
    #[error("a boundary is too long")]
    Boundary,
    /// The caller stopped the pass.
    #[error("the message took too long to read")]
    Stopped,
}

/// A message or one of its parts, in the order in which they begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The range of the body in the message. It may have a transfer encoding.
    pub body: Range<usize>,
    /// The range of the header in the message.
    pub header: Range<usize>,
    /// How many parts this one lies in.
    pub depth: usize,
    kind: Kind,
}

/// How a part is read on.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    /// Nothing of it is a part.
    Leaf,
    /// Its parts lie between the lines of this boundary.
    Multipart { boundary: Vec<u8>, is_digest: bool },
    /// Its body is a message.
    Message,
}

impl Part {
    /// Whether no other part lies in it.
    pub fn is_leaf(&self) -> bool {
        self.kind == Kind::Leaf
    }
}

/// Reads the structure of a message. `go_on` is told how many octets were looked at since it was asked last; with `false` it
/// stops the pass.
pub fn read(
    message: &[u8],
    limits: &Limits,
    go_on: &mut dyn FnMut(usize) -> bool,
) -> Result<Vec<Part>, StructureError> {
    let mut pass = Pass {
        message,
        limits,
        go_on,
        asked_at: 0,
        parts: Vec::new(),
        open: Vec::new(),
        boundaries: HashMap::new(),
    };
    pass.run(mbox_line(message))?;
    Ok(pass.parts)
}

/// A pass under way.
struct Pass<'a> {
    message: &'a [u8],
    limits: &'a Limits,
    go_on: &'a mut dyn FnMut(usize) -> bool,
    asked_at: usize,
    parts: Vec<Part>,
    /// The parts that have begun and not ended, as indices; each lies in the one before it.
    open: Vec<usize>,
    /// For each boundary the places in `open` of the multiparts that have it, the innermost last.
    boundaries: HashMap<Vec<u8>, Vec<usize>>,
}

/// A line that is a boundary.
struct Delimiter {
    /// The place in `open` of its multipart.
    place: usize,
    /// Whether it is the last of its multipart.
    closes: bool,
}

impl Pass<'_> {
    fn run(&mut self, start: usize) -> Result<(), StructureError> {
        self.bound_header(start)?;
        let dashes = Finder::new(b"\n--");
        let mut header_at = Some(start);
        let mut at = start;
        loop {
            if let Some(start) = header_at.take() {
                (at, header_at) = self.read_header(start)?;
                continue;
            }
            let Some(line) = next_dashes(&dashes, self.message, at) else {
                break;
            };
            let text = split_line(&self.message[line..]).0;
            at = line + text.len();
            self.ask(at)?;
            if let Some(delimiter) = self.delimiter(text) {
                self.end_parts(delimiter.place + 1, line);
                if delimiter.closes {
                    self.close(delimiter.place);
                } else {
                    header_at = Some(at);
                }
            }
        }
        let end = self.message.len();
        self.ask(end)?;
        self.end_parts(0, end);
        Ok(())
    }

    /// Bounds what stands above the first empty line. A line that is no field ends the header for [`Message`], but not for
    /// every parser.
    fn bound_header(&mut self, start: usize) -> Result<(), StructureError> {
        let (mut at, mut fields) = (start, 0);
        loop {
            let line = split_line(&self.message[at..]).0;
            if line.is_empty() || is_empty_line(line) {
                return Ok(());
            }
            at += line.len();
            fields += usize::from(!is_folded(line));
            self.bound(at - start, fields)?;
        }
    }

    fn bound(&self, octets: usize, fields: usize) -> Result<(), StructureError> {
        if octets > self.limits.header_octets {
            Err(StructureError::HeaderOctets)
        } else if fields > self.limits.header_fields {
            Err(StructureError::HeaderFields)
        } else {
            Ok(())
        }
    }

    /// Reads the header of a part that begins here. Gives the start of its body, or of the boundary that cut it off, and
    /// where the next header begins if the body is a message.
    fn read_header(&mut self, start: usize) -> Result<(usize, Option<usize>), StructureError> {
        let depth = self.open.len();
        if depth > self.limits.depth {
            return Err(StructureError::Depth);
        }
        if self.parts.len() >= self.limits.parts {
            return Err(StructureError::Parts);
        }
        let mut at = start;
        let mut fields = 0;
        let body = loop {
            let line = split_line(&self.message[at..]).0;
            if line.is_empty() || self.delimiter(line).is_some() {
                break at;
            }
            if is_empty_line(line) {
                break at + line.len();
            }
            if field_name(line).is_some() {
                fields += 1;
            } else if fields == 0 || !is_folded(line) {
                break at;
            }
            at += line.len();
            self.bound(at - start, fields)?;
            self.ask(at)?;
        };
        let kind = self.kind(&Message::parse(&self.message[start..at]))?;
        let part = self.parts.len();
        let next = (kind == Kind::Message).then_some(body);
        if let Kind::Multipart { boundary, .. } = &kind {
            self.boundaries.entry(boundary.clone()).or_default().push(depth);
        }
        self.parts.push(Part {
            body: body..self.message.len(),
            header: start..at,
            depth,
            kind,
        });
        self.open.push(part);
        Ok((body, next))
    }

    fn kind(&self, header: &Message<'_>) -> Result<Kind, StructureError> {
        let in_digest = self
            .open
            .last()
            .is_some_and(|part| matches!(&self.parts[*part].kind, Kind::Multipart { is_digest, .. } if *is_digest));
        let Some(content_type) = header.first(CONTENT_TYPE).and_then(value::content_type) else {
            // RFC 2046 §5.1.5: without a type a part of a digest is a message.
            return Ok(if in_digest { Kind::Message } else { Kind::Leaf });
        };
        let subtype = content_type.subtype().unwrap_or_default().to_ascii_lowercase();
        let boundary = content_type.attribute("boundary").unwrap_or_default().trim_end();
        // Neither may have a transfer encoding that changes octets (RFC 2045 §6.4).
        let is_encoded = !super::content::is_identity(header.first(CONTENT_TRANSFER_ENCODING));
        Ok(match content_type.ctype().to_ascii_lowercase().as_str() {
            "multipart" if boundary.len() > self.limits.boundary_octets => return Err(StructureError::Boundary),
            "multipart" if !boundary.is_empty() => Kind::Multipart {
                boundary: boundary.as_bytes().to_vec(),
                is_digest: subtype == "digest",
            },
            "message" if !is_encoded && matches!(&*subtype, "rfc822" | "global") => Kind::Message,
            _ => Kind::Leaf,
        })
    }

    /// The open multipart whose boundary a line is, if it is one.
    fn delimiter(&self, line: &[u8]) -> Option<Delimiter> {
        let innermost = |boundary: &[u8]| {
            // A longer text is no boundary, and hashing it would be work for nothing.
            let boundary = (boundary.len() <= self.limits.boundary_octets).then_some(boundary)?;
            self.boundaries.get(boundary)?.last().copied()
        };
        let (place, closes) = multipart::delimiter(line, innermost)?;
        Some(Delimiter { place, closes })
    }

    /// Ends the open parts from a place on; the line end in front of a boundary belongs to the boundary.
    fn end_parts(&mut self, from: usize, line: usize) {
        while self.open.len() > from {
            let place = self.open.len() - 1;
            self.close(place);
            let Some(part) = self.open.pop().and_then(|part| self.parts.get_mut(part)) else {
                continue;
            };
            let is_cut = line < self.message.len();
            let body = &self.message[part.body.start.min(line)..line];
            let length = if is_cut {
                multipart::without_line_end(body).len()
            } else {
                body.len()
            };
            part.body.end = part.body.start.min(line) + length;
        }
    }

    /// Forgets the boundary of the multipart at a place, if it still has one.
    fn close(&mut self, place: usize) {
        let Some(Kind::Multipart { boundary, .. }) = self.open.get(place).map(|part| &self.parts[*part].kind) else {
            return;
        };
        if let Some(places) = self.boundaries.get_mut(boundary)
            && places.last() == Some(&place)
        {
            places.pop();
            if places.is_empty() {
                self.boundaries.remove(boundary);
            }
        }
    }

    fn ask(&mut self, at: usize) -> Result<(), StructureError> {
        let looked_at = at.saturating_sub(self.asked_at);
        if looked_at < STRIDE {
            return Ok(());
        }
        self.asked_at = at;
        match (self.go_on)(looked_at) {
            true => Ok(()),
            false => Err(StructureError::Stopped),
        }
    }
}

/// The start of the next line that begins with two dashes; `from` is the start of a line.
fn next_dashes(dashes: &Finder<'_>, message: &[u8], from: usize) -> Option<usize> {
    let rest = &message[from..];
    if rest.starts_with(b"--") {
        return Some(from);
    }
    dashes.find(rest).map(|found| from + found + 1)
}

#[cfg(test)]
mod tests;
