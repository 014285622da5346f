//! Holds the guide for Apple Mail on a Mac.

use super::guide::{Guide, Way, instruction};
use crate::texts::text;

/// Apple Mail on a Mac.
pub(super) fn guide() -> Guide {
    Guide {
        install: vec![
            Way {
                name: text!(guides.way_profile),
                steps: vec![
                    instruction(text!(guides.macos.export), text!(guides.macos.export_seen)),
                    instruction(text!(guides.macos.open), text!(guides.macos.open_seen)),
                    instruction(text!(guides.macos.restart), text!(guides.macos.restart_seen)),
                ],
            },
            Way {
                name: text!(guides.way_p12),
                steps: vec![
                    instruction(text!(guides.macos.keychain), text!(guides.macos.keychain_seen)),
                    instruction(text!(guides.macos.restart), text!(guides.macos.restart_seen)),
                ],
            },
        ],
        trust: vec![
            instruction(text!(guides.macos.find), text!(guides.macos.find_seen)),
            instruction(text!(guides.macos.always), text!(guides.macos.always_seen)),
            instruction(text!(guides.macos.confirm), text!(guides.macos.confirm_seen)),
        ],
        sealed: text!(guides.macos.sealed),
    }
}
