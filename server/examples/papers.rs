//! Writes what a package has beside the program: the manual page of each command, and completions for shells.
//!
//! `cargo run --example papers FOLDER`

use std::{
    error::Error,
    fs::{self, OpenOptions},
    io::Write,
    path::PathBuf,
};

use clap::CommandFactory;
use clap_complete::Shell;
use server::command::Arguments;

/// What clap does not know of.
const MORE: &str = r#".SH "RUNNING COMMANDS"
Run by root where the package is installed, a command runs as the service does: as its user, with /etc/sealpost/sealpost.toml, its
secrets and its master key. Otherwise it reads the file that SEALPOST_CONFIG names, sealpost.toml in this folder, or
/etc/sealpost/sealpost.toml, and has to be run by the user who owns the data folder.
.SH "EXIT STATUS"
0 if all went well, 78 after mistakes in the settings, 2 after mistakes in the command line, else 1. The doctor ends with 1 if a finding
is bad.
.SH "SEE ALSO"
.BR sealpost.toml (5)
"#;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args_os().nth(1).ok_or("a folder is needed")?);
    fs::create_dir_all(&folder)?;
    let command = Arguments::command;
    clap_mangen::generate_to(command(), &folder)?;
    let mut page = OpenOptions::new().append(true).open(folder.join("sealpost.1"))?;
    page.write_all(MORE.as_bytes())?;
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        clap_complete::generate_to(shell, &mut command(), "sealpost", &folder)?;
    }
    Ok(())
}
