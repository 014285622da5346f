//! The directions between the modules of this crate, read off their imports: who may know whom, and no circles.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing unwrap is a failing test")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// Each module at the top of the crate, and the others that it may import.
const PERMITTED: &[(&str, &[&str])] = &[
    ("address", &[]),
    ("id", &[]),
    ("pgp", &[]),
    ("profile", &[]),
    ("profile_name", &["profile"]),
    ("pki", &["address"]),
    ("texts", &[]),
    (
        "api",
        &["address", "id", "pgp", "pki", "profile", "profile_name", "texts"],
    ),
    ("custody", &["address", "pki"]),
    (
        "ui",
        &[
            "address",
            "api",
            "custody",
            "id",
            "pgp",
            "pki",
            "profile",
            "profile_name",
            "texts",
        ],
    ),
];

/// The module that each of the browser's programs imports.
const PERMITTED_TO_PROGRAMS: &[(&str, &str)] = &[("islands", "ui"), ("key-worker", "custody"), ("wizard", "ui")];

/// A module that is a file: its path within the crate.
type Module = Vec<String>;

/// Which files each file imports from.
type Arrows = BTreeMap<Module, BTreeSet<Module>>;

#[test]
fn modules_import_only_what_lies_below_them() {
    let mut found = Vec::new();
    for (from, targets) in arrows_of_the_crate() {
        let Some(top) = from.first() else { continue };
        let permitted = PERMITTED.iter().find(|(module, _)| module == top);
        let (_, permitted) = permitted.unwrap_or_else(|| panic!("{top} is not in the list of permitted imports"));
        for to in targets {
            let fine = to
                .first()
                .is_some_and(|to| to == top || permitted.contains(&to.as_str()));
            if !fine {
                found.push(arrow(&from, &to));
            }
        }
    }
    assert!(found.is_empty(), "not permitted:\n{}", found.join("\n"));
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let mut arrows = arrows_of_the_crate();
    let count: usize = arrows.values().map(BTreeSet::len).sum();
    assert!(count > 300, "only {count} imports were read");
    // A file that imports nothing, or that nobody imports, is in no circle, nor is one that is so without those.
    loop {
        let imported: BTreeSet<Module> = arrows.values().flatten().cloned().collect();
        let kept: BTreeSet<Module> = arrows
            .iter()
            .filter(|(from, targets)| !targets.is_empty() && imported.contains(*from))
            .map(|(from, _)| from.clone())
            .collect();
        if kept.len() == arrows.len() {
            break;
        }
        arrows.retain(|from, _| kept.contains(from));
        arrows
            .values_mut()
            .for_each(|targets| targets.retain(|to| kept.contains(to)));
    }
    let circles: Vec<_> = arrows
        .iter()
        .flat_map(|(from, targets)| targets.iter().map(|to| arrow(from, to)))
        .collect();
    assert!(circles.is_empty(), "in a circle:\n{}", circles.join("\n"));
}

#[test]
fn each_program_imports_its_entry_only() {
    for (program, permitted) in PERMITTED_TO_PROGRAMS {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../frontend/{program}/src/lib.rs"));
        let tokens = tokens(&fs::read_to_string(file).unwrap());
        let imports = tokens.windows(3).filter(|path| path[0] == "app" && path[1] == "::");
        let imports: Vec<_> = imports.map(|path| path[2].as_str()).collect();
        assert_eq!(imports, [*permitted], "{program}");
    }
}

#[test]
fn imports_are_read_in_every_form() {
    let known =
        ["a", "a::b", "a::b::c", "a::d", "e", "f", "g"].map(|path| path.split("::").map(str::to_owned).collect());
    let known: BTreeSet<Module> = known.into_iter().chain([Vec::new()]).collect();
    let source = r#"
        //! [`crate::g`] is only a link.
        use std::fmt;
        use super::{d::{self, X as Y}, Z};
        mod c;
        pub use self::c::C;
        pub(in crate::g) fn f<'a>() -> &'a str { crate::e::run('"', "crate::g::x"); c::run() }
        mod inner { use super::Inner; use crate::f::F; }
        #[cfg(test)]
        mod tests { use crate::g::G; }
    "#;
    let module: Module = vec!["a".to_owned(), "b".to_owned()];
    let found: Vec<_> = targets(&module, &tokens(source), &known)
        .iter()
        .map(|to| to.join("::"))
        .collect();
    assert_eq!(found, ["a", "a::b::c", "a::d", "e", "f"]);
}

fn arrow(from: &Module, to: &Module) -> String {
    let name = |module: &Module| match module.is_empty() {
        true => "crate".to_owned(),
        false => module.join("::"),
    };
    format!("{} -> {}", name(from), name(to))
}

fn arrows_of_the_crate() -> Arrows {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files: BTreeMap<Module, PathBuf> = sources(&src)
        .into_iter()
        .map(|file| (module(file.strip_prefix(&src).unwrap()), file))
        .collect();
    let known: BTreeSet<Module> = files.keys().cloned().collect();
    files
        .into_iter()
        .map(|(module, file)| {
            let tokens = tokens(&fs::read_to_string(file).unwrap());
            let targets = targets(&module, &tokens, &known);
            (module, targets)
        })
        .collect()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries
        .map(|entry| entry.unwrap().path())
        .flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

fn module(file: &Path) -> Module {
    let path = file.with_extension("");
    let mut module: Module = path.iter().map(|name| name.to_str().unwrap().to_owned()).collect();
    if module.last().is_some_and(|name| name == "mod" || name == "lib") {
        module.pop();
    }
    module
}

/// Words, `::` and single characters, without comments and without what stands in quotes.
fn tokens(source: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let word = rest
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        let length = match first {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '"' => quoted(rest),
            '\'' if rest.starts_with("'\\") => rest[2..].find('\'').unwrap() + 3,
            // A character, or the mark of a lifetime.
            '\'' => match rest.char_indices().nth(2) {
                Some((end, '\'')) => end + 1,
                _ => 1,
            },
            _ if word > 0 => word,
            _ if rest.starts_with("::") => 2,
            other => other.len_utf8(),
        };
        if word > 0 || !(first.is_whitespace() || "/\"'".contains(first)) {
            tokens.push(rest[..length].to_owned());
        }
        rest = &rest[length..];
    }
    tokens
}

/// The length of the string that a text begins with, quotes included.
fn quoted(text: &str) -> usize {
    let mut escaped = false;
    let end = text[1..].find(|c: char| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    });
    end.unwrap() + 2
}

/// The files that a file imports from, by `use` and by paths in its code; its tests do not count.
fn targets(module: &Module, tokens: &[String], known: &BTreeSet<Module>) -> BTreeSet<Module> {
    let mut paths = Vec::new();
    let (mut depth, mut inline, mut at) = (0, Vec::new(), 0);
    while let Some(token) = tokens.get(at) {
        let next = |ahead: usize| tokens.get(at + ahead).map(String::as_str).unwrap_or_default();
        match token.as_str() {
            "mod" if next(1) == "tests" && next(2) == "{" => at = closing(tokens, at + 2),
            "mod" if next(2) == "{" => inline.push(depth),
            "pub" if next(1) == "(" => at = closing(tokens, at + 1),
            "{" => depth += 1,
            "}" => {
                depth -= 1;
                if inline.last() == Some(&depth) {
                    inline.pop();
                }
            }
            "use" => {
                let mut found = Vec::new();
                at = import(tokens, at + 1, &[], &mut found);
                paths.extend(found.into_iter().map(|path| (path, inline.len())));
            }
            _ if next(1) == "::" => {
                let words: Vec<_> = tokens[at..]
                    .chunks(2)
                    .take_while(|pair| pair.get(1).is_some_and(|mark| mark == "::"))
                    .collect();
                at += 2 * words.len();
                let last = tokens.get(at).cloned();
                paths.push((
                    words.iter().map(|pair| pair[0].clone()).chain(last).collect(),
                    inline.len(),
                ));
            }
            _ => {}
        }
        at += 1;
    }
    let found = paths
        .iter()
        .filter_map(|(path, inline)| target(module, path, *inline, known));
    found.filter(|to| to != module).collect()
}

/// Where the bracket closes that opens at a place.
fn closing(tokens: &[String], opening: usize) -> usize {
    let mut depth = 0;
    let closes = |token: &String| {
        depth += match token.as_str() {
            "{" | "(" => 1,
            "}" | ")" => -1,
            _ => 0,
        };
        depth == 0
    };
    opening + tokens[opening..].iter().position(closes).unwrap()
}

/// Reads one tree of a `use`, and gives the place of the token behind it.
fn import(tokens: &[String], mut at: usize, before: &[String], found: &mut Vec<Vec<String>>) -> usize {
    let (mut path, mut named) = (before.to_vec(), false);
    loop {
        match tokens[at].as_str() {
            ";" | "," | "}" => {
                // Nothing is named behind the last comma of a group.
                found.extend(named.then_some(path));
                return at;
            }
            "{" => {
                while tokens[at] != "}" {
                    at = import(tokens, at + 1, &path, found);
                }
                return at + 1;
            }
            "as" => at += 1,
            "::" => {}
            "self" if !path.is_empty() => named = true,
            word => {
                path.push(word.to_owned());
                named = true;
            }
        }
        at += 1;
    }
}

/// The file that a path leads to, if it is one of this crate. `inline` tells how many modules within the file surround it.
fn target(module: &Module, path: &[String], inline: usize, known: &BTreeSet<Module>) -> Option<Module> {
    let (mut base, mut inline, mut rest) = (module.clone(), inline, path);
    match path.first()?.as_str() {
        "crate" => (base, rest) = (Vec::new(), &path[1..]),
        "self" | "super" => {
            while let Some(word @ ("self" | "super")) = rest.first().map(String::as_str) {
                match (word, inline) {
                    ("super", 0) => _ = base.pop(),
                    ("super", _) => inline -= 1,
                    _ => {}
                }
                rest = &rest[1..];
            }
        }
        first => {
            let child: Module = module.iter().cloned().chain([first.to_owned()]).collect();
            known.get(&child)?;
        }
    }
    for word in rest {
        base.push(word.clone());
        if !known.contains(&base) {
            base.pop();
            break;
        }
    }
    Some(base)
}
