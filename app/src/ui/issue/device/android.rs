//! Holds the guide for Android.

use super::guide::{Guide, Instruction, Way, instruction};
use crate::{pki::role::Role, texts::text};

/// Android, where the steps depend on the mail app.
pub(super) fn guide() -> Guide {
    Guide {
        install: vec![Way {
            name: text!(guides.way_p12),
            steps: vec![
                instruction(text!(guides.android.file), text!(guides.android.file_seen)),
                instruction(text!(guides.android.install), text!(guides.android.install_seen)),
                instruction(text!(guides.android.choose), text!(guides.android.choose_seen)),
            ],
        }],
        trust: vec![
            Instruction {
                todo: text!(guides.android.trust),
                seen: text!(guides.android.trust_seen),
                files: &[Role::Root],
            },
            instruction(text!(guides.android.system), text!(guides.android.system_seen)),
        ],
        sealed: text!(guides.android.sealed),
    }
}
