//! Holds the guide for Outlook on Windows.

use super::guide::{Guide, Instruction, Way, instruction};
use crate::pki::role::Role;

/// Outlook on Windows.
pub(super) const GUIDE: Guide = Guide {
    install: &[Way {
        name: "With the .p12 file",
        steps: &[
            instruction(
                "Double-click the .p12 file. Windows 10 and later take the modern one; for older systems export the compatible one, whose \
                 name ends in “-compatible.p12”. Choose “Current User”, enter your passphrase, \
                 and let Windows choose the stores by the type of the certificate.",
                "A window that says that the import was successful.",
            ),
            instruction(
                "If Windows asks on the way whether to install the root, look at the name: it is the root that names your mailbox. \
                 Windows shows a SHA-1 fingerprint only; for the SHA-256 one that this site shows, run certutil -hashfile with the \
                 root's file and SHA256. Then say yes.",
                "In certmgr.msc, under Personal > Certificates, your address with a small key on its icon.",
            ),
            instruction(
                "In classic Outlook open File > Options > Trust Center > Trust Center Settings > Email Security > Settings, and choose \
                 this certificate for signing and for encryption. In new Outlook: Settings > Mail > S/MIME.",
                "Your address as signing and as encryption certificate, with SHA-256 and AES (256-bit).",
            ),
        ],
    }],
    trust: &[
        Instruction {
            todo: "If Windows did not ask during the import: open the file of the root, choose Install Certificate > Current User > \
                   Place all certificates in the following store > Trusted Root Certification Authorities.",
            seen: "A security warning with the name of the root and its fingerprint.",
            files: &[Role::Root],
        },
        instruction(
            "Compare the fingerprint before you confirm.",
            "Your own certificate, opened again in certmgr.msc, says under Certification Path that it is OK.",
        ),
        instruction(
            "To trust it for mail only: in certmgr.msc open the root's Properties, choose “Enable only the following purposes”, and \
             leave only Secure Email.",
            "“Secure Email” alone in the column Intended Purposes.",
        ),
    ],
    sealed: "A lock and a red ribbon on the message. Click the ribbon: the signature is valid and trusted. Answering offers Encrypt \
             under Options, already on where you chose so.",
};
