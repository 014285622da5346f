//! Holds the guide for Android.

use super::guide::{Guide, Instruction, Way, instruction};
use crate::pki::role::Role;

/// Android, where the steps depend on the mail app.
pub(super) const GUIDE: Guide = Guide {
    install: &[Way {
        name: "With the .p12 file",
        steps: &[
            instruction(
                "Android itself does not read S/MIME: a mail app has to. FairEmail does, with all that is needed here; Outlook for Android \
                 does for work accounts. Bring the compatible file, whose name ends in “-compatible.p12”, onto the device. Android answers \
                 “wrong password” to the modern one.",
                "The file in the app Files, under Downloads.",
            ),
            instruction(
                "Open Android's Settings > Security & privacy > More > Encryption & credentials > Install a certificate > VPN & app user \
                 certificate, choose the file, and enter your passphrase. The names of the menus differ from maker to maker: search for \
                 “certificate” in Settings.",
                "“Certificate installed”, and its name under User credentials.",
            ),
            instruction(
                "In FairEmail open Settings > Encryption, turn on signing and encrypting by default with S/MIME, and in the identity \
                 of this mailbox choose the certificate when it asks for one.",
                "Your address as the chosen key.",
            ),
        ],
    }],
    trust: &[
        Instruction {
            todo: "In FairEmail open the first sealed message, tap its seal, compare the fingerprint with the one below, and add \
                   the certificate. Or import the root's file under Settings > Encryption > S/MIME.",
            seen: "The seal turns green.",
            files: &[Role::Root],
        },
        instruction(
            "If another app wants the system's store: Settings > Security & privacy > More > Encryption & credentials > Install a \
             certificate > CA certificate, with the file of the root. Android warns that others could read your traffic: this \
             root cannot, as its key no longer exists and what it signed is limited to mail.",
            "The root under Trusted credentials > User.",
        ),
    ],
    sealed: "In FairEmail a lock on the message: tap it to open the message, and a green seal says that the signature is valid.",
};
