//! Holds the guide for Apple Mail on a Mac.

use super::guide::{Guide, Way, instruction};

/// Apple Mail on a Mac.
pub(super) const GUIDE: Guide = Guide {
    install: &[
        Way {
            name: "With the configuration profile",
            steps: &[
                instruction(
                    "On the step before, export the “Apple configuration profile”, and double-click the .mobileconfig file in Downloads.",
                    "A message that a profile waits in System Settings.",
                ),
                instruction(
                    "Open System Settings > General > Device Management (before macOS 15: Privacy & Security > Profiles) and \
                     double-click the profile, then Install. “Unsigned” is right: it was made in your browser.",
                    "A question for the password of the certificate: that is the passphrase that you chose for the export. Then the \
                     profile in the list, with three certificates.",
                ),
                instruction("Quit Mail and open it again.", OPENED),
            ],
        },
        Way {
            name: "With the .p12 file",
            steps: &[
                instruction(
                    "Export the compatible file, whose name ends in “-compatible.p12”, and double-click it. Keychain Access opens; \
                     choose the keychain “login” and enter your passphrase. Key, root and intermediate are in this one file.",
                    "Your address under “My Certificates”, with a key below it when you unfold it.",
                ),
                instruction("Quit Mail and open it again.", OPENED),
            ],
        },
    ],
    trust: &[
        instruction(
            "In Keychain Access (in /System/Library/CoreServices/Applications, or through Spotlight) find the root certificate that \
             names your mailbox, double-click it and unfold “Trust”.",
            "A list of purposes, each with a choice beside it.",
        ),
        instruction(
            "Set “X.509 Basic Policy” and “Secure Mail (S/MIME)” to “Always Trust”, and nothing else: “When using this certificate” \
             becomes “Use Custom Settings” by itself.",
            "“Secure Sockets Layer (SSL)” still says “no value specified”.",
        ),
        instruction(
            "Close the window and confirm with your password.",
            "A blue plus on the root's icon, and “This certificate is valid” on your own.",
        ),
    ],
    sealed: "In the header of the message, “Security: Encrypted, Signed” with a lock and a tick. When you write to such a sender, the \
             lock and the tick beside the subject are blue.",
};

const OPENED: &str = "When you write from this mailbox, a lock and a tick at the right of the subject.";
