//! The interface itself: its theme, and the version of the program.
#![allow(
    missing_docs,
    reason = "the structs that #[server] makes have the documented arguments as their fields"
)]

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use super::backend::backend;
use super::error::ApiError;

/// How the pages look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the device is set.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The name in cookies, forms and style sheets.
    pub fn key(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme of a name.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.key() == key)
    }

    /// The `color-scheme` of the document (CSS Color Adjustment §2).
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
    /// As the visitor chose.
    pub theme: Theme,
    /// Of the server.
    pub version: String,
    /// SHA-256 of the file that names all parts of the browser's program by their hashes, in hexadecimal. Nothing where the
    /// program was not built.
    pub bundle: Option<String>,
}

/// The pages themselves.
#[cfg(feature = "ssr")]
pub trait InterfaceBackend: Send + Sync {
    /// The facts in the footer of every page.
    fn about(&self) -> AboutPages;
    /// Keeps the choice in a cookie.
    fn set_theme(&self, theme: Theme);
}

/// How the pages look for this visitor, and which program they run.
#[server(prefix = "/api", endpoint = "about")]
pub async fn about() -> Result<AboutPages, ApiError> {
    Ok(backend::<dyn InterfaceBackend>()?.about())
}

/// Chooses how the pages look; kept in a cookie.
#[server(prefix = "/api", endpoint = "set_theme")]
pub async fn set_theme(theme: Theme) -> Result<(), ApiError> {
    backend::<dyn InterfaceBackend>()?.set_theme(theme);
    Ok(())
}
