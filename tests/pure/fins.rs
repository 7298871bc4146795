//! The timeline unrolled from choices and from the acts that end the lines of doctors.

use std::collections::BTreeSet;

use chrono::{DateTime, Days, NaiveDate, Utc};
use proptest::prelude::*;
use traitant::domain::declaration::OrdreSignature;
use traitant::domain::designation::MotifFin;
use traitant::domain::fin::{Fin, MotifDepart};
use traitant::domain::frise::{Choix, jours, medecins_le, unroll};
use traitant::domain::ids::{DeclarationId, FaitId, MedecinId};
use uuid::Uuid;

fn day(offset: u16) -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 1, 1).unwrap() + Days::new(u64::from(offset))
}

fn at(offset: u16, minute: u32) -> DateTime<Utc> {
    day(offset).and_hms_opt(9, minute, 0).unwrap().and_utc()
}

fn medecin(number: u8) -> MedecinId {
    MedecinId::from_uuid(Uuid::from_u128(u128::from(number)))
}

fn choix(number: u16, signed: u16, doctors: &[u8]) -> Choix {
    Choix {
        declaration_id: DeclarationId::from_uuid(Uuid::from_u128(u128::from(number))),
        medecins: doctors.iter().map(|doctor| medecin(*doctor)).collect(),
        en_place: None,
        effet_du: day(signed),
        ordre: OrdreSignature { signe_le: day(signed), signe_a: None, recue_le: at(100, 0) },
        volonte: OrdreSignature { signe_le: day(signed), signe_a: None, recue_le: at(100, 0) },
    }
}

fn fin(doctor: u8, motif: MotifDepart, from: u16, decided: u16) -> Fin {
    Fin {
        id: FaitId::from_uuid(Uuid::nil()),
        medecin_id: medecin(doctor),
        motif,
        effet_du: day(from),
        decidee_le: at(decided, 30),
        operation_id: None,
    }
}

type Line = (u8, u16, Option<u16>, Option<MotifFin>);

fn lines(choices: &[Choix], fins: &[Fin]) -> Vec<Line> {
    let offset = |date: NaiveDate| u16::try_from((date - day(0)).num_days()).unwrap();
    let number = |id: MedecinId| u8::try_from(id.uuid().as_u128()).unwrap();
    jours(&unroll(choices, fins))
        .iter()
        .map(|l| {
            (number(l.medecin_id), offset(l.effet.du()), l.effet.au().map(offset), l.motif_fin)
        })
        .collect()
}

const CESSATION: Option<MotifFin> = Some(MotifFin::Cessation);
const MEDECIN: Option<MotifFin> = Some(MotifFin::Medecin);
const REMPLACEMENT: Option<MotifFin> = Some(MotifFin::Remplacement);

#[test]
fn an_end_closes_the_designation_of_one_doctor_on_its_day() {
    let choices = [choix(1, 10, &[1])];
    let retired = fin(1, MotifDepart::Retraite, 20, 15);
    assert_eq!(lines(&choices, &[retired]), [(1, 10, Some(20), CESSATION)]);
    let frise = unroll(&choices, &[retired]);
    assert_eq!(frise[0].motif_fin, CESSATION);
    assert!(medecins_le(&frise, day(19)).contains(&medecin(1)));
    assert!(medecins_le(&frise, day(20)).is_empty());
}

#[test]
fn of_several_doctors_only_the_line_of_the_one_who_leaves_closes() {
    let choices = [choix(1, 10, &[1, 2])];
    let left = fin(1, MotifDepart::ChangementDeLieu, 20, 15);
    assert_eq!(lines(&choices, &[left]), [(1, 10, Some(20), MEDECIN), (2, 10, None, None)]);
    let retired = fin(2, MotifDepart::Retraite, 30, 15);
    let both = unroll(&choices, &[left, retired]);
    assert_eq!(both[0].effet.au(), Some(day(30)));
    assert_eq!(both[0].motif_fin, CESSATION);
    // A doctor alone may move.
    assert_eq!(lines(&[choix(1, 10, &[1])], &[left]), [(1, 10, None, None)]);
}

#[test]
fn the_same_doctor_chosen_again_after_a_withdrawal_opens_a_new_designation() {
    let choices = [choix(1, 10, &[1]), choix(2, 25, &[1])];
    let withdrawn = fin(1, MotifDepart::Medecin, 20, 19);
    assert_eq!(lines(&choices, &[withdrawn]), [(1, 10, Some(20), MEDECIN), (1, 25, None, None)]);
    // On the very day on which the withdrawal counts, too.
    let choices = [choix(1, 10, &[1]), choix(2, 20, &[1])];
    assert_eq!(lines(&choices, &[withdrawn]), [(1, 10, Some(20), MEDECIN), (1, 20, None, None)]);
    // Chosen again between the decision and its day: the doctor changed his mind.
    let later = fin(1, MotifDepart::Medecin, 40, 15);
    let choices = [choix(1, 10, &[1]), choix(2, 20, &[1])];
    assert_eq!(lines(&choices, &[later]), [(1, 10, None, None)]);
    // A retirement does not depend on what is signed.
    let retired = fin(1, MotifDepart::Retraite, 40, 15);
    assert_eq!(lines(&choices, &[retired]), [(1, 10, Some(40), CESSATION)]);
}

#[test]
fn a_choice_before_the_end_replaces_and_the_end_changes_nothing() {
    let choices = [choix(1, 10, &[1]), choix(2, 15, &[2])];
    let retired = fin(1, MotifDepart::Retraite, 20, 30);
    assert_eq!(lines(&choices, &[retired]), [(1, 10, Some(15), REMPLACEMENT), (2, 15, None, None)]);
    // On the same day both say the same: the end is what happened to the doctor.
    let same_day = fin(1, MotifDepart::Retraite, 15, 30);
    assert_eq!(lines(&choices, &[same_day])[0], (1, 10, Some(15), CESSATION));
}

#[test]
fn an_end_known_late_opens_a_gap_before_the_next_choice() {
    let choices = [choix(1, 10, &[1]), choix(2, 30, &[2])];
    let died = fin(1, MotifDepart::Deces, 20, 60);
    assert_eq!(lines(&choices, &[died]), [(1, 10, Some(20), CESSATION), (2, 30, None, None)]);
}

proptest! {
    #[test]
    fn ends_of_doctors_whom_nobody_chose_change_nothing(
        list in prop::collection::vec((0u16..60, 0u8..4), 1..25),
        ends in prop::collection::vec((4u8..8, 0u16..70), 0..6),
    ) {
        let choices: Vec<Choix> = (0u16..)
            .zip(&list)
            .map(|(number, (signed, doctor))| choix(number, *signed, &[*doctor]))
            .collect();
        let fins: Vec<Fin> =
            ends.iter().map(|(doctor, from)| fin(*doctor, MotifDepart::Deces, *from, 0)).collect();
        prop_assert_eq!(unroll(&choices, &fins), unroll(&choices, &[]));
    }

    #[test]
    fn on_every_day_the_last_choice_counts_for_its_doctors_who_have_not_left(
        list in prop::collection::vec((0u16..60, prop::collection::btree_set(0u8..4, 1..4)), 1..15),
        ends in prop::collection::vec((0u8..4, 0u16..70), 0..6),
    ) {
        let choices: Vec<Choix> = (0u16..)
            .zip(&list)
            .map(|(number, (signed, doctors))| {
                choix(number, *signed, &doctors.iter().copied().collect::<Vec<_>>())
            })
            .collect();
        let fins: Vec<Fin> =
            ends.iter().map(|(doctor, from)| fin(*doctor, MotifDepart::Cessation, *from, 0)).collect();
        let frise = unroll(&choices, &fins);
        for pair in frise.windows(2) {
            prop_assert!(!pair[0].effet.chevauche(&pair[1].effet));
        }
        for offset in 0..80 {
            let last = (0u16..)
                .zip(&list)
                .filter(|(_, (signed, _))| *signed <= offset)
                .max_by_key(|(number, (signed, _))| (*signed, *number));
            let expected: BTreeSet<MedecinId> = last
                .map(|(_, (signed, doctors))| {
                    let left = |doctor: u8| {
                        ends.iter().any(|(d, from)| *d == doctor && *signed < *from && *from <= offset)
                    };
                    doctors.iter().filter(|d| !left(**d)).map(|d| medecin(*d)).collect()
                })
                .unwrap_or_default();
            prop_assert_eq!(medecins_le(&frise, day(offset)), expected, "day {}", offset);
        }
    }
}
