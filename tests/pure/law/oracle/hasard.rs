//! Seeded chance of the oracle: the same seed asks the same questions.

use chrono::{Days, NaiveDate};

/// SplitMix64: enough chance for questions, and nothing to depend on.
pub struct Hasard(u64);

impl Hasard {
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.number() % bound
    }

    /// Whether something happens, so many times in a hundred.
    pub fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of a list.
    pub fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[usize::try_from(self.below(u64::try_from(list.len()).unwrap())).unwrap()]
    }

    /// An amount between two, the limits more often than the others.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + i64::try_from(self.below(u64::try_from(high - low + 1).unwrap())).unwrap()
    }

    /// The day before a day, that day or the day after.
    pub fn around(&mut self, day: NaiveDate) -> NaiveDate {
        day - Days::new(1) + Days::new(self.below(3))
    }

    /// A day of a period, both ends included.
    pub fn day(&mut self, first: NaiveDate, last: NaiveDate) -> NaiveDate {
        let days = u64::try_from((last - first).num_days()).unwrap();
        first + Days::new(self.below(days + 1))
    }
}
