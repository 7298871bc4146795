//! The designation: who is the médecin traitant, from which day to which day.
//!
//! The timeline of a person is never edited by hand: it is *unrolled* from every act that the
//! register knows ([`unroll`](super::frise::unroll)), then compared with the one that is stored
//! ([`compare`]).

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};

use super::acteur::Acteur;
use super::calendar::Periode;
use super::identifiers::Rpps;
use super::ids::{DeclarationId, DesignationId, MedecinId, OperationId, PatientId};
use super::vocabulary::{Vocabulaire, vocabulaire};

vocabulaire!(
    /// Why a designation ends.
    MotifFin ("motif_fin") {
        Remplacement = 1 "remplacement",
        Patient = 2 "patient",
        Medecin = 3 "medecin",
        Cessation = 4 "cessation",
        Deces = 5 "deces",
    }

    /// Why one doctor of a designation leaves it.
    MotifDepart ("motif_depart") {
        Medecin = 1 "medecin",
        Cessation = 2 "cessation",
        /// The doctor leaves the common premises.
        ChangementDeLieu = 3 "changement_de_lieu",
        ChangementDeSpecialite = 4 "changement_de_specialite",
        Retraite = 5 "retraite",
        Deces = 6 "deces",
        ChangementDeDepartement = 7 "changement_de_departement",
        /// The patient no longer wants this doctor, and names no other.
        Patient = 8 "patient",
        /// Another choice took its place, in the register from which it was taken over.
        Remplacement = 9 "remplacement",
    }
);

impl MotifDepart {
    /// Why a doctor left, as a person reads it.
    pub const fn en_mots(self) -> &'static str {
        match self {
            Self::Medecin => "le médecin a mis fin à ce suivi",
            Self::Cessation => "fin de son activité",
            Self::ChangementDeLieu => "changement de lieu d'exercice",
            Self::ChangementDeSpecialite => "changement de spécialité",
            Self::Retraite => "départ à la retraite",
            Self::Deces => "décès du médecin",
            Self::ChangementDeDepartement => "installation dans un autre département",
            Self::Patient | Self::Remplacement => "autre choix",
        }
    }

    /// Why the designation itself ends when its last doctor leaves.
    pub const fn motif_fin(self) -> MotifFin {
        match self {
            Self::Medecin | Self::ChangementDeLieu | Self::ChangementDeSpecialite => {
                MotifFin::Medecin
            }
            Self::Cessation | Self::Retraite | Self::Deces | Self::ChangementDeDepartement => {
                MotifFin::Cessation
            }
            Self::Patient => MotifFin::Patient,
            Self::Remplacement => MotifFin::Remplacement,
        }
    }

    /// Whether only a designation of several doctors is concerned. Alone, a doctor who moves or
    /// changes specialty stays: only a joint designation asks for the same premises and specialty.
    pub const fn conjointe_seulement(self) -> bool {
        matches!(self, Self::ChangementDeLieu | Self::ChangementDeSpecialite)
    }
}

vocabulaire!(
    /// What somebody may do to a designation.
    ActionDesignation ("action_designation") {
        /// End it, or the line of the doctor who asks, through its declaration.
        Retirer = 1 "retirer",
        /// Record that a doctor leaves the others.
        Quitter = 2 "quitter",
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
    pub medecin_id: MedecinId,
    pub rpps: Rpps,
    /// Days on which this doctor is one of the designation's.
    pub effet: Periode,
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
    pub patient_id: PatientId,
    pub declaration_id: DeclarationId,
    /// Version, from 1.
    pub version: i32,
    pub effet: Periode,
    pub motif_fin: Option<MotifFin>,
    pub membres: Vec<Membre>,
    pub enregistre_le: DateTime<Utc>,
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

    /// Whether somebody has something to leave here: a doctor his open line, who speaks for the patient
    /// (`patient`) any open line.
    pub fn se_quitte(&self, acteur: &Acteur, patient: bool) -> bool {
        match acteur {
            Acteur::Medecin(rpps) => self.est_ouverte_a(*rpps),
            Acteur::Patient(_) | Acteur::Caisse(_) => {
                let open = |membre: &Membre| self.est_ouverte_a(membre.rpps);
                patient && self.membres.iter().any(open)
            }
            Acteur::Referentiel | Acteur::Statistiques => false,
        }
    }

    /// What a caller may do to it on a day. `patient` tells whether the caller speaks for the patient.
    pub fn actions(
        &self,
        acteur: &Acteur,
        patient: bool,
        jour: NaiveDate,
    ) -> Vec<ActionDesignation> {
        if self.remplace_le.is_some() {
            return Vec::new();
        }
        let present: Vec<&Membre> = self.membres_le(jour).collect();
        let leaves = match acteur {
            Acteur::Medecin(rpps) => present.iter().any(|membre| membre.rpps == *rpps),
            Acteur::Caisse(_) => patient,
            Acteur::Patient(_) | Acteur::Referentiel | Acteur::Statistiques => false,
        };
        let allowed = |action: &ActionDesignation| match action {
            ActionDesignation::Retirer => self.se_quitte(acteur, patient),
            ActionDesignation::Quitter => leaves && present.len() > 1,
        };
        ActionDesignation::TOUS.iter().copied().filter(allowed).collect()
    }

    /// Whether a line of a doctor has no end.
    pub fn est_ouverte_a(&self, rpps: Rpps) -> bool {
        let open = |membre: &Membre| membre.rpps == rpps && membre.effet.au().is_none();
        self.effet.au().is_none() && self.membres.iter().any(open)
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
    pub medecin_id: MedecinId,
    /// Days; without end as long as the doctor stays, whatever becomes of the designation.
    pub effet: Periode,
    pub motif_fin: Option<MotifDepart>,
    /// By which operation on the doctor, when it was one.
    pub operation_id: Option<OperationId>,
}

impl Ligne {
    /// A line that begins.
    pub const fn ouverte(medecin_id: MedecinId, jour: NaiveDate) -> Self {
        let effet = Periode::depuis(jour);
        Self { medecin_id, effet, motif_fin: None, operation_id: None }
    }
}

/// A piece of the timeline: the days during which one declaration says who is the médecin traitant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    pub declaration_id: DeclarationId,
    pub effet: Periode,
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
        id: DesignationId,
        /// The version that is replaced.
        version: i32,
        /// Whether its days or its end change, and not only its lines.
        jours: bool,
        segment: Segment,
    },
    /// Lines of doctors that change inside a designation.
    Membres {
        id: DesignationId,
        anciennes: Vec<Membre>,
        nouvelles: Vec<Ligne>,
        /// What the designation becomes.
        segment: Segment,
    },
    /// A designation that never took effect in the light of what is now known.
    Effacer {
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
/// be replaced come first: the database then never sees an overlap.
pub fn compare(stored: &[Designation], wanted: &[Segment]) -> Vec<Modification> {
    let mut closing = Vec::new();
    let mut opening = Vec::new();
    for designation in stored {
        match wanted.iter().find(|segment| is_of(segment, designation)) {
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
        if !stored.iter().any(|designation| is_of(segment, designation)) {
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
