//! Defines the query in the page's URL that selects and sorts the list of aliases.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

/// Most characters of a search.
const MAX_SEARCH: usize = 100;

/// All characters except the unreserved ones (RFC 3986 §2.3).
pub(crate) const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The aliases to show, by their state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Show {
    /// All aliases.
    #[default]
    All,
    /// Aliases that are on.
    Active,
    /// Aliases that are off.
    Off,
}

/// The order of the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// The newest alias comes first.
    #[default]
    Newest,
    /// The alias used last comes first, and unused ones come last.
    LastUsed,
    /// Alphabetically by address.
    Name,
    /// The alias with the most relayed mail comes first.
    MostMail,
}

impl Show {
    /// All of them, in the order of the menu.
    pub const ALL: [Self; 3] = [Self::All, Self::Active, Self::Off];

    /// Returns its word in URLs.
    pub fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Active => "active",
            Self::Off => "off",
        }
    }
}

impl Sort {
    /// All of them, in the order of the menu.
    pub const ALL: [Self; 4] = [Self::Newest, Self::LastUsed, Self::Name, Self::MostMail];

    /// Returns its word in URLs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Newest => "newest",
            Self::LastUsed => "last_used",
            Self::Name => "name",
            Self::MostMail => "most_mail",
        }
    }
}

/// Search, filter, order and page of the list of aliases.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AliasQuery {
    /// Text to search in address, label and note. Empty for all.
    pub search: String,
    /// The states to show.
    pub show: Show,
    /// The order of the results.
    pub sort: Sort,
    /// The page from 1. 0 means the first page as well.
    pub page: u32,
}

impl AliasQuery {
    /// Reads the parameters of a URL and ignores invalid ones.
    pub fn read(parameter: impl Fn(&str) -> Option<String>) -> Self {
        let word = |name| parameter(name).unwrap_or_default();
        let (show, sort) = (word("show"), word("sort"));
        Self {
            search: word("q").trim().chars().take(MAX_SEARCH).collect(),
            show: Show::ALL
                .into_iter()
                .find(|each| each.word() == show)
                .unwrap_or_default(),
            sort: Sort::ALL
                .into_iter()
                .find(|each| each.word() == sort)
                .unwrap_or_default(),
            page: word("page").parse().unwrap_or_default(),
        }
    }

    /// Writes the parameters of a URL, without those that have their default.
    pub fn written(&self) -> String {
        let mut pairs = Vec::new();
        if !self.search.is_empty() {
            pairs.push(format!("q={}", utf8_percent_encode(&self.search, ENCODED)));
        }
        if self.show != Show::All {
            pairs.push(format!("show={}", self.show.word()));
        }
        if self.sort != Sort::Newest {
            pairs.push(format!("sort={}", self.sort.word()));
        }
        if self.page > 1 {
            pairs.push(format!("page={}", self.page));
        }
        pairs.join("&")
    }

    /// Returns the URL of the list with this query.
    pub fn url(&self) -> String {
        match self.written() {
            written if written.is_empty() => "/aliases".to_owned(),
            written => format!("/aliases?{written}"),
        }
    }

    /// Writes it as the value of one parameter of another URL.
    pub fn encoded(&self) -> String {
        utf8_percent_encode(&format!("?{}", self.written()), ENCODED).to_string()
    }

    /// Whether it may exclude some of the aliases.
    pub fn narrows(&self) -> bool {
        !self.search.is_empty() || self.show != Show::All
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_special_stands_in_the_address() {
        assert_eq!(AliasQuery::default().written(), "");
        let query = AliasQuery {
            search: "ä & b".into(),
            show: Show::Off,
            sort: Sort::MostMail,
            page: 3,
        };
        assert_eq!(query.written(), "q=%C3%A4%20%26%20b&show=off&sort=most_mail&page=3");
    }

    #[test]
    fn nonsense_in_the_address_is_as_if_it_were_not_there() {
        let given = |name: &str| match name {
            "q" => Some(format!("  shop{}", "x".repeat(500))),
            "show" => Some("none".into()),
            "sort" => Some("name".into()),
            "page" => Some("-1".into()),
            _ => None,
        };
        let query = AliasQuery::read(given);
        assert_eq!((query.show, query.sort, query.page), (Show::All, Sort::Name, 0));
        assert_eq!(query.search.len(), MAX_SEARCH);
    }
}
