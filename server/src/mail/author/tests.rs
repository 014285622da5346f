use super::*;

fn authors(from: &str) -> Authors {
    Authors::read(&Message::parse(format!("From: {from}\r\n\r\n").as_bytes()))
}

/// Address, domains, and whether it is plain, of the only entry.
fn only(from: &str) -> (String, String, bool) {
    let authors = authors(from);
    assert_eq!(authors.mailboxes.len(), 1, "{from}");
    let mailbox = &authors.mailboxes[0];
    let address = mailbox.address.as_ref().map(ToString::to_string);
    (address.unwrap_or_default(), mailbox.domains.join(" "), mailbox.plain)
}

#[test]
fn the_plain_forms_are_clear() {
    for (from, address) in [
        ("ada@mailbox.test", "ada@mailbox.test"),
        ("Ada Lind <Ada.Lind@Mailbox.Test>", "Ada.Lind@mailbox.test"),
        ("<ada+x@mailbox.test>", "ada+x@mailbox.test"),
        ("\"Lind, Ada <ada@x.test>\"\r\n <ada@mailbox.test>", "ada@mailbox.test"),
        ("A. Lind <ada@mailbox.test>", "ada@mailbox.test"),
        ("=?utf-8?Q?=C3=84da?= <ada@mailbox.test>", "ada@mailbox.test"),
        ("ada@mailbox.test (Ada Lind)", "ada@mailbox.test"),
        ("team: ada@mailbox.test;", "ada@mailbox.test"),
        ("\"eve x\"@mailbox.test", "\"eve x\"@mailbox.test"),
        ("\"a..b\"@docomo.example", "\"a..b\"@docomo.example"),
        ("\u{e4}da@b\u{fc}cher.example", "\u{e4}da@b\u{fc}cher.example"),
    ] {
        assert_eq!(authors(from).clear().map(EmailAddress::as_str), Some(address), "{from}");
    }
}

#[test]
fn in_other_forms_the_domain_is_found_and_nothing_is_clear() {
    for (from, address, domains) in [
        ("\"ada\"@mailbox.test", "ada@mailbox.test", "mailbox.test"),
        ("ada@mailbox.test.", "ada@mailbox.test", "mailbox.test"),
        ("Bank <service@bank.test.>", "service@bank.test", "bank.test"),
        ("a..b@docomo.example", "\"a..b\"@docomo.example", "docomo.example"),
        (
            "Taro <a.b.@docomo.example>",
            "\"a.b.\"@docomo.example",
            "docomo.example",
        ),
        ("<@a.test,@b.test:ada@mailbox.test>", "ada@mailbox.test", "mailbox.test"),
        ("ada @ mailbox.test", "ada@mailbox.test", "mailbox.test"),
        ("ada(x)@mailbox.test", "ada@mailbox.test", "mailbox.test"),
        ("ada@(bank.test)mailbox.test", "ada@mailbox.test", "mailbox.test"),
        ("ada@mailbox . test", "ada@mailbox.test", "mailbox.test"),
        ("ada@mailbox\u{3002}test", "ada@mailbox.test", "mailbox.test"),
        (
            "ada@mailbox.test (<eve@mailbox.test>)",
            "ada@mailbox.test",
            "mailbox.test",
        ),
        (
            "eve@mailbox.test <ada@mailbox.test>",
            "ada@mailbox.test",
            "mailbox.test",
        ),
        (
            "Deals <Deals <news3@shop.example>>",
            "news3@shop.example",
            "shop.example",
        ),
        ("Ada <ada@mailbox.test", "ada@mailbox.test", "mailbox.test"),
        ("eve ada@mailbox.test", "ada@mailbox.test", "mailbox.test"),
        (
            "=?utf-8?B?IlNob3AgVGVhbSIgPG5ld3M1QHNob3AuZXhhbXBsZT4=?=",
            "news5@shop.example",
            "shop.example",
        ),
        ("ada@[192.0.2.1]", "", ""),
        ("ada@bank..test", "", ""),
        ("ada@", "", ""),
        ("ada@\"bank.test\"", "", ""),
        ("x@y.test@z.test", "", "y.test z.test"),
        ("<x@y.test@z.test>", "", "y.test z.test"),
        ("@z.test", "", "z.test"),
    ] {
        assert_eq!(only(from), (address.to_owned(), domains.to_owned(), false), "{from}");
    }
    let long = format!("{}@mailbox.test", "a".repeat(65));
    assert_eq!(only(&long), (String::new(), "mailbox.test".to_owned(), false));
}

#[test]
fn several_authors_are_none_and_all_of_their_domains_count() {
    for from in [
        "a@x.test, b@y.test",
        "a@x.test\r\nFrom: b@y.test",
        "team: a@x.test, Bob <b@y.test>;",
    ] {
        let authors = authors(from);
        assert!(authors.clear().is_none() && authors.only_address().is_none(), "{from}");
        assert_eq!(authors.first().map(EmailAddress::as_str), Some("a@x.test"), "{from}");
        assert_eq!(authors.domains(), ["x.test", "y.test"], "{from}");
    }
    assert!(authors("a@x.test\r\nFrom: a@x.test").clear().is_none());
    // Some readers show the last field, which names nobody.
    assert!(authors("a@x.test\r\nFrom: somebody").clear().is_none());
    let many: Vec<_> = (0..4000).map(|each| format!("a@{each}.test")).collect();
    assert_eq!(authors(&many.join(",")).domains().len(), MOST_DOMAINS + 1);
}

#[test]
fn a_name_is_no_author() {
    for from in [
        "",
        "nobody",
        "\"ada@mailbox.test\"",
        "(ada@mailbox.test)",
        "<>",
        "undisclosed:;",
    ] {
        assert!(authors(from).mailboxes.iter().all(|mailbox| !mailbox.plain), "{from}");
        assert!(authors(from).clear().is_none(), "{from}");
    }
    // A comma in a name that nobody quoted.
    assert_eq!(only("Lind, Ada <ada@mailbox.test>").0, "ada@mailbox.test");
}
