//! The fingerprint of a law: what an evaluation must remember to be replayed.

use serde_json::{Value, json};

use chrono::NaiveDate;

use super::nomenclature::table;
use super::parameters::Parametres;
use super::references::{Texte, Verification};
use super::rule::{Rang, Regle};
use crate::domain::digest::Empreinte;
use crate::domain::vocabulary::Vocabulaire;

/// SHA-256 of the first day covered, the values and until when they were verified, the table of the letters, the sheets
/// of the rules and the version of the reasoning. Notes, comments and which file gives a value do not count; the order
/// of the rules does not either.
pub(super) fn empreinte(
    premier_jour: NaiveDate,
    moteur: u32,
    parametres: &Parametres,
    regles: &[&'static Regle],
) -> Empreinte {
    let mut lines = vec![
        format!("moteur {moteur}"),
        format!("premier jour {premier_jour}"),
        format!("nomenclature {}", table().empreinte()),
    ];
    for (parametre, historique) in parametres.iter() {
        let until = historique.verifie_jusqu_au;
        lines.push(format!("verifie {} {until}", parametre.mot()));
        for valeur in &historique.valeurs {
            lines.push(format!(
                "parametre {} {} {:?} {:?} {:?}",
                parametre.mot(),
                historique.unite.mot(),
                valeur.periode,
                valeur.valeur,
                valeur.bases.iter().map(base).collect::<Vec<Value>>()
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
                "regle {} {rang} {:?} {:?} {} {}",
                fiche.code, fiche.periode, fiche.bases, fiche.phrase, fiche.cause
            )
        })
        .collect();
    sheets.sort_unstable();
    lines.append(&mut sheets);
    Empreinte::of(lines.join("\n"))
}

/// The values of a law, as they are kept beside the evaluations made under it.
pub(super) fn as_json(premier_jour: NaiveDate, moteur: u32, parametres: &Parametres) -> Value {
    let values = parametres.iter().map(|(parametre, historique)| {
        let dated: Vec<Value> = historique
            .valeurs
            .iter()
            .map(|valeur| {
                json!({
                    "du": valeur.periode.du(),
                    "au": valeur.periode.au(),
                    "valeur": valeur.valeur,
                    "discutee": valeur.discutee,
                    "bases": valeur.bases.iter().map(base).collect::<Vec<Value>>(),
                    "origine": valeur.origine.fichier(),
                })
            })
            .collect();
        json!({
            "code": parametre.mot(),
            "unite": historique.unite.mot(),
            "verifie_jusqu_au": historique.verifie_jusqu_au,
            "verifie_par": historique.verifie_par.fichier(),
            "valeurs": dated,
        })
    });
    json!({
        "moteur": moteur,
        "premier_jour": premier_jour,
        "parametres": values.collect::<Vec<_>>(),
    })
}

/// A basis: its key when the program has it, all of it when an addition cites it.
fn base(texte: &Texte) -> Value {
    match texte {
        Texte::Borrowed(known) => json!(known.cle),
        Texte::Owned(cited) => json!({
            "cle": cited.cle,
            "citation": cited.citation,
            "objet": cited.objet,
            "lu_le": match &cited.verification {
                Verification::Lue(jour) => Some(jour),
                Verification::AVerifier => None,
            },
        }),
    }
}
