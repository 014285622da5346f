//! Holds the guide for Thunderbird.

use super::guide::{Guide, Instruction, Way, instruction};
use crate::pki::role::Role;

/// Thunderbird, which has its own certificate store on every system.
pub(super) const GUIDE: Guide = Guide {
    install: &[Way {
        name: "With the .p12 file",
        steps: &[
            instruction(
                "Open Settings > Privacy & Security > Certificates > Manage Certificates > Your Certificates > Import, choose the .p12 \
                 file (the modern form) and enter your passphrase. Windows' or macOS's own store does not matter here.",
                "Your address in the list, issued by “Sealpost Intermediate”.",
            ),
            instruction(
                "Open Account Settings > End-To-End Encryption > S/MIME of this mailbox, and select the certificate for digital signing; \
                 Thunderbird offers it for encryption as well: accept.",
                "The certificate in both fields, without a warning that it could not be verified. The warning goes once the root is \
                 trusted, which is the next step: come back here then.",
            ),
        ],
    }],
    trust: &[
        Instruction {
            todo: "Open Settings > Privacy & Security > Certificates > Manage Certificates > Authorities and look for “Sealpost Root”. \
                   The .p12 file brought it along; if it is not there, import its file.",
            seen: "Root and intermediate, one below the other.",
            files: &[Role::Root],
        },
        instruction(
            "Select the root, choose Edit Trust, and tick only “This certificate can identify mail users”.",
            "The box for websites stays empty. Your certificate under Your Certificates opens without a warning.",
        ),
    ],
    sealed: "In the header of the message a button “S/MIME” with a lock and a seal. Click it: “Message Is Signed” with a valid \
             signature, and “Message Is Encrypted”. When you answer, Encrypt is on by itself.",
};
