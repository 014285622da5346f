//! Where settings come from: `sealpost.toml`, and the environment, which overrides it. Says of each where it is written.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
};

use figment::{
    Figment, Provider,
    error::Kind,
    providers::{Env, Format, Serialized, Toml},
    value::{Dict, Value},
};
use toml::de::DeTable;
use zeroize::Zeroizing;

use super::{
    mistakes::{Fault, Mistake, Place},
    raw::Raw,
};

/// The settings whose values are never shown.
const SECRETS: [&str; 5] = [
    "database_url",
    "delivery_password",
    "master_key",
    "oidc_client_secret",
    "previous_master_key",
];

/// How alike a name must be to a known one to be taken for a slip (Jaro–Winkler, 1 is the same).
const ALIKE: f64 = 0.85;

/// What is written in the file and in the environment.
pub(super) struct Sources {
    file: PathBuf,
    /// The line of each setting of the file.
    lines: BTreeMap<String, usize>,
    written: Dict,
    environment: Dict,
    /// Lines of the file that are no TOML.
    pub broken: Vec<Mistake>,
}

impl Sources {
    /// Reads the file, if there is one, and the environment. An empty variable counts as unset.
    pub fn read(file: &Path) -> io::Result<Self> {
        let text = match std::fs::read_to_string(file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            text => text?,
        };
        Ok(Self::new(file, &text, environment()))
    }

    /// Takes the text of a file that is not written yet, the environment, and variables that it will have besides.
    pub fn planned(file: &Path, text: &str, variables: &[(String, Zeroizing<String>)]) -> Self {
        let more: Dict = variables
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .filter_map(|(name, value)| {
                let setting = name.strip_prefix("SEALPOST_").filter(|name| *name != "CONFIG")?;
                let setting = setting.to_lowercase();
                let Ok(parsed) = value.parse::<Value>();
                let value = if SECRETS.contains(&&*setting) {
                    value.as_str().into()
                } else {
                    parsed
                };
                Some((setting, value))
            })
            .collect();
        Self::new(
            file,
            text,
            Figment::from(Serialized::defaults(more)).merge(environment()),
        )
    }

    /// Takes the text of a file, and what overrides it.
    pub fn new(file: &Path, text: &str, environment: impl Provider) -> Self {
        let line = |at: usize| 1 + text.bytes().take(at).filter(|&byte| byte == b'\n').count();
        let (table, errors) = DeTable::parse_recoverable(text);
        let lines = lines_of(table.get_ref()).map(|(key, at)| (key, line(at)));
        let twice = |error: &toml::de::Error| {
            let name = text.get(error.span()?)?;
            let first = lines_of(table.get_ref()).find(|(key, _)| key == name)?.1;
            (error.message() == "duplicate key").then(|| format!("{name} is set in line {} already", line(first)))
        };
        let broken = errors.iter().map(|error| Mistake {
            place: Place::Line {
                file: file.into(),
                line: error.span().map_or(1, |span| line(span.start)),
                setting: String::new(),
            },
            fault: Fault::Syntax(twice(error).unwrap_or_else(|| error.message().into())),
        });
        let mut sources = Self {
            file: file.into(),
            lines: lines.collect(),
            written: Dict::new(),
            environment: Dict::new(),
            broken: broken.collect(),
        };
        sources.environment = sources.values(Figment::from(environment));
        if sources.broken.is_empty() {
            sources.written = sources.values(Figment::from(Toml::string(text)));
        }
        sources
    }

    /// Returns the settings, each of the type that it must have, or its default where it is mistaken.
    pub fn raw(&self, mistakes: &mut Vec<Mistake>) -> Raw {
        let mut values = self.written.clone();
        values.extend(self.environment.clone());
        loop {
            let error = match Value::from(values.clone()).deserialize::<Raw>() {
                Ok(raw) => return raw,
                Err(error) => error,
            };
            let (setting, fault) = match error.kind {
                Kind::UnknownField(name, known) => (Some(name.clone()), unknown(&name, known)),
                kind => {
                    let setting = error.path.first().cloned();
                    let secret = setting.as_deref().is_some_and(|name| SECRETS.contains(&name));
                    let fault = if secret {
                        Fault::Secret
                    } else {
                        Fault::Form(kind.to_string())
                    };
                    (setting, fault)
                }
            };
            // One setting fewer each time. Without a name, no setting can be blamed.
            let Some(setting) = setting.filter(|setting| values.remove(setting).is_some()) else {
                mistakes.push(Mistake {
                    place: Place::Variable("SEALPOST_CONFIG".into()),
                    fault,
                });
                return Raw::default();
            };
            mistakes.push(Mistake {
                place: self.place_of(&setting),
                fault,
            });
        }
    }

    /// Returns where a setting is written that somebody has set.
    pub fn place_of(&self, setting: &str) -> Place {
        match self.lines.get(setting) {
            _ if self.environment.contains_key(setting) => Place::Variable(variable(setting)),
            Some(&line) => Place::Line {
                file: self.file.clone(),
                line,
                setting: setting.into(),
            },
            None => Place::Variable(variable(setting)),
        }
    }

    fn values(&mut self, figment: Figment) -> Dict {
        figment.extract().unwrap_or_else(|error| {
            self.broken.push(Mistake {
                place: Place::Line {
                    file: self.file.clone(),
                    line: 1,
                    setting: String::new(),
                },
                fault: Fault::Syntax(error.to_string()),
            });
            Dict::new()
        })
    }
}

/// Where each key of a table begins, in bytes of the text.
fn lines_of(table: &DeTable<'_>) -> impl Iterator<Item = (String, usize)> {
    table.keys().map(|key| (key.get_ref().to_string(), key.span().start))
}

/// The variables. Secrets are taken as they are written: otherwise a password of digits would be a number, and one in brackets a
/// list.
fn environment() -> Figment {
    let variables = Env::prefixed("SEALPOST_").ignore(&["config"]).filter_map(|key| {
        let empty = std::env::var(variable(key.as_str())).is_ok_and(|value| value.is_empty());
        (!empty).then(|| key.into())
    });
    let secrets = SECRETS.iter().filter_map(|setting| {
        let text = std::env::var(variable(setting)).ok()?;
        (!text.is_empty()).then(|| ((*setting).to_owned(), Value::from(text)))
    });
    let secrets: Dict = secrets.collect();
    Figment::from(variables).merge(Serialized::defaults(secrets))
}

fn variable(setting: &str) -> String {
    format!("SEALPOST_{}", setting.to_uppercase())
}

fn unknown(name: &str, known: &[&str]) -> Fault {
    let alike = known.iter().map(|known| (strsim::jaro_winkler(name, known), known));
    let nearest = alike
        .filter(|(alike, _)| *alike > ALIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    Fault::Unknown {
        nearest: nearest.map(|(_, known)| (*known).into()),
    }
}
