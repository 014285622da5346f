//! Reads CSV tables of aliases (SimpleLogin's, addy.io's and our own), and writes our own. Does no I/O.

use std::collections::HashMap;

use csv::{ByteRecord, ReaderBuilder, Writer};

/// Most lines of a table.
pub const MOST_LINES: usize = 10_000;

/// A line of an imported table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The number of the row. The heading is row 1.
    pub number: u64,
    /// The address at the other service.
    pub address: String,
    /// The whole description at the other service.
    pub description: String,
    /// Whether it accepted mail.
    pub active: bool,
    /// Whether it was deleted there.
    pub deleted: bool,
}

/// Why a table cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// The heading is of neither kind.
    #[error("no column with addresses")]
    Heading,
    /// The table is not UTF-8, or has a quote that does not end.
    #[error("not a table of comma-separated values in UTF-8")]
    Unreadable,
    /// The table has more than [`MOST_LINES`].
    #[error("too many lines")]
    TooLong,
}

/// A row of an exported table.
pub struct Row<'a> {
    /// Its address.
    pub alias: &'a str,
    /// The person's name for it.
    pub label: &'a str,
    /// The person's note about it.
    pub note: &'a str,
    /// Whether it accepts mail.
    pub enabled: bool,
    /// The mailbox it delivers to.
    pub mailbox: &'a str,
}

/// Reads a table. The columns are `alias`, `note`, `enabled` (SimpleLogin, and ours with `label`), or `email`,
/// `description`, `active`, `deleted_at` (addy.io), in any order.
pub fn read(table: &[u8]) -> Result<Vec<Line>, TableError> {
    let table = table.strip_prefix(b"\xef\xbb\xbf").unwrap_or(table);
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(table);
    let heading = reader.byte_headers().map_err(|_| TableError::Unreadable)?;
    let columns = Columns::of(heading)?;
    let mut lines = Vec::new();
    for record in reader.byte_records() {
        let record = record.map_err(|_| TableError::Unreadable)?;
        if record.iter().all(<[u8]>::is_empty) {
            continue;
        }
        if lines.len() == MOST_LINES {
            return Err(TableError::TooLong);
        }
        lines.push(columns.line(&record)?);
    }
    Ok(lines)
}

/// The positions of the columns in a line.
struct Columns(HashMap<String, usize>);

impl Columns {
    fn of(heading: &ByteRecord) -> Result<Self, TableError> {
        let names = heading.iter().enumerate().map(|(at, name)| {
            let name = String::from_utf8_lossy(name).trim().to_ascii_lowercase();
            (name, at)
        });
        let columns = Self(names.collect());
        match columns.0.contains_key("alias") || columns.0.contains_key("email") {
            true => Ok(columns),
            false => Err(TableError::Heading),
        }
    }

    fn has(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.0.contains_key(*name))
    }

    fn line(&self, record: &ByteRecord) -> Result<Line, TableError> {
        let cell = |names: &[&str]| {
            let at = names.iter().find_map(|name| self.0.get(*name));
            let cell = at.and_then(|at| record.get(*at)).unwrap_or_default();
            std::str::from_utf8(cell)
                .map(|text| strip_guard(text.trim()))
                .map_err(|_| TableError::Unreadable)
        };
        let label = cell(&["label"])?;
        let note = cell(&["note", "description"])?;
        let description = match (label, note) {
            (label, "") => label.to_owned(),
            ("", note) => note.to_owned(),
            (label, note) => format!("{label}\n{note}"),
        };
        Ok(Line {
            number: record.position().map_or(0, csv::Position::record) + 1,
            address: cell(&["alias", "email"])?.to_owned(),
            description,
            active: !self.has(&["enabled", "active"]) || is_true(cell(&["enabled", "active"])?),
            deleted: !matches!(cell(&["deleted_at"])?, "" | "NULL" | "null"),
        })
    }
}

/// Whether a cell means true to spreadsheets and scripts. addy.io leaves the cell empty for false.
fn is_true(cell: &str) -> bool {
    !matches!(cell.to_ascii_lowercase().as_str(), "" | "0" | "false" | "no" | "off")
}

/// Removes the apostrophe that [`write()`] puts before a formula.
fn strip_guard(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if computes(rest) => rest,
        _ => cell,
    }
}

/// Whether a spreadsheet would take a cell for a formula.
fn computes(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// Writes a table with a heading. A cell that a spreadsheet would compute starts with an apostrophe.
pub fn write<'a>(rows: impl IntoIterator<Item = Row<'a>>) -> Result<Vec<u8>, csv::Error> {
    let mut writer = Writer::from_writer(Vec::new());
    writer.write_record(["alias", "label", "note", "enabled", "mailbox"])?;
    for row in rows {
        let enabled = if row.enabled { "true" } else { "false" };
        let cells = [row.alias, row.label, row.note, enabled, row.mailbox].map(|cell| match computes(cell) {
            true => format!("'{cell}"),
            false => cell.to_owned(),
        });
        writer.write_record(cells)?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(number: u64, address: &str, description: &str, active: bool) -> Line {
        Line {
            number,
            address: address.into(),
            description: description.into(),
            active,
            deleted: false,
        }
    }

    #[test]
    fn simple_login_and_addy_io_are_read() {
        let simple_login = "alias,note,enabled,mailboxes\r\n\
                            shop.x1@aleeas.com,\"Shop, the \"\"big\"\" one\",True,ann@example.org\r\n\
                            old@sl.local,,False,ann@example.org eve@example.org\r\n";
        assert_eq!(
            read(simple_login.as_bytes()).unwrap(),
            [
                line(2, "shop.x1@aleeas.com", "Shop, the \"big\" one", true),
                line(3, "old@sl.local", "", false)
            ]
        );
        let addy = "\u{feff}id,user_id,local_part,extension,domain,email,active,description,deleted_at\n\
                    1,2,a,,anonaddy.me,a@anonaddy.me,1,News,\n\
                    2,2,b,,anonaddy.me,b@anonaddy.me,,,2026-01-01 00:00:00\n";
        let lines = read(addy.as_bytes()).unwrap();
        assert_eq!(lines[0], line(2, "a@anonaddy.me", "News", true));
        assert!(lines[1].deleted && !lines[1].active);
    }

    #[test]
    fn what_is_no_table_is_refused_by_name() {
        assert_eq!(read(b"name,age\nann,7\n"), Err(TableError::Heading));
        assert_eq!(read(b""), Err(TableError::Heading));
        assert_eq!(read(b"alias\n\xff\xfe@x\n"), Err(TableError::Unreadable));
        let long = format!("alias\n{}", "a@b.example\n".repeat(MOST_LINES + 1));
        assert_eq!(read(long.as_bytes()), Err(TableError::TooLong));
        assert_eq!(read(b"alias,note\n\n,\nshort@x.example\n").unwrap().len(), 1);
    }

    #[test]
    fn our_own_table_computes_nothing_and_comes_back() {
        let row = Row {
            alias: "shop@relay.example",
            label: "=1+1",
            note: "two\nlines, \"quoted\"",
            enabled: false,
            mailbox: "ann@example.org",
        };
        let table = write([row]).unwrap();
        assert!(std::str::from_utf8(&table).unwrap().contains("'=1+1"));
        let description = "=1+1\ntwo\nlines, \"quoted\"";
        assert_eq!(
            read(&table).unwrap(),
            [line(2, "shop@relay.example", description, false)]
        );
    }
}
