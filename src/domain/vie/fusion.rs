//! Two records of one person: what their designations say together, and until which day.
//!
//! Choices of both records are unrolled as one, so that the last signed prevails as it always does.
//! But on the days on which the two records named different doctors nobody chose between them: the
//! choices of one record are *set aside* on those days, those of the absorbed one until the caisse
//! settles the conflict.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::domain::calendar::{Periode, lendemain, veille};
use crate::domain::designation::{Designation, Ligne, MotifFin, Segment};
use crate::domain::ids::{ConflitId, DeclarationId, FusionId, MedecinId, PatientId};
use crate::domain::patient::Identite;
use crate::domain::vie::DossierPatient;
use crate::domain::vocabulary::vocabulaire;

vocabulaire!(
    /// State of a conflict between designations.
    EtatConflit ("etat_conflit") {
        Ouvert = 1 "ouvert",
        Resolu = 2 "resolu",
        Annule = 3 "annule",
    }
);

/// Days on which two records named different doctors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chevauchement {
    pub conservee: DeclarationId,
    pub absorbee: DeclarationId,
    pub effet: Periode,
}

/// A conflict, in its present state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflit {
    pub id: ConflitId,
    pub patient_id: PatientId,
    pub fusion_id: FusionId,
    pub version: i32,
    pub etat: EtatConflit,
    pub chevauchement: Chevauchement,
    /// The declaration that the caisse chose.
    pub retenue: Option<DeclarationId>,
    pub enregistre_le: chrono::DateTime<chrono::Utc>,
}

/// Days on which a declaration counts for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ecart {
    pub declaration_id: DeclarationId,
    pub effet: Periode,
}

/// Where the designations of two records contradict each other, by first day.
pub fn chevauchements(conservees: &[Designation], absorbees: &[Designation]) -> Vec<Chevauchement> {
    let doctors = |designation: &Designation, days: &Periode| -> BTreeSet<MedecinId> {
        let own = designation.membres.iter().filter(|membre| membre.effet.chevauche(days));
        own.map(|membre| membre.medecin_id).collect()
    };
    let mut found = Vec::new();
    for kept in conservees {
        for absorbed in absorbees {
            let common = kept.effet.intersection(&absorbed.effet);
            let differ = |days: &Periode| doctors(kept, days) != doctors(absorbed, days);
            if let Some(effet) = common.filter(differ) {
                let (conservee, absorbee) = (kept.declaration_id, absorbed.declaration_id);
                found.push(Chevauchement { conservee, absorbee, effet });
            }
        }
    }
    found.sort_by_key(|overlap| overlap.effet);
    found
}

/// Whether a choice counts on a day: nothing sets it aside then.
pub fn compte_le(ecarts: &[Ecart], declaration: DeclarationId, jour: NaiveDate) -> bool {
    !ecarts.iter().any(|ecart| ecart.declaration_id == declaration && ecart.effet.contient(jour))
}

/// Unrolls choices of which some are set aside on some days. `derouler` unrolls those that a test
/// accepts; between two changes of what is set aside, the timeline is exactly that of the others.
pub fn derouler_avec_ecarts(
    ecarts: &[Ecart],
    derouler: impl Fn(&dyn Fn(DeclarationId) -> bool) -> Vec<Segment>,
) -> Vec<Segment> {
    if ecarts.is_empty() {
        return derouler(&|_| true);
    }
    let bounds: BTreeSet<NaiveDate> = ecarts
        .iter()
        .flat_map(|ecart| [Some(ecart.effet.du()), ecart.effet.au()])
        .flatten()
        .collect();
    let starts = std::iter::once(None).chain(bounds.iter().copied().map(Some));
    let ends = bounds.iter().copied().map(Some).chain([None]);
    let mut timeline: Vec<Segment> = Vec::new();
    for (start, end) in starts.zip(ends) {
        let counts = |id: DeclarationId| start.is_none_or(|day| compte_le(ecarts, id, day));
        for piece in derouler(&counts) {
            if let Some(piece) = between(&piece, start, end) {
                append(&mut timeline, piece);
            }
        }
    }
    timeline
}

/// The part of a piece between two days.
fn between(piece: &Segment, start: Option<NaiveDate>, end: Option<NaiveDate>) -> Option<Segment> {
    let du = start.map_or(piece.effet.du(), |start| piece.effet.du().max(start));
    let own = Periode::new(du, piece.effet.au()).ok()?;
    let effet = end.map_or(Some(own), |end| own.jusqu_au(end))?;
    let cut = effet.au() != piece.effet.au();
    let motif_fin = if cut { Some(MotifFin::Remplacement) } else { piece.motif_fin };
    let lignes = within(&piece.lignes, effet);
    Some(Segment { declaration_id: piece.declaration_id, effet, motif_fin, lignes })
}

/// The lines of doctors that have a day in a piece; what ends one after the piece never happens.
fn within(lignes: &[Ligne], effet: Periode) -> Vec<Ligne> {
    let cut = |ligne: &Ligne| {
        let du = ligne.effet.du().max(effet.du());
        ligne.effet.intersection(&effet)?;
        let lasts = effet.au().is_some_and(|end| ligne.effet.au().is_none_or(|au| au > end));
        if lasts {
            return Some(Ligne::ouverte(ligne.medecin_id, du));
        }
        Some(Ligne { effet: Periode::new(du, ligne.effet.au()).ok()?, ..*ligne })
    };
    lignes.iter().filter_map(cut).collect()
}

/// Adds a piece; the same declaration, or the same doctors, without interruption are one piece.
fn append(timeline: &mut Vec<Segment>, piece: Segment) {
    let jour = piece.effet.du();
    if let Some(last) = timeline.last_mut()
        && last.effet.au() == Some(jour)
        && (last.declaration_id == piece.declaration_id
            // Between two declarations of the same doctors an act may have ended the first, or a
            // line of it.
            || last.motif_fin == Some(MotifFin::Remplacement)
                && !last.lignes.iter().any(|ligne| ligne.effet.au() == Some(jour))
                && veille(jour)
                    .is_some_and(|before| last.en_force(before) == piece.en_force(jour)))
        && let Ok(effet) = Periode::new(last.effet.du(), piece.effet.au())
    {
        last.effet = effet;
        last.motif_fin = piece.motif_fin;
        join(&mut last.lignes, piece.lignes, jour);
        return;
    }
    timeline.push(piece);
}

/// Lines that go on from a day in another piece are one line.
fn join(lignes: &mut Vec<Ligne>, mut suite: Vec<Ligne>, jour: NaiveDate) {
    for ligne in lignes.iter_mut().filter(|ligne| ligne.effet.au().is_none()) {
        let goes_on = |next: &Ligne| next.medecin_id == ligne.medecin_id && next.effet.du() == jour;
        match suite.iter().position(goes_on).map(|index| suite.remove(index)) {
            Some(next) => {
                let effet = Periode::new(ligne.effet.du(), next.effet.au());
                *ligne = Ligne { effet: effet.unwrap_or(ligne.effet), ..next };
            }
            None => ligne.effet = ligne.effet.jusqu_au(jour).unwrap_or(ligne.effet),
        }
    }
    lignes.append(&mut suite);
}

/// A timeline ends with the person. The day of death belongs to life: care given that day is
/// evaluated with the designation, care dated after it is not.
pub fn jusqu_au_deces(segments: Vec<Segment>, deces: NaiveDate) -> Vec<Segment> {
    let Some(after) = lendemain(deces) else { return segments };
    segments
        .into_iter()
        .filter_map(|segment| {
            let effet = segment.effet.jusqu_au(after)?;
            // What would have ended it after the death never happened.
            let lived = segment.effet.au().is_some_and(|au| au < after);
            let motif_fin = if lived { segment.motif_fin } else { Some(MotifFin::Deces) };
            let lignes = within(&segment.lignes, effet);
            Some(Segment { effet, motif_fin, lignes, ..segment })
        })
        .collect()
}

vocabulaire!(
    /// What two records say differently of what should be one person.
    Difference ("difference_dossiers") {
        /// Birth name.
        Nom = 1 "nom",
        /// First given name.
        Prenom = 2 "prenom",
        Naissance = 3 "date_naissance",
        Rang = 4 "rang",
        Organisme = 5 "organisme",
        Deces = 6 "deces",
    }
);

impl Difference {
    /// What two records say differently on a day.
    pub fn between(one: &DossierPatient, two: &DossierPatient, jour: NaiveDate) -> Vec<Self> {
        let (mine, theirs) = (one.patient.identite_le(jour), two.patient.identite_le(jour));
        let differ = |part: fn(&Identite) -> String| mine.map(part) != theirs.map(part);
        let organisme = |dossier: &DossierPatient| dossier.patient.organisme_le(jour).copied();
        [
            (Self::Nom, differ(|identite| identite.nom.clone())),
            (Self::Prenom, differ(|identite| identite.prenom.clone())),
            (Self::Naissance, differ(|identite| identite.date_naissance.to_string())),
            (Self::Rang, differ(|identite| identite.rang.get().to_string())),
            (Self::Organisme, organisme(one) != organisme(two)),
            (Self::Deces, one.jour_deces() != two.jour_deces()),
        ]
        .into_iter()
        .filter_map(|(difference, found)| found.then_some(difference))
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

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
}
