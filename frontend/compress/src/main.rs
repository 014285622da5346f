//! Writes the compressed forms of files beside them, as `NAME.br` and `NAME.gz`, so that the server sends them as they
//! are. Usage: `sealpost-compress FILE...`

use std::{
    env, fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use brotli::enc::BrotliEncoderParams;
use flate2::{Compression, write::GzEncoder};

fn main() -> io::Result<()> {
    env::args_os().skip(1).map(PathBuf::from).try_for_each(|file| {
        let bytes = fs::read(&file)?;
        fs::write(beside(&file, "br"), brotli(&bytes)?)?;
        fs::write(beside(&file, "gz"), gzip(&bytes)?)
    })
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

/// Brotli (RFC 7932) at its best, with the largest window that browsers accept.
fn brotli(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let parameters = BrotliEncoderParams {
        quality: 11,
        lgwin: 24,
        size_hint: bytes.len(),
        ..BrotliEncoderParams::default()
    };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &*bytes, &mut compressed, &parameters)?;
    Ok(compressed)
}

/// gzip (RFC 1952) without a time, so that the same file gives the same bytes.
fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}
