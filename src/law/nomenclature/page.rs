//! The table seen otherwise: as the history of a parameter, and as a page to read.

use std::borrow::Cow;
use std::fmt::Write;

use super::table::{Ligne, table};
use crate::domain::calendar::{Periode, lendemain};
use crate::domain::money::Centimes;
use crate::law::parameters::{Origine, Parametre, ValeurDatee};
use crate::law::references::reference;

/// The values of a parameter that the table holds, by first day; what is wrong otherwise. Several letters may have
/// the same price: it is one value.
pub(in crate::law) fn historique(parametre: Parametre) -> Result<Vec<ValeurDatee>, String> {
    let mut rows: Vec<&Ligne> =
        table().lignes.iter().filter(|ligne| ligne.parametre == Some(parametre)).collect();
    rows.sort_by_key(|ligne| (ligne.du, ligne.dernier));
    rows.dedup_by_key(|ligne| (ligne.du, ligne.dernier, ligne.centimes));
    let mut valeurs: Vec<ValeurDatee> = Vec::with_capacity(rows.len());
    for ligne in rows {
        let du = ligne.du.ok_or_else(|| format!("{}: a first day is missing", ligne.code))?;
        let periode = Periode::new(du, ligne.dernier.and_then(lendemain))
            .map_err(|error| format!("{}: {error}", ligne.code))?;
        let valeur = ligne.centimes.map(Centimes::get);
        let overlapped = valeurs.last().filter(|before| before.periode.chevauche(&periode));
        if overlapped.is_some_and(|before| before.valeur == valeur) {
            // Another letter that came later at the same price.
            continue;
        }
        if overlapped.is_some() {
            return Err(format!("{}: the value of {du} overlaps the one before", ligne.code));
        }
        let note = (!ligne.note.is_empty()).then(|| ligne.note.to_owned());
        let known = ligne.bases.iter().filter_map(|cle| reference(cle));
        valeurs.push(ValeurDatee {
            periode,
            valeur,
            bases: known.map(Cow::Borrowed).collect(),
            discutee: false,
            note,
            origine: Origine::Programme,
        });
    }
    if valeurs.is_empty() { Err("no value".to_owned()) } else { Ok(valeurs) }
}

const HEAD: &str = "
## Nomenclature

Les lettres de la NGAP et leurs suppléments, lettre par lettre. Une base est comparée aux tarifs de ce tableau le jour des soins ; une
case vide est une valeur que les sources ne donnent pas, et rien n'y est comparé. Une seconde source vide dit qu'une seule a été trouvée.

| Lettre | Nature | Libellé | Qui | Secteur | Âges | Du | Au | Tarif | Sources | Vérifié le | Note |
|---|---|---|---|---|---|---|---|---|---|---|---|
";

/// Writes the table for readers, in Markdown.
pub(in crate::law) fn page(book: &mut String) {
    book.push_str(HEAD);
    for ligne in &table().lignes {
        // Writing to a string cannot fail.
        row(book, ligne).unwrap_or_default();
    }
}

fn row(book: &mut String, ligne: &Ligne) -> std::fmt::Result {
    let (nature, secteur) = (ligne.nature.mot(), ligne.secteur.mot());
    let ages = match ligne.ages {
        (u8::MIN, u8::MAX) => String::new(),
        (first, u8::MAX) => format!("{first} et plus"),
        (first, last) => format!("{first} à {last}"),
    };
    let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let price = ligne.centimes.map(Centimes::in_words).unwrap_or_default();
    let sources = match ligne.source2 {
        "" => format!("{} (seule source trouvée)", ligne.source1),
        second => format!("{} ; {second}", ligne.source1),
    };
    writeln!(
        book,
        "| {} | {nature} | {} | {} | {secteur} | {ages} | {} | {} | {price} | {sources} | {} | {} |",
        ligne.code,
        ligne.libelle,
        ligne.qui.replace('_', " "),
        day(ligne.du),
        day(ligne.dernier),
        ligne.verifie_le,
        ligne.note
    )
}
