//! The rate of the compulsory insurance: the order of decision of the billing specification, and heavy acts.

use chrono::{Days, Months};
use traitant::domain::feuille_de_soins::{
    Acte, MotifExclusion, NatureAssurance, Nomenclature, QualificatifDepense, RegimeLocal, Soins,
};
use traitant::domain::money::Centimes;

use super::admis::Point;
use super::argent::Inconnue;
use super::tables;
use super::vue::Vue;

/// Rate of the compulsory insurance, and the flat sum that replaces the ticket modérateur of this act.
pub struct Taux {
    pub taux: i64,
    pub somme: Option<i64>,
}

/// The order of decision of the billing specification, the first true one wins.
pub fn taux(vue: &Vue<'_>) -> Result<Taux, Inconnue> {
    let plain = |taux| Ok(Taux { taux, somme: None });
    let (soins, jour) = (vue.soins, vue.jour);
    let nature = soins.assurance.nature;
    let paid = matches!(nature, NatureAssurance::AtMp | NatureAssurance::Prevention)
        || nature == NatureAssurance::Maternite && maternite_payee(vue)
        || vue.depistage()
        || examen_enfant(vue);
    let exempted = exoneration(vue);
    if paid
        || exempted == Some(Exempte::Tout)
        || exempted == Some(Exempte::FinDeGrossesse) && fin_de_grossesse(vue)
    {
        return plain(10_000);
    }
    let heavy = matches!(poids(soins, vue.lignes[0]), Poids::Technique | Poids::Coefficient);
    if exempted == Some(Exempte::Acte) && heavy {
        return Ok(Taux { taux: 10_000, somme: acte_lourd(vue).filter(|sum| *sum > 0) });
    }
    let code = vue.lignes[0].code;
    let (from, below) = tables::le(tables::CONTRACEPTION, jour);
    let decided = tables::depuis(jour, tables::CONTRACEPTION_DU);
    if decided && code.as_str() == "CCP" && (from..below).contains(&vue.age) {
        return plain(10_000);
    }
    if code.as_str() == "RDV" && tables::depuis(jour, tables::BILAN) {
        return plain(10_000);
    }
    if let Some(somme) = acte_lourd(vue) {
        return Ok(Taux { taux: 10_000, somme: Some(somme).filter(|sum| *sum > 0) });
    }
    if soins.beneficiaire.regime_local == RegimeLocal::AlsaceMoselle {
        return plain(tables::TAUX_REGIME_LOCAL);
    }
    let ordinary = ordinaire(vue)?;
    // The allocation of the elderly limits the participation for auxiliaries and biology (R160-9).
    let aspa = code_exoneration(vue) == "9" && ordinary == tables::TAUX_AUXILIAIRE;
    plain(if aspa && !dentist(vue) { tables::TAUX_ASPA } else { ordinary })
}

fn dentist(vue: &Vue<'_>) -> bool {
    matches!(vue.specialite(), 19 | 36 | 53 | 54)
}

/// Radiography, tomography and magnetic resonance of the drawn acts.
fn est_imagerie(acte: &Acte) -> bool {
    matches!(acte.code.as_str(), "MDQK001" | "ACQN001" | "ACQH001")
}

fn ordinaire(vue: &Vue<'_>) -> Result<i64, Inconnue> {
    match vue.specialite() {
        // Imaging stays at the rate of the practitioners (arrêté of exceptions, 14/10/2023).
        19 | 36 | 53 | 54 if est_imagerie(vue.lignes[0]) => Ok(tables::TAUX_PRATICIEN),
        19 | 36 | 53 | 54 => Ok(tables::le(tables::TAUX_DENTISTE, vue.jour)),
        21 => Ok(tables::TAUX_PRATICIEN),
        24 | 26..=29 | 86 | 30 | 39 | 40 | 38 => Ok(tables::TAUX_AUXILIAIRE),
        _ if vue.medecin() => Ok(tables::TAUX_PRATICIEN),
        _ => Err("rate of another profession"),
    }
}

/// What an exemption code takes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exempte {
    /// The whole participation.
    Tout,
    /// The whole of it, from the sixth month to the twelfth day.
    FinDeGrossesse,
    /// That of a heavy act, for which a flat sum may be due.
    Acte,
}

pub fn code_exoneration(vue: &Vue<'_>) -> String {
    vue.lignes[0].exoneration.unwrap_or(vue.soins.beneficiaire.exoneration).to_string()
}

fn exoneration(vue: &Vue<'_>) -> Option<Exempte> {
    match code_exoneration(vue).as_str() {
        "1" | "C" | "51" | "91" => Some(Exempte::Acte),
        "55" => Some(Exempte::FinDeGrossesse),
        "2" | "3" | "4" | "5" | "6" | "7" | "10" | "20" | "21" | "30" | "42" | "44" | "46"
        | "54" | "57" | "62" | "63" | "81" | "82" | "92" => Some(Exempte::Tout),
        _ => None,
    }
}

/// The day given is the start of the pregnancy or the birth: the sixth month to the twelfth day, whichever it is.
fn fin_de_grossesse(vue: &Vue<'_>) -> bool {
    vue.points.contient(Point::Maternite) || dans_la_periode(vue)
}

pub fn dans_la_periode(vue: &Vue<'_>) -> bool {
    let assurance = &vue.soins.assurance;
    let maternity =
        matches!(assurance.nature, NatureAssurance::Maternite | NatureAssurance::Maladie);
    let told = assurance.date_reference.filter(|given| maternity && *given <= vue.fait);
    let Some(given) = told else {
        return true;
    };
    vue.fait <= given + Days::new(12)
        || (given + Months::new(5)..given + Months::new(10)).contains(&vue.fait)
}

/// Maternity insurance pays in full everything from the sixth month, and the compulsory examinations before and
/// after: a clinical act under it is one of them, a technical one is not.
pub fn maternite_payee(vue: &Vue<'_>) -> bool {
    fin_de_grossesse(vue) || vue.lignes[0].code.nomenclature() != Nomenclature::Ccam
}

/// The compulsory examinations end at sixteen: an adult has none.
pub fn examen_enfant(vue: &Vue<'_>) -> bool {
    let letter = matches!(vue.lignes[0].code.as_str(), "COE" | "COB" | "COD");
    let item = vue.soins.parcours.motif_exclusion == Some(MotifExclusion::ExamenObligatoireEnfant);
    vue.age < 18 && (letter || item)
}

/// How an act counts for the threshold of heavy acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Poids {
    Technique,
    Imagerie,
    Coefficient,
    Aucun,
}

fn poids(soins: &Soins, acte: &Acte) -> Poids {
    if !rembourse(acte) || matches!(soins.executant.specialite.get(), 37 | 38) {
        return Poids::Aucun;
    }
    let code = acte.code.as_str();
    if acte.code.nomenclature() == Nomenclature::Ngap {
        let key = matches!(code, "K" | "KC" | "KE");
        return if key { Poids::Coefficient } else { Poids::Aucun };
    }
    if est_imagerie(acte) {
        Poids::Imagerie
    } else if code.starts_with("HBLD") {
        Poids::Aucun
    } else {
        Poids::Technique
    }
}

/// Whether the acts of the consultation reach the threshold, and then the flat sum that this act bears, zero when another one does.
fn acte_lourd(vue: &Vue<'_>) -> Option<i64> {
    let (soins, acte) = (vue.soins, vue.lignes[0]);
    let own = poids(soins, acte);
    let base = |one: &Acte| one.base.map_or(0, Centimes::get);
    let beside: Vec<&Acte> = (soins.actes.iter())
        .filter(|other| other.date_execution == acte.date_execution && poids(soins, other) == own)
        .collect();
    let seuil = tables::le(tables::SEUIL, vue.jour);
    let reached = match own {
        Poids::Aucun => false,
        Poids::Imagerie => base(acte) >= seuil,
        Poids::Technique => beside.iter().map(|one| base(one)).sum::<i64>() >= seuil,
        Poids::Coefficient => {
            let sum: u32 = beside.iter().filter_map(|one| one.coefficient_centiemes).sum();
            sum >= tables::le(tables::SEUIL_COEFFICIENT, vue.jour)
        }
    };
    if !reached {
        return None;
    }
    let operator = |one: &&Acte| one.ccam.as_ref().is_none_or(|detail| detail.activite != 4);
    let dearest = beside.iter().copied().filter(operator).rev().max_by_key(|one| base(one));
    let bears =
        own != Poids::Imagerie && dearest.is_some_and(|one| one.numero_ligne == acte.numero_ligne);
    if !bears {
        return Some(0);
    }
    let local = soins.beneficiaire.regime_local == RegimeLocal::AlsaceMoselle;
    let sum = vue.lu(tables::SOMME);
    Some(if local { 0 } else { sum })
}

/// Whether the insurance reimburses the line at all.
pub fn rembourse(acte: &Acte) -> bool {
    !matches!(
        acte.qualificatif,
        Some(QualificatifDepense::Gratuit | QualificatifDepense::NonRemboursable)
    )
}
