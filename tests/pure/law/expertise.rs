//! What an expert of a caisse found when he asked around each kind, with the right value beside it.

use traitant::domain::evaluation::{Appartenance, Avertissement, Evaluation, RelationMt};
use traitant::domain::feuille_de_soins::{
    MotifExclusion, QualificatifDepense as Q, SituationParticuliere,
};

use super::support::{Question, consultation, day};

fn on(date: &str, honoraires: i64) -> Question {
    consultation(day(date), honoraires).indicateur("").mt(RelationMt::Aucun)
}

fn warned(question: &Question, code: Avertissement) -> bool {
    question.answer().avertissements.iter().any(|one| one.code == code)
}

/// What the compulsory insurance pays, and whether the act is outside the parcours.
fn paid(evaluation: &Evaluation) -> (i64, bool) {
    let acte = &evaluation.actes[0];
    let outside = acte.qualification.appartenance == Appartenance::HorsParcours;
    (evaluation.totaux.rembourse_amo.get(), outside)
}

/// Décret 2013-248: in full since 31 March 2013; the consultations around it since 1 April 2016. L162-5-3: no majoration.
#[test]
fn an_interruption_of_pregnancy_is_paid_in_full_and_never_majored() {
    let flat = |date: &str| paid(&on(date, 10_000).code("FHV").answer());
    assert_eq!(flat("2013-03-30"), (6_900, false));
    assert_eq!(flat("2013-03-31"), (9_900, false));
    let first = |date: &str| paid(&on(date, 2_500).code("IC").answer());
    assert_eq!(first("2016-03-31"), (1_650, false));
    assert_eq!(first("2016-04-01"), (2_400, false));
    assert_eq!(first("2025-06-01"), (2_300, false));
}

/// R160-6 and L160-13 speak of acts and consultations: billed by itself, a flat sum is neither, and is not tested. Beside an
/// act, it follows it; one that pays acts is tested like them.
#[test]
fn a_flat_sum_is_no_act() {
    for code in ["ATU", "FPU", "ASR", "FIM", "DRT", "MPA"] {
        let answer = on("2020-06-01", 2_500).code(code).answer();
        let acte = &answer.actes[0];
        assert_eq!(acte.qualification.appartenance, Appartenance::NonConcerne, "{code}");
        assert_eq!(acte.montants.participation.get(), 0, "{code}");
        assert_eq!(paid(&answer), (1_750, false), "{code}");
    }
    assert!(paid(&on("2020-06-01", 2_500).code("FSD").answer()).1, "it secures an act");
}

/// D162-1-6 10° and R2132-1 of the Code de la santé publique: twenty examinations, the last at fifteen or sixteen years.
#[test]
fn a_letter_of_a_compulsory_examination_decides_the_parcours_as_the_item_does() {
    let letter = |age: u8| on("2025-10-20", 3_000).code("COB").age(age);
    assert_eq!(paid(&letter(16).answer()), (3_000, false));
    assert!(!warned(&letter(16), Avertissement::ActeNonAutorise));
    assert_eq!(paid(&letter(17).answer()), (3_000, false));
    assert!(warned(&letter(17), Avertissement::ActeNonAutorise), "told to a clerk");
    let item = MotifExclusion::ExamenObligatoireEnfant;
    let adult = |question: Question| paid(&question.mt(RelationMt::Executant).answer()).0;
    assert_eq!(adult(letter(45)), 1_900, "an adult has none");
    assert_eq!(adult(on("2025-10-20", 3_000).age(66).indicateur("A").motif(item)), 1_900);
}

/// Décret 2016-865: paid in full from 1 July 2016 on. Before, the ordinary rate decides, and nothing is unknown.
#[test]
fn a_consultation_of_contraception_has_the_ordinary_rate_before_it_was_exempted() {
    let paid = |date: &str, age: u8| paid(&on(date, 4_600).code("CCP").age(age).answer()).0;
    assert_eq!(paid("2016-06-30", 15), 3_220);
    assert_eq!(paid("2016-07-01", 15), 4_600);
    assert_eq!(paid("2016-07-01", 14), 3_220);
}

/// One screening, however the feuille says that it is one: never majored.
#[test]
fn prevention_is_outside_the_parcours_by_its_exemption_too() {
    assert_eq!(paid(&on("2025-06-16", 6_642).exoneration("81").answer()), (6_642, false));
}

/// France Assos Santé: both may be cumulated, and a particular demand has no ceiling. In sector 1 nothing else explains an overrun.
#[test]
fn in_sector_one_an_overrun_is_authorised_or_demanded() {
    let billed = |qualificatif: Option<Q>| {
        let mut asked = on("2025-06-16", 5_000).code("CS").specialite("03").base(2_650);
        asked.soins.actes[0].qualificatif = qualificatif;
        asked
    };
    for unexplained in [None, Some(Q::Ed), Some(Q::Dp), Some(Q::Dm), Some(Q::Dd)] {
        let asked = billed(unexplained);
        assert!(warned(&asked, Avertissement::DepassementSansMotif), "{unexplained:?}");
    }
    for explained in [Q::Da, Q::De, Q::DaDe] {
        let asked = billed(Some(explained));
        assert!(!warned(&asked, Avertissement::DepassementSansMotif), "{explained:?}");
    }
    assert!(warned(&billed(Some(Q::Da)), Avertissement::DepassementExcessif));
    assert!(!warned(&billed(Some(Q::DaDe)), Avertissement::DepassementExcessif));
}

/// Convention 2024: the long consultations and the complex visits are those of the médecin traitant.
#[test]
fn a_letter_of_the_medecin_traitant_is_his_alone() {
    let told = |code: &str, relation: RelationMt| {
        let asked = on("2026-03-10", 6_000).code(code).age(82).mt(relation);
        warned(&asked, Avertissement::ActeNonAutorise)
    };
    for code in ["GL1", "VL", "IMT"] {
        assert!(told(code, RelationMt::Autre), "{code}");
        assert!(!told(code, RelationMt::Executant), "{code}");
        assert!(!told(code, RelationMt::Remplace), "{code}: his locum");
    }
    assert!(!told("G", RelationMt::Autre));
}

/// A teleconsultation has the tariff of the consultation that it stands for: the letter alone says none, but of a general
/// practitioner of sector 2.
#[test]
fn a_teleconsultation_of_a_specialist_is_compared_with_no_price() {
    let wrong = |specialite: &str, base: i64| {
        let asked = on("2025-06-16", base).code("TC").specialite(specialite).base(base);
        warned(&asked, Avertissement::BaseContredite)
    };
    assert!(!wrong("05", 2_650));
    assert!(!wrong("33", 5_000));
}

/// CPAM de Paris and Sénat: the prison administration pays the ticket modérateur since 1 January 2016.
#[test]
fn somebody_in_prison_pays_no_ticket() {
    let left = |date: &str| {
        let mut asked = on(date, 3_000);
        asked.soins.beneficiaire.situation = SituationParticuliere::Detenu;
        let totaux = asked.answer().totaux;
        (totaux.part_amc.get(), totaux.reste_a_charge.get())
    };
    assert_eq!(left("2015-12-31"), (0, 1_000));
    assert_eq!(left("2016-01-01"), (900, 100));
    assert_eq!(left("2025-06-16"), (900, 200));
    let by_the_item = on("2025-06-16", 3_000).indicateur("A").motif(MotifExclusion::Detenu);
    let totaux = by_the_item.answer().totaux;
    assert_eq!((totaux.part_amc.get(), totaux.reste_a_charge.get()), (900, 200), "said otherwise");
}

/// Arrêté of 28 May 2024: 18 to 25, 45 to 50, 60 to 65 and 70 to 75 years.
#[test]
fn an_appointment_of_prevention_is_for_four_ages() {
    let told = |age: u8| {
        let asked = on("2025-06-16", 3_000).code("RDV").age(age);
        warned(&asked, Avertissement::ActeNonAutorise)
    };
    for (first, last) in [(18, 25), (45, 50), (60, 65), (70, 75)] {
        assert!(told(first - 1) && !told(first), "{first}");
        assert!(!told(last) && told(last + 1), "{last}");
    }
}

/// Code 51 is that of an act above the threshold: a consultation has none.
#[test]
fn an_exemption_of_heavy_acts_does_nothing_on_a_consultation() {
    let told = |code: &str| {
        warned(&on("2025-06-16", 3_000).exoneration(code), Avertissement::ExonerationSansEffet)
    };
    assert!(told("51"));
    assert!(!told("54"));
}

/// Each letter on the day before it began or after it ended, by the convention or the decision that made or ended it.
#[test]
fn a_letter_outside_its_days_is_told() {
    let billed = |code: &str, date: &str| {
        warned(&on(date, 2_500).code(code).age(82), Avertissement::LettreHorsDates)
    };
    for (code, before, first) in [
        ("GL1", "2025-12-31", "2026-01-01"),
        ("CCX", "2017-10-31", "2017-11-01"),
        ("CDE", "2012-03-21", "2012-03-22"),
    ] {
        assert!(billed(code, before), "{code} on {before}");
        assert!(!billed(code, first), "{code} on {first}");
    }
    assert!(!billed("CS", "2010-06-16"));
    assert!(!billed("CA", "2015-06-16"), "nobody knows when it ended");
}
