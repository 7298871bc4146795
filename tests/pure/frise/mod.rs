//! The timeline of a person, unrolled from acts.

mod compare;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use proptest::prelude::*;
use traitant::domain::calendar::Periode;
use traitant::domain::declaration::OrdreSignature;
use traitant::domain::designation::{Designation, Ligne, Membre, MotifFin, Segment};
use traitant::domain::fin::{DepartRefuse, Fin, MotifDepart, close_member};
use traitant::domain::frise::{Choix, unroll};
use traitant::domain::identifiers::Rpps;
use traitant::domain::ids::{DeclarationId, DesignationId, FaitId, MedecinId, PatientId};
use uuid::Uuid;

fn day(offset: u16) -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 1, 1).unwrap() + chrono::Days::new(u64::from(offset))
}

fn ordre(offset: u16, received: u16) -> OrdreSignature {
    let midnight = |day: NaiveDate| day.and_hms_opt(0, 0, 0).unwrap().and_utc();
    OrdreSignature { signe_le: day(offset), signe_a: None, recue_le: midnight(day(received)) }
}

fn medecin(number: u8) -> BTreeSet<MedecinId> {
    BTreeSet::from([MedecinId::from_uuid(Uuid::from_u128(u128::from(number)))])
}

/// Choices given as (day of signature, doctor), in the order of their reception.
fn choices(list: &[(u16, u8)]) -> Vec<Choix> {
    (0u16..)
        .zip(list)
        .map(|(received, (signed, doctor))| Choix {
            declaration_id: DeclarationId::from_uuid(Uuid::from_u128(u128::from(received))),
            medecins: medecin(*doctor),
            en_place: None,
            effet_du: day(*signed),
            ordre: ordre(*signed, received),
            volonte: ordre(*signed, received),
        })
        .collect()
}

fn unroll_choices(list: &[Choix]) -> Vec<Segment> {
    unroll(list, &[])
}

fn doctors(segment: &Segment) -> BTreeSet<MedecinId> {
    segment.lignes.iter().map(|ligne| ligne.medecin_id).collect()
}

/// Segments as the register stores them.
fn stored(segments: &[Segment]) -> Vec<Designation> {
    (1u128..)
        .zip(segments)
        .map(|(number, segment)| Designation {
            id: DesignationId::from_uuid(Uuid::from_u128(number)),
            patient_id: PatientId::from_uuid(Uuid::nil()),
            declaration_id: segment.declaration_id,
            version: 1,
            effet: segment.effet,
            motif_fin: segment.motif_fin,
            membres: segment.lignes.iter().map(membre).collect(),
            enregistre_le: DateTime::UNIX_EPOCH,
            remplace_le: None,
        })
        .collect()
}

fn membre(ligne: &Ligne) -> Membre {
    Membre {
        medecin_id: ligne.medecin_id,
        rpps: Rpps::parse("99900001233").unwrap(),
        effet: ligne.effet,
        motif_fin: ligne.motif_fin,
        version: 1,
    }
}

fn days(list: &[(u16, u8)]) -> Vec<(u16, Option<u16>, u8)> {
    let offset = |date: NaiveDate| u16::try_from((date - day(0)).num_days()).unwrap();
    unroll(&choices(list), &[])
        .iter()
        .map(|segment| {
            let doctor = (0..=u8::MAX).find(|n| medecin(*n) == doctors(segment)).unwrap();
            (offset(segment.effet.du()), segment.effet.au().map(offset), doctor)
        })
        .collect()
}

#[test]
fn a_new_choice_closes_the_one_before_on_its_day() {
    assert_eq!(days(&[(10, 1), (20, 2)]), [(10, Some(20), 1), (20, None, 2)]);
    let segments = unroll_choices(&choices(&[(10, 1), (20, 2)]));
    assert_eq!(segments[0].motif_fin, Some(MotifFin::Remplacement));
    assert_eq!(segments[1].motif_fin, None);
}

/// The last will prevails, whatever the civil days of two places say of instants that are known.
#[test]
fn of_two_instants_the_later_one_counts_across_the_ocean() {
    let at = |instant: &str| Some(instant.parse().unwrap());
    for (instant, counts) in [("2025-01-10T20:29:59Z", 1), ("2025-01-10T20:30:01Z", 2)] {
        // The first is signed on an island where the next day has begun.
        let mut both = choices(&[(10, 1), (9, 2)]);
        for (choice, signed) in both.iter_mut().zip([at("2025-01-10T20:30:00Z"), at(instant)]) {
            (choice.ordre.signe_a, choice.volonte.signe_a) = (signed, signed);
        }
        assert_eq!(doctors(unroll_choices(&both).last().unwrap()), medecin(counts), "{instant}");
    }
}

#[test]
fn late_paper_is_inserted_into_history_and_does_not_become_current() {
    assert_eq!(days(&[(10, 1), (3, 2)]), [(3, Some(10), 2), (10, None, 1)]);
    assert_eq!(
        days(&[(1, 1), (20, 3), (10, 2)]),
        [(1, Some(10), 1), (10, Some(20), 2), (20, None, 3)]
    );
}

#[test]
fn the_same_doctor_again_opens_nothing_but_is_remembered() {
    assert_eq!(days(&[(10, 1), (20, 1)]), [(10, None, 1)]);
    // The confirmation of day 20 outlives the paper of day 15 that arrives afterwards.
    assert_eq!(
        days(&[(10, 1), (20, 1), (15, 2)]),
        [(10, Some(15), 1), (15, Some(20), 2), (20, None, 1)]
    );
}

#[test]
fn of_two_choices_of_one_day_the_last_received_prevails_when_no_instant_is_known() {
    assert_eq!(days(&[(10, 1), (10, 2)]), [(10, None, 2)]);
    assert_eq!(days(&[(5, 1), (10, 2), (10, 1)]), [(5, None, 1)]);
}

#[test]
fn of_two_choices_of_one_day_the_one_with_an_instant_prevails_over_paper() {
    let mut both = choices(&[(10, 1), (10, 2)]);
    both[0].ordre.signe_a = Some(day(10).and_hms_opt(9, 0, 0).unwrap().and_utc());
    assert_eq!(doctors(&unroll_choices(&both)[0]), medecin(1));
    both[1].ordre.signe_a = Some(day(10).and_hms_opt(9, 0, 1).unwrap().and_utc());
    assert_eq!(doctors(&unroll_choices(&both)[0]), medecin(2));
}

proptest! {
    #[test]
    fn on_every_day_the_last_signed_choice_before_it_is_in_force(
        list in prop::collection::vec((0u16..60, 0u8..4), 1..25)
    ) {
        let segments = unroll_choices(&choices(&list));
        for pair in segments.windows(2) {
            prop_assert!(!pair[0].effet.chevauche(&pair[1].effet), "{:?}", pair);
            prop_assert!(doctors(&pair[0]) != doctors(&pair[1]), "a period for nothing: {:?}", pair);
        }
        for offset in 0..80 {
            let expected = list
                .iter()
                .enumerate()
                .filter(|(_, (signed, _))| *signed <= offset)
                .max_by_key(|(received, (signed, _))| (*signed, *received))
                .map(|(_, (_, doctor))| medecin(*doctor));
            let holders: Vec<_> =
                segments.iter().filter(|s| s.effet.contient(day(offset))).collect();
            prop_assert_eq!(holders.first().map(|s| doctors(s)), expected);
            prop_assert!(holders.len() <= 1);
        }
    }
}

fn both(one: u8, other: u8) -> BTreeSet<MedecinId> {
    medecin(one).into_iter().chain(medecin(other)).collect()
}

fn depart(offset: u16, doctor: u8, motif: MotifDepart, received: u16) -> Fin {
    Fin {
        id: FaitId::from_uuid(Uuid::nil()),
        medecin_id: medecin(doctor).pop_first().unwrap(),
        motif,
        effet_du: day(offset),
        decidee_le: ordre(offset, received).recue_le,
        operation_id: None,
    }
}

/// A joint choice of doctors 1 and 2 on day 10.
fn joint() -> Vec<Choix> {
    let mut list = choices(&[(10, 1)]);
    list[0].medecins = both(1, 2);
    list
}

fn amendment(offset: u16, joins: u8, en_place: BTreeSet<MedecinId>) -> Choix {
    Choix {
        declaration_id: DeclarationId::from_uuid(Uuid::from_u128(900)),
        en_place: Some(en_place),
        ..choices(&[(offset, joins)]).pop().unwrap()
    }
}

#[test]
fn a_member_who_leaves_closes_his_line_and_the_last_one_closes_the_designation() {
    let leaves = depart(20, 1, MotifDepart::ChangementDeLieu, 20);
    let segments = unroll(&joint(), &[leaves]);
    assert_eq!(segments.len(), 1);
    assert_eq!(segments[0].effet, Periode::depuis(day(10)));
    assert_eq!(segments[0].en_force(day(19)), both(1, 2));
    assert_eq!(segments[0].en_force(day(20)), medecin(2));
    let line = segments[0].lignes.iter().find(|l| medecin(1).contains(&l.medecin_id)).unwrap();
    assert_eq!(line.motif_fin, Some(MotifDepart::ChangementDeLieu));
    let last = depart(30, 2, MotifDepart::Cessation, 30);
    let segments = unroll(&joint(), &[last, leaves]);
    assert_eq!(segments[0].effet.au(), Some(day(30)));
    assert_eq!(segments[0].motif_fin, Some(MotifFin::Cessation));
    // Alone, a doctor who moves stays.
    let moves = depart(30, 2, MotifDepart::ChangementDeLieu, 30);
    assert_eq!(unroll(&joint(), &[moves, leaves])[0].effet.au(), None);
}

#[test]
fn who_left_comes_back_by_a_new_choice_only() {
    let mut list = joint();
    list.extend(choices(&[(20, 2)]));
    list[1].declaration_id = DeclarationId::from_uuid(Uuid::from_u128(77));
    // The one who stayed, chosen again, is confirmed.
    let leaves = depart(15, 1, MotifDepart::Medecin, 15);
    assert_eq!(unroll(&list, &[leaves]).len(), 1);
    // Both again is another choice.
    list[1].medecins = both(1, 2);
    let segments = unroll(&list, &[leaves]);
    assert_eq!(segments.len(), 2);
    assert_eq!(segments[1].en_force(day(20)), both(1, 2));
    // Without the departure, it only confirms.
    assert_eq!(unroll(&list, &[]).len(), 1);
}

#[test]
fn on_its_own_day_a_departure_touches_what_was_received_before_it() {
    let alone = choices(&[(10, 1)]);
    let same_day = |received| depart(10, 1, MotifDepart::Medecin, received);
    assert_eq!(unroll(&alone, &[same_day(0)]), []);
    let mut received_after = alone;
    received_after[0].ordre.recue_le = ordre(0, 11).recue_le;
    assert_eq!(unroll(&received_after, &[same_day(10)]).len(), 1);
    let next_day = |motif| unroll(&received_after, &[depart(11, 1, motif, 0)]);
    assert_eq!(next_day(MotifDepart::Cessation).len(), 1);
    assert_eq!(next_day(MotifDepart::Cessation)[0].effet.au(), Some(day(11)));
    // Who announced a withdrawal and then signed changed his mind.
    assert_eq!(next_day(MotifDepart::Medecin)[0].effet.au(), None);
}

#[test]
fn an_amendment_adds_a_line_to_the_designation_it_was_made_for_and_to_no_other() {
    let mut list = joint();
    list.push(amendment(20, 3, both(1, 2)));
    let segments = unroll(&list, &[]);
    assert_eq!(segments.len(), 1);
    assert_eq!(segments[0].en_force(day(19)), both(1, 2));
    assert_eq!(segments[0].en_force(day(20)).len(), 3);
    // One of those whom it names is still there: it still counts.
    let leaves = depart(15, 1, MotifDepart::Medecin, 15);
    assert_eq!(unroll(&list, &[leaves])[0].en_force(day(20)), both(2, 3));
    // Late paper in between puts somebody else in place: the amendment has nothing to extend.
    let mut late = choices(&[(15, 4)]).pop().unwrap();
    late.declaration_id = DeclarationId::from_uuid(Uuid::from_u128(5));
    list.push(late);
    let segments = unroll(&list, &[]);
    assert_eq!(segments.last().unwrap().en_force(day(25)), medecin(4));
}

#[test]
fn a_line_closes_only_for_somebody_who_is_there_and_for_a_motive_that_applies() {
    let close = |designation: &Designation, doctor: u8, offset: u16, motif| {
        close_member(designation, &depart(offset, doctor, motif, 0)).map(|()| day(offset))
    };
    let known = |choix: &[Choix]| stored(&unroll_choices(choix)).pop().unwrap();
    let (together, alone) = (known(&joint()), known(&choices(&[(10, 1)])));
    let moves = MotifDepart::ChangementDeLieu;
    assert_eq!(close(&together, 1, 10, moves), Ok(day(10)));
    assert_eq!(close(&together, 1, 9, moves), Err(DepartRefuse::PasMembre));
    assert_eq!(close(&together, 3, 10, moves), Err(DepartRefuse::PasMembre));
    assert_eq!(close(&alone, 1, 10, moves), Err(DepartRefuse::Seul));
    assert_eq!(close(&alone, 1, 10, MotifDepart::Cessation), Ok(day(10)));
}

/// The same acts, replayed on bare sets of doctors, day after day.
fn reference(choix: &[Choix], departs: &[Fin], until: u16) -> Vec<BTreeSet<MedecinId>> {
    let mut present: BTreeSet<MedecinId> = BTreeSet::new();
    let mut ordered: Vec<&Choix> = choix.iter().collect();
    ordered.sort_by_key(|choice| (choice.effet_du, choice.ordre, choice.declaration_id));
    let moves = [MotifDepart::ChangementDeLieu, MotifDepart::ChangementDeSpecialite];
    let mut signed: BTreeMap<MedecinId, OrdreSignature> = BTreeMap::new();
    let leave = |present: &mut BTreeSet<MedecinId>, depart: &Fin, last: Option<&OrdreSignature>| {
        let decided = depart.decidee_le;
        let changed_his_mind = depart.motif == MotifDepart::Medecin
            && last.is_some_and(|last| {
                last.recue_le > decided && last.signe_le > decided.date_naive()
            });
        if !changed_his_mind && (present.len() > 1 || !moves.contains(&depart.motif)) {
            present.remove(&depart.medecin_id);
        }
    };
    let mut sets = Vec::new();
    for offset in 0..until {
        let today = day(offset);
        let mut leaving: Vec<&Fin> = departs.iter().filter(|d| d.effet_du == today).collect();
        leaving.sort_by_key(|depart| (depart.decidee_le, depart.medecin_id));
        for depart in &leaving {
            leave(&mut present, depart, signed.get(&depart.medecin_id));
        }
        let mut named: Vec<(MedecinId, DateTime<Utc>)> = Vec::new();
        for choice in ordered.iter().filter(|choice| choice.effet_du == today) {
            match &choice.en_place {
                None => present.clone_from(&choice.medecins),
                Some(en_place) if !present.is_disjoint(en_place) => {
                    present.extend(&choice.medecins);
                }
                Some(_) => continue,
            }
            let all = choice.medecins.iter().chain(choice.en_place.iter().flatten());
            named.extend(all.map(|medecin| (*medecin, choice.ordre.recue_le)));
            signed.extend(choice.medecins.iter().map(|medecin| (*medecin, choice.ordre)));
        }
        for depart in leaving {
            let after = |(medecin, received): &(MedecinId, DateTime<Utc>)| {
                *medecin == depart.medecin_id && *received > depart.decidee_le
            };
            if !named.iter().any(after) {
                leave(&mut present, depart, signed.get(&depart.medecin_id));
            }
        }
        sets.push(present.clone());
    }
    sets
}

/// Whether the timeline of some acts is that of their replay, with somebody on each of its days.
fn agrees(choix: &[Choix], departs: &[Fin]) -> Result<(), TestCaseError> {
    let segments = unroll(choix, departs);
    for pair in segments.windows(2) {
        prop_assert!(!pair[0].effet.chevauche(&pair[1].effet), "{:?}", pair);
    }
    for (expected, offset) in reference(choix, departs, 25).into_iter().zip(0u16..) {
        let present: BTreeSet<MedecinId> =
            segments.iter().flat_map(|s| s.en_force(day(offset))).collect();
        prop_assert_eq!(present, expected, "day {}: {:?}", offset, segments);
    }
    for segment in &segments {
        // A designation has somebody on each of its days, and each line a day of its own.
        for offset in 0..25 {
            if segment.effet.contient(day(offset)) {
                prop_assert!(!segment.en_force(day(offset)).is_empty(), "{:?}", segment);
            }
        }
        for ligne in &segment.lignes {
            prop_assert!(ligne.effet.chevauche(&segment.effet), "{:?}", segment);
        }
    }
    Ok(())
}

proptest! {
    // Some six steps a case: more than ten thousand a run.
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn joint_choices_amendments_and_departures_agree_with_a_replay_on_sets(
        chosen in prop::collection::vec((0u16..20, 0u8..4, 0u8..4, 0u8..4, any::<bool>()), 1..12),
        left in prop::collection::vec((0u16..20, 0u8..4, 0u8..4, 0u16..12), 0..8),
    ) {
        let mut choix = choices(&chosen.iter().map(|c| (c.0, c.1)).collect::<Vec<_>>());
        for (choice, (_, _, second, place, amends)) in choix.iter_mut().zip(&chosen) {
            choice.medecins.extend(medecin(*second));
            choice.en_place = amends.then(|| {
                medecin(*place).difference(&choice.medecins).copied().collect()
            });
        }
        let departs: Vec<Fin> = left
            .iter()
            .map(|(offset, doctor, motif, received)| {
                let motif = [
                    MotifDepart::Medecin,
                    MotifDepart::Cessation,
                    MotifDepart::ChangementDeLieu,
                    MotifDepart::ChangementDeSpecialite,
                ][usize::from(*motif)];
                depart(*offset, *doctor, motif, *received)
            })
            .collect();
        // One act more at each step.
        for step in 1..=choix.len().max(departs.len()) {
            let known = |count: usize| step.min(count);
            agrees(&choix[..known(choix.len())], &departs[..known(departs.len())])?;
        }
    }
}
