//! A law of the past: the values that were kept beside the evaluations made under it, with the rules of
//! this program.
//!
//! The values are exact. The rules are those that this program knows: when their sheets, or the
//! version of the reasoning, are no longer those of the time, the fingerprint says so.

use chrono::NaiveDate;
use serde::Deserialize;

use super::bareme::Baremes;
use super::parameters::{Origine, Parametre, Parametres, Unite, ValeurDatee};
use super::references::{Reference, Texte, Verification, reference};
use super::rules::REGISTRY;
use super::{AuDela, InvalidLaw, Law, fingerprint};
use crate::domain::calendar::Periode;
use crate::domain::vocabulary::Vocabulaire;

#[derive(Deserialize)]
struct Kept {
    moteur: u32,
    premier_jour: NaiveDate,
    parametres: Vec<KeptParametre>,
}

#[derive(Deserialize)]
struct KeptParametre {
    code: String,
    unite: String,
    verifie_jusqu_au: NaiveDate,
    verifie_par: Option<String>,
    valeurs: Vec<KeptValue>,
}

#[derive(Deserialize)]
struct KeptValue {
    du: NaiveDate,
    au: Option<NaiveDate>,
    valeur: Option<i64>,
    #[serde(default)]
    discutee: bool,
    bases: Vec<KeptBase>,
    origine: Option<String>,
}

/// A basis of the program, by its key, or one that an addition cited.
#[derive(Deserialize)]
#[serde(untagged)]
enum KeptBase {
    Known(String),
    Cited { cle: String, citation: String, objet: String, lu_le: Option<String> },
}

impl Law {
    /// The law whose values were kept as [`Law::as_json`] gives them. Its fingerprint is that of the time
    /// when the rules are still the same; a parameter that did not exist yet has its present value,
    /// which no rule of the time read.
    pub fn ancienne(contenu: &serde_json::Value) -> Result<Self, InvalidLaw> {
        let wrong = |what: String| InvalidLaw::Couverture(what);
        let Kept { premier_jour, moteur, parametres: read } =
            Kept::deserialize(contenu).map_err(|error| wrong(error.to_string()))?;
        let mut parametres = Parametres::embedded()?;
        let mut kept = Vec::with_capacity(read.len());
        for one in read {
            let code = Parametre::du_mot(&one.code).zip(Unite::du_mot(&one.unite));
            // A parameter that no rule of this program reads any more.
            let Some((parametre, unite)) = code else { continue };
            let Some(historique) = parametres.get_mut(parametre) else { continue };
            historique.unite = unite;
            historique.verifie_jusqu_au = one.verifie_jusqu_au;
            historique.verifie_par = origine(one.verifie_par);
            historique.valeurs = values(one.valeurs).map_err(wrong)?;
            kept.push((parametre, historique.clone()));
        }
        let known = Parametres::of(kept);
        let empreinte = fingerprint::empreinte(premier_jour, moteur, &known, &REGISTRY);
        let baremes = Baremes::new(premier_jour, &parametres, &REGISTRY);
        let (au_dela, ajouts) = (AuDela::Avertir, Vec::new());
        Ok(Self { premier_jour, moteur, parametres, baremes, empreinte, au_dela, ajouts })
    }
}

fn values(kept: Vec<KeptValue>) -> Result<Vec<ValeurDatee>, String> {
    kept.into_iter()
        .map(|one| {
            let periode = Periode::new(one.du, one.au).map_err(|error| error.to_string())?;
            let bases = one.bases.into_iter().filter_map(base).collect();
            let origine = origine(one.origine);
            let KeptValue { valeur, discutee, .. } = one;
            Ok(ValeurDatee { periode, valeur, bases, discutee, note: None, origine })
        })
        .collect()
}

fn origine(fichier: Option<String>) -> Origine {
    fichier.map_or(Origine::Programme, Origine::Ajout)
}

/// A basis as it was kept; nothing for one of the program of the time that this one no longer has.
fn base(kept: KeptBase) -> Option<Texte> {
    match kept {
        KeptBase::Known(cle) => reference(&cle).map(Texte::Borrowed),
        KeptBase::Cited { cle, citation, objet, lu_le } => Some(Texte::Owned(Reference {
            cle: cle.into(),
            citation: citation.into(),
            objet: objet.into(),
            verification: lu_le
                .map_or(Verification::AVerifier, |jour| Verification::Lue(jour.into())),
        })),
    }
}
