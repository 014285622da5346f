//! Holds the guide for gpgsm, KMail and Kleopatra.

use super::guide::{Guide, Instruction, Way, instruction};
use crate::pki::role::Role;

/// gpgsm and the programs that use it.
pub(super) const GUIDE: Guide = Guide {
    install: &[Way {
        name: "With the .p12 file",
        steps: &[
            instruction(
                "Export the compatible file, whose name ends in “-compatible.p12”: gpgsm 2.2 reads no other, and takes no passphrase with \
                 letters beyond those of Western Europe. Then run gpgsm --import with the name of the file. It asks for the passphrase \
                 of the file, and for one that protects the key from now on.",
                "“secret keys imported: 1”, and three certificates.",
            ),
            instruction(
                "Write the line disable-crl-checks into gpgsm.conf in the folder of GnuPG: the chain has no revocation list, as its root \
                 key is gone and could not sign one.",
                "gpgsm --list-secret-keys lists your address without complaint.",
            ),
            instruction(
                "In KMail choose the certificate in the identity's settings under Cryptography; Kleopatra shows it among your own \
                 certificates by itself.",
                "Your address as S/MIME signing and encryption certificate.",
            ),
        ],
    }],
    trust: &[
        Instruction {
            todo: "Run gpgsm --list-chain --with-validation. gpg-agent asks whether you trust the root: compare the fingerprint (SHA-1 \
                   there; of the file: openssl x509 -noout -fingerprint -sha1 -in the root's file) and say yes twice.",
            seen: "“certificate is good” below each of the three.",
            files: &[Role::Root],
        },
        instruction(
            "If it does not ask: write the fingerprint, a blank and S relax as one line into trustlist.txt in the folder of GnuPG, \
             and run gpgconf --reload gpg-agent.",
            "The same, without a question.",
        ),
    ],
    sealed: "“Good signature from” and your contact's relay address, after “encrypted to” your own; KMail draws a green frame \
             around a blue one.",
};
