//! EnvelopedData (RFC 5652 §6) whose encrypted content key is whatever somebody put there.

use aes::Aes256;
use cbc::{
    Encryptor,
    cipher::{BlockModeEncrypt, KeyIvInit, block_padding::Pkcs7},
};
use cms::{
    cert::IssuerAndSerialNumber,
    content_info::{CmsVersion, ContentInfo},
    enveloped_data::{
        EncryptedContentInfo, EnvelopedData, KeyTransRecipientInfo, RecipientIdentifier, RecipientInfo, RecipientInfos,
    },
};
use const_oid::db::rfc5911::{ID_AES_256_CBC, ID_DATA, ID_ENVELOPED_DATA};
use der::{
    Any, Decode, Encode,
    asn1::{OctetString, SetOfVec},
};
use spki::AlgorithmIdentifierOwned;
use x509_cert::Certificate;

/// A ContentInfo for the holder of a certificate (DER): `encrypted_key` as it is, and a content encrypted under a key with
/// AES-256-CBC.
pub fn enveloped(
    certificate: &[u8],
    transport: AlgorithmIdentifierOwned,
    encrypted_key: &[u8],
    (key, content): (&[u8; 32], &[u8]),
) -> Vec<u8> {
    let iv = [7; 16];
    let content = Encryptor::<Aes256>::new(key.into(), &iv.into()).encrypt_padded_vec::<Pkcs7>(content);
    let certificate = Certificate::from_der(certificate).unwrap();
    let recipient = RecipientInfo::Ktri(KeyTransRecipientInfo {
        version: CmsVersion::V0,
        rid: RecipientIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
            issuer: certificate.tbs_certificate().issuer().clone(),
            serial_number: certificate.tbs_certificate().serial_number().clone(),
        }),
        key_enc_alg: transport,
        enc_key: OctetString::new(encrypted_key).unwrap(),
    });
    let enveloped = EnvelopedData {
        version: CmsVersion::V0,
        originator_info: None,
        recip_infos: RecipientInfos(SetOfVec::try_from([recipient]).unwrap()),
        encrypted_content: EncryptedContentInfo {
            content_type: ID_DATA,
            content_enc_alg: AlgorithmIdentifierOwned {
                oid: ID_AES_256_CBC,
                parameters: Some(Any::encode_from(&OctetString::new(iv).unwrap()).unwrap()),
            },
            encrypted_content: Some(OctetString::new(content).unwrap()),
        },
        unprotected_attrs: None,
    };
    let object = ContentInfo {
        content_type: ID_ENVELOPED_DATA,
        content: Any::encode_from(&enveloped).unwrap(),
    };
    object.to_der().unwrap()
}
