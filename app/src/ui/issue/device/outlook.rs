//! Holds the guide for Outlook on Windows.

use super::guide::{Guide, Instruction, Way, instruction};
use crate::{pki::role::Role, texts::text};

/// Outlook on Windows.
pub(super) fn guide() -> Guide {
    Guide {
        install: vec![Way {
            name: text!(guides.way_p12),
            steps: vec![
                instruction(text!(guides.outlook.import), text!(guides.outlook.import_seen)),
                instruction(text!(guides.outlook.ask), text!(guides.outlook.ask_seen)),
                instruction(text!(guides.outlook.choose), text!(guides.outlook.choose_seen)),
            ],
        }],
        trust: vec![
            Instruction {
                todo: text!(guides.outlook.root),
                seen: text!(guides.outlook.root_seen),
                files: &[Role::Root],
            },
            instruction(text!(guides.outlook.compare), text!(guides.outlook.compare_seen)),
            instruction(text!(guides.outlook.mail_only), text!(guides.outlook.mail_only_seen)),
        ],
        sealed: text!(guides.outlook.sealed),
    }
}
