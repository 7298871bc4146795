//! What was billed, against what could be billed on the day.

use traitant::domain::evaluation::{Avertissement, RelationMt};
use traitant::domain::feuille_de_soins::{LieuExecution, QualificatifDepense};
use traitant::domain::identifiers::CommuneExercice;

use super::support::{Question, consultation, day};

fn warnings(question: &Question) -> Vec<Avertissement> {
    question.answer().avertissements.iter().map(|warning| warning.code).collect()
}

fn with_overrun(mut question: Question, base: i64) -> Question {
    question.soins.actes[0].qualificatif = Some(QualificatifDepense::Da);
    question.base(base)
}

#[test]
fn a_base_is_compared_with_the_tariff_of_the_day() {
    let mt = |jour: &str, base: i64| {
        warnings(&consultation(day(jour), base).mt(RelationMt::Executant).indicateur("T"))
    };
    for (jour, tariff) in [
        ("2006-07-31", 2000),
        ("2006-08-01", 2100),
        ("2007-06-30", 2100),
        ("2007-07-01", 2200),
        ("2010-12-31", 2200),
        ("2011-01-01", 2300),
        ("2017-04-30", 2300),
        ("2017-05-01", 2500),
        ("2023-10-31", 2500),
        ("2023-11-01", 2650),
        ("2024-12-21", 2650),
        ("2024-12-22", 3000),
    ] {
        assert_eq!(mt(jour, tariff), [], "{jour}");
        assert_eq!(mt(jour, tariff + 1), [Avertissement::BaseContredite], "{jour}");
    }
    let second = consultation(day("2025-06-16"), 5000).secteur_2().base(2300);
    assert_eq!(warnings(&second), []);
    let child = |jour: &str, base: i64| {
        consultation(day(jour), base).age(5).mt(RelationMt::Executant).indicateur("T")
    };
    for (jour, tariff) in [
        ("2017-05-01", 3000),
        ("2023-10-31", 3000),
        ("2023-11-01", 3150),
        ("2024-12-21", 3150),
        ("2024-12-22", 3500),
    ] {
        assert_eq!(warnings(&child(jour, tariff)), [], "a young child has another tariff: {jour}");
        assert_eq!(warnings(&child(jour, tariff - 500).puis("MEG", 500)), [], "{jour}");
        let wrong = warnings(&child(jour, tariff + 1));
        assert_eq!(wrong, [Avertissement::BaseContredite], "{jour}");
    }
    let mut overseas = child("2025-06-16", 3100);
    overseas.soins.executant.lieu = Some(LieuExecution {
        commune: Some(CommuneExercice::parse("97411").unwrap()),
        ..LieuExecution::default()
    });
    assert_eq!(warnings(&overseas), [], "tariffs differ overseas");
}

#[test]
fn an_authorised_overrun_needs_a_specialist_of_sector_one_outside_the_parcours() {
    let cardiologist = || consultation(day("2018-06-15"), 3500).specialite("03").code("CS");
    assert_eq!(warnings(&with_overrun(cardiologist(), 2300)), []);
    let inside = with_overrun(cardiologist().mt(RelationMt::Autre).adresse_par("ESSAI"), 2300);
    assert_eq!(warnings(&inside), [Avertissement::DepassementNonAutorise]);
    let general = with_overrun(consultation(day("2018-06-15"), 3500), 2500);
    assert_eq!(warnings(&general), [Avertissement::DepassementNonAutorise]);
    let second = with_overrun(cardiologist().secteur_2(), 2300);
    assert_eq!(warnings(&second), [Avertissement::DepassementNonAutorise]);
}

#[test]
fn an_authorised_overrun_has_a_highest_total() {
    let billed = |jour: &str, fees: i64| {
        warnings(&with_overrun(consultation(day(jour), fees).specialite("03").code("CS"), 2300))
    };
    assert_eq!(billed("2017-06-30", 3300), []);
    assert_eq!(billed("2017-06-30", 3301), [Avertissement::DepassementExcessif]);
    assert_eq!(billed("2017-07-01", 3500), []);
    assert_eq!(billed("2023-10-31", 3501), [Avertissement::DepassementExcessif]);
    assert_eq!(billed("2023-11-01", 3700), []);
    assert_eq!(billed("2023-11-01", 3701), [Avertissement::DepassementExcessif]);
}

#[test]
fn a_supplement_of_coordination_needs_the_parcours() {
    let seen = || consultation(day("2023-06-15"), 2300).specialite("03").code("CS");
    let sent = seen().puis("MCS", 500).mt(RelationMt::Autre).adresse_par("ESSAI");
    assert_eq!(warnings(&sent), []);
    let outside = seen().puis("MCS", 500);
    assert_eq!(warnings(&outside), [Avertissement::CoordinationInterdite]);
    assert_eq!(warnings(&outside.clone().age(15)), [], "allowed for a child");
}

#[test]
fn a_child_at_a_paediatrician_has_a_tariff_by_age_supplements_included() {
    let seen = |jour: &str, age: u8, base: i64| {
        warnings(&consultation(day(jour), base).age(age).specialite("12").code("CS"))
    };
    for (jour, age, tariff) in [
        ("2023-11-01", 1, 3850),
        ("2024-12-21", 1, 3850),
        ("2024-12-22", 1, 3900),
        ("2025-12-31", 1, 3900),
        ("2026-01-01", 1, 4000),
        ("2023-11-01", 2, 3350),
        ("2024-12-21", 5, 3350),
        ("2024-12-22", 5, 3500),
        ("2023-11-01", 6, 2950),
        ("2024-12-21", 15, 2950),
    ] {
        assert_eq!(seen(jour, age, tariff), [], "{age} on {jour}");
        let wrong = seen(jour, age, tariff + 1);
        assert_eq!(wrong, [Avertissement::BaseContredite], "{age} on {jour}");
    }
    let parts = consultation(day("2024-12-21"), 2300).age(3).specialite("12").code("CS");
    assert_eq!(warnings(&parts.puis("NFE", 650).puis("MEP", 400)), []);
    let gone = consultation(day("2024-12-22"), 3100).age(3).specialite("12").code("CS");
    let gone = warnings(&gone.puis("MEP", 400));
    let told = [Avertissement::BaseContredite, Avertissement::LettreHorsDates];
    assert_eq!(gone, told, "one price by age instead, and no supplement any more");
    assert_eq!(seen("2023-10-31", 1, 2300), [], "before, the letter and its supplements");
    assert_eq!(seen("2023-10-31", 1, 3850), [Avertissement::BaseContredite]);
}

#[test]
fn a_coordinated_consultation_of_a_geriatrician_has_its_own_total() {
    let seen = |jour: &str, base: i64| {
        let sent = consultation(day(jour), base).specialite("34").code("CS").puis("MCS", 500);
        warnings(&sent.mt(RelationMt::Autre).adresse_par("ESSAI"))
            .iter()
            .filter(|code| **code == Avertissement::BaseContredite)
            .count()
    };
    // The principal line has the tariff of every specialist, the total is that of geriatrics.
    for (jour, total) in [("2024-12-22", 3700), ("2025-12-31", 3700), ("2026-01-01", 4200)] {
        let (good, wrong) = (seen(jour, total - 500), seen(jour, total - 499));
        assert!(good < wrong, "{jour}: {good} and {wrong}");
    }
}

#[test]
fn the_opinion_of_a_professor_is_worth_three_consultations_while_it_is_a_letter() {
    let opinion = |jour: &str, base: i64| {
        let asked = consultation(day(jour), base).specialite("03").code("C3");
        warnings(&asked.mt(RelationMt::Autre).adresse_par("ESSAI"))
    };
    for (jour, tariff) in [
        ("2006-07-31", 6000),
        ("2006-08-01", 6300),
        ("2007-06-30", 6300),
        ("2007-07-01", 6600),
        ("2010-12-31", 6600),
        ("2011-01-01", 6900),
        ("2017-09-30", 6900),
    ] {
        assert_eq!(opinion(jour, tariff), [], "{jour}");
        assert_eq!(opinion(jour, tariff - 1), [Avertissement::BaseContredite], "{jour}");
    }
    let gone = opinion("2017-10-01", 1);
    assert_eq!(gone, [Avertissement::LettreHorsDates], "no price to compare with");
}
