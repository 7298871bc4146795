//! The fingerprint of a law: what an evaluation must remember to be replayed.

use serde_json::{Value, json};

use super::nomenclature::table;
use super::parameters::Parametres;
use super::rule::{Rang, Regle};
use crate::domain::calendar::Periode;
use crate::domain::digest::Empreinte;
use crate::domain::vocabulary::Vocabulaire;

/// SHA-256 of the covered period, the values, the table of the letters, the sheets of the rules and the version of the
/// reasoning. Notes and comments do not count; the order of the rules does not either.
pub(super) fn empreinte(
    couverture: Periode,
    moteur: u32,
    parametres: &Parametres,
    regles: &[&'static Regle],
) -> Empreinte {
    let mut lines = vec![
        format!("moteur {moteur}"),
        format!("couverture {couverture:?}"),
        format!("nomenclature {}", table().empreinte()),
    ];
    for (parametre, historique) in parametres.iter() {
        for valeur in &historique.valeurs {
            lines.push(format!(
                "parametre {} {} {:?} {:?} {:?}",
                parametre.mot(),
                historique.unite.mot(),
                valeur.periode,
                valeur.valeur,
                valeur.bases
            ));
        }
    }
    let mut sheets: Vec<String> = regles
        .iter()
        .map(|regle| {
            let fiche = &regle.fiche;
            let rang = match fiche.rang {
                Rang::Principe => "principe".to_owned(),
                Rang::Exception { priorite } => format!("exception {priorite}"),
                Rang::Montant => "montant".to_owned(),
            };
            format!(
                "regle {} {rang} {:?} {:?} {}",
                fiche.code, fiche.periode, fiche.bases, fiche.phrase
            )
        })
        .collect();
    sheets.sort_unstable();
    lines.append(&mut sheets);
    Empreinte::of(lines.join("\n"))
}

/// The values of a law, as they are kept beside the evaluations made under it.
pub(super) fn as_json(couverture: Periode, moteur: u32, parametres: &Parametres) -> Value {
    let values = parametres.iter().map(|(parametre, historique)| {
        let dated: Vec<Value> = historique
            .valeurs
            .iter()
            .map(|valeur| {
                json!({
                    "du": valeur.periode.du(),
                    "au": valeur.periode.au(),
                    "valeur": valeur.valeur,
                    "bases": valeur.bases,
                })
            })
            .collect();
        json!({ "code": parametre.mot(), "unite": historique.unite.mot(), "valeurs": dated })
    });
    json!({
        "moteur": moteur,
        "couverture": couverture,
        "parametres": values.collect::<Vec<_>>(),
    })
}
