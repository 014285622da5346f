//! Replaces the person's own address card by one of the alias, because everything on a card identifies its owner.
//!
//! The formats are RFC 6350, RFC 2426 and vCard 2.1.

use super::{addresses::Addresses, fold, lines};

/// The file name of the alias's card. Clients name the person's card after the person.
pub const FILE: &str = "contact.vcf";

/// Replaces the person's cards. Returns the result, and whether there was one.
pub fn rewrite(text: &str, addresses: &Addresses<'_>) -> (String, bool) {
    let unfolded = lines::unfold(text);
    let (mut cards, mut card) = (String::with_capacity(unfolded.len()), String::new());
    let mut own = false;
    for line in unfolded.split_inclusive('\n') {
        card.push_str(line);
        if line.trim().eq_ignore_ascii_case("END:VCARD") {
            own |= push(&mut cards, &card, addresses);
            card.clear();
        }
    }
    own |= push(&mut cards, &card, addresses);
    (cards, own)
}

/// Adds a card, and returns whether it was the person's.
fn push(cards: &mut String, card: &str, addresses: &Addresses<'_>) -> bool {
    let own = is_own(card, addresses);
    if own {
        cards.push_str(&of_alias(addresses));
    } else {
        let kept = card.split_inclusive('\n').filter(|line| lines::property(line) != "KEY");
        cards.push_str(&addresses.replace_in(&kept.collect::<String>()));
    }
    own
}

fn is_own(card: &str, addresses: &Addresses<'_>) -> bool {
    let names_person = |line: &str| {
        let value = line.split_once(':').map(|(_, value)| value).unwrap_or_default();
        matches!(lines::property(line).as_str(), "FN" | "N" | "NICKNAME")
            && addresses.names().is_name(&fold::needle(value))
    };
    addresses.name_mailbox(card) || card.lines().any(names_person)
}

fn of_alias(addresses: &Addresses<'_>) -> String {
    let name = addresses.alias_name().unwrap_or(addresses.alias());
    let name: String = name
        .chars()
        .filter(|c| !c.is_control())
        .flat_map(|c| ",;\\".contains(c).then_some('\\').into_iter().chain([c]))
        .collect();
    let alias = addresses.alias();
    format!("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{name}\r\nN:{name};;;;\r\nEMAIL:{alias}\r\nEND:VCARD\r\n")
}
