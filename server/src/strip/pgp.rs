//! Removes OpenPGP cleartext signatures (RFC 9580 §7).

use std::borrow::Cow;

const MESSAGE: &str = "-----BEGIN PGP SIGNED MESSAGE-----";
const SIGNATURE: &str = "-----BEGIN PGP SIGNATURE-----";
const END: &str = "-----END PGP SIGNATURE-----";

/// Removes signatures around the text, because they are no longer valid and name a key. Text outside them stays.
pub fn remove_signature(text: &str) -> Cow<'_, str> {
    if !text.contains(MESSAGE) {
        return Cow::Borrowed(text);
    }
    let mut kept = String::with_capacity(text.len());
    let mut place = Place::Outside;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end();
        place = match place {
            Place::Outside if content == MESSAGE => Place::Armor,
            Place::Armor if content.is_empty() => Place::Signed,
            Place::Signed if content == SIGNATURE => Place::Signature,
            Place::Signature if content == END => Place::Outside,
            Place::Signed => {
                // RFC 9580 §7.2: dash escaping.
                kept.push_str(line.strip_prefix("- ").unwrap_or(line));
                Place::Signed
            }
            Place::Outside => {
                kept.push_str(line);
                Place::Outside
            }
            within => within,
        };
    }
    Cow::Owned(kept)
}

enum Place {
    Outside,
    Armor,
    Signed,
    Signature,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_around_text_goes() {
        let text = "before\r\n-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\n- - dash\r\ntext\r\n\
            -----BEGIN PGP SIGNATURE-----\r\n\r\nabc\r\n-----END PGP SIGNATURE-----\r\nafter\r\n";
        assert_eq!(remove_signature(text), "before\r\n- dash\r\ntext\r\nafter\r\n");
        assert_eq!(remove_signature("> -----BEGIN PGP"), "> -----BEGIN PGP");
    }
}
