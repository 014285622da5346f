//! Holds the guide for iPhone and iPad.

use super::guide::{Guide, Instruction, Way, instruction};
use crate::pki::role::Role;

/// iPhone and iPad.
pub(super) const GUIDE: Guide = Guide {
    install: &[
        Way {
            name: "With the configuration profile",
            steps: &[
                instruction(
                    "On the step before, export the “Apple configuration profile” (.mobileconfig), best in Safari on the device itself: \
                     allow the download. If it lands among your files, open the app Files > Downloads and tap it there. From a computer, send \
                     it to the device with AirDrop.",
                    "A message that a profile was downloaded.",
                ),
                instruction(
                    "Open Settings and tap “Profile Downloaded” near the top (or General > VPN & Device Management), then Install. \
                     “Not signed” is right: it was made in your browser, and nobody else vouches for it.",
                    "A question for the password of the certificate: that is the passphrase that you chose for the export.",
                ),
                SIGN_AND_ENCRYPT,
            ],
        },
        Way {
            name: "One by one, without a profile",
            steps: &[
                Instruction {
                    todo: "Open this page in Safari on the device, or send yourself the three files. Take them one by one and in \
                           this order: user, then root, then intermediate. Allow each download.",
                    seen: "“Profile Downloaded” after each.",
                    files: &[Role::User, Role::Root, Role::Intermediate],
                },
                instruction(
                    "After each one open Settings > Profile Downloaded (or General > VPN & Device Management) and tap Install, before \
                     you take the next: the device keeps only one waiting.",
                    "The certificate in the list of profiles. “Not verified” is right until the root is trusted.",
                ),
                instruction(
                    "Now the key: export the compatible file, whose name ends in “-compatible.p12”, send it to the device with AirDrop \
                     or the app Files, tap it, and install it in Settings in the same way.",
                    "A question for the passphrase that you chose, and then one more entry in the list.",
                ),
                SIGN_AND_ENCRYPT,
            ],
        },
    ],
    trust: &[
        instruction(
            "Open Settings > General > About > Certificate Trust Settings, at the very bottom.",
            "The root certificate that names your mailbox. If it is not there, it is not installed yet.",
        ),
        instruction(
            "Turn on full trust for it and confirm.",
            "The switch stays on, and in the list of profiles the certificates are “Verified”.",
        ),
    ],
    sealed: "In Mail a lock and a tick stand beside the sender's name. Tap the name: it says “Encrypted” and “Signed”. On a message \
             that you write to such a sender the lock beside the recipient is closed.",
};

const SIGN_AND_ENCRYPT: Instruction = instruction(
    "Open Settings > Apps > Mail > Mail Accounts (on older systems Settings > Mail > Accounts), choose the account of this mailbox, \
     then Account > Advanced. Turn on Sign and Encrypt by Default.",
    "In both, this certificate with a tick: your address, issued by “Sealpost Intermediate”.",
);
