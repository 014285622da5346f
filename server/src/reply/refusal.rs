//! Maps the errors of the reply pipeline to SMTP replies. All failures that concern keys get the same reply.

use crate::{
    auth::Transport,
    refusal::Refusal,
    seal::{
        nature::{Nature, nature},
        open::{OpenError, Opened},
    },
    smtp_reply,
    strip::StripError,
};

/// The refusal of a message that does not open. Only internal faults and publicly visible properties of its form are
/// distinguished. A sender whom `transport` confirms is told to sign.
pub fn of_open(error: OpenError, transport: Transport) -> Refusal {
    match error {
        OpenError::Malleable if transport != Transport::None => {
            Refusal::because(smtp_reply::SIGN_YOUR_REPLY, "malleable", error)
        }
        OpenError::Unsupported(form) => {
            Refusal::because(smtp_reply::UNSUPPORTED.about(form.words()), "unsupported", error)
        }
        OpenError::Certificate(_) | OpenError::Key(_) => Refusal::because(smtp_reply::TRY_AGAIN, "key", error),
        error => Refusal::because(smtp_reply::NOT_AUTHORISED, "not_opened", error),
    }
}

/// The refusal of an unauthorised, unencrypted reply in inline PGP. The form is visible to everybody, so the answer may
/// name it.
pub fn of_inline_pgp(refusal: Refusal, opened: &Opened) -> Refusal {
    let is_inline = matches!(nature(&opened.entity), Nature::PgpSigned | Nature::PgpEncrypted);
    match opened.encryption.is_none() && is_inline && refusal.reply == smtp_reply::NOT_AUTHORISED {
        true => Refusal::new(smtp_reply::INLINE_PGP, "inline_pgp"),
        false => refusal,
    }
}

/// The refusal of an authorised reply that cannot be stripped.
pub fn of_strip(error: StripError) -> Refusal {
    let (reply, reason) = match error {
        StripError::Recipient => (smtp_reply::NO_CONTACT, "no_contact"),
        StripError::StillEncrypted => (smtp_reply::STILL_ENCRYPTED, "still_encrypted"),
        StripError::Tnef => (smtp_reply::RICH_TEXT, "tnef"),
        StripError::Charset => (smtp_reply::UNKNOWN_CHARSET, "charset"),
        StripError::Leak(place) => (smtp_reply::NAMES_PERSON.at(place), "leak"),
        StripError::Kind
        | StripError::Structure
        | StripError::Encoding
        | StripError::TooDeep
        | StripError::TooManyParts => (smtp_reply::MALFORMED, "malformed"),
    };
    Refusal::because(reply, reason, error)
}
