//! Maps the errors of the reply pipeline to SMTP replies. All failures that concern keys get the same reply.

use crate::{
    auth::Transport,
    refusal::{Reason, Refusal},
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
        OpenError::Malleable if transport != Transport::None => Refusal::because(Reason::Malleable, error),
        OpenError::Unsupported(form) => {
            Refusal::because(Reason::Unsupported, error).saying(smtp_reply::UNSUPPORTED.about(form.words()))
        }
        OpenError::Certificate(_) | OpenError::Key(_) => Refusal::because(Reason::Key, error),
        error => Refusal::because(Reason::NotOpened, error),
    }
}

/// The refusal of an unauthorised, unencrypted reply in inline PGP. The form is visible to everybody, so the answer may
/// name it.
pub fn of_inline_pgp(refusal: Refusal, opened: &Opened) -> Refusal {
    let is_inline = matches!(nature(&opened.entity), Nature::PgpSigned | Nature::PgpEncrypted);
    match opened.encryption.is_none()
        && is_inline
        && matches!(refusal.reason, Reason::NotAuthorised | Reason::NotOpened)
    {
        true => Refusal::new(Reason::InlinePgp),
        false => refusal,
    }
}

/// Whether a key that was removed may be the cause.
pub fn may_need_a_key(refused: Reason) -> bool {
    matches!(refused, Reason::NotAuthorised | Reason::NotOpened | Reason::Malleable)
}

/// The refusal of an authorised reply that cannot be stripped.
pub fn of_strip(error: StripError) -> Refusal {
    let reason = match error {
        StripError::Recipient => Reason::NoContact,
        StripError::StillEncrypted => Reason::StillEncrypted,
        StripError::Tnef => Reason::Tnef,
        StripError::Charset => Reason::Charset,
        StripError::Leak(place) => {
            return Refusal::because(Reason::Leak, error).saying(smtp_reply::NAMES_PERSON.at(place));
        }
        StripError::Kind
        | StripError::Structure
        | StripError::Encoding
        | StripError::TooDeep
        | StripError::TooManyParts => Reason::Malformed,
    };
    Refusal::because(reason, error)
}
