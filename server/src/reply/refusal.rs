//! The SMTP answers for replies that are refused. Every failure that has to do with keys has the same answer.

use super::strip::StripError;
use crate::{
    auth::Transport,
    seal::{
        nature::{Nature, nature},
        open::{OpenError, Opened},
    },
    smtp::reply::{self, Refusal},
};

/// A message that does not open. Only our own faults and what everybody can see of its form are told apart from all others; and
/// the person, whom `transport` vouches for, is told to sign.
pub fn of_open(error: OpenError, transport: Transport) -> Refusal {
    match error {
        OpenError::Malleable if transport != Transport::None => {
            Refusal::because(reply::SIGN_YOUR_REPLY, "malleable", error)
        }
        OpenError::Unsupported(form) => Refusal::because(reply::UNSUPPORTED.about(form.words()), "unsupported", error),
        OpenError::Certificate(_) | OpenError::Key(_) => Refusal::because(reply::TRY_AGAIN, "key", error),
        error => Refusal::because(reply::NOT_AUTHORISED, "not_opened", error),
    }
}

/// The refusal of an unauthorised reply that is not encrypted, if it is in inline PGP. Everybody sees that it is.
pub fn of_inline_pgp(refusal: Refusal, opened: &Opened) -> Refusal {
    let is_inline = matches!(nature(&opened.entity), Nature::PgpSigned | Nature::PgpEncrypted);
    match opened.encryption.is_none() && is_inline && refusal.reply == reply::NOT_AUTHORISED {
        true => Refusal::new(reply::INLINE_PGP, "inline_pgp"),
        false => refusal,
    }
}

/// A reply, the person's by now, that cannot leave as it is.
pub fn of_strip(error: StripError) -> Refusal {
    let (reply, reason) = match error {
        StripError::Recipient => (reply::NO_CONTACT, "no_contact"),
        StripError::StillEncrypted => (reply::STILL_ENCRYPTED, "still_encrypted"),
        StripError::Tnef => (reply::RICH_TEXT, "tnef"),
        StripError::Charset => (reply::UNKNOWN_CHARSET, "charset"),
        StripError::Leak(place) => (
            reply::NAMES_PERSON.at(reply::Place {
                part: place.part,
                kind: place.kind,
                spot: place.spot,
            }),
            "leak",
        ),
        StripError::Kind
        | StripError::Structure
        | StripError::Encoding
        | StripError::TooDeep
        | StripError::TooManyParts => (reply::MALFORMED, "malformed"),
    };
    Refusal::because(reply, reason, error)
}
