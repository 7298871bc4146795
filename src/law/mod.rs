//! The legal engine: dated values, rules, amounts and reasons, without any input or output.
//!
//! The day of care chooses the law ([`Law::bareme_du`]). Every rule of that day gives its answer,
//! with the fact that decided ([`rules`]); each topic keeps its principle or its strongest
//! exception; the amounts follow ([`liquidation`](self)), then the sentences ([`explanation`]).
//! Silence is never an answer: a day outside the covered period, a value that the sources leave
//! unknown or two rules in conflict are errors with a name.

#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod ancienne;
pub mod autrement;
mod avertissements;
pub mod bareme;
mod ccam;
pub mod checks;
mod complementaire;
pub mod consultation;
mod evaluation;
pub mod explanation;
mod facturation;
mod fingerprint;
mod honoraires;
pub mod instruction;
mod liquidation;
pub mod livre;
mod nomenclature;
pub mod parameters;
mod qualification;
pub mod references;
pub mod reforme;
pub mod reglement;
pub mod rule;
pub mod rules;
pub mod situation;
pub mod template;
mod valeurs;

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::Deserialize;

use self::bareme::Bareme;
use self::parameters::{InvalidParametres, NB_PARAMETRES, Parametre, Parametres};
use self::rule::Regle;
use self::rules::REGISTRY;
use self::situation::DateDesSoins;
use self::valeurs::{ParametreInconnu, Valeurs};
use crate::domain::calendar::{Periode, lendemain, veille};
use crate::domain::digest::Empreinte;
use crate::domain::evaluation::{CodeRegle, Fait};
use crate::domain::money::AmountOverflow;

/// Why the law gives no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LawError {
    /// The day of care is outside the covered period.
    #[error("{jour} is outside the law covered, {du} to {dernier}")]
    HorsCouverture {
        jour: NaiveDate,
        /// First day covered.
        du: NaiveDate,
        /// Last day covered.
        dernier: NaiveDate,
    },
    /// The answer needs a value that the sources leave unknown on that day.
    #[error(transparent)]
    ParametreInconnu(#[from] ParametreInconnu),
    /// The answer needs a rule that this version does not have.
    #[error("no rule yet for this {fait:?}")]
    SituationNonCouverte { fait: Fait },
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

/// The embedded law cannot be used: a mistake in the tree, found at start and by a test.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidLaw {
    #[error(transparent)]
    Parametres(#[from] InvalidParametres),
    /// The file of the covered period.
    #[error("loi.toml: {0}")]
    Couverture(String),
    #[error("two rules are called {0}")]
    DuplicateRule(CodeRegle),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LawFile {
    couverture_du: toml::value::Datetime,
    couverture_jusqu_au: toml::value::Datetime,
    moteur: u32,
}

/// The law: loaded once, then only read.
#[derive(Debug)]
pub struct Law {
    couverture: Periode,
    moteur: u32,
    parametres: Parametres,
    baremes: Vec<Bareme>,
    empreinte: Empreinte,
}

impl Law {
    /// The law embedded in the binary.
    pub fn embedded() -> Result<Self, InvalidLaw> {
        Self::with_rules(Parametres::embedded()?, &REGISTRY)
    }

    /// A law made of given parameters and rules. The order of the rules has no effect.
    pub fn with_rules(
        parametres: Parametres,
        regles: &[&'static Regle],
    ) -> Result<Self, InvalidLaw> {
        let mut codes = BTreeSet::new();
        if let Some(twice) = regles.iter().find(|regle| !codes.insert(regle.fiche.code)) {
            return Err(InvalidLaw::DuplicateRule(twice.fiche.code));
        }
        let file: LawFile = toml::from_str(include_str!("loi.toml"))
            .map_err(|error| InvalidLaw::Couverture(error.to_string()))?;
        let couverture = couverture(&file)
            .ok_or_else(|| InvalidLaw::Couverture("two civil days are expected".to_owned()))?;
        let baremes = baremes(couverture, &parametres, regles);
        let empreinte = fingerprint::empreinte(couverture, file.moteur, &parametres, regles);
        Ok(Self { couverture, moteur: file.moteur, parametres, baremes, empreinte })
    }

    /// This law where the deployment gives another value to a parameter that no text fixes, on every day.
    pub fn reglee(&self, parametre: Parametre, valeur: i64) -> Result<Self, InvalidLaw> {
        let mut parametres = self.parametres.clone();
        if let Some(historique) = parametres.get_mut(parametre) {
            for dated in &mut historique.valeurs {
                dated.valeur = Some(valeur);
            }
        }
        Self::with_rules(parametres, &REGISTRY)
    }

    /// Days of care that this law covers.
    pub const fn couverture(&self) -> Periode {
        self.couverture
    }

    /// Hash of the values, the rules and the reasoning.
    pub const fn empreinte(&self) -> &Empreinte {
        &self.empreinte
    }

    /// The values, as they are kept beside the evaluations.
    pub fn as_json(&self) -> serde_json::Value {
        fingerprint::as_json(self.couverture, self.moteur, &self.parametres)
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
        &self.baremes
    }

    /// The law of a day of care.
    pub fn bareme_du(&self, date: DateDesSoins) -> Result<&Bareme, LawError> {
        let jour = date.jour();
        let place = self.baremes.partition_point(|bareme| bareme.periode().du() <= jour);
        place
            .checked_sub(1)
            .and_then(|index| self.baremes.get(index))
            .filter(|bareme| bareme.periode().contient(jour))
            .ok_or_else(|| LawError::HorsCouverture {
                jour,
                du: self.couverture.du(),
                dernier: self.couverture.au().and_then(veille).unwrap_or(NaiveDate::MAX),
            })
    }
}

fn couverture(file: &LawFile) -> Option<Periode> {
    let day = |date: &toml::value::Datetime| {
        date.date.and_then(|date| {
            NaiveDate::from_ymd_opt(
                i32::from(date.year),
                u32::from(date.month),
                u32::from(date.day),
            )
        })
    };
    let after = lendemain(day(&file.couverture_jusqu_au)?)?;
    Periode::new(day(&file.couverture_du)?, Some(after)).ok()
}

/// Cuts the covered period at every day where a value or a rule changes.
fn baremes(couverture: Periode, parametres: &Parametres, regles: &[&'static Regle]) -> Vec<Bareme> {
    let mut days = BTreeSet::from([couverture.du()]);
    let mut cut = |periode: &Periode| {
        days.extend(
            [Some(periode.du()), periode.au()]
                .into_iter()
                .flatten()
                .filter(|d| couverture.contient(*d)),
        );
    };
    for (_, historique) in parametres.iter() {
        for valeur in &historique.valeurs {
            cut(&valeur.periode);
        }
    }
    let dated: Vec<_> = regles
        .iter()
        .filter_map(|regle| regle.fiche.periode().map(|periode| (*regle, periode)))
        .collect();
    for (_, periode) in &dated {
        cut(periode);
    }
    let starts: Vec<NaiveDate> = days.into_iter().collect();
    let ends = starts.iter().skip(1).copied().map(Some).chain([couverture.au()]);
    starts
        .iter()
        .zip(ends)
        .filter_map(|(du, au)| Periode::new(*du, au).ok())
        .map(|periode| {
            let mut nombres = [None; NB_PARAMETRES];
            for (slot, (_, historique)) in nombres.iter_mut().zip(parametres.iter()) {
                *slot = historique.en_vigueur(periode.du()).and_then(|valeur| valeur.valeur);
            }
            let regles = dated
                .iter()
                .filter(|(_, valid)| valid.contient(periode.du()))
                .map(|(regle, _)| (*regle, regle.fiche.fondement(parametres, periode.du())))
                .collect();
            Bareme::new(Valeurs { periode, nombres }, regles)
        })
        .collect()
}
