//! Holds the guide for gpgsm, KMail and Kleopatra.

use super::guide::{Guide, Instruction, Way, instruction};
use crate::{pki::role::Role, texts::text};

/// gpgsm and the programs that use it.
pub(super) fn guide() -> Guide {
    Guide {
        install: vec![Way {
            name: text!(guides.way_p12),
            steps: vec![
                instruction(text!(guides.gnupg.import), text!(guides.gnupg.import_seen)),
                instruction(text!(guides.gnupg.crl), text!(guides.gnupg.crl_seen)),
                instruction(text!(guides.gnupg.choose), text!(guides.gnupg.choose_seen)),
            ],
        }],
        trust: vec![
            Instruction {
                todo: text!(guides.gnupg.trust),
                seen: text!(guides.gnupg.trust_seen),
                files: &[Role::Root],
            },
            instruction(text!(guides.gnupg.list), text!(guides.gnupg.list_seen)),
        ],
        sealed: text!(guides.gnupg.sealed),
    }
}
