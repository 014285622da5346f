//! Reads the modules of a crate, and the paths that each of them names.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use syn::{
    Attribute, ItemMod, UseTree,
    visit::{self, Visit},
};

/// A file of the crate: one module.
pub struct Source {
    /// Where it is, below `src`.
    pub file: PathBuf,
    /// Its path in the crate, such as `["seal", "open"]`; empty for the crate's root.
    pub module: Vec<String>,
    /// Every path in its code, tests excepted. Those within the crate begin with `crate`.
    pub paths: BTreeSet<Vec<String>>,
}

/// All files of a crate but those of its unit tests.
pub fn read(src: &Path) -> Vec<Source> {
    let files = below(src).into_iter();
    let production = files.filter(|file| !file.components().any(|part| part.as_os_str() == "tests"));
    production
        .map(|file| {
            let file = file.strip_prefix(src).unwrap().to_owned();
            let (module, code) = (module_of(&file), fs::read_to_string(src.join(&file)).unwrap());
            let parsed = syn::parse_file(&code).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            let mut names = Names::default();
            names.visit_file(&parsed);
            let paths = names.paths.into_iter().map(|path| absolute(path, &module)).collect();
            Source { file, module, paths }
        })
        .filter(|source| source.file.file_name().is_none_or(|name| name != "tests.rs"))
        .collect()
}

fn below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries
        .map(|entry| entry.unwrap().path())
        .flat_map(|path| if path.is_dir() { below(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

fn module_of(file: &Path) -> Vec<String> {
    let mut names: Vec<_> = file
        .with_extension("")
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    if ["mod", "lib"].contains(&names.last().map_or("", String::as_str)) {
        names.pop();
    }
    names
}

/// `super::x` and `self::x` as paths from the crate's root.
fn absolute(path: Vec<String>, module: &[String]) -> Vec<String> {
    let ups = path.iter().take_while(|name| *name == "super").count();
    let within = path.first().is_some_and(|name| name == "self");
    if ups == 0 && !within {
        return path;
    }
    let base = &module[..module.len().saturating_sub(ups)];
    let rest = path.iter().skip(ups.max(usize::from(within)));
    ["crate".to_owned()].iter().chain(base).chain(rest).cloned().collect()
}

#[derive(Default)]
struct Names {
    paths: BTreeSet<Vec<String>>,
}

impl Names {
    fn tree(&mut self, tree: &UseTree, before: &[String]) {
        let with = |name: &syn::Ident| [before, &[name.to_string()]].concat();
        match tree {
            UseTree::Path(path) => self.tree(&path.tree, &with(&path.ident)),
            UseTree::Name(name) if name.ident == "self" => self.add(before.to_vec()),
            UseTree::Name(name) => self.add(with(&name.ident)),
            UseTree::Rename(rename) => self.add(with(&rename.ident)),
            UseTree::Glob(_) => self.add(before.to_vec()),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.tree(tree, before)),
        }
    }

    fn add(&mut self, path: Vec<String>) {
        self.paths.insert(path);
    }
}

impl<'ast> Visit<'ast> for Names {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.tree(&item.tree, &[]);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.add(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        // Tokens of a macro are no paths yet: `crate :: a :: b` is read off their text.
        let text = item.tokens.to_string().replace(" :: ", "::");
        for word in text.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')) {
            if word.contains("::") {
                self.add(
                    word.split("::")
                        .filter(|name| !name.is_empty())
                        .map(str::to_owned)
                        .collect(),
                );
            }
        }
        visit::visit_macro(self, item);
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        if !item.attrs.iter().any(is_test) {
            visit::visit_item_mod(self, item);
        }
    }
}

fn is_test(attribute: &Attribute) -> bool {
    let is_cfg = attribute.path().is_ident("cfg");
    is_cfg
        && attribute
            .parse_args::<syn::Ident>()
            .is_ok_and(|condition| condition == "test")
}
