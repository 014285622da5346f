//! Turns core dumps off, because a crash must not write mail or keys to the disk.

use std::io;

use rustix::process::{Resource, Rlimit, setrlimit};

/// The system did not let the process turn its core dumps off.
#[derive(Debug, thiserror::Error)]
#[error("core dumps cannot be turned off")]
pub struct CoreDumpError(#[from] io::Error);

/// Turns core dumps of this process off permanently.
///
/// On Linux the limit alone is not enough: if `core_pattern` names a program, the kernel starts it despite the limit. A
/// process that is not dumpable is never dumped, and another process of the same user can neither trace it nor read its
/// memory.
pub fn disable() -> Result<(), CoreDumpError> {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    setrlimit(Resource::Core, none).map_err(io::Error::from)?;
    #[cfg(target_os = "linux")]
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable).map_err(io::Error::from)?;
    Ok(())
}
