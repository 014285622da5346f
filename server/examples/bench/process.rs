//! Reads from `/proc` what a process and its children use. Elsewhere than on Linux there is nothing to read.

use std::{collections::HashMap, fs, thread::sleep, time::Duration};

/// Ticks of a second in `/proc/PID/stat`: USER_HZ, which every architecture of today has at 100.
const TICKS: u32 = 100;

/// The processor time of a process and everything that it started, reaped children included.
pub fn processor_time(root: u32) -> Option<Duration> {
    let entries = fs::read_dir("/proc").ok()?;
    let ids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let all: HashMap<u32, Stat> = ids.filter_map(|id| Some((id, Stat::read(id)?))).collect();
    all.get(&root)?;
    let ticks: u32 = all
        .iter()
        .filter(|(id, _)| descends(&all, **id, root))
        .map(|(_, stat)| stat.ticks)
        .sum();
    Some(Duration::from_secs(1) * ticks / TICKS)
}

/// The most memory that a process has had since it started, or since [`forget_peak`], in KiB.
pub fn peak_memory(id: u32) -> Option<u64> {
    status(id, "VmHWM:")
}

/// The memory that a process has now, in KiB.
pub fn memory(id: u32) -> Option<u64> {
    status(id, "VmRSS:")
}

/// Starts the count of [`peak_memory`] anew.
pub fn forget_peak(id: u32) {
    // Refused where the kernel was built without it: the peak since the start is then what remains.
    let _ = fs::write(format!("/proc/{id}/clear_refs"), "5");
}

/// The share of the processors that is in use over so long.
pub fn busy(time: Duration) -> Option<f64> {
    let read = || {
        let text = fs::read_to_string("/proc/stat").ok()?;
        let fields: Vec<u64> = text
            .lines()
            .next()?
            .split_whitespace()
            .skip(1)
            .filter_map(|field| field.parse().ok())
            .collect();
        // Idle, and waiting for a disk.
        let idle: u64 = fields.get(3..5)?.iter().sum();
        Some((idle, fields.iter().take(8).sum::<u64>()))
    };
    let before = read()?;
    sleep(time);
    let after = read()?;
    let (idle, all) = (after.0 - before.0, after.1 - before.1);
    (all > 0).then(|| 1.0 - idle as f64 / all as f64)
}

struct Stat {
    parent: u32,
    ticks: u32,
}

impl Stat {
    fn read(id: u32) -> Option<Self> {
        let text = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        // The name stands in parentheses and may hold spaces.
        let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks = fields.get(11..15)?.iter().filter_map(|field| field.parse::<u32>().ok());
        Some(Self {
            parent: fields.get(1)?.parse().ok()?,
            ticks: ticks.sum(),
        })
    }
}

fn descends(all: &HashMap<u32, Stat>, id: u32, root: u32) -> bool {
    let mut at = id;
    while at != root {
        match all.get(&at) {
            Some(stat) if stat.parent != 0 => at = stat.parent,
            _ => return false,
        }
    }
    true
}

fn status(id: u32, name: &str) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}
