//! What changes between two timelines, in the order in which it is written.

use proptest::prelude::*;
use traitant::domain::calendar::Periode;
use traitant::domain::designation::{Modification, compare};
use traitant::domain::fin::{Fin, MotifDepart};
use traitant::domain::frise::{medecins_le, unroll};
use traitant::domain::ids::{DeclarationId, DesignationId};
use traitant::domain::vie::fusion::{Ecart, derouler_avec_ecarts};
use uuid::Uuid;

use super::{choices, day, depart, medecin, stored, unroll_choices};

#[test]
fn the_database_is_told_to_replace_before_it_is_told_to_open() {
    let before = unroll_choices(&choices(&[(10, 1)]));
    let stored = stored(&before);
    let wanted = unroll_choices(&choices(&[(10, 1), (20, 2)]));
    let changes = compare(&stored, &wanted);
    assert!(matches!(changes[0], Modification::Reviser { version: 1, .. }));
    assert!(matches!(changes[1], Modification::Ouvrir(_)));
    assert_eq!(changes.len(), 2);
    assert_eq!(compare(&stored, &before), []);
    assert!(matches!(compare(&stored, &[])[..], [Modification::Effacer { .. }]));
}

#[test]
fn what_is_erased_goes_before_what_grows() {
    // 1 from day 5, 2 from day 10; then 1 again on day 10: the designation of 2 never was.
    let before = unroll_choices(&choices(&[(5, 1), (10, 2)]));
    let stored = stored(&before);
    let changes = compare(&stored, &unroll_choices(&choices(&[(5, 1), (10, 2), (10, 1)])));
    assert!(
        matches!(changes[..], [Modification::Effacer { .. }, Modification::Reviser { .. }]),
        "{changes:?}"
    );
}

proptest! {
    /// Each change is written by itself: none may meet, for the time of a statement, days that
    /// another version still holds.
    #[test]
    fn no_change_overlaps_what_is_still_stored(
        list in prop::collection::vec((0u16..12, 0u8..3), 2..12),
        left in prop::collection::vec((0u16..14, 0u8..3), 0..4),
    ) {
        let ends: Vec<Fin> =
            left.iter().map(|(day, doctor)| depart(*day, *doctor, MotifDepart::Cessation, 0)).collect();
        for received in 1..list.len() {
            let known = ends.get(..ends.len() / 2).unwrap();
            let before = unroll(&choices(&list[..received]), known);
            let wanted = unroll(&choices(&list[..=received]), &ends);
            let stored = stored(&before);
            let mut held: Vec<(DesignationId, Periode)> =
                stored.iter().map(|known| (known.id, known.effet)).collect();
            for change in compare(&stored, &wanted) {
                let (gone, comes) = match change {
                    Modification::Reviser { id, segment, .. } => (Some(id), Some(segment)),
                    Modification::Effacer { id, .. } => (Some(id), None),
                    Modification::Ouvrir(segment) => (None, Some(segment)),
                    Modification::Membres { .. } => (None, None),
                };
                held.retain(|(id, _)| Some(*id) != gone);
                if let Some(segment) = comes {
                    for (_, days) in &held {
                        prop_assert!(!days.chevauche(&segment.effet), "{:?}", list);
                    }
                    held.push((gone.unwrap_or(DesignationId::from_uuid(Uuid::nil())), segment.effet));
                }
            }
            prop_assert_eq!(held.len(), wanted.len());
        }
    }
}

proptest! {
    /// Cutting a timeline where nothing is set aside, then joining it, changes nobody's days.
    #[test]
    fn what_sets_nothing_aside_changes_no_day(
        chosen in prop::collection::vec((0u16..20, 0u8..4, 0u8..4, any::<bool>()), 1..10),
        left in prop::collection::vec((0u16..20, 0u8..4), 0..5),
        cuts in prop::collection::vec((0u16..25, 1u16..10), 1..4),
    ) {
        let mut choix = choices(&chosen.iter().map(|c| (c.0, c.1)).collect::<Vec<_>>());
        for (choice, (_, _, other, amends)) in choix.iter_mut().zip(&chosen) {
            if *amends {
                choice.en_place = Some(medecin(*other));
            } else {
                choice.medecins.extend(medecin(*other));
            }
        }
        let ends: Vec<Fin> =
            left.iter().map(|(day, doctor)| depart(*day, *doctor, MotifDepart::Retraite, 0)).collect();
        let whole = unroll(&choix, &ends);
        let ecarts: Vec<Ecart> = cuts
            .iter()
            .map(|(du, days)| Ecart {
                declaration_id: DeclarationId::from_uuid(Uuid::from_u128(9_999)),
                effet: Periode::new(day(*du), Some(day(du + days))).unwrap(),
            })
            .collect();
        let again = derouler_avec_ecarts(&ecarts, |_counts| unroll(&choix, &ends));
        for offset in 0..40 {
            prop_assert_eq!(medecins_le(&again, day(offset)), medecins_le(&whole, day(offset)));
        }
    }
}
