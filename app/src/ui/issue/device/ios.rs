//! Holds the guide for iPhone and iPad.

use super::guide::{Guide, Instruction, Way, instruction};
use crate::{pki::role::Role, texts::text};

/// iPhone and iPad.
pub(super) fn guide() -> Guide {
    Guide {
        install: vec![
            Way {
                name: text!(guides.way_profile),
                steps: vec![
                    instruction(text!(guides.ios.export), text!(guides.ios.export_seen)),
                    instruction(text!(guides.ios.open), text!(guides.ios.open_seen)),
                    sign_and_encrypt(),
                ],
            },
            Way {
                name: text!(guides.ios.single_way),
                steps: vec![
                    Instruction {
                        todo: text!(guides.ios.single),
                        seen: text!(guides.ios.single_seen),
                        files: &[Role::User, Role::Root, Role::Intermediate],
                    },
                    instruction(text!(guides.ios.one_by_one), text!(guides.ios.one_by_one_seen)),
                    instruction(text!(guides.ios.key), text!(guides.ios.key_seen)),
                    sign_and_encrypt(),
                ],
            },
        ],
        trust: vec![
            instruction(text!(guides.ios.trust), text!(guides.ios.trust_seen)),
            instruction(text!(guides.ios.full), text!(guides.ios.full_seen)),
        ],
        sealed: text!(guides.ios.sealed),
    }
}

fn sign_and_encrypt() -> Instruction {
    instruction(text!(guides.ios.sign), text!(guides.ios.sign_seen))
}
