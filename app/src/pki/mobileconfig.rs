//! Writes Apple's configuration profile, a file that installs root, intermediate and identity on an iPhone, iPad or
//! Mac.
//!
//! It is an XML property list (Apple, "Device Management": `TopLevel`, `CertificateRoot`, `CertificatePKCS1`,
//! `CertificatePKCS12`). The identity inside is the same as in the PKCS#12 file, without its passphrase, which the
//! device asks for. So the profile reveals no more than that file does.

use plist::{Dictionary, Value, plist_dict};
use rand_core::CryptoRng;
use uuid::Builder;
use zeroize::Zeroizing;

use super::{
    certificate::Certificate,
    chain::Chain,
    error::{Operation, PkiError},
    key::UserKey,
    pkcs12::{self, Form},
};

/// Its media type.
pub const MEDIA_TYPE: &str = "application/x-apple-aspen-config";

/// The organisation that devices show.
const ORGANIZATION: &str = "Sealpost";

/// Octets of the root's fingerprint that identify the profile of a chain.
const MARK_OCTETS: usize = 8;

/// Writes the profile. The identity has the compatible form, which every iOS and macOS reads.
///
/// The identifiers are derived from the chain. So a new export replaces the installed profile. Another chain of the
/// mailbox, as after a renewal, is installed beside it, and both keys stay on the device. The UUIDs are random (version
/// 4) and new with each export.
pub fn export(
    key: &UserKey,
    chain: &Chain,
    passphrase: &Zeroizing<String>,
    rng: &mut impl CryptoRng,
) -> Result<Vec<u8>, PkiError> {
    let identity = pkcs12::export(key, chain, passphrase, Form::Compatible, rng)?;
    let mailbox = chain.user().rfc822_names().concat();
    let mark = hex::encode(&chain.root().fingerprint()[..MARK_OCTETS]);
    let payloads = [
        Payload {
            kind: "com.apple.security.root",
            part: "root",
            name: name(chain.root()),
            description: "Root certificate, which the device trusts for mail.",
            file: "root.cer",
            content: chain.root().der().to_vec(),
        },
        Payload {
            kind: "com.apple.security.pkcs1",
            part: "intermediate",
            name: name(chain.intermediate()),
            description: "Intermediate certificate, which signs yours and those of your correspondents.",
            file: "intermediate.cer",
            content: chain.intermediate().der().to_vec(),
        },
        Payload {
            kind: "com.apple.security.pkcs12",
            part: "identity",
            name: mailbox.clone(),
            description: "Your certificate and your key. The passphrase is the one that you chose for the export.",
            file: "identity.p12",
            content: identity,
        },
    ];
    let content = payloads
        .into_iter()
        .map(|payload| Value::Dictionary(payload.dictionary(&mark, rng)))
        .collect();
    let mut profile = plist_dict!({
        "PayloadType": "Configuration",
        "PayloadIdentifier": identifier(&mark, None),
        "PayloadDisplayName": format!("Sealpost: {mailbox}"),
        "PayloadDescription": format!(
            "Opens and answers sealed mail for {mailbox}. Installs your key and the two certificates above it, and nothing else."
        ),
        "PayloadRemovalDisallowed": false,
    });
    profile.insert("PayloadContent".to_owned(), Value::Array(content));
    common(&mut profile, rng);
    let mut xml = Vec::new();
    Value::Dictionary(profile)
        .to_writer_xml(&mut xml)
        .map_err(|_| PkiError::Operation(Operation::ConfigurationProfile))?;
    Ok(xml)
}

/// An item to install.
struct Payload {
    kind: &'static str,
    part: &'static str,
    name: String,
    description: &'static str,
    file: &'static str,
    content: Vec<u8>,
}

impl Payload {
    fn dictionary(self, mark: &str, rng: &mut impl CryptoRng) -> Dictionary {
        let mut payload = plist_dict!({
            "PayloadType": self.kind,
            "PayloadIdentifier": identifier(mark, Some(self.part)),
            "PayloadDisplayName": self.name,
            "PayloadDescription": self.description,
            "PayloadCertificateFileName": self.file,
        });
        payload.insert("PayloadContent".to_owned(), Value::Data(self.content));
        common(&mut payload, rng);
        payload
    }
}

/// Adds the fields that profile and payloads share.
fn common(dictionary: &mut Dictionary, rng: &mut impl CryptoRng) {
    let mut random = [0; 16];
    rng.fill_bytes(&mut random);
    let uuid = Builder::from_random_bytes(random).into_uuid();
    // Apple's own tools write it in upper case.
    let uuid = uuid.hyphenated().to_string().to_ascii_uppercase();
    dictionary.insert("PayloadUUID".to_owned(), Value::String(uuid));
    dictionary.insert("PayloadVersion".to_owned(), Value::Integer(1.into()));
    dictionary.insert("PayloadOrganization".to_owned(), Value::String(ORGANIZATION.to_owned()));
}

fn identifier(mark: &str, part: Option<&str>) -> String {
    match part {
        None => format!("sealpost.chain.{mark}"),
        Some(part) => format!("sealpost.chain.{mark}.{part}"),
    }
}

fn name(certificate: &Certificate) -> String {
    certificate.common_name()
}
