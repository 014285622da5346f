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
Commands read the settings of the service, and run as its user, as the files that they make are their owner's only:
.PP
.nf
.RS
sudo \-u sealpost env SEALPOST_CONFIG=/etc/sealpost/sealpost.toml sealpost dns
.RE
.fi
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
