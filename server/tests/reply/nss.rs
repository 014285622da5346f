//! NSS, Thunderbird's cryptography, with a database made from the exported file.

use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;

use crate::{
    reply::{
        person::{Letter, Person, body, words},
        wire,
    },
    support::home::PASSPHRASE,
};

/// A database.
pub struct Nss<'a> {
    person: &'a Person,
    folder: TempDir,
    files: AtomicU32,
}

impl<'a> Nss<'a> {
    pub fn new(person: &'a Person) -> Self {
        let nss = Self {
            person,
            folder: tempfile::tempdir().unwrap(),
            files: AtomicU32::new(0),
        };
        nss.run("certutil", "-N --empty-password");
        let passphrase = PASSPHRASE.replace(' ', "\u{1}");
        nss.run("pk12util", &format!("-i user.p12 -W {passphrase} -K "));
        let above = String::from_utf8(person.read("above.pem")).unwrap();
        for (number, pem) in above.split_inclusive("-----END CERTIFICATE-----\n").enumerate() {
            person.put("one.pem", pem.as_bytes());
            nss.run("certutil", &format!("-A -n above{number} -t ,C, -a -i one.pem"));
        }
        nss
    }

    fn run(&self, program: &str, arguments: &str) -> Vec<u8> {
        let mut all = vec!["-d".to_owned(), format!("sql:{}", self.folder.path().display())];
        all.extend(words(arguments));
        if arguments.ends_with("-K ") {
            all.push(String::new());
        }
        self.person.run(program, &all, b"")
    }

    /// A file's name and its output's, never used before.
    fn file(&self, content: &[u8]) -> (String, String) {
        let name = format!("nss-{}", self.files.fetch_add(1, Ordering::Relaxed));
        (self.person.put(&name, content), format!("{name}.out"))
    }

    fn cmsutil(&self, arguments: &str, input: &[u8]) -> Vec<u8> {
        let (input, output) = self.file(input);
        self.run("cmsutil", &format!("{arguments} -i {input} -o {output}"));
        self.person.read(&output)
    }

    /// Verifies the letter's signature, and remembers certificate and capabilities, as Thunderbird does when it shows it.
    pub fn learn(&self, person: &Person, letter: &Letter) {
        let signed = wire::lines(&String::from_utf8(letter.signed.clone()).unwrap());
        let (_, after) = signed.split_once("boundary=\"").unwrap();
        let (boundary, _) = after.split_once('"').unwrap();
        let delimiter = format!("\r\n--{boundary}");
        let parts: Vec<_> = signed.split(&delimiter).collect();
        let entity = parts[1].strip_prefix("\r\n").unwrap();
        let (content, _) = self.file(entity.as_bytes());
        let signature = body(parts[2].trim_start());
        let (signature, output) = self.file(&signature);
        self.run(
            "cmsutil",
            &format!("-D -k -u 4 -c {content} -i {signature} -o {output}"),
        );
        assert_eq!(person.read(&output), entity.as_bytes());
    }

    /// Signs an entity; gives a CMS object.
    pub fn sign(&self, options: &str, entity: &[u8]) -> Vec<u8> {
        let listed = String::from_utf8(self.run("certutil", "-K")).unwrap();
        let (_, name) = listed.trim().rsplit_once("   ").unwrap();
        let name = name.trim().replace(' ', "\u{1}");
        self.cmsutil(&format!("-S -N {name} {options}"), entity)
    }

    /// Encrypts an entity; the cipher is NSS's choice.
    pub fn encrypt(&self, recipient: &str, entity: &[u8]) -> Vec<u8> {
        self.cmsutil(&format!("-E -r {recipient}"), entity)
    }
}
