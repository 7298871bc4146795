//! Money is integer cents; rates are integer ten-thousandths. There is no other number here.
//!
//! Rounding is to the cent, half up, and the complement is always a difference, never rounded by
//! itself: 139.75 € at 70 % is 97.83 € and 41.92 €, as the billing specification of the
//! establishments prints it.

use std::fmt;

use serde::Serialize;

/// An amount in euro cents. Negative amounts exist only as differences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
#[serde(transparent)]
pub struct Centimes(i64);

/// A result that does not fit: the sum of a feuille would exceed some 92 million billion euros.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("amount out of range")]
pub struct AmountOverflow;

/// A few amounts, without any allocation.
pub type Sommes<const N: usize> = arrayvec::ArrayVec<Centimes, N>;

impl Centimes {
    /// Zero.
    pub const ZERO: Self = Self(0);

    /// The highest fee accepted on one line: 1 000 000.00 €. A larger one is a typing error.
    pub const LINE_MAX: Self = Self(100_000_000);

    /// An amount of `cents`.
    pub const fn new(cents: i64) -> Self {
        Self(cents)
    }

    /// The number of cents.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// Sum.
    pub fn plus(self, other: Self) -> Result<Self, AmountOverflow> {
        self.0.checked_add(other.0).map(Self).ok_or(AmountOverflow)
    }

    /// Difference, which may be negative.
    pub fn minus(self, other: Self) -> Result<Self, AmountOverflow> {
        self.0.checked_sub(other.0).map(Self).ok_or(AmountOverflow)
    }

    /// Difference, or zero when `other` is larger.
    #[must_use]
    pub fn minus_or_zero(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0).max(0))
    }

    /// The share of this amount at `taux`, to the cent, half up (away from zero when negative).
    pub fn share(self, taux: Taux) -> Result<Self, AmountOverflow> {
        let product = self.0.checked_mul(i64::from(taux.0)).ok_or(AmountOverflow)?;
        let half = if product < 0 { -5_000 } else { 5_000 };
        product.checked_add(half).map(|sum| Self(sum / 10_000)).ok_or(AmountOverflow)
    }

    /// The same for a rate in ten-thousandths that may go beyond the whole: 20 000 is twice.
    pub fn portion(self, ten_thousandths: u32) -> Result<Self, AmountOverflow> {
        let product = self.0.checked_mul(i64::from(ten_thousandths)).ok_or(AmountOverflow)?;
        product.checked_add(5_000).map(|sum| Self(sum / 10_000)).ok_or(AmountOverflow)
    }

    /// This amount, so many times.
    pub fn times(self, factor: i64) -> Result<Self, AmountOverflow> {
        self.0.checked_mul(factor).map(Self).ok_or(AmountOverflow)
    }

    /// To the nearest euro, half up.
    pub fn to_euro(self) -> Result<Self, AmountOverflow> {
        let euros = self.0.checked_add(50).ok_or(AmountOverflow)?.div_euclid(100);
        euros.checked_mul(100).map(Self).ok_or(AmountOverflow)
    }

    /// A share of this amount, up to the next euro unless whole: the cents are not rounded before.
    pub fn portion_to_euro_up(self, ten_thousandths: u32) -> Result<Self, AmountOverflow> {
        let product = self.0.checked_mul(i64::from(ten_thousandths)).ok_or(AmountOverflow)?;
        let euros = product.checked_add(999_999).ok_or(AmountOverflow)?.div_euclid(1_000_000);
        euros.checked_mul(100).map(Self).ok_or(AmountOverflow)
    }

    /// As French readers write it: `1 234,50 €`, with no-break spaces.
    pub fn in_words(self) -> String {
        let mut text = String::with_capacity(16);
        self.write_in_words(&mut text);
        text
    }

    /// The same, after what a buffer holds; nothing else is allocated.
    pub fn write_in_words(self, out: &mut String) {
        self.write(out, true);
    }

    /// As a sentence says it, without cents when there are none: `25 €`.
    pub fn in_euros(self) -> String {
        let mut text = String::with_capacity(12);
        self.write(&mut text, self.0 % 100 != 0);
        text
    }

    fn write(self, out: &mut String, with_cents: bool) {
        let cents = self.0.unsigned_abs();
        if self.0 < 0 {
            out.push('−');
        }
        write_milliers(cents / 100, out);
        if with_cents {
            let cents = u8::try_from(cents % 100).unwrap_or_default();
            out.push(',');
            out.push(char::from(b'0'.wrapping_add(cents / 10)));
            out.push(char::from(b'0'.wrapping_add(cents % 10)));
        }
        out.push_str("\u{a0}€");
    }
}

/// Writes a whole number with its thousands apart, as French people do.
pub fn write_milliers(number: u64, out: &mut String) {
    // The last digit first.
    let mut digits = [b'0'; 20];
    let mut count = 0_usize;
    let mut rest = number;
    for digit in &mut digits {
        *digit = b'0'.wrapping_add(u8::try_from(rest % 10).unwrap_or_default());
        count = count.saturating_add(1);
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    for (place, digit) in digits.iter().enumerate().take(count).rev() {
        out.push(char::from(*digit));
        if place > 0 && place.is_multiple_of(3) {
            out.push('\u{202f}');
        }
    }
}

/// Adds an amount to the sum kept under a key, in a short list.
pub fn accumulate<K: PartialEq>(
    sums: &mut Vec<(K, Centimes)>,
    key: K,
    montant: Centimes,
) -> Result<(), AmountOverflow> {
    match sums.iter_mut().find(|(known, _)| *known == key) {
        Some((_, sum)) => *sum = sum.plus(montant)?,
        None => sums.push((key, montant)),
    }
    Ok(())
}

/// A rate in ten-thousandths, between 0 and 1: `7000` is 70 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
#[serde(transparent)]
pub struct Taux(u16);

impl Taux {
    /// 100 %.
    pub const FULL: Self = Self(10_000);

    /// A rate of `ten_thousandths`, or `None` above 10 000.
    pub fn new(ten_thousandths: i64) -> Option<Self> {
        u16::try_from(ten_thousandths).ok().filter(|value| *value <= 10_000).map(Self)
    }

    /// The number of ten-thousandths.
    pub const fn get(self) -> u16 {
        self.0
    }

    /// As French readers write it: `70 %`, `17,5 %`.
    pub fn in_words(self) -> String {
        let mut text = String::with_capacity(8);
        self.write_in_words(&mut text);
        text
    }

    /// The same, after what a buffer holds.
    pub fn write_in_words(self, out: &mut String) {
        if self.0 == 10_000 {
            out.push_str("100\u{a0}%");
            return;
        }
        let digit =
            |value: u16| char::from(b'0'.wrapping_add(u8::try_from(value).unwrap_or_default()));
        let (whole, rest) = (self.0 / 100, self.0 % 100);
        if whole >= 10 {
            out.push(digit(whole / 10));
        }
        out.push(digit(whole % 10));
        if rest > 0 {
            out.push(',');
            out.push(digit(rest / 10));
            if !rest.is_multiple_of(10) {
                out.push(digit(rest % 10));
            }
        }
        out.push_str("\u{a0}%");
    }
}

impl fmt::Display for Taux {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_words())
    }
}

impl fmt::Display for Centimes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_words())
    }
}
