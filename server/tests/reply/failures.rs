//! No oracle: what does not open is answered alike, whatever is wrong, and not for long.

use std::time::Instant;

use crate::reply::{person::body, talk::Talk, wire};

const NOT_AUTHORISED: &str = "550 5.7.1 This message is not authorised for this relay address, please switch on signing and \
     encryption in your mail app";

/// A CMS object, changed in one octet.
fn changed(object: &[u8], at: usize) -> String {
    let mut object = object.to_vec();
    object[at] ^= 0x55;
    wire::cms("smime-type=enveloped-data", &object)
}

/// Where the key's ciphertext, 256 octets, begins: behind its header of an OCTET STRING.
fn encrypted_key(object: &[u8]) -> usize {
    let header = [0x04, 0x82, 0x01, 0x00];
    object.windows(4).position(|window| window == header).unwrap() + 4
}

/// Ciphertexts that fail each in its own way.
fn faults(talk: &Talk) -> [(&'static str, String); 8] {
    let entity = wire::note(&"all work and no play ".repeat(2000));
    let signed = talk.person.sign("", &entity);
    let seal = |options: &str| body(&talk.person.encrypt(options, &talk.letter.certificate, &signed));
    let (cbc, oaep) = (seal("-aes-256-cbc"), seal("-aes-256-cbc -keyopt rsa_padding_mode:oaep"));
    let other_key = {
        // The same issuer and number, another public key: what reaches us does not open with ours.
        let twin = format!("x509 -in {} -signkey other.key -out other.pem", talk.letter.certificate);
        talk.person.openssl("genpkey -algorithm RSA -out other.key", b"");
        talk.person.openssl(&twin, b"");
        let ours = encrypted_key(&cbc);
        let theirs = body(&talk.person.encrypt("-aes-256-cbc", "other.pem", &signed));
        let from = encrypted_key(&theirs);
        let mut mixed = cbc.clone();
        mixed[ours..ours + 256].copy_from_slice(&theirs[from..from + 256]);
        // The modulus of the other may be the larger one.
        mixed[ours] = 0;
        wire::cms("smime-type=enveloped-data", &mixed)
    };
    let nobody = "req -x509 -newkey rsa:2048 -nodes -subj /CN=nobody -keyout nobody.key -out nobody.pem";
    talk.person.openssl(nobody, b"");
    let other_recipient = body(&talk.person.encrypt("-aes-256-cbc", "nobody.pem", &signed));
    let gcm = seal("-aes-256-gcm -noindef");
    [
        (
            "another recipient",
            wire::cms("smime-type=enveloped-data", &other_recipient),
        ),
        ("broken tag", changed(&gcm, gcm.len() - 1)),
        ("another key", other_key),
        ("broken PKCS#1 padding", changed(&cbc, encrypted_key(&cbc) + 200)),
        ("broken OAEP padding", changed(&oaep, encrypted_key(&oaep) + 200)),
        ("broken padding of the content", changed(&cbc, cbc.len() - 17)),
        ("broken end of the content", changed(&cbc, cbc.len() - 1)),
        ("broken content", changed(&cbc, encrypted_key(&cbc) + 256 + 60)),
    ]
}

#[tokio::test]
async fn all_that_does_not_open_is_answered_alike() {
    let talk = Talk::new().await;
    let faults = faults(&talk);
    let mut times = vec![Vec::new(); faults.len()];
    for round in 0..12 {
        for ((name, entity), times) in faults.iter().zip(&mut times) {
            talk.home.sql("DELETE FROM attempts").await;
            let message = talk.to_bob("fault", entity);
            let started = Instant::now();
            let said = talk.send(&message).await;
            if round > 1 {
                times.push(started.elapsed());
            }
            assert_eq!(said, NOT_AUTHORISED, "{name}");
        }
    }
    for ((name, _), times) in faults.iter().zip(&mut times) {
        times.sort();
        eprintln!("{name}: {:?}, at least {:?}", times[times.len() / 2], times[0]);
    }
    talk.nothing_left("fault").await;
}

#[tokio::test]
async fn after_thirty_failures_all_wait_until_the_window_ends() {
    let talk = Talk::new().await;
    let [(_, entity), ..] = faults(&talk);
    for number in 0..30 {
        let said = talk.send(&talk.to_bob("fault", &entity)).await;
        assert_eq!(said, NOT_AUTHORISED, "{number}");
    }
    let good = talk.answer("good", "", "-aes-256-cbc", &wire::note("good"));
    for message in [&talk.to_bob("fault", &entity), &good] {
        let said = talk.send(message).await;
        assert!(said.starts_with("451 4.7.0 "), "{said}");
    }
    talk.nothing_left("good").await;
    talk.home.sql("UPDATE attempts SET ends_at = 1").await;
    assert!(talk.send(&good).await.starts_with("250 "));
    // The person's own answer starts the count anew.
    for number in 0..30 {
        let said = talk.send(&talk.to_bob("fault", &entity)).await;
        assert_eq!(said, NOT_AUTHORISED, "{number}");
    }
}

/// Whoever holds an answer that was sent already cannot clear the count with it.
#[tokio::test]
async fn a_replay_does_not_start_the_count_anew() {
    let talk = Talk::new().await;
    let good = talk.answer("good", "", "-aes-256-cbc", &wire::note("good"));
    assert!(talk.send(&good).await.starts_with("250 "));
    let plain = talk.to_bob("fault", &wire::note("fault"));
    for _ in 0..29 {
        assert_eq!(talk.send(&plain).await, NOT_AUTHORISED);
    }
    let said = talk.send(&good).await;
    assert!(said.starts_with("250 "), "{said}");
    let said = talk.send(&plain).await;
    assert!(said.starts_with("451 4.7.0 "), "{said}");
}
