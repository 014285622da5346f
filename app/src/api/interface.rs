//! Defines the theme and the language of the pages, and the version of the program.
#![allow(
    missing_docs,
    reason = "the structs that #[server] makes have the documented arguments as their fields"
)]

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use super::backend::backend;
use super::error::ApiError;
use crate::texts::Language;

/// The colours of the pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// The device's setting.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// All of them, in the order of the menu.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// Returns the name in cookies, forms and style sheets.
    pub fn key(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// Returns the theme with this name.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.key() == key)
    }

    /// Returns the `color-scheme` of the document (CSS Color Adjustment §2).
    pub fn color_scheme(self) -> &'static str {
        match self {
            Self::System => "light dark",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// The facts in the footer of every page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AboutPages {
    /// The visitor's choice.
    pub theme: Theme,
    /// The language of the page.
    pub language: Language,
    /// The version of the server.
    pub version: String,
    /// SHA-256 in hexadecimal of the file that names all parts of the browser's program by their hashes. `None` if the
    /// program was not built.
    pub bundle: Option<String>,
}

/// The pages themselves.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait InterfaceBackend: Send + Sync {
    /// The facts in the footer of every page.
    fn about(&self) -> AboutPages;
    /// Stores the choice in a cookie.
    fn set_theme(&self, theme: Theme);
    /// Stores the choice in a cookie, and for the mails that the relay writes to the account.
    async fn set_language(&self, language: Language) -> Result<(), ApiError>;
}

/// Returns the theme for this visitor, and the program that the pages run.
#[server(prefix = "/api", endpoint = "about")]
pub async fn about() -> Result<AboutPages, ApiError> {
    Ok(backend::<dyn InterfaceBackend>()?.about())
}

/// Sets the theme in a cookie.
#[server(prefix = "/api", endpoint = "set_theme")]
pub async fn set_theme(theme: Theme) -> Result<(), ApiError> {
    backend::<dyn InterfaceBackend>()?.set_theme(theme);
    Ok(())
}

/// Sets the language in a cookie, and in the account if somebody is signed in.
#[server(prefix = "/api", endpoint = "set_language")]
pub async fn set_language(language: Language) -> Result<(), ApiError> {
    backend::<dyn InterfaceBackend>()?.set_language(language).await
}
