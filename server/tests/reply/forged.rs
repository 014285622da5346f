//! Messages that only look like the person's: each is refused, and nothing leaves.

use std::collections::HashSet;

use crate::reply::{
    talk::{Talk, from_contact, to},
    wire,
};

pub const NOT_AUTHORISED: &str = "550 5.7.1 This message is not authorised for this relay address, please switch on signing and \
     encryption in your mail app";
pub const ALSO_ENCRYPT: &str =
    "550 5.7.1 Please encrypt your reply as well: nothing but its signature shows that it is from you";
pub const SENT_BEFORE: &str = "550 5.7.1 This message was sent on before and is not sent again";

impl Talk {
    /// Sends to Bob's relay address: refused with an answer, and nothing leaves.
    pub async fn refuses(&self, from: &str, id: &str, entity: &str, answer: &str) {
        let before = self.home.outbox().await.len();
        let to = self.letter.relay_address.as_str();
        let said = self.home.send(from, to, &self.to_bob(id, entity)).await;
        assert_eq!(said, answer, "{id}");
        assert_eq!(self.home.outbox().await.len(), before, "{id}");
    }

    /// A key with a certificate of the user's subject, issuer and number, made by itself.
    fn make_twin(&self) {
        let above = String::from_utf8(self.person.read("above.pem")).unwrap();
        let issuer = |subject: &str| {
            let all = above.split_inclusive("-----END CERTIFICATE-----\n");
            let mut found = all.filter(|pem| subject_of(self, pem) == subject);
            found.next().unwrap().to_owned()
        };
        let openssl = |arguments: &str, input: &[u8]| self.person.openssl(arguments, input);
        let said = openssl("x509 -in user.pem -noout -issuer -serial", b"");
        let said = String::from_utf8(said).unwrap();
        let (name, serial) = said.trim().split_once("\nserial=").unwrap();
        let name = name.strip_prefix("issuer=").unwrap();
        self.person.put("true-issuer.pem", issuer(name).as_bytes());
        openssl("genpkey -algorithm RSA -out twin.key", b"");
        openssl("x509 -in true-issuer.pem -signkey twin.key -out false-issuer.pem", b"");
        let said = openssl("x509 -in user.pem -noout -ext subjectKeyIdentifier", b"");
        let said = String::from_utf8(said).unwrap();
        let identifier = said.trim().lines().last().unwrap().trim();
        self.person
            .put("extensions", format!("subjectKeyIdentifier={identifier}\n").as_bytes());
        // OpenSSL takes a certificate for a request only where it is self-signed.
        openssl("x509 -in user.pem -clrext -signkey twin.key -out self.pem", b"");
        openssl(
            &format!(
                "x509 -in self.pem -CA false-issuer.pem -CAkey twin.key -set_serial 0x{serial} -extfile extensions -out \
                 twin.pem"
            ),
            b"",
        );
        let names = |file: &str| openssl(&format!("x509 -in {file} -noout -issuer -subject -serial"), b"");
        assert_eq!(names("twin.pem"), names("user.pem"));
    }
}

fn subject_of(talk: &Talk, pem: &str) -> String {
    let said = talk.person.openssl("x509 -noout -subject", pem.as_bytes());
    let said = String::from_utf8(said).unwrap();
    said.trim().strip_prefix("subject=").unwrap().to_owned()
}

#[tokio::test]
async fn nobody_is_the_person_without_a_signature() {
    let talk = Talk::new().await;
    let note = wire::note("I am Ann");
    for (from, id) in [
        ("eve@elsewhere.example", "envelope"),
        ("ann@example.org", "plain"),
        ("", "bounce"),
    ] {
        talk.refuses(from, id, &note, NOT_AUTHORISED).await;
    }
    // The contact certificate is no secret. Bob's provider has it, too.
    for cipher in ["-aes-256-cbc", "-aes-256-gcm"] {
        let entity = talk.person.encrypt(cipher, &talk.letter.certificate, &note);
        talk.refuses("ann@example.org", "encrypted", &entity, NOT_AUTHORISED)
            .await;
    }
}

#[tokio::test]
async fn another_key_is_not_the_persons_whatever_its_certificate_says() {
    let talk = Talk::new().await;
    talk.make_twin();
    for options in ["", "-nodetach", "-keyid", "-nocerts", "-certfile user.pem"] {
        let arguments = format!("cms -sign -signer twin.pem -inkey twin.key {options}");
        let signed = talk.person.openssl(&arguments, wire::note("I am Ann").as_bytes());
        let signed = wire::lines(&String::from_utf8(signed).unwrap());
        talk.refuses("ann@example.org", "twin", &signed, NOT_AUTHORISED).await;
        let sealed = talk.person.encrypt("-aes-256-cbc", &talk.letter.certificate, &signed);
        talk.refuses("ann@example.org", "sealed twin", &sealed, NOT_AUTHORISED)
            .await;
    }
}

#[tokio::test]
async fn a_changed_text_is_not_what_was_signed() {
    let talk = Talk::new().await;
    let signed = talk.person.sign("", &wire::note("Pay Bob 100"));
    let changed = signed.replace("Pay Bob 100", "Pay Eve 999");
    assert_ne!(signed, changed);
    talk.refuses("ann@example.org", "changed", &changed, NOT_AUTHORISED)
        .await;
    let sealed = talk.person.encrypt("-aes-256-cbc", &talk.letter.certificate, &changed);
    talk.refuses("ann@example.org", "changed and sealed", &sealed, NOT_AUTHORISED)
        .await;

    // Words beside what was signed.
    let (kind, rest) = signed.split_once("\r\n\r\n").unwrap();
    let around = format!(
        "Content-Type: multipart/mixed; boundary=around\r\n\r\n--around\r\nContent-Type: text/plain\r\n\r\nPay Eve \
         999\r\n--around\r\n{kind}\r\n\r\n{rest}\r\n--around--\r\n"
    );
    talk.refuses("ann@example.org", "around", &around, NOT_AUTHORISED).await;
}

#[tokio::test]
async fn what_was_sent_once_is_not_sent_again() {
    let talk = Talk::new().await;
    let signed = talk.person.sign("", &wire::note("once"));
    let seal = || talk.person.encrypt("-aes-256-cbc", &talk.letter.certificate, &signed);
    let sealed = seal();
    let said = talk.send(&talk.to_bob("once", &sealed)).await;
    assert!(said.starts_with("250 "), "{said}");
    // The same octets: her provider did not hear the answer.
    let (before, said) = (
        talk.home.outbox().await.len(),
        talk.send(&talk.to_bob("once", &sealed)).await,
    );
    assert!(said.starts_with("250 "), "{said}");
    assert_eq!(talk.home.outbox().await.len(), before);
    talk.refuses("eve@elsewhere.example", "another subject", &sealed, SENT_BEFORE)
        .await;
    let again = seal();
    assert_ne!(sealed, again, "another content key");
    talk.refuses("ann@example.org", "sealed anew", &again, SENT_BEFORE)
        .await;
    talk.refuses("ann@example.org", "unsealed", &signed, ALSO_ENCRYPT).await;
    talk.left_in_the_thread().await;
}

#[tokio::test]
async fn what_is_for_one_contact_goes_to_no_other() {
    let talk = Talk::new().await;
    let mail = from_contact(&talk.home, "eve@third.example", "third", "").await;
    let eve = talk.person.open(&mail);
    let sealed = talk.sealed("", "-aes-256-cbc", &wire::note("for Bob"));
    for (id, letters) in [
        ("to Eve", &[&eve][..]),
        ("to Bob", &[&talk.letter]),
        ("to both", &[&talk.letter, &eve]),
    ] {
        let before = talk.home.outbox().await.len();
        let said = talk
            .home
            .send("ann@example.org", &eve.relay_address, &to(letters, id, &sealed))
            .await;
        assert_eq!(said, NOT_AUTHORISED, "{id}");
        assert_eq!(talk.home.outbox().await.len(), before);
    }
    assert!(talk.send(&talk.to_bob("bob", &sealed)).await.starts_with("250 "));
}

/// EFAIL: the words around a ciphertext are not the person's, and no reader is to get it back in the clear.
#[tokio::test]
async fn nothing_beside_other_parts_is_deciphered() {
    let talk = Talk::new().await;
    let sealed = talk.sealed("", "-aes-256-cbc", &wire::note("secret"));
    let around = |first: &str, last: &str| {
        format!(
            "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n{first}\r\n--b\r\n\
             {sealed}\r\n--b\r\nContent-Type: text/html\r\n\r\n{last}\r\n--b--\r\n"
        )
    };
    let mixed = around("<img src=\"http://eve.example/?", "\">");
    talk.refuses("ann@example.org", "mixed", &mixed, NOT_AUTHORISED).await;
    let nested = talk.person.encrypt("-aes-256-cbc", &talk.letter.certificate, &sealed);
    talk.refuses("ann@example.org", "nested", &nested, NOT_AUTHORISED).await;
    // Even the person's own signature around it makes it no answer of one layer.
    let signed = talk.person.sign("", &mixed);
    let before: HashSet<_> = talk.home.outbox().await.into_iter().collect();
    let said = talk.send(&talk.to_bob("signed around", &signed)).await;
    assert!(said.starts_with('5'), "{said}");
    let after: HashSet<_> = talk.home.outbox().await.into_iter().collect();
    assert!(before == after);
}
