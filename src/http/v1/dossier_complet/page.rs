//! The same as a page: every value of it, in French, readable without a program.

use serde::Serialize;
use serde_json::Value;

use super::{DossierCompletVue, RubriqueVue};
use crate::http::pages::ecriture::{euros, instant, libelle, texte};
use crate::http::pages::phrases::phrase;
use crate::http::pages::{echappe, suite};

/// The content of the page.
pub(super) fn body(title: &str, dossier: &DossierCompletVue) -> String {
    let rubriques = suite(dossier.rubriques.iter().map(rubrique));
    let feuilles = montre(&dossier.feuilles_de_soins);
    let acces = montre(&dossier.acces);
    format!(
        "<main id=\"contenu\"><h1>{}</h1>\n<p>Établi le {} (les heures sont celles de Paris). Chaque ligne est telle que le registre la garde, avec celles qui ont été \
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
        Value::String(text) if nom == "operation" => echappe(phrase(text).unwrap_or(text.as_str())),
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
        let shown = valeur("", &json!({ "total_centimes": -1205, "vide": null, "nom": "<b>" }));
        assert_eq!(
            shown,
            "<dl><dt>nom</dt><dd>&lt;b&gt;</dd><dt>total</dt><dd>−12,05 €</dd></dl>\n"
        );
        let shown = valeur("", &json!({ "operation": "patientele.lister" }));
        assert_eq!(shown, "<dl><dt>opération</dt><dd>liste des patients du médecin</dd></dl>\n");
    }
}
