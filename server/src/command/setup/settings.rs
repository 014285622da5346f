//! Changes single settings in the text of `sealpost.toml`. Everything else stays as the operator wrote it, comments included.
//!
//! The places come from TOML's parser. A library that edits the parsed tree (toml_edit) drops the comment of a setting that
//! goes, and puts a new one at the end; here a new setting takes the place of its commented line, and one that goes becomes a comment.

use std::ops::Range;

use toml::{Spanned, Value, de::DeTable};

/// The text, and what was changed in it.
#[derive(Debug)]
pub struct Settings {
    text: String,
    changes: Vec<String>,
}

/// Where a setting stands: all of it, and its value.
struct Place {
    whole: Range<usize>,
    value: Range<usize>,
    text: Option<String>,
}

impl Settings {
    /// Takes the text of the file. Lines that are no TOML are left to the check of all settings.
    pub fn new(text: String) -> Self {
        Self {
            text,
            changes: Vec::new(),
        }
    }

    /// The text as it is now.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The lines that were changed, as they are now.
    pub fn changes(&self) -> &[String] {
        &self.changes
    }

    /// Returns a setting that is a text.
    pub fn get(&self, name: &str) -> Option<String> {
        self.find(name)?.text
    }

    /// Sets a text. It stays untouched if it is so already.
    pub fn set(&mut self, name: &str, value: &str) {
        let literal = Value::String(value.into()).to_string();
        let line = format!("{name} = {literal}");
        match (self.find(name), self.commented(name)) {
            (Some(place), _) if place.text.as_deref() == Some(value) => return,
            (Some(place), _) => self.text.replace_range(place.value, &literal),
            (None, Some(range)) => self.text.replace_range(range, &line),
            (None, None) => {
                if !self.text.is_empty() && !self.text.ends_with('\n') {
                    self.text.push('\n');
                }
                self.text.push_str(&line);
                self.text.push('\n');
            }
        }
        self.changes.push(line);
    }

    /// Sets a text unless something is set.
    pub fn set_if_unset(&mut self, name: &str, value: &str) {
        if self.find(name).is_none() {
            self.set(name, value);
        }
    }

    /// Makes a comment of a setting.
    pub fn turn_off(&mut self, name: &str) {
        let Some(place) = self.find(name) else {
            return;
        };
        let commented = format!("#{}", self.text[place.whole.clone()].replace('\n', "\n#"));
        self.text.replace_range(place.whole, &commented);
        self.changes.push(format!("#{name}"));
    }

    fn find(&self, name: &str) -> Option<Place> {
        let (table, _) = DeTable::parse_recoverable(&self.text);
        let (key, value) = table.get_ref().iter().find(|(key, _)| key.get_ref() == name)?;
        Some(Place {
            whole: key.span().start..value.span().end,
            value: value.span(),
            text: value.get_ref().as_str().map(str::to_owned),
        })
    }

    /// The first line that has the setting as a comment, as the packaged file has them.
    fn commented(&self, name: &str) -> Option<Range<usize>> {
        let (table, _) = DeTable::parse_recoverable(&self.text);
        // A text of several lines may hold a line that looks like a comment.
        let texts: Vec<_> = table.get_ref().values().map(Spanned::span).collect();
        let mut start = 0;
        for line in self.text.split_inclusive('\n') {
            let range = start..start + line.trim_end().len();
            start += line.len();
            let setting = line.strip_prefix('#').and_then(|rest| rest.strip_prefix(name));
            let is_setting = setting.is_some_and(|rest| rest.trim_start().starts_with('='));
            if is_setting && !texts.iter().any(|text| text.contains(&range.start)) {
                return Some(range);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# Of the operator.\n#domain = \"relay.example.org\"\n\ndelivery = \"mx\"   # for now\n#delivery = \"smtps://a\"\n\
                        key_pool = 4\ndomains = \"\"\"\n#mx_host = 'no'\"\"\"\n#mx_host = \"m\"\n";

    #[test]
    fn a_setting_takes_the_place_of_its_comment_and_everything_else_stays() {
        let mut settings = Settings::new(FILE.into());
        settings.set("domain", "relay.test");
        settings.set("delivery", "smtp://h\"x");
        settings.set("mx_host", "mail.test");
        settings.set("sign_up", "invite");
        settings.set("sign_up", "invite");
        let expected = FILE
            .replace("#domain = \"relay.example.org\"", "domain = \"relay.test\"")
            .replace("\"mx\"   #", "'smtp://h\"x'   #")
            .replace("#mx_host = \"m\"", "mx_host = \"mail.test\"")
            + "sign_up = \"invite\"\n";
        assert_eq!(settings.text(), expected);
        assert_eq!(settings.changes().len(), 4);
        assert_eq!(settings.get("delivery").as_deref(), Some("smtp://h\"x"));
        assert_eq!(settings.get("key_pool"), None, "no text");
    }

    #[test]
    fn a_setting_that_goes_becomes_a_comment() {
        let mut settings = Settings::new(FILE.into());
        settings.turn_off("delivery");
        settings.turn_off("domains");
        settings.turn_off("https");
        let expected = FILE
            .replace("\ndelivery = \"mx\"", "\n#delivery = \"mx\"")
            .replace("domains = \"\"\"\n#mx", "#domains = \"\"\"\n##mx");
        assert_eq!(settings.text(), expected);
        assert_eq!(settings.changes(), ["#delivery", "#domains"]);
    }
}
