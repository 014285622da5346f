//! Finds the sender that a reader sees: the address in From, even if malformed, and the name beside it.
//!
//! Broken From fields are common: nested or doubled brackets, quotes that do not end, `mailto:`, an address literal. A reader
//! sees an address in them all the same, so it is shown, and answered. It authorises nothing: that is for
//! [`Authors::clear`] to say.

use app::address::OutsideAddress;

use super::{
    author::{Authors, mailboxes},
    header,
    message::{Field, Message},
    value,
};

/// The first address of the From fields that is one in some form; in a field without any, the last `local@domain` of its text.
pub fn author(message: &Message<'_>) -> Option<OutsideAddress> {
    let authors = Authors::read(message).mailboxes.into_iter();
    let read = authors.filter_map(|mailbox| mailbox.outside).next();
    read.or_else(|| message.all(header::FROM).find_map(last_in))
}

/// The contact that a message is from: the first address of From in whatever form, else of Sender, else the envelope sender's. A
/// contact to answer to, and no proof: [`Authors::clear`] says who may do something.
pub fn sender(message: &Message<'_>, envelope: Option<OutsideAddress>) -> Option<OutsideAddress> {
    author(message)
        .or_else(|| message.all(header::SENDER).find_map(first_in))
        .or(envelope)
}

/// The same for another address field.
pub fn first_in(field: Field<'_>) -> Option<OutsideAddress> {
    let listed = mailboxes(field).into_iter().find_map(|mailbox| mailbox.outside);
    listed.or_else(|| last_in(field))
}

/// The name beside an address of the From fields; of a From field without an address all of its text. It is the sender's own
/// choice and no more. Text as it is, without RFC 2047, is read in `charset`.
pub fn name(message: &Message<'_>, charset: Option<&str>, address: &OutsideAddress) -> Option<String> {
    let shown = address.shown();
    let is_it = |listed: &str| listed.eq_ignore_ascii_case(address.as_str()) || listed.eq_ignore_ascii_case(&shown);
    let mut fields = message.all(header::FROM);
    fields
        .find_map(|field| value::display_name(field, charset, is_it))
        .or_else(|| {
            let text = message
                .first(header::FROM)
                .and_then(|field| value::text_in(field, charset))?;
            let before = match text.to_ascii_lowercase().rfind(&shown.to_ascii_lowercase()) {
                Some(at) => &text[..at],
                None if text.contains('@') => return None,
                None => &text,
            };
            let before = before.trim_end_matches("mailto:");
            let name = before.trim_matches(|c: char| c.is_whitespace() || "<>[]()\"'".contains(c));
            (!name.is_empty()).then(|| name.to_owned())
        })
}

/// The last `local@domain` of a field's text.
fn last_in(field: Field<'_>) -> Option<OutsideAddress> {
    last_address(&value::text(field)?)
}

/// Looks at the neighbourhood of each `@`, the last first. None is looked at twice: it ends at the next `@`.
fn last_address(text: &str) -> Option<OutsideAddress> {
    let signs = text.rmatch_indices('@');
    signs
        .filter_map(|(at, sign)| {
            let domain = domain_in(&text[at + sign.len()..])?;
            let local = local_in(&text[..at])?;
            OutsideAddress::new(&local, domain).ok()
        })
        .next()
}

/// The domain or address literal that a text begins with.
fn domain_in(text: &str) -> Option<&str> {
    if text.starts_with('[') {
        let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || "[.:".contains(c)))?;
        return text[end..].starts_with(']').then(|| &text[..=end]);
    }
    let is_domain = |c: char| c.is_alphanumeric() || "-._".contains(c);
    let end = text.find(|c: char| !is_domain(c)).unwrap_or(text.len());
    let domain = text[..end].trim_end_matches(['.', '-']);
    domain.contains(char::is_alphanumeric).then_some(domain)
}

/// The local part that a text ends with, without quotes.
fn local_in(text: &str) -> Option<String> {
    if let Some(quoted) = text.strip_suffix('"')
        && let Some(open) = quoted.rfind(['"', '@'])
        && quoted[open..].starts_with('"')
        && quoted.len() > open + 1
    {
        return Some(quoted[open + 1..].to_owned());
    }
    let is_local = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    let local = text.trim_end_matches('"');
    let start = local.char_indices().rev().take_while(|(_, c)| is_local(*c)).last()?.0;
    let local = local[start..].trim_start_matches('\'');
    (!local.is_empty()).then(|| local.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(from: &str) -> (String, String) {
        let raw = format!("From: {from}\r\n\r\n");
        let message = Message::parse(raw.as_bytes());
        let address = author(&message).unwrap_or_else(|| panic!("{from}"));
        (address.shown(), name(&message, None, &address).unwrap_or_default())
    }

    #[test]
    fn an_address_is_found_in_every_form_that_is_in_use() {
        let long = format!("reply+{}", "A".repeat(64));
        for (from, address, name) in [
            ("Shop <news@shop.example>", "news@shop.example", "Shop"),
            ("a..b@docomo.example", "a..b@docomo.example", ""),
            ("Taro <dot.@docomo.example>", "dot.@docomo.example", "Taro"),
            ("\"a..b\"@docomo.example", "a..b@docomo.example", ""),
            ("Deals <Deals <news@shop.example>>", "news@shop.example", "Deals <Deals"),
            ("Deals <<news@shop.example>>", "news@shop.example", "Deals"),
            ("\"Shop <news@shop.example>", "news@shop.example", "Shop"),
            ("Shop\" <news@shop.example>", "news@shop.example", "Shop"),
            ("Shop <\"news@shop.example\">", "news@shop.example", "Shop"),
            ("\"news@shop.example\"", "news@shop.example", ""),
            ("'news@shop.example'", "news@shop.example", ""),
            ("Shop <mailto:news@shop.example>", "news@shop.example", "Shop"),
            ("mailto:news@shop.example", "news@shop.example", ""),
            ("Shop [news@shop.example]", "news@shop.example", "Shop"),
            ("[news@shop.example]", "news@shop.example", ""),
            ("Shop <news@[192.0.2.1]>", "news@[192.0.2.1]", "Shop"),
            ("news@[IPv6:2001:db8::1]", "news@[ipv6:2001:db8::1]", ""),
            ("Shop <news@bank..test>", "news@bank..test", "Shop"),
            ("\"Shop\" news@shop.example", "news@shop.example", "Shop"),
            ("Shop <news@shop.example> (auto)", "news@shop.example", "Shop"),
            ("Shop;Inc <news@shop.example>", "news@shop.example", "Inc"),
            ("Shop < news@shop.example >", "news@shop.example", "Shop"),
            ("\"other@x.test\" <bounce>", "other@x.test", ""),
            (
                "=?utf-8?B?IlNob3AgVGVhbSIgPG5ld3M1QHNob3AuZXhhbXBsZT4=?=",
                "news5@shop.example",
                "Shop Team",
            ),
        ] {
            let (found, called) = of(from);
            assert_eq!(found, address, "{from}");
            assert!(
                called.contains(name) && (called.is_empty() || !name.is_empty()),
                "{from}: {called}"
            );
        }
        assert_eq!(
            of(&format!("One <{long}@svc.example>")),
            (format!("{long}@svc.example"), "One".into())
        );
    }

    #[test]
    fn a_text_without_an_address_has_none_and_is_a_name() {
        for from in ["", "nobody", "<>", "Mail System <MAILER-DAEMON>", "@", "a@", "@x.test"] {
            let raw = format!("From: {from}\r\n\r\n");
            assert_eq!(author(&Message::parse(raw.as_bytes())), None, "{from}");
        }
        let message = Message::parse(b"From: Mail System <MAILER-DAEMON>\r\n\r\n");
        let nobody = "nobody@unknown.invalid".parse().unwrap();
        assert_eq!(
            name(&message, None, &nobody).as_deref(),
            Some("Mail System <MAILER-DAEMON")
        );
    }

    #[test]
    fn a_field_of_signs_has_its_last_pair() {
        let shown = last_address("x@y.test@z.test").map(|address| address.shown());
        assert_eq!(shown.as_deref(), Some("y.test@z.test"));
        assert!(last_address(&"\"@".repeat(30_000)).is_none());
    }

    #[test]
    fn a_message_is_from_its_author_or_its_envelope_sender() {
        let null: Option<OutsideAddress> = None;
        let path: Option<OutsideAddress> = "env@example.org".parse().ok();
        let of = |data: &str, envelope: &Option<OutsideAddress>| {
            sender(&Message::parse(data.as_bytes()), envelope.clone())
                .unwrap()
                .shown()
        };
        assert_eq!(of("From: Ann <ann@example.org>\r\n\r\n", &null), "ann@example.org");
        assert_eq!(
            of("From: broken, Bob <bob@example.org>\r\n\r\n", &null),
            "bob@example.org"
        );
        assert_eq!(
            of("From: nobody\r\nSender: s@example.org\r\n\r\n", &path),
            "s@example.org"
        );
        // A line that is no field begins the body, here as in the seal: From below it is text.
        let broken = "Subject: x\r\nno field\r\nFrom: body@example.org\r\n\r\n";
        assert_eq!(of(broken, &path), "env@example.org");
        assert_eq!(of("\r\nFrom: body@example.org\r\n", &path), "env@example.org");
        assert_eq!(
            of("From: \"Shop <news@shop.example>\r\n\r\n", &path),
            "news@shop.example"
        );
        assert_eq!(sender(&Message::parse(b""), null), None);
    }
}
