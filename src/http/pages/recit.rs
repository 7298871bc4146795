//! An evaluation in the words of the patient: what is paid, by whom, why, and what would have changed it.

use serde_json::Value;

use super::membres::{avertissement, centimes, elements};
use super::{echappe, suite};
use crate::domain::money::Centimes;

/// Who pays, with the colour of their part.
const PARTS: [(&str, &str, &str); 3] = [
    ("rembourse_amo_centimes", "L'Assurance maladie", "#0b57a4"),
    ("part_amc_centimes", "Votre complémentaire", "#2c7a4b"),
    ("reste_a_charge_centimes", "Vous", "#b5560a"),
];

/// Who pays instead of a contract of the patient, as the sentence of the payment names them.
const PAYEURS: [(&str, &str); 3] = [
    ("l'aide médicale de l'État", "L'aide médicale de l'État"),
    ("la Complémentaire santé solidaire", "La Complémentaire santé solidaire"),
    ("l'administration pénitentiaire", "L'administration pénitentiaire"),
];

/// Who pays beside the compulsory insurance: the table says what the sentence says.
fn payeur(said: &Value, contrat: &'static str) -> &'static str {
    let phrases = said.pointer("/pour_le_patient/phrases").and_then(Value::as_array);
    let mut phrases = phrases.into_iter().flatten().filter_map(Value::as_str);
    let payment = phrases.find(|phrase| phrase.starts_with("Sur les "));
    let named = |(name, _): &&(&str, &str)| payment.is_some_and(|text| text.contains(name));
    PAYEURS.iter().find(named).map_or(contrat, |(_, label)| label)
}

/// Who pays which part: the parts add up to what was asked.
pub(super) fn parts(said: &Value) -> [(&'static str, &'static str, Centimes); 3] {
    PARTS.map(|(name, who, colour)| {
        let who = if name == "part_amc_centimes" { payeur(said, who) } else { who };
        (who, colour, centimes(said, &format!("/totaux/{name}")))
    })
}

/// The warnings, each once.
fn avertissements(said: &Value) -> Vec<&str> {
    let mut told: Vec<&str> = Vec::new();
    for text in elements(said, "avertissements").filter_map(avertissement) {
        if !told.contains(&text) {
            told.push(text);
        }
    }
    told
}

/// The account; its titles are of this level.
pub(super) fn recit(said: &Value, niveau: u8) -> String {
    recit_sous(said, niveau, "Ce qui l'aurait changé")
}

/// What would have changed everything, for somebody who has a médecin traitant or none.
fn changement(said: &Value) -> &'static str {
    let code = |pointer: &str| said.pointer(pointer).and_then(Value::as_str);
    let phrases = said.pointer("/pour_le_patient/phrases").and_then(Value::as_array);
    let waiting = phrases.into_iter().flatten().filter_map(Value::as_str).any(|phrase| {
        phrase.starts_with("Si votre déclaration avec ce médecin avait été terminée")
    });
    let none = code("/situation_determinee") == Some("sans_medecin_traitant");
    match code("/pour_le_patient/autrement/changement") {
        Some("medecin_traitant_declare" | "medecin_traitant_consulte") if waiting => {
            "terminer votre déclaration avec ce médecin"
        }
        Some("medecin_traitant_declare") => "avoir déclaré un médecin traitant",
        Some("medecin_traitant_consulte") if none => {
            "déclarer ce médecin comme votre médecin traitant"
        }
        Some("medecin_traitant_consulte") => {
            "consulter votre médecin traitant, ou choisir celui-ci à sa place"
        }
        _ if none => "avoir déclaré un médecin traitant, et passer d'abord par lui pour une lettre",
        _ => "passer d'abord par votre médecin traitant, pour une lettre",
    }
}

/// The same, under the title that suits the day of what would change it.
pub(super) fn recit_sous(said: &Value, niveau: u8, autrement: &str) -> String {
    let list = |tag: &str, pointer: &str| {
        let items = said.pointer(pointer).and_then(Value::as_array).into_iter().flatten();
        let items = items.filter_map(Value::as_str);
        suite(items.map(|item| format!("<{tag}>{}</{tag}>\n", echappe(item))))
    };
    let cents = |pointer: &str| centimes(said, pointer);
    let title = |text: &str| format!("<h{niveau}>{text}</h{niveau}>\n");
    let mut html = list("p", "/pour_le_patient/phrases");
    let total = cents("/totaux/honoraires_centimes");
    html.push_str(&dessin(total, &parts(said)));
    if cents("/pour_le_patient/autrement/economie_centimes") > Centimes::ZERO {
        let change = changement(said);
        html = format!(
            "{html}{}<p>Pour payer {} de moins ({} au lieu de {})\u{a0}: {change}.</p>\n",
            title(autrement),
            cents("/pour_le_patient/autrement/economie_centimes").in_euros(),
            cents("/pour_le_patient/autrement/reste_a_charge_centimes").in_euros(),
            cents("/totaux/reste_a_charge_centimes").in_euros(),
        );
    }
    let warnings = avertissements(said);
    let warnings = suite(warnings.iter().map(|one| format!("<li>{}</li>\n", echappe(one))));
    if !warnings.is_empty() {
        html = format!("{html}{}<ul>\n{warnings}</ul>\n", title("À savoir"));
    }
    let texts = list("li", "/pour_le_patient/references");
    if !texts.is_empty() {
        html = format!("{html}{}<ul>\n{texts}</ul>\n", title("Les textes"));
    }
    html
}

/// Who pays what: a bar, and the same as a table.
fn dessin(total: Centimes, parts: &[(&str, &str, Centimes)]) -> String {
    let (mut x, mut bar, mut rows) = (0, String::new(), String::new());
    for (who, colour, amount) in parts {
        let width = amount.get().saturating_mul(600).checked_div(total.get()).unwrap_or_default();
        bar = format!(
            "{bar}<rect x=\"{x}\" y=\"0\" width=\"{width}\" height=\"40\" fill=\"{colour}\"/>"
        );
        x = width.saturating_add(x);
        rows = format!(
            "{rows}<tr><th scope=\"row\"><svg class=\"pastille\" viewBox=\"0 0 10 10\" aria-hidden=\"true\"><rect width=\"10\" height=\"10\" fill=\"{colour}\"/></svg>{who}</th>\
             <td class=\"montant\">{}</td></tr>\n",
            amount.in_euros()
        );
    }
    let said: Vec<String> = parts
        .iter()
        .map(|(who, _, amount)| format!("{who}\u{a0}: {}", amount.in_euros()))
        .collect();
    format!(
        "<svg viewBox=\"0 0 600 40\" role=\"img\" aria-label=\"Qui paie quoi. {}\">{bar}</svg>\n\
         <table><caption>Qui paie les {}</caption>\n<tbody>\n{rows}</tbody></table>\n",
        echappe(&said.join(" ; ")),
        total.in_euros()
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nobody_is_told_how_to_pay_nothing_less() {
        let said = |saved: i64| {
            json!({
                "totaux": {
                    "honoraires_centimes": 3000, "rembourse_amo_centimes": 1040,
                    "part_amc_centimes": 1960, "reste_a_charge_centimes": saved,
                },
                "pour_le_patient": {
                    "phrases": ["Sur les 30 € demandés, …"],
                    "autrement": { "changement": "medecin_traitant_consulte", "economie_centimes": saved,
                                   "reste_a_charge_centimes": 0 },
                },
            })
        };
        for (saved, told) in [(-1, false), (0, false), (1, true)] {
            let html = recit(&said(saved), 3);
            assert_eq!(html.contains("Pour payer"), told, "{saved}: {html}");
        }
    }

    #[test]
    fn nobody_is_sent_to_a_medecin_traitant_that_they_do_not_have() {
        let said = |situation: &str, change: &str| {
            recit(
                &json!({
                    "situation_determinee": situation,
                    "totaux": { "honoraires_centimes": 3000, "reste_a_charge_centimes": 1260 },
                    "pour_le_patient": {
                        "phrases": [],
                        "autrement": { "changement": change, "economie_centimes": 1060,
                                       "reste_a_charge_centimes": 200 },
                    },
                }),
                3,
            )
        };
        for (situation, change, told) in [
            (
                "sans_medecin_traitant",
                "medecin_traitant_declare",
                "avoir déclaré un médecin traitant.",
            ),
            (
                "sans_medecin_traitant",
                "medecin_traitant_consulte",
                "déclarer ce médecin comme votre",
            ),
            (
                "sans_medecin_traitant",
                "adresse_par_le_medecin_traitant",
                "avoir déclaré un médecin traitant, et",
            ),
            ("non_respect", "medecin_traitant_consulte", "consulter votre médecin traitant"),
            (
                "specialite_hors_acces_direct",
                "adresse_par_le_medecin_traitant",
                "passer d'abord par votre",
            ),
        ] {
            let html = said(situation, change);
            assert!(html.contains(told), "{situation} {change}: {html}");
        }
    }

    #[test]
    fn the_table_names_who_pays_as_the_sentence_does() {
        for (payeur, label) in [
            ("votre complémentaire", "Votre complémentaire"),
            ("l'aide médicale de l'État", "L'aide médicale de l'État"),
            ("la Complémentaire santé solidaire", "La Complémentaire santé solidaire"),
        ] {
            let said = json!({
                "totaux": {
                    "honoraires_centimes": 3000, "rembourse_amo_centimes": 2100,
                    "part_amc_centimes": 900, "reste_a_charge_centimes": 0,
                },
                "pour_le_patient": { "phrases": [format!("Sur les 30 € demandés, {payeur} paie 9 €.")] },
            });
            let shown = recit(&said, 3);
            assert!(shown.contains(&format!("</svg>{label}</th>")), "{shown}");
        }
    }
}
