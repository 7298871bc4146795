//! Reading a body: every wrong field is reported, each with its pointer and what is expected.
//!
//! A type says once how it is read ([`Lire`]); [`lecture!`] declares structs that are read member by
//! member, under the very names of their fields, and refuse the members that they do not have.

mod objet;
mod texte;
mod valeurs;
pub(crate) mod vite;

use std::fmt::{self, Write};
use std::marker::PhantomData;

use serde::{Deserialize, Deserializer};

pub(crate) use self::objet::Objet;
pub(crate) use self::texte::{Jws, Matricule, Nom, Oid, Reference, Texte};
pub(crate) use self::valeurs::{Entier, lire_mot};
pub(crate) use self::vite::lire_vite;
use super::json::Json;
use crate::domain::identifiers::Invalide;
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

/// Everything wrong in a document.
#[derive(Debug, Default)]
pub(crate) struct Erreurs(Vec<ChampInvalide>);

impl Erreurs {
    /// One more wrong field.
    #[cold]
    pub(crate) fn push(&mut self, chemin: &Chemin<'_>, code: &'static str, attendu: &str) {
        self.0.push(ChampInvalide::new(chemin.to_string(), code, attendu));
    }

    /// An identifier that is not one.
    fn invalide(&mut self, chemin: &Chemin<'_>, invalide: &Invalide) {
        self.push(chemin, invalide.code, &format!("attendu : {}", invalide.attendu));
    }

    /// A value of another type.
    #[cold]
    fn nature(&mut self, noeud: &Noeud<'_, '_>, attendu: impl fmt::Display) {
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
    /// The string that a field expects. What was expected is written when it is not there, and only then.
    pub(crate) fn texte(
        &self,
        erreurs: &mut Erreurs,
        attendu: impl fmt::Display,
    ) -> Option<&'n str> {
        match self.json {
            Json::Texte(text) | Json::Parametre(text) => Some(text),
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
    fn entier(&self, erreurs: &mut Erreurs, attendu: impl fmt::Display) -> Option<i64> {
        match self.json {
            Json::Entier(value) => Some(*value),
            Json::Parametre(text) if is_number(text) => Some(text.parse().unwrap_or(i64::MAX)),
            Json::Nul
            | Json::Booleen(_)
            | Json::AutreNombre
            | Json::Texte(_)
            | Json::Parametre(_)
            | Json::Liste(_)
            | Json::Objet(_) => {
                erreurs.nature(self, attendu);
                None
            }
        }
    }
}

fn is_number(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A type that a body may hold.
pub(crate) trait Lire: Sized {
    /// Reads a value; reports everything wrong with it.
    fn lire(noeud: Noeud<'_, '_>, erreurs: &mut Erreurs) -> Option<Self>;

    /// Reads a right value as it comes, without the tree of the document. It fails on every value of which [`lire`]
    /// reports something, and says nothing of it: that one is then asked.
    ///
    /// [`lire`]: Self::lire
    fn vite<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Json::deserialize(deserializer)?;
        lire_document(&json).map_err(|_wrong| vite::lentement())
    }

    /// What an absent member is worth to [`vite`](Self::vite).
    fn absent_vite() -> Option<Self> {
        None
    }

    /// What an absent member is worth; most are required.
    fn absent(chemin: &Chemin<'_>, erreurs: &mut Erreurs) -> Option<Self> {
        absent(chemin, erreurs);
        None
    }
}

/// A member that must be there is not.
fn absent(chemin: &Chemin<'_>, erreurs: &mut Erreurs) {
    erreurs.push(chemin, "champ_requis", "ce champ est obligatoire");
}

impl<T: Lire> Lire for Option<T> {
    fn lire(noeud: Noeud<'_, '_>, erreurs: &mut Erreurs) -> Option<Self> {
        if matches!(noeud.json, Json::Nul) { Some(None) } else { T::lire(noeud, erreurs).map(Some) }
    }

    fn vite<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        vite::option(deserializer)
    }

    fn absent_vite() -> Option<Self> {
        Some(None)
    }

    fn absent(_chemin: &Chemin<'_>, _erreurs: &mut Erreurs) -> Option<Self> {
        Some(None)
    }
}

/// A member that is read, checked and not kept.
pub(crate) type Oublie<T> = PhantomData<T>;

impl<T: Lire> Lire for Oublie<T> {
    fn lire(noeud: Noeud<'_, '_>, erreurs: &mut Erreurs) -> Option<Self> {
        T::lire(noeud, erreurs).map(|_checked| PhantomData)
    }

    fn vite<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::vite(deserializer).map(|_checked| PhantomData)
    }

    fn absent_vite() -> Option<Self> {
        T::absent_vite().map(|_checked| PhantomData)
    }

    fn absent(chemin: &Chemin<'_>, erreurs: &mut Erreurs) -> Option<Self> {
        T::absent(chemin, erreurs).map(|_checked| PhantomData)
    }
}

/// How many there must be, in words.
fn entre(min: usize, max: usize, what: &str) -> impl fmt::Display {
    fmt::from_fn(move |f| match (min, max) {
        (1, 1) => write!(f, "d'exactement un {what}"),
        (min, max) if min == max => write!(f, "d'exactement {min} {what}s"),
        (min, max) => write!(f, "de {min} à {max} {what}s"),
    })
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
            let wanted = format!("une liste {}", entre(MIN, MAX, "élément"));
            let message = format!("attendu : {wanted} ; reçu : {}", items.len());
            erreurs.push(noeud.chemin, "taille_invalide", &message);
            return None;
        }
        let mut read = Vec::with_capacity(items.len());
        for (index, json) in items.iter().enumerate() {
            let chemin = Chemin::Rang(noeud.chemin, index);
            read.extend(T::lire(Noeud { json, chemin: &chemin }, erreurs));
        }
        (read.len() == items.len()).then_some(Self(read))
    }

    fn vite<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        vite::liste(deserializer, (MIN, MAX)).map(Self)
    }
}

/// Declares structs, their reading and their schema, member by member, under the names of their fields.
macro_rules! lecture {
    ($( $(#[$meta:meta])* $seen:vis struct $name:ident {
        $( $(#[$about:meta])* $open:vis $field:ident: $kind:ty ),+ $(,)?
    } )+) => {$(
        #[derive(Debug, utoipa::ToSchema)]
        $(#[$meta])*
        $seen struct $name {
            $( $(#[$about])* $open $field: $kind, )+
        }

        impl $crate::http::lecture::Lire for $name {
            fn lire(
                noeud: $crate::http::lecture::Noeud<'_, '_>,
                erreurs: &mut $crate::http::lecture::Erreurs,
            ) -> Option<Self> {
                let mut objet = $crate::http::lecture::Objet::of(noeud, erreurs)?;
                $( let $field = objet.membre(stringify!($field), erreurs); )+
                objet.fin(&[ $( stringify!($field) ),+ ], erreurs);
                Some(Self { $( $field: $field? ),+ })
            }

            fn vite<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                use $crate::http::lecture::vite;
                struct Visiteur;
                impl<'de> serde::de::Visitor<'de> for Visiteur {
                    type Value = $name;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("an object")
                    }

                    fn visit_map<A: serde::de::MapAccess<'de>>(
                        self,
                        mut map: A,
                    ) -> Result<$name, A::Error> {
                        $( let mut $field: Option<$kind> = None; )+
                        while let Some(name) = vite::nom(&mut map)? {
                            match &*name {
                                $( stringify!($field) => vite::membre(&mut map, &mut $field)?, )+
                                _ => return Err(vite::lentement()),
                            }
                        }
                        Ok($name { $( $field: vite::ou_absent($field)?, )+ })
                    }
                }
                deserializer.deserialize_map(Visiteur)
            }
        }
    )+};
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
    use chrono::NaiveDate;

    use super::*;
    use crate::domain::identifiers::Rpps;
    use crate::domain::money::Centimes;

    type Mots = Liste<Texte<1, 5>, 0, 3>;

    lecture! {
        struct Exemple {
            rpps: Rpps,
            jour: NaiveDate,
            montant: Option<Centimes>,
            mots: Mots,
        }
    }

    fn wrong(text: &str) -> Vec<(String, &'static str)> {
        let json = Json::parse(text.as_bytes()).unwrap();
        let erreurs = lire_document::<Exemple>(&json).unwrap_err();
        erreurs.into_iter().map(|erreur| (erreur.pointeur, erreur.code)).collect()
    }

    #[test]
    fn lengths_are_said_in_words() {
        assert_eq!(entre(1, 1, "élément").to_string(), "d'exactement un élément");
        assert_eq!(entre(13, 13, "caractère").to_string(), "d'exactement 13 caractères");
        assert_eq!(entre(1, 20, "élément").to_string(), "de 1 à 20 éléments");
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
            ("1.5", "type_invalide"),
            ("9007199254740993.0", "type_invalide"),
            ("1e300", "type_invalide"),
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
