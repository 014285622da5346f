//! What the person's provider is told when a reply does not go out. Whatever has to do with keys has one answer.

use super::strip::StripError;
use crate::{
    auth::Transport,
    seal::open::OpenError,
    smtp::reply::{self, Refusal},
};

/// A message that does not open. Only our own faults are told apart from all others; and the person, whom `transport`
/// vouches for, is told to sign.
pub fn of_open(error: OpenError, transport: Transport) -> Refusal {
    match error {
        OpenError::Malleable if transport != Transport::None => {
            Refusal::because(reply::SIGN_YOUR_REPLY, "malleable", error)
        }
        OpenError::Certificate(_) | OpenError::Key(_) => Refusal::because(reply::TRY_AGAIN, "key", error),
        error => Refusal::because(reply::NOT_AUTHORISED, "not_opened", error),
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
