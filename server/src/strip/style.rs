//! Filters inline styles. Only declarations that set the look and load nothing may leave.

/// Prefixes of the properties that may leave. Each stands for itself and its longhands.
const PROPERTIES: [&str; 49] = [
    "background-color",
    "border",
    "border-bottom",
    "border-collapse",
    "border-color",
    "border-left",
    "border-radius",
    "border-right",
    "border-spacing",
    "border-style",
    "border-top",
    "border-width",
    "box-sizing",
    "caption-side",
    "clear",
    "color",
    "direction",
    "display",
    "empty-cells",
    "float",
    "font",
    "font-family",
    "font-size",
    "font-style",
    "font-variant",
    "font-weight",
    "height",
    "letter-spacing",
    "line-height",
    "list-style-position",
    "list-style-type",
    "margin",
    "max-height",
    "max-width",
    "min-height",
    "min-width",
    "overflow-wrap",
    "padding",
    "table-layout",
    "text-align",
    "text-decoration",
    "text-indent",
    "text-transform",
    "unicode-bidi",
    "vertical-align",
    "white-space",
    "width",
    "word-break",
    "word-wrap",
];

/// Properties whose longhands differ only in the side.
const SIDES: [&str; 3] = ["border-", "margin-", "padding-"];

/// Most characters of a value.
const LONGEST: usize = 200;

/// Word's paragraphs. Without their style sheet, clients would put empty lines between them.
const TIGHT: [&str; 3] = ["MsoNormal", "MsoPlainText", "MsoNoSpacing"];

/// Returns the declarations of a style that may leave.
pub fn allowed(style: &str) -> String {
    let mut kept = String::new();
    for declaration in style.split(';') {
        let Some((name, value)) = declaration.split_once(':') else {
            continue;
        };
        let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
        // A shorthand that may hold an image, but does not here.
        let name = if name == "background" {
            "background-color"
        } else {
            &*name
        };
        if is_property(name) && is_value(value) {
            kept.push_str(&format!("{name}:{value};"));
        }
    }
    kept.strip_suffix(';').map(str::to_owned).unwrap_or(kept)
}

/// Returns the style that a class of a known program stands for.
pub fn of_class(classes: &str) -> &'static str {
    let tight = classes.split_whitespace().any(|class| TIGHT.contains(&class));
    if tight { "margin:0;" } else { "" }
}

fn is_property(name: &str) -> bool {
    let side = |name: &str| SIDES.iter().any(|side| name.starts_with(side)) && name.len() < 30;
    PROPERTIES.contains(&name) || side(name)
}

/// Whether a value has only numbers, keywords, colours and names: no `url(`, no escape that could spell it, no comment.
fn is_value(value: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || " \t\r\n#%.,-+'\"()!/".contains(c);
    let lower = value.to_ascii_lowercase();
    value.chars().count() <= LONGEST
        && value.chars().all(plain)
        && !["url", "image", "expression", "attr(", "var("]
            .iter()
            .any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_looks_leave() {
        for (style, expected) in [
            ("color: red; mso-x: y; FONT-SIZE:10pt", "color:red;font-size:10pt"),
            ("background:url(https://x/y)", ""),
            (
                "background: #fff; margin-left:1cm;",
                "background-color:#fff;margin-left:1cm",
            ),
            (
                "color:r\\65 d; width:expression(x); font-family:\"Segoe UI\",sans-serif",
                "font-family:\"Segoe UI\",sans-serif",
            ),
            ("list-style-image:url(x); position:fixed; content:'x'", ""),
            ("color:red/* x */", ""),
            (";;:", ""),
        ] {
            assert_eq!(allowed(style), expected, "{style}");
        }
    }
}
