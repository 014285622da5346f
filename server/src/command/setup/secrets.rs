//! The file of secret settings, which systemd reads for the service: `NAME="VALUE"` on each line, as in systemd.exec(5).

use zeroize::Zeroizing;

/// The variables of the file. Quotes are a shell's, which are those of systemd, too.
pub fn variables(text: &str) -> Vec<(String, Zeroizing<String>)> {
    text.lines()
        .filter_map(|line| {
            let (name, value) = line.trim_start().split_once('=')?;
            let words = shell_words::split(value).ok()?;
            (!name.starts_with(['#', ';'])).then(|| (name.trim_end().to_owned(), Zeroizing::new(words.join(" "))))
        })
        .collect()
}

/// Returns the text with another value of a variable, or without the variable. All other lines stay.
pub fn replace(text: &str, name: &str, value: Option<&str>) -> Zeroizing<String> {
    let names = |line: &str| line.split_once('=').is_some_and(|(left, _)| left.trim() == name);
    let mut new = Zeroizing::new(String::new());
    for line in text.lines().filter(|line| !names(line)) {
        new.push_str(line);
        new.push('\n');
    }
    if let Some(value) = value {
        new.push_str(name);
        new.push_str("=\"");
        // A text in quotes is a text for the settings, also if it looks like a number. A shell's quotes are around it.
        push_escaped(&mut new, &quote(value));
        new.push_str("\"\n");
    }
    new
}

/// A text as the settings read it from a variable.
fn quote(value: &str) -> Zeroizing<String> {
    let mut quoted = Zeroizing::new(String::from("\""));
    for letter in value.chars() {
        if matches!(letter, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(letter);
    }
    quoted.push('"');
    quoted
}

fn push_escaped(to: &mut String, value: &str) {
    for letter in value.chars() {
        if matches!(letter, '"' | '\\' | '`' | '$') {
            to.push('\\');
        }
        to.push(letter);
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, process::Command};

    use figment::value::Value;

    use super::*;

    const NAME: &str = "SEALPOST_DELIVERY_PASSWORD";

    #[test]
    fn each_password_is_read_back_by_the_settings_and_by_a_shell() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secrets");
        for password in [
            "simple",
            "20261124",
            "true",
            "p\"a\\s$s`d '#1",
            "'",
            "{a}",
            "[x, y]",
            " ends with a blank ",
            "ü€",
        ] {
            let text = replace("# kept\nOTHER=1\n", NAME, Some(password));
            assert!(text.starts_with("# kept\nOTHER=1\n"));
            let read = variables(&text);
            assert_eq!(read.len(), 2, "{password}");
            let Ok(value) = read[1].1.parse::<Value>();
            assert_eq!(value.as_str(), Some(password));
            fs::write(&file, &*text).unwrap();
            let shell = format!(". {}; printf %s \"${NAME}\"", file.display());
            let said = Command::new("sh").args(["-c", &shell]).output().unwrap();
            assert_eq!(String::from_utf8(said.stdout).unwrap(), *read[1].1);
        }
    }

    #[test]
    fn another_password_takes_the_place_of_the_one_before() {
        let before = "A=1\nSEALPOST_DELIVERY_PASSWORD=old\n#SEALPOST_DELIVERY_PASSWORD=x\n";
        let after = replace(before, NAME, Some("new"));
        assert_eq!(
            *after,
            "A=1\n#SEALPOST_DELIVERY_PASSWORD=x\nSEALPOST_DELIVERY_PASSWORD=\"\\\"new\\\"\"\n"
        );
        assert_eq!(*replace(before, NAME, None), "A=1\n#SEALPOST_DELIVERY_PASSWORD=x\n");
        let names: Vec<_> = variables(before).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["A", NAME]);
    }
}
