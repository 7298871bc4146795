//! How long people wait for a doctor.

use proptest::prelude::*;
use traitant::domain::conciliation::Attente;

fn of(days: &[i64]) -> Attente {
    let mut all = Attente::default();
    for jours in days {
        all.add(*jours, 1);
    }
    all
}

#[test]
fn nobody_waited_says_nothing_and_one_person_says_everything() {
    assert_eq!(of(&[]).mediane(), None);
    assert_eq!((of(&[7]).mediane(), of(&[7]).centile(90)), (Some(7), Some(7)));
}

#[test]
fn medians_and_ninetieth_centiles_are_day_counts_that_somebody_waited() {
    assert_eq!(of(&[1, 2, 3, 4]).mediane(), Some(2));
    assert_eq!(of(&[5, 1, 3]).mediane(), Some(3));
    let ten = of(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 100]);
    assert_eq!((ten.mediane(), ten.centile(90), ten.centile(91)), (Some(5), Some(9), Some(100)));
    let mut many = Attente::default();
    many.add(10, 90);
    many.add(200, 10);
    assert_eq!((many.nombre(), many.centile(90)), (100, Some(10)));
}

proptest! {
    #[test]
    fn a_centile_is_that_of_the_sorted_list(
        mut days in prop::collection::vec(0i64..400, 1..60), centile in 1u64..=100
    ) {
        let found = of(&days).centile(centile).unwrap();
        days.sort_unstable();
        let rank = (days.len() * usize::try_from(centile).unwrap()).div_ceil(100).max(1);
        prop_assert_eq!(found, days[rank - 1]);
    }
}
