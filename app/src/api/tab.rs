//! Defines the tabs of an alias's page.

use serde::{Deserialize, Serialize};

/// A tab of an alias's page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tab {
    /// Its contacts, and writing to a new one.
    #[default]
    Contacts,
    /// Its mail of the last days.
    Activity,
    /// Everything that can be set.
    Settings,
}

impl Tab {
    /// All of them, in their order on the page.
    pub const ALL: [Self; 3] = [Self::Contacts, Self::Activity, Self::Settings];

    /// Returns its word in URLs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Contacts => "contacts",
            Self::Activity => "activity",
            Self::Settings => "settings",
        }
    }

    /// Returns the tab with this word, or the first one for any other text.
    pub fn read(word: Option<&str>) -> Self {
        let is_meant = |tab: &Self| word == Some(tab.word());
        Self::ALL.into_iter().find(is_meant).unwrap_or_default()
    }
}
