//! Holds the verified chain of a profile: root, intermediate and user certificate.

use std::collections::HashSet;

use super::{
    certificate::Certificate,
    error::{Check, Part, PkiError},
    name::Subject,
    role::Role,
    template::Template,
    verify::{fits, refused},
};

/// A verified chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    root: Certificate,
    intermediate: Certificate,
    user: Certificate,
}

impl Chain {
    /// Verifies all three certificates against the templates for `subject`, and returns the only kind of [`Chain`]
    /// there is. It compares every field: signatures, names, validity (equal in all three), serials, key sizes, key
    /// identifiers, basic constraints, usages and name constraints. Nothing else may be there.
    pub fn verify(
        root: Certificate,
        intermediate: Certificate,
        user: Certificate,
        subject: &Subject,
    ) -> Result<Self, PkiError> {
        let root_template = Template::Root(subject);
        let root_name = root_template.common_name(root.key());
        fits(&root, &root_template, root.key(), &root_name)?;
        let intermediate_template = Template::Intermediate(subject);
        let intermediate_name = intermediate_template.common_name(intermediate.key());
        fits(&intermediate, &intermediate_template, root.key(), &root_name)?;
        fits(&user, &Template::User(subject), intermediate.key(), &intermediate_name)?;
        let chain = Self {
            root,
            intermediate,
            user,
        };
        chain.agrees()?;
        Ok(chain)
    }

    /// Compares the three certificates: one validity, one key size, three serial numbers, three keys.
    fn agrees(&self) -> Result<(), PkiError> {
        let (mut serials, mut keys) = (HashSet::new(), HashSet::new());
        for (role, certificate) in [
            (Role::User, &self.user),
            (Role::Intermediate, &self.intermediate),
            (Role::Root, &self.root),
        ] {
            let refused = |check| refused(Part::Certificate(role), check);
            if certificate.not_before() != self.user.not_before() || certificate.not_after() != self.user.not_after() {
                return Err(refused(Check::Validity));
            }
            if !serials.insert(certificate.serial()) {
                return Err(refused(Check::Serial));
            }
            if certificate.key().size() != self.user.key().size() || !keys.insert(certificate.key().spki()) {
                return Err(refused(Check::PublicKey));
            }
        }
        Ok(())
    }

    /// Returns the self-signed root.
    pub fn root(&self) -> &Certificate {
        &self.root
    }

    /// Returns the intermediate.
    pub fn intermediate(&self) -> &Certificate {
        &self.intermediate
    }

    /// Returns the user certificate.
    pub fn user(&self) -> &Certificate {
        &self.user
    }
}
