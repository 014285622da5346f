//! Keys of RFC 9580, which neither GnuPG nor the sq of today's distributions reads: here the library judges.

use sequoia_openpgp::{
    Cert, Packet, Profile,
    armor::Kind,
    cert::{CertBuilder, CipherSuite},
    packet::{SEIP, UserID, signature::SignatureBuilder},
    parse::{PacketParser, PacketParserResult, Parse},
    serialize::{
        SerializeInto,
        stream::{Armorer, LiteralWriter, Message, Signer},
    },
    types::{AEADAlgorithm, Features, KeyFlags, SignatureType, SymmetricAlgorithm},
};
use server::seal::pgp::{self, ContactKey, PersonKey};

use crate::pgp::{
    craft::{Code, encrypt, literal},
    relay::{ANSWER, RELAY, armored, encrypted_binary, now, signed},
};

fn key(profile: Profile, features: Features, modes: &[AEADAlgorithm]) -> Cert {
    let modes = modes.iter().map(|mode| (SymmetricAlgorithm::AES256, *mode)).collect();
    let preferences = SignatureBuilder::new(SignatureType::PositiveCertification)
        .set_preferred_aead_ciphersuites(modes)
        .unwrap();
    CertBuilder::new()
        .set_profile(profile)
        .unwrap()
        .set_cipher_suite(CipherSuite::Cv25519)
        .set_features(features)
        .unwrap()
        .set_primary_key_flags(KeyFlags::empty().set_certification().set_signing())
        .add_userid_with(UserID::from("Ann <ann@mailbox.example>"), preferences)
        .unwrap()
        .add_transport_encryption_subkey()
        .generate()
        .unwrap()
        .0
}

/// The mode of version 2 of encrypted data, or nothing for version 1.
fn mode(octets: &[u8]) -> Option<AEADAlgorithm> {
    let mut parsed = PacketParser::from_bytes(octets).unwrap();
    while let PacketParserResult::Some(parser) = parsed {
        match &parser.packet {
            Packet::SEIP(SEIP::V1(_)) => return None,
            Packet::SEIP(SEIP::V2(container)) => return Some(container.aead()),
            _ => parsed = parser.next().unwrap().1,
        }
    }
    panic!("nothing is encrypted");
}

#[test]
fn version_2_is_written_only_where_it_is_announced() {
    use AEADAlgorithm::{EAX, OCB};
    let (old, new) = (
        Features::empty().set_seipdv1(),
        Features::empty().set_seipdv1().set_seipdv2(),
    );
    let mandatory = Some(OCB).filter(AEADAlgorithm::is_supported);
    for (profile, features, modes, expected) in [
        (Profile::RFC4880, &old, &[][..], None),
        (Profile::RFC4880, &old, &[EAX], None),
        (Profile::RFC4880, &new, &[], mandatory),
        (Profile::RFC4880, &new, &[EAX], mandatory.or(Some(EAX))),
        (Profile::RFC9580, &new, &[], mandatory),
        (Profile::RFC9580, &new, &[OCB, EAX], mandatory.or(Some(EAX))),
    ] {
        let person = key(profile, features.clone(), modes);
        let public = PersonKey::read(&person.to_vec().unwrap(), now()).unwrap();
        assert_eq!(public.algorithm(), "Ed25519 / X25519");
        let sealed = RELAY.seal(b"Subject: s\r\n\r\ntext\r\n", &public);
        assert_eq!(
            mode(armored(&sealed).as_bytes()),
            expected,
            "{profile:?} {features:?} {modes:?}"
        );

        // The person opens it like the relay opens an answer, and the contact's signature holds.
        let reader = ContactKey::from_secret(&person.as_tsk().to_vec().unwrap()).unwrap();
        let contact = PersonKey::read(&RELAY.contact.public_bytes().unwrap(), now()).unwrap();
        let opened = pgp::open(sealed.as_bytes(), &[&reader], &[&contact], now()).unwrap();
        assert!(memchr::memmem::find(&opened.entity, b"\r\n\r\ntext\r\n").is_some());
        assert!(opened.signature.is_some());
    }
}

/// What was signed for one contact and encrypted anew to another (RFC 9580 §5.2.3.36).
#[test]
fn a_signature_that_names_another_recipient_does_not_count() {
    use std::io::Write;
    let person = key(Profile::RFC4880, Features::empty().set_seipdv1(), &[]);
    let public = PersonKey::read(&person.to_vec().unwrap(), now()).unwrap();
    let [contact, other] =
        [&RELAY.contact, &RELAY.other_contact].map(|key| Cert::from_bytes(&key.public_bytes().unwrap()).unwrap());
    let pair = || {
        let key = person.primary_key().key().clone().parts_into_secret().unwrap();
        key.into_keypair().unwrap()
    };
    for (named, counts) in [(&contact, true), (&other, false)] {
        let mut packets = Vec::new();
        let signer = Signer::new(Message::new(&mut packets), pair()).unwrap();
        let signer = signer.add_intended_recipient(named).build().unwrap();
        let mut writer = LiteralWriter::new(signer).build().unwrap();
        writer.write_all(ANSWER.as_bytes()).unwrap();
        writer.finalize().unwrap();
        let opened = RELAY
            .open(&encrypted_binary(&encrypt(&packets, Code::Sound)), &[&public])
            .unwrap();
        assert_eq!(opened.signature.is_some(), counts);

        // Taken out and put beside what it is over (RFC 3156 §5): encrypted to the contact, and in the clear.
        let mut signature = Vec::new();
        let armorer = Armorer::new(Message::new(&mut signature))
            .kind(Kind::Signature)
            .build()
            .unwrap();
        let signer = Signer::new(armorer, pair()).unwrap().detached();
        let mut signer = signer.add_intended_recipient(named).build().unwrap();
        signer.write_all(ANSWER.as_bytes()).unwrap();
        signer.finalize().unwrap();
        let message = signed(ANSWER, &signature);
        let within = encrypt(&literal(&message), Code::Sound);
        let opened = RELAY.open(&encrypted_binary(&within), &[&public]).unwrap();
        assert_eq!(&**opened.entity, ANSWER.as_bytes());
        assert_eq!(opened.signature.is_some(), counts);
        let opened = RELAY.open(&message, &[&public]).unwrap();
        assert!(opened.signature.is_none(), "it was over a message to somebody");
    }
}
