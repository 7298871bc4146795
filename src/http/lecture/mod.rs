//! Reading a body: every wrong field is reported, each with its pointer and what is expected.
//!
//! A type says once how it is read ([`Lire`]); [`lecture!`] declares structs that are read member by
//! member, under the very names of their fields, and refuse the members that they do not have.

mod texte;
mod valeurs;

use std::fmt::{self, Write};
use std::marker::PhantomData;

pub(crate) use self::texte::{Jws, Matricule, Nom, Oid, Reference, Texte};
pub(crate) use self::valeurs::{Entier, lire_mot};
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
    pub(crate) fn push(&mut self, chemin: &Chemin<'_>, code: &'static str, attendu: &str) {
        self.0.push(ChampInvalide::new(chemin.to_string(), code, attendu));
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
    fn entier(&self, erreurs: &mut Erreurs, attendu: &str) -> Option<i64> {
        match self.json {
            Json::Entier(value) => Some(*value),
            Json::Parametre(text) if text.len() <= 9 && is_number(text) => text.parse().ok(),
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
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
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

/// A member that is read, checked and not kept.
pub(crate) type Oublie<T> = PhantomData<T>;

impl<T: Lire> Lire for Oublie<T> {
    fn lire(noeud: Noeud<'_, '_>, erreurs: &mut Erreurs) -> Option<Self> {
        T::lire(noeud, erreurs).map(|_checked| PhantomData)
    }

    fn absent(chemin: &Chemin<'_>, erreurs: &mut Erreurs) -> Option<Self> {
        T::absent(chemin, erreurs).map(|_checked| PhantomData)
    }
}

/// How many there must be, in words.
fn entre(min: usize, max: usize, what: &str) -> String {
    match (min, max) {
        (1, 1) => format!("d'exactement un {what}"),
        (min, max) if min == max => format!("d'exactement {min} {what}s"),
        (min, max) => format!("de {min} à {max} {what}s"),
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
            let wanted = format!("une liste {}", entre(MIN, MAX, "élément"));
            let message = format!("attendu : {wanted} ; reçu : {}", items.len());
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
                let message = match &self.known[..] {
                    [] => "champ inconnu ; aucun n'est attendu".to_owned(),
                    [only] => format!("champ inconnu ; attendu : {only}"),
                    all => format!("champ inconnu ; attendus : {}", all.join(", ")),
                };
                erreurs.push(&chemin, "champ_inconnu", &message);
            }
        }
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
                objet.fin(erreurs);
                Some(Self { $( $field: $field? ),+ })
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
        assert_eq!(entre(1, 1, "élément"), "d'exactement un élément");
        assert_eq!(entre(13, 13, "caractère"), "d'exactement 13 caractères");
        assert_eq!(entre(1, 20, "élément"), "de 1 à 20 éléments");
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
