//! Until when the payment of care may be asked for.
//!
//! # Base légale
//!
//! Article L332-1 du Code de la sécurité sociale : l'action de l'assuré pour le paiement des prestations de l'assurance
//! maladie se prescrit par deux ans, à compter du premier jour du trimestre suivant celui auquel se rapportent ces
//! prestations. Depuis 2016 cet article ne parle plus que des prestations en espèces ; l'article L160-11 dit la même chose
//! des frais de santé.
//!
//! # Our reading
//!
//! The day of care says the quarter, and the feuille that comes asks for the payment. Maternity and work accidents have a
//! start of their own, which a feuille does not tell: nothing is said of them. The caisse may refuse and need not, and the
//! delay may have been interrupted: a warning, and no amount.

use chrono::{Datelike, NaiveDate};

use crate::domain::calendar::plus_mois;
use crate::domain::evaluation::{Avertissement, AvertissementLigne};
use crate::domain::feuille_de_soins::{NatureAssurance, Soins};

/// Two years, in months.
const DELAI: i32 = 24;

/// The first day on which the payment of care may no longer be asked for.
pub fn prescrit_le(jour: NaiveDate) -> Option<NaiveDate> {
    let quarter = jour.month0().checked_div(3)?.checked_mul(3)?;
    let first = jour.with_day(1)?.with_month0(quarter)?;
    plus_mois(first, DELAI.checked_add(3)?)
}

/// The lines of a feuille that came too late on a day; nothing is said of a line when it is so of all.
pub fn tardives(soins: &Soins, recue_le: NaiveDate) -> Vec<AvertissementLigne> {
    if matches!(soins.assurance.nature, NatureAssurance::AtMp | NatureAssurance::Maternite) {
        return Vec::new();
    }
    let late = |jour| prescrit_le(jour).is_some_and(|end| recue_le >= end);
    let lines: Vec<Option<u16>> = soins
        .actes
        .iter()
        .filter(|acte| late(acte.date_execution))
        .map(|acte| Some(acte.numero_ligne))
        .collect();
    let lines =
        if !lines.is_empty() && lines.len() == soins.actes.len() { vec![None] } else { lines };
    let code = Avertissement::FeuilleTardive;
    lines.into_iter().map(|numero_ligne| AvertissementLigne { code, numero_ligne }).collect()
}
