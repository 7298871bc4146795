//! The designation: who is the médecin traitant, from which day to which day.
//!
//! The timeline of a person is never edited by hand: it is *unrolled* from every act that the
//! register knows ([`unroll`]), in the order in which they were signed, then compared with the one
//! that is stored ([`compare`]). Late paper takes its place in history by itself, with its effect
//! on the designations around, and the result has neither overlap nor forgotten act.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};

use super::calendar::Periode;
use super::declaration::OrdreSignature;
use super::identifiers::Rpps;
use super::ids::{DeclarationId, DesignationId, MedecinId, PatientId};
use super::vocabulary::vocabulaire;

vocabulaire!(
    /// Why a designation ends.
    MotifFin ("motif_fin") {
        /// Another choice took its place.
        Remplacement = 1 "remplacement",
        /// The patient withdrew.
        Patient = 2 "patient",
        /// The doctor withdrew.
        Medecin = 3 "medecin",
        /// The doctor stopped practising.
        Cessation = 4 "cessation",
        /// The patient died.
        Deces = 5 "deces",
    }
);

impl MotifFin {
    /// The motive of the national history table: FIS, FIB or FIP. It has none for a death.
    pub const fn snds(self) -> Option<&'static str> {
        match self {
            Self::Remplacement => Some("FIS"),
            Self::Patient => Some("FIB"),
            Self::Medecin | Self::Cessation => Some("FIP"),
            Self::Deces => None,
        }
    }
}

/// A doctor of a designation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Membre {
    /// Internal id.
    pub medecin_id: MedecinId,
    /// RPPS.
    pub rpps: Rpps,
    /// Days on which this doctor is one of the designation's.
    pub effet: Periode,
}

/// A designation, in one of its versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Designation {
    /// Its id, the same in every version.
    pub id: DesignationId,
    /// Whose.
    pub patient_id: PatientId,
    /// The declaration that opened it.
    pub declaration_id: DeclarationId,
    /// Version, from 1.
    pub version: i32,
    /// Days.
    pub effet: Periode,
    /// Why it ends, when it ends.
    pub motif_fin: Option<MotifFin>,
    /// Doctors.
    pub membres: Vec<Membre>,
    /// Since when this version is known.
    pub enregistre_le: DateTime<Utc>,
    /// Since when another version replaced it.
    pub remplace_le: Option<DateTime<Utc>>,
}

impl Designation {
    /// The doctors in force on a day.
    pub fn membres_le(&self, jour: NaiveDate) -> impl Iterator<Item = &Membre> {
        self.membres
            .iter()
            .filter(move |membre| self.effet.contient(jour) && membre.effet.contient(jour))
    }
}

/// An act that makes the timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choix {
    /// The declaration, signed by all.
    pub declaration_id: DeclarationId,
    /// Doctors chosen.
    pub medecins: BTreeSet<MedecinId>,
    /// Day from which the choice counts.
    pub effet_du: NaiveDate,
    /// Order among the choices of the day, and of all days.
    pub ordre: OrdreSignature,
}

/// A piece of the timeline: the days during which one declaration says who is the médecin traitant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// The declaration that opened it.
    pub declaration_id: DeclarationId,
    /// Days.
    pub effet: Periode,
    /// Why it ends, when it ends.
    pub motif_fin: Option<MotifFin>,
    /// Doctors.
    pub medecins: BTreeSet<MedecinId>,
}

/// Unrolls acts into a timeline without overlap, ordered by day.
///
/// Choices count in the order of their days, then of their signatures. A choice of the doctors
/// already in force opens nothing: it confirms. A choice overtaken on its own day never takes
/// effect.
pub fn unroll(choix: &[Choix]) -> Vec<Segment> {
    let mut ordered: Vec<&Choix> = choix.iter().collect();
    ordered.sort_by_key(|choice| (choice.effet_du, choice.ordre, choice.declaration_id));
    let mut segments: Vec<Segment> = Vec::new();
    for choice in ordered {
        if let Some(current) = segments.last_mut() {
            if current.medecins == choice.medecins {
                continue;
            }
            match current.effet.jusqu_au(choice.effet_du) {
                Some(effet) => {
                    current.effet = effet;
                    current.motif_fin = Some(MotifFin::Remplacement);
                }
                None => {
                    segments.pop();
                }
            }
        }
        // The choice that was dropped may have stood between two choices of the same doctors.
        if let Some(before) = segments.last_mut()
            && before.medecins == choice.medecins
        {
            before.effet = Periode::depuis(before.effet.du());
            before.motif_fin = None;
            continue;
        }
        segments.push(Segment {
            declaration_id: choice.declaration_id,
            effet: Periode::depuis(choice.effet_du),
            motif_fin: None,
            medecins: choice.medecins.clone(),
        });
    }
    segments
}

/// A difference between the stored timeline and the one that the acts make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Modification {
    /// A designation that the register does not have yet.
    Ouvrir(Segment),
    /// A designation whose days or end change: a new version replaces this one.
    Reviser {
        /// Which one.
        id: DesignationId,
        /// The version that is replaced.
        version: i32,
        /// What it becomes.
        segment: Segment,
    },
    /// A designation that never took effect in the light of what is now known.
    Effacer {
        /// Which one.
        id: DesignationId,
        /// The version that is replaced by nothing.
        version: i32,
    },
}

/// Whether a piece is the one that a designation keeps: the same declaration, from the same day. A
/// declaration has two pieces when another one was preferred for a time between them.
fn is_of(segment: &Segment, designation: &Designation) -> bool {
    segment.declaration_id == designation.declaration_id
        && segment.effet.du() == designation.effet.du()
}

/// What to write so that the stored timeline, as known now, becomes the unrolled one. Versions to
/// be replaced come first, those replaced by nothing before the others, which may grow over their
/// days: the database then never sees an overlap.
pub fn compare(stored: &[Designation], wanted: &[Segment]) -> Vec<Modification> {
    let mut erasing = Vec::new();
    let mut closing = Vec::new();
    let mut opening = Vec::new();
    for designation in stored {
        match wanted.iter().find(|segment| is_of(segment, designation)) {
            None => erasing
                .push(Modification::Effacer { id: designation.id, version: designation.version }),
            Some(segment)
                if segment.effet != designation.effet
                    || segment.motif_fin != designation.motif_fin =>
            {
                closing.push(Modification::Reviser {
                    id: designation.id,
                    version: designation.version,
                    segment: segment.clone(),
                });
            }
            Some(_) => {}
        }
    }
    for segment in wanted {
        if !stored.iter().any(|designation| is_of(segment, designation)) {
            opening.push(Modification::Ouvrir(segment.clone()));
        }
    }
    erasing.append(&mut closing);
    erasing.append(&mut opening);
    erasing
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
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
                effet_du: day(*signed),
                ordre: ordre(*signed, received),
            })
            .collect()
    }

    fn days(list: &[(u16, u8)]) -> Vec<(u16, Option<u16>, u8)> {
        let offset = |date: NaiveDate| u16::try_from((date - day(0)).num_days()).unwrap();
        unroll(&choices(list))
            .iter()
            .map(|segment| {
                let doctor = (0..=u8::MAX).find(|n| medecin(*n) == segment.medecins).unwrap();
                (offset(segment.effet.du()), segment.effet.au().map(offset), doctor)
            })
            .collect()
    }

    #[test]
    fn a_new_choice_closes_the_one_before_on_its_day() {
        assert_eq!(days(&[(10, 1), (20, 2)]), [(10, Some(20), 1), (20, None, 2)]);
        let segments = unroll(&choices(&[(10, 1), (20, 2)]));
        assert_eq!(segments[0].motif_fin, Some(MotifFin::Remplacement));
        assert_eq!(segments[1].motif_fin, None);
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
        assert_eq!(unroll(&both)[0].medecins, medecin(1));
        both[1].ordre.signe_a = Some(day(10).and_hms_opt(9, 0, 1).unwrap().and_utc());
        assert_eq!(unroll(&both)[0].medecins, medecin(2));
    }

    /// The stored form of a timeline.
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
                membres: Vec::new(),
                enregistre_le: DateTime::UNIX_EPOCH,
                remplace_le: None,
            })
            .collect()
    }

    #[test]
    fn the_database_is_told_to_replace_before_it_is_told_to_open() {
        let before = unroll(&choices(&[(10, 1)]));
        let wanted = unroll(&choices(&[(10, 1), (20, 2)]));
        let changes = compare(&stored(&before), &wanted);
        assert!(matches!(changes[0], Modification::Reviser { version: 1, .. }));
        assert!(matches!(changes[1], Modification::Ouvrir(_)));
        assert_eq!(changes.len(), 2);
        assert_eq!(compare(&stored(&before), &before), []);
        assert!(matches!(compare(&stored(&before), &[])[..], [Modification::Effacer { .. }]));
    }

    proptest! {
        /// Each change is written by itself: none may meet, for the time of a statement, days that
        /// another version still holds.
        #[test]
        fn no_change_overlaps_what_is_still_stored(
            list in prop::collection::vec((0u16..12, 0u8..3), 2..12)
        ) {
            for received in 1..list.len() {
                let before = unroll(&choices(&list[..received]));
                let wanted = unroll(&choices(&list[..=received]));
                let stored = stored(&before);
                let mut held: Vec<(DeclarationId, Periode)> =
                    before.iter().map(|s| (s.declaration_id, s.effet)).collect();
                for change in compare(&stored, &wanted) {
                    let (Modification::Reviser { id, .. } | Modification::Effacer { id, .. }) = &change
                    else { continue };
                    let gone = stored.iter().find(|known| known.id == *id).unwrap().declaration_id;
                    held.retain(|(declaration, _)| *declaration != gone);
                    if let Modification::Reviser { segment, .. } = change {
                        for (_, days) in &held {
                            prop_assert!(!days.chevauche(&segment.effet), "{:?}", list);
                        }
                        held.push((segment.declaration_id, segment.effet));
                    }
                }
            }
        }

        #[test]
        fn on_every_day_the_last_signed_choice_before_it_is_in_force(
            list in prop::collection::vec((0u16..60, 0u8..4), 1..25)
        ) {
            let segments = unroll(&choices(&list));
            for pair in segments.windows(2) {
                prop_assert!(!pair[0].effet.chevauche(&pair[1].effet), "{:?}", pair);
                prop_assert!(pair[0].medecins != pair[1].medecins, "a period for nothing: {:?}", pair);
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
                prop_assert_eq!(holders.first().map(|s| s.medecins.clone()), expected);
                prop_assert!(holders.len() <= 1);
            }
        }
    }
}
