//! Converts BER to the lengths of DER (ITU-T X.690 §8, §10): all definite, and octet strings in one piece.
//!
//! Clients that stream write indefinite lengths and octet strings in chunks. The `der` crate reads most of that, but
//! not chunks below a definite length. It also scans each level again for the end of an indefinite length. So this
//! conversion comes first. It is one pass over the bytes without recursion, and it enforces the limits. Contents stay
//! unchanged.

use std::ops::Range;

use zeroize::Zeroizing;

use super::error::BerError;

/// Most octets that are read. It is more than any message that the relay accepts.
const MOST_OCTETS: usize = 128 * 1024 * 1024;

/// Deepest nesting that is read. Ten levels are needed, and chunks may add some.
const MOST_DEPTH: usize = 32;

/// Most values that are read. The smallest chunks that clients write are 1000 octets, so a message of 50 MB has half of
/// them.
const MOST_VALUES: usize = 100_000;

const OBJECT_IDENTIFIER: u8 = 0x06;
const OCTET_STRING: u8 = 0x04;
const SEQUENCE: u8 = 0x30;
/// `[0]`, constructed or explicit.
const CONTEXT_0: u8 = 0xa0;
/// `[0] IMPLICIT` of a primitive type.
const CONTEXT_0_PRIMITIVE: u8 = 0x80;
const CONSTRUCTED: u8 = 0x20;

/// Rewrites one value. White space after it, as at the end of a mail, is dropped. Anything else after it is an error.
pub fn definite(ber: &[u8]) -> Result<Zeroizing<Vec<u8>>, BerError> {
    if ber.len() > MOST_OCTETS {
        return Err(BerError::Octets);
    }
    let (mut values, end) = Scanner::new(ber).scan()?;
    if !ber[end..].trim_ascii().is_empty() {
        return Err(BerError::Syntax);
    }
    measure(&mut values)?;
    Ok(write(ber, &values))
}

/// A value. The values that it contains follow it.
struct Value {
    tag: u8,
    /// The octets of a primitive value.
    octets: Range<usize>,
    /// Index of the first value after this one and its contents.
    next: usize,
    /// Length of the contents in the output.
    length: usize,
    /// The octets in all chunks, if this is an octet string.
    string: Option<usize>,
}

/// A value that is being read.
struct Frame {
    index: usize,
    /// Its end, if the length is definite.
    end: Option<usize>,
    /// The latest possible end.
    limit: usize,
}

struct Scanner<'a> {
    ber: &'a [u8],
    at: usize,
    values: Vec<Value>,
    frames: Vec<Frame>,
}

impl<'a> Scanner<'a> {
    fn new(ber: &'a [u8]) -> Self {
        Self {
            ber,
            at: 0,
            values: Vec::new(),
            frames: Vec::new(),
        }
    }

    /// Returns all values, and the position at which the first one ends.
    fn scan(mut self) -> Result<(Vec<Value>, usize), BerError> {
        loop {
            self.value()?;
            while self.frames.last().is_some_and(|frame| frame.end == Some(self.at)) {
                self.close();
            }
            if self.frames.is_empty() {
                return Ok((self.values, self.at));
            }
        }
    }

    /// Reads the tag and length of one value, and the octets of a primitive one; or the end of an indefinite length.
    fn value(&mut self) -> Result<(), BerError> {
        let limit = self.frames.last().map_or(self.ber.len(), |frame| frame.limit);
        let tag = self.octet(limit)?;
        let length = self.length(limit)?;
        if tag == 0 {
            return self.end_of_contents(length);
        }
        // Tag numbers above 30 take more octets. CMS has none.
        if tag & 0x1f == 0x1f {
            return Err(BerError::Syntax);
        }
        let end = match length {
            Some(length) => Some(
                self.at
                    .checked_add(length)
                    .filter(|end| *end <= limit)
                    .ok_or(BerError::Length)?,
            ),
            None => None,
        };
        self.push(tag, end, limit)
    }

    fn push(&mut self, tag: u8, end: Option<usize>, limit: usize) -> Result<(), BerError> {
        let index = self.values.len();
        if index == MOST_VALUES {
            return Err(BerError::Values);
        }
        let mut value = Value {
            tag,
            octets: 0..0,
            next: index + 1,
            length: 0,
            string: None,
        };
        if tag & CONSTRUCTED != 0 {
            if self.frames.len() == MOST_DEPTH {
                return Err(BerError::Depth);
            }
            let limit = end.unwrap_or(limit);
            self.frames.push(Frame { index, end, limit });
        } else {
            // X.690 §8.1.3.2: only constructed values may have an indefinite length.
            let end = end.ok_or(BerError::Syntax)?;
            value.octets = self.at..end;
            self.at = end;
        }
        self.values.push(value);
        Ok(())
    }

    /// X.690 §8.1.5.
    fn end_of_contents(&mut self, length: Option<usize>) -> Result<(), BerError> {
        match self.frames.last() {
            Some(Frame { end: None, .. }) if length == Some(0) => {
                self.close();
                Ok(())
            }
            _ => Err(BerError::Syntax),
        }
    }

    fn close(&mut self) {
        if let Some(frame) = self.frames.pop() {
            self.values[frame.index].next = self.values.len();
        }
    }

    /// X.690 §8.1.3; `None` if indefinite.
    fn length(&mut self, limit: usize) -> Result<Option<usize>, BerError> {
        let first = self.octet(limit)?;
        match first {
            0..0x80 => Ok(Some(first.into())),
            0x80 => Ok(None),
            0x81..=0x88 => (0x80..first)
                .try_fold(0u64, |length, _| Ok(length << 8 | u64::from(self.octet(limit)?)))
                .and_then(|length| usize::try_from(length).map_err(|_| BerError::Length))
                .map(Some),
            _ => Err(BerError::Syntax),
        }
    }

    fn octet(&mut self, limit: usize) -> Result<u8, BerError> {
        let octet = self.ber[..limit].get(self.at).copied().ok_or(BerError::Length)?;
        self.at += 1;
        Ok(octet)
    }
}

/// Computes the length of each value, innermost first, and finds the octet strings in chunks.
fn measure(values: &mut [Value]) -> Result<(), BerError> {
    for index in (0..values.len()).rev() {
        if values[index].tag & CONSTRUCTED == 0 {
            let length = values[index].octets.len();
            values[index].length = length;
            values[index].string = (values[index].tag == OCTET_STRING).then_some(length);
            continue;
        }
        if let Some(chunks) = chunked_content(index, values) {
            values[chunks].tag = CONTEXT_0_PRIMITIVE;
            values[chunks].length = values[chunks].string.unwrap_or_default();
        }
        let within = || children(index, values).map(|child| &values[child]);
        let length = within()
            .map(|child| 1 + length_octets(child.length) + child.length)
            .sum();
        let string = within().map(|child| child.string).sum();
        let value = &mut values[index];
        value.length = length;
        // Only these two can be strings. The contents of any other type are values of their own.
        value.string = string;
        if value.tag == OCTET_STRING | CONSTRUCTED {
            value.tag = OCTET_STRING;
            value.length = string.ok_or(BerError::Syntax)?;
        } else if value.tag != CONTEXT_0 {
            value.string = None;
        }
    }
    Ok(())
}

/// The encryptedContent of an EncryptedContentInfo (RFC 5652 §6.1) in chunks. Its tag is implicit, so only the fields
/// before it show that it is an octet string. They are a content type and an algorithm, which nothing else in CMS has.
fn chunked_content(index: usize, values: &[Value]) -> Option<usize> {
    let mut within = children(index, values);
    let (content_type, algorithm, content) = (within.next()?, within.next()?, within.next()?);
    let shape = [index, content_type, algorithm, content].map(|each| values[each].tag);
    (shape == [SEQUENCE, OBJECT_IDENTIFIER, SEQUENCE, CONTEXT_0]
        && within.next().is_none()
        && values[content].string.is_some())
    .then_some(content)
}

/// Indices of the direct children of a value.
fn children(index: usize, values: &[Value]) -> impl Iterator<Item = usize> {
    let end = values[index].next;
    let first = Some(index + 1).filter(|first| *first < end);
    std::iter::successors(first, move |child| Some(values[*child].next).filter(|next| *next < end))
}

fn write(ber: &[u8], values: &[Value]) -> Zeroizing<Vec<u8>> {
    let whole = values
        .first()
        .map_or(0, |value| 1 + length_octets(value.length) + value.length);
    let mut to = Zeroizing::new(Vec::with_capacity(whole));
    let mut index = 0;
    while let Some(value) = values.get(index) {
        to.push(value.tag);
        push_length(value.length, &mut to);
        if value.tag & CONSTRUCTED != 0 {
            index += 1;
            continue;
        }
        // A primitive value, or a string joined from the pieces that follow.
        for piece in &values[index..value.next] {
            to.extend_from_slice(&ber[piece.octets.clone()]);
        }
        index = value.next;
    }
    to
}

/// X.690 §8.1.3.4, §8.1.3.5, and no octet more than needed (§10.1).
fn push_length(length: usize, to: &mut Vec<u8>) {
    let octets = length.to_be_bytes();
    let long = length_octets(length) - 1;
    if long > 0 {
        // At most eight.
        to.push(0x80 | long as u8);
    }
    to.extend_from_slice(&octets[octets.len() - long.max(1)..]);
}

fn length_octets(length: usize) -> usize {
    match length {
        0..0x80 => 1,
        _ => 1 + (usize::BITS - length.leading_zeros()).div_ceil(8) as usize,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use test_support::work::assert_linear;

    #[track_caller]
    fn becomes(ber: &[u8], expected: &[u8]) {
        assert_eq!(definite(ber).unwrap().as_slice(), expected, "{}", hex::encode(ber));
    }

    #[test]
    fn der_stays_as_it_is() {
        for der in [&b"\x05\x00"[..], b"\x30\x00", b"\x30\x07\x02\x01\x05\xa0\x02\x05\x00"] {
            becomes(der, der);
        }
        let long = [b"\x30\x81\x85\x04\x81\x82".to_vec(), vec![7; 0x82]].concat();
        becomes(&long, &long);
        let longer = [b"\x30\x82\x01\x07\x04\x82\x01\x03".to_vec(), vec![7; 0x103]].concat();
        becomes(&longer, &longer);
    }

    #[test]
    fn lengths_become_definite_and_short() {
        becomes(b"\x30\x80\x05\x00\x30\x80\x00\x00\x00\x00", b"\x30\x04\x05\x00\x30\x00");
        becomes(b"\x30\x84\x00\x00\x00\x03\x02\x01\x05", b"\x30\x03\x02\x01\x05");
        becomes(b"\x05\x00\r\n", b"\x05\x00");
    }

    #[test]
    fn chunks_become_one_piece() {
        becomes(b"\x24\x80\x04\x01a\x04\x02bc\x00\x00", b"\x04\x03abc");
        becomes(b"\x24\x07\x04\x01a\x04\x02bc", b"\x04\x03abc");
        becomes(
            b"\x24\x80\x24\x05\x04\x03abc\x24\x80\x04\x01d\x00\x00\x00\x00",
            b"\x04\x04abcd",
        );
        becomes(b"\x24\x00", b"\x04\x00");
        // The tag in an EncryptedContentInfo is implicit. The tag in an EncapsulatedContentInfo is not.
        becomes(
            b"\x30\x80\x06\x01\x01\x30\x00\xa0\x80\x04\x01a\x04\x01b\x00\x00\x00\x00",
            b"\x30\x09\x06\x01\x01\x30\x00\x80\x02ab",
        );
        becomes(
            b"\x30\x0d\x06\x01\x01\x30\x00\xa0\x06\x04\x01a\x04\x01b",
            b"\x30\x09\x06\x01\x01\x30\x00\x80\x02ab",
        );
        becomes(
            b"\x30\x80\x06\x01\x01\xa0\x80\x24\x80\x04\x01a\x04\x01b\x00\x00\x00\x00\x00\x00",
            b"\x30\x09\x06\x01\x01\xa0\x04\x04\x02ab",
        );
    }

    #[test]
    fn what_is_no_ber_is_refused() {
        use BerError::{Length, Syntax};
        for (ber, expected) in [
            (&b""[..], Length),
            (b"\x30", Length),
            (b"\x30\x80", Length),
            (b"\x30\x80\x05\x00\x00", Length),
            (b"\x30\x03\x05\x00", Length),
            (b"\x30\x02\x04\x01x", Length),
            (b"\x30\x02\x30\x80\x00\x00", Length),
            (b"\x04\x84\xff\xff\xff\xff", Length),
            (b"\x04\x88\xff\xff\xff\xff\xff\xff\xff\xff", Length),
            (b"\x04\x80\x00\x00", Syntax),
            (b"\x04\xff", Syntax),
            (b"\x04\x89\x00\x00\x00\x00\x00\x00\x00\x00\x00", Syntax),
            (b"\x00\x00", Syntax),
            (b"\x30\x02\x00\x00", Syntax),
            (b"\x30\x80\x00\x01\x00", Syntax),
            (b"\x1f\x81\x00\x00", Syntax),
            (b"\x05\x00\x05\x00", Syntax),
            (b"\x24\x02\x05\x00", Syntax),
        ] {
            assert_eq!(definite(ber).err(), Some(expected), "{}", hex::encode(ber));
        }
    }

    #[test]
    fn bombs_cost_little() {
        for (start, piece, refused) in [
            (&b""[..], &b"\x30\x80"[..], BerError::Depth),
            (b"", b"\x24\x80", BerError::Depth),
            (b"\x30\x80", b"\x05\x00", BerError::Values),
            (b"\x24\x80", b"\x24\x80\x00\x00", BerError::Values),
        ] {
            let bomb = |factor| [start, &piece.repeat(125_000 * factor)].concat();
            assert_linear(bomb, |bomb| assert_eq!(definite(bomb).err(), Some(refused)));
        }
        assert_eq!(definite(&vec![0x30; MOST_OCTETS + 1]).err(), Some(BerError::Octets));
    }

    #[test]
    fn the_deepest_is_read() {
        let nested = |depth: usize| [b"\x30\x80".repeat(depth), b"\x00\x00".repeat(depth)].concat();
        assert!(definite(&nested(MOST_DEPTH)).is_ok());
        assert_eq!(definite(&nested(MOST_DEPTH + 1)).err(), Some(BerError::Depth));
    }
}
