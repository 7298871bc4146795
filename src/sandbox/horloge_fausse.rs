//! The clock of an instance that is wrong, as machines' clocks are, while others are right. For tests of a sandbox.

use std::path::PathBuf;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::clock::{Clock, SystemClock};

/// That of the machine, and so many seconds more or less as a file says at each look: it jumps while the service runs.
#[derive(Debug)]
pub struct HorlogeFausse {
    fichier: PathBuf,
}

impl HorlogeFausse {
    /// A clock that is wrong by what this file says; right without it.
    pub const fn new(fichier: PathBuf) -> Self {
        Self { fichier }
    }
}

impl Clock for HorlogeFausse {
    fn now(&self) -> DateTime<Utc> {
        let now = SystemClock.now();
        let said = std::fs::read_to_string(&self.fichier).unwrap_or_default();
        let wrong = said.trim().parse().ok().and_then(TimeDelta::try_seconds);
        wrong.and_then(|wrong| now.checked_add_signed(wrong)).unwrap_or(now)
    }
}
