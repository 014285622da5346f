//! The form of a guide for one device or mail app.

use crate::pki::role::Role;

/// All that there is to do on one device.
pub(in crate::ui) struct Guide {
    /// The ways to install key and chain, the best one first; each is complete.
    pub install: &'static [Way],
    /// The way to trust the root for mail, and for nothing else where the system can tell the two apart.
    pub trust: &'static [Instruction],
    /// How a sealed message looks there.
    pub sealed: &'static str,
}

/// One way to the goal.
pub(in crate::ui) struct Way {
    /// A title of a few words.
    pub name: &'static str,
    /// The steps, in order.
    pub steps: &'static [Instruction],
}

/// One thing to do.
pub(in crate::ui) struct Instruction {
    /// The action, as a sentence.
    pub todo: &'static str,
    /// The sight that shows that it worked.
    pub seen: &'static str,
    /// The certificates that it takes, to be downloaded on the spot.
    pub files: &'static [Role],
}

/// An instruction without files.
pub(super) const fn instruction(todo: &'static str, seen: &'static str) -> Instruction {
    Instruction { todo, seen, files: &[] }
}
