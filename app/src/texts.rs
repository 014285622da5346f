//! Returns the texts of the pages and of the relay's own mails in the reader's language.
//!
//! The texts are in `locales/LANGUAGE/AREA.toml`, and `build.rs` makes functions of them. [`text!`] returns a text for an
//! attribute or a sentence, and [`shown!`] one with elements in it.

use std::str::FromStr;

use time::{Month, OffsetDateTime};

/// The functions that `build.rs` makes.
mod generated {
    #![allow(
        warnings,
        clippy::all,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        reason = "it is not written by hand"
    )]

    include!(concat!(env!("OUT_DIR"), "/texts.rs"));
}

/// A language of the pages. Its name in programs is a language tag (RFC 5646).
pub use generated::i18n::Locale as Language;

/// All languages, in the order of the menu.
pub const LANGUAGES: [Language; 2] = [Language::en, Language::de];

/// Returns the text of a key in the reader's language: `text!(aliases.title)`, `text!(words.days, count = 3)`. The first is a
/// `&'static str`, and with values it is a `String`. `text!(in language; …)` takes a language.
macro_rules! text {
    (in $language:expr; $($key:tt)*) => { leptos_i18n::td_string!($language, $($key)*) };
    ($($key:tt)*) => { leptos_i18n::td_string!($crate::texts::here(), $($key)*) };
}

/// Returns the text of a key with elements in it, as a view: `shown!(help.ask, <a> = <a href="/help"/>)`.
macro_rules! shown {
    ($($key:tt)*) => { leptos_i18n::td!($crate::texts::here(), $($key)*) };
}

pub(crate) use {shown, text};

/// Returns the language with a tag, or `None` if the pages do not speak it.
pub fn language(tag: &str) -> Option<Language> {
    Language::from_str(tag).ok()
}

/// Returns the language of the page that is being rendered. Outside of pages it is the first one.
#[cfg(feature = "ssr")]
pub(crate) fn here() -> Language {
    leptos::prelude::use_context().unwrap_or_default()
}

/// Returns the language of the page around this program.
#[cfg(not(feature = "ssr"))]
pub(crate) fn here() -> Language {
    let page = leptos::prelude::document().document_element();
    let tag = page.and_then(|page| page.get_attribute("lang"));
    tag.and_then(|tag| language(&tag)).unwrap_or_default()
}

/// Returns a day in UTC, written out.
pub fn date(language: Language, moment: OffsetDateTime) -> String {
    let month = match moment.month() {
        Month::January => text!(in language; frame.month.january),
        Month::February => text!(in language; frame.month.february),
        Month::March => text!(in language; frame.month.march),
        Month::April => text!(in language; frame.month.april),
        Month::May => text!(in language; frame.month.may),
        Month::June => text!(in language; frame.month.june),
        Month::July => text!(in language; frame.month.july),
        Month::August => text!(in language; frame.month.august),
        Month::September => text!(in language; frame.month.september),
        Month::October => text!(in language; frame.month.october),
        Month::November => text!(in language; frame.month.november),
        Month::December => text!(in language; frame.month.december),
    };
    text!(in language; frame.words.date, day = moment.day(), month = month, year = moment.year())
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn days_are_written_out_in_each_language() {
        let moment = datetime!(2028-03-05 23:04:05 UTC);
        assert_eq!(date(Language::en, moment), "5 March 2028");
        assert_eq!(date(Language::de, moment), "5. März 2028");
    }
}
