//! Writes the tree as a message with new headers, boundaries and Content-IDs.

use std::{borrow::Cow, collections::BTreeMap};

use mail_builder::{
    headers::{HeaderType, content_type::ContentType, message_id::MessageId, raw::Raw},
    mime::{BodyPart, MimePart},
};
use rand_core::CryptoRng;

use super::{
    Facts,
    addresses::Addresses,
    card,
    error::StripError,
    head, line,
    prune::prune,
    text::{self, Text},
    tree::{self, Budget, Embedded, Labels, Leaf, Multipart, MultipartKind, Node, Placed},
    url::Target,
};
use crate::mail::{
    header::{self, Header},
    message::Message,
    mime,
};

/// Most characters in a file name.
const LONGEST_FILE: usize = 200;

/// Parameters of Content-Type that are kept besides character set and name, and their permitted values.
const KEPT: [(&str, &[&str]); 3] = [
    ("format", &["flowed", "fixed"]),
    ("delsp", &["no"]),
    // RFC 5546 §1.4.
    (
        "method",
        &[
            "publish",
            "request",
            "reply",
            "add",
            "cancel",
            "refresh",
            "counter",
            "declinecounter",
        ],
    ),
];

type FieldToWrite = (Cow<'static, str>, HeaderType<'static>);

/// Writes messages.
pub struct Builder<'a, R> {
    facts: &'a Facts<'a>,
    addresses: &'a Addresses<'a>,
    rng: &'a mut R,
    budget: Budget,
    /// Old and new identifiers of the parts of the current message.
    ids: BTreeMap<String, String>,
    /// An identifier that no part has.
    nothing: String,
}

impl<'a, R: CryptoRng> Builder<'a, R> {
    /// Creates a builder for one message and the messages inside it.
    pub fn new(facts: &'a Facts<'a>, addresses: &'a Addresses<'a>, rng: &'a mut R) -> Self {
        let mut builder = Self {
            facts,
            addresses,
            rng,
            budget: Budget::default(),
            ids: BTreeMap::new(),
            nothing: String::new(),
        };
        builder.nothing = builder.new_id();
        builder
    }

    /// Writes the body with its header fields after the header in `to`.
    pub fn message(&mut self, entity: &Message<'_>, to: &mut Vec<u8>) -> Result<(), StripError> {
        self.message_at(entity, 0, to)
    }

    fn message_at(&mut self, entity: &Message<'_>, depth: usize, to: &mut Vec<u8>) -> Result<(), StripError> {
        let tree = prune(tree::read(entity, depth, &mut self.budget)?)?;
        // References do not reach outside their message.
        let outer = std::mem::take(&mut self.ids);
        match &tree {
            Some(node) => {
                self.learn(node);
                self.node(node, to)?;
            }
            None => MimePart::new("text/plain", "").write_part(to),
        }
        self.ids = outer;
        end_line(to);
        Ok(())
    }

    /// Gives each Content-ID of a message a new one, before the first reference is written.
    fn learn(&mut self, node: &Node<'_>) {
        match node {
            Node::Multipart(multipart) => multipart.children.iter().for_each(|child| self.learn(child)),
            Node::Leaf(Leaf { labels, .. }) | Node::Message(Embedded { labels, .. }) => {
                if let Some(id) = &labels.id {
                    let new = self.new_id();
                    self.ids.entry(id.clone()).or_insert(new);
                }
            }
        }
    }

    fn node(&mut self, node: &Node<'_>, to: &mut Vec<u8>) -> Result<(), StripError> {
        match node {
            Node::Multipart(multipart) => self.multipart(multipart, to),
            Node::Message(embedded) => self.embedded(embedded, to),
            Node::Leaf(leaf) if text::is_text(&leaf.media, &leaf.octets) => self.text(leaf, to),
            Node::Leaf(leaf) => {
                self.file(leaf, &leaf.labels, &leaf.octets, None, to);
                Ok(())
            }
        }
    }

    fn multipart(&mut self, multipart: &Multipart<'_>, to: &mut Vec<u8>) -> Result<(), StripError> {
        // Neither base64 nor quoted-printable contains `=_` (RFC 2045 §6.7).
        let boundary = format!("=_{}", self.random());
        let media = match multipart.kind {
            MultipartKind::Alternative => "multipart/alternative",
            MultipartKind::Related => "multipart/related",
            _ => "multipart/mixed",
        };
        let mut content_type = ContentType::new(media).attribute("boundary", boundary.clone());
        if let (MultipartKind::Related, Some(root)) = (multipart.kind, multipart.children.first()) {
            content_type = content_type.attribute("type", media_of(root).to_owned());
        }
        push_fields(vec![(header::CONTENT_TYPE.into(), content_type.into())], to);
        for child in &multipart.children {
            to.extend_from_slice(format!("--{boundary}\r\n").as_bytes());
            self.node(child, to)?;
            to.extend_from_slice(b"\r\n");
        }
        to.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        Ok(())
    }

    fn embedded(&mut self, embedded: &Embedded<'_>, to: &mut Vec<u8>) -> Result<(), StripError> {
        let message = Message::parse(&embedded.octets);
        let fields = self.fields(ContentType::new("message/rfc822"), &embedded.labels);
        push_fields(fields, to);
        to.extend_from_slice(head::inside(&message, self.addresses).as_bytes());
        self.message_at(&message, embedded.depth + 1, to)
    }

    fn text(&mut self, leaf: &Leaf<'_>, to: &mut Vec<u8>) -> Result<(), StripError> {
        let addresses = self.addresses;
        match text::text(leaf, addresses, &mut |target, id| self.reference(target, id))? {
            Text::Octets(octets) => self.file(leaf, &leaf.labels, octets, leaf.parameter("charset"), to),
            Text::Changed(text) => self.file(leaf, &leaf.labels, text.as_bytes(), Some("utf-8"), to),
            Text::Card(text) => {
                let labels = Labels {
                    file: leaf.labels.file.as_ref().map(|_| card::FILE.to_owned()),
                    ..leaf.labels.clone()
                };
                self.file(leaf, &labels, text.as_bytes(), Some("utf-8"), to);
            }
            Text::Written(text) => {
                let part = MimePart {
                    headers: self.fields(content_type(leaf, Some("utf-8")), &leaf.labels),
                    contents: BodyPart::Text(text.as_str().into()),
                };
                part.write_part(to);
            }
        }
        Ok(())
    }

    fn file(&mut self, leaf: &Leaf<'_>, labels: &Labels, octets: &[u8], charset: Option<&str>, to: &mut Vec<u8>) {
        let mut fields = self.fields(content_type(leaf, charset), labels);
        fields.push((header::CONTENT_TRANSFER_ENCODING.into(), Raw::new("base64").into()));
        push_fields(fields, to);
        mime::push_base64(octets, to);
    }

    /// Returns the header fields of a part, except its transfer encoding.
    fn fields(&self, content_type: ContentType<'static>, labels: &Labels) -> Vec<FieldToWrite> {
        let file = labels.file.as_deref().and_then(|file| file_name(file, self.addresses));
        let with = |value: ContentType<'static>, name: &'static str| match &file {
            Some(file) => value.attribute(name, file.clone()),
            None => value,
        };
        let mut fields = vec![(header::CONTENT_TYPE.into(), with(content_type, "name").into())];
        if let Some(placed) = labels.placed {
            let kind = match placed {
                Placed::Inline => "inline",
                Placed::Attachment => "attachment",
            };
            let disposition = with(ContentType::new(kind), "filename");
            fields.push((header::CONTENT_DISPOSITION.into(), disposition.into()));
        }
        if let Some(id) = labels.id.as_ref().and_then(|id| self.ids.get(id)) {
            fields.push((header::CONTENT_ID.into(), MessageId::new(id.clone()).into()));
        }
        fields
    }

    /// Returns the new form of a reference. An identifier that nobody outside knows may hold the provider's domain, so
    /// it is replaced by one that refers to nothing.
    fn reference(&mut self, target: Target, id: &str) -> Option<String> {
        let known = match target {
            Target::Part => self.ids.get(id).cloned(),
            Target::Message => (self.facts.message_id)(id),
        };
        known.or_else(|| id.contains('@').then(|| self.nothing.clone()))
    }

    fn new_id(&mut self) -> String {
        format!("{}@{}", self.random(), self.facts.alias.domain())
    }

    fn random(&mut self) -> String {
        let mut octets = [0; 16];
        self.rng.fill_bytes(&mut octets);
        hex::encode(octets)
    }
}

/// Writes the header of a part and the empty line after it.
fn push_fields(fields: Vec<FieldToWrite>, to: &mut Vec<u8>) {
    let mut head = Header::default();
    for (name, value) in fields {
        head.push(&name, value);
    }
    to.extend_from_slice(head.as_bytes());
    to.extend_from_slice(b"\r\n");
}

fn media_of<'n>(node: &'n Node<'_>) -> &'n str {
    match node {
        Node::Multipart(multipart) if multipart.kind == MultipartKind::Alternative => "multipart/alternative",
        Node::Multipart(multipart) if multipart.kind == MultipartKind::Related => "multipart/related",
        Node::Multipart(_) => "multipart/mixed",
        Node::Message(_) => "message/rfc822",
        Node::Leaf(leaf) => &leaf.media,
    }
}

/// Returns the type and parameters of a part, without its name.
fn content_type(leaf: &Leaf<'_>, charset: Option<&str>) -> ContentType<'static> {
    let mut content_type = ContentType::new(leaf.media.clone());
    let is_label = |charset: &&str| {
        charset.len() <= 40
            && charset
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.:+".contains(&byte))
    };
    if let Some(charset) = charset.filter(is_label) {
        content_type = content_type.attribute("charset", charset.to_owned());
    }
    for (name, values) in KEPT {
        let value = leaf.parameter(name).map(str::to_ascii_lowercase).unwrap_or_default();
        if let Some(value) = values.iter().find(|each| **each == value) {
            content_type = content_type.attribute(name, *value);
        }
    }
    content_type
}

/// Returns a file's name without the folders on the person's machine.
fn file_name(file: &str, addresses: &Addresses<'_>) -> Option<String> {
    let last = file.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = line(last, LONGEST_FILE, addresses);
    (!name.is_empty()).then_some(name)
}

fn end_line(to: &mut Vec<u8>) {
    if !to.ends_with(b"\r\n") {
        to.extend_from_slice(b"\r\n");
    }
}
