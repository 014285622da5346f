//! A crash of the program leaves no core file, even if somebody lifts the limit that it sets for itself.

use std::{
    fs,
    os::unix::process::ExitStatusExt,
    process::{Command, Stdio},
};

use crate::{
    home::Home,
    program::Program,
    sink::{Answer, Sink},
};

/// `SIGABRT`, which ends a program that overflows its stack, and dumps core.
const ABORT: i32 = 6;

fn lifted(program: &Program) -> bool {
    let id = program.id().to_string();
    let mut lift = Command::new("prlimit");
    let lift = lift.args(["--pid", &id, "--core=unlimited"]).stderr(Stdio::null());
    lift.status().unwrap().success()
}

#[tokio::test]
async fn a_crash_leaves_no_core_file() {
    let home = Home::new().await;
    home.relay.stop().await;
    let sink = Sink::start(|_| Answer::Takes);
    for lift in [false, true] {
        let program = Program::start(home.folder.path(), &sink.url());
        program.smtp();
        let limits = fs::read_to_string(format!("/proc/{}/limits", program.id())).unwrap();
        let core = limits.lines().find(|line| line.starts_with("Max core file size"));
        let core: Vec<_> = core.unwrap().split_whitespace().collect();
        assert_eq!(core[4..], ["0", "0", "bytes"]);
        // Only root may lift a hard limit: nobody else can get a dump either way.
        if lift && !lifted(&program) {
            return;
        }
        let status = program.signal("ABRT");
        assert_eq!(status.signal(), Some(ABORT));
        assert!(!status.core_dumped(), "limit lifted: {lift}");
    }
}
