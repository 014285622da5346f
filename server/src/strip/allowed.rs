//! Lists the HTML elements and attributes that may leave.

/// Elements for text, lists, tables and images.
const ELEMENTS: [&str; 84] = [
    "a",
    "abbr",
    "acronym",
    "address",
    "article",
    "aside",
    "b",
    "bdi",
    "bdo",
    "big",
    "blockquote",
    "body",
    "br",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "details",
    "dfn",
    "dir",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "font",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "i",
    "img",
    "ins",
    "kbd",
    "label",
    "li",
    "main",
    "mark",
    "menu",
    "nobr",
    "ol",
    "p",
    "pre",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "section",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "time",
    "tr",
    "tt",
    "u",
    "ul",
    "var",
    "wbr",
    "center",
    "nav",
];

/// Elements that are dropped together with their content. All other unlisted elements keep their content.
const DROPPED_WHOLE: [&str; 26] = [
    "applet",
    "audio",
    "canvas",
    "iframe",
    "math",
    "metadata",
    "noembed",
    "noframes",
    "object",
    "option",
    "plaintext",
    "script",
    "select",
    "style",
    "svg",
    "template",
    "textarea",
    "title",
    "video",
    "xml",
    "xmp",
    "datalist",
    "button",
    "meter",
    "progress",
    "frameset",
];

/// Namespaced elements around visible text: Word's paragraph ends, smart tags, content controls and drawings.
const TRANSPARENT: [&str; 8] = ["o:p", "st1:", "st2:", "w:sdt", "v:", "u1:p", "o:smarttagtype", "w:wrap"];

/// Attributes that affect the look only.
const PLAIN: [&str; 41] = [
    "align",
    "alink",
    "bgcolor",
    "border",
    "bordercolor",
    "cellpadding",
    "cellspacing",
    "char",
    "charoff",
    "clear",
    "color",
    "colspan",
    "compact",
    "dir",
    "face",
    "frame",
    "height",
    "hspace",
    "link",
    "noshade",
    "nowrap",
    "open",
    "reversed",
    "rows",
    "rowspan",
    "rules",
    "scope",
    "size",
    "span",
    "start",
    "text",
    "valign",
    "value",
    "vlink",
    "vspace",
    "width",
    "cols",
    "marginheight",
    "marginwidth",
    "topmargin",
    "leftmargin",
];

/// Most characters in the value of such an attribute.
const LONGEST_PLAIN: usize = 120;

/// The kind of an attribute's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// A number, a keyword, a colour, or names of fonts.
    Plain,
    /// Words for people.
    Text,
    /// The target of a link.
    Link,
    /// The source of an image.
    Image,
    /// The source of a quotation, or the mark that something is one.
    Quoted,
}

/// Returns the name of an element that may leave.
pub fn element(name: &[u8]) -> Option<&'static str> {
    ELEMENTS.into_iter().find(|each| each.as_bytes() == name)
}

/// Whether an element is dropped together with its content.
pub fn is_dropped_whole(name: &[u8]) -> bool {
    let namespaced = name.contains(&b':') && !TRANSPARENT.iter().any(|each| name.starts_with(each.as_bytes()));
    namespaced || DROPPED_WHOLE.iter().any(|each| each.as_bytes() == name)
}

/// Returns the name of an attribute that may leave with an element, and the kind of its value.
pub fn attribute(element: &str, name: &[u8]) -> Option<(&'static str, Value)> {
    let found = match (element, name) {
        ("a", b"href") => ("href", Value::Link),
        ("img", b"src") => ("src", Value::Image),
        ("body" | "table" | "tr" | "td" | "th", b"background") => ("background", Value::Image),
        ("blockquote" | "q", b"cite") => ("cite", Value::Quoted),
        ("blockquote", b"type") => ("type", Value::Quoted),
        ("ol" | "ul" | "li", b"type") => ("type", Value::Plain),
        ("img", b"alt") => ("alt", Value::Text),
        (_, b"title") => ("title", Value::Text),
        _ => {
            let plain = PLAIN.into_iter().find(|each| each.as_bytes() == name)?;
            (plain, Value::Plain)
        }
    };
    Some(found)
}

/// Whether a value is short and has only characters of numbers, keywords, colours and font names.
pub fn is_plain(value: &str) -> bool {
    value.chars().count() <= LONGEST_PLAIN
        && value
            .chars()
            .all(|c| c.is_alphanumeric() || " #%.,-_()'+*;".contains(c))
}
