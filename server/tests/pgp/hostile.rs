//! Ciphertext that somebody changed, and what was never meant to be read: one error, and never a word of plaintext.

use server::seal::open::{Encryption, OpenError, Unsupported};
use test_support::work::{assert_linear, assert_same};

use crate::pgp::{
    craft::{Code, compressed, encrypt, encrypt_aead, encrypt_unprotected, literal},
    gnupg::Gpg,
    relay::{ANSWER, RELAY, encrypted, encrypted_binary},
};

fn refusal(octets: &[u8]) -> OpenError {
    let opened = RELAY.open(&encrypted_binary(octets), &[]);
    opened.err().expect("a refusal")
}

#[track_caller]
fn undecipherable(octets: &[u8]) {
    let refused = refusal(octets);
    assert!(matches!(refused, OpenError::Undecipherable), "{refused:?}");
}

/// What the other tests change is opened as long as it is not changed.
#[test]
fn what_is_crafted_opens() {
    let packets = literal(ANSWER.as_bytes());
    for octets in [
        encrypt(&packets, Code::Sound),
        encrypt(&compressed(&packets), Code::Sound),
        encrypt_aead(&packets),
        encrypt_aead(&compressed(&packets)),
    ] {
        let opened = RELAY.open(&encrypted_binary(&octets), &[]).unwrap();
        assert_eq!(*opened.entity, ANSWER.as_bytes());
        assert_eq!(opened.encryption, Some(Encryption::Authenticated));
    }
}

#[test]
fn a_changed_octet_opens_nothing() {
    let gpg = Gpg::new("rsa3072", "rsa3072").with_contacts();
    let text = ANSWER.repeat(50);
    let ciphertexts = [
        gpg.encrypt("--sign --no-armor", text.as_bytes()),
        gpg.encrypt("--sign --compress-algo none --no-armor", text.as_bytes()),
    ];
    let armored = |octets: &[u8]| gpg.gpg(&["--dearmor"], octets);
    let gpg_made = ciphertexts.map(|each| {
        if each.starts_with(b"-----") {
            armored(&each)
        } else {
            each
        }
    });
    let crafted = [
        encrypt(&literal(text.as_bytes()), Code::Sound),
        encrypt_aead(&literal(text.as_bytes())),
    ];
    for sound in gpg_made.into_iter().chain(crafted) {
        assert!(RELAY.open(&encrypted_binary(&sound), &[]).is_ok());
        for at in (0..sound.len()).step_by(50).chain([sound.len() - 1]) {
            let mut changed = sound.clone();
            changed[at] ^= 0x10;
            let refused = refusal(&changed);
            // Before the ciphertext are lengths and names, which everybody can read.
            assert!(
                at < 200 || matches!(refused, OpenError::Undecipherable),
                "{at}: {refused:?}"
            );
        }
        for length in [
            sound.len() - 1,
            sound.len() - 22,
            sound.len() - 30,
            sound.len() / 2,
            100,
            10,
            1,
            0,
        ] {
            refusal(&sound[..length]);
        }
    }
}

#[test]
fn without_a_sound_detection_code_nothing_is_read() {
    let packets = literal(ANSWER.as_bytes());
    undecipherable(&encrypt(&packets, Code::Wrong));
    undecipherable(&encrypt(&packets, Code::Missing));
    assert!(matches!(refusal(&encrypt(b"", Code::Missing)), OpenError::Packets));
    // Even where it is the last of what the packets say.
    undecipherable(&encrypt(
        &[packets, b"\xd3\x14".to_vec(), vec![0; 20]].concat(),
        Code::Missing,
    ));
}

/// The kind of packet that has no protection, and a protected one that is made to look like it.
#[test]
fn what_is_not_protected_is_refused() {
    let packets = literal(ANSWER.as_bytes());
    let unprotected = |error: &OpenError| matches!(error, OpenError::Unsupported(Unsupported::Unprotected));
    assert!(unprotected(&refusal(&encrypt_unprotected(&packets))));
    let mut downgraded = encrypt(&packets, Code::Sound);
    let at = memchr::memmem::find(&downgraded, b"\xd2\xff").unwrap();
    downgraded[at] = 0xc9;
    assert!(unprotected(&refusal(&downgraded)));
    let gpg = Gpg::new("ed25519", "cv25519").with_contacts();
    let old = gpg.encrypt("--rfc2440 --cipher-algo AES256", ANSWER.as_bytes());
    let refused = RELAY.open(&encrypted(&old), &[]).err();
    assert!(refused.as_ref().is_some_and(unprotected), "{refused:?}");
}

#[test]
fn what_is_encrypted_within_stays_closed() {
    let within = encrypt(&literal(ANSWER.as_bytes()), Code::Sound);
    undecipherable(&encrypt(&within, Code::Sound));
    undecipherable(&encrypt(&compressed(&within), Code::Sound));
    let entity = encrypted_binary(&within);
    undecipherable(&encrypt(&literal(&entity), Code::Sound));
    let gpg = Gpg::new("ed25519", "cv25519").with_contacts();
    let entity = encrypted(&gpg.encrypt("--sign", ANSWER.as_bytes()));
    undecipherable(&encrypt(&literal(&entity), Code::Sound));
}

#[test]
fn packets_that_no_client_writes_are_refused() {
    let packets = literal(ANSWER.as_bytes());
    let marker = b"\xca\x03PGP";
    for odd in [
        [packets.clone(), packets.clone()].concat(),
        [packets.clone(), b"\xca".to_vec()].concat(),
        b"no packets at all".to_vec(),
        b"-----BEGIN PGP MESSAGE-----\n\nx\n".to_vec(),
        Vec::new(),
        vec![0xff; 100],
        compressed(&compressed(&packets)),
        [marker.repeat(40), packets.clone()].concat(),
        literal(b"no entity"),
    ] {
        undecipherable(&encrypt(&odd, Code::Sound));
    }
    // And around the encryption.
    let sound = encrypt(&packets, Code::Sound);
    let odd = [
        [sound.clone(), packets.clone()].concat(),
        [sound.clone(), sound.clone()].concat(),
        [packets.clone(), sound.clone()].concat(),
        [marker.repeat(70), sound.clone()].concat(),
        packets,
        Vec::new(),
    ];
    for octets in odd {
        let refused = refusal(&octets);
        assert!(
            matches!(refused, OpenError::Packets | OpenError::OpenPgp(_)),
            "{refused:?}"
        );
    }
}

#[test]
fn bombs_cost_little() {
    let packets = literal(ANSWER.as_bytes());
    let marker = b"\xca\x03PGP";
    let markers = |factor| encrypt(&compressed(&marker.repeat(250_000 * factor)), Code::Sound);
    assert_linear(markers, |octets| undecipherable(octets));
    let deep = |factor| (0..4 * factor).fold(packets.clone(), |packets, _| compressed(&packets));
    assert_linear(
        |factor| encrypt(&deep(factor), Code::Sound),
        |octets| undecipherable(octets),
    );
    // A user id of a gigabyte, as its length says.
    undecipherable(&encrypt(
        &[&b"\xcd\xff\x40\x00\x00\x00"[..], &[0; 100]].concat(),
        Code::Sound,
    ));
    // 140 MiB of one letter, of which 128 are read.
    let gpg = Gpg::new("ed25519", "cv25519").with_contacts();
    let bomb = |mib: usize| {
        let bomb = gpg.encrypt("--compress-algo zlib -z 9", &vec![b'a'; mib << 20]);
        assert!(bomb.len() < 1 << 20, "{}", bomb.len());
        encrypted(&bomb)
    };
    assert_linear(
        |factor| bomb(35 * factor),
        |message| {
            assert!(matches!(RELAY.open(message, &[]), Err(OpenError::Undecipherable)));
        },
    );
}

/// A first guess of the plaintext can be asked for by the two octets that stand twice before it, and that a reader may
/// look at first (Mister and Zuccherato): the answer takes as long.
#[test]
fn a_wrong_beginning_takes_as_long_as_a_wrong_end() {
    let sound = encrypt(&literal(&vec![b'x'; 60_000]), Code::Sound);
    let start = memchr::memmem::find(&sound, b"\xd2\xff").unwrap() + 7;
    let [beginning, end] = [start + 3, sound.len() - 1].map(|at| {
        let mut changed = sound.clone();
        changed[at] ^= 1;
        encrypted_binary(&changed)
    });
    let open = |message: &[u8]| {
        assert!(matches!(RELAY.open(message, &[]), Err(OpenError::Undecipherable)));
    };
    assert_same(3, || open(&beginning), || open(&end));
}
