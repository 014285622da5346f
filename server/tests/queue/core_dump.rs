//! A crash of the program leaves no core file, even if somebody lifts the limit that it sets for itself, and nobody reads its
//! memory while it runs.

use std::{
    fs,
    os::unix::{fs::MetadataExt, process::ExitStatusExt},
    process::{Command, Stdio},
};

use crate::{
    queue::{
        program::Program,
        sink::{Answer, Sink},
        until,
    },
    support::home::Home,
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
        // Only root may lift a hard limit, and not in every container: nobody else can get a dump either way. That the
        // process is not dumpable is seen below in any case.
        if lift && !lifted(&program) {
            return;
        }
        let status = program.signal("ABRT");
        assert_eq!(status.signal(), Some(ABORT));
        assert!(!status.core_dumped(), "limit lifted: {lift}");
    }
}

/// A command without privileges: those of root let it look into every process.
fn unprivileged(program: &str) -> Command {
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--bounding-set=-all", "--inh-caps=-all", program]);
    command
}

/// Whether another process of the same user may look into the memory of this one.
fn is_readable(id: u32) -> bool {
    let mut read = unprivileged("cat");
    let read = read.arg(format!("/proc/{id}/maps")).stdout(Stdio::null());
    read.stderr(Stdio::null()).status().unwrap().success()
}

/// The kernel asks whether a process is dumpable before it lets another read its memory, so this shows that it is not.
#[tokio::test]
async fn another_process_of_the_same_user_cannot_read_its_memory() {
    let home = Home::new().await;
    home.relay.stop().await;
    let sink = Sink::start(|_| Answer::Takes);
    let mut other = unprivileged("sleep").arg("1000").spawn().unwrap();
    until("an ordinary process is readable", || async { is_readable(other.id()) }).await;
    other.kill().unwrap();
    other.wait().unwrap();
    let command = unprivileged(env!("CARGO_BIN_EXE_sealpost"));
    let program = Program::start_as(command, home.folder.path(), &sink.url());
    program.smtp();
    assert!(!is_readable(program.id()));
}
