//! The certificate of the SMTP receiver, as OpenSSL issues it.

use std::{fs, process::Command};

use crate::operator::Operator;

/// Issues a certificate for hosts, which is valid for so many days, and names it in the settings. The operator's system trusts its CA.
pub fn issue(operator: &mut Operator, hosts: &str, days: &str) {
    let folder = operator.folder.path().to_owned();
    let openssl = |arguments: &[&str]| {
        let output = Command::new("openssl")
            .args(arguments)
            .current_dir(&folder)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    let names: Vec<_> = hosts.split(' ').map(|host| format!("DNS:{host}")).collect();
    fs::write(folder.join("names"), format!("subjectAltName={}\n", names.join(","))).unwrap();
    let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    openssl(
        &[
            &[
                "req",
                "-x509",
                "-subj",
                "/CN=authority",
                "-keyout",
                "authority.key",
                "-out",
                "authority.pem",
            ],
            &key[..],
        ]
        .concat(),
    );
    openssl(
        &[
            &["req", "-subj", "/CN=host", "-keyout", "host.key", "-out", "host.csr"],
            &key[..],
        ]
        .concat(),
    );
    openssl(&[
        "x509",
        "-req",
        "-in",
        "host.csr",
        "-CA",
        "authority.pem",
        "-CAkey",
        "authority.key",
        "-days",
        days,
        "-extfile",
        "names",
        "-out",
        "host.pem",
    ]);
    operator.set("TLS_CERTIFICATE", folder.join("host.pem").display());
    operator.set("TLS_KEY", folder.join("host.key").display());
    operator.trusted = Some(folder.join("authority.pem"));
}

#[test]
fn each_fault_of_the_certificate_is_found() {
    for (host, days, state, says) in [
        ("mail.example.org", "60", "good", "names mail.example.org"),
        ("*.example.org", "60", "good", "names mail.example.org"),
        ("mail.example.org", "-1", "bad", "it ended on "),
        ("mail.example.org", "10", "good", "names mail.example.org"),
        (
            "other.example.org",
            "60",
            "warning",
            "does not name the mail host mail.example.org",
        ),
    ] {
        let mut operator = Operator::new();
        issue(&mut operator, host, days);
        operator.doctor(&[]).assert("certificate", state, says);
    }
}

#[test]
fn a_certificate_of_a_ca_that_nobody_trusts_is_found() {
    let (mut operator, mut other) = (Operator::new(), Operator::new());
    issue(&mut operator, "mail.example.org", "60");
    issue(&mut other, "mail.example.org", "60");
    operator.trusted = other.trusted.clone();
    let says = "of a CA that this system does not trust";
    operator.doctor(&[]).assert("certificate", "warning", says);
    let operator = operator.with("MTA_STS", "enforce");
    operator.doctor(&[]).assert("certificate", "bad", says);
}

/// As in the file that the relay writes when a CA has issued a certificate.
#[test]
fn the_key_may_be_in_the_same_file() {
    let mut operator = Operator::new();
    issue(&mut operator, "mail.example.org", "60");
    let file = |name: &str| operator.folder.path().join(name);
    let both = [fs::read(file("host.pem")).unwrap(), fs::read(file("host.key")).unwrap()].concat();
    let place = file("host.key");
    fs::write(&place, both).unwrap();
    operator.set("TLS_CERTIFICATE", place.display());
    operator
        .doctor(&[])
        .assert("certificate", "good", "names mail.example.org");
}

#[test]
fn a_certificate_that_the_ca_has_not_given_yet_is_asked_of_nobody_else() {
    let findings = Operator::new().with("ACME", "on").doctor(&[]);
    findings.assert("certificate", "bad", "the CA has given no certificate yet");
}

#[test]
fn a_certificate_that_does_not_fit_its_key_is_found() {
    let (mut one, mut other) = (Operator::new(), Operator::new());
    issue(&mut one, "mail.example.org", "60");
    issue(&mut other, "mail.example.org", "60");
    one.set("TLS_KEY", other.folder.path().join("host.key").display());
    one.doctor(&[]).assert("certificate", "bad", "cannot be used for TLS");
    one.set("TLS_KEY", "nowhere.key");
    one.doctor(&[]).assert("certificate", "bad", "cannot read nowhere.key");
}

#[test]
fn a_self_signed_certificate_is_bad_only_where_the_policy_demands_another_one() {
    let operator = Operator::new().with("DELIVERY", "file:outbox");
    operator
        .doctor(&[])
        .assert("certificate", "not_checked", "when it starts");
    drop(operator.start());
    operator
        .doctor(&[])
        .assert("certificate", "warning", "it is self-signed");
    let operator = operator.with("MTA_STS", "enforce");
    operator.doctor(&[]).assert("certificate", "bad", "it is self-signed");
}
