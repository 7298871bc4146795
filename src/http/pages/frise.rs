//! A history drawn on two times: from left to right what was in force, from top to bottom what was known, the latest first.

use std::collections::BTreeSet;

use serde_json::Value;

use super::ecriture::texte;
use super::{echappe, suite};

/// How many states of knowledge are drawn, and how many colours there are.
const LIGNES: usize = 8;
const COULEURS: usize = 6;

/// One version of a designation.
struct Version<'a> {
    id: &'a str,
    du: &'a str,
    au: Option<&'a str>,
    su: &'a str,
    remplacee: Option<&'a str>,
    /// Its doctors, each with the days of their own.
    membres: Vec<Membre<'a>>,
}

/// A doctor of a designation, from a day and until another.
struct Membre<'a> {
    rpps: &'a str,
    du: &'a str,
    au: Option<&'a str>,
}

/// Who is there by a designation on a day.
struct Presents<'a> {
    version: &'a Version<'a>,
    rpps: Vec<&'a str>,
}

impl Presents<'_> {
    /// What two days have in common when nothing changed between them.
    fn cle(&self) -> (&str, &[&str]) {
        (self.version.id, &self.rpps)
    }
}

impl<'a> Membre<'a> {
    fn lit(one: &'a Value) -> Option<Self> {
        let text = |name: &str| one.get(name).and_then(Value::as_str);
        Some(Self { rpps: text("rpps")?, du: text("effet_du")?, au: text("effet_au") })
    }

    const fn jours(&self) -> [Option<&'a str>; 2] {
        [Some(self.du), self.au]
    }
}

impl<'a> Version<'a> {
    fn lit(one: &'a Value) -> Option<Self> {
        let text = |name: &str| one.get(name).and_then(Value::as_str);
        let doctors = one.get("medecins").and_then(Value::as_array).into_iter().flatten();
        Some(Self {
            id: text("id")?,
            du: text("effet_du")?,
            au: text("effet_au"),
            su: text("enregistree_le")?,
            remplacee: text("remplacee_le"),
            membres: doctors.filter_map(Membre::lit).collect(),
        })
    }

    /// Whether it was what was known at an instant, and in force on a day. Days and instants are compared as they are written.
    fn couvre(&self, instant: &str, jour: &str) -> bool {
        self.su <= instant
            && self.remplacee.is_none_or(|end| instant < end)
            && self.du <= jour
            && self.au.is_none_or(|end| jour < end)
    }

    /// Who was there on a day.
    fn presents(&self, jour: &str) -> Vec<&'a str> {
        let there = |one: &&Membre<'a>| one.du <= jour && one.au.is_none_or(|end| jour < end);
        self.membres.iter().filter(there).map(|one| one.rpps).collect()
    }
}

/// The history that a list of designations tells; doctors are called by `nom`.
pub(super) fn frise(document: &Value, nom: &dyn Fn(&str) -> String) -> String {
    let all = document.get("donnees").and_then(Value::as_array).into_iter().flatten();
    let versions: Vec<Version<'_>> = all.filter_map(Version::lit).collect();
    if versions.is_empty() {
        return "<p>Aucun médecin traitant n'a jamais été connu du registre.</p>\n".to_owned();
    }
    let days: BTreeSet<&str> = versions
        .iter()
        .flat_map(|one| {
            [Some(one.du), one.au].into_iter().chain(one.membres.iter().flat_map(Membre::jours))
        })
        .flatten()
        .collect();
    let instants: BTreeSet<&str> =
        versions.iter().flat_map(|one| [Some(one.su), one.remplacee]).flatten().collect();
    let days: Vec<&str> = days.into_iter().collect();
    let mut known: Vec<&str> = Vec::new();
    for one in &versions {
        if !known.contains(&one.id) {
            known.push(one.id);
        }
    }
    let heads = suite(
        days.iter().map(|day| format!("<th scope=\"col\">dès le {}</th>", echappe(&texte(day)))),
    );
    let rows = suite(instants.iter().rev().take(LIGNES).enumerate().map(|(index, instant)| {
        let when = if index == 0 { "Aujourd'hui, su depuis le" } else { "Su le" };
        format!(
            "<tr><th scope=\"row\">{when} {}</th>{}</tr>\n",
            echappe(&texte(instant)),
            cells(&versions, &days, (instant, &known), nom)
        )
    }));
    format!(
        "<p class=\"aide\">En colonnes, ce qui était en vigueur ; en lignes, ce que le registre en savait.</p>\n\
         <div class=\"defile\" tabindex=\"0\" role=\"region\" aria-label=\"Frise\"><table class=\"frise\">\n\
         <thead><tr><td></td>{heads}</tr></thead>\n<tbody>\n{rows}</tbody></table></div>\n"
    )
}

/// What was known at an instant, from day to day; a designation that goes on with the same doctors is one cell.
fn cells(
    versions: &[Version<'_>],
    days: &[&str],
    (instant, known): (&str, &[&str]),
    nom: &dyn Fn(&str) -> String,
) -> String {
    let mut cells: Vec<(Option<Presents<'_>>, usize)> = Vec::new();
    for day in days {
        let found = versions.iter().find(|one| one.couvre(instant, day));
        let found = found.map(|version| Presents { version, rpps: version.presents(day) });
        match cells.last_mut() {
            Some((last, width))
                if last.as_ref().map(Presents::cle) == found.as_ref().map(Presents::cle) =>
            {
                *width = width.saturating_add(1);
            }
            _ => cells.push((found, 1)),
        }
    }
    suite(cells.into_iter().map(|(found, width)| match found {
        None => format!("<td colspan=\"{width}\">—</td>"),
        Some(Presents { version: one, rpps: there }) => {
            let place = known.iter().position(|id| *id == one.id).unwrap_or_default();
            let colour = place.checked_rem(COULEURS).unwrap_or_default();
            let names: Vec<String> = there.iter().map(|rpps| echappe(&nom(rpps))).collect();
            format!("<td class=\"c{colour}\" colspan=\"{width}\">{}</td>", names.join(" et "))
        }
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_doctor_is_there_for_the_days_of_their_own() {
        let one = |id: &str, su: &str, end: Option<&str>| {
            json!({
                "id": id, "effet_du": "2024-01-10", "effet_au": null, "enregistree_le": su, "remplacee_le": null,
                "medecins": [
                    { "rpps": "INES", "effet_du": "2024-01-10", "effet_au": null },
                    { "rpps": "MARC", "effet_du": "2024-01-10", "effet_au": end },
                ]
            })
        };
        let nom = |rpps: &str| rpps.to_owned();
        let both = json!({ "donnees": [one("a", "2024-01-10T08:00:00Z", None)] });
        assert!(frise(&both, &nom).contains("colspan=\"1\">INES et MARC</td>"));
        let left = json!({ "donnees": [one("a", "2024-01-10T08:00:00Z", Some("2026-11-01"))] });
        let html = frise(&left, &nom);
        assert!(
            html.contains("dès le 1er novembre 2026") || html.contains("dès le 01/11/2026"),
            "{html}"
        );
        assert!(
            html.contains(
                "colspan=\"1\">INES et MARC</td><td class=\"c0\" colspan=\"1\">INES</td>"
            ),
            "{html}"
        );
    }
}
