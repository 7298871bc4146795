//! Shares of amounts, and how they are written.

use proptest::prelude::*;
use traitant::domain::money::{Centimes, Taux};

fn percent(value: i64) -> Taux {
    Taux::new(value * 100).unwrap()
}

#[test]
fn rounds_half_up_and_gives_the_complement_by_difference() {
    let base = Centimes::new(13_975);
    let share = base.share(percent(70)).unwrap();
    assert_eq!(share, Centimes::new(9_783));
    assert_eq!(base.minus(share).unwrap(), Centimes::new(4_192));
}

#[test]
fn rounds_the_three_bases_around_the_ceiling_of_the_majoration() {
    for (base, expected) in [(2_649, 1_060), (2_650, 1_060), (2_651, 1_060)] {
        assert_eq!(Centimes::new(base).share(percent(40)).unwrap(), Centimes::new(expected));
    }
}

#[test]
fn writes_amounts_and_rates_as_a_french_reader_does() {
    assert_eq!(Centimes::new(840).in_words(), "8,40\u{a0}€");
    assert_eq!(Centimes::new(-5).in_words(), "−0,05\u{a0}€");
    assert_eq!(Centimes::new(123_456_700).in_words(), "1\u{202f}234\u{202f}567,00\u{a0}€");
    assert_eq!(Taux::new(7_000).unwrap().in_words(), "70\u{a0}%");
    assert_eq!(Taux::new(1_750).unwrap().in_words(), "17,5\u{a0}%");
    assert_eq!(Taux::new(1_725).unwrap().in_words(), "17,25\u{a0}%");
    assert_eq!(Taux::new(10_001), None);
    assert_eq!(Taux::new(-1), None);
}

proptest! {
    #[test]
    fn a_share_is_the_nearest_cent(cents in 0i64..100_000_000, rate in 0i64..=10_000) {
        let taux = Taux::new(rate).unwrap();
        let share = Centimes::new(cents).share(taux).unwrap().get();
        let exact = i128::from(cents) * i128::from(rate);
        let error = i128::from(share) * 10_000 - exact;
        prop_assert!(error > -5_000 && error <= 5_000);
        prop_assert!(share <= cents);
    }
}
