//! The character set of a message's text, in which old clients wrote its header, too: as it is, without RFC 2047.

use super::{header::CONTENT_TYPE, message::Message, multipart::split, value};

/// Multiparts in one another that are looked into for the first text; each is read once more.
const DEEPEST: usize = 8;

/// Parts of one multipart that are looked at.
const MOST_PARTS: usize = 500;

/// The character set that the first part names, in lower case, if that is a text.
pub fn of_text(message: &Message<'_>) -> Option<String> {
    let mut entity = *message;
    for _ in 0..DEEPEST {
        let content_type = entity.first(CONTENT_TYPE).and_then(value::content_type)?;
        match content_type.ctype().to_ascii_lowercase().as_str() {
            "text" => {
                return content_type
                    .attribute("charset")
                    .map(|name| name.trim().to_ascii_lowercase());
            }
            "multipart" => {
                let parts = split(entity.body(), content_type.attribute("boundary")?, MOST_PARTS).ok()?;
                entity = Message::parse(&entity.body()[parts.into_iter().next()?]);
            }
            _ => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(message: &str) -> Option<String> {
        of_text(&Message::parse(message.as_bytes()))
    }

    #[test]
    fn the_first_text_names_it() {
        assert_eq!(
            of("Content-Type: text/plain; charset=\"GBK\"\r\n\r\n").as_deref(),
            Some("gbk")
        );
        let nested = "Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n\
                      Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\
                      Content-Type: text/html; charset=Big5\r\n\r\nx\r\n--b--\r\n--a\r\n\
                      Content-Type: text/plain; charset=utf-8\r\n\r\nx\r\n--a--\r\n";
        assert_eq!(of(nested).as_deref(), Some("big5"));
        for none in [
            "\r\nx",
            "Content-Type: text/plain\r\n\r\n",
            "Content-Type: image/png; charset=gbk\r\n\r\n",
            "Content-Type: multipart/mixed\r\n\r\n",
            "Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n\r\nx\r\n--a--\r\n",
        ] {
            assert_eq!(of(none), None, "{none}");
        }
        let deep: String = (0..9)
            .map(|depth| format!("Content-Type: multipart/mixed; boundary=b{depth}\r\n\r\n--b{depth}\r\n"))
            .collect();
        assert_eq!(
            of(&format!("{deep}Content-Type: text/plain; charset=gbk\r\n\r\nx")),
            None
        );
    }
}
