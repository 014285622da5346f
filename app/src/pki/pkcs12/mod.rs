//! Writes the PKCS#12 file that carries the user key and the chain to a device (RFC 7292).

mod cipher;

use cms_0_2::{
    content_info::{CmsVersion, ContentInfo},
    encrypted_data::EncryptedData,
    enveloped_data::EncryptedContentInfo,
};
use pkcs12::{
    PKCS_12_CERT_BAG_OID, PKCS_12_PKCS8_KEY_BAG_OID, PKCS_12_X509_CERT_OID,
    cert_type::CertBag,
    pbe_params::EncryptedPrivateKeyInfo,
    pfx::{Pfx, Version},
    safe_bag::{SafeBag, SafeContents},
};
use rand_core::CryptoRng;
use x509_cert_0_2::{
    attr::{Attribute, Attributes},
    der::{
        Any, Encode,
        asn1::{BmpString, ObjectIdentifier, OctetString, SetOfVec},
    },
};
use zeroize::Zeroizing;

use self::cipher::CipherError;
pub use self::cipher::Form;
use super::{
    certificate::Certificate,
    chain::Chain,
    error::{Operation, PkiError},
    key::UserKey,
};

/// Fewest characters of a passphrase.
pub const MIN_PASSPHRASE: usize = 8;

/// PKCS#7 data (RFC 2315 §14).
const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
/// PKCS#7 encryptedData.
const ENCRYPTED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.6");
/// PKCS#9 friendlyName (RFC 2985 §5.5.1), the label that devices show.
const FRIENDLY_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.20");
/// PKCS#9 localKeyId (RFC 2985 §5.5.2), which links the certificate to the key.
const LOCAL_KEY_ID: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.21");

/// Writes the file with the user key, its certificate, and the two certificates above it.
pub fn export(
    key: &UserKey,
    chain: &Chain,
    passphrase: &Zeroizing<String>,
    form: Form,
    rng: &mut impl CryptoRng,
) -> Result<Vec<u8>, PkiError> {
    if passphrase.chars().count() < MIN_PASSPHRASE {
        return Err(PkiError::PassphraseTooShort);
    }
    // Systems derive different keys from characters beyond the BMP.
    if passphrase.chars().any(|c| u32::from(c) > u32::from(u16::MAX)) {
        return Err(PkiError::PassphraseCharacter);
    }
    let private_key = key.to_pkcs8()?;
    let key_id = key.signatory().public().identifier();
    write(&private_key, &key_id, chain, passphrase, form, rng)
        .map_err(|CipherError| PkiError::Operation(Operation::Pkcs12))
}

/// Writes two safes like OpenSSL and most programs: the certificates, encrypted as a whole, and the shrouded key.
fn write(
    private_key: &[u8],
    key_id: &[u8],
    chain: &Chain,
    passphrase: &str,
    form: Form,
    rng: &mut impl CryptoRng,
) -> Result<Vec<u8>, CipherError> {
    let name = chain.user().rfc822_names().concat();
    let certificates: SafeContents = vec![
        certificate_bag(chain.user(), &name, Some(key_id))?,
        certificate_bag(chain.intermediate(), &chain.intermediate().common_name(), None)?,
        certificate_bag(chain.root(), &chain.root().common_name(), None)?,
    ];
    let (encryption_algorithm, encrypted_data) = cipher::encrypt(form, passphrase, private_key, rng)?;
    let shrouded = EncryptedPrivateKeyInfo {
        encryption_algorithm,
        encrypted_data,
    };
    let keys: SafeContents = vec![SafeBag {
        bag_id: PKCS_12_PKCS8_KEY_BAG_OID,
        bag_value: shrouded.to_der()?,
        bag_attributes: Some(attributes(&name, Some(key_id))?),
    }];
    let safes = vec![
        encrypted(&certificates.to_der()?, passphrase, form, rng)?,
        data(keys.to_der()?)?,
    ];
    let content = safes.to_der()?;
    let file = Pfx {
        version: Version::V3,
        mac_data: Some(cipher::mac(form, passphrase, &content, rng)?),
        auth_safe: data(content)?,
    };
    Ok(file.to_der()?)
}

fn certificate_bag(certificate: &Certificate, label: &str, key_id: Option<&[u8]>) -> Result<SafeBag, CipherError> {
    let bag = CertBag {
        cert_id: PKCS_12_X509_CERT_OID,
        cert_value: OctetString::new(certificate.der())?,
    };
    Ok(SafeBag {
        bag_id: PKCS_12_CERT_BAG_OID,
        bag_value: bag.to_der()?,
        bag_attributes: Some(attributes(label, key_id)?),
    })
}

fn attributes(label: &str, key_id: Option<&[u8]>) -> Result<Attributes, CipherError> {
    let mut attributes = Attributes::new();
    attributes.insert(attribute(
        FRIENDLY_NAME,
        Any::encode_from(&BmpString::from_utf8(label)?)?,
    )?)?;
    if let Some(key_id) = key_id {
        attributes.insert(attribute(LOCAL_KEY_ID, Any::encode_from(&OctetString::new(key_id)?)?)?)?;
    }
    Ok(attributes)
}

fn attribute(oid: ObjectIdentifier, value: Any) -> Result<Attribute, CipherError> {
    let mut values = SetOfVec::new();
    values.insert(value)?;
    Ok(Attribute { oid, values })
}

fn data(content: Vec<u8>) -> Result<ContentInfo, CipherError> {
    Ok(ContentInfo {
        content_type: DATA,
        content: Any::encode_from(&OctetString::new(content)?)?,
    })
}

fn encrypted(
    content: &[u8],
    passphrase: &str,
    form: Form,
    rng: &mut impl CryptoRng,
) -> Result<ContentInfo, CipherError> {
    let (content_enc_alg, ciphertext) = cipher::encrypt(form, passphrase, content, rng)?;
    let encrypted = EncryptedData {
        version: CmsVersion::V0,
        enc_content_info: EncryptedContentInfo {
            content_type: DATA,
            content_enc_alg,
            encrypted_content: Some(ciphertext),
        },
        unprotected_attrs: None,
    };
    Ok(ContentInfo {
        content_type: ENCRYPTED_DATA,
        content: Any::encode_from(&encrypted)?,
    })
}
