//! What is set aside after a merge, and the end of a timeline with its person.

use chrono::NaiveDate;
use traitant::domain::calendar::Periode;
use traitant::domain::designation::{Ligne, MotifFin, Segment};
use traitant::domain::ids::{DeclarationId, MedecinId};
use traitant::domain::vie::fusion::{Ecart, derouler_avec_ecarts, jusqu_au_deces};
use uuid::Uuid;

fn day(offset: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 1, 1).unwrap() + chrono::Days::new(offset)
}

fn declaration(number: u8) -> DeclarationId {
    DeclarationId::from_uuid(Uuid::from_u128(u128::from(number)))
}

fn segment(number: u8, du: u64, au: Option<u64>) -> Segment {
    Segment {
        declaration_id: declaration(number),
        effet: Periode::new(day(du), au.map(day)).unwrap(),
        motif_fin: au.map(|_| MotifFin::Patient),
        lignes: vec![Ligne::ouverte(
            MedecinId::from_uuid(Uuid::from_u128(u128::from(number))),
            day(du),
        )],
    }
}

fn shape(timeline: &[Segment]) -> Vec<(u128, u64, Option<u64>)> {
    let offset = |date: NaiveDate| u64::try_from((date - day(0)).num_days()).unwrap();
    timeline
        .iter()
        .map(|s| {
            let number = s.declaration_id.uuid().as_u128();
            (number, offset(s.effet.du()), s.effet.au().map(offset))
        })
        .collect()
}

/// The first of 1 and 2 that counts, each from its own day.
fn unrolled(counts: &dyn Fn(DeclarationId) -> bool) -> Vec<Segment> {
    let both = [segment(1, 10, None), segment(2, 20, Some(30))];
    match both.map(|s| counts(s.declaration_id)) {
        [true, true] => {
            vec![segment(1, 10, Some(20)), segment(2, 20, Some(30)), segment(1, 30, None)]
        }
        [true, false] => vec![segment(1, 10, None)],
        [false, true] => vec![segment(2, 20, Some(30))],
        [false, false] => Vec::new(),
    }
}

fn aside(number: u8, du: u64, au: Option<u64>) -> Ecart {
    let effet = Periode::new(day(du), au.map(day)).unwrap();
    Ecart { declaration_id: declaration(number), effet }
}

#[test]
fn what_is_set_aside_counts_for_nothing_on_its_days_only() {
    let with = |ecarts: &[Ecart]| shape(&derouler_avec_ecarts(ecarts, unrolled));
    let all = [(1, 10, Some(20)), (2, 20, Some(30)), (1, 30, None)];
    assert_eq!(with(&[]), all);
    // The others go on without interruption, as one piece.
    assert_eq!(with(&[aside(2, 20, Some(30))]), [(1, 10, None)]);
    assert_eq!(
        with(&[aside(2, 25, Some(30))]),
        [(1, 10, Some(20)), (2, 20, Some(25)), (1, 25, None)]
    );
    assert_eq!(with(&[aside(1, 10, Some(15))])[0], (1, 15, Some(20)));
    assert_eq!(with(&[aside(1, 30, None)]), [(1, 10, Some(20)), (2, 20, Some(30))]);
    // On days on which it says nothing, nothing changes.
    assert_eq!(with(&[aside(2, 40, Some(50))]), all);
}

#[test]
fn a_timeline_ends_with_the_person() {
    let line = || vec![segment(1, 10, Some(20)), segment(2, 20, None)];
    let until = |offset| jusqu_au_deces(line(), day(offset));
    assert_eq!(shape(&until(9)), []);
    assert_eq!(shape(&until(10)), [(1, 10, Some(11))]);
    assert_eq!(until(19)[0].motif_fin, Some(MotifFin::Deces));
    assert_eq!(shape(&until(19)), [(1, 10, Some(20))]);
    assert_eq!(until(20)[0].motif_fin, Some(MotifFin::Patient));
    assert_eq!(shape(&until(20)), [(1, 10, Some(20)), (2, 20, Some(21))]);
}
