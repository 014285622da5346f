//! What a client puts on the wire around an entity.

use std::fmt::Write as _;

use base64::{Engine, engine::general_purpose::STANDARD};

/// All that a client and its provider say of themselves. Whatever names the person in here must not leave.
pub const HEADER: &str = "Return-Path: <ann@example.org>\r\n\
    Received: from [192.0.2.77] (laptop.home.example) by mail.example.org with ESMTPSA id 7c1; Tue, 24 Nov 2026 \
    13:30:00 +0530\r\n\
    X-Originating-IP: [192.0.2.77]\r\n\
    Autocrypt: addr=ann@example.org; keydata=mQENBFxAnnLeesKey\r\n\
    Date: Tue, 24 Nov 2026 13:30:00 +0530\r\n\
    User-Agent: Mozilla Thunderbird\r\n\
    Organization: Household of Lee\r\n\
    From: Ann Lee <ann@example.org>\r\n\
    MIME-Version: 1.0\r\n";

/// What the header tells of the person.
pub const TELLTALES: [&str; 10] = [
    "ann@",
    "example.org",
    "Ann Lee",
    "192.0.2.77",
    "127.0.0.1",
    "home.example",
    "Thunderbird",
    "Household",
    "AnnLeesKey",
    "+0530",
];

/// A file that no line of text survives.
pub fn file() -> Vec<u8> {
    (0..70_000_u64).map(|at| ((at * at) >> 3) as u8).collect()
}

/// What the person writes, each time something else: text that quotes, a file, and a key that the client attaches by itself.
pub fn answer(relay_address: &str, id: &str) -> String {
    let key = "-----BEGIN PGP PUBLIC KEY BLOCK-----\r\n\r\nmQENBFxAnnLeesKey\r\n-----END PGP PUBLIC KEY BLOCK-----";
    format!(
        "Content-Type: multipart/mixed; boundary=\"------------0Thunderbird0\"\r\n\r\n\
         --------------0Thunderbird0\r\nContent-Type: text/plain; charset=utf-8\r\n\
         Content-Transfer-Encoding: 8bit\r\n\r\n\
         Dig deeper, {id}. Grüße\r\n\r\nOn Monday Bob <{relay_address}> wrote to ann@example.org:\r\n> hello\r\n\
         --------------0Thunderbird0\r\nContent-Type: application/octet-stream; name=\"map.bin\"\r\n\
         Content-Disposition: attachment; filename=\"map.bin\"\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\
         --------------0Thunderbird0\r\nContent-Type: application/pgp-keys; name=\"OpenPGP_0xANN.asc\"\r\n\r\n{key}\r\n\
         --------------0Thunderbird0--\r\n",
        base64(&file())
    )
}

/// A short entity.
pub fn note(text: &str) -> String {
    format!("Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n")
}

/// The entity as Thunderbird signs it: with the message's own header fields on top of the text.
pub fn protect(fields: &str, entity: &str) -> String {
    let (kind, rest) = entity.split_once("\r\n").unwrap();
    format!("{kind}; protected-headers=\"v1\"\r\nFrom: Ann Lee <ann@example.org>\r\n{fields}{rest}")
}

/// Lines of base64, each ended.
pub fn base64(octets: &[u8]) -> String {
    let text = STANDARD.encode(octets);
    let mut lines = String::new();
    for line in text.as_bytes().chunks(76) {
        writeln!(lines, "{}\r", str::from_utf8(line).unwrap()).unwrap();
    }
    lines
}

/// An entity whose body is a CMS object.
pub fn cms(parameters: &str, object: &[u8]) -> String {
    format!(
        "Content-Type: application/pkcs7-mime; {parameters}; name=smime.p7m\r\nContent-Transfer-Encoding: \
         base64\r\nContent-Disposition: attachment; filename=smime.p7m\r\n\r\n{}",
        base64(object)
    )
}

/// RFC 8551 §3.5.3, for programs that write no MIME.
pub fn signed(entity: &str, signature: &[u8]) -> String {
    format!(
        "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; micalg=sha-256; \
         boundary=sig\r\n\r\n--sig\r\n{entity}\r\n--sig\r\nContent-Type: application/pkcs7-signature; \
         name=smime.p7s\r\nContent-Transfer-Encoding: base64\r\n\r\n{}--sig--\r\n",
        base64(signature)
    )
}

/// A message: what the client says of itself, the given fields, the entity. Lines end with CRLF.
pub fn message(fields: &str, entity: &str) -> String {
    format!("{HEADER}{fields}{}", lines(entity))
}

/// With every line ended by CRLF, and no second MIME-Version.
pub fn lines(entity: &str) -> String {
    let entity = entity.replace("\r\n", "\n").replace("MIME-Version: 1.0\n", "");
    entity.replace('\n', "\r\n")
}
