//! Some tests need root: real mail servers start only as root, and so does a network of a test's own.

use std::{
    env,
    process::{Command, Stdio},
};

/// Leaves these tests out.
const WITHOUT: &str = "SEALPOST_TESTS_WITHOUT_ROOT";

/// Whether this is root.
///
/// # Panics
/// If it is not, unless the developer has said that such tests are to be left out: a test must not pass because it did not run.
pub fn is_root(what: &str) -> bool {
    rustix::process::geteuid().is_root() || leave_out(what)
}

/// Whether this is root, and the system lets it have networks and mounts of its own, which containers may not.
///
/// # Panics
/// As of [`is_root`].
pub fn may_unshare(what: &str) -> bool {
    let mut command = Command::new("unshare");
    let command = command.args(["--net", "--mount", "true"]).stderr(Stdio::null());
    let may = rustix::process::geteuid().is_root() && command.status().is_ok_and(|ended| ended.success());
    may || leave_out(what)
}

fn leave_out(what: &str) -> bool {
    assert!(
        env::var_os(WITHOUT).is_some(),
        "{what} needs root on Linux: run the tests as root, or set {WITHOUT}=1 to leave out those that need it"
    );
    eprintln!("{what} needs root on Linux: this test is left out");
    false
}
