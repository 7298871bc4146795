//! Letters: a PDF in which each begins on a page of its own, and the same words as a text.

use super::page::{Papier, PapierError};
use crate::domain::calendar::en_toutes_lettres;
use crate::domain::courrier::Lettre;

const PIED: &str =
    "Lettre établie par le registre des médecins traitants, pour votre caisse d'assurance maladie.";
/// What stands in the place of an address that nobody gave.
const SANS_ADRESSE: &str = "(adresse non connue du registre)";

/// The letters of a lot as one PDF, of their day. Each is found under its name; printed on both sides, each begins on a
/// front (`recto_verso`).
pub fn courriers_pdf(
    lettres: &[Lettre],
    recto_verso: bool,
    id: &str,
) -> Result<Vec<u8>, PapierError> {
    let mut papier = Papier::new("Courriers", PIED);
    for lettre in lettres {
        if recto_verso {
            papier.recto();
        }
        let who = lettre.destinataire.lignes.join(" ");
        papier.commencer(&format!("{} ({who})", lettre.objet));
        papier.en_tete(&expediteur(lettre), &destinataire(lettre, ""));
        papier.titre(&lettre.objet);
        for (titre, phrases) in &lettre.parties {
            papier.section(titre);
            for phrase in phrases {
                papier.phrase(phrase);
            }
        }
    }
    let jour = lettres.iter().map(|lettre| lettre.jour).max();
    papier.ecrire(jour.ok_or_else(|| PapierError("no letter".to_owned()))?, id)
}

/// The same words, a letter a page: pages are separated by a form feed.
pub fn courriers_texte(lettres: &[Lettre]) -> String {
    let all: Vec<String> = lettres.iter().map(texte).collect();
    all.join("\u{c}\n")
}

fn texte(lettre: &Lettre) -> String {
    let mut lines = expediteur(lettre);
    lines.push(String::new());
    lines.extend(destinataire(lettre, SANS_ADRESSE));
    lines.extend([String::new(), lettre.objet.clone()]);
    for (titre, phrases) in &lettre.parties {
        lines.extend([String::new(), (*titre).to_owned()]);
        lines.extend(phrases.iter().cloned());
    }
    lines.join("\n") + "\n"
}

fn expediteur(lettre: &Lettre) -> Vec<String> {
    vec![
        format!("Caisse d'assurance maladie {}", lettre.caisse.code()),
        format!("Le {}", en_toutes_lettres(lettre.jour)),
        "Référence à rappeler :".to_owned(),
        lettre.reference.to_string(),
    ]
}

/// Who, and where; without an address the window is left without one, and the text says so.
fn destinataire(lettre: &Lettre, sans_adresse: &str) -> Vec<String> {
    let mut lines = lettre.destinataire.lignes.clone();
    match &lettre.destinataire.adresse {
        Some(adresse) => lines.extend(adresse.iter().cloned()),
        None if sans_adresse.is_empty() => {}
        None => lines.push(sans_adresse.to_owned()),
    }
    lines
}
