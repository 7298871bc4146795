//! The legal engine: dated values, rules, amounts and reasons, without any input or output.
//!
//! The day of care chooses the law ([`Law::bareme_du`]). Every rule of that day gives its answer,
//! with the fact that decided ([`rules`]); each topic keeps its principle or its strongest
//! exception; the amounts follow ([`liquidation`](self)), then the sentences ([`explanation`]).
//! Silence is never an answer: a day before the covered period, a value that the sources leave
//! unknown or two rules in conflict are errors with a name; a value that nobody verified for days as late
//! as those of the care is a warning, or such an error ([`AuDela`]).

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod ancienne;
pub mod autrement;
mod avertissements;
pub mod bareme;
mod ccam;
pub mod checks;
pub mod circonstances;
mod complementaire;
pub mod consultation;
mod couverture;
mod echeances;
mod evaluation;
pub mod explanation;
mod facturation;
mod fingerprint;
mod franchise;
mod honoraires;
pub mod instruction;
mod liquidation;
pub mod livre;
pub mod nomenclature;
pub mod parameters;
pub mod prescription;
mod qualification;
pub mod references;
pub mod reforme;
pub mod reglement;
pub mod remunerations;
pub mod rule;
pub mod rules;
pub mod situation;
pub mod template;
mod valeurs;

use std::collections::BTreeSet;

use chrono::NaiveDate;

use self::bareme::{Bareme, Baremes};
pub use self::couverture::AuDela;
use self::couverture::Couverture;
pub use self::echeances::{Echeance, PREAVIS};
use self::parameters::ajouts::Ajout;
use self::parameters::{InvalidParametres, Parametre, Parametres};
use self::rule::Regle;
use self::rules::REGISTRY;
use self::situation::DateDesSoins;
use self::valeurs::ParametreInconnu;
use crate::domain::calendar::Periode;
use crate::domain::digest::Empreinte;
use crate::domain::evaluation::CodeRegle;
use crate::domain::money::AmountOverflow;

/// Why the law gives no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LawError {
    /// The day of care is before the covered period, or beyond the last day for which what the answer reads
    /// was verified, when the service refuses such days.
    #[error("{jour} is outside the law covered, {du} to {dernier:?}")]
    HorsCouverture {
        jour: NaiveDate,
        /// First day covered.
        du: NaiveDate,
        /// Last day covered, when the day is beyond it.
        dernier: Option<NaiveDate>,
    },
    /// The answer needs a value that the sources leave unknown on that day.
    #[error(transparent)]
    ParametreInconnu(#[from] ParametreInconnu),
    /// An act that did not exist yet on the day that chooses the law.
    #[error("the act of line {numero_ligne} begins on {premier_jour}")]
    ActePrecoce {
        numero_ligne: u16,
        premier_jour: NaiveDate,
        /// Whether the place of the performer says what the act is, and not its code.
        par_le_lieu: bool,
    },
    #[error("line {numero_ligne} has no base")]
    BaseManquante { numero_ligne: u16 },
    /// Two rules of the same priority disagree: our mistake.
    #[error("{} and {} disagree", .regles[0], .regles[1])]
    Conflit { regles: [CodeRegle; 2] },
    /// A topic has no principle, or there are too many rules: our mistake.
    #[error("the registry of rules is invalid")]
    RegistreInvalide,
    #[error(transparent)]
    Montant(#[from] AmountOverflow),
}

/// The law cannot be used: a mistake in the tree, found at start and by a test, or in a file of additions.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidLaw {
    #[error(transparent)]
    Parametres(#[from] InvalidParametres),
    /// The file of the covered period.
    #[error("loi.toml: {0}")]
    Couverture(String),
    /// Rows of the table of the letters.
    #[error("ngap.csv:\n{}", .0.join("\n"))]
    Nomenclature(Vec<String>),
    #[error("two rules are called {0}")]
    DuplicateRule(CodeRegle),
}

/// The law: loaded once, then only read.
#[derive(Debug)]
pub struct Law {
    premier_jour: NaiveDate,
    moteur: u32,
    parametres: Parametres,
    baremes: Baremes,
    empreinte: Empreinte,
    au_dela: AuDela,
    ajouts: Vec<(String, Empreinte)>,
}

impl Law {
    /// The law embedded in the binary.
    pub fn embedded() -> Result<Self, InvalidLaw> {
        Self::avec(&[])
    }

    /// The law embedded in the binary, with the values that a caisse adds.
    pub fn avec(ajouts: &[Ajout]) -> Result<Self, InvalidLaw> {
        let law = Self::with_rules(Parametres::embedded()?.avec(ajouts)?, &REGISTRY)?;
        let told = |ajout: &Ajout| (ajout.fichier.clone(), ajout.sha256());
        Ok(Self { ajouts: ajouts.iter().map(told).collect(), ..law })
    }

    /// A law made of given parameters and rules. The order of the rules has no effect.
    pub fn with_rules(
        parametres: Parametres,
        regles: &[&'static Regle],
    ) -> Result<Self, InvalidLaw> {
        nomenclature::verifier().map_err(InvalidLaw::Nomenclature)?;
        let mut codes = BTreeSet::new();
        if let Some(twice) = regles.iter().find(|regle| !codes.insert(regle.fiche.code)) {
            return Err(InvalidLaw::DuplicateRule(twice.fiche.code));
        }
        let Couverture { premier_jour, moteur, .. } = Couverture::embedded()?;
        let baremes = Baremes::new(premier_jour, &parametres, regles);
        let empreinte = fingerprint::empreinte(premier_jour, moteur, &parametres, regles);
        let (au_dela, ajouts) = (AuDela::Avertir, Vec::new());
        Ok(Self { premier_jour, moteur, parametres, baremes, empreinte, au_dela, ajouts })
    }

    /// This law where the deployment gives another value to a parameter that no text fixes, on every day.
    pub fn reglee(&self, parametre: Parametre, valeur: i64) -> Result<Self, InvalidLaw> {
        let mut parametres = self.parametres.clone();
        if let Some(historique) = parametres.get_mut(parametre) {
            for dated in &mut historique.valeurs {
                dated.valeur = Some(valeur);
            }
        }
        let (au_dela, ajouts) = (self.au_dela, self.ajouts.clone());
        Ok(Self { au_dela, ajouts, ..Self::with_rules(parametres, &REGISTRY)? })
    }

    /// This law, which does that with days that nobody verified. No part of the fingerprint: what is refused is
    /// not stored, and what is stored says the same either way.
    #[must_use]
    pub fn au_dela(self, au_dela: AuDela) -> Self {
        Self { au_dela, ..self }
    }

    /// The files of additions that it was made with, and the SHA-256 of each.
    pub fn ajouts(&self) -> &[(String, Empreinte)] {
        &self.ajouts
    }

    /// First day of care that it covers.
    pub const fn premier_jour(&self) -> NaiveDate {
        self.premier_jour
    }

    /// Hash of the values, the rules and the reasoning.
    pub const fn empreinte(&self) -> &Empreinte {
        &self.empreinte
    }

    /// The values, as they are kept beside the evaluations.
    pub fn as_json(&self) -> serde_json::Value {
        fingerprint::as_json(self.premier_jour, self.moteur, &self.parametres)
    }

    /// Every parameter with its history.
    pub const fn parametres(&self) -> &Parametres {
        &self.parametres
    }

    /// The value of a parameter on a day, covered or not: declarations are older than the majoration.
    pub fn valeur(&self, parametre: Parametre, jour: NaiveDate) -> Result<i64, ParametreInconnu> {
        let value = self
            .parametres
            .get(parametre)
            .and_then(|historique| historique.en_vigueur(jour))
            .and_then(|valeur| valeur.valeur);
        value.ok_or(ParametreInconnu { parametre, periode: Periode::depuis(jour) })
    }

    /// The law of every period without any change, in order.
    pub fn baremes(&self) -> &[Bareme] {
        self.baremes.tous()
    }

    /// The law of a day of care.
    pub fn bareme_du(&self, date: DateDesSoins) -> Result<&Bareme, LawError> {
        let jour = date.jour();
        self.baremes.du(jour).ok_or(LawError::HorsCouverture {
            jour,
            du: self.premier_jour,
            dernier: None,
        })
    }
}
