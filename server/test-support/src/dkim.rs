//! python3-dkim as the other side: signs what we receive, verifies what we send.

use std::{
    io::Write,
    net::SocketAddr,
    path::Path,
    process::{Command, Stdio},
};

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der},
    rsa::{KeyPair, KeySize},
    signature::KeyPair as _,
};
use base64::{Engine, engine::general_purpose::STANDARD};

const SIGN: &str = "
import sys, time, dkim
key, selector, domain = open(sys.argv[1], 'rb').read(), sys.argv[2].encode(), sys.argv[3].encode()
moment = time.time() - int(sys.argv[4])
time.time = lambda: moment
message = sys.stdin.buffer.read()
names = [name.encode() for name in sys.argv[5:]] or None
sys.stdout.buffer.write(dkim.sign(message, selector, domain, key, canonicalize=(b'relaxed', b'relaxed'), include_headers=names))
";

const SEAL: &str = "
import sys, dkim
key, domain = open(sys.argv[1], 'rb').read(), sys.argv[2].encode()
sys.stdout.buffer.write(b''.join(dkim.arc_sign(sys.stdin.buffer.read(), b's1', domain, key, domain)))
";

const VERIFY: &str = "
import sys, dkim, dns.resolver
resolver = dns.resolver.Resolver(configure=False)
resolver.nameservers, resolver.port = [sys.argv[1]], int(sys.argv[2])
def txt(name, timeout=5):
    answer = resolver.resolve(name.decode().rstrip('.'), 'TXT')
    return b''.join(answer[0].strings)
message = dkim.DKIM(sys.stdin.buffer.read())
try:
    valid = message.verify(dnsfunc=txt)
except dkim.ValidationError:
    valid = False
print(valid, message.domain.decode(), message.selector.decode())
";

/// A key of somebody else's.
pub struct Key {
    pem: String,
    /// The text of the TXT record.
    pub record: String,
}

impl Key {
    /// RSA with 2048 bits.
    pub fn generate() -> Self {
        let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
        let private: Pkcs8V1Der<'_> = pair.as_der().unwrap();
        let public: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
        Self {
            pem: der::pem::encode_string("PRIVATE KEY", der::pem::LineEnding::LF, private.as_ref()).unwrap(),
            record: format!("v=DKIM1; k=rsa; p={}", STANDARD.encode(public.as_ref())),
        }
    }

    /// The message with a signature on top; `names` are the fields that are signed, python3-dkim's own choice if none.
    pub fn sign(&self, folder: &Path, domain: &str, message: &str, names: &[&str]) -> String {
        self.sign_before((folder, domain), message, names, 0)
    }

    /// The same, so many seconds ago.
    pub fn sign_before(&self, (folder, domain): (&Path, &str), message: &str, names: &[&str], seconds: u32) -> String {
        let file = folder.join("signer.pem");
        std::fs::write(&file, &self.pem).unwrap();
        let ago = seconds.to_string();
        let arguments = [&[file.to_str().unwrap(), "s1", domain, ago.as_str()], names].concat();
        let field = String::from_utf8(python(SIGN, &arguments, message.as_bytes())).unwrap();
        format!("{field}{message}")
    }
}

impl Key {
    /// The message with the domain's results on top and another link of the chain (ARC, RFC 8617). If there is one already, the
    /// results must tell how it was found.
    pub fn seal(&self, folder: &Path, domain: &str, message: &str, results: &str) -> String {
        let file = folder.join("sealer.pem");
        std::fs::write(&file, &self.pem).unwrap();
        // A server takes off what claims to be its own.
        let own = format!("Authentication-Results: {domain}; ");
        let others = message.split_inclusive('\n').filter(|line| !line.starts_with(&own));
        let message = format!("{own}{results}\r\n{}", others.collect::<String>());
        let fields = python(SEAL, &[file.to_str().unwrap(), domain], message.as_bytes());
        format!("{}{message}", String::from_utf8(fields).unwrap())
    }
}

/// Whether the first signature verifies with the published key, and whose it is: `True example.org s1`.
pub fn verify(dns: SocketAddr, message: &[u8]) -> String {
    let said = python(VERIFY, &[&dns.ip().to_string(), &dns.port().to_string()], message);
    String::from_utf8(said).unwrap().trim().to_owned()
}

fn python(script: &str, arguments: &[&str], input: &[u8]) -> Vec<u8> {
    // Debian's own: another one on the path would not have its packages.
    let mut child = Command::new("/usr/bin/python3")
        .args(["-c", script])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "python3-dkim");
    output.stdout
}
