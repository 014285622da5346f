//! The files of texts: each language has the same texts, with the same values and elements in each.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing unwrap is a failing test")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use toml::{Table, Value};

/// The texts of a language, each by its key.
type Texts = BTreeMap<String, String>;

fn texts(language: &str) -> Texts {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales").join(language);
    let mut texts = Texts::new();
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let area = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let table: Table = fs::read_to_string(&path).unwrap().parse().unwrap();
        // Tables within tables, without recursion.
        let mut open: Vec<_> = vec![(area, table)];
        while let Some((prefix, table)) = open.pop() {
            for (key, value) in table {
                let key = format!("{prefix}.{key}");
                match value {
                    Value::String(text) => drop(texts.insert(key, text)),
                    Value::Table(table) => open.push((key, table)),
                    other => panic!("{key} is no text: {other}"),
                }
            }
        }
    }
    assert!(texts.len() > 500, "only {} texts were read", texts.len());
    texts
}

/// A value or a tag in a text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Mark<'a> {
    Value(&'a str),
    Opens(&'a str),
    Closes(&'a str),
    Stands(&'a str),
}

fn marks(text: &str) -> Vec<Mark<'_>> {
    let mut marks = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '<']) {
        rest = &rest[at..];
        let (mark, end) = match rest.strip_prefix("{{") {
            Some(value) => {
                let end = value.find("}}").unwrap_or_else(|| panic!("{text}"));
                (Mark::Value(value[..end].trim()), end + 4)
            }
            None => {
                let end = rest.find('>').unwrap_or_else(|| panic!("{text}"));
                let inside = rest[1..end].trim();
                let mark = match (inside.strip_prefix('/'), inside.strip_suffix('/')) {
                    (Some(name), _) => Mark::Closes(name),
                    (None, Some(name)) => Mark::Stands(name.trim()),
                    (None, None) => Mark::Opens(inside),
                };
                (mark, end + 1)
            }
        };
        marks.push(mark);
        rest = &rest[end..];
    }
    marks
}

#[test]
fn each_language_has_the_same_values_and_elements() {
    let english = texts("en");
    let german = texts("de");
    assert_eq!(
        english.keys().collect::<BTreeSet<_>>(),
        german.keys().collect::<BTreeSet<_>>()
    );
    let mut different = Vec::new();
    for (key, text) in &english {
        let other = &german[key];
        let (mut own, mut others) = (marks(text), marks(other));
        own.sort();
        own.dedup();
        others.sort();
        others.dedup();
        if own != others {
            different.push(format!("{key}\n  {text}\n  {other}"));
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

/// leptos_i18n 0.6.2 shows a value as `{{ value }}` if it stands outside of all elements and before one of them.
#[test]
fn no_value_stands_before_an_element() {
    let mut found = Vec::new();
    for language in ["en", "de"] {
        for (key, text) in texts(language) {
            let (mut depth, mut free) = (0, false);
            for mark in marks(&text) {
                match mark {
                    Mark::Value(_) if depth == 0 => free = true,
                    Mark::Value(_) => {}
                    Mark::Closes(_) => depth -= 1,
                    Mark::Stands(_) if free => found.push(format!("{language} {key}: {text}")),
                    Mark::Stands(_) => {}
                    Mark::Opens(_) => {
                        if free && depth == 0 {
                            found.push(format!("{language} {key}: {text}"));
                        }
                        depth += 1;
                    }
                }
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_text_is_translated() {
    let (english, german) = (texts("en"), texts("de"));
    // Names, units and single words may be the same in both.
    let words = |text: &str| {
        let parts = text
            .split("{{")
            .map(|part| part.split_once("}}").map_or(part, |(_, rest)| rest));
        let parts: String = parts.collect();
        parts.split_whitespace().filter(|word| word.len() > 2).count()
    };
    let same: Vec<_> = english
        .iter()
        .filter(|(key, text)| german[*key] == **text && words(text) > 3)
        .map(|(key, text)| format!("{key}: {text}"))
        .collect();
    assert!(same.is_empty(), "{}", same.join("\n"));
}
