//! The designation: who is the médecin traitant, from which day to which day.
//!
//! The timeline of a person is never edited by hand: it is *unrolled* from every act that the
//! register knows ([`unroll`](super::frise::unroll)), then compared with the one that is stored
//! ([`compare`]).

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};

use super::calendar::Periode;
use super::frise::Depart;
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

vocabulaire!(
    /// Why one doctor of a designation leaves it.
    MotifDepart ("motif_depart") {
        /// The doctor withdraws.
        Medecin = 1 "medecin",
        /// The doctor stops practising.
        Cessation = 2 "cessation",
        /// The doctor leaves the common premises.
        ChangementDeLieu = 3 "changement_de_lieu",
        /// The doctor changes specialty.
        ChangementDeSpecialite = 4 "changement_de_specialite",
    }
);

impl MotifDepart {
    /// Why the designation itself ends when its last doctor leaves. Alone, a doctor who moves or
    /// changes specialty stays: only a joint designation asks for the same premises and specialty.
    pub const fn fin(self) -> Option<MotifFin> {
        match self {
            Self::Medecin => Some(MotifFin::Medecin),
            Self::Cessation => Some(MotifFin::Cessation),
            Self::ChangementDeLieu | Self::ChangementDeSpecialite => None,
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
    /// Why the doctor left, when he did.
    pub motif_fin: Option<MotifDepart>,
    /// Number of the line among those of this doctor in this designation.
    pub version: i32,
}

impl Membre {
    fn is(&self, ligne: &Ligne) -> bool {
        (self.medecin_id, self.effet, self.motif_fin)
            == (ligne.medecin_id, ligne.effet, ligne.motif_fin)
    }
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
    /// The designation as one of its doctors may see it: with those who were there beside him, and
    /// not those who came after he left.
    #[must_use]
    pub fn vue_par(mut self, rpps: Rpps) -> Self {
        let own: Vec<Periode> =
            self.membres.iter().filter(|m| m.rpps == rpps).map(|m| m.effet).collect();
        self.membres.retain(|membre| own.iter().any(|days| days.chevauche(&membre.effet)));
        self
    }

    /// The doctors in force on a day.
    pub fn membres_le(&self, jour: NaiveDate) -> impl Iterator<Item = &Membre> {
        self.membres
            .iter()
            .filter(move |membre| self.effet.contient(jour) && membre.effet.contient(jour))
    }
}

/// A member's line: the days of one doctor, within those of the designation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ligne {
    /// Which doctor.
    pub medecin_id: MedecinId,
    /// Days; without end as long as the doctor stays, whatever becomes of the designation.
    pub effet: Periode,
    /// Why the doctor left, when he did.
    pub motif_fin: Option<MotifDepart>,
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
    /// Lines of the doctors, in the order in which they came.
    pub lignes: Vec<Ligne>,
}

impl Segment {
    /// The doctors in force on a day.
    pub fn en_force(&self, jour: NaiveDate) -> BTreeSet<MedecinId> {
        self.lignes
            .iter()
            .filter(|ligne| self.effet.contient(jour) && ligne.effet.contient(jour))
            .map(|ligne| ligne.medecin_id)
            .collect()
    }
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
        /// Whether its days or its end change, and not only its lines.
        jours: bool,
        /// What it becomes.
        segment: Segment,
    },
    /// Lines of doctors that change inside a designation.
    Membres {
        /// Which designation.
        id: DesignationId,
        /// Lines that are replaced.
        anciennes: Vec<Membre>,
        /// Lines that are written.
        nouvelles: Vec<Ligne>,
        /// What the designation becomes.
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

/// What to write so that the stored timeline, as known now, becomes the unrolled one. Versions to
/// be replaced come first: the database then never sees an overlap.
pub fn compare(stored: &[Designation], wanted: &[Segment]) -> Vec<Modification> {
    let mut closing = Vec::new();
    let mut opening = Vec::new();
    for designation in stored {
        match wanted.iter().find(|segment| segment.declaration_id == designation.declaration_id) {
            None => closing
                .push(Modification::Effacer { id: designation.id, version: designation.version }),
            Some(segment) => {
                let lines = changed_lines(designation, segment);
                let jours = segment.effet != designation.effet
                    || segment.motif_fin != designation.motif_fin;
                // Other lines make another version too.
                if jours || lines.is_some() {
                    closing.push(Modification::Reviser {
                        id: designation.id,
                        version: designation.version,
                        jours,
                        segment: segment.clone(),
                    });
                }
                opening.extend(lines);
            }
        }
    }
    for segment in wanted {
        let known =
            |designation: &Designation| designation.declaration_id == segment.declaration_id;
        if !stored.iter().any(known) {
            opening.push(Modification::Ouvrir(segment.clone()));
        }
    }
    // A designation that grows takes the days of one that is erased.
    closing.sort_by_key(|change| !matches!(change, Modification::Effacer { .. }));
    closing.append(&mut opening);
    closing
}

/// The lines of a designation that change.
fn changed_lines(designation: &Designation, segment: &Segment) -> Option<Modification> {
    let (stored, wanted) = (&designation.membres, &segment.lignes);
    let anciennes: Vec<Membre> = stored
        .iter()
        .filter(|membre| !wanted.iter().any(|ligne| membre.is(ligne)))
        .copied()
        .collect();
    let nouvelles: Vec<Ligne> = wanted
        .iter()
        .filter(|ligne| !stored.iter().any(|membre| membre.is(ligne)))
        .copied()
        .collect();
    (!anciennes.is_empty() || !nouvelles.is_empty()).then(|| Modification::Membres {
        id: designation.id,
        anciennes,
        nouvelles,
        segment: segment.clone(),
    })
}

/// Why a doctor cannot leave a designation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DepartRefuse {
    /// The doctor is not one of the designation's on that day.
    #[error("the doctor is not in this designation on that day")]
    PasMembre,
    /// The doctor is alone, and the motive only concerns joint designations.
    #[error("the doctor is alone: the designation goes on")]
    Seul,
}

/// Closes the line of one doctor of a designation from a day on, with the reason; the others stay.
/// Gives the act to record: the timeline follows from it (see [`unroll`](super::frise::unroll)).
pub fn close_member(
    designation: &Designation,
    medecin_id: MedecinId,
    jour: NaiveDate,
    motif: MotifDepart,
    enregistre_le: DateTime<Utc>,
) -> Result<Depart, DepartRefuse> {
    let present: Vec<&Membre> = designation.membres_le(jour).collect();
    if !present.iter().any(|membre| membre.medecin_id == medecin_id) {
        return Err(DepartRefuse::PasMembre);
    }
    if present.len() < 2 && motif.fin().is_none() {
        return Err(DepartRefuse::Seul);
    }
    Ok(Depart { medecin_id, jour, motif, enregistre_le })
}
