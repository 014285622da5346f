//! Removes from calendars (RFC 5545) the properties and parameters that clients add and that name the person.

use std::borrow::Cow;

use super::{addresses::Addresses, fold, lines};

/// Returns the calendar without them and with its addresses replaced.
///
/// It drops the calendar's time zone, the program's name, all `X-` properties, and the name of each participant who is
/// the person. An identifier keeps its left half, because the other side answers to it.
pub fn rewrite(text: &str, addresses: &Addresses<'_>) -> String {
    let unfolded = lines::unfold(text);
    let rewritten = |line| match lines::property(line).as_str() {
        "KEY" => Cow::Borrowed(""),
        name if name.starts_with("X-") => Cow::Borrowed(""),
        "PRODID" => Cow::Borrowed("PRODID:-//Sealpost//Relay//EN\r\n"),
        "UID" | "RELATED-TO" | "RECURRENCE-ID" => with_domain(line, addresses),
        "ATTENDEE" | "ORGANIZER" if is_own(line, addresses) => Cow::Owned(without_name(line)),
        _ => Cow::Borrowed(line),
    };
    let anonymous: String = unfolded.split_inclusive('\n').map(rewritten).collect();
    let replaced = addresses.replace_in(&anonymous);
    if replaced == unfolded {
        text.to_owned()
    } else {
        lines::fold(&replaced)
    }
}

fn is_own(line: &str, addresses: &Addresses<'_>) -> bool {
    let name = parameters(line).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.eq_ignore_ascii_case("CN").then(|| fold::needle(value))
    });
    addresses.name_mailbox(line) || name.is_some_and(|name| addresses.names().is_name(&name))
}

/// Replaces a mailbox's domain at the end of a line by the alias's domain.
fn with_domain<'l>(line: &'l str, addresses: &Addresses<'_>) -> Cow<'l, str> {
    let identifier = line.trim_end();
    match identifier.rsplit_once('@') {
        Some((left, domain)) if addresses.matcher().is_own_domain(domain) => {
            let (_, ours) = addresses.alias().rsplit_once('@').unwrap_or_default();
            Cow::Owned(format!("{left}@{ours}\r\n"))
        }
        _ => Cow::Borrowed(line),
    }
}

/// Removes the parameters CN, DIR, EMAIL and X-… from a property.
fn without_name(line: &str) -> String {
    let Some((head, value)) = split(line) else {
        // Nobody reads a property without a value.
        return String::new();
    };
    let name = head.split(';').next().unwrap_or_default();
    let kept = parameters(line).filter(|parameter| {
        let name = parameter
            .split('=')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_uppercase();
        !matches!(&*name, "CN" | "DIR" | "EMAIL" | "SENT-BY") && !name.starts_with("X-")
    });
    let kept: String = kept.map(|parameter| format!(";{parameter}")).collect();
    format!("{name}{kept}:{value}")
}

/// Splits a property into its parameters. Their values may be quoted (RFC 5545 §3.1).
fn parameters(line: &str) -> impl Iterator<Item = &str> {
    let head = split(line).map_or(line, |(head, _)| head);
    let mut quoted = false;
    head.split(move |c| {
        quoted ^= c == '"';
        !quoted && c == ';'
    })
    .skip(1)
}

/// Splits a property at its colon.
fn split(line: &str) -> Option<(&str, &str)> {
    let mut quoted = false;
    let colon = line.find(|c| {
        quoted ^= c == '"';
        !quoted && c == ':'
    })?;
    Some((&line[..colon], &line[colon + 1..]))
}

#[cfg(test)]
mod tests {
    use super::{
        super::{names::Names, tests::Scene},
        *,
    };

    #[test]
    fn who_takes_part_and_is_the_person_has_no_name() {
        let scene = Scene::default();
        let facts = scene.facts();
        let addresses = Addresses::new(&facts, Names::new(["Ann Lee".to_owned()]));
        for (line, expected) in [
            (
                "ATTENDEE;CN=\"Lee; Ann: me\";PARTSTAT=ACCEPTED;X-NUM-GUESTS=0:mailto:ann.lee@mailbox.example\r\n",
                "ATTENDEE;PARTSTAT=ACCEPTED:mailto:amber@relay.example\r\n",
            ),
            (
                "organizer;cn=Ann:mailto:ann.lee@mailbox.example\r\n",
                "organizer:mailto:amber@relay.example\r\n",
            ),
            ("ATTENDEE;CN=Ann Lee:urn:uuid:1\r\n", "ATTENDEE:urn:uuid:1\r\n"),
            ("ATTENDEE;CN=Bob:mailto:bob@x\r\n", "ATTENDEE;CN=Bob:mailto:bob@x\r\n"),
            ("SUMMARY;CN=x:lunch\r\n", "SUMMARY;CN=x:lunch\r\n"),
            ("X-MS-OLK-SENDER;CN=\"Ann Lee\":mailto:ann.lee@mailbox.example\r\n", ""),
            ("X-WR-CALNAME:Ann Lee\r\n", ""),
            (
                "UID:040000008200E@mailbox.example\r\n",
                "UID:040000008200E@relay.example\r\n",
            ),
            ("UID:1@example.org\r\n", "UID:1@example.org\r\n"),
            ("KEY;TYPE=PGP:x\r\n", ""),
            ("prodid:-//Client//\r\n", "PRODID:-//Sealpost//Relay//EN\r\n"),
        ] {
            assert_eq!(rewrite(line, &addresses), expected, "{line}");
        }
    }
}
