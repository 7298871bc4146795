//! Reading a body: every wrong field is reported, each with its pointer and what is expected.
//!
//! A type says once how it is read ([`Lire`]); [`lecture!`] reads a struct member by member, under
//! the very names of its fields, and refuses the members that it does not have.

use std::fmt::{self, Write};

use chrono::{DateTime, NaiveDate, Utc};

use super::json::Json;
use crate::domain::digest::Empreinte;
use crate::domain::identifiers::{
    CommuneExercice, DateNaissanceAmo, Finess, IdentifiantPersonne, IndicateurParcours, Invalide,
    NumAm, NumeroFacturation, Organisme, QualiteBeneficiaire, RangGemellaire, Rpps, Specialite,
};
use crate::domain::ids::{LieuId, PatientId};
use crate::domain::money::Centimes;
use crate::domain::vocabulary::Vocabulaire;
use crate::services::ChampInvalide;

/// The way to a value from the root of the document.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Chemin<'a> {
    /// The document itself.
    Racine,
    /// A member of an object.
    Membre(&'a Chemin<'a>, &'a str),
    /// An item of a list.
    Rang(&'a Chemin<'a>, usize),
}

impl fmt::Display for Chemin<'_> {
    /// A JSON pointer (RFC 6901).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Racine => Ok(()),
            Self::Membre(parent, name) => {
                write!(f, "{parent}/")?;
                name.chars().try_for_each(|c| match c {
                    '~' => f.write_str("~0"),
                    '/' => f.write_str("~1"),
                    other => f.write_char(other),
                })
            }
            Self::Rang(parent, index) => write!(f, "{parent}/{index}"),
        }
    }
}

/// The most wrong fields reported at once.
const MAX_ERREURS: usize = 100;

/// Everything wrong in a document.
#[derive(Debug, Default)]
pub(crate) struct Erreurs(Vec<ChampInvalide>);

impl Erreurs {
    /// One more wrong field.
    pub(crate) fn push(&mut self, chemin: &Chemin<'_>, code: &'static str, attendu: &str) {
        if self.0.len() < MAX_ERREURS {
            self.0.push(ChampInvalide::new(chemin.to_string(), code, attendu));
        }
    }

    /// An identifier that is not one.
    fn invalide(&mut self, chemin: &Chemin<'_>, invalide: &Invalide) {
        self.push(chemin, invalide.code, &format!("attendu : {}", invalide.attendu));
    }

    /// A value of another type.
    fn nature(&mut self, noeud: &Noeud<'_, '_>, attendu: &str) {
        let message = format!("attendu : {attendu} ; reçu : {}", noeud.json.nature());
        self.push(noeud.chemin, "type_invalide", &message);
    }

    /// All of them.
    pub(crate) fn into_inner(self) -> Vec<ChampInvalide> {
        self.0
    }
}

/// A value and the way to it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Noeud<'n, 'j> {
    pub(crate) json: &'n Json<'j>,
    pub(crate) chemin: &'n Chemin<'n>,
}

impl<'n> Noeud<'n, '_> {
    /// The string that a field expects.
    pub(crate) fn texte(&self, erreurs: &mut Erreurs, attendu: &str) -> Option<&'n str> {
        match self.json {
            Json::Texte(text) => Some(text),
            Json::Nul
            | Json::Booleen(_)
            | Json::Entier(_)
            | Json::AutreNombre
            | Json::Liste(_)
            | Json::Objet(_) => {
                erreurs.nature(self, attendu);
                None
            }
        }
    }

    /// The integer that a field expects.
    fn entier(&self, erreurs: &mut Erreurs, attendu: &str) -> Option<i64> {
        match self.json {
            Json::Entier(value) => Some(*value),
            Json::Nul
            | Json::Booleen(_)
            | Json::AutreNombre
            | Json::Texte(_)
            | Json::Liste(_)
            | Json::Objet(_) => {
                erreurs.nature(self, attendu);
                None
            }
        }
    }
}

/// A type that a body may hold.
pub(crate) trait Lire: Sized {
    /// Reads a value; reports everything wrong with it.
    fn lire(noeud: Noeud<'_, '_>, erreurs: &mut Erreurs) -> Option<Self>;

    /// What an absent member is worth; most are required.
    fn absent(chemin: &Chemin<'_>, erreurs: &mut Erreurs) -> Option<Self> {
        erreurs.push(chemin, "champ_requis", "ce champ est obligatoire");
        None
    }
}

impl<T: Lire> Lire for Option<T> {
    fn lire(noeud: Noeud<'_, '_>, erreurs: &mut Erreurs) -> Option<Self> {
        if matches!(noeud.json, Json::Nul) { Some(None) } else { T::lire(noeud, erreurs).map(Some) }
    }

    fn absent(_chemin: &Chemin<'_>, _erreurs: &mut Erreurs) -> Option<Self> {
        Some(None)
    }
}

/// A list between two lengths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Liste<T, const MIN: usize, const MAX: usize>(pub(crate) Vec<T>);

impl<T: Lire, const MIN: usize, const MAX: usize> Lire for Liste<T, MIN, MAX> {
    fn lire(noeud: Noeud<'_, '_>, erreurs: &mut Erreurs) -> Option<Self> {
        let Json::Liste(items) = noeud.json else {
            erreurs.nature(&noeud, "une liste");
            return None;
        };
        if !(MIN..=MAX).contains(&items.len()) {
            let message = format!("attendu : de {MIN} à {MAX} éléments ; reçu : {}", items.len());
            erreurs.push(noeud.chemin, "taille_invalide", &message);
            return None;
        }
        let read: Vec<Option<T>> = items
            .iter()
            .enumerate()
            .map(|(index, json)| {
                let chemin = Chemin::Rang(noeud.chemin, index);
                T::lire(Noeud { json, chemin: &chemin }, erreurs)
            })
            .collect();
        read.into_iter().collect::<Option<_>>().map(Self)
    }
}

impl Lire for bool {
    fn lire(noeud: Noeud<'_, '_>, erreurs: &mut Erreurs) -> Option<Self> {
        let Json::Booleen(value) = noeud.json else {
            erreurs.nature(&noeud, "true ou false");
            return None;
        };
        Some(*value)
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
        let attendu = format!("un nombre entier entre {MIN} et {MAX}");
        let value = noeud.entier(erreurs, &attendu)?;
        if (MIN..=MAX).contains(&value) {
            return Some(Self(value));
        }
        erreurs.push(noeud.chemin, "hors_bornes", &format!("attendu : {attendu}"));
        None
    }
}

/// A string between two lengths, in characters, without control characters and not blank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Texte<const MIN: usize, const MAX: usize>(pub(crate) String);

impl<const MIN: usize, const MAX: usize> Lire for Texte<MIN, MAX> {
    fn lire(noeud: Noeud<'_, '_>, erreurs: &mut Erreurs) -> Option<Self> {
        let attendu = format!("une chaîne de {MIN} à {MAX} caractères");
        let text = noeud.texte(erreurs, &attendu)?.trim();
        let length = text.chars().count();
        if !(MIN..=MAX).contains(&length) {
            erreurs.push(noeud.chemin, "longueur_invalide", &format!("attendu : {attendu}"));
            return None;
        }
        if text.chars().any(char::is_control) {
            let message = "attendu : du texte sans caractère de contrôle";
            erreurs.push(noeud.chemin, "format_invalide", message);
            return None;
        }
        Some(Self(text.to_owned()))
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
        let date = text.parse().ok();
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
        let instant = DateTime::parse_from_rfc3339(text).ok();
        if instant.is_none() {
            erreurs.push(noeud.chemin, "format_invalide", &format!("attendu : {attendu}"));
        }
        instant.map(|instant| instant.with_timezone(&Utc))
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
    let words: Vec<&str> = T::TOUS.iter().map(|member| member.mot()).collect();
    let attendu = format!("un mot parmi {}", words.join(", "));
    let text = noeud.texte(erreurs, &attendu)?;
    let member = T::du_mot(text);
    if member.is_none() {
        erreurs.push(noeud.chemin, "valeur_inconnue", &format!("attendu : {attendu}"));
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
    PatientId => uuid_of,
    LieuId => uuid_of,
);

fn uuid_of<T: std::str::FromStr>(text: &str) -> Result<T, Invalide> {
    text.parse().map_err(|_not_a_uuid| Invalide {
        code: "format_invalide",
        attendu: "un identifiant UUID, par exemple 0192f0c4-0000-7000-8000-000000000001",
    })
}

/// Reads `{"type": …, "valeur": …}`.
fn lire_type_valeur<T>(
    noeud: Noeud<'_, '_>,
    erreurs: &mut Erreurs,
    parse: impl Fn(&str, &str) -> Result<T, Invalide>,
    types: &[&'static str],
) -> Option<T> {
    let mut objet = Objet::of(noeud, erreurs)?;
    let kind = objet.membre::<Brut>("type", erreurs);
    let value = objet.membre::<Brut>("valeur", erreurs);
    objet.fin(erreurs);
    let (kind, value) = (kind?.0, value?.0);
    parse(&kind, &value)
        .map_err(|invalide| {
            let wrong = if types.contains(&kind.as_str()) { "valeur" } else { "type" };
            erreurs.invalide(&Chemin::Membre(noeud.chemin, wrong), &invalide);
        })
        .ok()
}

/// A string whose form is checked by whoever reads it.
struct Brut(String);

impl Lire for Brut {
    fn lire(noeud: Noeud<'_, '_>, erreurs: &mut Erreurs) -> Option<Self> {
        noeud.texte(erreurs, "une chaîne").map(|text| Self(text.to_owned()))
    }
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
        let regime = objet.membre::<Brut>("regime", erreurs);
        let caisse = objet.membre::<Brut>("caisse", erreurs);
        let centre = objet.membre::<Brut>("centre", erreurs);
        objet.fin(erreurs);
        Self::from_parts(&regime?.0, &caisse?.0, &centre?.0)
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

/// Finds members by name, and the names that nobody asked for.
#[derive(Debug)]
pub(crate) struct Objet<'n, 'j> {
    members: &'n [(std::borrow::Cow<'j, str>, Json<'j>)],
    chemin: &'n Chemin<'n>,
    known: Vec<&'static str>,
}

impl<'n, 'j> Objet<'n, 'j> {
    /// The members of a value that must be an object.
    pub(crate) fn of(noeud: Noeud<'n, 'j>, erreurs: &mut Erreurs) -> Option<Self> {
        let Json::Objet(members) = noeud.json else {
            erreurs.nature(&noeud, "un objet");
            return None;
        };
        Some(Self { members, chemin: noeud.chemin, known: Vec::new() })
    }

    /// Reads a member.
    pub(crate) fn membre<T: Lire>(
        &mut self,
        name: &'static str,
        erreurs: &mut Erreurs,
    ) -> Option<T> {
        self.known.push(name);
        let chemin = Chemin::Membre(self.chemin, name);
        match self.members.iter().find(|(known, _)| known == name) {
            Some((_, json)) => T::lire(Noeud { json, chemin: &chemin }, erreurs),
            None => T::absent(&chemin, erreurs),
        }
    }

    /// Reports the members that no field reads, and those that came twice.
    pub(crate) fn fin(self, erreurs: &mut Erreurs) {
        for (index, (name, _)) in self.members.iter().enumerate() {
            let chemin = Chemin::Membre(self.chemin, name);
            let before = self.members.get(..index).unwrap_or_default();
            if before.iter().any(|(earlier, _)| earlier == name) {
                erreurs.push(&chemin, "champ_en_double", "ce champ est écrit deux fois");
            } else if !self.known.contains(&name.as_ref()) {
                let message = format!("champ inconnu ; attendus : {}", self.known.join(", "));
                erreurs.push(&chemin, "champ_inconnu", &message);
            }
        }
    }
}

/// Reads a struct member by member, under the names of its fields. The compiler checks that every
/// field is listed; the document of the API takes its names from the same fields.
macro_rules! lecture {
    ($name:ident { $($field:ident),+ $(,)? }) => {
        impl $crate::http::lecture::Lire for $name {
            fn lire(
                noeud: $crate::http::lecture::Noeud<'_, '_>,
                erreurs: &mut $crate::http::lecture::Erreurs,
            ) -> Option<Self> {
                let mut objet = $crate::http::lecture::Objet::of(noeud, erreurs)?;
                $( let $field = objet.membre(stringify!($field), erreurs); )+
                objet.fin(erreurs);
                Some(Self { $( $field: $field? ),+ })
            }
        }
    };
}
pub(crate) use lecture;

/// Reads a whole document.
pub(crate) fn lire_document<T: Lire>(json: &Json<'_>) -> Result<T, Vec<ChampInvalide>> {
    let mut erreurs = Erreurs::default();
    let read = T::lire(Noeud { json, chemin: &Chemin::Racine }, &mut erreurs);
    let erreurs = erreurs.into_inner();
    match read {
        Some(value) if erreurs.is_empty() => Ok(value),
        _ => Err(erreurs),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Exemple {
        rpps: Rpps,
        jour: NaiveDate,
        montant: Option<Centimes>,
        mots: Liste<Texte<1, 5>, 0, 3>,
    }
    lecture!(Exemple { rpps, jour, montant, mots });

    fn wrong(text: &str) -> Vec<(String, &'static str)> {
        let json = Json::parse(text.as_bytes()).unwrap();
        let erreurs = lire_document::<Exemple>(&json).unwrap_err();
        erreurs.into_iter().map(|erreur| (erreur.pointeur, erreur.code)).collect()
    }

    #[test]
    fn a_right_document_is_read() {
        let text = r#"{"rpps":"99900001233","jour":"2025-02-28","mots":["a","b"]}"#;
        let json = Json::parse(text.as_bytes()).unwrap();
        let read = lire_document::<Exemple>(&json).unwrap();
        assert_eq!(read.rpps.to_string(), "99900001233");
        assert_eq!(read.jour.to_string(), "2025-02-28");
        assert_eq!(read.montant, None);
        assert_eq!(read.mots.0.len(), 2);
    }

    #[test]
    fn every_wrong_field_is_reported_at_once_with_its_pointer() {
        let found = wrong(
            r#"{"rpps":"99900001234","jour":"2025-02-30","montant":12.5,
                "mots":["a",3,"trop long"],"rpp":"x","jour":"2025-01-01","a/b~c":1}"#,
        );
        let expected = [
            ("/rpps", "luhn"),
            ("/jour", "hors_calendrier"),
            ("/montant", "type_invalide"),
            ("/mots/1", "type_invalide"),
            ("/mots/2", "longueur_invalide"),
            ("/rpp", "champ_inconnu"),
            ("/jour", "champ_en_double"),
            ("/a~1b~0c", "champ_inconnu"),
        ];
        let expected: Vec<_> =
            expected.iter().map(|(pointer, code)| ((*pointer).to_owned(), *code)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn an_absent_field_is_required_unless_it_is_optional() {
        assert_eq!(
            wrong("{}"),
            [
                ("/rpps".to_owned(), "champ_requis"),
                ("/jour".to_owned(), "champ_requis"),
                ("/mots".to_owned(), "champ_requis")
            ]
        );
        assert_eq!(wrong("[]"), [(String::new(), "type_invalide")]);
    }

    #[test]
    fn amounts_are_whole_cents_within_bounds() {
        for (value, code) in [
            ("-1", "hors_bornes"),
            ("100000001", "hors_bornes"),
            ("1e2", "type_invalide"),
            ("99999999999999999999", "type_invalide"),
            ("\"12\"", "type_invalide"),
        ] {
            let text = format!(
                r#"{{"rpps":"99900001233","jour":"2025-02-28","mots":[],"montant":{value}}}"#
            );
            assert_eq!(wrong(&text), [("/montant".to_owned(), code)], "{value}");
        }
    }
}
