//! How long what is recorded is kept.

use std::collections::BTreeMap;

use super::Variables;
use crate::domain::conservation::{Classe, Conservation, PlusCourte};
use crate::domain::vocabulary::Vocabulaire as _;

/// Longest period: a century.
const MOIS_MAX: u32 = 1_200;

/// Periods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConservationConfig {
    /// Of what is only purged by whoever sets a period.
    pub classes: Conservation,
    /// Of answers kept for who asks again, in hours.
    pub reponses: u32,
}

const fn variable(classe: Classe) -> &'static str {
    match classe {
        Classe::Traces => "TRAITANT_CONSERVATION_TRACES",
        Classe::Evenements => "TRAITANT_CONSERVATION_EVENEMENTS",
        Classe::Feuilles => "TRAITANT_CONSERVATION_FEUILLES",
        Classe::Personnes => "TRAITANT_CONSERVATION_PERSONNES",
    }
}

impl ConservationConfig {
    pub(super) fn read(variables: &mut Variables<'_>) -> Self {
        let mut mois = BTreeMap::new();
        for classe in Classe::TOUS.iter().copied() {
            let name = variable(classe);
            if variables.get(name).is_some() {
                let least = classe.plancher();
                mois.insert(classe, variables.number(name, least..=MOIS_MAX, MOIS_MAX));
            }
        }
        let classes = Conservation::new(mois).unwrap_or_else(|PlusCourte(classe)| {
            let other = variable(classe);
            let why = format!("demande {other}, au plus aussi long : un dossier part avec tout ce qui nomme la personne");
            variables.wrong(variable(Classe::Personnes), why);
            Conservation::default()
        });
        Self { classes, reponses: variables.number("TRAITANT_CONSERVATION_REPONSES", 24..=720, 48) }
    }
}
