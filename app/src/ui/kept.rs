//! Keeps the fields of a declined form.
//!
//! The browser is redirected to the page, and the server provides the page with the typed text.

use leptos::{prelude::*, server_fn::ServerFn};

use crate::api::ApiError;

/// The fields that are filled in again. None of them holds a password, a code or an invitation.
pub const KEPT_FIELDS: [&str; 15] = [
    "address",
    "aliases",
    "announcement",
    "days",
    "domain",
    "email",
    "label",
    "local",
    "mailbox",
    "mailboxes",
    "messages_per_hour",
    "name",
    "note",
    "recipient",
    "replies_per_hour",
];

/// A declined form, which the server passes to the page that shows it again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeptForm {
    function: String,
    fields: Vec<(String, String)>,
}

impl KeptForm {
    /// Takes a form that was posted to the path of a server function. Keeps only [`KEPT_FIELDS`].
    pub fn new(function: String, fields: impl IntoIterator<Item = (String, String)>) -> Self {
        let is_kept = |(name, _): &(String, String)| KEPT_FIELDS.contains(&name.as_str());
        Self {
            function,
            fields: fields.into_iter().filter(is_kept).collect(),
        }
    }

    /// Returns the path of the server function.
    pub fn function(&self) -> &str {
        &self.function
    }

    /// Returns the names and values of the fields.
    pub fn fields(&self) -> &[(String, String)] {
        &self.fields
    }
}

/// Returns the text that was typed into a field of the action's form before it was declined without JavaScript.
pub(super) fn kept<S>(_: ServerAction<S>, field: &str) -> Option<String>
where
    S: ServerFn<Error = ApiError> + Clone + Send + Sync + 'static,
    S::Output: Send + Sync + 'static,
{
    let form = use_context::<KeptForm>().filter(|form| form.function == S::PATH)?;
    let mut fields = form.fields.into_iter();
    fields.find_map(|(name, value)| (name == field).then_some(value))
}

/// Counts the successes of an action. Pages load their data again only after a success, because loading after a failure
/// would empty the failed form.
pub(super) fn successes<S>(action: ServerAction<S>) -> Memo<usize>
where
    S: ServerFn<Error = ApiError> + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
{
    let value = action.value();
    Memo::new(move |before: Option<&usize>| {
        let before = before.copied().unwrap_or_default();
        match value.get() {
            Some(Ok(_)) => before + 1,
            _ => before,
        }
    })
}
