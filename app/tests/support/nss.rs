//! NSS, the library of Thunderbird and Firefox, through its own programs.

use app::pki::chain::Chain;

use super::Folder;

/// A certificate database, thrown away at the end.
pub struct Database(Folder);

impl Database {
    pub fn empty() -> Self {
        let folder = Folder::new();
        folder.must("certutil", &["-N", "-d", "sql:.", "--empty-password"]);
        Self(folder)
    }

    /// Holds the two authorities of a chain; the root is trusted for servers and for mail.
    pub fn trusting(chain: &Chain) -> Self {
        let database = Self::empty();
        database.add("root", "C,C,", chain.root().der());
        database.add("intermediate", ",,", chain.intermediate().der());
        database
    }

    pub fn add(&self, nickname: &str, trust: &str, der: &[u8]) {
        self.0.write("c.der", der);
        let add = ["-A", "-d", "sql:.", "-n", nickname, "-t", trust, "-i", "c.der"];
        self.0.must("certutil", &add);
    }

    /// What NSS says to a certificate for a usage (`V` server, `S` signer of mail, `R` recipient of mail).
    pub fn validates(&self, nickname: &str, usage: &str) -> (bool, String) {
        let (success, text) = self.certutil(&["-V", "-n", nickname, "-u", usage]);
        (success && text.trim() == "certutil: certificate is valid", text)
    }

    pub fn certutil(&self, arguments: &[&str]) -> (bool, String) {
        self.0.run("certutil", &[&["-d", "sql:."], arguments].concat())
    }

    /// Imports a PKCS#12 file.
    pub fn import(&self, file: &[u8], passphrase: &str) -> (bool, String) {
        self.0.write("u.p12", file);
        let import = ["-i", "u.p12", "-d", "sql:.", "-W", passphrase, "-K", ""];
        self.0.run("pk12util", &import)
    }
}
