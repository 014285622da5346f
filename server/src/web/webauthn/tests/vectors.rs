//! The test vectors of the standard.

use super::super::*;

/// Those of the W3C (WebAuthn Level 3 §16.2 and §16.11): an attestation object, what was signed later, its client data, and
/// the signature.
const VECTORS: [[&str; 4]; 2] = [
    [
        "a363666d74646e6f6e656761747453746d74a068617574684461746158a4bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452\
         b2e4b559000000008446ccb9ab1db374750b2367ff6f3a1f0020f91f391db4c9b2fde0ea70189cba3fb63f579ba6122b33ad94ff3ec330084be4a5\
         010203262001215820afefa16f97ca9b2d23eb86ccb64098d20db90856062eb249c33a9b672f26df61225820930a56b87a2fca66334b03458abf87\
         9717c12cc68ed73290af2e2664796b9220",
        "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b51900000000",
        r#"{"type":"webauthn.get","challenge":"OcDnUhQXulTUPo3JUXT0I97pvzzYBP9tZchXyav01Ag","origin":"https://example.org","crossOrigin":false}"#,
        "3046022100f50a4e2e4409249c4a853ba361282f09841df4dd4547a13a87780218deffcd380221008480ac0f0b93538174f575bf11a1dd5d78c6e4\
         86013f937295ea13653e331e87",
    ],
    [
        "a363666d74646e6f6e656761747453746d74a06861757468446174615881bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452\
         b2e4b54100000000d5aa33581e8ca478e20fe713f5d32ff20020ce9f840ed96599580cd140fbc7bb3230633f50f61041aff73308ae71caa8a2bda4\
         01010327200621582044e06ddd331c36a8dc667bab52bcae63486c916aa5e339e6acebaa84934bf832",
        "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b50100000000",
        r#"{"type":"webauthn.get","challenge":"iVlX4BxjOmmDSKLYoxpUt9sn6MHEOyCA15riGQJnv9I","origin":"https://example.org","crossOrigin":false}"#,
        "f5c59c7e46c34f6f8cc197101ddf9934fa2595f68eb1913a637e8419eb9ba4cfdfc48f85393bc0d40b011f0d6fecb097d6607525713223a0dc0d45\
         3993dae00b",
    ],
];

/// In both nobody was verified, so the ceremonies themselves are refused: their keys are read and their signatures hold.
#[test]
fn the_vectors_of_the_standard_hold() {
    let party = RelyingParty {
        id: "example.org",
        origin: "https://example.org",
    };
    for [object, data, client, signature] in VECTORS {
        let [object, data, signature] = [object, data, signature].map(|text| hex::decode(text).unwrap());
        let object = AttestationObject::read(&object).unwrap();
        let key = public_key(&object.authenticator_data).unwrap();
        let mut signed = [data.as_slice(), &Sha256::digest(client)].concat();
        assert_eq!(key.verify(&signed, &signature), Ok(()));
        signed[40] ^= 1;
        assert_eq!(key.verify(&signed, &signature), Err(Refused::Signature));
        for data in [&object.authenticator_data, &data] {
            assert_eq!(authenticator_data(data, &party), Err(Refused::NotVerified));
        }
    }
}
