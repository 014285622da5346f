//! Explains why a reply was refused.

use leptos::prelude::*;

use crate::texts::text;

pub(super) fn text() -> AnyView {
    // The words of each refusal, and why it comes and what to do. The relay speaks English to mail servers, so its words
    // are no texts of the page.
    let refusals = [
        (
            "This message is not authorised for this relay address …",
            text!(help.refused.unproven),
        ),
        ("Please sign your reply …", text!(help.refused.malleable)),
        ("Please encrypt your reply as well …", text!(help.refused.signed_only)),
        (
            "Only signed replies are sent on for this mailbox …",
            text!(help.refused.must_sign),
        ),
        (
            "Only encrypted replies are sent on for this mailbox",
            text!(help.refused.must_encrypt),
        ),
        ("The signature was made more than 5 days ago …", text!(help.refused.old)),
        (
            "The message itself does not name this relay address …",
            text!(help.refused.not_named),
        ),
        (
            "An address in To or Cc is no relay address of this alias",
            text!(help.refused.mixed),
        ),
        (
            "The alias of this relay address is disabled",
            text!(help.refused.alias_off),
        ),
        ("Inline PGP is not supported …", text!(help.refused.inline_pgp)),
        (
            "This relay does not support the form of the message …",
            text!(help.refused.form),
        ),
        (
            "A part of the message is encrypted and cannot be sent on …",
            text!(help.refused.encrypted_part),
        ),
        ("Outlook rich text names its sender …", text!(help.refused.rich_text)),
        ("This message was sent on before …", text!(help.refused.repeated)),
    ];
    let entry = |(words, why): (&'static str, &'static str)| {
        // No line begins with the dots.
        let words = words.replace(" …", "\u{a0}…");
        view! {
            <details>
                <summary lang="en">{text!(help.refused.said, words = words)}</summary>
                <p>{why}</p>
            </details>
        }
    };
    view! {
        <p>{text!(help.refused.lead)}</p>
        {refusals.map(entry).collect_view()}
    }
    .into_any()
}
