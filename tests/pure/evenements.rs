//! Kinds of events: what `docs/EVENEMENTS.md` says of them, and what they may not say.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use traitant::domain::a_revoir::{Alentours, Autour, FaitEnregistre, Reexamen, raisons};
use traitant::domain::droits::{Demarche, Relation};
use traitant::domain::evaluation::{Evaluation, Montants};
use traitant::domain::evenement::{JoursTouches, NatureEvenement};
use traitant::domain::reevaluation::causes;
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
        ("patient", "rectification_demandee" | "rectification_repondue") => &[D::LireRectification],
        ("patient", _) => &[D::LirePatient],
        // A doctor whose patient leaves is named by the declaration that ends.
        ("patientele", _) => &[D::SuivreMesPatients, D::LireDeclaration],
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

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A fact of a kind, from a day on and until another, recorded at an instant, around an evaluation.
fn around(
    nature: NatureEvenement,
    (du, au): (Option<NaiveDate>, Option<NaiveDate>),
    enregistre_le: DateTime<Utc>,
) -> Alentours {
    Alentours {
        faits: vec![FaitEnregistre { nature, enregistre_le, du, au }],
        reexamens: Vec::new(),
    }
}

/// What the list of feuilles to look at again gives as late for an evaluation of a day.
fn late(alentours: &Alentours, connu_le: DateTime<Utc>, jour: NaiveDate) -> Vec<String> {
    let nothing =
        Evaluation { actes: Vec::new(), totaux: Montants::default(), avertissements: Vec::new() };
    let autour = Autour { jours: (jour, jour), connu_le, alentours, ruptures: &[], deces: None };
    raisons(&nothing, &autour).into_iter().flat_map(|raison| raison.codes).collect()
}

#[test]
fn what_calls_for_a_look_is_what_a_reevaluation_gives_as_cause() {
    let known: DateTime<Utc> = "2025-06-16T10:00:00Z".parse().unwrap();
    let (first, end) = (day("2025-03-10"), day("2025-03-20"));
    let mut given = 0;
    for nature in NatureEvenement::TOUS {
        for days in [(None, None), (Some(first), None), (None, Some(end)), (Some(first), Some(end))]
        {
            for seconds in [-1, 0, 1] {
                let recorded = known + TimeDelta::seconds(seconds);
                let mut alentours = around(*nature, days, recorded);
                for jour in ["2025-03-09", "2025-03-10", "2025-03-19", "2025-03-20"].map(day) {
                    let reasons = late(&alentours, known, jour);
                    given += reasons.len();
                    assert!(reasons.is_empty() || seconds > 0, "known already");
                    let told = |law| causes(&alentours, (known, jour), (law, false));
                    if reasons.is_empty() {
                        assert_eq!(
                            (told(false), told(true)),
                            (vec!["plafonds".into()], vec!["loi".into()])
                        );
                    } else {
                        assert_eq!(
                            (&reasons, &reasons),
                            (&told(false), &vec![nature.mot().to_owned()])
                        );
                        assert!(told(true).contains(&"loi".to_owned()) && told(true).is_sorted());
                    }
                    // Once a reevaluation has looked at it, it is neither any more.
                    let demande_le = recorded + TimeDelta::seconds(1);
                    let jours = (jour, jour);
                    alentours.reexamens = vec![Reexamen { demande_le, depuis: None, jours }];
                    assert_eq!(late(&alentours, known, jour), [""; 0]);
                    assert_eq!(causes(&alentours, (known, jour), (false, false)), ["plafonds"]);
                    alentours.reexamens.clear();
                }
            }
        }
    }
    assert!(given > 100, "{given}");
}

#[test]
fn each_way_of_touching_days_touches_those_that_it_says() {
    let known: DateTime<Utc> = "2025-06-16T10:00:00Z".parse().unwrap();
    let period = (Some(day("2025-03-10")), Some(day("2025-03-20")));
    for nature in NatureEvenement::TOUS {
        let alentours = around(*nature, period, known + TimeDelta::seconds(1));
        let touched = ["2025-03-09", "2025-03-10", "2025-03-19", "2025-03-20"]
            .map(|jour| !late(&alentours, known, day(jour)).is_empty());
        let expected = match nature.jours() {
            JoursTouches::Aucun => [false; 4],
            JoursTouches::Periode => [false, true, true, false],
            JoursTouches::Debut => [false, true, true, true],
            JoursTouches::Fin => [false, false, false, true],
            JoursTouches::Tous => [true; 4],
        };
        assert_eq!(touched, expected, "{}", nature.mot());
    }
}
