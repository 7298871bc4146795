//! The patients of a doctor: who arrives, who leaves, as the timelines change.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::designation::MotifFin;
use super::evenement::NatureEvenement;
use super::frise::Jours;
use super::ids::MedecinId;
use super::vocabulary::{Vocabulaire, vocabulaire};

vocabulaire!(
    /// What the register came to know about the patients of a doctor.
    NatureMouvement ("nature_mouvement") {
        /// A person is a patient of the doctor from a day on.
        Arrivee = 1 "arrivee",
        /// A person is no longer one from a day on.
        Depart = 2 "depart",
        /// The arrival that was announced does not stand.
        ArriveeAnnulee = 3 "arrivee_annulee",
        /// The departure that was announced does not stand.
        DepartAnnule = 4 "depart_annule",
    }
);

impl NatureMouvement {
    /// The kind of event that tells it.
    pub const fn evenement(self) -> NatureEvenement {
        match self {
            Self::Arrivee => NatureEvenement::PatienteleArrivee,
            Self::Depart => NatureEvenement::PatienteleDepart,
            Self::ArriveeAnnulee => NatureEvenement::PatienteleArriveeAnnulee,
            Self::DepartAnnule => NatureEvenement::PatienteleDepartAnnule,
        }
    }

    /// The movement that an event tells, if it tells one.
    pub fn de(nature: NatureEvenement) -> Option<Self> {
        Self::TOUS.iter().copied().find(|one| one.evenement() == nature)
    }
}

/// A movement, as a change of timeline makes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mouvement {
    pub medecin_id: MedecinId,
    pub nature: NatureMouvement,
    /// First day of care, or first day without.
    pub jour: NaiveDate,
    /// Why the person is no longer a patient.
    pub motif_fin: Option<MotifFin>,
}

/// First days, and days after the last with their motive.
#[derive(Default)]
struct Bornes {
    debuts: BTreeSet<NaiveDate>,
    fins: BTreeMap<NaiveDate, Option<MotifFin>>,
}

/// The bounds of each doctor's days; a line that goes on under another designation has none there.
fn bornes(lignes: &[Jours]) -> BTreeMap<MedecinId, Bornes> {
    let mut ordered: Vec<&Jours> = lignes.iter().collect();
    ordered.sort_by_key(|ligne| (ligne.medecin_id, ligne.effet.du()));
    let mut all: BTreeMap<MedecinId, Bornes> = BTreeMap::new();
    for ligne in ordered {
        let own = all.entry(ligne.medecin_id).or_default();
        if own.fins.remove(&ligne.effet.du()).is_none() {
            own.debuts.insert(ligne.effet.du());
        }
        own.fins.extend(ligne.effet.au().map(|day| (day, ligne.motif_fin)));
    }
    all
}

/// What changes for each doctor between two timelines of a person.
pub fn mouvements(before: &[Jours], after: &[Jours]) -> Vec<Mouvement> {
    let (before, after) = (bornes(before), bornes(after));
    let none = Bornes::default();
    let medecins: BTreeSet<MedecinId> = before.keys().chain(after.keys()).copied().collect();
    let mut found = Vec::new();
    for medecin_id in medecins {
        let old = before.get(&medecin_id).unwrap_or(&none);
        let new = after.get(&medecin_id).unwrap_or(&none);
        let mut tell = |nature, jour, motif_fin| {
            found.push(Mouvement { medecin_id, nature, jour, motif_fin });
        };
        for day in old.debuts.difference(&new.debuts) {
            tell(NatureMouvement::ArriveeAnnulee, *day, None);
        }
        for (day, motif) in old.fins.iter().filter(|(day, _)| !new.fins.contains_key(day)) {
            tell(NatureMouvement::DepartAnnule, *day, *motif);
        }
        for day in new.debuts.difference(&old.debuts) {
            tell(NatureMouvement::Arrivee, *day, None);
        }
        for (day, motif) in new.fins.iter().filter(|(day, _)| !old.fins.contains_key(day)) {
            tell(NatureMouvement::Depart, *day, *motif);
        }
    }
    found
}
