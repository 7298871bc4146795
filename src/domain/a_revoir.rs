//! Feuilles that a clerk should look at again: what is recorded that calls for it.
//!
//! Nothing is evaluated to know it. A reason says that something asks for a look, not that the decision
//! would change: a reevaluation that is tried says that.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};

use super::evaluation::{Appartenance, Avertissement, AvertissementLigne, Evaluation};
use super::evenement::{JoursTouches, NatureEvenement};
use super::ids::FeuilleId;
use super::vocabulary::{Vocabulaire, vocabulaire};

vocabulaire!(
    /// Why a feuille is to be looked at again.
    MotifRevue ("motif_revue") {
        /// A fact that would decide is missing.
        Indeterminee = 1 "indeterminee",
        /// A warning of the evaluation asks a clerk to look.
        Avertissement = 2 "avertissement",
        /// A later feuille contradicts the single opinion of this one.
        AvisPonctuelRompu = 3 "avis_ponctuel_rompu",
        /// Something that counts on the day of care was recorded after the evaluation.
        FaitTardif = 4 "fait_tardif",
        /// Care after the death that the register knows.
        ApresDeces = 5 "apres_deces",
    }
);

/// A reason to look at a feuille again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raison {
    pub motif: MotifRevue,
    /// When it appeared; the latest instant, when several facts are behind it.
    pub apparue_le: DateTime<Utc>,
    /// Warnings, or kinds of events.
    pub codes: Vec<String>,
    /// The feuilles that are the cause.
    pub feuilles: Vec<FeuilleId>,
}

/// Something recorded about a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaitEnregistre {
    pub nature: NatureEvenement,
    pub enregistre_le: DateTime<Utc>,
    /// From which day it counts, when it counts from one.
    pub du: Option<NaiveDate>,
    /// The first day after it, when it has an end.
    pub au: Option<NaiveDate>,
}

impl FaitEnregistre {
    /// Whether it counts on a day.
    fn touche(&self, jour: NaiveDate) -> bool {
        let begun = self.du.is_none_or(|du| du <= jour);
        let over = self.au.is_some_and(|au| au <= jour);
        match self.nature.jours() {
            JoursTouches::Aucun => false,
            JoursTouches::Periode => begun && !over,
            JoursTouches::Fin => self.au.map_or(begun, |_| over),
            JoursTouches::Debut => begun,
            JoursTouches::Tous => true,
        }
    }
}

/// A reevaluation that was applied to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reexamen {
    /// When it was asked for: it knew what had been recorded until then.
    pub demande_le: DateTime<Utc>,
    /// It looked only at persons about whom something was recorded since.
    pub depuis: Option<DateTime<Utc>>,
    /// Days of care, both included.
    pub jours: (NaiveDate, NaiveDate),
}

impl Reexamen {
    /// Whether it evaluated the feuilles of a day with a fact.
    fn connait(&self, fait: &FaitEnregistre, jour: NaiveDate) -> bool {
        let (du, au) = self.jours;
        (du..=au).contains(&jour)
            && fait.enregistre_le <= self.demande_le
            && self.depuis.is_none_or(|depuis| fait.enregistre_le >= depuis)
    }
}

/// What is recorded about a person, and the reevaluations that looked at it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Alentours {
    pub faits: Vec<FaitEnregistre>,
    pub reexamens: Vec<Reexamen>,
}

impl Alentours {
    /// The facts that came late for an evaluation, by what it knew and its day of care: recorded afterwards,
    /// counting on the day, and not looked at by any reevaluation yet. There is no other rule, for the
    /// feuilles to look at again as for the causes of a reevaluation.
    pub fn tardifs(&self, connu_le: DateTime<Utc>, jour: NaiveDate) -> Vec<&FaitEnregistre> {
        let late = |fait: &&FaitEnregistre| {
            fait.enregistre_le > connu_le
                && fait.touche(jour)
                && !self.reexamens.iter().any(|one| one.connait(fait, jour))
        };
        self.faits.iter().filter(late).collect()
    }
}

/// The kinds of some facts, each once.
pub fn natures(faits: &[&FaitEnregistre]) -> Vec<String> {
    let words: BTreeSet<&str> = faits.iter().map(|fait| fait.nature.mot()).collect();
    words.into_iter().map(str::to_owned).collect()
}

/// A later feuille that contradicts the single opinion of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rupture {
    pub par: FeuilleId,
    pub enregistre_le: DateTime<Utc>,
}

/// What is known around the last evaluation of a feuille.
#[derive(Debug, Clone, Copy)]
pub struct Autour<'a> {
    /// First day of care, and the last one.
    pub jours: (NaiveDate, NaiveDate),
    /// What the evaluation knew.
    pub connu_le: DateTime<Utc>,
    pub alentours: &'a Alentours,
    /// Feuilles that contradict the opinion of this one.
    pub ruptures: &'a [Rupture],
    /// The day of death of the person, and when it was recorded.
    pub deces: Option<(NaiveDate, DateTime<Utc>)>,
}

/// The reasons to look at a feuille again, given its last evaluation.
pub fn raisons(evaluation: &Evaluation, autour: &Autour<'_>) -> Vec<Raison> {
    let mut found = Vec::new();
    let undetermined = Appartenance::Indeterminee;
    if evaluation.actes.iter().any(|acte| acte.qualification.appartenance == undetermined) {
        found.push(Raison {
            motif: MotifRevue::Indeterminee,
            apparue_le: autour.connu_le,
            codes: warned(evaluation, Avertissement::manque),
            feuilles: Vec::new(),
        });
    }
    let codes = warned(evaluation, Avertissement::appelle_examen);
    if !codes.is_empty() {
        found.push(Raison {
            motif: MotifRevue::Avertissement,
            apparue_le: autour.connu_le,
            codes,
            feuilles: Vec::new(),
        });
    }
    if let Some(apparue_le) = autour.ruptures.iter().map(|one| one.enregistre_le).max() {
        found.push(Raison {
            motif: MotifRevue::AvisPonctuelRompu,
            apparue_le,
            codes: Vec::new(),
            feuilles: autour.ruptures.iter().map(|one| one.par).collect(),
        });
    }
    let (first, last) = autour.jours;
    if let Some((_, enregistre_le)) = autour.deces.filter(|(mort, _)| last > *mort) {
        found.push(Raison {
            motif: MotifRevue::ApresDeces,
            apparue_le: enregistre_le,
            codes: Vec::new(),
            feuilles: Vec::new(),
        });
    }
    let late = autour.alentours.tardifs(autour.connu_le, first);
    if let Some(apparue_le) = late.iter().map(|fait| fait.enregistre_le).max() {
        found.push(Raison {
            motif: MotifRevue::FaitTardif,
            apparue_le,
            codes: natures(&late),
            feuilles: Vec::new(),
        });
    }
    found
}

/// The words of some warnings of an evaluation, each once.
fn warned(evaluation: &Evaluation, wanted: fn(Avertissement) -> bool) -> Vec<String> {
    let codes: BTreeSet<Avertissement> = evaluation
        .avertissements
        .iter()
        .map(|AvertissementLigne { code, .. }| *code)
        .filter(|code| wanted(*code))
        .collect();
    codes.into_iter().map(|code| code.mot().to_owned()).collect()
}
