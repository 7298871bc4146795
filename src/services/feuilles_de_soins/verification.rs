//! Who may send a feuille, and whether its days hold together: among themselves as soon as it comes, with the
//! calendar of its place and the life of its beneficiary once the register was read.

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::acteur::Acteur;
use crate::domain::droits::Relation;
use crate::domain::feuille_de_soins::FeuilleDeSoins;
use crate::services::faits::{Registre, Sujet};
use crate::services::{ChampInvalide, Contexte, Core, ServiceError};

/// What a feuille that a doctor bills makes of him; whose it is was verified before.
pub(in crate::services) const fn executant(acteur: &Acteur) -> &'static [Relation] {
    match acteur {
        Acteur::Medecin(_) => &[Relation::Executant],
        Acteur::Patient(_) | Acteur::Caisse(_) | Acteur::Referentiel | Acteur::Statistiques => &[],
    }
}

/// Whether the caller may send this feuille; its day of care when its days hold together.
pub(in crate::services) fn verify_sender(
    core: &Core,
    contexte: &Contexte,
    feuille: &FeuilleDeSoins,
) -> Result<NaiveDate, ServiceError> {
    contexte.demarche.verify_role(contexte.acteur())?;
    match contexte.acteur() {
        Acteur::Medecin(rpps) if *rpps != feuille.executant_rpps => Err(ServiceError::Interdit(
            "un médecin ne transmet que les feuilles dont il est l'exécutant",
        )),
        Acteur::Medecin(_)
        | Acteur::Caisse(_)
        | Acteur::Patient(_)
        | Acteur::Referentiel
        | Acteur::Statistiques => verify_days(core, feuille),
    }
}

/// Whether a feuille holds with what the register knows: the calendar of the place of care, which the feuille
/// may leave to be known from the practice or from the caisse, and the death of the beneficiary, whose day is
/// a day of life.
pub(in crate::services) fn verify_known(
    registre: &Registre,
    sujet: Sujet<'_>,
    now: DateTime<Utc>,
) -> Result<(), ServiceError> {
    let (patient, feuille) = sujet;
    let mut wrong = against_calendar(feuille, now, |instant| registre.jour(sujet, instant));
    if let Some(mort) = registre.deces(patient) {
        for (index, acte) in feuille.soins.actes.iter().enumerate() {
            if acte.date_execution > mort {
                wrong.push(ChampInvalide::new(
                    format!("/actes/{index}/date_execution"),
                    "apres_deces",
                    "une date qui ne suit pas le décès du bénéficiaire",
                ));
            }
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(ServiceError::Invalide(wrong)) }
}

/// What the calendar of the place of care makes impossible, by the civil day of an instant there.
fn against_calendar(
    feuille: &FeuilleDeSoins,
    now: DateTime<Utc>,
    jour: impl Fn(DateTime<Utc>) -> NaiveDate,
) -> Vec<ChampInvalide> {
    let mut wrong = Vec::new();
    if feuille.date_etablissement > jour(now) {
        let expected = "une date passée ou présente, au lieu des soins";
        wrong.push(ChampInvalide::new("/date_etablissement", "date_future", expected));
    }
    let last = feuille.soins.actes.iter().map(|acte| acte.date_execution).max();
    if feuille.recue_le.zip(last).is_some_and(|(instant, last)| jour(instant) < last) {
        let expected = "attendu : un instant qui suit les soins";
        wrong.push(ChampInvalide::new("/recue_le", "avant_les_soins", expected));
    }
    wrong
}

/// The day of care of a feuille whose days hold together. Where it does not say in which commune, only what is
/// impossible everywhere in the Republic is refused here.
fn verify_days(core: &Core, feuille: &FeuilleDeSoins) -> Result<NaiveDate, ServiceError> {
    let jour = |instant| feuille.jour_au_plus_tard(instant);
    let mut wrong = against_calendar(feuille, core.now(), jour);
    for (index, acte) in feuille.soins.actes.iter().enumerate() {
        if acte.date_execution > feuille.date_etablissement {
            wrong.push(ChampInvalide::new(
                format!("/actes/{index}/date_execution"),
                "apres_etablissement",
                "une date qui ne suit pas celle de la feuille",
            ));
        }
        if acte.date_prescription_serie.is_some_and(|day| day > acte.date_execution) {
            wrong.push(ChampInvalide::new(
                format!("/actes/{index}/serie/date_prescription"),
                "apres_les_soins",
                "attendu : une date qui ne suit pas celle de l'acte",
            ));
        }
        let birth = feuille.soins.beneficiaire.date_naissance.pour_calcul_age();
        if acte.date_prescription_serie.is_some_and(|day| day < birth) {
            wrong.push(ChampInvalide::new(
                format!("/actes/{index}/serie/date_prescription"),
                "avant_naissance",
                "une date qui suit la naissance du bénéficiaire",
            ));
        }
        if acte.date_execution < birth {
            wrong.push(ChampInvalide::new(
                format!("/actes/{index}/date_execution"),
                "avant_naissance",
                "une date qui suit la naissance du bénéficiaire",
            ));
        }
    }
    wrong.extend(future_instants(core, feuille));
    wrong.extend(referral_errors(feuille));
    if !wrong.is_empty() {
        return Err(ServiceError::Invalide(wrong));
    }
    feuille
        .soins
        .date_soins()
        .ok_or_else(|| ServiceError::champ("/actes", "taille_invalide", "au moins un acte"))
}
/// The instants of a feuille that are still to come.
fn future_instants(core: &Core, feuille: &FeuilleDeSoins) -> Vec<ChampInvalide> {
    let now = core.now();
    let wrong = |pointeur: String| {
        ChampInvalide::new(pointeur, "date_future", "un instant passé ou présent")
    };
    let received = feuille.recue_le.filter(|instant| *instant > now);
    let signed = feuille.signatures.iter().enumerate().filter_map(|(index, signature)| {
        signature.signe_a.filter(|instant| *instant > now)?;
        Some(wrong(format!("/signatures/{index}/signe_a")))
    });
    received.map(|_| wrong("/recue_le".to_owned())).into_iter().chain(signed).collect()
}
/// What is wrong with the referral that a feuille announces.
fn referral_errors(feuille: &FeuilleDeSoins) -> Vec<ChampInvalide> {
    let parcours = &feuille.soins.parcours;
    let mut wrong = Vec::new();
    let first = feuille.soins.date_soins();
    if parcours.date_orientation.zip(first).is_some_and(|(sent, care)| sent > care) {
        wrong.push(ChampInvalide::new(
            "/parcours/date_orientation",
            "apres_les_soins",
            "attendu : une date qui ne suit pas celle des soins",
        ));
    }
    let sender = parcours.orienteur.as_ref().and_then(|orienteur| orienteur.rpps);
    if sender == Some(feuille.executant_rpps) {
        wrong.push(ChampInvalide::new(
            "/parcours/orienteur/rpps",
            "orienteur_executant",
            "attendu : un autre médecin que l'exécutant",
        ));
    }
    wrong
}
