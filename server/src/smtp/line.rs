//! Reads lines that end in CRLF and in nothing else (RFC 5321 §2.3.8). A CR or LF alone is neither a line end nor text: if
//! two servers read it differently, one message can be smuggled inside another (CVE-2023-51764).

use super::budget::Buffer;

/// Why a line or the whole connection cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum LineFault {
    /// A CR without LF, or an LF without CR.
    #[error("bare CR or LF")]
    Bare,
    /// The line continues far beyond the length that can still be answered.
    #[error("endless line")]
    Flood,
}

/// Why the text of a line was not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dropped {
    /// It is longer than allowed.
    TooLong,
    /// The memory budget is used up.
    NoRoom,
}

/// One line, collected from chunks. A line that cannot be stored is still read to its end.
pub(super) struct Line {
    buffer: Buffer,
    octets: usize,
    ceiling: usize,
    after_cr: bool,
    dropped: Option<Dropped>,
}

impl Line {
    /// Stores what fits the buffer, including the CRLF.
    pub(super) fn new(buffer: Buffer) -> Self {
        Self {
            buffer,
            octets: 0,
            ceiling: usize::MAX,
            after_cr: false,
            dropped: None,
        }
    }

    /// Starts the next line, of which at most `ceiling` octets are read.
    pub(super) fn start(&mut self, ceiling: usize) {
        self.buffer.clear();
        self.octets = 0;
        self.ceiling = ceiling;
        self.after_cr = false;
        self.dropped = None;
    }

    /// Consumes `chunk` up to the end of the line. Returns how many octets it consumed, and whether the line is complete.
    pub(super) fn take(&mut self, chunk: &[u8]) -> Result<(usize, bool), LineFault> {
        let taken = match chunk.iter().position(|&byte| byte == b'\r' || byte == b'\n') {
            _ if self.after_cr => return self.line_feed(chunk),
            None => chunk.len(),
            Some(at) if chunk[at] == b'\n' => return Err(LineFault::Bare),
            Some(at) => at + 1,
        };
        self.keep(&chunk[..taken])?;
        self.after_cr = chunk[..taken].ends_with(b"\r");
        if !self.after_cr || taken == chunk.len() {
            return Ok((taken, false));
        }
        let (last, complete) = self.line_feed(&chunk[taken..])?;
        Ok((taken + last, complete))
    }

    fn line_feed(&mut self, chunk: &[u8]) -> Result<(usize, bool), LineFault> {
        match chunk.first() {
            None => Ok((0, false)),
            Some(b'\n') => self.keep(b"\n").map(|()| (1, true)),
            Some(_) => Err(LineFault::Bare),
        }
    }

    fn keep(&mut self, text: &[u8]) -> Result<(), LineFault> {
        self.octets += text.len();
        if self.octets > self.ceiling {
            return Err(LineFault::Flood);
        }
        if self.dropped.is_none() {
            self.dropped = if self.buffer.overflows(text.len()) {
                Some(Dropped::TooLong)
            } else {
                self.buffer.append(text).err().map(|_| Dropped::NoRoom)
            };
            if self.dropped.is_some() {
                self.buffer.release();
            }
        }
        Ok(())
    }

    /// The line, including its CRLF.
    pub(super) fn text(&self) -> Result<&[u8], Dropped> {
        self.dropped.map_or(Ok(self.buffer.bytes()), Err)
    }

    /// The number of octets that were read for the line.
    pub(super) fn octets(&self) -> usize {
        self.octets
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::smtp::budget::Budget;

    fn line(limit: usize) -> Line {
        Line::new(Budget::new(1 << 20).buffer(limit))
    }

    /// Reads all lines of `input`, given in chunks of `size`.
    fn lines(input: &[u8], size: usize) -> Result<Vec<Vec<u8>>, LineFault> {
        let mut line = line(1000);
        let mut found = Vec::new();
        for mut chunk in input.chunks(size) {
            while !chunk.is_empty() {
                let (taken, complete) = line.take(chunk)?;
                chunk = &chunk[taken..];
                if complete {
                    found.push(line.text().unwrap().to_vec());
                    line.start(usize::MAX);
                }
            }
        }
        Ok(found)
    }

    #[test]
    fn only_crlf_ends_a_line() {
        for size in 1..8 {
            assert_eq!(
                lines(b"one\r\n\r\n.\r\n", size).unwrap(),
                [&b"one\r\n"[..], b"\r\n", b".\r\n"]
            );
            for bare in ["a\n.\n", "\n.\r\n", "\r.\r", "\r\r\n", "a\rb\r\n", "\r\n.\n", "\n"] {
                assert_eq!(lines(bare.as_bytes(), size), Err(LineFault::Bare), "{bare:?} by {size}");
            }
        }
    }

    #[test]
    fn a_long_line_is_read_to_its_end_and_not_kept() {
        let mut line = line(5);
        assert_eq!(line.take(b"abc\r\nX"), Ok((5, true)));
        assert_eq!(line.text(), Ok(&b"abc\r\n"[..]));
        line.start(usize::MAX);
        assert_eq!(line.take(b"abcd\r\nX"), Ok((6, true)));
        assert_eq!(line.text(), Err(Dropped::TooLong));
        line.start(8);
        assert_eq!(line.take(b"abcdefgh"), Ok((8, false)));
        assert_eq!(line.take(b"i"), Err(LineFault::Flood));
    }

    proptest! {
        #[test]
        fn chunks_do_not_matter(input in proptest::collection::vec(prop_oneof![Just(b'\r'), Just(b'\n'), any::<u8>()], 0..60), size in 1usize..9) {
            prop_assert_eq!(lines(&input, size), lines(&input, 60));
        }

        #[test]
        fn lines_put_together_again_are_the_input(texts in proptest::collection::vec("[^\r\n]{0,20}", 0..6), size in 1usize..9) {
            let input: String = texts.iter().map(|text| format!("{text}\r\n")).collect();
            prop_assert_eq!(lines(input.as_bytes(), size).unwrap().concat(), input.as_bytes());
        }
    }
}
