//! Answers of clients that protect their header, in the form of RFC 9788's own examples (appendices C.3 and E).

use super::*;

/// The header section outside: what the example's policy leaves of it.
fn answer(subject: &str, entity: &str) -> String {
    let message = format!(
        "From: Ann Lee <ann.lee@mailbox.example>\r\nTo: <r-0b@relay.example>\r\nSubject: {subject}\r\n\
         Message-ID: <a@mailbox.example>\r\nIn-Reply-To: <known.1@relay.example>\r\n\r\n"
    );
    stripped(&message, &entity.replace('\n', "\r\n"))
}

fn body(message: &str) -> &str {
    message.split_once("\r\n\r\n").unwrap().1
}

#[track_caller]
fn tells_nothing_of_protection(message: &str) {
    for trace in [
        "HP-Outer",
        "hp=",
        "hp-legacy",
        "protected-headers",
        "[...]",
        "legacy-display",
        "mailbox.example",
    ] {
        assert!(!message.contains(trace), "{trace} in {message}");
    }
}

const BASELINE: &str = "MIME-Version: 1.0
Content-Transfer-Encoding: 7bit
Subject: smime-signed-enc-hp-baseline
Message-ID: <smime-signed-enc-hp-baseline@mailbox.example>
From: Ann Lee <ann.lee@mailbox.example>
To: Bob <r-0b@relay.example>
Date: Sat, 20 Feb 2021 10:09:02 -0500
User-Agent: Sample MUA Version 1.0
HP-Outer: Subject: [...]
HP-Outer: Message-ID: <smime-signed-enc-hp-baseline@mailbox.example>
HP-Outer: From: Ann Lee <ann.lee@mailbox.example>
HP-Outer: To: Bob <r-0b@relay.example>
HP-Outer: Date: Sat, 20 Feb 2021 10:09:02 -0500
HP-Outer: User-Agent: Sample MUA Version 1.0
Content-Type: text/plain; charset=\"utf-8\"; hp=\"cipher\"

This is the
smime-signed-enc-hp-baseline
message.
";

#[test]
fn the_baseline_example_leaves_with_its_subject_and_nothing_of_the_policy() {
    let left = answer("[...]", BASELINE);
    assert_eq!(field(&left, "Subject"), Some("smime-signed-enc-hp-baseline"));
    assert_eq!(field(&left, "In-Reply-To"), Some("<out.1@relay.example>"));
    assert_eq!(
        body(&left),
        "This is the\r\nsmime-signed-enc-hp-baseline\r\nmessage.\r\n"
    );
    tells_nothing_of_protection(&left);
}

#[test]
fn the_shy_example_leaves_alike() {
    let shy = BASELINE
        .replace("hp-baseline", "hp-shy")
        .replace(
            "HP-Outer: From: Ann Lee <ann.lee@mailbox.example>",
            "HP-Outer: From: ann.lee@mailbox.example",
        )
        .replace(
            "HP-Outer: To: Bob <r-0b@relay.example>",
            "HP-Outer: To: r-0b@relay.example",
        )
        .replace(
            "HP-Outer: Date: Sat, 20 Feb 2021 10:09:02 -0500",
            "HP-Outer: Date: Sat, 20 Feb 2021 15:09:02 +0000",
        );
    let left = answer("[...]", &shy);
    assert_eq!(field(&left, "Subject"), Some("smime-signed-enc-hp-shy"));
    assert_eq!(field(&left, "Date"), Some("Tue, 24 Nov 2026 09:00:00 +0000"));
    tells_nothing_of_protection(&left);
}

#[test]
fn the_legacy_display_examples_lose_what_their_header_says_already() {
    let header = |kind: &str| {
        format!(
            "Date: Fri, 21 Jan 2022 20:40:48 -0500\nFrom: Ann Lee <ann.lee@mailbox.example>\nTo: Bob <r-0b@relay.example>\n\
             Subject: Dinner plans\nMessage-ID: <{kind}-legacy-display@mailbox.example>\nMIME-Version: 1.0\n\
             Content-Type: text/{kind}; charset=\"us-ascii\"; hp-legacy-display=\"1\";\n hp=\"cipher\"\n\
             HP-Outer: Date: Fri, 21 Jan 2022 20:40:48 -0500\nHP-Outer: From: Ann Lee <ann.lee@mailbox.example>\n\
             HP-Outer: To: Bob <r-0b@relay.example>\nHP-Outer: Subject: [...]\n\
             HP-Outer: Message-ID: <{kind}-legacy-display@mailbox.example>\n\n"
        )
    };
    let text = "Let's meet at Rama's Roti Shop at 8pm and go to the park\nfrom there.\n";
    let plain = answer("[...]", &format!("{}Subject: Dinner plans\n\n{text}", header("plain")));
    assert_eq!(field(&plain, "Subject"), Some("Dinner plans"));
    assert_eq!(body(&plain), text.replace('\n', "\r\n"));
    tells_nothing_of_protection(&plain);

    let html = answer(
        "[...]",
        &format!(
            "{}<html><head><title></title></head><body>\n<div class=\"header-protection-legacy-display\">\n\
             <pre>Subject: Dinner plans</pre>\n</div>\n<p>\n{text}</p>\n</body>\n</html>\n",
            header("html")
        ),
    );
    assert_eq!(field(&html, "Subject"), Some("Dinner plans"));
    assert!(
        body(&html).contains("Roti Shop") && !body(&html).contains("Dinner"),
        "{html}"
    );
    tells_nothing_of_protection(&html);
}

#[test]
fn a_quoted_element_of_ours_names_the_contact_and_not_the_relay() {
    // The quotation by a client that does not know the hidden fields, of a message whose sender was hidden.
    let left = answer(
        "Re: x",
        "Content-Type: text/plain\n\nYes.\n\n> Subject: x\n> From: Bob (bob@example.com) <r-0b@relay.example>\n>\n> Well?\n",
    );
    assert!(
        left.contains("> From: Bob (bob@example.com) <bob@example.com>\r\n"),
        "{left}"
    );
}
