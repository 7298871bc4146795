//! Time as an argument: who asks for "now" receives it from the clock it was given.

use std::fmt::Debug;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use chrono::{DateTime, NaiveDate, SubsecRound, TimeDelta, Utc};
use chrono_tz::Europe::Paris;

/// Gives the current instant.
///
/// Instants are truncated to the microsecond, the resolution of PostgreSQL, so that a value that
/// was written and read back is equal to the one in memory.
pub trait Clock: Debug + Send + Sync {
    /// The current instant, in UTC, to the microsecond.
    fn now(&self) -> DateTime<Utc>;

    /// The current civil day in Paris, for what concerns no place. Where somebody is cared for, signs or is
    /// insured has a day of its own: [`Fuseau`](super::fuseau::Fuseau).
    fn today(&self) -> NaiveDate {
        paris_day(self.now())
    }
}

/// The civil day in Paris at an instant.
pub fn paris_day(instant: DateTime<Utc>) -> NaiveDate {
    instant.with_timezone(&Paris).date_naive()
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(6)
    }
}

/// A clock that stands still until it is told to move. For tests and replays.
#[derive(Debug)]
pub struct FixedClock(Mutex<DateTime<Utc>>);

impl FixedClock {
    /// A clock stopped at `instant`.
    pub fn at(instant: DateTime<Utc>) -> Self {
        Self(Mutex::new(instant.trunc_subsecs(6)))
    }

    /// Moves the clock forward (or back, with a negative delta).
    ///
    /// # Panics
    /// When the result leaves the range of chrono, which no test does.
    pub fn advance(&self, delta: TimeDelta) {
        let mut instant = self.lock();
        *instant =
            instant.checked_add_signed(delta).expect("the clock stays within chrono's range");
    }

    /// Puts the clock at `instant`.
    pub fn set(&self, instant: DateTime<Utc>) {
        *self.lock() = instant.trunc_subsecs(6);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, DateTime<Utc>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Clock for FixedClock {
    fn now(&self) -> DateTime<Utc> {
        *self.lock()
    }
}

/// A clock that was put right at one moment and goes on by a stopwatch: whatever becomes of the clock of the machine since, it
/// neither jumps nor stops.
#[derive(Debug)]
pub struct HorlogeAccordee(Mutex<(DateTime<Utc>, Instant)>);

impl HorlogeAccordee {
    /// A clock that says this now.
    pub fn at(instant: DateTime<Utc>) -> Self {
        Self(Mutex::new((instant, Instant::now())))
    }

    /// Puts it right: it was this instant at that moment of the stopwatch.
    pub fn accorder(&self, instant: DateTime<Utc>, moment: Instant) {
        *self.lock() = (instant, moment);
    }

    /// What it said, or will say, at a moment of the stopwatch.
    pub fn au(&self, moment: Instant) -> DateTime<Utc> {
        let (instant, since) = *self.lock();
        let elapsed = TimeDelta::from_std(moment.saturating_duration_since(since));
        let now = elapsed.ok().and_then(|elapsed| instant.checked_add_signed(elapsed));
        now.unwrap_or(instant).trunc_subsecs(6)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, (DateTime<Utc>, Instant)> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Clock for HorlogeAccordee {
    fn now(&self) -> DateTime<Utc> {
        self.au(Instant::now())
    }
}

/// A clock that is ahead of another: that of a sandbox, whose time can be moved forward. Never back: what was
/// recorded would then be in the future.
#[derive(Debug)]
pub struct AheadClock {
    base: Arc<dyn Clock>,
    seconds: AtomicI64,
}

impl AheadClock {
    /// A clock that is `seconds` ahead of another.
    pub const fn new(base: Arc<dyn Clock>, seconds: i64) -> Self {
        Self { base, seconds: AtomicI64::new(seconds) }
    }

    /// The clock that it is ahead of.
    pub const fn base(&self) -> &Arc<dyn Clock> {
        &self.base
    }

    /// How far ahead it is.
    pub fn seconds(&self) -> i64 {
        self.seconds.load(Ordering::SeqCst)
    }

    /// How many whole days ahead it is.
    pub fn days(&self) -> i64 {
        self.seconds().div_euclid(86_400)
    }

    /// Puts it so far ahead.
    pub fn put(&self, seconds: i64) {
        self.seconds.store(seconds, Ordering::SeqCst);
    }
}

impl Clock for AheadClock {
    fn now(&self) -> DateTime<Utc> {
        let now = self.base.now();
        let ahead = TimeDelta::try_seconds(self.seconds());
        ahead.and_then(|ahead| now.checked_add_signed(ahead)).unwrap_or(now)
    }
}
