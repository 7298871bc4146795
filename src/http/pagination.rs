//! Cursors: the key of the last row shown, bound to the question. Opaque to callers.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use super::lecture::{Entier, Erreurs, Lire, Noeud, Texte, lecture};
use super::problem::{Code, Refus};
use crate::domain::digest::Empreinte;

/// A cursor as a parameter gives it: what binds it to its question, then at least one byte.
#[derive(Debug)]
pub(crate) struct Curseur(String);

impl Lire for Curseur {
    fn lire(noeud: Noeud<'_, '_>, erreurs: &mut Erreurs) -> Option<Self> {
        Texte::<14, 300>::lire(noeud, erreurs).map(|text| Self(text.0))
    }
}

lecture! {
    /// Page d'une liste.
    pub(crate) struct PageDemande {
        /// Nombre d'éléments par page, 50 par défaut.
        pub(crate) limite: Option<Entier<1, 500>>,
        /// Curseur de la page précédente.
        pub(crate) curseur: Option<Curseur>,
    }
}

/// Suite d'une liste.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PaginationVue {
    /// À donner en paramètre « curseur » pour la page suivante ; null à la dernière.
    pub(crate) curseur_suivant: Option<String>,
}

/// Items of a page, when the caller does not say; and at most.
pub(crate) const LIMITE: i64 = 20;

/// The cursor of a key, for a question and its filters.
pub(crate) fn ecrire(question: &str, cle: &str) -> String {
    let hexadecimal = cle.bytes().map(|byte| format!("{byte:02x}"));
    std::iter::once(Empreinte::of(question).short()).chain(hexadecimal).collect()
}

/// The key of a cursor, if it comes from the same question.
pub(crate) fn lire<T: std::str::FromStr>(
    question: &str,
    curseur: Option<Curseur>,
) -> Result<Option<T>, Refus> {
    let Some(Curseur(text)) = curseur else { return Ok(None) };
    let broken = || {
        let message = "attendu : un curseur rendu par ce service";
        Refus::parametre("curseur", "format_invalide", message)
    };
    let bound = Empreinte::of(question).short();
    let (head, key) = text.split_at_checked(bound.len()).ok_or_else(broken)?;
    let bytes: Option<Vec<u8>> = key
        .as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect();
    let key = String::from_utf8(bytes.ok_or_else(broken)?).map_err(|_not_text| broken())?;
    let key = key.parse().map_err(|_wrong| broken())?;
    if head == bound {
        Ok(Some(key))
    } else {
        Err(Refus::new(Code::CurseurAutreRequete, "Les filtres ne sont pas ceux du curseur."))
    }
}

/// Refuses the days of a list whose first comes after the last.
pub(crate) fn jours(du: NaiveDate, au: NaiveDate) -> Result<(NaiveDate, NaiveDate), Refus> {
    if du > au {
        return Err(Refus::parametre(
            "du",
            "apres_la_fin",
            "attendu : au plus tard le dernier jour",
        ));
    }
    Ok((du, au))
}

/// The page of what was read, one more than asked for, and where the next one begins: after the key of its last.
pub(crate) fn suivie<T>(
    found: Vec<T>,
    limite: i64,
    question: &str,
    cle: impl Fn(&T) -> String,
) -> (Vec<T>, PaginationVue) {
    let (shown, more) = page(found, limite);
    let last = shown.last().filter(|_| more);
    let curseur_suivant = last.map(|last| ecrire(question, &cle(last)));
    (shown, PaginationVue { curseur_suivant })
}

/// Cuts what was read, one more than asked for, to a page; says whether others follow.
pub(crate) fn page<T>(mut found: Vec<T>, limite: i64) -> (Vec<T>, bool) {
    let size = usize::try_from(limite).unwrap_or(usize::MAX);
    let more = found.len() > size;
    found.truncate(size);
    (found, more)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_for_the_same_question_only() {
        let cursor = ecrire("patients:2025-06-16", "42");
        assert_eq!(
            lire::<u8>("patients:2025-06-16", Some(Curseur(cursor.clone()))).unwrap(),
            Some(42)
        );
        assert_eq!(lire::<u8>("patients:2025-06-16", None).unwrap(), None);
        let other = lire::<u8>("patients:2025-06-17", Some(Curseur(cursor))).unwrap_err();
        assert_eq!(other.code, Code::CurseurAutreRequete);
        for broken in ["", "é", "0", "0123456789ab343", "0123456789abff"] {
            let refused = lire::<u8>("x", Some(Curseur(broken.to_owned()))).unwrap_err();
            assert_eq!(refused.code, Code::ParametreInvalide, "{broken}");
        }
    }
}
