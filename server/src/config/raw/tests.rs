//! What tells operators of the settings is held to the settings that there are.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use figment::{
    Figment,
    error::Kind,
    providers::{Format, Toml},
};

use super::Raw;
use crate::config::{Config, sources::Sources};

const OPERATING: &str = include_str!("../../../../docs/OPERATING.md");
const MANUAL: &str = include_str!("../../../../package/sealpost.toml.5");
const PACKAGED: &str = include_str!("../../../../package/sealpost.toml");

/// The names of all settings: a wrong one is answered with them.
fn names() -> BTreeSet<String> {
    let error = Figment::from(Toml::string("nothing = 1"))
        .extract::<Raw>()
        .err()
        .unwrap();
    let Kind::UnknownField(_, known) = error.kind else {
        panic!("{error}");
    };
    known.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn each_setting_has_an_entry_in_the_manual_page_and_each_entry_a_setting() {
    let settings = MANUAL.split_once(".SH SETTINGS").unwrap().1;
    let settings = settings.split_once("\n.SH").unwrap().0;
    let heads = settings
        .split(".TP\n")
        .skip(1)
        .map(|entry| entry.lines().next().unwrap());
    let entries = heads.flat_map(|head| {
        let words = head.split(' ').skip(1).map(|word| word.trim_matches(['"', ',']));
        words.filter(|word| !word.is_empty()).map(str::to_owned)
    });
    assert_eq!(entries.collect::<BTreeSet<_>>(), names());
}

#[test]
fn each_setting_has_a_row_in_the_table_of_the_operators_guide() {
    let rows = OPERATING.lines().filter_map(|line| line.strip_prefix("| `"));
    let cells: Vec<_> = rows.filter_map(|row| row.split(" | ").next()).collect();
    let words: BTreeSet<_> = cells.iter().flat_map(|cell| cell.split(['`', ',', ' '])).collect();
    let missing: Vec<_> = names()
        .into_iter()
        .map(|name| format!("SEALPOST_{}", name.to_uppercase()))
        .filter(|variable| {
            // Of several in one row the later ones may be shortened to what differs.
            let shortened = variable
                .match_indices('_')
                .map(|(at, _)| format!("…{}", &variable[at..]));
            !words.contains(variable.as_str()) && !shortened.into_iter().any(|end| words.contains(end.as_str()))
        })
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_packaged_settings_are_valid_and_so_is_every_example_in_them() {
    let config = |text: &str| {
        let secrets = Toml::string("delivery_password = 'secret'");
        Config::from_sources(Sources::new(Path::new("sealpost.toml"), text, secrets))
    };
    let setting = |line: &str| line.split_once(" = ").map(|(name, _)| name.to_owned());
    // The last of several examples of a setting takes the place of the others.
    let examples: BTreeMap<_, _> = PACKAGED
        .lines()
        .map(|line| {
            if line.starts_with("# ") {
                ""
            } else {
                line.trim_start_matches('#')
            }
        })
        .filter_map(|line| Some((setting(line)?, line)))
        .collect();
    assert!(examples.len() > 20, "only {} settings are found", examples.len());
    // A certificate is the operator's or a CA's.
    for other in ["acme", "tls_"] {
        let lines = examples.values().filter(|line| !line.starts_with(other));
        let all = lines.copied().collect::<Vec<_>>().join("\n");
        assert_eq!(
            config(&all).err().map(|error| error.to_string()),
            None,
            "without {other}"
        );
    }

    // As it is packaged: the relay listens to all, stores where the service may write, and lets nobody sign up uninvited.
    let packaged = Sources::new(Path::new("sealpost.toml"), PACKAGED, Toml::string(""));
    let packaged = Config::from_sources(packaged).unwrap();
    assert_eq!(
        (packaged.smtp.to_string().as_str(), packaged.data.as_path()),
        ("[::]:25", Path::new("/var/lib/sealpost"))
    );
    assert_eq!(packaged.sign_up, app::api::account::SignUpMode::Invite);
}

#[test]
fn the_unit_and_the_container_set_variables_that_there_are() {
    let names = names();
    for (file, text) in [
        ("sealpost.service", include_str!("../../../../package/sealpost.service")),
        ("Containerfile", include_str!("../../../../Containerfile")),
        ("compose.yaml", include_str!("../../../../compose.yaml")),
    ] {
        let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let variables = words.filter_map(|word| word.strip_prefix("SEALPOST_"));
        let variables: BTreeSet<_> = variables
            .map(str::to_lowercase)
            .filter(|name| !name.is_empty())
            .collect();
        assert!(!variables.is_empty(), "{file} sets nothing");
        let unknown: Vec<_> = variables
            .iter()
            .filter(|name| *name != "config" && !names.contains(*name))
            .collect();
        assert!(unknown.is_empty(), "{file}: {unknown:?}");
    }
}
