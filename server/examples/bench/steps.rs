//! The single steps that `cargo bench` has timed, each beside its lower bound.

use std::{fs, path::Path, time::Duration};

use serde_json::Value;

use crate::Failed;

/// A step and its lower bound.
pub struct Step {
    /// Its name.
    pub name: String,
    /// The time it takes.
    pub time: Duration,
    /// The time that it must take: of the signatures, ciphers and hashes that it consists of.
    pub bound: Duration,
}

impl Step {
    /// How many times its lower bound it takes.
    pub fn ratio(&self) -> f64 {
        self.time.as_secs_f64() / self.bound.as_secs_f64()
    }
}

/// Reads what Criterion has kept; nothing if it has not run.
pub fn read() -> Result<Vec<Step>, Failed> {
    let target = std::env::current_exe()?;
    let Some(target) = target.ancestors().nth(3) else {
        return Ok(Vec::new());
    };
    let mut steps = Vec::new();
    let Ok(groups) = fs::read_dir(target.join("criterion")) else {
        return Ok(steps);
    };
    for group in groups {
        let group = group?.path();
        let (time, bound) = (estimate(&group.join("step")), estimate(&group.join("bound")));
        if let (Some((name, time)), Some((_, bound))) = (time, bound) {
            steps.push(Step { name, time, bound });
        }
    }
    let kind = |step: &Step| step.name.split(", ").next().map(str::to_owned);
    steps.sort_by_key(|step| (kind(step), step.bound));
    Ok(steps)
}

/// The group's name, and the median.
fn estimate(folder: &Path) -> Option<(String, Duration)> {
    let read =
        |name: &str| -> Option<Value> { serde_json::from_slice(&fs::read(folder.join("new").join(name)).ok()?).ok() };
    let name = read("benchmark.json")?.get("group_id")?.as_str()?.to_owned();
    let nanoseconds = read("estimates.json")?.get("median")?.get("point_estimate")?.as_f64()?;
    Some((name, Duration::from_secs_f64(nanoseconds / 1e9)))
}
