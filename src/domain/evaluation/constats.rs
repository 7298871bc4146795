//! The rules considered for an act, and what became of each.

use arrayvec::ArrayVec;

use super::codes::Theme;
use crate::domain::vocabulary::{Vocabulaire, vocabulaire};

/// Stable code of a rule, such as `PAR-030`: a topic and a number, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CodeRegle {
    pub theme: Theme,
    /// Number inside the topic, below 1000.
    pub numero: u16,
}

impl CodeRegle {
    /// The code of a topic and a number.
    pub const fn new(theme: Theme, numero: u16) -> Self {
        Self { theme, numero }
    }
}

impl std::fmt::Display for CodeRegle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{:03}", self.theme.mot(), self.numero)
    }
}

vocabulaire!(
    /// A fact that a rule may look at.
    Fait ("fait") {
        DateSoins = 1 "date_soins",
        /// Age in completed years.
        Age = 2 "age",
        /// The médecin traitant in force on the day of care.
        MedecinTraitant = 3 "medecin_traitant",
        Indicateur = 4 "indicateur",
        Orienteur = 5 "orienteur",
        Specialite = 6 "specialite",
        Convention = 7 "convention",
        Exoneration = 8 "exoneration",
        RegimeLocal = 9 "regime_local",
        Complementaire = 10 "complementaire",
        NatureAssurance = 11 "nature_assurance",
        Appartenance = 12 "appartenance",
        /// Participations already kept on the same day or in the same year.
        Cumuls = 13 "cumuls",
        /// Fees and base.
        Montants = 14 "montants",
        SituationParticuliere = 15 "situation_particuliere",
        Lieu = 16 "lieu_execution",
        /// Item of article D162-1-6 behind the indicator A.
        MotifExclusion = 17 "motif_exclusion",
        DateInstallation = 18 "date_installation",
        Organisme = 19 "organisme",
        Acte = 20 "acte",
        Qualificatif = 21 "qualificatif_depense",
        Adressage = 22 "adressage",
        CouvertureConnue = 23 "couverture_connue",
        Contrat = 24 "contrat_complementaire",
        /// Hours since which the emergency was foreseen.
        UrgencePrevue = 25 "urgence_prevue",
    }
);

/// What became of a rule that was considered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Issue {
    /// It decided its topic.
    Retenue,
    /// It applies too, but another rule of its topic has priority.
    Surclassee,
    /// It does not apply, because of this fact.
    Ecartee(Fait),
    /// It reads a value that the sources leave unknown on the day, and a stronger rule decided without it.
    ValeurInconnue,
}

/// A rule that was considered, and what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Constat {
    pub regle: CodeRegle,
    pub issue: Issue,
}

/// The most rules that one act can meet.
pub const MAX_CONSTATS: usize = 80;

/// Every rule considered for an act, in the order of the registry.
pub type Constats = ArrayVec<Constat, MAX_CONSTATS>;
