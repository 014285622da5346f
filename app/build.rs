//! Makes functions of the texts in `locales`, so that the compiler finds a text that is missing in a language, and one that
//! nobody wrote.

use std::{env, error::Error, fs, path::PathBuf};

use leptos_i18n_parser::parse_locales::{
    options::{Config, FileFormat, ParseOptions},
    parse_locales,
};

/// The first one has every text.
const LANGUAGES: [&str; 2] = ["en", "de"];

/// The files of each language.
const AREAS: [&str; 16] = [
    "account",
    "administration",
    "alias",
    "aliases",
    "data",
    "done",
    "errors",
    "frame",
    "guides",
    "help",
    "landing",
    "mail",
    "profile",
    "relay",
    "sign_in",
    "wizard",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    // Only the pages have texts.
    if env::var_os("CARGO_FEATURE_UI").is_none() {
        return Ok(());
    }
    let options = ParseOptions::default()
        .file_format(FileFormat::Toml)
        .interpolate_display(true);
    let mut config = Config::new(LANGUAGES[0])?.add_namespaces(AREAS)?.parse_options(options);
    for language in &LANGUAGES[1..] {
        config = config.add_locale(language)?;
    }
    let parsed = parse_locales(None, config)?;
    for file in parsed.tracked_files.iter().flatten() {
        println!("cargo::rerun-if-changed={file}");
    }
    // A text that one language lacks is a warning of the library.
    for fault in parsed.diag.warnings().iter() {
        println!("cargo::error={fault}");
    }
    for fault in parsed.diag.errors().iter() {
        println!("cargo::error={fault}");
    }
    let code = leptos_i18n_codegen::gen_code(&parsed, None, false, None, false)?;
    let folder = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo names no OUT_DIR")?);
    fs::write(folder.join("texts.rs"), code.to_string())?;
    Ok(())
}
