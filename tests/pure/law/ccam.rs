//! Acts of the CCAM: those that are known, those that nobody knows, and the ceiling of these.

use traitant::domain::evaluation::{Avertissement, RelationMt};
use traitant::domain::feuille_de_soins::{DetailCcam, LieuExecution};
use traitant::domain::identifiers::CommuneExercice;
use traitant::domain::money::Centimes;
use traitant::law::parameters::Parametre;

use super::support::{LAW, Question, consultation, day};
use crate::ccam::known;

const JUNE: &str = "2025-06-16";

/// An act of a specialist of sector 1, sent by the médecin traitant.
fn technique(code: &str, jour: &str, centimes: i64) -> Question {
    consultation(day(jour), centimes)
        .ccam(code)
        .specialite("08")
        .mt(RelationMt::Autre)
        .adresse_par("ESSAI")
}

/// Several acts of one day.
fn actes(all: &[(&str, i64)]) -> Question {
    let mut question = technique(all[0].0, JUNE, all[0].1);
    for (code, centimes) in &all[1..] {
        question = question.puis("C", *centimes);
        let last = question.soins.actes.len() - 1;
        question.soins.actes[last].code = technique(code, JUNE, 1).soins.actes[0].code;
    }
    question
}

/// The same, with what the CCAM says of its acts.
fn connue(mut question: Question) -> Question {
    let facts = question.soins.actes.iter().filter_map(|ligne| {
        let activite = ligne.ccam.as_ref().map_or(1, |detail| detail.activite);
        let jour = ligne.date_execution.to_string();
        let fact = known(ligne.code.as_str(), &jour, activite, &question.soins.executant)?;
        Some((ligne.numero_ligne, fact))
    });
    question.faits.registre.ccam = facts.collect();
    question
}

fn warned(question: &Question) -> Vec<Avertissement> {
    question.answer().avertissements.iter().map(|warning| warning.code).collect()
}

/// Base, reimbursed, left to pay: in cents.
fn sums(question: &Question) -> [i64; 3] {
    let totaux = question.answer().totaux;
    [totaux.base, totaux.rembourse_amo, totaux.reste_a_charge].map(Centimes::get)
}

/// Ticket modérateur of each line.
fn tickets(question: &Question) -> Vec<i64> {
    let answer = question.answer();
    let lines = answer.actes.iter().flat_map(|acte| &acte.lignes);
    lines.map(|ligne| ligne.montants.ticket_moderateur.get()).collect()
}

#[test]
fn an_act_that_nobody_knows_is_told_and_its_base_is_bounded() {
    use Avertissement as A;
    // Constat: ZZZZ999 at 9,000 € was paid 8,966 €, without a word.
    let invented = technique("ZZZZ999", JUNE, 900_000);
    assert_eq!(warned(&invented), [A::ActeCcamInconnu, A::MontantPlafonne]);
    // 500 − 24 − 2, and the patient has the rest.
    assert_eq!(sums(&invented), [50_000, 47_400, 852_600]);
    // The last base that passes, and the first that does not.
    let at = |centimes| technique("ZZZZ999", JUNE, centimes);
    assert_eq!((warned(&at(50_000)), sums(&at(50_000))[0]), (vec![A::ActeCcamInconnu], 50_000));
    let above = at(50_001);
    assert_eq!(warned(&above), [A::ActeCcamInconnu, A::MontantPlafonne]);
    assert_eq!(sums(&above)[0], 50_000);
    // Fees are a bound of their own, and a quantity is none.
    let mut many = at(900_000);
    many.soins.actes[0].quantite = 100;
    assert_eq!(sums(&many)[0], 50_000);
    // A letter of the NGAP has nothing to do with it.
    assert!(!warned(&consultation(day(JUNE), 900_000)).contains(&A::MontantPlafonne));
}

#[test]
fn what_the_ceiling_leaves_to_the_patient_is_no_overrun_of_the_doctor() {
    use Avertissement as A;
    assert!(!warned(&technique("ZZZZ999", JUNE, 900_000)).contains(&A::DepassementSansMotif));
    let mut overrun = technique("ZZZZ999", JUNE, 900_000);
    overrun.soins.actes[0].honoraires = Centimes::new(900_001);
    assert!(warned(&overrun).contains(&A::DepassementSansMotif));
}

#[test]
fn a_caisse_chooses_the_ceiling_and_its_law_remembers_it() {
    let law = LAW.reglee(Parametre::CcamInconnuePlafond, 20_000).unwrap();
    let invented = technique("ZZZZ999", JUNE, 900_000);
    let answer = law.evaluer(&invented.soins, &invented.faits).unwrap();
    assert_eq!(answer.totaux.base.get(), 20_000);
    assert_ne!(law.empreinte(), LAW.empreinte());
    let kept = traitant::law::Law::ancienne(&law.as_json()).unwrap();
    assert_eq!(kept.empreinte(), law.empreinte());
    assert_eq!(kept.evaluer(&invented.soins, &invented.faits).unwrap(), answer);
}

#[test]
fn a_known_act_has_no_ceiling_and_its_base_is_compared_both_ways() {
    use Avertissement as A;
    let excision = |centimes| connue(technique("AAFA007", JUNE, centimes));
    assert_eq!(warned(&excision(60_123)), []);
    assert_eq!(sums(&excision(60_123))[0], 60_123);
    assert_eq!(warned(&excision(60_122)), [A::BaseContredite]);
    assert_eq!(warned(&excision(60_124)), [A::BaseContredite]);
    assert_eq!(warned(&excision(52_428)), [A::BaseContredite], "the tariff of the other grid");
    // The tariff of the day: 14.26 until 31 October 2023, 14.77 then.
    let electro = |jour: &str, centimes| warned(&connue(technique("DEQP003", jour, centimes)));
    assert_eq!(electro("2023-10-31", 1426), []);
    assert_eq!(electro("2023-10-31", 1477), [A::BaseContredite]);
    assert_eq!(electro("2023-11-01", 1426), [A::BaseContredite]);
    assert_eq!(electro("2023-11-01", 1477), []);
    // An act that is over is unknown.
    let over = |jour: &str| warned(&connue(technique("BFGA004", jour, 27_170)));
    assert_eq!((over("2024-12-31"), over("2025-01-01")), (vec![], vec![A::ActeCcamInconnu]));
}

#[test]
fn what_changes_a_tariff_leaves_the_base_alone() {
    let with = |change: &dyn Fn(&mut Question)| {
        let mut question = technique("DEQP003", JUNE, 1_500);
        let plain = DetailCcam { activite: 1, phase: 0, modificateurs: vec![], association: None };
        question.soins.actes[0].ccam = Some(plain);
        change(&mut question);
        warned(&connue(question)).contains(&Avertissement::BaseContredite)
    };
    let detail = |question: &mut Question, change: &dyn Fn(&mut DetailCcam)| {
        change(question.soins.actes[0].ccam.as_mut().unwrap());
    };
    assert!(with(&|_| {}));
    assert!(with(&|asked| detail(asked, &|one| one.association = Some(1))));
    assert!(!with(&|asked| detail(asked, &|one| one.association = Some(2))));
    assert!(!with(&|asked| detail(asked, &|one| one.modificateurs = vec!['U'])));
    assert!(!with(&|asked| asked.soins.actes[0].quantite = 2));
    let overseas = CommuneExercice::parse("97411").unwrap();
    assert!(!with(&|asked| {
        asked.soins.executant.lieu =
            Some(LieuExecution { commune: Some(overseas), ..LieuExecution::default() });
    }));
}

#[test]
fn the_regroupement_says_what_imaging_is_rather_than_the_letters() {
    // Letters of imaging, and none: the flat sum is due. Without the CCAM the letters decide.
    assert_eq!(tickets(&technique("LFQK997", JUNE, 13_000)), [0]);
    assert_eq!(tickets(&connue(technique("LFQK997", JUNE, 13_000))), [2_400]);
    // Imaging without its letters: paid in full, without any sum.
    assert_eq!(tickets(&technique("LFZB999", JUNE, 15_000)), [2_400]);
    assert_eq!(tickets(&connue(technique("LFZB999", JUNE, 15_000))), [0]);
    // A dentist's imaging keeps the rate of doctors.
    let dentist = |code| technique(code, JUNE, 10_000).specialite("19");
    assert_eq!(tickets(&dentist("LFZB999")), [4_000]);
    assert_eq!(tickets(&connue(dentist("LFZB999"))), [3_000]);
}

#[test]
fn the_field_of_exemption_says_which_tariffs_add_up() {
    let treated = [("LFFB996", 6_000), ("LFFB997", 7_000)];
    // 60 + 70 reach 120: one sum, on the dearer.
    assert_eq!(tickets(&connue(actes(&treated))), [0, 2_400]);
    // A diagnosis that is not invasive adds up with nothing.
    let mixed = [("LFFB996", 6_000), ("LFQB999", 7_000)];
    assert_eq!(tickets(&actes(&mixed)), [0, 2_400], "nobody knows: everything adds up");
    assert_eq!(tickets(&connue(actes(&mixed))), [1_800, 2_100]);
    // Alone it reaches the threshold by itself, and the sum is one for all: on the dearest that reaches it.
    let both = [("LFFB996", 6_000), ("LFFB997", 7_000), ("LFQB998", 12_500)];
    assert_eq!(tickets(&connue(actes(&both))), [0, 0, 2_400]);
    let cheap = [("LFFB996", 6_000), ("LFFB997", 7_000), ("LFQB999", 7_100)];
    assert_eq!(tickets(&connue(actes(&cheap))), [0, 2_400, 2_130]);
    // By itself, at the threshold and just below.
    assert_eq!(tickets(&connue(technique("LFQB998", JUNE, 12_000))), [2_400]);
    assert_eq!(tickets(&connue(technique("LFQB998", JUNE, 11_999))), [3_600]);
    // Exempted by what it is, whatever its tariff; and one that counts nowhere.
    assert_eq!(tickets(&connue(technique("LFSB998", JUNE, 4_000))), [0]);
    assert_eq!(tickets(&connue(technique("ZZQX628", JUNE, 20_000))), [6_000]);
}
