//! How key and certificates get onto a device, and how the root becomes trusted there.

/// A device or mail client with its own way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ui) enum Device {
    Ios,
    MacOs,
    Outlook,
    Thunderbird,
    Android,
}

impl Device {
    pub const ALL: [Self; 5] = [Self::Ios, Self::MacOs, Self::Outlook, Self::Thunderbird, Self::Android];

    /// What it is called in the selector.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ios => "iPhone and iPad",
            Self::MacOs => "Mac (Apple Mail)",
            Self::Outlook => "Windows (Outlook)",
            Self::Thunderbird => "Thunderbird",
            Self::Android => "Android",
        }
    }

    /// The value of its option.
    pub fn key(self) -> &'static str {
        match self {
            Self::Ios => "ios",
            Self::MacOs => "macos",
            Self::Outlook => "outlook",
            Self::Thunderbird => "thunderbird",
            Self::Android => "android",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|device| device.key() == key)
    }

    /// The way to install key and chain.
    pub fn install(self) -> &'static [&'static str] {
        match self {
            Self::Ios => &[
                "Open the three certificates below in Safari on the device, one by one and in this order: user, then root, \
                 then intermediate. Allow each download.",
                "After each one open Settings > Profile Downloaded (or Settings > General > VPN & Device Management) and tap \
                 Install. That the profile is called unsigned or not verified is right: the root is your own.",
                "Now the key: send the .p12 file to the device with AirDrop or the Files app, tap it, and install it in \
                 Settings in the same way. It asks for your passphrase.",
                "Open Settings > Apps > Mail > Mail Accounts, choose the account, then Account > Advanced (on older iOS: \
                 Settings > Mail > Accounts). Turn on Sign and Encrypt by Default, and choose this certificate in both.",
            ],
            Self::MacOs => &[
                "Double-click the .p12 file. Keychain Access opens; choose the keychain “login” and enter your passphrase. \
                 Key, root and intermediate are in this one file.",
                "Quit Mail and open it again: it finds the certificate by its address, and shows a lock and a seal when you write.",
            ],
            Self::Outlook => &[
                "Double-click the .p12 file. Choose “Current User”, enter your passphrase, and let Windows choose the stores \
                 by the type of the certificate.",
                "Windows asks whether to install the root. Compare the fingerprint with the one on the profile's page, then say yes.",
                "In classic Outlook open File > Options > Trust Center > Trust Center Settings > Email Security > Settings, and \
                 choose this certificate for signing and for encryption. In new Outlook: Settings > Mail > S/MIME.",
            ],
            Self::Thunderbird => &[
                "Open Settings > Privacy & Security > Certificates > Manage Certificates > Your Certificates > Import, choose \
                 the .p12 file and enter your passphrase.",
                "Open Account Settings > End-To-End Encryption > S/MIME and select this certificate for signing and for encryption.",
            ],
            Self::Android => &[
                "Android itself does not read S/MIME: an app has to. FairEmail and Outlook for Android are two that do. Bring the \
                 .p12 file onto the device.",
                "In FairEmail open Settings > Encryption > S/MIME and import the key; it asks for your passphrase. In other apps \
                 look for “S/MIME” or “certificate” in the account's settings.",
                "Apps that use Android's own store: Settings > Security > Encryption & credentials > Install a certificate > VPN & \
                 app user certificate.",
            ],
        }
    }

    /// The way to trust the root for mail, and for nothing else where the system can tell the two apart.
    pub fn trust(self) -> &'static [&'static str] {
        match self {
            Self::Ios => &[
                "Open Settings > General > About > Certificate Trust Settings.",
                "Turn on full trust for the root certificate of Sealpost that names your mailbox.",
            ],
            Self::MacOs => &[
                "In Keychain Access find the root certificate, double-click it and open “Trust”.",
                "Set “X.509 Basic Policy” and “Secure Mail (S/MIME)” to “Always Trust”, and nothing else: leave “When using this \
                 certificate” at its default.",
                "Close the window and confirm with your password.",
            ],
            Self::Outlook => &[
                "If Windows did not ask during the import: double-click the file of the root certificate, choose Install \
                 Certificate > Current User > Place all certificates in the following store > Trusted Root Certification \
                 Authorities.",
                "Compare the fingerprint with the one on the profile's page before you confirm.",
            ],
            Self::Thunderbird => &[
                "Open Settings > Privacy & Security > Certificates > Manage Certificates > Authorities. If the root is not in the \
                 list, import its file.",
                "Select the root, choose Edit Trust, and tick only “This certificate can identify mail users”.",
            ],
            Self::Android => &[
                "In FairEmail the root is accepted with the first sealed message: tap its seal, compare the fingerprint with the \
                 one on the profile's page, and add it.",
                "Other apps ask in their own settings. If yours wants the system's store: Settings > Security > Encryption & \
                 credentials > Install a certificate > CA certificate, with the file of the root.",
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_device_has_its_way_and_is_found_by_its_key() {
        for device in Device::ALL {
            assert_eq!(Device::from_key(device.key()), Some(device));
            assert!(!device.install().is_empty() && !device.trust().is_empty());
        }
    }
}
