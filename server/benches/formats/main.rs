//! Times single steps, each beside its lower bound: `cargo bench --bench formats`; `make bench` prints the ratios.

#![allow(
    clippy::unwrap_used,
    reason = "a program of the tests: it may end at the first fault"
)]
#![allow(missing_docs, reason = "Criterion's macro makes a function without")]

mod bounds;
mod people;
mod processor_time;

use std::{hint::black_box, time::Duration};

use app::{
    address::OutsideAddress,
    pki::{contact, key::ContactKey},
    profile::Cipher,
};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use getrandom::SysRng;
use rand_core::UnwrapErr;
use sequoia_openpgp::{
    cert::{CertBuilder, CipherSuite},
    serialize::SerializeInto,
    types::Features,
};
use server::{
    config::{DkimKeySource, Selector},
    dkim::{DkimKey, DkimSigner},
    mail::message::Message,
    seal::{
        self, Reader,
        open::{Recipient, open},
        pgp::{self, PersonKey, TrustKey},
        sign::Signer,
    },
    strip::{Facts, strip},
};

use self::{bounds::Bounds, people::Person, processor_time::ProcessorTime};

const SIZES: [(usize, &str); 3] = [(5 << 10, "5 KB"), (50 << 10, "50 KB"), (1 << 20, "1 MB")];

/// Lines of text, as a message has.
fn text(size: usize) -> Vec<u8> {
    let line = b"The quick brown fox jumps over the lazy dog, and then it does so once more.\r\n";
    line.repeat(size.div_ceil(line.len()))
}

fn received(size: usize) -> Vec<u8> {
    let header = b"From: Bob <bob@example.org>\r\nTo: amber@relay.example\r\nSubject: The plan\r\n\
        Message-ID: <1@example.org>\r\nDate: Thu, 26 Nov 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\n\
        Content-Type: text/plain; charset=utf-8\r\n\r\n";
    [header.to_vec(), text(size)].concat()
}

/// A step beside its bound, under one name.
fn pair<A, B>(
    criterion: &mut Criterion<ProcessorTime>,
    name: &str,
    mut step: impl FnMut() -> A,
    mut bound: impl FnMut() -> B,
) {
    let mut group = criterion.benchmark_group(name);
    group.bench_function("step", |bencher| bencher.iter(|| black_box(step())));
    group.bench_function("bound", |bencher| bencher.iter(|| black_box(bound())));
    group.finish();
}

fn smime(criterion: &mut Criterion<ProcessorTime>) {
    let (person, bounds, rng) = (Person::new(), Bounds::new(), &mut UnwrapErr(SysRng));
    let signer = || Signer::new(&person.certificate, &person.chain, &person.key).unwrap();
    let ready = signer();
    let reader = Reader {
        certificate: person.chain.user(),
        cipher: Cipher::Compatible,
    };
    for (size, name) in SIZES {
        let received = received(size);
        let rewritten = person.rewrite(&received, false);
        let mut group = criterion.benchmark_group(format!("seal S/MIME, {name}"));
        // Sealing consumes the rewritten message. The copies are made outside of the measured time.
        group.bench_function("step", |bencher| {
            bencher.iter_batched(
                || rewritten.clone(),
                |rewritten| seal::seal(rewritten, &ready, reader, person.now, rng).unwrap(),
                BatchSize::LargeInput,
            );
        });
        group.bench_function("bound", |bencher| bencher.iter(|| black_box(bounds.seal(&received))));
        group.finish();
        pair(
            criterion,
            &format!("seal S/MIME with reading keys and rewriting, {name}"),
            || seal::seal(person.rewrite(&received, false), &signer(), reader, person.now, rng).unwrap(),
            || bounds.seal(&received),
        );
        let entity = [b"Content-Type: text/plain\r\n\r\n".to_vec(), text(size)].concat();
        let (answer, ciphertext) = (person.answer(&entity), bounds::encrypt(&entity));
        let recipient = Recipient {
            certificate: &person.certificate,
            key: &person.key,
        };
        pair(
            criterion,
            &format!("open S/MIME, {name}"),
            || open(&answer, &[recipient], &[person.chain.user()], rng).unwrap(),
            || bounds.open(&ciphertext),
        );
    }
    let key = ContactKey::generate(rng).unwrap();
    pair(
        criterion,
        "issue a contact certificate",
        || {
            let (chain, address) = (&person.chain, people::address());
            contact::issue(chain, &person.intermediate, &key, &address, person.now, rng).unwrap()
        },
        || bounds.sign(),
    );
}

fn openpgp(criterion: &mut Criterion<ProcessorTime>) {
    let (person, bounds, rng) = (Person::new(), Bounds::new(), &mut UnwrapErr(SysRng));
    let (cert, _) = CertBuilder::new()
        .add_userid("ann@mailbox.example")
        .set_cipher_suite(CipherSuite::Cv25519)
        .set_features(Features::empty().set_seipdv1())
        .unwrap()
        .add_signing_subkey()
        .add_transport_encryption_subkey()
        .generate()
        .unwrap();
    let now = time::OffsetDateTime::now_utc();
    let reader = PersonKey::read(&cert.armored().to_vec().unwrap(), now).unwrap();
    let trust = TrustKey::generate("relay.example", &"ann@mailbox.example".parse().unwrap(), now).unwrap();
    let contact = pgp::ContactKey::generate(&people::address(), &trust, now).unwrap();
    for (size, name) in SIZES {
        let received = received(size);
        let rewritten = person.rewrite(&received, true);
        let mut group = criterion.benchmark_group(format!("seal OpenPGP, {name}"));
        group.bench_function("step", |bencher| {
            bencher.iter_batched(
                || rewritten.clone(),
                |rewritten| pgp::seal(rewritten, (&contact, &[]), &reader, now, rng).unwrap(),
                BatchSize::LargeInput,
            );
        });
        group.bench_function("bound", |bencher| {
            bencher.iter(|| black_box(bounds.seal_pgp(&received)))
        });
        group.finish();
    }
}

fn leaving(criterion: &mut Criterion<ProcessorTime>) {
    let (bounds, folder) = (Bounds::new(), tempfile::tempdir().unwrap());
    let key = DkimKey::open(&DkimKeySource::Own(folder.path().join("dkim.key"))).unwrap();
    let signer = DkimSigner::new(&key, "relay.example", &Selector::parse("sealpost").unwrap()).unwrap();
    let mailbox = "ann.lee@provider.example";
    for (size, name) in SIZES {
        let received = received(size);
        pair(
            criterion,
            &format!("sign with DKIM, {name}"),
            || signer.sign(&received).unwrap(),
            || bounds.dkim(&received),
        );
        let entity = [b"Content-Type: text/plain; charset=utf-8\r\n\r\n".to_vec(), text(size)].concat();
        let header = format!("To: {}\r\nSubject: answer\r\n\r\n", people::address());
        pair(
            criterion,
            &format!("strip, {name}"),
            || stripped(&header, &entity, mailbox),
            || bounds::strip(&entity, mailbox.as_bytes()),
        );
    }
}

fn stripped(header: &str, entity: &[u8], mailbox: &str) -> Vec<u8> {
    let bob: OutsideAddress = "bob@example.com".parse().unwrap();
    let facts = Facts {
        alias: &"amber@relay.example".parse().unwrap(),
        relay_domain: "relay.example",
        alias_name: None,
        own_names: &["Ann Lee".to_owned()],
        mailboxes: &[mailbox.parse().unwrap()],
        contacts: &|address| (*address == people::address()).then(|| bob.clone()),
        contact: &bob,
        message_id: &|_| None,
        own_message_id: "0f1e2d3c4b5a69788796a5b4c3d2e1f0@relay.example",
        now: time::OffsetDateTime::now_utc(),
    };
    let stripped = strip(
        &Message::parse(header.as_bytes()),
        entity,
        &facts,
        &mut UnwrapErr(SysRng),
    );
    stripped.unwrap().as_bytes().to_vec()
}

fn brief() -> Criterion<ProcessorTime> {
    Criterion::default()
        .with_measurement(ProcessorTime)
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_millis(1500))
}

criterion_group!(name = formats; config = brief(); targets = smime, openpgp, leaving);
criterion_main!(formats);
