//! Holds the guide for Thunderbird.

use super::guide::{Guide, Instruction, Way, instruction};
use crate::{pki::role::Role, texts::text};

/// Thunderbird, which has its own certificate store on every system.
pub(super) fn guide() -> Guide {
    Guide {
        install: vec![Way {
            name: text!(guides.way_p12),
            steps: vec![
                instruction(text!(guides.thunderbird.import), text!(guides.thunderbird.import_seen)),
                instruction(text!(guides.thunderbird.choose), text!(guides.thunderbird.choose_seen)),
            ],
        }],
        trust: vec![
            Instruction {
                todo: text!(guides.thunderbird.root),
                seen: text!(guides.thunderbird.root_seen),
                files: &[Role::Root],
            },
            instruction(text!(guides.thunderbird.trust), text!(guides.thunderbird.trust_seen)),
        ],
        sealed: text!(guides.thunderbird.sealed),
    }
}
