//! The outpatient consultation of a hospital: the sum of L162-26 at its limits.

use traitant::domain::evaluation::{Avertissement, CodeRegle, Issue, RelationMt, Theme};
use traitant::domain::feuille_de_soins::{
    Complementaire, Convention, LieuExecution, QualificatifDepense, TypeLieu,
};

use super::support::{Question, consultation, day};

const SOMME: CodeRegle = CodeRegle::new(Theme::Depassement, 2);
const DEPASSEMENT: CodeRegle = CodeRegle::new(Theme::Depassement, 1);

/// A cardiologist of the hospital, who bills so much on a base of so much.
fn hospital(fees: i64, base: i64) -> Question {
    let mut question = consultation(day("2018-06-15"), fees).specialite("03").code("CS").base(base);
    question.soins.executant.convention = Convention::Salarie;
    question.soins.executant.lieu =
        Some(LieuExecution { nature: Some(TypeLieu::Etablissement), ..LieuExecution::default() });
    if fees > base {
        question.soins.actes[0].qualificatif = Some(QualificatifDepense::Da);
    }
    question
}

fn warnings(question: &Question) -> Vec<Avertissement> {
    question.answer().avertissements.iter().map(|warning| warning.code).collect()
}

fn kept(question: &Question, code: CodeRegle) -> bool {
    let constats = question.answer().actes[0].constats.clone();
    constats.iter().any(|constat| constat.regle == code && constat.issue == Issue::Retenue)
}

#[test]
fn without_a_letter_the_hospital_may_ask_the_share_of_the_base_rounded_up_to_the_euro() {
    // 17.5 % of 23 € is 4.025 €, so 5 €; of 40 € exactly 7 €; of 40.01 €, 8 €.
    for (base, highest) in [(2300, 500), (4000, 700), (4001, 800), (2800, 500), (2500, 500)] {
        let at = hospital(base + highest, base);
        assert!(!warnings(&at).contains(&Avertissement::DepassementExcessif), "{base}");
        assert!(!warnings(&at).contains(&Avertissement::DepassementNonAutorise), "{base}");
        let beyond = hospital(base + highest + 1, base);
        assert!(warnings(&beyond).contains(&Avertissement::DepassementExcessif), "{base}");
    }
}

#[test]
fn the_sum_comes_on_top_of_the_majoration_and_nobody_reimburses_it() {
    let asked = hospital(2800, 2300).complementaire(Complementaire::Amc);
    let answer = asked.answer();
    let totals = answer.totaux;
    assert_eq!(totals.majoration.get(), 920);
    assert_eq!(totals.depassement.get(), 500);
    // 28 − (16.10 − 9.20 − 1) − 6.90.
    assert_eq!((totals.rembourse_amo.get(), totals.part_amc.get()), (590, 690));
    assert_eq!(totals.reste_a_charge.get(), 1520);
    assert!(kept(&asked, SOMME));
    assert!(!kept(&asked, DEPASSEMENT), "it is told once");
}

#[test]
fn nothing_is_due_to_the_hospital_in_the_situations_that_escape_the_parcours() {
    let refused = |question: Question| {
        assert!(warnings(&question).contains(&Avertissement::DepassementNonAutorise));
        assert!(!kept(&question, SOMME));
    };
    refused(hospital(2800, 2300).mt(RelationMt::Autre).adresse_par("ESSAI"));
    refused(hospital(2800, 2300).indicateur("U"));
    refused(hospital(2800, 2300).indicateur("H"));
    refused(hospital(2800, 2300).age(15));
    refused(hospital(2800, 2300).complementaire(Complementaire::C2sSansParticipation));
    refused(hospital(2800, 2300).specialite("01").code("G"));
    let mut centre = hospital(2800, 2300);
    centre.soins.executant.lieu.as_mut().unwrap().nature = Some(TypeLieu::CentreDeSante);
    refused(centre);
}

#[test]
fn a_private_practice_in_a_hospital_bills_like_one_in_town() {
    let mut private = hospital(3300, 2300);
    private.soins.executant.convention = Convention::Secteur1;
    assert!(!warnings(&private).contains(&Avertissement::DepassementExcessif), "33 € in town");
    assert!(kept(&private, DEPASSEMENT));
    assert!(!kept(&private, SOMME));
}
