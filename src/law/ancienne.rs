//! A law of the past: the values that were kept beside the evaluations made under it, with the rules of
//! this program.
//!
//! The values are exact. The rules are those that this program knows: when their sheets, or the
//! version of the reasoning, are no longer those of the time, the fingerprint says so.

use chrono::NaiveDate;
use serde::Deserialize;

use super::parameters::{Parametre, Parametres, Unite, ValeurDatee};
use super::references::reference;
use super::rules::REGISTRY;
use super::{InvalidLaw, Law, baremes, fingerprint};
use crate::domain::calendar::Periode;
use crate::domain::vocabulary::Vocabulaire;

#[derive(Deserialize)]
struct Kept {
    moteur: u32,
    couverture: KeptDays,
    parametres: Vec<KeptParametre>,
}

#[derive(Deserialize)]
struct KeptDays {
    du: NaiveDate,
    au: Option<NaiveDate>,
}

#[derive(Deserialize)]
struct KeptParametre {
    code: String,
    unite: String,
    valeurs: Vec<KeptValue>,
}

#[derive(Deserialize)]
struct KeptValue {
    du: NaiveDate,
    au: Option<NaiveDate>,
    valeur: Option<i64>,
    bases: Vec<String>,
}

impl Law {
    /// The law whose values were kept as [`Law::as_json`] gives them. Its fingerprint is that of the time
    /// when the rules are still the same; a parameter that did not exist yet has its present value,
    /// which no rule of the time read.
    pub fn ancienne(contenu: &serde_json::Value) -> Result<Self, InvalidLaw> {
        let wrong = |what: String| InvalidLaw::Couverture(what);
        let read = Kept::deserialize(contenu).map_err(|error| wrong(error.to_string()))?;
        let couverture = Periode::new(read.couverture.du, read.couverture.au)
            .map_err(|error| wrong(error.to_string()))?;
        let mut parametres = Parametres::embedded()?;
        let mut kept = Vec::with_capacity(read.parametres.len());
        for one in read.parametres {
            let code = Parametre::du_mot(&one.code).zip(Unite::du_mot(&one.unite));
            // A parameter that no rule of this program reads any more.
            let Some((parametre, unite)) = code else { continue };
            let Some(historique) = parametres.get_mut(parametre) else { continue };
            historique.unite = unite;
            historique.valeurs = values(&one.valeurs).map_err(wrong)?;
            kept.push((parametre, historique.clone()));
        }
        let known = Parametres::of(kept);
        let empreinte = fingerprint::empreinte(couverture, read.moteur, &known, &REGISTRY);
        let baremes = baremes(couverture, &parametres, &REGISTRY);
        Ok(Self { couverture, moteur: read.moteur, parametres, baremes, empreinte })
    }
}

fn values(kept: &[KeptValue]) -> Result<Vec<ValeurDatee>, String> {
    kept.iter()
        .map(|one| {
            let periode = Periode::new(one.du, one.au).map_err(|error| error.to_string())?;
            let bases = one.bases.iter().filter_map(|key| reference(key));
            let bases = bases.map(|known| known.cle).collect();
            Ok(ValeurDatee { periode, valeur: one.valeur, bases, note: None })
        })
        .collect()
}
