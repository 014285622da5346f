//! Reads the tags of DNS records: `name=value`, with semicolons between (RFC 6376 §3.2, RFC 9989 §4.7, RFC 8461 §3.1).

/// The records that begin with a version, such as `v=DMARC1`. Other records under the same name do not count.
pub(super) fn of_version<'a>(texts: &'a [String], version: &str) -> Vec<&'a str> {
    let texts = texts.iter().map(String::as_str);
    texts
        .filter(|text| value(text, "v").as_deref() == Some(version))
        .collect()
}

/// The value of a tag, without any blanks.
pub(super) fn value(text: &str, name: &str) -> Option<String> {
    let tags = text.split(';').filter_map(|tag| tag.split_once('='));
    let mut values = tags.filter(|(tag, _)| tag.trim() == name).map(|(_, value)| value);
    values.next().map(|value| value.split_whitespace().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_found_with_blanks_around_and_within() {
        let text = "v=DKIM1 ; k = rsa; p=AB CD\t==;";
        assert_eq!(value(text, "v").as_deref(), Some("DKIM1"));
        assert_eq!(value(text, "k").as_deref(), Some("rsa"));
        assert_eq!(value(text, "p").as_deref(), Some("ABCD=="));
        assert_eq!(value(text, "t"), None);
    }

    #[test]
    fn other_records_do_not_count() {
        let texts = [
            "v=DMARC1; p=none".to_owned(),
            "v=DMARC12".to_owned(),
            "hello".to_owned(),
        ];
        assert_eq!(of_version(&texts, "DMARC1"), ["v=DMARC1; p=none"]);
    }
}
