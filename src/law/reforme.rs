//! A law that is not in force: the same rules with other values, from a first day, to see what they would
//! change. Never stored.
//!
//! What a professional bills is taken as the feuille says, except where the reform itself decides it: an
//! overrun that the law in force allows and the reform does not is not billed; a base that is the dated
//! tariff of the day becomes the tariff of the reform, and the fees follow it.

use chrono::NaiveDate;

use super::honoraires;
use super::parameters::{Origine, Parametre, Unite, ValeurDatee};
use super::rules::REGISTRY;
use super::{InvalidLaw, Law, LawError};
use crate::domain::calendar::{Periode, lendemain};
use crate::domain::evaluation::{Evaluation, FaitsConnus, Montants};
use crate::domain::feuille_de_soins::Soins;
use crate::domain::money::{AmountOverflow, Centimes};
use crate::domain::vocabulary::Vocabulaire;

/// Another value of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Modification {
    pub parametre: Parametre,
    /// Its value, an integer of its unit.
    pub valeur: i64,
    pub du: NaiveDate,
    /// Last day, included; the value holds for ever without it.
    pub au: Option<NaiveDate>,
}

/// Why a modification is not possible.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModificationRefusee {
    #[error("unknown parameter")]
    CodeInconnu,
    #[error("the unit is {}", .0.mot())]
    AutreUnite(Unite),
    /// The value is not one of the unit.
    #[error("a value of {} is from {} to {}", .0.mot(), .1, .2)]
    HorsBornes(Unite, i64, i64),
    #[error("ends before it begins")]
    PeriodeVide,
    /// The first day is before the covered period.
    #[error("covered from {0}")]
    HorsCouverture(NaiveDate),
}

/// What each payer pays more, or less when negative, and what the fees become.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ecart {
    pub honoraires: Centimes,
    pub amo: Centimes,
    pub amc: Centimes,
    pub patient: Centimes,
}

impl Ecart {
    /// From one evaluation to another.
    pub fn entre(avant: &Montants, apres: &Montants) -> Result<Self, AmountOverflow> {
        Ok(Self {
            honoraires: apres.honoraires.minus(avant.honoraires)?,
            amo: apres.rembourse_amo.minus(avant.rembourse_amo)?,
            amc: apres.part_amc.minus(avant.part_amc)?,
            patient: apres.reste_a_charge.minus(avant.reste_a_charge)?,
        })
    }

    /// The sum of two differences.
    pub fn plus(&self, other: &Self) -> Result<Self, AmountOverflow> {
        Ok(Self {
            honoraires: self.honoraires.plus(other.honoraires)?,
            amo: self.amo.plus(other.amo)?,
            amc: self.amc.plus(other.amc)?,
            patient: self.patient.plus(other.patient)?,
        })
    }
}

/// The same care under two laws.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparee {
    pub en_vigueur: Evaluation,
    pub reforme: Evaluation,
    /// The care, as it would be billed under the reform.
    pub soins: Soins,
    pub ecart: Ecart,
}

impl Law {
    /// Checks a modification against the catalogue of parameters.
    pub fn modification(
        &self,
        code: &str,
        unite: Option<&str>,
        valeur: i64,
        (du, au): (NaiveDate, Option<NaiveDate>),
    ) -> Result<Modification, Vec<ModificationRefusee>> {
        let mut wrong = Vec::new();
        let known = Parametre::du_mot(code)
            .and_then(|parametre| Some((parametre, self.parametres().get(parametre)?.unite)));
        if known.is_none() {
            wrong.push(ModificationRefusee::CodeInconnu);
        }
        if let Some((_, own)) = known {
            if unite.is_some_and(|given| given != own.mot()) {
                wrong.push(ModificationRefusee::AutreUnite(own));
            }
            let (low, high) = own.bornes();
            if !(low..=high).contains(&valeur) {
                wrong.push(ModificationRefusee::HorsBornes(own, low, high));
            }
        }
        if du < self.premier_jour() {
            wrong.push(ModificationRefusee::HorsCouverture(self.premier_jour()));
        }
        if au.is_some_and(|last| last < du) {
            wrong.push(ModificationRefusee::PeriodeVide);
        }
        match known {
            Some((parametre, _)) if wrong.is_empty() => {
                Ok(Modification { parametre, valeur, du, au })
            }
            _ => Err(wrong),
        }
    }

    /// This law with other values: the later modifications win over the earlier ones.
    pub fn reformee(&self, modifications: &[Modification]) -> Result<Self, InvalidLaw> {
        let mut parametres = self.parametres().clone();
        for one in modifications {
            let Ok(periode) = Periode::new(one.du, one.au.and_then(lendemain)) else { continue };
            if let Some(historique) = parametres.get_mut(one.parametre) {
                historique.valeurs = remplacer(&historique.valeurs, periode, one.valeur);
            }
        }
        Ok(Self::with_rules(parametres, &REGISTRY)?.au_dela(self.au_dela))
    }

    /// Evaluates the same care under this law and under a reform of it.
    pub fn confronter(
        &self,
        reforme: &Self,
        soins: &Soins,
        faits: &FaitsConnus,
    ) -> Result<Comparee, LawError> {
        let en_vigueur = self.evaluer(soins, faits)?;
        let mut billed = honoraires::au_tarif_de(self, reforme, soins, faits)?;
        let mut answer = reforme.evaluer(&billed, faits)?;
        if let Some(without) = honoraires::sans_depassement_autorise(&billed, &en_vigueur, &answer)
        {
            billed = without;
            answer = reforme.evaluer(&billed, faits)?;
        }
        let opposable = honoraires::opposables(self, reforme, (&billed, faits), &answer)?;
        if let Some(opposable) = opposable {
            billed = opposable;
            answer = reforme.evaluer(&billed, faits)?;
        }
        let ecart = Ecart::entre(&en_vigueur.totaux, &answer.totaux)?;
        Ok(Comparee { en_vigueur, reforme: answer, soins: billed, ecart })
    }
}

/// A history with one value on a period, whatever it said there before.
fn remplacer(valeurs: &[ValeurDatee], periode: Periode, valeur: i64) -> Vec<ValeurDatee> {
    let mut kept = Vec::with_capacity(valeurs.len().saturating_add(2));
    for old in valeurs {
        let before = old.periode.jusqu_au(periode.du());
        let after = periode.au().and_then(|end| old.periode.intersection(&Periode::depuis(end)));
        for part in before.into_iter().chain(after) {
            kept.push(ValeurDatee { periode: part, ..old.clone() });
        }
    }
    let note = Some("Valeur d'un projet de réforme, simulée.".to_owned());
    let (valeur, bases, origine) = (Some(valeur), Vec::new(), Origine::Reforme);
    kept.push(ValeurDatee { periode, valeur, bases, discutee: false, note, origine });
    kept.sort_by_key(|known| known.periode.du());
    kept
}
