//! The outside: what has left, as somebody else's program reads it.

use std::{collections::HashMap, fs, path::Path, process::Command};

use serde::Deserialize;

/// Read by Python's email package.
#[derive(Deserialize)]
pub struct Outside {
    /// Names in lower case.
    pub fields: HashMap<String, String>,
    pub parts: Vec<Part>,
    /// What must not be there and is.
    pub findings: Vec<String>,
}

#[derive(Deserialize)]
pub struct Part {
    pub kind: String,
    pub name: String,
    pub sha256: String,
    pub text: String,
}

impl Outside {
    /// Reads a message, looking for needles.
    pub fn read(message: &[u8], needles: &[Vec<u8>]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (left, secrets) = (folder.path().join("left.eml"), folder.path().join("needles"));
        fs::write(&left, message).unwrap();
        let lines: Vec<_> = needles.iter().map(hex::encode).collect();
        fs::write(&secrets, lines.join("\n")).unwrap();
        let judge = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reply/judge.py");
        let said = Command::new("/usr/bin/python3")
            .args(["-I", "-S"])
            .arg(judge)
            .args([left, secrets])
            .output()
            .unwrap();
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
        serde_json::from_slice(&said.stdout).unwrap()
    }

    pub fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    /// All text of all parts.
    pub fn text(&self) -> String {
        self.parts.iter().map(|part| part.text.as_str()).collect()
    }
}
