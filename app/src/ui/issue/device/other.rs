//! Holds the guide for a mail app without its own guide.

use super::guide::{Guide, Instruction, Way, instruction};
use crate::{pki::role::Role, texts::text};

/// A mail app without its own guide.
pub(super) fn guide() -> Guide {
    Guide {
        install: vec![Way {
            name: text!(guides.way_p12),
            steps: vec![
                instruction(text!(guides.other.import), text!(guides.other.import_seen)),
                instruction(text!(guides.other.compatible), text!(guides.other.compatible_seen)),
                instruction(text!(guides.other.choose), text!(guides.other.choose_seen)),
            ],
        }],
        trust: vec![
            Instruction {
                todo: text!(guides.other.root),
                seen: text!(guides.other.root_seen),
                files: &[Role::Root],
            },
            instruction(text!(guides.other.trust), text!(guides.other.trust_seen)),
        ],
        sealed: text!(guides.other.sealed),
    }
}
