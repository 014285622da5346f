//! EFAIL: ciphertext that the attacker holds, sent so that its text would go to the attacker.

use super::{Endings, evil_html, genuine, multipart};
use crate::reply::{person::body, talk::Talk, wire};

const BLOCK: usize = 16;

/// The last octets of an EnvelopedData as OpenSSL writes it are its content's ciphertext.
fn with_ciphertext(object: &[u8], content: usize, change: impl FnOnce(&mut Vec<u8>)) -> String {
    let (head, ciphertext) = object.split_at(object.len() - content);
    let mut ciphertext = ciphertext.to_vec();
    change(&mut ciphertext);
    assert_eq!(ciphertext.len(), content, "lengths of DER stay as they are");
    wire::cms("smime-type=enveloped-data", &[head, &ciphertext].concat())
}

#[tokio::test]
async fn a_ciphertext_is_opened_for_the_person_only() {
    let talk = Talk::new().await;
    genuine(&talk).await;
    let secret = wire::note("the secret that only Bob may read");
    let unsigned = talk.person.encrypt("-aes-256-cbc", &talk.letter.certificate, &secret);
    let signed = talk.sealed("", "-aes-256-cbc", &secret);
    let html = evil_html();
    let mut endings = Endings::default();
    for (kind, sealed) in [("unsigned", &unsigned), ("signed", &signed)] {
        for (name, entity) in [
            ("between html", multipart("mixed", &[&html, sealed, &html])),
            ("behind html", multipart("related", &[&html, sealed])),
            ("alternative", multipart("alternative", &[sealed, &html])),
            (
                "forwarded",
                format!("Content-Type: message/rfc822\r\n\r\nFrom: ann@example.org\r\n{sealed}"),
            ),
            (
                "sealed again",
                talk.person.encrypt("-aes-256-cbc", &talk.letter.certificate, sealed),
            ),
        ] {
            endings
                .judge_entity(&talk, &format!("{name} {kind}"), &entity, "")
                .await;
        }
    }
    assert_eq!(endings.refused, 10, "{endings:?}");
}

#[tokio::test]
async fn a_changed_ciphertext_is_nobodys() {
    let talk = Talk::new().await;
    // Longer than what is changed: where a change falls beside what is signed, the signed text may leave as it is.
    let lines = |at: usize| format!("the secret {at} that only Bob may read\r\n").repeat(8);
    let notes = [0, 1, 2].map(|at| {
        (
            wire::note(lines(at).trim_end()),
            lines(at).trim_end().replace("\r\n", "\n"),
        )
    });
    let entities = [
        (notes[0].0.clone(), ""),
        (talk.person.sign("", &notes[1].0), notes[1].1.as_str()),
        (talk.person.sign("-nodetach", &notes[2].0), notes[2].1.as_str()),
    ];
    let mut endings = Endings::default();
    for (entity, text) in entities {
        let object = body(&talk.person.encrypt("-aes-256-cbc", &talk.letter.certificate, &entity));
        let content = (entity.len() / BLOCK) * BLOCK - 4 * BLOCK;
        // "Content-Type: te" is the known plaintext of the first block, which every client writes.
        let known: Vec<u8> = entity.bytes().take(BLOCK).collect();
        let wanted = b"<img src=\"//e.co";
        let gadget: Vec<u8> = known.iter().zip(wanted).map(|(known, wanted)| known ^ wanted).collect();
        for at in [1, 3, 5] {
            let swapped = with_ciphertext(&object, content, |ciphertext| {
                for octet in 0..BLOCK {
                    ciphertext.swap(at * BLOCK + octet, (at + 1) * BLOCK + octet);
                }
            });
            endings
                .judge_entity(&talk, &format!("swapped {at}"), &swapped, text)
                .await;
            let repeated = with_ciphertext(&object, content, |ciphertext| {
                let block = ciphertext[at * BLOCK..(at + 1) * BLOCK].to_vec();
                ciphertext[(at + 2) * BLOCK..(at + 3) * BLOCK].copy_from_slice(&block);
            });
            endings
                .judge_entity(&talk, &format!("repeated {at}"), &repeated, text)
                .await;
            let changed = with_ciphertext(&object, content, |ciphertext| {
                for (octet, change) in ciphertext[at * BLOCK..].iter_mut().zip(&gadget) {
                    *octet ^= change;
                }
            });
            endings
                .judge_entity(&talk, &format!("gadget {at}"), &changed, text)
                .await;
        }
    }
    println!("{endings:?}");
    assert!(endings.refused >= 18, "{endings:?}");
}
