//! The file of secret settings, which systemd reads for the service: `NAME="VALUE"` on each line, as in systemd.exec(5).

use zeroize::Zeroizing;

/// The variables of the file. Around a value quotes are a shell's, which are those of systemd, too; within one they are letters.
///
/// # Errors
/// The number of a line that cannot be read, counted from 1: systemd may read it in another way.
pub fn variables(text: &str) -> Result<Vec<(String, Zeroizing<String>)>, usize> {
    let mut variables = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        let (name, value) = line.split_once('=').ok_or(number + 1)?;
        let value = value.trim_start();
        let value = match value.starts_with(['"', '\'']) {
            true => shell_words::split(value).map_err(|_| number + 1)?.join(" "),
            // A backslash would go on in the next line, or take the meaning of a letter.
            false if value.contains('\\') => return Err(number + 1),
            false => value.to_owned(),
        };
        variables.push((name.trim_end().to_owned(), Zeroizing::new(value)));
    }
    Ok(variables)
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
        push_escaped(&mut new, value);
        new.push_str("\"\n");
    }
    new
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
            let read = variables(&text).unwrap();
            assert_eq!(read.len(), 2, "{password}");
            assert_eq!(read[1].1.as_str(), password);
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
            "A=1\n#SEALPOST_DELIVERY_PASSWORD=x\nSEALPOST_DELIVERY_PASSWORD=\"new\"\n"
        );
        assert_eq!(*replace(before, NAME, None), "A=1\n#SEALPOST_DELIVERY_PASSWORD=x\n");
        let names: Vec<_> = variables(before).unwrap().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["A", NAME]);
    }

    #[test]
    fn a_line_that_systemd_reads_in_another_way_is_named() {
        let read = variables("A=it's\nB=a'b'c\n\n; no\nC=' d '\n").unwrap();
        let values: Vec<_> = read.iter().map(|(_, value)| value.as_str()).collect();
        assert_eq!(values, ["it's", "a'b'c", " d "]);
        for (text, line) in [("A=1\nB='open\n", 2), ("A\n", 1), ("A=1\\\nB=2\n", 1)] {
            assert_eq!(variables(text).err(), Some(line), "{text:?}");
        }
    }
}
