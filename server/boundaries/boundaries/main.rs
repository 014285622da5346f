//! The directions of docs/ARCHITECTURE.md: which module of the server may use which, which library has which home, and the figure.
//!
//! `UPDATE=1 cargo test --package sealpost-boundaries` draws the figure anew.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing unwrap is a failing test")]

mod graph;
mod names;
mod source;

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use graph::Graph;
use source::Source;

/// Every permitted arrow: a module, and the modules that it uses. An arrow that nothing needs any more is a failure, too.
const ARROWS: &[(&str, &[&str])] = &[
    (
        "acme",
        &["causes", "clock", "config", "dns", "domains", "key_file", "tls"],
    ),
    ("auth", &["dns", "envelope", "mail", "network"]),
    ("backup", &["clock", "config", "key_file", "store", "vault"]),
    (
        "command",
        &[
            "announcement",
            "backup",
            "clock",
            "config",
            "deliver",
            "doctor",
            "domain_list",
            "domains",
            "invitation",
            "key_file",
            "logging",
            "oidc",
            "publish",
            "rotation",
            "store",
            "tls",
            "vault",
            "web",
        ],
    ),
    ("config", &["mail", "network", "vault"]),
    (
        "deliver",
        &[
            "causes",
            "clock",
            "config",
            "dns",
            "domains",
            "envelope",
            "http_exchange",
            "mail",
            "parcel",
            "tls",
            "traces",
        ],
    ),
    ("dkim", &["auth", "config", "domains", "key_file", "mail"]),
    (
        "doctor",
        &[
            "acme",
            "auth",
            "backup",
            "causes",
            "clock",
            "config",
            "deliver",
            "dkim",
            "dns",
            "domains",
            "envelope",
            "http_exchange",
            "key_file",
            "mail",
            "oidc",
            "publish",
            "spam",
            "store",
            "tls",
            "vault",
        ],
    ),
    ("domain_list", &["domains", "store"]),
    ("examine", &["mail", "refusal"]),
    (
        "inbound",
        &[
            "auth",
            "clock",
            "config",
            "dkim",
            "domains",
            "envelope",
            "keyring",
            "limits",
            "local_part",
            "mail",
            "metrics",
            "notices",
            "outlet",
            "parcel",
            "policy",
            "processors",
            "queue",
            "refusal",
            "rewrite",
            "sealing",
            "store",
            "vault",
        ],
    ),
    ("invitation", &["one_time_code", "store"]),
    ("keyring", &["seal", "store", "vault"]),
    ("letters", &["mail"]),
    ("limits", &["config", "metrics", "network", "refusal", "store", "vault"]),
    ("logging", &["traces"]),
    ("message_ids", &["mail", "store", "vault"]),
    ("metrics", &["store"]),
    (
        "notices",
        &[
            "clock",
            "domains",
            "envelope",
            "letters",
            "local_part",
            "outlet",
            "parcel",
            "policy",
            "queue",
            "refusal",
            "sealing",
            "store",
        ],
    ),
    (
        "oidc",
        &["causes", "clock", "config", "http_exchange", "key_file", "tls"],
    ),
    (
        "outlet",
        &[
            "dkim", "letters", "metrics", "parcel", "policy", "refusal", "seal", "sealing", "store", "traces",
        ],
    ),
    (
        "parcel",
        &[
            "dkim", "envelope", "letters", "policy", "seal", "store", "strip", "vault",
        ],
    ),
    ("policy", &["clock", "refusal", "store"]),
    ("publish", &["config", "dkim", "domains", "key_file"]),
    (
        "queue",
        &[
            "causes",
            "clock",
            "config",
            "deliver",
            "envelope",
            "local_part",
            "mail",
            "metrics",
            "parcel",
            "policy",
            "refusal",
            "store",
            "traces",
            "vault",
        ],
    ),
    (
        "refusal",
        &["dkim", "message_ids", "processors", "smtp_reply", "store", "vault"],
    ),
    (
        "relay",
        &[
            "acme",
            "auth",
            "clock",
            "config",
            "deliver",
            "dkim",
            "domains",
            "inbound",
            "key_file",
            "limits",
            "message_ids",
            "metrics",
            "network",
            "notices",
            "oidc",
            "outlet",
            "policy",
            "processors",
            "publish",
            "queue",
            "reply",
            "router",
            "sealing",
            "smtp",
            "spam",
            "store",
            "tls",
            "unsubscribe",
            "vault",
            "web",
        ],
    ),
    (
        "reply",
        &[
            "auth",
            "clock",
            "dkim",
            "domains",
            "envelope",
            "examine",
            "keyring",
            "limits",
            "mail",
            "message_ids",
            "metrics",
            "parcel",
            "processors",
            "queue",
            "refusal",
            "seal",
            "smtp_reply",
            "store",
            "strip",
            "traces",
            "vault",
        ],
    ),
    ("rewrite", &["mail", "seal"]),
    (
        "router",
        &[
            "auth",
            "clock",
            "config",
            "domains",
            "envelope",
            "examine",
            "inbound",
            "mail",
            "metrics",
            "processors",
            "queue",
            "refusal",
            "reply",
            "smtp",
            "smtp_reply",
            "spam",
            "traces",
            "unsubscribe",
            "vault",
        ],
    ),
    ("rotation", &["clock", "message_ids", "store", "vault"]),
    ("seal", &["mail"]),
    (
        "sealing",
        &[
            "limits",
            "local_part",
            "mail",
            "message_ids",
            "processors",
            "refusal",
            "rewrite",
            "seal",
            "store",
            "unsubscribe",
            "vault",
        ],
    ),
    (
        "smtp",
        &[
            "causes",
            "config",
            "envelope",
            "limits",
            "metrics",
            "refusal",
            "smtp_reply",
            "tls",
            "traces",
        ],
    ),
    ("smtp_reply", &["mail"]),
    ("spam", &["envelope", "http_exchange", "mail"]),
    ("store", &["clock", "seal", "vault"]),
    ("strip", &["mail"]),
    ("tls", &["causes", "key_file"]),
    ("traces", &["http_exchange"]),
    ("unsubscribe", &["local_part", "vault"]),
    ("vault", &["key_file"]),
    (
        "web",
        &[
            "acme",
            "announcement",
            "backup",
            "causes",
            "clock",
            "config",
            "deliver",
            "dkim",
            "doctor",
            "domain_list",
            "domains",
            "invitation",
            "letters",
            "limits",
            "local_part",
            "metrics",
            "network",
            "notices",
            "oidc",
            "one_time_code",
            "parcel",
            "seal",
            "store",
            "tls",
            "traces",
            "unsubscribe",
            "vault",
        ],
    ),
];

/// Every library that has a home, and the modules that may name it.
const HOMES: &[(&str, &[&str])] = &[
    // The database.
    ("sea_orm", &["store"]),
    ("sea_orm_migration", &["store"]),
    ("sqlx", &["store"]),
    ("migrations", &["store"]),
    // SMTP, coming in and going out.
    ("mailin", &["smtp"]),
    ("ppp", &["smtp"]),
    ("lettre", &["deliver"]),
    // The pages.
    ("axum", &["config", "relay", "web"]),
    ("leptos_axum", &["web"]),
    (
        "hyper",
        &["deliver", "doctor", "http_exchange", "oidc", "spam", "traces", "web"],
    ),
    ("openidconnect", &["oidc"]),
    ("rsntp", &["doctor"]),
    // Traces.
    ("opentelemetry", &["traces"]),
    ("opentelemetry_http", &["traces"]),
    ("opentelemetry_otlp", &["traces"]),
    ("opentelemetry_sdk", &["traces"]),
    ("tracing_opentelemetry", &["traces"]),
    ("cookie", &["web"]),
    // Certificates of a CA.
    ("instant_acme", &["acme"]),
    // Signatures and encryption.
    ("cms", &["seal"]),
    ("sequoia_openpgp", &["seal"]),
    ("nettle", &["seal"]),
    ("mail_auth", &["auth", "dkim"]),
    ("hickory_resolver", &["acme", "auth", "deliver", "dkim", "dns"]),
    ("argon2", &["web"]),
    // Backups.
    ("age", &["backup", "config"]),
    ("tar", &["backup"]),
];

/// Modules that calculate only: bytes in, bytes out.
const PURE: &[&str] = &["letters", "mail", "rewrite", "seal", "strip"];

/// Libraries, modules and parts of std that a pure module cannot name.
const IMPURE: &[&str] = &[
    "tokio",
    "tokio_util",
    "async_trait",
    "std::fs",
    "std::net",
    "std::env",
    "std::time::Instant",
    "std::process",
    "crate::clock",
];

fn server() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Read once for all tests.
static SOURCES: LazyLock<Vec<Source>> = LazyLock::new(|| {
    let sources = source::read(&server().join("src"));
    assert!(sources.len() > 250, "only {} files were read", sources.len());
    sources
});

/// The module at the top that a file belongs to; `main` and the wiring in `lib` have none.
fn top(source: &Source) -> Option<&str> {
    source.module.first().map(String::as_str).filter(|top| *top != "main")
}

#[test]
fn the_modules_use_each_other_as_listed() {
    let tops: BTreeSet<_> = SOURCES
        .iter()
        .filter_map(|source| top(source).map(str::to_owned))
        .collect();
    let mut found = Graph::new();
    for source in SOURCES.iter() {
        let Some(from) = top(source) else { continue };
        let within = source
            .paths
            .iter()
            .filter(|path| path.first().is_some_and(|name| name == "crate"));
        let used = within
            .filter_map(|path| path.get(1))
            .filter(|to| *to != from && tops.contains(*to));
        found.entry(from.to_owned()).or_default().extend(used.cloned());
    }
    let listed = listed();
    let (found, listed) = (arrows(&found), arrows(&listed));
    let new: Vec<_> = found.difference(&listed).collect();
    let old: Vec<_> = listed.difference(&found).collect();
    assert!(
        new.is_empty() && old.is_empty(),
        "not listed: {new:?}; not needed any more: {old:?}"
    );
}

#[test]
fn no_circle_leads_from_a_module_back_to_itself() {
    assert_eq!(graph::circles(&listed()), []);
}

/// A module and the files below it are one thing, so arrows to one's own parents do not count.
#[test]
fn no_circle_leads_from_a_file_back_to_itself() {
    let modules: BTreeSet<_> = SOURCES.iter().map(|source| source.module.clone()).collect();
    let mut files = Graph::new();
    for source in SOURCES.iter() {
        let used = source
            .paths
            .iter()
            .filter_map(|path| module_of(path, &source.module, &modules));
        let others = used.filter(|module| !source.module.starts_with(module));
        let names = others.map(|module| module.join("::")).collect();
        files.insert(source.module.join("::"), names);
    }
    assert_eq!(graph::circles(&files), []);
}

/// The file that a path leads to: the longest beginning of it that is a module.
fn module_of(path: &[String], from: &[String], modules: &BTreeSet<Vec<String>>) -> Option<Vec<String>> {
    let absolute = match path.first().is_some_and(|name| name == "crate") {
        true => path[1..].to_vec(),
        false => [from, path].concat(),
    };
    let below = if path.first().is_some_and(|name| name == "crate") {
        0
    } else {
        from.len()
    };
    (below + 1..=absolute.len())
        .rev()
        .map(|length| absolute[..length].to_vec())
        .find(|module| modules.contains(module))
}

#[test]
fn each_library_is_named_at_home_only() {
    let mut astray = Vec::new();
    for source in SOURCES.iter() {
        for (library, homes) in HOMES {
            // A name alone may be a function of ours.
            let is_its = |path: &&Vec<String>| path.len() > 1 && path[0] == *library;
            let names_it = source.paths.iter().any(|path| is_its(&path));
            let is_home = top(source).is_none_or(|top| homes.contains(&top));
            if names_it && !is_home {
                astray.push(format!("{}: {library}", source.file.display()));
            }
        }
    }
    assert!(astray.is_empty(), "{}", astray.join("\n"));
}

#[test]
fn pure_modules_name_nothing_of_the_world_outside() {
    let mut impure = Vec::new();
    for source in SOURCES
        .iter()
        .filter(|source| top(source).is_some_and(|top| PURE.contains(&top)))
    {
        for path in &source.paths {
            let named = path.join("::");
            let is_below = |word: &&&str| named == **word || named.starts_with(&format!("{word}::"));
            impure.extend(
                IMPURE
                    .iter()
                    .filter(is_below)
                    .map(|word| format!("{}: {word}", source.file.display())),
            );
        }
    }
    assert!(impure.is_empty(), "{}", impure.join("\n"));
}

/// The figure: the listed arrows, without those that follow from others.
#[test]
fn the_figure_in_the_architecture_is_up_to_date() {
    let file = server().join("../docs/ARCHITECTURE.md");
    let text = fs::read_to_string(&file).unwrap();
    let (begin, end) = ("<!-- figure -->\n", "<!-- end of figure -->");
    let (before, rest) = text.split_once(begin).unwrap();
    let (_, after) = rest.split_once(end).unwrap();
    let drawn = format!("{before}{begin}{}{end}{after}", figure());
    if env::var_os("UPDATE").is_some() {
        fs::write(&file, &drawn).unwrap();
    }
    assert!(
        text == drawn || env::var_os("UPDATE").is_some(),
        "the figure is out of date: UPDATE=1 cargo test --package sealpost-boundaries"
    );
}

fn figure() -> String {
    let graph = listed();
    let arrows: String = graph::reduced(&graph)
        .into_iter()
        .map(|(from, to)| format!("  {from} --> {to}\n"))
        .collect();
    format!("```mermaid\nflowchart TD\n{arrows}```\n")
}

fn listed() -> Graph {
    let modules = ARROWS.iter();
    modules
        .map(|(from, targets)| ((*from).to_owned(), targets.iter().map(|to| (*to).to_owned()).collect()))
        .collect()
}

fn arrows(graph: &Graph) -> BTreeSet<(String, String)> {
    let all = graph
        .iter()
        .flat_map(|(from, targets)| targets.iter().map(move |to| (from.clone(), to.clone())));
    all.collect()
}

/// The words of the server's `use rsa::` lines: public keys, and what names a padding.
const OF_RSA: &[&str] = &[
    "BoxedUint",
    "EncodeRsaPublicKey",
    "Pkcs1v15Sign",
    "Pss",
    "PublicKey",
    "RsaKey",
    "as",
    "pkcs1",
];

/// Ways to a private key without a `use` line, or through the browser's half of the certificate model.
const TO_PRIVATE_KEYS: &[&str] = &[
    "rsa::PrivateKey",
    "rsa::RsaPrivateKey",
    "rsa::hazmat",
    "rsa::pkcs1v15",
    "rsa::pkcs8",
    "rsa::pss",
    "rsa::oaep",
    "rsa::traits",
    "extern crate",
    "issuance::browser",
    "RootKey",
    "UserKey",
];

/// RUSTSEC-2023-0071: `rsa` calculates with private keys in a time that depends on them. deny.toml lets it in because no
/// private key of the server is calculated with by it.
#[test]
fn no_private_key_of_the_server_meets_the_rsa_crate() {
    let (mut read, mut found) = (0, Vec::new());
    for file in SOURCES.iter().map(|source| &source.file) {
        let text = fs::read_to_string(server().join("src").join(file)).unwrap();
        let code: String = text
            .lines()
            .map(|line| line.split("//").next().unwrap_or_default())
            .collect();
        for imported in code
            .split("use rsa::")
            .skip(1)
            .filter_map(|rest| rest.split(';').next())
        {
            read += 1;
            let words = imported.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
            let others = words.filter(|word| !word.is_empty() && !OF_RSA.contains(word));
            found.extend(others.map(|word| format!("{}: rsa::{word}", file.display())));
        }
        let ways = TO_PRIVATE_KEYS.iter().filter(|way| code.contains(**way));
        found.extend(ways.map(|way| format!("{}: {way}", file.display())));
    }
    assert!(read >= 2, "only {read} uses of rsa were found");
    assert!(found.is_empty(), "{}", found.join("\n"));
}
