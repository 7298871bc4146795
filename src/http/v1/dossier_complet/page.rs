//! The same as a page: every value of it, in French, readable without a program.

use chrono::{DateTime, Days, NaiveDate};
use serde::Serialize;
use serde_json::Value;

use super::{DossierCompletVue, RubriqueVue};
use crate::http::pages::{echappe, suite};

/// Words of the names of columns and members, as they are written in French.
const MOTS: [(&str, &str); 46] = [
    ("a", "à"),
    ("acces", "accès"),
    ("activite", "activité"),
    ("ald", "ALD"),
    ("annule", "annulé"),
    ("anterieur", "antérieur"),
    ("beneficiaire", "bénéficiaire"),
    ("cloture", "clôture"),
    ("complementaire", "complémentaire"),
    ("conteste", "contesté"),
    ("deces", "décès"),
    ("declaration", "déclaration"),
    ("declare", "déclaré"),
    ("depassement", "dépassement"),
    ("designation", "désignation"),
    ("donnees", "données"),
    ("duree", "durée"),
    ("echeance", "échéance"),
    ("ecrit", "écrit"),
    ("emetteur", "émetteur"),
    ("enregistre", "enregistré"),
    ("enregistree", "enregistrée"),
    ("etabli", "établi"),
    ("etablissement", "établissement"),
    ("etat", "état"),
    ("evaluation", "évaluation"),
    ("evaluations", "évaluations"),
    ("evenement", "événement"),
    ("executant", "exécutant"),
    ("execution", "exécution"),
    ("execute", "exécuté"),
    ("executee", "exécutée"),
    ("identite", "identité"),
    ("medecin", "médecin"),
    ("medecins", "médecins"),
    ("numero", "numéro"),
    ("numeros", "numéros"),
    ("operation", "opération"),
    ("prenom", "prénom"),
    ("recue", "reçue"),
    ("reference", "référence"),
    ("remplace", "remplacé"),
    ("representant", "représentant"),
    ("representation", "représentation"),
    ("signe", "signé"),
    ("specialite", "spécialité"),
];

/// The content of the page.
pub(super) fn body(title: &str, dossier: &DossierCompletVue) -> String {
    let rubriques = suite(dossier.rubriques.iter().map(rubrique));
    let feuilles = montre(&dossier.feuilles_de_soins);
    let acces = montre(&dossier.acces);
    format!(
        "<main id=\"contenu\"><h1>{}</h1>\n<p>Établi le {}. Chaque ligne est telle que le registre la garde, avec celles qui ont été \
         remplacées depuis. Une erreur se signale à votre caisse, qui la rectifie.</p>\n{rubriques}\
         <section><h2>Feuilles de soins et évaluations</h2>\n{feuilles}</section>\n\
         <section><h2>Qui a consulté votre dossier</h2>\n{acces}</section></main>",
        echappe(title),
        echappe(&instant(&dossier.etabli_le.to_rfc3339()).unwrap_or_default()),
    )
}

fn rubrique(rubrique: &RubriqueVue) -> String {
    let lignes = suite(rubrique.lignes.iter().map(|ligne| valeur("", ligne)));
    format!("<section><h2>{}</h2>\n{lignes}</section>\n", echappe(rubrique.titre))
}

/// A value, however deep: what is empty is left out.
fn valeur(nom: &str, value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(true) => "oui".to_owned(),
        Value::Bool(false) => "non".to_owned(),
        Value::Number(number) => match number.as_i64() {
            Some(cents) if nom.ends_with("_centimes") => euros(cents),
            _ => number.to_string(),
        },
        Value::String(text) => echappe(&texte(text)),
        Value::Array(all) if all.is_empty() => String::new(),
        Value::Array(all) => {
            let items = all.iter().map(|one| format!("<li>{}</li>", valeur(nom, one)));
            format!("<ol>{}</ol>", suite(items))
        }
        Value::Object(members) => {
            let shown = members.iter().map(|(nom, value)| (nom, valeur(nom, value)));
            let shown = shown.filter(|(_, value)| !value.is_empty());
            let lines = shown
                .map(|(nom, value)| format!("<dt>{}</dt><dd>{value}</dd>", echappe(&libelle(nom))));
            format!("<dl>{}</dl>\n", suite(lines))
        }
    }
}

/// The name of a column or of a member, in French.
fn libelle(nom: &str) -> String {
    let nom = nom.strip_suffix("_centimes").unwrap_or(nom);
    let mot = |mot: &str| {
        MOTS.iter().find(|(plain, _)| *plain == mot).map_or(mot, |(_, french)| *french).to_owned()
    };
    nom.split('_').map(mot).collect::<Vec<_>>().join(" ")
}

fn euros(cents: i64) -> String {
    let (whole, rest) = (cents.unsigned_abs() / 100, cents.unsigned_abs() % 100);
    format!("{}{whole},{rest:02} €", if cents < 0 { "−" } else { "" })
}

/// A text; a day, an instant or a period of days as French people write them.
fn texte(text: &str) -> String {
    periode(text)
        .or_else(|| jour(text))
        .or_else(|| instant(text))
        .unwrap_or_else(|| text.to_owned())
}

fn lu(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| text.len() == 10)
}

fn jour(text: &str) -> Option<String> {
    Some(lu(text)?.format("%d/%m/%Y").to_string())
}

fn instant(text: &str) -> Option<String> {
    let instant = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
    Some(instant.format("%d/%m/%Y à %H:%M (UTC)").to_string())
}

/// A period as PostgreSQL writes it: its last day is the one before its end.
fn periode(text: &str) -> Option<String> {
    let (du, fin) = text.strip_prefix('[')?.strip_suffix(')')?.split_once(',')?;
    let du = jour(du)?;
    if fin.is_empty() {
        return Some(format!("depuis le {du}"));
    }
    let au = lu(fin)?.checked_sub_days(Days::new(1))?.format("%d/%m/%Y");
    Some(format!("du {du} au {au}"))
}

/// What is written as JSON, shown.
fn montre(value: &impl Serialize) -> String {
    serde_json::to_value(value).map_or_else(|_unwritable| String::new(), |value| valeur("", &value))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_written_as_french_people_read_them() {
        for (text, read) in [
            ("2024-02-29", "29/02/2024"),
            ("[2024-01-01,)", "depuis le 01/01/2024"),
            ("[2024-01-01,2024-03-01)", "du 01/01/2024 au 29/02/2024"),
            ("2025-06-16T10:00:00+00:00", "16/06/2025 à 10:00 (UTC)"),
            ("2025-02-30", "2025-02-30"),
            ("1950-13-01", "1950-13-01"),
        ] {
            assert_eq!(texte(text), read);
        }
        assert_eq!(libelle("reste_a_charge_centimes"), "reste à charge");
        assert_eq!(libelle("medecin_id"), "médecin id");
        let shown = valeur("", &json!({ "total_centimes": -1205, "vide": null, "nom": "<b>" }));
        assert_eq!(
            shown,
            "<dl><dt>nom</dt><dd>&lt;b&gt;</dd><dt>total</dt><dd>−12,05 €</dd></dl>\n"
        );
    }
}
