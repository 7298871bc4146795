//! What is wrong between fields that are each right.

use std::fmt::Display;

use chrono::{Datelike, NaiveDate};

use crate::domain::feuille_de_soins::{
    Acte, CodeActe, Nomenclature, Paiement, QualificatifDepense,
};
use crate::domain::money::Centimes;
use crate::services::ChampInvalide;

/// Collects what is wrong between fields that are each right.
pub(crate) struct Verification {
    wrong: Vec<ChampInvalide>,
    /// Whether test and demonstration numbers are acceptable.
    pub(crate) test_numbers: bool,
}

impl Verification {
    /// A verification, in a service that accepts test numbers or not.
    pub(crate) const fn new(test_numbers: bool) -> Self {
        Self { wrong: Vec::new(), test_numbers }
    }

    /// One more wrong field.
    pub(crate) fn complain(
        &mut self,
        pointeur: impl Into<String>,
        code: &'static str,
        message: &str,
    ) {
        self.wrong.push(ChampInvalide::new(pointeur, code, message));
    }

    /// A day of first installation is one that a living doctor may have, and not after the care.
    pub(crate) fn installation(
        &mut self,
        pointeur: &str,
        jour: Option<NaiveDate>,
        soins: NaiveDate,
    ) {
        if jour.is_some_and(|jour| jour.year() < 1900 || jour > soins) {
            let message = "attendu : un jour à partir de 1900, qui ne suit pas les soins";
            self.complain(pointeur, "hors_bornes", message);
        }
    }

    /// What is given away has no fees.
    pub(crate) fn gratuit(&mut self, acte: &Acte, pointeur: impl Display) {
        if acte.qualificatif == Some(QualificatifDepense::Gratuit)
            && acte.honoraires != Centimes::ZERO
        {
            let message = "attendu : 0, pour un acte gratuit";
            self.complain(format!("{pointeur}/honoraires_centimes"), "montant_incoherent", message);
        }
    }

    /// What was received is at most what was asked.
    pub(crate) fn percu(&mut self, paiement: &Paiement, actes: &[Acte]) {
        let sum = actes.iter().try_fold(Centimes::ZERO, |sum, acte| sum.plus(acte.honoraires));
        let fees = sum.unwrap_or(Centimes::ZERO);
        if paiement.montant_percu.is_some_and(|received| received > fees) {
            let message = "attendu : au plus la somme des honoraires";
            self.complain("/paiement/montant_percu_centimes", "montant_incoherent", message);
        }
    }

    /// The value, unless something was wrong.
    pub(crate) fn finish<T>(self, value: Option<T>) -> Result<T, Vec<ChampInvalide>> {
        match value {
            Some(value) if self.wrong.is_empty() => Ok(value),
            _ => Err(self.wrong),
        }
    }
}

/// A code of its nomenclature.
pub(crate) fn code_acte(
    nomenclature: Nomenclature,
    text: &str,
    pointeur: impl Display,
    check: &mut Verification,
) -> Option<CodeActe> {
    CodeActe::parse(nomenclature, text)
        .map_err(|invalide| {
            let message = format!("attendu : {}", invalide.attendu);
            check.complain(format!("{pointeur}/code"), invalide.code, &message);
        })
        .ok()
}
