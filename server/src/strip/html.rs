//! Rewrites HTML with a standard tokenizer and a list of what may leave ([`allowed`]).
//!
//! There is no tree, so nothing recurses and time is linear. Comments, XML islands, scripts, style sheets and
//! everything else that is not on the list are dropped. The output has one form: each tag ends at the first `>`.

use std::{borrow::Cow, collections::HashMap};

use html5gum::{HtmlString, StartTag, State, Token, Tokenizer};

use super::{
    addresses::Addresses,
    allowed, escape,
    fold::Folded,
    names,
    spelling::Spelling,
    style,
    units::Syntax,
    url::{self, Target},
};

/// Rewrites HTML with its addresses replaced. `rename` returns the new identifier of a reference.
pub fn rebuild(
    source: &str,
    addresses: &Addresses<'_>,
    rename: &mut dyn FnMut(Target, &str) -> Option<String>,
) -> String {
    let mut ends = HashMap::new();
    each_token(source, |token| {
        if let Token::EndTag(tag) = token {
            *ends.entry(tag.name).or_insert(0) += 1;
        }
    });
    let mut writer = Writer {
        html: String::with_capacity(source.len()),
        ends,
        dropped: None,
        link: None,
        addresses,
        rename,
    };
    each_token(source, |token| writer.token(token));
    addresses.replace(&writer.html, Syntax::Html).into_owned()
}

/// A place in HTML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spot {
    /// Text, including scripts and style sheets.
    Text,
    /// The value of an attribute.
    Attribute,
    /// A comment.
    Comment,
}

impl Spot {
    /// Describes the place for the person.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "in the text",
            Self::Attribute => "in a link or another attribute",
            Self::Comment => "in a comment",
        }
    }
}

/// Whether HTML names the person or a relay address anywhere.
pub fn names_person(source: &str, addresses: &Addresses<'_>) -> bool {
    let mut found = false;
    look_into(source, |spot, seen| {
        let syntax = if spot == Spot::Text {
            Syntax::Html
        } else {
            Syntax::Plain
        };
        found = found || matches!(addresses.replace(seen, syntax), Cow::Owned(_));
    });
    found
}

/// Passes all content of any HTML to `look`. Text has the form that [`Syntax::Html`] reads.
pub fn look_into(source: &str, mut look: impl FnMut(Spot, &str)) {
    let mut text = String::with_capacity(source.len());
    each_token(source, |token| match token {
        Token::StartTag(tag) => {
            text.push_str("<>");
            for value in tag.attributes.values() {
                look(Spot::Attribute, &String::from_utf8_lossy(value));
            }
        }
        Token::EndTag(_) => text.push_str("<>"),
        Token::String(string) => text.push_str(&escape::html(&String::from_utf8_lossy(&string))),
        Token::Comment(comment) => {
            text.push_str("<>");
            look(Spot::Comment, &String::from_utf8_lossy(&comment));
        }
        Token::Doctype(doctype) => {
            for identifier in [doctype.public_identifier, doctype.system_identifier]
                .into_iter()
                .flatten()
            {
                look(Spot::Comment, &String::from_utf8_lossy(&identifier));
            }
        }
        Token::Error(_) => {}
    });
    look(Spot::Text, &text);
}

fn each_token(source: &str, mut each: impl FnMut(Token)) {
    let mut tokens = Tokenizer::new(source);
    while let Some(Ok(token)) = tokens.next() {
        if let Token::StartTag(tag) = &token
            && let Some(state) = state_within(&tag.name)
        {
            tokens.set_state(state);
        }
        each(token);
    }
}

/// Returns the tokenizer state for elements whose content is no markup (HTML §13.2.6.4), as if scripts were off.
fn state_within(name: &[u8]) -> Option<State> {
    match name {
        b"title" | b"textarea" => Some(State::RcData),
        b"style" | b"xmp" | b"iframe" | b"noembed" | b"noframes" => Some(State::RawText),
        b"script" => Some(State::ScriptData),
        b"plaintext" => Some(State::PlainText),
        _ => None,
    }
}

struct Writer<'a, 'f> {
    html: String,
    /// End tags that are still to come.
    ends: HashMap<HtmlString, usize>,
    /// The element that is being dropped with its content, and how often it is open.
    dropped: Option<(HtmlString, usize)>,
    /// Start of the text of a link to the person.
    link: Option<usize>,
    addresses: &'a Addresses<'f>,
    rename: &'a mut dyn FnMut(Target, &str) -> Option<String>,
}

impl Writer<'_, '_> {
    fn token(&mut self, token: Token) {
        match token {
            Token::StartTag(tag) => self.start(&tag),
            Token::EndTag(tag) => self.end(&tag.name),
            Token::String(text) if self.dropped.is_none() => {
                let text = String::from_utf8_lossy(&text);
                self.html.push_str(&escape::html(&url::without_local(&text)));
            }
            _ => {}
        }
    }

    fn start(&mut self, tag: &StartTag<()>) {
        let to_come = self.ends.get(&tag.name).copied().unwrap_or_default();
        if let Some((name, depth)) = &mut self.dropped {
            *depth += usize::from(*name == tag.name && *depth < to_come && !tag.self_closing);
            return;
        }
        if allowed::is_dropped_whole(&tag.name) {
            let has_content = state_within(&tag.name).is_some() || to_come > 0 && !tag.self_closing;
            self.dropped = has_content.then(|| (tag.name.clone(), 1));
            return;
        }
        let Some(name) = allowed::element(&tag.name) else {
            return;
        };
        self.html.push('<');
        self.html.push_str(name);
        let own_link = name == "a" && self.is_own_link(tag);
        self.attributes(name, tag);
        self.html.push('>');
        if own_link {
            self.link = Some(self.html.len());
        }
    }

    fn end(&mut self, name: &HtmlString) {
        if let Some(to_come) = self.ends.get_mut(name) {
            *to_come -= 1;
        }
        if let Some((dropped, depth)) = &mut self.dropped {
            if dropped == name {
                *depth -= 1;
            }
            if *depth == 0 {
                self.dropped = None;
            }
            return;
        }
        if let Some(name) = allowed::element(name) {
            if name == "a" {
                self.end_link();
            }
            self.html.push_str("</");
            self.html.push_str(name);
            self.html.push('>');
        }
    }

    fn attributes(&mut self, element: &str, tag: &StartTag<()>) {
        let value_of = |name: &[u8]| tag.attributes.get(name).map(|value| String::from_utf8_lossy(value));
        let own_style = value_of(b"style")
            .map(|value| style::allowed(&value))
            .unwrap_or_default();
        let classes = value_of(b"class").unwrap_or_default();
        let style = format!("{}{own_style}", style::of_class(&classes));
        if !style.is_empty() {
            self.attribute("style", &style);
        }
        for (name, value) in &tag.attributes {
            let value = String::from_utf8_lossy(value);
            let Some((name, kind)) = allowed::attribute(element, name) else {
                continue;
            };
            let value = match kind {
                allowed::Value::Plain => allowed::is_plain(&value).then(|| value.into_owned()),
                allowed::Value::Text => Some(url::without_local(&value).into_owned()),
                allowed::Value::Link => url::link(&value, self.rename),
                allowed::Value::Image => url::image(&value, self.rename),
                allowed::Value::Quoted if value.trim().eq_ignore_ascii_case("cite") => Some("cite".to_owned()),
                allowed::Value::Quoted => url::message(&value, self.rename),
            };
            if let Some(value) = value {
                let value = self.addresses.replace_in(&value);
                self.attribute(name, &value);
            }
        }
    }

    fn attribute(&mut self, name: &str, value: &str) {
        self.html.push(' ');
        self.html.push_str(name);
        self.html.push_str("=\"");
        self.html.push_str(&escape::html(value));
        self.html.push('"');
    }

    fn is_own_link(&self, tag: &StartTag<()>) -> bool {
        let href = tag
            .attributes
            .get(&b"href"[..])
            .map(|href| String::from_utf8_lossy(href));
        href.is_some_and(|href| self.addresses.name_mailbox(&href))
    }

    /// Replaces the text of a link to the person by the alias's name, unless it is the address itself or a sentence.
    fn end_link(&mut self) {
        let Some(begin) = self.link.take() else { return };
        let folded = Folded::new(&self.html[begin..], Syntax::Html, Spelling::Written);
        if names::is_likely_name(&folded, self.addresses.names()) {
            let name = self.addresses.alias_name().unwrap_or(self.addresses.alias());
            let name = escape::html(name);
            self.html.truncate(begin);
            self.html.push_str(&name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{names::Names, tests::Scene},
        *,
    };

    fn rebuilt(html: &str) -> String {
        let scene = Scene::default();
        let facts = scene.facts();
        let addresses = Addresses::new(&facts, Names::default());
        rebuild(html, &addresses, &mut |target, id| match target {
            Target::Part => (id == "a@b").then(|| "new".to_owned()),
            Target::Message => (id == "known").then(|| "out".to_owned()),
        })
    }

    #[test]
    fn what_is_not_on_the_list_has_no_way_out() {
        for (html, expected) in [
            ("<!DOCTYPE html PUBLIC 'x'><p>a", "<p>a"),
            (
                "a<!-- x --><!--[if gte mso 9]><xml><o:Author>x</o:Author></xml><![endif]-->b",
                "ab",
            ),
            ("a<![if !mso]>b<![endif]>c<?xml:namespace x />d", "abcd"),
            ("a<xml><w:x>x<xml>y</xml>z</w:x></xml>b", "ab"),
            ("a<xml>b", "ab"),
            ("a<xml/>b", "ab"),
            (
                "<o:p>&nbsp;</o:p><st1:city>x</st1:city><o:Author>y</o:Author>z",
                "\u{a0}xz",
            ),
            ("<meta name=x content=y><link href='file:///x'><base href=x>a", "a"),
            (
                "<title>x</title>a<script>x</script>b<style>.x{}</style>c<object>x</object>d",
                "abcd",
            ),
            ("a<title>x", "a"),
            ("<svg><text>x</text></svg>a<form><input value=x>b</form>", "ab"),
            ("<p class=x id=y onclick=z lang=en-IN data-x=y>a</P>", "<p>a</p>"),
            ("<a name=x>a</a>", "<a>a</a>"),
            ("a &lt;b&gt; &amp;amp; \"c\"", "a &lt;b&gt; &amp;amp; &quot;c&quot;"),
        ] {
            assert_eq!(rebuilt(html), expected, "{html}");
        }
    }

    #[test]
    fn what_people_see_stays() {
        for html in [
            "<table border=\"1\" cellpadding=\"0\"><tr><td style=\"color:red\" width=\"50%\">a</td></tr></table>",
            "<ul type=\"disc\"><li value=\"3\">a</li></ul><hr><br><b>b</b><font color=\"#ff0000\" face=\"Arial, sans-serif\">c</font>",
            "<blockquote type=\"cite\">a</blockquote>",
            "<a href=\"https://example.org/a?b=c&amp;d\">a</a><img alt=\"x\" src=\"https://example.org/a.png\">",
        ] {
            assert_eq!(rebuilt(html), html);
        }
    }

    #[test]
    fn links_and_images_are_known_or_gone() {
        for (html, expected) in [
            ("<img src='cid:a%40b'>", "<img src=\"cid:new\">"),
            ("<img src=cid:x@y>", "<img>"),
            ("<a href='FILE:///C:/x'>a</a>", "<a>a</a>"),
            ("<a href='java\nscript:x'>a</a>", "<a>a</a>"),
            (
                "<a href='imap://x/y'>a</a><img src='mailbox:///home/x'>",
                "<a>a</a><img>",
            ),
            (
                "<a href='//example.org/'>a</a>",
                "<a href=\"https://example.org/\">a</a>",
            ),
            ("<a href='#x'>a</a><a href=x.html>b</a>", "<a>a</a><a>b</a>"),
            (
                "<img src='data:image/png;base64,AAAA'>",
                "<img src=\"data:image/png;base64,AAAA\">",
            ),
            ("<img src='data:image/svg+xml;base64,AAAA'>", "<img>"),
            (
                "<blockquote type=cite cite='mid:known'>",
                "<blockquote cite=\"mid:out\" type=\"cite\">",
            ),
            ("<blockquote cite='mid:x@y'>", "<blockquote>"),
            ("see file:///C:/Users/ann/x.pdf now", "see  now"),
        ] {
            assert_eq!(rebuilt(html), expected, "{html}");
        }
    }

    #[test]
    fn the_text_of_a_link_to_the_person_is_no_name() {
        for (text, expected) in [
            ("@Ann Lee", "Amber"),
            ("ann.lee@mailbox.example", "amber@relay.example"),
            ("write to me", "write to me"),
        ] {
            assert_eq!(
                rebuilt(&format!("<a href='mailto:ann.lee@mailbox.example'>{text}</a>")),
                format!("<a href=\"mailto:amber@relay.example\">{expected}</a>")
            );
        }
    }
}
