//! How each simple type is read: numbers, texts, dates, words of a list, identifiers.

use std::fmt;

use chrono::{DateTime, Datelike, NaiveDate, Utc};

use super::{Chemin, Erreurs, Lire, Noeud, Objet};
use crate::domain::digest::Empreinte;
use crate::domain::identifiers::{
    CommuneExercice, DateNaissanceAmo, Finess, IdentifiantPersonne, IndicateurParcours, Invalide,
    NumAm, NumeroFacturation, Organisme, QualiteBeneficiaire, RangGemellaire, Rpps, Specialite,
};
use crate::domain::ids::{ContactId, DeclarationId, FeuilleId, LieuId, PatientId};
use crate::domain::money::Centimes;
use crate::domain::vocabulary::Vocabulaire;
use crate::http::json::Json;

impl Lire for bool {
    fn lire(noeud: Noeud<'_, '_>, erreurs: &mut Erreurs) -> Option<Self> {
        match noeud.json {
            Json::Booleen(value) => Some(*value),
            Json::Parametre(text) if text == "true" => Some(true),
            Json::Parametre(text) if text == "false" => Some(false),
            Json::Nul
            | Json::Entier(_)
            | Json::AutreNombre
            | Json::Texte(_)
            | Json::Parametre(_)
            | Json::Liste(_)
            | Json::Objet(_) => {
                erreurs.nature(&noeud, "true ou false");
                None
            }
        }
    }
}

impl Lire for Centimes {
    fn lire(noeud: Noeud<'_, '_>, erreurs: &mut Erreurs) -> Option<Self> {
        let attendu = "un montant entier en centimes d'euro, entre 0 et 100 000 000";
        let value = noeud.entier(erreurs, attendu)?;
        let amount = Self::new(value);
        if amount < Self::ZERO || amount > Self::LINE_MAX {
            erreurs.push(noeud.chemin, "hors_bornes", &format!("attendu : {attendu}"));
            return None;
        }
        Some(amount)
    }
}

/// An integer between two bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entier<const MIN: i64, const MAX: i64>(pub(crate) i64);

impl<const MIN: i64, const MAX: i64> Lire for Entier<MIN, MAX> {
    fn lire(noeud: Noeud<'_, '_>, erreurs: &mut Erreurs) -> Option<Self> {
        let attendu = format_args!("un nombre entier entre {MIN} et {MAX}");
        let value = noeud.entier(erreurs, attendu)?;
        if (MIN..=MAX).contains(&value) {
            return Some(Self(value));
        }
        erreurs.push(noeud.chemin, "hors_bornes", &format!("attendu : {attendu}"));
        None
    }
}

impl Lire for NaiveDate {
    fn lire(noeud: Noeud<'_, '_>, erreurs: &mut Erreurs) -> Option<Self> {
        let text = noeud.texte(erreurs, "une date AAAA-MM-JJ")?;
        let shaped = text.len() == 10
            && text.bytes().enumerate().all(|(index, byte)| match index {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        if !shaped {
            erreurs.push(noeud.chemin, "format_invalide", "attendu : une date AAAA-MM-JJ");
            return None;
        }
        let date = text.parse().ok().filter(|date: &Self| date.year() >= 1);
        if date.is_none() {
            let message = "attendu : une date qui existe dans le calendrier";
            erreurs.push(noeud.chemin, "hors_calendrier", message);
        }
        date
    }
}

impl Lire for DateTime<Utc> {
    fn lire(noeud: Noeud<'_, '_>, erreurs: &mut Erreurs) -> Option<Self> {
        let attendu = "un instant RFC 3339, par exemple 2025-03-10T09:14:22Z";
        let text = noeud.texte(erreurs, attendu)?;
        let Ok(instant) = DateTime::parse_from_rfc3339(text) else {
            erreurs.push(noeud.chemin, "format_invalide", &format!("attendu : {attendu}"));
            return None;
        };
        let instant = instant.with_timezone(&Utc);
        if !(1..=9999).contains(&instant.year()) {
            let message = "attendu : un instant des années 1 à 9999, en temps universel";
            erreurs.push(noeud.chemin, "hors_bornes", message);
            return None;
        }
        Some(instant)
    }
}

impl Lire for Empreinte {
    fn lire(noeud: Noeud<'_, '_>, erreurs: &mut Erreurs) -> Option<Self> {
        let attendu = "une empreinte SHA-256 de 64 caractères hexadécimaux";
        let digest = Self::parse(noeud.texte(erreurs, attendu)?);
        if digest.is_none() {
            erreurs.push(noeud.chemin, "format_invalide", &format!("attendu : {attendu}"));
        }
        digest
    }
}

/// Reads a member of a closed list, under its word.
pub(crate) fn lire_mot<T: Vocabulaire>(noeud: Noeud<'_, '_>, erreurs: &mut Erreurs) -> Option<T> {
    let attendu = || {
        let words: Vec<&str> = T::TOUS.iter().map(|member| member.mot()).collect();
        format!("un mot parmi {}", words.join(", "))
    };
    let text = noeud.texte(erreurs, fmt::from_fn(|f| f.write_str(&attendu())))?;
    let member = T::du_mot(text);
    if member.is_none() {
        erreurs.push(noeud.chemin, "valeur_inconnue", &format!("attendu : {}", attendu()));
    }
    member
}

/// Reads a string that the domain parses.
fn parse<T>(
    noeud: Noeud<'_, '_>,
    erreurs: &mut Erreurs,
    parse: impl Fn(&str) -> Result<T, Invalide>,
) -> Option<T> {
    let text = noeud.texte(erreurs, "une chaîne")?;
    parse(text).map_err(|invalide| erreurs.invalide(noeud.chemin, &invalide)).ok()
}

/// Reads a domain identifier by its own parser.
macro_rules! lire_identifiant {
    ($($name:ty => $parse:expr),+ $(,)?) => {$(
        impl Lire for $name {
            fn lire(noeud: Noeud<'_, '_>, erreurs: &mut Erreurs) -> Option<Self> {
                parse(noeud, erreurs, $parse)
            }
        }
    )+};
}

lire_identifiant!(
    Rpps => Rpps::parse,
    NumAm => NumAm::parse,
    Finess => Finess::parse,
    CommuneExercice => CommuneExercice::parse,
    DateNaissanceAmo => DateNaissanceAmo::parse,
    IndicateurParcours => IndicateurParcours::parse,
    QualiteBeneficiaire => QualiteBeneficiaire::parse,
    Specialite => Specialite::parse,
    crate::domain::feuille_de_soins::Exoneration => crate::domain::feuille_de_soins::Exoneration::parse,
    crate::domain::ids::RepresentationId => str::parse,
    PatientId => str::parse,
    crate::domain::visite::Visite => str::parse,
    LieuId => str::parse,
    DeclarationId => str::parse,
    ContactId => str::parse,
    crate::domain::ids::EvenementId => str::parse,
    FeuilleId => str::parse,
);

/// Reads `{"type": …, "valeur": …}`.
fn lire_type_valeur<T>(
    noeud: Noeud<'_, '_>,
    erreurs: &mut Erreurs,
    parse: impl Fn(&str, &str) -> Result<T, Invalide>,
    types: &[&'static str],
) -> Option<T> {
    let mut objet = Objet::of(noeud, erreurs)?;
    let kind = objet.texte("type", erreurs);
    let value = objet.texte("valeur", erreurs);
    objet.fin(&["type", "valeur"], erreurs);
    let (kind, value) = (kind?, value?);
    parse(kind, value)
        .map_err(|invalide| {
            let wrong = if types.contains(&kind) { "valeur" } else { "type" };
            erreurs.invalide(&Chemin::Membre(noeud.chemin, wrong), &invalide);
        })
        .ok()
}

impl Lire for IdentifiantPersonne {
    fn lire(noeud: Noeud<'_, '_>, erreurs: &mut Erreurs) -> Option<Self> {
        lire_type_valeur(noeud, erreurs, Self::parse, &Self::TYPES)
    }
}

impl Lire for NumeroFacturation {
    fn lire(noeud: Noeud<'_, '_>, erreurs: &mut Erreurs) -> Option<Self> {
        lire_type_valeur(noeud, erreurs, Self::parse, &Self::TYPES)
    }
}

impl Lire for Organisme {
    fn lire(noeud: Noeud<'_, '_>, erreurs: &mut Erreurs) -> Option<Self> {
        let mut objet = Objet::of(noeud, erreurs)?;
        let regime = objet.texte("regime", erreurs);
        let caisse = objet.texte("caisse", erreurs);
        let centre = objet.texte("centre", erreurs);
        objet.fin(&["regime", "caisse", "centre"], erreurs);
        Self::from_parts(regime?, caisse?, centre?)
            .map_err(|invalide| {
                let regime = invalide.code == "regime_inconnu";
                let member = Chemin::Membre(noeud.chemin, "regime");
                erreurs.invalide(if regime { &member } else { noeud.chemin }, &invalide);
            })
            .ok()
    }
}

impl Lire for RangGemellaire {
    fn lire(noeud: Noeud<'_, '_>, erreurs: &mut Erreurs) -> Option<Self> {
        let value = noeud.entier(erreurs, "un rang entre 1 et 9")?;
        Self::new(value).map_err(|invalide| erreurs.invalide(noeud.chemin, &invalide)).ok()
    }
}
