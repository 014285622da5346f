//! Reads an entity into a tree. It checks all limits before it splits or decodes anything.
//!
//! [`crate::mail::multipart`] splits the parts, because mail-parser has no limit on nesting. mail-parser reads header
//! fields, transfer encodings and character sets.

use mail_parser::ContentType;

use super::error::StripError;
use crate::mail::{content::Content, header, message::Message, multipart::split, value};

/// Deepest nesting of multiparts and messages.
const DEEPEST: usize = 20;

/// Most parts of a message, including the messages inside it.
const MOST_PARTS: usize = 500;

/// File types that say nothing.
pub const UNKNOWN_TYPES: [&str; 3] = [
    "application/octet-stream",
    "application/x-unknown",
    "application/unknown",
];

/// Octets of a file in which the first fields of a message are searched.
const MESSAGE_HEAD: usize = 16 * 1024;

/// Fields of a message. Two of them make a file a message.
const MESSAGE_FIELDS: [&str; 10] = [
    header::FROM,
    header::TO,
    header::SUBJECT,
    header::DATE,
    header::MESSAGE_ID,
    header::MIME_VERSION,
    header::DELIVERED_TO,
    header::CONTENT_TYPE,
    "Received",
    "Return-Path",
];

/// A node of the tree.
pub enum Node<'a> {
    /// A multipart with child nodes.
    Multipart(Multipart<'a>),
    /// A message inside the message (RFC 2046 §5.2.1).
    Message(Embedded<'a>),
    /// A part with content.
    Leaf(Leaf<'a>),
}

/// A multipart body (RFC 2046 §5.1).
pub struct Multipart<'a> {
    /// The relation between its parts.
    pub kind: MultipartKind,
    /// The parts in order.
    pub children: Vec<Node<'a>>,
}

/// The multipart subtypes that matter here. All others mean the same as mixed (RFC 2046 §5.1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MultipartKind {
    /// Parts in a sequence.
    Mixed,
    /// Alternative forms of the same content.
    Alternative,
    /// A root, then the parts that it refers to (RFC 2387).
    Related,
    /// Content and its signature (RFC 1847 §2.1).
    Signed,
    /// RFC 1847 §2.2.
    Encrypted,
}

/// A message as a part.
pub struct Embedded<'a> {
    /// The whole message.
    pub octets: Content<'a>,
    /// How deep the part is nested.
    pub depth: usize,
    /// The part's labels.
    pub labels: Labels,
}

/// A part that is neither a multipart nor a message.
pub struct Leaf<'a> {
    /// `type/subtype` in lower case, in a form that can be written (RFC 6838 §4.2).
    pub media: String,
    /// Parameters of Content-Type.
    pub parameters: Option<ContentType<'static>>,
    /// The content without its transfer encoding.
    pub octets: Content<'a>,
    /// The part's labels.
    pub labels: Labels,
}

/// The labels in a part's header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels {
    /// Whether it is shown or kept (RFC 2183 §2.1, §2.2), if the header says so.
    pub placed: Option<Placed>,
    /// `filename`, or the older `name`.
    pub file: Option<String>,
    /// Content-ID without angle brackets.
    pub id: Option<String>,
}

/// Content-Disposition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placed {
    /// Shown with the text.
    Inline,
    /// Kept beside the text. Unknown dispositions mean the same (RFC 2183 §2.8).
    Attachment,
}

impl Leaf<'_> {
    /// Returns the value of a Content-Type parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.as_ref()?.attribute(name)
    }

    /// Whether the part is a file rather than a piece of the text.
    pub fn is_file(&self) -> bool {
        self.labels.placed == Some(Placed::Attachment) || self.labels.file.is_some()
    }
}

/// How many more parts are allowed.
pub struct Budget(usize);

impl Default for Budget {
    fn default() -> Self {
        Self(MOST_PARTS)
    }
}

impl Budget {
    fn spend(&mut self, parts: usize) -> Result<(), StripError> {
        self.0 = self.0.checked_sub(parts).ok_or(StripError::TooManyParts)?;
        Ok(())
    }
}

/// Reads an entity at `depth` below the outermost.
pub fn read<'a>(entity: &Message<'a>, depth: usize, budget: &mut Budget) -> Result<Node<'a>, StripError> {
    read_as(entity, "text/plain", depth, budget)
}

fn read_as<'a>(entity: &Message<'a>, default: &str, depth: usize, budget: &mut Budget) -> Result<Node<'a>, StripError> {
    if depth > DEEPEST {
        return Err(StripError::TooDeep);
    }
    let parameters = entity.first(header::CONTENT_TYPE).and_then(value::content_type);
    let media = parameters.as_ref().map_or_else(|| default.to_owned(), media);
    if let Some(subtype) = media.strip_prefix("multipart/") {
        let boundary = parameters
            .as_ref()
            .and_then(|parameters| parameters.attribute("boundary"));
        let pieces = split(entity.body(), boundary.unwrap_or_default(), MOST_PARTS)?;
        budget.spend(pieces.len())?;
        // RFC 2046 §5.1.5.
        let default = if subtype == "digest" {
            "message/rfc822"
        } else {
            "text/plain"
        };
        let children: Result<Vec<_>, _> = pieces
            .into_iter()
            .map(|piece| read_as(&Message::parse(&entity.body()[piece]), default, depth + 1, budget))
            .collect();
        let kind = kind(subtype);
        let start = parameters.as_ref().and_then(|parameters| parameters.attribute("start"));
        return Ok(Node::Multipart(Multipart {
            kind,
            children: root_first(children?, start.filter(|_| kind == MultipartKind::Related)),
        }));
    }
    let octets = Content::decode(entity.body(), entity.first(header::CONTENT_TRANSFER_ENCODING))?;
    let labels = labels(entity, parameters.as_ref());
    let is_message = matches!(&*media, "message/rfc822" | "message/global");
    Ok(
        if is_message || is_message_file(&media, labels.file.as_deref().unwrap_or_default(), &octets) {
            Node::Message(Embedded { octets, depth, labels })
        } else {
            Node::Leaf(Leaf {
                media,
                parameters,
                octets,
                labels,
            })
        },
    )
}

/// Whether a file is a message under another type. Its name tells, or its first lines if its type is unknown.
fn is_message_file(media: &str, file: &str, octets: &[u8]) -> bool {
    let named = file.to_ascii_lowercase().ends_with(".eml");
    if !named && !UNKNOWN_TYPES.contains(&media) {
        return false;
    }
    let head = Message::parse(&octets[..octets.len().min(MESSAGE_HEAD)]);
    let known = |name: &&&str| head.first(name).is_some();
    MESSAGE_FIELDS.iter().filter(known).count() >= 2
}

fn kind(subtype: &str) -> MultipartKind {
    match subtype {
        "alternative" => MultipartKind::Alternative,
        "related" => MultipartKind::Related,
        "signed" => MultipartKind::Signed,
        "encrypted" => MultipartKind::Encrypted,
        _ => MultipartKind::Mixed,
    }
}

/// Returns the media type in lower case. A type that is no token (RFC 6838 §4.2) cannot be written again, and no client
/// knows it.
fn media(content_type: &ContentType<'_>) -> String {
    let parts = [content_type.ctype(), content_type.subtype().unwrap_or_default()];
    let is_name = |part: &&str| {
        !part.is_empty()
            && part.len() <= 127
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
    };
    if parts.iter().all(is_name) {
        parts.join("/").to_ascii_lowercase()
    } else {
        "application/octet-stream".into()
    }
}

/// Moves the root of multipart/related to the front if the header names another place (RFC 2387 §3.2).
fn root_first<'a>(mut children: Vec<Node<'a>>, start: Option<&str>) -> Vec<Node<'a>> {
    let id = start.map(|start| start.trim_matches(['<', '>', ' ']));
    let is_root = |node: &Node<'_>| matches!(node, Node::Leaf(leaf) if leaf.labels.id.as_deref() == id);
    if id.is_some()
        && let Some(at) = children.iter().position(is_root)
    {
        children[..=at].rotate_right(1);
    }
    children
}

fn labels(entity: &Message<'_>, content_type: Option<&ContentType<'_>>) -> Labels {
    let disposition = entity.first(header::CONTENT_DISPOSITION).and_then(value::disposition);
    let filename = disposition
        .as_ref()
        .and_then(|disposition| disposition.attribute("filename"));
    let name = content_type.and_then(|content_type| content_type.attribute("name"));
    let placed = |disposition: &ContentType<'_>| {
        if disposition.ctype().eq_ignore_ascii_case("inline") {
            Placed::Inline
        } else {
            Placed::Attachment
        }
    };
    let id = entity
        .first(header::CONTENT_ID)
        .and_then(|field| value::message_ids(field).into_iter().next());
    Labels {
        placed: disposition.as_ref().map(placed),
        file: filename.or(name).map(str::to_owned),
        id,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(entity: &str) -> Result<Node<'_>, StripError> {
        read(&Message::parse(entity.as_bytes()), 0, &mut Budget::default())
    }

    #[test]
    fn nesting_and_number_have_limits() {
        let nest = |levels: usize| {
            let open = |n| format!("Content-Type: multipart/mixed; boundary=b{n}x\r\n\r\n--b{n}x\r\n");
            (0..levels).map(open).collect::<String>()
        };
        assert!(read_all(&nest(DEEPEST)).is_ok());
        assert_eq!(read_all(&nest(DEEPEST + 1)).err(), Some(StripError::TooDeep));
        let many = |parts: usize| format!("{}--b0x--", nest(1) + &"\r\n--b0x\r\n".repeat(parts - 1));
        assert!(read_all(&many(MOST_PARTS)).is_ok());
        assert_eq!(read_all(&many(MOST_PARTS + 1)).err(), Some(StripError::TooManyParts));
        // A multipart inside another.
        let both = |parts: usize| {
            format!(
                "{}{}--b1x--\r\n{}",
                nest(2),
                "\r\n--b1x\r\n".repeat(parts),
                "--b0x\r\n".repeat(parts)
            )
        };
        assert!(read_all(&both(MOST_PARTS / 3)).is_ok());
        assert_eq!(
            read_all(&both(MOST_PARTS / 3 * 2)).err(),
            Some(StripError::TooManyParts)
        );
    }

    #[test]
    fn the_root_of_related_comes_first() {
        let related = "Content-Type: multipart/related; boundary=x; start=\"<b@c>\"\r\n\r\n\
            --x\r\nContent-ID: <a@c>\r\n\r\na\r\n--x\r\nContent-ID: <b@c>\r\n\r\nb\r\n--x--\r\n";
        let Ok(Node::Multipart(multipart)) = read_all(related) else {
            panic!("no multipart")
        };
        let ids: Vec<_> = multipart
            .children
            .iter()
            .map(|node| match node {
                Node::Leaf(leaf) => leaf.labels.id.clone().unwrap(),
                _ => panic!("no leaf"),
            })
            .collect();
        assert_eq!(
            (multipart.kind, ids),
            (MultipartKind::Related, vec!["b@c".into(), "a@c".into()])
        );
    }
}
