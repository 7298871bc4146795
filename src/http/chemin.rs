//! The parameters of an address, each read as its type says.

use std::convert::Infallible;
use std::num::ParseIntError;
use std::str::FromStr;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;

use super::AppState;
use super::problem::{Code, Refus};
use crate::domain::courrier::{NatureCourrier, UnknownCourrier};
use crate::domain::identifiers::Invalide;
use crate::domain::statistiques::{Tableau, UnknownTableau};
use crate::domain::vocabulary::Vocabulaire;

/// The one parameter of the path.
#[derive(Debug)]
pub(crate) struct Chemin<T>(pub(crate) T);

impl<T: FromStr<Err: MalEcrit>> FromRequestParts<AppState> for Chemin<T> {
    type Rejection = Refus;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Refus> {
        let params = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|_not_text| Refus::new(Code::Introuvable, "Adresse inconnue."))?;
        lire_chemin(params.iter().next()).map(Self)
    }
}

/// The two parameters of a path, in its order.
#[derive(Debug)]
pub(crate) struct Chemins<A, B>(pub(crate) A, pub(crate) B);

impl<A, B> FromRequestParts<AppState> for Chemins<A, B>
where
    A: FromStr<Err: MalEcrit>,
    B: FromStr<Err: MalEcrit>,
{
    type Rejection = Refus;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Refus> {
        let params = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|_not_text| Refus::new(Code::Introuvable, "Adresse inconnue."))?;
        let mut params = params.iter();
        let first = lire_chemin(params.next())?;
        Ok(Self(first, lire_chemin(params.next())?))
    }
}

fn lire_chemin<T: FromStr<Err: MalEcrit>>(param: Option<(&str, &str)>) -> Result<T, Refus> {
    let (name, text) = param.unwrap_or(("id", ""));
    text.parse().map_err(|wrong: T::Err| {
        let (code, expected) = wrong.attendu();
        Refus::parametre(name, code, format!("attendu : {expected}"))
    })
}

/// Why a parameter of a path is not what its type wants: the code, and what is expected.
pub(crate) trait MalEcrit {
    fn attendu(&self) -> (&'static str, String);
}

impl MalEcrit for Invalide {
    fn attendu(&self) -> (&'static str, String) {
        (self.code, self.attendu.to_owned())
    }
}

impl MalEcrit for ParseIntError {
    fn attendu(&self) -> (&'static str, String) {
        ("type_invalide", "un nombre entier".to_owned())
    }
}

impl MalEcrit for Infallible {
    fn attendu(&self) -> (&'static str, String) {
        match *self {}
    }
}

impl MalEcrit for UnknownTableau {
    fn attendu(&self) -> (&'static str, String) {
        ("valeur_inconnue", un_mot::<Tableau>())
    }
}

impl MalEcrit for UnknownCourrier {
    fn attendu(&self) -> (&'static str, String) {
        ("valeur_inconnue", un_mot::<NatureCourrier>())
    }
}

/// The words of a vocabulary, as what is expected.
fn un_mot<T: Vocabulaire>() -> String {
    let words: Vec<&str> = T::TOUS.iter().map(|one| one.mot()).collect();
    format!("un mot parmi {}", words.join(", "))
}
