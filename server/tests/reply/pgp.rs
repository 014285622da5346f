//! The way there and back with a PGP profile: GnuPG opens what arrived, writes the answer, and outside is plain mail from the
//! alias.

use server::{config::Switch, mail::message::Message};
use test_support::{
    dns::{Dns, Record},
    gnupg::{Gnupg, encrypted},
};
use time::OffsetDateTime;

use crate::{
    reply::{
        outside::Outside,
        talk::{BOB, Talk, from_contact, with_subject},
        transport, wire,
    },
    support::{home::Home, pgp_profile},
};

const ANN: &str = "Ann Lee <ann@example.org>";

/// A relay, a person with GnuPG, and a letter of Bob's.
pub struct Pgp {
    pub home: Home,
    pub gpg: Gnupg,
    pub relay_address: String,
    message_id: String,
}

impl Pgp {
    async fn new(algorithm: &str) -> Self {
        let home = Home::new().await;
        Self::at(home, algorithm).await
    }

    pub async fn at(home: Home, algorithm: &str) -> Self {
        let gpg = Gnupg::with_key(ANN, algorithm, "never");
        pgp_profile::active(&home, &gpg.public_key("ann@example.org"), OffsetDateTime::now_utc()).await;
        let alias = home.store.aliases(home.account).await.unwrap()[0].id;
        assert!(
            home.store
                .set_alias_name(home.account, alias, "A. Réader")
                .await
                .unwrap()
        );
        let mail = from_contact(&home, BOB, "letter", "").await;
        let (relay_address, message_id) = learn(&gpg, &mail);
        Self {
            home,
            gpg,
            relay_address,
            message_id,
        }
    }

    pub fn message(&self, id: &str, entity: &str) -> String {
        wire::message(&self.fields(id), entity)
    }

    /// The entity with the header fields of the message inside, as Thunderbird signs it.
    pub fn protect(&self, id: &str, entity: &str) -> String {
        wire::protect(&self.fields(id), entity)
    }

    fn fields(&self, id: &str) -> String {
        let Self {
            relay_address,
            message_id,
            ..
        } = self;
        format!(
            "To: Bob <{relay_address}>\r\nSubject: Re: {id}\r\nMessage-ID: <{id}@laptop.example>\r\n\
             In-Reply-To: {message_id}\r\nReferences: {message_id}\r\n"
        )
    }

    async fn send(&self, message: &str) -> String {
        self.home.send("ann@example.org", &self.relay_address, message).await
    }

    async fn left(&self, id: &str) -> Outside {
        let mut found = with_subject(&self.home, &format!("Re: {id}")).await;
        assert_eq!(found.len(), 1, "{id}");
        Outside::read(&found.pop().unwrap(), &self.needles())
    }

    async fn refused(&self, id: &str, entity: &str) {
        let said = self.send(&self.message(id, entity)).await;
        assert!(said.starts_with("550 5.7.1 "), "{id}: {said}");
        assert!(with_subject(&self.home, &format!("Re: {id}")).await.is_empty(), "{id}");
    }

    /// All that would name the person.
    pub fn needles(&self) -> Vec<Vec<u8>> {
        let fingerprint = self.gpg.fingerprint("ann@example.org");
        let mut needles: Vec<Vec<u8>> = wire::TELLTALES.iter().map(|text| text.as_bytes().to_vec()).collect();
        needles.push(hex::decode(&fingerprint).unwrap());
        needles.push(fingerprint.as_bytes()[fingerprint.len() - 16..].to_vec());
        for text in [
            "@laptop.example",
            "BEGIN PGP",
            "GnuPG",
            "application/pgp",
            "keydata=",
            &self.relay_address,
            self.message_id.trim_matches(['<', '>']),
        ] {
            needles.push(text.as_bytes().to_vec());
        }
        needles
    }
}

/// Opens a sealed message and imports the key in it; gives the relay address and the message's id.
pub fn learn(gpg: &Gnupg, mail: &[u8]) -> (String, String) {
    let inside = String::from_utf8(gpg.open(mail).content).unwrap();
    let start = inside.find("-----BEGIN PGP PUBLIC KEY BLOCK-----").unwrap();
    gpg.import(&inside.as_bytes()[start..]);
    assert!(gpg.open(mail).status.contains("GOODSIG"));
    let message = Message::parse(mail);
    let field = |name| {
        String::from_utf8_lossy(message.first(name).unwrap().raw_value())
            .trim()
            .to_owned()
    };
    let from = field("From");
    let address = from[from.rfind('<').unwrap() + 1..].trim_end_matches('>').to_owned();
    (address, field("Message-ID"))
}

/// Plain mail from the alias that names nothing of the mailbox.
async fn expect_plain(pgp: &Pgp, id: &str) {
    let outside = pgp.left(id).await;
    assert!(outside.findings.is_empty(), "{id}: {:#?}", outside.findings);
    assert_eq!(outside.field("from"), format!("\"A. Réader\" <{}>", pgp.home.alias));
    assert_eq!(outside.field("to"), format!("Bob <{BOB}>"));
    assert_eq!(outside.field("in-reply-to"), "<letter@outside.example>");
    let text = outside.text();
    assert!(text.contains(&format!("Dig deeper, {id}. Grüße")), "{text}");
    assert!(outside.parts.iter().any(|part| part.name == "map.bin"));
    assert!(outside.parts.iter().all(|part| part.kind != "application/pgp-keys"));
}

#[tokio::test]
async fn what_gnupg_wrote_arrives_as_plain_mail_from_the_alias() {
    for algorithm in ["future-default", "rsa3072"] {
        let pgp = Pgp::new(algorithm).await;
        for (id, options) in [
            ("signed", &["--sign", "--encrypt"][..]),
            ("compressed", &["--sign", "--encrypt", "--compress-algo", "zlib"]),
            (
                "copy-to-self",
                &["--sign", "--encrypt", "--recipient", "ann@example.org"],
            ),
            ("hidden", &["--sign", "--encrypt", "--throw-keyids"]),
        ] {
            let entity = pgp.gpg.seal(
                options,
                &pgp.relay_address,
                &pgp.protect(id, &wire::answer(&pgp.relay_address, id)),
            );
            let said = pgp.send(&pgp.message(id, &entity)).await;
            assert!(said.starts_with("250 "), "{algorithm} {id}: {said}");
            expect_plain(&pgp, id).await;
        }
        // Signed within, as a MIME entity (RFC 3156 §6.1).
        let answer = pgp.protect("within", &wire::answer(&pgp.relay_address, "within"));
        let inner = pgp.gpg.sign(&answer);
        let entity = pgp.gpg.seal(&["--encrypt"], &pgp.relay_address, &inner);
        let said = pgp.send(&pgp.message("within", &entity)).await;
        assert!(said.starts_with("250 "), "{algorithm}: {said}");
        expect_plain(&pgp, "within").await;
    }
}

#[tokio::test]
async fn what_gnupg_only_signed_arrives_if_the_provider_vouches_for_it() {
    let dns = Dns::start(&[Record::Txt("example.org", transport::ALLOWED)]);
    let server = dns.address;
    let home = Home::with(move |config| {
        config.dns = Some(server);
        config.sender_auth = Switch::On;
    });
    let pgp = Pgp::at(home.await, "future-default").await;
    let signed = pgp
        .gpg
        .sign(&pgp.protect("clear", &wire::answer(&pgp.relay_address, "clear")));
    let said = pgp.send(&pgp.message("clear", &signed)).await;
    assert!(said.starts_with("250 "), "{said}");
    expect_plain(&pgp, "clear").await;
}

#[tokio::test]
async fn nobody_else_answers_with_pgp() {
    let pgp = Pgp::new("future-default").await;
    let eve = Gnupg::with_key("Ann Lee <ann@example.org>", "future-default", "never");
    eve.import(pgp.gpg.public_key(&pgp.relay_address).as_bytes());
    let note = wire::note("mine");
    pgp.refused("forged", &eve.seal(&["--sign", "--encrypt"], &pgp.relay_address, &note))
        .await;
    pgp.refused("unsigned", &pgp.gpg.seal(&["--encrypt"], &pgp.relay_address, &note))
        .await;
    let own = pgp.gpg.seal(&["--sign", "--encrypt"], "ann@example.org", &note);
    pgp.refused("not-to-the-contact", &own).await;
    pgp.refused("signed-by-eve", &eve.sign(&note)).await;
    // Somebody else's letter, put inside an encryption of one's own.
    let entity = pgp.gpg.seal(&["--sign", "--encrypt"], &pgp.relay_address, &note);
    let broken = entity.replacen("\n\n", "\n\nAAAA", 1);
    pgp.refused("broken", &broken).await;
    pgp.refused(
        "empty",
        &encrypted("-----BEGIN PGP MESSAGE-----\n\n-----END PGP MESSAGE-----"),
    )
    .await;
    let said = pgp.send(&pgp.message("genuine", &entity)).await;
    assert!(said.starts_with("250 "), "{said}");
    // Once.
    let said = pgp.send(&pgp.message("again", &entity)).await;
    assert!(!said.starts_with("250 "), "{said}");
}

/// A clearsigned post and a signed file: their signatures hold over text that is no mail.
#[tokio::test]
async fn a_clearsigned_post_and_a_signed_file_are_no_mail() {
    let pgp = Pgp::new("future-default").await;
    let content = "Dear list,\r\n\r\nI resign.\r\n";
    for options in [&["--textmode"][..], &[]] {
        let all = [&["--armor", "--detach-sign"], options].concat();
        let signature = pgp.gpg.text(&all, content.as_bytes());
        let dressed = format!(
            "Content-Type: multipart/signed; protocol=\"application/pgp-signature\"; boundary=\"sig\"\r\n\r\n--sig\r\n\
             {content}\r\n--sig\r\nContent-Type: application/pgp-signature\r\n\r\n{signature}\r\n--sig--\r\n"
        );
        pgp.refused("post", &dressed).await;
        let sealed = pgp.gpg.seal(&["--encrypt"], &pgp.relay_address, &dressed);
        pgp.refused("sealed-post", &sealed).await;
        // As one OpenPGP message.
        let sealed = pgp.gpg.seal(&["--sign", "--encrypt"], &pgp.relay_address, content);
        pgp.refused("message", &sealed).await;
    }
}

#[tokio::test]
async fn of_two_signatures_of_openpgp_on_one_text_one_is_used_with_the_other() {
    let pgp = Pgp::new("future-default").await;
    let text = wire::note("yes");
    let first = pgp.gpg.sign(&text);
    let signature = pgp.gpg.text(
        &["--armor", "--digest-algo", "SHA512", "--detach-sign"],
        text.as_bytes(),
    );
    let (start, _) = first.split_once("-----BEGIN PGP SIGNATURE-----").unwrap();
    let second = format!("{start}{signature}\r\n--sig--\r\n");
    let inner = first.replace("\"sig\"", "\"inner\"").replace("--sig", "--inner");
    let both = pgp.gpg.sign(&inner);
    for (id, signed, accepted) in [
        ("both", &both, true),
        ("first", &first, false),
        ("second", &second, false),
    ] {
        let sealed = pgp.gpg.seal(&["--encrypt"], &pgp.relay_address, signed);
        let said = pgp.send(&pgp.message(id, &sealed)).await;
        assert_eq!(said.starts_with("250 "), accepted, "{id}: {said}");
    }
}

/// The time of a signature says that the person wrote the same words twice. A client that signs one text twice does it at once.
#[tokio::test]
async fn the_same_words_later_are_another_answer() {
    let pgp = Pgp::new("future-default").await;
    let text = wire::note("ok");
    let now = OffsetDateTime::now_utc().unix_timestamp();
    for (id, seconds, accepted) in [
        ("first", 0, true),
        ("at once", 5, false),
        ("later", 180, true),
        ("again", 180, false),
    ] {
        let time = format!("{}!", now + seconds);
        let options = ["--sign", "--encrypt", "--faked-system-time", &time];
        let sealed = pgp.gpg.seal(&options, &pgp.relay_address, &text);
        let said = pgp.send(&pgp.message(id, &sealed)).await;
        assert_eq!(said.starts_with("250 "), accepted, "{id}: {said}");
        if !accepted {
            assert!(
                said.starts_with("550 5.7.1 This message was sent on before"),
                "{id}: {said}"
            );
        }
    }
}

#[tokio::test]
async fn an_openpgp_answer_leaves_to_its_contact_with_the_subject_of_the_thread() {
    let pgp = Pgp::new("future-default").await;
    let carol = from_contact(&pgp.home, "carol@third.example", "third", "").await;
    let (carol, _) = learn(&pgp.gpg, &carol);
    let sealed = pgp
        .gpg
        .seal(&["--sign", "--encrypt"], &pgp.relay_address, &wire::note("yes"));
    let held = pgp
        .message("pay Eve", &sealed)
        .replace("Bob <", &format!("<{carol}>, Eve <"));
    let said = pgp.send(&held).await;
    assert!(said.starts_with("250 "), "{said}");
    let mut left = with_subject(&pgp.home, "Re: hello").await;
    let outside = Outside::read(&left.pop().unwrap(), &pgp.needles());
    assert!(outside.findings.is_empty(), "{:?}", outside.findings);
    assert_eq!((outside.field("to"), outside.field("cc")), (BOB, ""));
    assert_eq!(outside.field("in-reply-to"), "<letter@outside.example>");
}

#[tokio::test]
async fn what_was_encrypted_to_one_contact_goes_to_no_other() {
    let pgp = Pgp::new("future-default").await;
    let mail = from_contact(&pgp.home, "eve@third.example", "third", "").await;
    let (eve, _) = learn(&pgp.gpg, &mail);
    assert_ne!(eve, pgp.relay_address);
    let entity = pgp.gpg.seal(&["--sign", "--encrypt"], &eve, &wire::note("for eve"));
    pgp.refused("redirected", &entity).await;
}

#[tokio::test]
async fn profiles_of_both_kinds_open_beside_each_other() {
    let talk = Talk::new().await;
    let Talk { home, person, letter } = talk;
    // From now on mail is sealed with PGP; the S/MIME profile is ready still.
    let pgp = Pgp::at(home, "future-default").await;
    assert_eq!(pgp.relay_address, letter.relay_address, "the contact stays who it is");
    let entity = pgp
        .gpg
        .seal(&["--sign", "--encrypt"], &pgp.relay_address, &wire::note("pgp"));
    let said = pgp.send(&pgp.message("pgp", &entity)).await;
    assert!(said.starts_with("250 "), "{said}");
    let signed = person.sign("", &wire::note("smime"));
    let entity = person.encrypt("-aes-256-cbc", &letter.certificate, &signed);
    let said = pgp.send(&pgp.message("smime", &entity)).await;
    assert!(said.starts_with("250 "), "{said}");
    pgp.home
        .sql("UPDATE profiles SET not_after = 1 WHERE kind = 'pgp'")
        .await;
    let entity = pgp
        .gpg
        .seal(&["--sign", "--encrypt"], &pgp.relay_address, &wire::note("late"));
    pgp.refused("late", &entity).await;
}
