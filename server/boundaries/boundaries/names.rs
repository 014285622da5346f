//! Checks that the names in the papers exist, so that nobody looks for what was renamed.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use crate::server;

/// The papers that name modules, types, functions and tests.
const PAPERS: [&str; 3] = ["docs/ARCHITECTURE.md", "docs/SECURITY.md", "CONTRIBUTING.md"];
/// The folders of the code that they name.
const CODE: [&str; 7] = [
    "app/src",
    "app/tests",
    "frontend",
    "server/src",
    "server/tests",
    "server/test-support",
    "migrations/src",
];

/// The names of files and folders, and every name that code gives to something: a word behind one of these, or a capitalised one.
const NAMING: [&str; 6] = ["fn", "mod", "const", "static", "type", "macro_rules"];

fn definitions(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        found.extend(path.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned));
        if path.is_dir() {
            definitions(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let mut before = "";
            for word in text.split(|letter: char| !letter.is_alphanumeric() && letter != '_') {
                if NAMING.contains(&before) || word.starts_with(char::is_uppercase) {
                    found.insert(word.to_owned());
                }
                before = word;
            }
        }
    }
}

/// The paths like `module::name` between backticks, with the paper that has each.
fn named(papers: &Path) -> BTreeMap<String, &'static str> {
    let mut named = BTreeMap::new();
    for paper in PAPERS {
        let text = fs::read_to_string(papers.join(paper)).unwrap();
        // Between backticks is every second piece.
        for code in text.split('`').skip(1).step_by(2) {
            let is_path = code.contains("::")
                && code
                    .chars()
                    .all(|letter| letter.is_alphanumeric() || "_:()".contains(letter));
            if is_path {
                named.insert(code.to_owned(), paper);
            }
        }
    }
    named
}

#[test]
fn the_papers_name_what_there_is() {
    let project = server().join("..");
    let mut there = BTreeSet::new();
    CODE.iter()
        .for_each(|folder| definitions(&project.join(folder), &mut there));
    let named = named(&project);
    assert!(named.len() > 50, "the papers were not read: {named:?}");
    let missing: Vec<_> = named
        .iter()
        .filter(|(path, _)| {
            let names = path.split("::").map(|name| name.split('(').next().unwrap_or_default());
            names.filter(|name| !name.is_empty()).any(|name| !there.contains(name))
        })
        .collect();
    assert!(missing.is_empty(), "{missing:#?}");
}
