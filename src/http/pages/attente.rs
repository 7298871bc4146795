//! What waits for somebody, in words: a choice that lacks a signature, a choice that is contested, a search for a doctor.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde_json::Value;

use super::membres::{elements, mot};
use super::{echappe, suite};
use crate::domain::calendar::en_toutes_lettres;
use crate::domain::clock::paris_day;
use crate::domain::enumeration::enumere;

/// The lists of a record: its declarations, its searches for a doctor.
pub(super) struct Attente<'a> {
    pub(super) declarations: &'a Value,
    pub(super) conciliations: &'a Value,
}

fn jour(document: &Value, name: &str) -> Option<String> {
    mot(document, name).parse().ok().map(|jour: NaiveDate| en_toutes_lettres(jour))
}

/// The last day that an end leaves.
fn dernier_jour(fin: &str) -> Option<String> {
    let fin: DateTime<Utc> = fin.parse().ok()?;
    fin.checked_sub_signed(TimeDelta::microseconds(1))
        .map(|last| en_toutes_lettres(paris_day(last)))
}

/// The doctors that a declaration names.
pub(super) fn medecins(declaration: &Value) -> impl Iterator<Item = &str> {
    elements(declaration, "medecins").filter_map(|one| one.get("rpps")?.as_str())
}

impl Attente<'_> {
    /// The declarations that wait for something, or are contested.
    pub(super) fn ouvertes(&self) -> impl Iterator<Item = &Value> {
        elements(self.declarations, "donnees")
            .filter(|one| mot(one, "etat") == "en_attente" || mot(one, "contestation") == "ouverte")
    }

    /// Whether a line of the inbox is about a declaration that is told here.
    pub(super) fn dit(&self, affaire: &Value) -> bool {
        let path = affaire.pointer("/action/chemin").and_then(Value::as_str).unwrap_or_default();
        let told = |one: &Value| !mot(one, "id").is_empty() && path.contains(mot(one, "id"));
        mot(affaire, "rubrique") == "signature_demandee" && self.ouvertes().any(told)
    }

    /// What waits; doctors are called by `nom`.
    pub(super) fn phrases(&self, nom: &dyn Fn(&str) -> String) -> Vec<String> {
        let mut said: Vec<String> = self
            .ouvertes()
            .map(|one| {
                let who: Vec<String> = medecins(one).map(nom).collect();
                if mot(one, "etat") == "en_attente" {
                    en_attente(one, &enumere(&who), nom)
                } else {
                    format!(
                        "Vous avez contesté un choix de médecin traitant ({})\u{a0}: votre caisse n'a pas encore répondu. En attendant, \
                         ce choix compte.",
                        enumere(&who)
                    )
                }
            })
            .collect();
        let searches =
            elements(self.conciliations, "donnees").filter(|one| mot(one, "etat") == "ouverte");
        said.extend(searches.filter_map(recherche));
        said
    }

    /// The same, as paragraphs.
    pub(super) fn html(&self, nom: &dyn Fn(&str) -> String) -> String {
        suite(self.phrases(nom).iter().map(|said| format!("<p>{}</p>\n", echappe(said))))
    }
}

/// A declaration that is not signed by everybody.
fn en_attente(declaration: &Value, who: &str, nom: &dyn Fn(&str) -> String) -> String {
    let missing: Vec<String> = elements(declaration, "signatures_manquantes")
        .map(|one| match mot(one, "role") {
            "medecin" => {
                let rpps = mot(one, "rpps");
                let doctor = if rpps.is_empty() { who.to_owned() } else { nom(rpps) };
                format!("la signature du médecin ({doctor})")
            }
            "titulaire_autorite_parentale" => {
                "la signature d'un parent, titulaire de l'autorité parentale".to_owned()
            }
            "tuteur" => "la signature de votre tuteur".to_owned(),
            "curateur" => "la signature de votre curateur".to_owned(),
            _ => "votre signature".to_owned(),
        })
        .collect();
    let until = dernier_jour(mot(declaration, "expire_le"));
    let until = until.map_or_else(String::new, |last| {
        format!(", jusqu'au {last}\u{a0}: après, il faudra recommencer")
    });
    format!("Votre choix de médecin traitant ({who}) attend {}{until}.", enumere(&missing))
}

/// A search for a doctor that goes on.
fn recherche(conciliation: &Value) -> Option<String> {
    let contacted = match elements(conciliation, "contacts").count() {
        0 => "Aucun médecin n'a encore été contacté.".to_owned(),
        1 => "Un médecin a été contacté.".to_owned(),
        many => format!("{many} médecins ont été contactés."),
    };
    let since = jour(conciliation, "demandee_le")?;
    Some(format!(
        "Depuis le {since}, votre caisse cherche avec vous un médecin traitant. {contacted} Chercher ne change rien à vos \
         remboursements."
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn said(declaration: &Value, conciliation: &Value) -> Vec<String> {
        let declarations = json!({ "donnees": [declaration] });
        let conciliations = json!({ "donnees": [conciliation] });
        let attente = Attente { declarations: &declarations, conciliations: &conciliations };
        let nom = |rpps: &str| format!("Dr {rpps}");
        attente.phrases(&nom).iter().map(|one| one.replace('\u{a0}', " ")).collect()
    }

    #[test]
    fn whose_signature_is_awaited_is_said_with_the_doctor_and_the_last_day() {
        for (missing, told) in [
            (json!([{ "role": "assure" }]), "votre signature"),
            (json!([{ "role": "medecin", "rpps": "PONS" }]), "la signature du médecin (Dr PONS)"),
            (
                json!([{ "role": "assure" }, { "role": "titulaire_autorite_parentale" }]),
                "votre signature et la signature d'un parent, titulaire de l'autorité parentale",
            ),
        ] {
            let declaration = json!({
                "id": "a", "etat": "en_attente", "medecins": [{ "rpps": "PONS" }],
                "signatures_manquantes": missing, "expire_le": "2026-12-10T23:00:00Z",
            });
            let whole = format!(
                "Votre choix de médecin traitant (Dr PONS) attend {told}, jusqu'au 10 décembre 2026 : après, il faudra recommencer."
            );
            assert_eq!(said(&declaration, &json!({})), [whole]);
        }
    }

    #[test]
    fn a_contest_and_a_search_are_told_while_they_are_open_and_no_longer() {
        let contest = |state: &str| json!({ "id": "a", "etat": "active", "contestation": state, "medecins": [{ "rpps": "PONS" }] });
        let search = |state: &str, contacts: Value| json!({ "etat": state, "demandee_le": "2026-11-01", "contacts": contacts });
        let open = said(&contest("ouverte"), &search("ouverte", json!([])));
        assert!(open[0].contains("(Dr PONS) : votre caisse n'a pas encore répondu"), "{open:?}");
        assert!(open[1].starts_with("Depuis le 1er novembre 2026, votre caisse"), "{open:?}");
        assert!(open[1].contains("Aucun médecin n'a encore été contacté"), "{open:?}");
        let one = said(&contest("rejetee"), &search("ouverte", json!([{}])));
        assert!(one.len() == 1 && one[0].contains("Un médecin a été contacté."), "{one:?}");
        let none = said(&contest("retenue"), &search("conclue", json!([{}, {}])));
        assert!(none.is_empty(), "{none:?}");
    }
}
