//! How texts are read: what people wrote, and nothing that must not be kept with it.

use std::fmt;

use super::{Chemin, Erreurs, Lire, Noeud, entre};
use crate::domain::identifiers::texte_libre::{
    contient_un_jeton, contient_un_numero, est_invisible, reference_contient_un_numero,
};

/// A string between two lengths, in characters, and not blank. It holds no character that nobody
/// sees, no number of a person and no token: those have fields of their own, or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Texte<const MIN: usize, const MAX: usize>(pub(crate) String);

impl<const MIN: usize, const MAX: usize> Lire for Texte<MIN, MAX> {
    fn lire(noeud: Noeud<'_, '_>, erreurs: &mut Erreurs) -> Option<Self> {
        let text = lire_entre::<MIN, MAX>(&noeud, erreurs)?;
        acceptable(text, contient_un_numero, noeud.chemin, erreurs).then(|| Self(text.to_owned()))
    }
}

/// A reference that a machine made, by which its caller finds something again: it may be made of a clock or of a
/// counter, whose digits look like those of a person's number without its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reference<const MAX: usize>(pub(crate) String);

impl<const MAX: usize> Lire for Reference<MAX> {
    fn lire(noeud: Noeud<'_, '_>, erreurs: &mut Erreurs) -> Option<Self> {
        let (text, chemin) = (lire_entre::<1, MAX>(&noeud, erreurs)?, noeud.chemin);
        let kept = acceptable(text, reference_contient_un_numero, chemin, erreurs);
        kept.then(|| Self(text.to_owned()))
    }
}

/// A string between two lengths, without the blanks around it.
fn lire_entre<'a, const MIN: usize, const MAX: usize>(
    noeud: &Noeud<'a, '_>,
    erreurs: &mut Erreurs,
) -> Option<&'a str> {
    let attendu = fmt::from_fn(|f| write!(f, "une chaîne {}", entre(MIN, MAX, "caractère")));
    let text = noeud.texte(erreurs, &attendu)?.trim();
    if (MIN..=MAX).contains(&text.chars().count()) {
        return Some(text);
    }
    erreurs.push(noeud.chemin, "longueur_invalide", &format!("attendu : {attendu}"));
    None
}

/// The name of somebody or of a place: a text with letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Nom<const MAX: usize>(pub(crate) String);

impl<const MAX: usize> Lire for Nom<MAX> {
    fn lire(noeud: Noeud<'_, '_>, erreurs: &mut Erreurs) -> Option<Self> {
        let Texte(text) = Texte::<1, MAX>::lire(noeud, erreurs)?;
        if text.chars().any(char::is_alphabetic) {
            return Some(Self(text));
        }
        erreurs.push(noeud.chemin, "format_invalide", "attendu : un nom, avec des lettres");
        None
    }
}

/// A number of a person in a field made for it: checked by whoever reads it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Matricule(pub(crate) String);

impl std::fmt::Debug for Matricule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Matricule(…)")
    }
}

impl Lire for Matricule {
    fn lire(noeud: Noeud<'_, '_>, erreurs: &mut Erreurs) -> Option<Self> {
        noeud.texte(erreurs, "une chaîne").map(|text| Self(text.to_owned()))
    }
}

/// The OID of a domain of identities, whose digits are not those of anybody: checked by whoever reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Oid(pub(crate) String);

impl Lire for Oid {
    fn lire(noeud: Noeud<'_, '_>, erreurs: &mut Erreurs) -> Option<Self> {
        noeud.texte(erreurs, "un OID").map(|text| Self(text.trim().to_owned()))
    }
}

/// A proof of signature: a token in the one field made for it, checked by whoever reads it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Jws(pub(crate) String);

impl std::fmt::Debug for Jws {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Jws(…)")
    }
}

impl Lire for Jws {
    fn lire(noeud: Noeud<'_, '_>, erreurs: &mut Erreurs) -> Option<Self> {
        noeud.texte(erreurs, "un JWS compact").map(|text| Self(text.to_owned()))
    }
}

/// Whether a text may be kept; says why not.
fn acceptable(
    text: &str,
    contient_un_numero: fn(&str) -> bool,
    chemin: &Chemin<'_>,
    erreurs: &mut Erreurs,
) -> bool {
    let (code, message) = if text.chars().any(est_invisible) {
        ("format_invalide", "attendu : du texte sans caractère de contrôle ni caractère invisible")
    } else if contient_un_numero(text) {
        (
            "numero_de_personne",
            "attendu : un texte sans numéro de personne, ni rien qui lui ressemble",
        )
    } else if contient_un_jeton(text) {
        ("jeton", "attendu : un texte sans jeton")
    } else {
        return true;
    };
    erreurs.push(chemin, code, message);
    false
}
