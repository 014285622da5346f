//! Decompresses CompressedData (RFC 3274), which uses zlib (RFC 1950).

use std::io::{Read, copy, sink};

use cms::content_info::CmsVersion;
use const_oid::db::{rfc5911::ID_DATA, rfc6268::ID_ALG_ZLIB_COMPRESS};
use der::Sequence;
use flate2::read::ZlibDecoder;
use spki::AlgorithmIdentifierOwned;
use zeroize::Zeroizing;

use super::{content_info::ContentInfo, error::OpenError, signed::EncapsulatedContentInfo, unsupported::Unsupported};

/// Most octets of output. It is more than any message that the relay accepts.
const MOST_OCTETS: u64 = 128 * 1024 * 1024;

/// Most octets of output for one octet of input. Text has about 10, and a page of markup 50. zlib reaches 1,032 only
/// with zeros.
const MOST_RATIO: u64 = 200;

/// Octets of output that are allowed for any input, because a short message of spaces is no bomb.
const ALWAYS: u64 = 1024 * 1024;

#[derive(Sequence)]
struct CompressedData<'a> {
    version: CmsVersion,
    algorithm: AlgorithmIdentifierOwned,
    content: EncapsulatedContentInfo<'a>,
}

/// Decompresses the content twice, the first time only for its length. A buffer that grows would leave copies that
/// nobody wipes.
pub(super) fn content(content_info: ContentInfo<'_>) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let compressed: CompressedData<'_> = content_info.content.decode_as()?;
    if compressed.algorithm.oid != ID_ALG_ZLIB_COMPRESS {
        return Err(Unsupported::Compression(compressed.algorithm.oid).into());
    }
    if compressed.content.content_type != ID_DATA {
        return Err(Unsupported::Content(compressed.content.content_type).into());
    }
    let zlib = compressed.content.content.ok_or(OpenError::Empty)?.as_bytes();
    let most = most(zlib.len());
    let length = copy(&mut ZlibDecoder::new(zlib).take(most + 1), &mut sink()).map_err(OpenError::Zlib)?;
    if length > most {
        return Err(OpenError::Bomb);
    }
    let mut content = Zeroizing::new(vec![0; usize::try_from(length).map_err(|_| OpenError::Bomb)?]);
    ZlibDecoder::new(zlib)
        .read_exact(&mut content)
        .map_err(OpenError::Zlib)?;
    Ok(content)
}

/// Returns how many octets of output are allowed for an input of `octets`.
fn most(octets: usize) -> u64 {
    let by_ratio = u64::try_from(octets).unwrap_or(u64::MAX).saturating_mul(MOST_RATIO);
    by_ratio.clamp(ALWAYS, MOST_OCTETS)
}
