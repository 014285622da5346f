//! Some tests need root: real mail servers start only as root, and so does a network of a test's own.

use std::env;

/// Leaves these tests out.
const WITHOUT: &str = "SEALPOST_TESTS_WITHOUT_ROOT";

/// Whether this is root.
///
/// # Panics
/// If it is not, unless the developer has said that such tests are to be left out: a test must not pass because it did not run.
pub fn is_root(what: &str) -> bool {
    if rustix::process::geteuid().is_root() {
        return true;
    }
    assert!(
        env::var_os(WITHOUT).is_some(),
        "{what} starts only as root: run the tests as root, or set {WITHOUT}=1 to leave out those that need it"
    );
    eprintln!("{what} starts only as root: this test is left out");
    false
}
