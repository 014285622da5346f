//! Signatures that hold, over something else than what was signed.

use cms::{content_info::ContentInfo, signed_data::SignedData};
use der::{Any, Decode, Encode, Tag, asn1::SetOfVec};
use test_support::program::must;

use crate::open::{
    clients::{CLIENT, body, cms_message, mailed},
    home::{ANSWER, HOME},
};

fn signed_data(object: &[u8]) -> SignedData {
    let content_info = ContentInfo::from_der(object).unwrap();
    content_info.content.decode_as().unwrap()
}

fn message(signed_data: &SignedData) -> Vec<u8> {
    let content = Any::encode_from(signed_data).unwrap();
    let content_type = const_oid::db::rfc5911::ID_SIGNED_DATA;
    let object = ContentInfo { content_type, content }.to_der().unwrap();
    cms_message("application/pkcs7-mime; smime-type=signed-data", &object)
}

fn opaque() -> SignedData {
    signed_data(&body(&mailed(&CLIENT.sign("-nodetach -noindef", ANSWER.as_bytes()))))
}

/// The attributes of any signed message, as the content of one without attributes: the signature is over the same octets.
#[test]
fn attributes_do_not_pass_for_content() {
    let mut signed = opaque();
    let mut info = signed.signer_infos.0.as_ref()[0].clone();
    let attributes = info.signed_attrs.take().unwrap().to_der().unwrap();
    signed.encap_content_info.econtent = Some(Any::new(Tag::OctetString, attributes.clone()).unwrap());
    signed.signer_infos.0 = SetOfVec::try_from(vec![info]).unwrap();
    let forged = message(&signed);
    // OpenSSL 3.0 takes it: the octets are what was signed.
    CLIENT.put("forged.eml", &forged);
    let verify = "cms -verify -in forged.eml -CAfile root.pem -purpose any -binary";
    let content = must(CLIENT.program("openssl").args(verify.split_whitespace()), b"");
    assert_eq!(content, attributes);
    let opened = HOME.open(&forged).unwrap();
    assert!(opened.signature.is_none());
}

#[test]
fn another_content_under_the_same_attributes_is_not_signed() {
    let mut signed = opaque();
    let other = ANSWER.replace("oak", "elm");
    signed.encap_content_info.econtent = Some(Any::new(Tag::OctetString, other.as_bytes()).unwrap());
    let opened = HOME.open(&message(&signed)).unwrap();
    assert_eq!(opened.entity.as_slice(), other.as_bytes());
    assert!(opened.signature.is_none());
}

#[test]
fn certificates_alone_hold_no_content() {
    let certificates = must(
        CLIENT
            .program("openssl")
            .args("crl2pkcs7 -nocrl -certfile above.pem -outform DER".split_whitespace()),
        b"",
    );
    assert!(matches!(
        HOME.open(&cms_message(
            "application/pkcs7-mime; smime-type=certs-only",
            &certificates
        )),
        Err(server::seal::open::OpenError::Empty)
    ));
}
