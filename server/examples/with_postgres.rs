//! Runs a command with a throw-away PostgreSQL, whose socket's folder is in `SEALPOST_TEST_POSTGRES`. The tests that start a relay
//! then use databases there, each of which is a copy of `migrated`: to migrate each would take longer than most tests.

use std::process::{Command, ExitCode};

use server::store::Store;
use test_support::postgres::Postgres;

#[tokio::main]
async fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let Some(program) = arguments.next() else {
        eprintln!("usage: with_postgres COMMAND…");
        return ExitCode::FAILURE;
    };
    let server = Postgres::start();
    let migrated = Store::connect(&server.database_named("migrated")).await;
    if let Err(error) = migrated {
        eprintln!("the database cannot be migrated: {error}");
        return ExitCode::FAILURE;
    }
    drop(migrated);
    let status = Command::new(program)
        .args(arguments)
        .env("SEALPOST_TEST_POSTGRES", server.folder())
        .status();
    match status {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}
