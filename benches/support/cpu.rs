//! Processor time of the service, of its PostgreSQL and of whoever measures.

use std::path::Path;

/// Clock ticks a second, as Linux counts processor time for everybody.
const TICKS: u64 = 100;

/// Processor time, in milliseconds.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cpu {
    /// Of the service.
    pub service: u64,
    /// Of PostgreSQL, every process of it.
    pub postgres: u64,
    /// Of this program.
    pub client: u64,
    /// Of the whole machine.
    pub machine: u64,
}

impl Cpu {
    /// Up to now.
    pub fn now(service: u32, folder: &Path) -> Self {
        let postmaster = std::fs::read_to_string(folder.join("pg/postmaster.pid"))
            .ok()
            .and_then(|text| text.lines().next().and_then(|pid| pid.parse().ok()));
        Self {
            service: of_process(service, false),
            postgres: postmaster.map_or(0, of_tree),
            client: of_process(std::process::id(), false),
            machine: of_machine(),
        }
    }

    /// Since another time.
    pub fn since(self, before: Self) -> Self {
        Self {
            service: self.service - before.service,
            postgres: self.postgres.saturating_sub(before.postgres),
            client: self.client - before.client,
            machine: self.machine - before.machine,
        }
    }
}

fn stat(pid: u32) -> Option<Vec<u64>> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let after = text.rsplit_once(')')?.1;
    // The state comes first; what is not a number counts for nothing.
    Some(after.split_whitespace().map(|word| word.parse().unwrap_or(0)).collect())
}

/// User and system time of a process; with those of its children that ended.
pub fn of_process(pid: u32, children: bool) -> u64 {
    let Some(fields) = stat(pid) else { return 0 };
    let own = fields[11] + fields[12];
    let ended = if children { fields[13] + fields[14] } else { 0 };
    (own + ended) * 1_000 / TICKS
}

/// A process and its children. One that ends while they are read is neither among those that live nor among those that ended: they are
/// then read again.
fn of_tree(postmaster: u32) -> u64 {
    loop {
        let (ended, living) = (of_process(postmaster, true), of_children(postmaster));
        if of_process(postmaster, true) == ended {
            return ended + living;
        }
    }
}

fn of_children(parent: u32) -> u64 {
    let mut sum = 0;
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let Ok(pid) = entry.file_name().to_string_lossy().parse::<u32>() else { continue };
        if stat(pid).is_some_and(|fields| fields[1] == u64::from(parent)) {
            sum += of_process(pid, false);
        }
    }
    sum
}

fn of_machine() -> u64 {
    let text = std::fs::read_to_string("/proc/stat").unwrap();
    let first = text.lines().next().unwrap();
    let fields: Vec<u64> =
        first.split_whitespace().skip(1).map(|word| word.parse().unwrap_or(0)).collect();
    // user, nice, system, then irq and softirq: neither idle nor waiting.
    (fields[0] + fields[1] + fields[2] + fields[5] + fields[6]) * 1_000 / TICKS
}
