//! Calendars (RFC 5545): properties and parameters that a client fills in by itself, and that name the person.

use std::borrow::Cow;

use super::{addresses::Addresses, fold, lines};

/// A calendar without them. What is left has its addresses replaced.
///
/// Gone are the time zone of the calendar, the program's name, every `X-` property and, of who takes part and is the
/// person, the name. An identifier keeps its left half, as the other side answers to it.
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

/// The line with the alias's domain, if that of a mailbox stands at its end.
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

/// A property without the parameters CN, DIR, EMAIL and X-…
fn without_name(line: &str) -> String {
    let Some((head, value)) = split(line) else {
        // Without a value it is no property that anybody reads.
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

/// The parameters of a property, whose values may be quoted (RFC 5545 §3.1).
fn parameters(line: &str) -> impl Iterator<Item = &str> {
    let head = split(line).map_or(line, |(head, _)| head);
    let mut quoted = false;
    head.split(move |c| {
        quoted ^= c == '"';
        !quoted && c == ';'
    })
    .skip(1)
}

/// The texts before and after the colon of a property.
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
