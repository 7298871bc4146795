//! Kinds of events: what `docs/EVENEMENTS.md` says of them, and what they may not say.

use std::collections::BTreeSet;

use traitant::domain::droits::{Demarche, Relation};
use traitant::domain::evenement::{JoursTouches, NatureEvenement};
use traitant::domain::vocabulary::Vocabulaire;

#[test]
fn the_page_of_events_says_what_the_program_does() {
    let rows =
        include_str!("../../docs/EVENEMENTS.md").lines().filter(|line| line.starts_with("| `"));
    let shown: Vec<String> = rows
        .map(|row| {
            let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
            let [nature, phrase, jours, told] = cells[..] else { panic!("not four cells: {row}") };
            assert!(phrase.ends_with('.') && phrase.len() > 20, "{row}");
            format!("{nature} {jours} {told}")
        })
        .collect();
    let made: Vec<String> = NatureEvenement::TOUS
        .iter()
        .map(|one| {
            let told: Vec<&str> = one.destinataires().map(Vocabulaire::mot).collect();
            format!("`{}` {} {}", one.mot(), one.jours().mot(), told.join(", "))
        })
        .collect();
    assert_eq!(shown, made);
}

#[test]
fn each_kind_has_its_word_and_its_readers_and_those_of_feuilles_touch_no_day() {
    let words: Vec<&str> = NatureEvenement::TOUS.iter().map(|one| one.mot()).collect();
    let distinct: BTreeSet<&&str> = words.iter().collect();
    assert_eq!(distinct.len(), words.len());
    for one in NatureEvenement::TOUS {
        let told: Vec<Relation> = one.destinataires().collect();
        let distinct: BTreeSet<&Relation> = told.iter().collect();
        assert!(!told.is_empty() && distinct.len() == told.len(), "{}: {told:?}", one.mot());
        // The index of what happened to a person leaves the feuilles out: what calls for another look at
        // them is never read there.
        let of_a_feuille = one.mot().starts_with("feuille.");
        assert!(!of_a_feuille || one.jours() == JoursTouches::Aucun, "{}", one.mot());
    }
}

/// The operations by which what an event tells is read.
fn lectures(nature: NatureEvenement) -> &'static [Demarche] {
    use Demarche as D;
    match nature.mot().split_once('.').unwrap() {
        ("adressage", _) => &[D::LireAdressage],
        ("conciliation", _) => &[D::LireConciliation],
        ("declaration", _) => &[D::LireDeclaration],
        ("designation", "en_conflit" | "conflit_resolu") => &[D::LireConflit],
        // A doctor who is one of several is named by a declaration too.
        ("designation", _) => &[D::ListerDesignations, D::LireDeclaration],
        ("feuille", "recouvrement" | "recouvrement_annule") => &[D::LireRecouvrement],
        ("feuille", _) => &[D::LireFeuilleDeSoins],
        // The directory is open: a doctor is told what is recorded of himself.
        ("medecin", _) => &[D::LireOperation, D::ListerDesignations, D::LireDeclaration],
        ("neutralisation", _) => &[D::ListerNeutralisations],
        ("patient", _) => &[D::LirePatient],
        ("reevaluation", _) => &[D::LireReevaluation],
        ("representation", _) => &[D::ListerRepresentations],
        (theme, _) => panic!("by which operation is {theme} read?"),
    }
}

#[test]
fn nobody_is_told_what_he_may_not_read() {
    for nature in NatureEvenement::TOUS {
        for relation in nature.destinataires() {
            let reads =
                |demarche: &Demarche| demarche.ligne().droits().any(|(one, _)| one == relation);
            let mot = nature.mot();
            assert!(lectures(*nature).iter().any(reads), "{mot} is told to {}", relation.mot());
        }
    }
}
