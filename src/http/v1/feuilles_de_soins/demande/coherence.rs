//! Facts of a feuille that cannot be true together.

use std::fmt::Arguments;

use chrono::NaiveDate;

use crate::domain::feuille_de_soins::{Acte, FeuilleDeSoins, NatureAssurance, Nomenclature};
use crate::http::verification::Verification;

/// Largest coefficient, in hundredths.
const COEFFICIENT_MAX: u32 = 999_999;

/// Complains about every fact that another one makes impossible.
pub(super) fn verify(feuille: &FeuilleDeSoins, check: &mut Verification) {
    let soins = &feuille.soins;
    let Some(last) = soins.actes.iter().map(|acte| acte.date_execution).max() else { return };
    if feuille.recue_le.is_some_and(|instant| feuille.jour_au_plus_tard(instant) < last) {
        check.complain("/recue_le", "avant_les_soins", "attendu : un instant qui suit les soins");
    }
    if feuille.prescription.as_ref().is_some_and(|prescription| prescription.date > last) {
        let message = "attendu : un jour qui ne suit pas tous les soins";
        check.complain("/prescription/date", "apres_les_soins", message);
    }
    check.installation("/executant/date_installation", soins.executant.date_installation, last);
    if soins.executant.remplacant_de == Some(feuille.executant_rpps) {
        let message = "attendu : le RPPS d'un autre médecin que l'exécutant";
        check.complain("/executant/remplacant_de/rpps", "remplacement_de_soi", message);
    }
    accident_du_travail(feuille, last, check);
    accident(feuille, last, check);
    for (index, acte) in soins.actes.iter().enumerate() {
        act(acte, format_args!("/actes/{index}"), check);
    }
    check.percu(&soins.paiement, &soins.actes);
}

/// An accident at work, or the disease that it is, comes before its care; a pregnancy may be dated by the birth to come.
fn accident_du_travail(feuille: &FeuilleDeSoins, last: NaiveDate, check: &mut Verification) {
    let assurance = &feuille.soins.assurance;
    let future = assurance.date_reference.is_some_and(|date| date > last);
    if assurance.nature == NatureAssurance::AtMp && future {
        let message = "attendu : un jour d'accident qui ne suit pas les soins";
        check.complain("/assurance/date_reference_nature", "apres_les_soins", message);
    }
}

fn accident(feuille: &FeuilleDeSoins, last: NaiveDate, check: &mut Verification) {
    let Some(accident) = feuille.soins.assurance.accident_tiers else { return };
    let Some(date) = accident.date else { return };
    let pointeur = "/assurance/accident_tiers/date";
    if !accident.declare {
        let message = "attendu : aucune date sans accident déclaré";
        check.complain(pointeur, "champ_inadapte", message);
    } else if date > last {
        check.complain(pointeur, "apres_les_soins", "attendu : un jour qui ne suit pas les soins");
    }
}

fn act(acte: &Acte, pointeur: Arguments<'_>, check: &mut Verification) {
    check.gratuit(acte, pointeur);
    if acte.code.nomenclature() == Nomenclature::Ngap && acte.ccam.is_some() {
        let message = "attendu : aucune précision de la CCAM pour un acte de la NGAP";
        check.complain(format!("{pointeur}/ccam"), "champ_inadapte", message);
    }
    if acte.coefficient_centiemes.is_some_and(|value| !(1..=COEFFICIENT_MAX).contains(&value)) {
        let message = "attendu : un coefficient entre 0.01 et 9999.99";
        check.complain(format!("{pointeur}/coefficient"), "hors_bornes", message);
    }
}
