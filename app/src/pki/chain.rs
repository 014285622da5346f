//! Root, intermediate and user certificate of one profile; there is no way to one but through verification.

use super::{certificate::Certificate, error::PkiError, name::Subject};

/// A verified chain.
#[derive(Clone, PartialEq, Eq)]
pub struct Chain {
    root: Certificate,
    intermediate: Certificate,
    user: Certificate,
}

impl Chain {
    /// Checks every field of all three certificates against the templates for `subject`: signatures, names, validity
    /// (equal in all three), serials, key identifiers, basic constraints, usages, name constraints, nothing besides.
    pub fn verify(
        root: Certificate,
        intermediate: Certificate,
        user: Certificate,
        subject: &Subject,
    ) -> Result<Self, PkiError> {
        let _ = subject;
        let _ = Self {
            root,
            intermediate,
            user,
        };
        unimplemented!()
    }
    /// The self-signed root.
    pub fn root(&self) -> &Certificate {
        &self.root
    }
    /// The intermediate.
    pub fn intermediate(&self) -> &Certificate {
        &self.intermediate
    }
    /// The user certificate.
    pub fn user(&self) -> &Certificate {
        &self.user
    }
}
