//! A row of a CSV file as the object that its columns name.

use std::borrow::Cow;

use crate::http::json::Json;

/// What the cells of a column hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Genre {
    Texte,
    Entier,
    /// `oui`, `non`, or the words of JSON.
    Booleen,
    /// As JSON writes it, or as French spreadsheets do: JJ/MM/AAAA.
    Date,
    /// Separated by blanks or commas.
    Liste,
}

/// A column: the way to a field, its parts separated by points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Colonne {
    pub(super) nom: &'static str,
    pub(super) genre: Genre,
    /// Whether each file has it.
    pub(super) requise: bool,
}

/// The columns of a file, in its order; or what is wrong with its heading, in French.
pub(super) fn entete<'h>(
    heading: impl Iterator<Item = &'h str>,
    known: &'static [Colonne],
) -> Result<Vec<Colonne>, String> {
    let mut found: Vec<Colonne> = Vec::new();
    for (place, name) in heading.enumerate() {
        if name.contains('\n') {
            return Err("Le guillemet ouvert dans l'en-tête n'est pas fermé.".to_owned());
        }
        // A file of two bytes a character, read by one.
        if name.contains('\0') {
            return Err("Le fichier n'est ni en UTF-8 ni en windows-1252 : il semble être en UTF-16, à convertir.".to_owned());
        }
        let name = name.trim();
        let place = place.saturating_add(1);
        let Some(column) = known.iter().find(|one| one.nom.eq_ignore_ascii_case(name)) else {
            let all: Vec<&str> = known.iter().map(|one| one.nom).collect();
            let wrong = match separateur(name) {
                Some(separateur) => {
                    format!("L'en-tête sépare ses colonnes par des {separateur}.")
                }
                None => format!("La colonne {place} n'est pas connue."),
            };
            return Err(format!(
                "{wrong} Colonnes attendues, séparées par des points-virgules : {}.",
                all.join(";")
            ));
        };
        if found.contains(column) {
            return Err(format!("La colonne « {} » est écrite deux fois.", column.nom));
        }
        found.push(*column);
    }
    match known.iter().find(|one| one.requise && !found.contains(one)) {
        Some(missing) => Err(format!("Il manque la colonne « {} ».", missing.nom)),
        None => Ok(found),
    }
}

/// What separates names that were read as one, when it is not what is expected.
fn separateur(names: &str) -> Option<&'static str> {
    let known = [('\t', "tabulations"), (',', "virgules"), ('|', "barres verticales")];
    known.into_iter().find(|(one, _)| names.contains(*one)).map(|(_, name)| name)
}

/// A row. An empty cell is an absent field.
pub(super) fn objet<'r>(columns: &[Colonne], cells: impl Iterator<Item = &'r str>) -> Json<'r> {
    let mut members = Vec::new();
    for (column, cell) in columns.iter().zip(cells) {
        let cell = cell.trim();
        if !cell.is_empty() {
            let mut path = column.nom.split('.');
            put(&mut members, &mut path, value(column.genre, cell));
        }
    }
    Json::Objet(members)
}

fn put<'r>(
    members: &mut Vec<(Cow<'r, str>, Json<'r>)>,
    path: &mut std::str::Split<'static, char>,
    value: Json<'r>,
) {
    let Some(name) = path.next() else { return };
    if path.clone().next().is_none() {
        return members.push((Cow::Borrowed(name), value));
    }
    let place = members.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
        members.push((Cow::Borrowed(name), Json::Objet(Vec::new())));
        members.len().saturating_sub(1)
    });
    if let Some((_, Json::Objet(inner))) = members.get_mut(place) {
        put(inner, path, value);
    }
}

fn value(genre: Genre, cell: &str) -> Json<'_> {
    let text = || Json::Texte(Cow::Borrowed(cell));
    match genre {
        Genre::Texte => text(),
        Genre::Entier => cell.parse().map_or_else(|_not_a_number| text(), Json::Entier),
        Genre::Booleen => match cell.to_lowercase().as_str() {
            "oui" | "true" | "vrai" => Json::Booleen(true),
            "non" | "false" | "faux" => Json::Booleen(false),
            _ => text(),
        },
        Genre::Date => date(cell).map_or_else(text, |iso| Json::Texte(Cow::Owned(iso))),
        Genre::Liste => {
            let items = cell.split([' ', ',']).filter(|item| !item.is_empty());
            Json::Liste(items.map(|item| Json::Texte(Cow::Borrowed(item))).collect())
        }
    }
}

/// JJ/MM/AAAA as AAAA-MM-JJ; whether it is a day of the calendar is for its field to say.
fn date(cell: &str) -> Option<String> {
    let mut parts = cell.split('/');
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    let shaped = (day.len(), month.len(), year.len()) == (2, 2, 4) && parts.next().is_none();
    shaped.then(|| format!("{year}-{month}-{day}"))
}
