//! The words for who can sign up.

use crate::{api::account::SignUpMode, texts::text};

/// Who can sign up, in words.
pub(super) fn name_of(mode: SignUpMode) -> &'static str {
    match mode {
        SignUpMode::Open => text!(administration.sign_up_open),
        SignUpMode::Invite => text!(administration.sign_up_invite),
        SignUpMode::Closed => text!(administration.sign_up_closed),
    }
}
