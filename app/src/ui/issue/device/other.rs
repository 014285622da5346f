//! Holds the guide for a mail app without its own guide.

use super::guide::{Guide, Instruction, Way, instruction};
use crate::pki::role::Role;

/// A mail app without its own guide.
pub(super) const GUIDE: Guide = Guide {
    install: &[Way {
        name: "With the .p12 file",
        steps: &[
            instruction(
                "In the settings of your mail app look for “S/MIME”, “Certificates” or “Security”, and import the .p12 file there. Some mail \
                 apps use the certificates of the system instead: then import it into the system. Enter your passphrase.",
                "Your address in the list of your own certificates.",
            ),
            instruction(
                "If the right passphrase is called wrong, the app cannot read the modern form. Go back, export the compatible form, whose \
                 name ends in “-compatible.p12”, and import that one.",
                "The same list.",
            ),
            instruction(
                "In the settings of the account of this mailbox choose the certificate for signing and for encryption.",
                "Your address in both places.",
            ),
        ],
    }],
    trust: &[
        Instruction {
            todo: "Look for the certificate authorities in the same settings. If the .p12 file did not bring the root along, import its \
                   file.",
            seen: "“Sealpost Root” in the list, with your mailbox in its name.",
            files: &[Role::Root],
        },
        instruction(
            "Compare the fingerprint with the one below, and trust the root for mail. Leave websites off if the app tells the two apart.",
            "Your own certificate is valid.",
        ),
    ],
    sealed: "Most mail apps show a lock for an encrypted message and a seal or tick for a valid signature. A message that cannot be \
             opened is shown as an attachment named smime.p7m.",
};
