//! Addresses and the names beside them, in every form that a client or a stranger writes them in.

use super::{
    super::{addresses::Addresses, html, names::Names, units::Syntax},
    *,
};
use test_support::work::assert_linear;

fn replaced(text: &str) -> String {
    let scene = Scene::default();
    let facts = scene.facts();
    Addresses::new(&facts, Names::default()).replace_in(text)
}

#[test]
fn the_mailbox_becomes_the_alias_in_every_form() {
    for (text, expected) in [
        ("ann.lee@mailbox.example", "amber@relay.example"),
        ("<Ann.Lee@MAILBOX.Example>", "<amber@relay.example>"),
        ("mailto:ann.lee%40mailbox.example?x", "mailto:amber%40relay.example?x"),
        ("x%3Aann%2Elee%40mailbox.example", "x%3Aamber%40relay.example"),
        (
            "?data=05%7C02%7Cann.lee%40mailbox.example%7C0",
            "?data=05%7C02%7Camber%40relay.example%7C0",
        ),
        (
            "?u=a%253Aann.lee%2540mailbox.example%26",
            "?u=a%253Aamber%2540relay.example%26",
        ),
        ("ann.lee&#64;mailbox.example", "amber&#64;relay.example"),
        (
            "&lt;ann.lee&commat;mailbox.example&gt;",
            "&lt;amber&commat;relay.example&gt;",
        ),
        (
            "\\u003cann.lee\\u0040mailbox.example",
            "\\u003camber\\u0040relay.example",
        ),
        ("x\\nann.lee@mailbox.example", "x\\namber@relay.example"),
        (
            "bounce+ann.lee=mailbox.example@list.example",
            "bounce+amber=relay.example@list.example",
        ),
        (
            "list-return-7-Ann.Lee=mailbox.example@list.example",
            "list-return-7-amber=relay.example@list.example",
        ),
        (
            "?r=bounce%2Bann.lee%3Dmailbox.example%40list.example",
            "?r=bounce%2Bamber%3Drelay.example%40list.example",
        ),
        ("_ann.lee@mailbox.example_", "_amber@relay.example_"),
        ("--ann.lee@mailbox.example.", "--amber@relay.example."),
        ("ann.lee@mailbox.example.Then", "amber@relay.example.Then"),
        ("ann.lee@mailbox.example-then.", "amber@relay.example-then."),
        ("ann.lee@mailbox.example.vcf", "amber@relay.example.vcf"),
        ("ann.lee+news@mailbox.example", "amber@relay.example"),
        (
            "A.Lee@work.example, a.lee@mailbox.example",
            "amber@relay.example, a.lee@mailbox.example",
        ),
        (
            "\u{3068}ann.lee@mailbox.example\u{3068}",
            "\u{3068}amber@relay.example\u{3068}",
        ),
        (
            "ann.lee@mailbox.example,ann.lee@mailbox.example",
            "amber@relay.example,amber@relay.example",
        ),
    ] {
        assert_eq!(replaced(text), expected, "{text}");
    }
}

#[test]
fn a_relay_address_becomes_its_contact() {
    for (text, expected) in [
        (
            "Bob (bob@example.com) <r-0b@relay.example> wrote:",
            "Bob (bob@example.com) <bob@example.com> wrote:",
        ),
        ("R-0B@Relay.Example", "bob@example.com"),
        ("mailto:r-0c%40relay.example", "mailto:carol%2Bx%40example.net"),
        ("r-99@relay.example", "r-99@relay.example"),
        ("amber@relay.example", "amber@relay.example"),
    ] {
        assert_eq!(replaced(text), expected, "{text}");
    }
}

#[test]
fn other_addresses_stay() {
    for text in [
        "joann.lee@mailbox.example",
        "jo.ann.lee@mailbox.example",
        "ann.lee@othermailbox.example",
        "bounce+joann.lee=mailbox.example@list.example",
        "<a ann.lee=x href=mailbox.example>",
        "@mailbox.example",
        "@",
        "%40mailbox.example",
        "ann.lee@",
        "",
    ] {
        assert_eq!(replaced(text), text);
    }
}

#[test]
fn a_mailbox_with_a_tag_or_a_mark_is_found() {
    let mut scene = Scene::default();
    for (mailbox, text) in [
        ("ann+relay@mailbox.example", "<ann@mailbox.example>"),
        ("ann+relay@mailbox.example", "'ann+relay@mailbox.example'"),
        ("o'lee@mailbox.example", "'o'lee@mailbox.example'"),
        ("o'lee@mailbox.example", "<o&#39;lee@mailbox.example>"),
        ("\u{fc}n@mailbox.example", "(\u{fc}n@mailbox.example)"),
    ] {
        scene.mailboxes[0] = mailbox.parse().unwrap();
        let facts = scene.facts();
        let replaced = Addresses::new(&facts, Names::default()).replace_in(text);
        assert!(
            replaced.contains("amber@relay.example") && replaced.len() < 30,
            "{text}: {replaced}"
        );
    }
}

/// Broken up, in other characters, or glued to what follows: a reader sees the address all the same.
#[test]
fn a_reader_sees_the_mailbox_in_plain_text() {
    for text in [
        "ann.lee@mailbox.exampleOn Monday",
        "*ann.lee*@mailbox.example",
        "**ann**.lee@mailbox.example",
        "_ann.lee_@mailbox.example",
        "ann.lee\u{ff20}mailbox.example",
        "\u{ff41}nn.lee@mailbox\u{3002}example",
        "ann.\u{200b}lee@mail\u{ad}box.example",
        "ann.lee@\r\nmailbox.example",
        "ann.lee@ mailbox.example",
        "> ann.\r\n> lee@mailbox.exa\r\n> mple",
        "ann.lee@mail \r\nbox.example",
        "ann.lee [at] mailbox [dot] example",
        "ann.lee(at)mailbox.example",
        "ann%2Elee%40mailbox%2eexample",
        "%61nn.lee@mailbox.example",
        "ann&#46;lee&#0064;mailbox&period;example",
        "ann.lee\\u0040mailbox.example",
        "ann.lee=40mailbox.example",
        "ann\\.lee@mailbox.example",
        "ANN.LEE@MAILBOX.EXAMPLE",
        "hello\r\nann.lee@mailbox.example",
    ] {
        let left = replaced(text);
        let folded: String = left
            .to_lowercase()
            .chars()
            .filter(|c| c.is_ascii_alphanumeric())
            .collect();
        assert!(
            folded.contains("amber") && !folded.contains("lee") && !folded.contains("box"),
            "{text}: {left}"
        );
    }
}

fn rebuilt(html: &str) -> String {
    let scene = Scene::default();
    let facts = scene.facts();
    html::rebuild(html, &Addresses::new(&facts, Names::default()), &mut |_, _| None)
}

#[test]
fn a_reader_sees_the_mailbox_in_html() {
    for (html, expected) in [
        ("ann.lee<wbr>@mailbox.example", "amber@relay.example"),
        ("ann.lee@mailbox.<wbr>example", "amber@relay.example"),
        ("ann.lee@&shy;mailbox.example", "amber@relay.example"),
        ("ann.lee@&#8203;mailbox.example", "amber@relay.example"),
        ("ann.lee&#0064;mailbox&#46;example", "amber@relay.example"),
        ("ann.lee&commat;mailbox&period;example", "amber@relay.example"),
        ("ann.lee<!-- x -->@mailbox.example", "amber@relay.example"),
        ("ann.lee@\nmailbox.example", "amber@relay.example"),
        ("ann.lee@&zwnj;mailbox.example", "amber@relay.example"),
        (
            "<span class=x>ann.lee</span>@mailbox.example",
            "<span>amber@relay.example</span>",
        ),
        (
            "bounce+ann.lee=mailbox.example&#64;list.example",
            "bounce+amber=relay.example@list.example",
        ),
        ("<b>ann</b>.lee@mailbox.example", "<b>amber@relay.example</b>"),
        ("<i>ann.lee@mailbox</i>.example", "<i>amber@relay.example</i>"),
        (
            "<a href=\"mailto:ann.lee%40mailbox%2Eexample\">x</a>",
            "<a href=\"mailto:amber%40relay.example\">x</a>",
        ),
        ("<img alt=ann.lee@mailbox.example>", "<img alt=\"amber@relay.example\">"),
        (
            "<a title='ann.lee@mailbox.example'>x</a>",
            "<a title=\"amber@relay.example\">x</a>",
        ),
        (
            "<div>&gt; ann.lee@</div><div>&gt; mailbox.example</div>",
            "<div>&gt; amber@relay.example</div><div></div>",
        ),
    ] {
        assert_eq!(rebuilt(html), expected, "{html}");
    }
}

#[test]
fn a_name_beside_the_mailbox_becomes_the_aliass() {
    let scene = Scene::default();
    let facts = scene.facts();
    let addresses = Addresses::new(&facts, Names::new(["Ann B. Lee".to_owned()]));
    for (text, expected) in [
        (
            "To: Ann Lee <ann.lee@mailbox.example>",
            "To: Amber <amber@relay.example>",
        ),
        (
            "To: \"Lee, Ann\" <ann.lee@mailbox.example>",
            "To: Amber <amber@relay.example>",
        ),
        (
            "To: Lee, Ann <ann.lee@mailbox.example>",
            "To: Amber <amber@relay.example>",
        ),
        (
            "To: Bob <bob@x.example>; ann lee <ann.lee@mailbox.example>",
            "To: Bob <bob@x.example>; Amber <amber@relay.example>",
        ),
        (
            "> From: Ann Lee [mailto:ann.lee@mailbox.example]",
            "> From: Amber [mailto:amber@relay.example]",
        ),
        (
            "On Sat, 28 Nov 2026 at 06:00, Ann Lee <ann.lee@mailbox.example> wrote:",
            "On Sat, 28 Nov 2026 at 06:00, Amber <amber@relay.example> wrote:",
        ),
        (
            "On Nov 28 at 6:00 PM Ann Lee <ann.lee@mailbox.example>",
            "On Nov 28 at 6:00 PM Amber <amber@relay.example>",
        ),
        (
            "On Nov 28, Ann B.\r\nLee\r\n<ann.lee@mailbox.example>",
            "On Nov 28, Amber <amber@relay.example>",
        ),
        ("ann.lee@mailbox.example (Ann Lee)", "amber@relay.example"),
        (
            "write to me <ann.lee@mailbox.example>",
            "write to me <amber@relay.example>",
        ),
        (
            "Hi Bob, write to me <ann.lee@mailbox.example>",
            "Hi Bob, write to me <amber@relay.example>",
        ),
        ("Or <ann.lee@mailbox.example>?", "Or <amber@relay.example>?"),
        ("Bob Lee <bob@mailbox.example>", "Bob Lee <bob@mailbox.example>"),
    ] {
        assert_eq!(addresses.replace_in(text), expected, "{text}");
    }
    let html = addresses.replace(
        "<b>To:</b> Ann Lee &lt;<a>ann.lee@mailbox.example</a>&gt;",
        Syntax::Html,
    );
    assert_eq!(html, "<b>To:</b> Amber &lt;<a>amber@relay.example</a>&gt;");
}

#[test]
fn a_provider_that_ignores_dots_is_known() {
    let mut scene = Scene::default();
    scene.mailboxes[0] = "ann.lee@gmail.com".parse().unwrap();
    let facts = scene.facts();
    let addresses = Addresses::new(&facts, Names::default());
    for text in ["annlee@gmail.com", "a.nnlee+x@googlemail.com"] {
        assert_eq!(addresses.replace_in(text), "amber@relay.example");
    }
    assert_eq!(addresses.replace_in("bob@gmail.com"), "bob@gmail.com");
}

#[test]
fn half_a_megabyte_of_addresses_take_linear_time() {
    let scene = Scene::default();
    let facts = scene.facts();
    let addresses = Addresses::new(&facts, Names::default());
    for piece in [
        "@",
        "ann.lee@mailbox.example",
        "a.",
        "r-99@relay.example",
        "%40",
        "\\",
        "a\n>",
        "[at]",
    ] {
        let text = |factor| piece.repeat(factor * 60_000 / piece.len()) + "@mailbox.example";
        assert_linear(text, |text| addresses.replace_in(text).len());
    }
}
