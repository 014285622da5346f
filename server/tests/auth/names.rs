//! A DKIM signature that names header fields without end.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::STANDARD};
use server::{
    config::{DkimKeySource, Selector},
    dkim::{DkimKey, OwnSignatures},
    domains::Domains,
};
use sha2::{Digest, Sha256};
use test_support::work::assert_linear;

/// Names for the smaller message. The larger one has the header that the relay takes by default.
const NAMES: usize = 4_500;

/// A message that anybody can write: the signature is one of the relay's by its names only.
fn message(names: usize) -> Vec<u8> {
    let digit = |of: usize| char::from(b"abcdefghijklmnopqrstuvwxyz0123456789"[of % 36]);
    let each = (0..names).map(|at| format!("{}{}{}:\r\n ", digit(at), digit(at / 36), digit(at / 1296)));
    let hash = STANDARD.encode(Sha256::digest(b"text\r\n"));
    let signature = format!(
        "DKIM-Signature: v=1; a=rsa-sha256; d=relay.example; s=sealpost; bh={hash}; b=AAAA; h={}from\r\n",
        each.collect::<String>()
    );
    format!("{signature}From: ann@relay.example\r\n\r\ntext\r\n").into_bytes()
}

#[test]
fn the_work_on_a_signature_grows_with_its_names_and_not_with_their_square() {
    let folder = tempfile::tempdir().unwrap();
    let key = DkimKey::open(&DkimKeySource::Own(folder.path().join("dkim.key"))).unwrap();
    let domains = Arc::new(Domains::new("relay.example".into(), Vec::new()));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let own = {
        let _within = runtime.enter();
        OwnSignatures::new(&[(&key, &Selector::parse("sealpost").unwrap())], domains).unwrap()
    };
    assert_linear(
        |factor| message(factor * NAMES),
        |message| assert!(!runtime.block_on(own.verify(message))),
    );
}
