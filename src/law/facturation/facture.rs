//! One act as it was billed, with what was decided about it.

use crate::domain::evaluation::{ActeEvalue, FaitsConnus, Montants};
use crate::domain::feuille_de_soins::{Acte, Soins};
use crate::domain::medecin::{Convention, OptionTarifaire};
use crate::domain::money::Centimes;
use crate::law::nomenclature::Ligne;
use crate::law::situation::Situation;
use crate::law::valeurs::Valeurs;

/// One act and what was decided about it.
pub(in crate::law) struct Facture<'a> {
    pub(in crate::law) soins: &'a Soins,
    pub(in crate::law) faits: &'a FaitsConnus,
    pub(in crate::law) lignes: &'a [&'a Acte],
    /// The rows of the letter of each.
    pub(in crate::law) rangees: &'a [&'static [Ligne]],
    pub(in crate::law) situation: &'a Situation,
    pub(in crate::law) valeurs: &'a Valeurs<'a>,
    pub(in crate::law) evalue: &'a ActeEvalue,
}

impl Facture<'_> {
    pub(super) fn montants(&self) -> &Montants {
        &self.evalue.montants
    }

    /// Whether fees were billed beyond a base. What the ceiling of an unknown act leaves to the patient is no overrun
    /// of the performer.
    pub(super) fn depasse_la_base(&self) -> bool {
        self.lignes.iter().any(|ligne| {
            let base = ligne.base.filter(|_| ligne.est_rembourse()).unwrap_or(Centimes::ZERO);
            ligne.honoraires > base
        })
    }

    /// Whether the performer may bill supplements of the convention.
    pub(super) fn opposable(&self) -> Option<bool> {
        opposable(self.situation)
    }
}

/// Whether a performer applies the opposable tariffs; nothing outside any convention.
pub(in crate::law) fn opposable(situation: &Situation) -> Option<bool> {
    match situation.convention {
        Convention::Secteur1 | Convention::Secteur1Dp | Convention::Salarie => Some(true),
        Convention::Secteur2 => Some(situation.option_tarifaire != OptionTarifaire::Aucune),
        Convention::NonConventionne => None,
    }
}
