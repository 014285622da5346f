//! Defines the form of a guide for one device or mail app.

use crate::pki::role::Role;

/// All steps on one device, in the reader's language.
pub(in crate::ui) struct Guide {
    /// The ways to install key and chain, best first. Each is complete.
    pub install: Vec<Way>,
    /// The way to trust the root for mail. If the system can limit the trust to mail, it is limited.
    pub trust: Vec<Instruction>,
    /// What an encrypted message looks like there.
    pub sealed: &'static str,
}

/// One way to install or trust.
pub(in crate::ui) struct Way {
    /// A title of a few words.
    pub name: &'static str,
    /// The steps, in order.
    pub steps: Vec<Instruction>,
}

/// One step.
pub(in crate::ui) struct Instruction {
    /// The action, as a sentence.
    pub todo: &'static str,
    /// What the person sees if it worked.
    pub seen: &'static str,
    /// The certificates for this step, which can be downloaded there.
    pub files: &'static [Role],
}

/// An instruction without files.
pub(super) fn instruction(todo: &'static str, seen: &'static str) -> Instruction {
    Instruction { todo, seen, files: &[] }
}
