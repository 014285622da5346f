//! Runs a command with a throw-away PostgreSQL, whose socket's folder is in `SEALPOST_TEST_POSTGRES`. The tests that start a relay
//! then use databases there.

use std::process::{Command, ExitCode};

use test_support::postgres::Postgres;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let Some(program) = arguments.next() else {
        eprintln!("usage: with_postgres COMMAND…");
        return ExitCode::FAILURE;
    };
    let server = Postgres::start();
    let status = Command::new(program)
        .args(arguments)
        .env("SEALPOST_TEST_POSTGRES", server.folder())
        .status();
    match status {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}
