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
use crate::domain::patient::{Identite, lettres};
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

/// Where the designations of two records contradict each other, by first day. Between two designations
/// only the days count on which the doctors in force differ: a colleague who left one of them may make
/// the two agree from that day on.
pub fn chevauchements(conservees: &[Designation], absorbees: &[Designation]) -> Vec<Chevauchement> {
    let mut found = Vec::new();
    for kept in conservees {
        for absorbed in absorbees {
            let (conservee, absorbee) = (kept.declaration_id, absorbed.declaration_id);
            let overlap = |effet| Chevauchement { conservee, absorbee, effet };
            found.extend(jours_contraires(kept, absorbed).into_iter().map(overlap));
        }
    }
    found.sort_by_key(|overlap| overlap.effet);
    found
}

/// The days, in as few periods as there can be, on which two designations name different doctors.
fn jours_contraires(une: &Designation, autre: &Designation) -> Vec<Periode> {
    let Some(common) = une.effet.intersection(&autre.effet) else { return Vec::new() };
    let on = |designation: &Designation, jour: NaiveDate| -> BTreeSet<MedecinId> {
        designation.membres_le(jour).map(|membre| membre.medecin_id).collect()
    };
    let differ = |jour: NaiveDate| {
        let (mine, theirs) = (on(une, jour), on(autre, jour));
        !mine.is_empty() && !theirs.is_empty() && mine != theirs
    };
    // Doctors come and go on these days only.
    let changes: BTreeSet<NaiveDate> = [une, autre]
        .iter()
        .flat_map(|designation| &designation.membres)
        .flat_map(|membre| [Some(membre.effet.du()), membre.effet.au()])
        .flatten()
        .chain([common.du()])
        .filter(|jour| common.contient(*jour))
        .collect();
    let mut found: Vec<Periode> = Vec::new();
    let mut open = None;
    for jour in changes {
        match (open, differ(jour)) {
            (None, true) => open = Some(jour),
            (Some(du), false) => {
                found.extend(Periode::new(du, Some(jour)));
                open = None;
            }
            _ => {}
        }
    }
    if let Some(du) = open {
        found.extend(Periode::new(du, common.au()));
    }
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
        Sexe = 7 "sexe",
    }
);

impl Difference {
    /// What two records say differently on a day. Names are compared by their letters, as everywhere.
    pub fn between(one: &DossierPatient, two: &DossierPatient, jour: NaiveDate) -> Vec<Self> {
        let (mine, theirs) = (one.patient.identite_le(jour), two.patient.identite_le(jour));
        let differ = |part: fn(&Identite) -> String| mine.map(part) != theirs.map(part);
        // What is not known contradicts nothing.
        let sexe = mine.and_then(|one| one.sexe).zip(theirs.and_then(|one| one.sexe));
        let organisme = |dossier: &DossierPatient| dossier.patient.organisme_le(jour).copied();
        [
            (Self::Nom, differ(|identite| lettres(&identite.nom))),
            (Self::Prenom, differ(|identite| lettres(&identite.prenom))),
            (Self::Naissance, differ(|identite| identite.date_naissance.to_string())),
            (Self::Rang, differ(|identite| identite.rang.get().to_string())),
            (Self::Organisme, organisme(one) != organisme(two)),
            (Self::Deces, one.jour_deces() != two.jour_deces()),
            (Self::Sexe, sexe.is_some_and(|(one, two)| one != two)),
        ]
        .into_iter()
        .filter_map(|(difference, found)| found.then_some(difference))
        .collect()
    }
}
