//! Rare money: the right amounts of the texts and of the published pages, on both sides of each limit.

use traitant::domain::evaluation::{Avertissement, CodeDetermine, RelationMt};
use traitant::domain::feuille_de_soins::{
    Complementaire, Contrat, DetailCcam, Exoneration, Garantie, MotifExclusion, NatureAssurance,
};
use traitant::domain::money::Centimes;
use traitant::law::LawError;

use super::support::{Question, consultation, day};

/// A technical act of a surgeon, sent by the médecin traitant.
fn technique(jour: &str, centimes: i64) -> Question {
    consultation(day(jour), centimes)
        .ccam("HHQE005")
        .specialite("08")
        .mt(RelationMt::Autre)
        .adresse_par("ESSAI")
}

/// The same, with a second act on the same day.
fn deux_actes(jour: &str, first: i64, second: i64) -> Question {
    let mut question = technique(jour, first).puis("C", second);
    question.soins.actes[1].code = technique(jour, second).ccam("HHQE002").soins.actes[0].code;
    question
}

fn nature(mut question: Question, nature: NatureAssurance) -> Question {
    question.soins.assurance.nature = nature;
    question
}

/// Ticket modérateur, participation, reimbursed, left to pay: in cents.
fn sums(question: &Question) -> [i64; 4] {
    let totaux = question.answer().totaux;
    [totaux.ticket_moderateur, totaux.participation, totaux.rembourse_amo, totaux.reste_a_charge]
        .map(Centimes::get)
}

#[test]
fn a_letter_that_nobody_knows_belongs_to_the_known_act_beside_it() {
    // Constat: G 30 + an unknown supplement 22.60, no médecin traitant: one act, one participation.
    let asked = consultation(day("2026-03-10"), 3000).puis("ZZZ", 2260);
    let answer = asked.answer();
    assert_eq!(answer.actes.len(), 1);
    assert_eq!(answer.totaux.participation.get(), 200);
    assert_eq!(answer.totaux.majoration.get(), 1060);
    assert_eq!(answer.totaux.reste_a_charge.get(), 2838);
    let warned: Vec<_> = answer.avertissements.iter().map(|w| (w.code, w.numero_ligne)).collect();
    assert!(warned.contains(&(Avertissement::ActeInconnu, Some(2))), "{warned:?}");
    // Known supplement: the same.
    let known = consultation(day("2026-03-10"), 3000).puis("MUT", 2260).answer();
    assert_eq!(known.totaux, answer.totaux);
    // Alone it is an act; two unknown letters are two.
    assert_eq!(consultation(day("2026-03-10"), 2260).code("ZZZ").answer().actes.len(), 1);
    let unknown = consultation(day("2026-03-10"), 3000).code("ZZZ").puis("YYY", 2260);
    assert_eq!(unknown.answer().actes.len(), 2);
    // On another day it is not beside it.
    let mut later = consultation(day("2026-03-10"), 3000).puis("ZZZ", 2260);
    later.soins.actes[1].date_execution = day("2026-03-11");
    later.faits.relations_mt.push((day("2026-03-11"), RelationMt::Aucun));
    assert_eq!(later.answer().actes.len(), 2);
}

#[test]
fn the_flat_sum_of_heavy_acts_is_one_for_a_consultation() {
    // Two heavy acts: 24 once (service-public F165), a participation for each act.
    assert_eq!(sums(&deux_actes("2025-06-16", 19_200, 15_000)), [2400, 400, 31_400, 2800]);
    // Two acts of 80 add up to 160.
    assert_eq!(sums(&deux_actes("2025-06-16", 8000, 8000)), [2400, 400, 13_200, 2800]);
    // Just below and at the threshold.
    assert_eq!(sums(&deux_actes("2025-06-16", 6000, 5999))[0], 3600);
    assert_eq!(sums(&deux_actes("2025-06-16", 6000, 6000))[0], 2400);
    // On two days, two consultations.
    let mut apart = deux_actes("2025-06-16", 8000, 8000);
    apart.soins.actes[1].date_execution = day("2025-06-17");
    apart.faits.relations_mt.push((day("2025-06-17"), RelationMt::Autre));
    assert_eq!(sums(&apart)[0], 4800);
    // An anaesthetist's act counts and never bears the sum.
    let mut asleep = deux_actes("2025-06-16", 19_200, 15_000);
    let detail = |activite| {
        Some(DetailCcam { activite, phase: 0, modificateurs: Vec::new(), association: None })
    };
    asleep.soins.actes[0].ccam = detail(4);
    asleep.soins.actes[1].ccam = detail(4);
    assert_eq!(sums(&asleep)[0], 0);
    asleep.soins.actes[1].ccam = detail(1);
    let answer = asleep.answer();
    assert_eq!(answer.actes[0].montants.ticket_moderateur.get(), 0);
    assert_eq!(answer.actes[1].montants.ticket_moderateur.get(), 2400);
}

#[test]
fn the_flat_sum_and_its_threshold_have_their_days() {
    let ticket = |jour: &str, base: i64| sums(&technique(jour, base))[0];
    // Before June 2006 nothing is asked (former R322-8), from 91.
    assert_eq!(ticket("2006-06-20", 9100), 0);
    assert_eq!(ticket("2006-06-20", 9099), 2730);
    assert_eq!(ticket("2006-06-21", 9100), 1800);
    // Décret 2011-201, Journal officiel of 23 February: 120 from the day after.
    assert_eq!(ticket("2011-02-23", 11_999), 1800);
    assert_eq!(ticket("2011-02-24", 11_999), 3600);
    assert_eq!(ticket("2011-02-24", 12_000), 1800);
    assert_eq!(ticket("2018-12-31", 12_000), 1800);
    assert_eq!(ticket("2019-01-01", 12_000), 2400);
    assert_eq!(ticket("2026-04-21", 12_000), 2400);
    assert_eq!(ticket("2026-04-22", 12_000), 3200);
    // In coefficients: 50, then 60.
    let coefficient = |jour: &str, hundredths: u32| {
        let mut question = technique(jour, 11_520).code("K");
        question.soins.actes[0].coefficient_centiemes = Some(hundredths);
        sums(&question)[0]
    };
    assert_eq!(coefficient("2010-06-16", 5000), 1800);
    assert_eq!(coefficient("2010-06-16", 4999), 3456);
    assert_eq!(coefficient("2011-02-23", 5999), 1800);
    assert_eq!(coefficient("2011-02-24", 5999), 3456);
    assert_eq!(coefficient("2011-02-24", 6000), 1800);
    assert_eq!(coefficient("2025-06-16", 5999), 3456);
    assert_eq!(coefficient("2025-06-16", 6000), 2400);
}

#[test]
fn who_pays_no_flat_sum() {
    // The local scheme of Alsace-Moselle pays it, whatever the base.
    for base in [12_000, 30_000, 100_000] {
        assert_eq!(
            sums(&technique("2025-06-16", base).connue().alsace_moselle()),
            [0, 200, base - 200, 200]
        );
    }
    // Below the threshold, one tenth.
    assert_eq!(sums(&technique("2025-06-16", 11_990).alsace_moselle())[0], 1199);
    assert_eq!(sums(&technique("2025-06-16", 30_000).exoneration("42"))[0], 0);
    assert_eq!(sums(&technique("2025-06-16", 30_000).exoneration("55"))[0], 0);
    // The C2S pays it.
    let solidarity =
        technique("2025-06-16", 30_000).complementaire(Complementaire::C2sSansParticipation);
    assert_eq!(sums(&solidarity), [2400, 0, 27_600, 0]);
    // Imaging at the threshold is paid in full (F165), below it at 70 %.
    let image = |base| technique("2025-06-16", base).ccam("ACQN001").specialite("06");
    assert_eq!(sums(&image(12_000)), [0, 200, 11_800, 200]);
    assert_eq!(sums(&image(11_990))[0], 3597);
    // And its tariff adds up with nothing.
    let mut mixed = deux_actes("2025-06-16", 8000, 8000);
    mixed.soins.actes[0].code = image(1).soins.actes[0].code;
    assert_eq!(sums(&mixed)[0], 4800);
    // A code that says that the act exempts, below the threshold.
    assert_eq!(sums(&technique("2025-06-16", 8000).exoneration("51"))[0], 0);
    assert_eq!(sums(&technique("2025-06-16", 30_000).exoneration("C"))[0], 2400);
}

#[test]
fn the_majoration_comes_on_top_of_the_flat_sum() {
    let outside = technique("2025-06-16", 30_000).mt(RelationMt::Aucun).indicateur("S2");
    assert_eq!(outside.answer().totaux.majoration.get(), 1060);
    assert_eq!(sums(&outside), [2400, 200, 26_340, 3660]);
}

#[test]
fn what_is_paid_in_full_is_paid_in_full_whatever_the_nature_sent() {
    // Organised mammography, 66.42 (ameli): nothing to pay.
    let screening = consultation(day("2025-06-15"), 6642)
        .ccam("QEQK004")
        .specialite("06")
        .age(55)
        .motif(MotifExclusion::DepistageOrganise);
    assert_eq!(sums(&screening), [0, 0, 6642, 0]);
    assert_eq!(sums(&nature(screening, NatureAssurance::Prevention)), [0, 0, 6642, 0]);
    // Compulsory examination of a baby, 46 € (F10874), by the item or by the letter.
    let exam = || consultation(day("2020-10-20"), 4600).age(1);
    assert_eq!(sums(&exam().code("COE")), [0, 0, 4600, 0]);
    assert_eq!(sums(&exam().motif(MotifExclusion::ExamenObligatoireEnfant)), [0, 0, 4600, 0]);
    // A work accident: in full, the participation stays due (L432-1), no parcours.
    let accident = nature(consultation(day("2025-06-16"), 3000), NatureAssurance::AtMp);
    assert_eq!(sums(&accident), [0, 200, 2800, 200]);
    assert_eq!(accident.answer().synthese().unwrap().code, CodeDetermine::SansObjet);
    // Contraception: until the 26th birthday since 2022, minors before.
    let pill = |jour: &str, age: u8| {
        sums(&consultation(day(jour), 4000).code("CCP").mt(RelationMt::Executant).age(age))[0]
    };
    assert_eq!(pill("2021-12-31", 17), 0);
    assert_eq!(pill("2021-12-31", 18), 1200);
    assert_eq!(pill("2022-01-01", 25), 0);
    assert_eq!(pill("2022-01-01", 26), 1200);
    assert_eq!(pill("2020-08-27", 14), 1200);
    assert_eq!(pill("2020-08-28", 14), 0);
}

#[test]
fn each_exemption_code_has_its_effect() {
    let full = [
        "2", "3", "4", "5", "6", "7", "10", "20", "21", "30", "42", "44", "46", "54", "57", "62",
        "63", "81", "82", "92",
    ];
    let ordinary = ["0", "9", "41", "43", "45", "47", "56"];
    let nameless =
        ["8", "50", "52", "53", "58", "59", "90", "93", "94", "95", "96", "97", "98", "99"];
    let asked = |code: &str| {
        consultation(day("2025-06-16"), 3000)
            .mt(RelationMt::Executant)
            .indicateur("T")
            .exoneration(code)
    };
    for code in full {
        assert_eq!(sums(&asked(code))[0], 0, "{code}");
    }
    for code in ordinary.iter().chain(&nameless) {
        assert_eq!(sums(&asked(code))[0], 900, "{code}");
    }
    for code in nameless {
        let warned = asked(code).answer().avertissements;
        assert!(warned.iter().any(|w| w.code == Avertissement::ExonerationSansEffet), "{code}");
    }
    // No participation: maternity, prevention, the care of a military pension.
    for (code, kept) in [("42", 200), ("5", 200), ("55", 0), ("7", 0), ("81", 0), ("21", 0)] {
        assert_eq!(sums(&asked(code))[1], kept, "{code}");
    }
    for wrong in ["11", "40", "48", "60", "67", "83", "A", "c", ""] {
        assert!(Exoneration::parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn the_participation_counts_ages_on_the_first_of_january() {
    // Constat: 18 on 01/03/2026, care on 10/03: due from the 1 January that follows.
    let kept = |born: &str, jour: &str| sums(&consultation(day(jour), 3000).ne_le(born))[1];
    assert_eq!(kept("2008-03-01", "2026-03-10"), 0);
    assert_eq!(kept("2008-03-01", "2026-12-31"), 0);
    assert_eq!(kept("2008-01-02", "2026-12-31"), 0);
    assert_eq!(kept("2008-01-01", "2026-01-01"), 200);
    assert_eq!(kept("2007-03-01", "2025-12-31"), 0);
    assert_eq!(kept("2007-03-01", "2026-01-01"), 200);
}

#[test]
fn maternity_bears_no_participation_for_its_compulsory_examinations() {
    let exam = |start: Option<&str>| {
        let mut question = nature(
            consultation(day("2025-06-16"), 3000).mt(RelationMt::Executant),
            NatureAssurance::Maternite,
        );
        question.soins.assurance.date_reference = start.map(day);
        question
    };
    for start in [None, Some("2025-05-01"), Some("2025-01-01"), Some("2024-10-01")] {
        assert_eq!(sums(&exam(start)), [0, 0, 3000, 0], "{start:?}");
    }
    let warned = |question: &Question| {
        let told = question.answer().avertissements;
        told.iter().any(|w| w.code == Avertissement::MaterniteHorsPeriode)
    };
    assert!(!warned(&exam(Some("2025-05-01"))), "a compulsory examination of the second month");
    assert!(warned(&exam(Some("2025-05-01")).ccam("JQQM010")), "a scan of the second month");
    assert!(!warned(&exam(Some("2025-01-16")).ccam("JQQM010")), "the sixth month begins");
    assert!(warned(&exam(Some("2024-08-16"))), "ten months after the start");
}

#[test]
fn the_former_help_is_spared_the_participation_between_its_two_days() {
    let asked = |jour: &str| {
        consultation(day(jour), 2500)
            .mt(RelationMt::Executant)
            .complementaire(Complementaire::AcsAncienne)
    };
    assert_eq!(sums(&asked("2018-06-15")), [750, 0, 1750, 0]);
    assert_eq!(sums(&asked("2015-06-30"))[1], 100);
    assert_eq!(sums(&asked("2015-07-01"))[1], 0);
    assert_eq!(sums(&asked("2019-10-31"))[1], 0);
}

#[test]
fn other_professions_have_their_rates_and_no_majoration() {
    let asked = |jour: &str, code: &str| consultation(day(jour), 10_000).specialite(code).code("C");
    let ticket = |jour: &str, code: &str| sums(&asked(jour, code))[0];
    assert_eq!(ticket("2023-10-14", "19"), 3000);
    assert_eq!(ticket("2023-10-15", "19"), 4000);
    assert_eq!(sums(&asked("2025-06-16", "19").ccam("HBQK002"))[0], 3000, "a dentist's imaging");
    assert_eq!(ticket("2025-06-16", "21"), 3000);
    for auxiliary in ["24", "26", "27", "28", "29", "86"] {
        assert_eq!(ticket("2025-06-16", auxiliary), 4000, "{auxiliary}");
    }
    assert_eq!(ticket("2025-06-16", "30"), 4000);
    // Biology bears the participation (L160-13), the others none; nobody the majoration.
    for (code, kept) in [("19", 0), ("21", 0), ("26", 0), ("30", 200), ("38", 200)] {
        let totaux = asked("2025-06-16", code).answer().totaux;
        assert_eq!((totaux.participation.get(), totaux.majoration.get()), (kept, 0), "{code}");
    }
    // Nine tenths for everybody in Alsace-Moselle, since before 2011 too.
    for code in ["01", "19", "21", "26", "30"] {
        let local = asked("2009-06-16", code).mt(RelationMt::Executant).alsace_moselle();
        assert_eq!(sums(&local)[0], 1000, "{code}");
    }
    // The allocation of the elderly: where the Code names the care.
    assert_eq!(sums(&asked("2025-06-16", "26").exoneration("9"))[0], 2000);
    assert!(matches!(asked("2025-06-16", "50").ask(), Err(LawError::ParametreInconnu(_))));
}

#[test]
fn an_unknown_value_matters_only_if_nothing_stronger_decided() {
    // Nobody knows the rate of a pharmacist; a long-term condition is at 100 % all the same.
    let asked = consultation(day("2025-06-16"), 1000).specialite("50").exoneration("42");
    assert_eq!(sums(&asked)[0], 0);
    // J on 1 January 2006, before its decree: refused, unless the performer is the médecin traitant or a child.
    let recent = || consultation(day("2006-01-01"), 2000).indicateur("J").installe_le("2005-06-01");
    assert!(matches!(recent().ask(), Err(LawError::ParametreInconnu(_))));
    assert_eq!(
        recent().mt(RelationMt::Executant).answer().synthese().unwrap().code,
        CodeDetermine::MedecinTraitant
    );
    assert!(recent().age(5).ask().is_ok());
    let known = consultation(day("2006-01-03"), 2000).indicateur("J").installe_le("2005-06-01");
    assert_eq!(known.answer().synthese().unwrap().code, CodeDetermine::GeneralisteRecent);
}

#[test]
fn a_responsible_contract_limits_overruns_since_2015() {
    let covered = |jour: &str, outside: bool| {
        let mut question = consultation(day(jour), 9000)
            .specialite("05")
            .code("CS")
            .secteur_2()
            .base(2300)
            .complementaire(Complementaire::Amc);
        question.soins.beneficiaire.contrat =
            Some(Contrat { responsable: true, garantie: Garantie::TauxDeBase(40_000) });
        if !outside {
            question = question.mt(RelationMt::Autre).adresse_par("ESSAI");
        }
        question.answer().totaux.part_amc.get()
    };
    // Promised 400 % of the base: 92 - 16.10; ticket 6.90 and the overrun of 67 as far as allowed.
    assert_eq!(covered("2015-03-31", false), 690 + 6700);
    assert_eq!(covered("2015-04-01", false), 690 + 2875);
    assert_eq!(covered("2016-12-31", false), 690 + 2875);
    assert_eq!(covered("2017-01-01", false), 690 + 2300);
    // Outside the parcours, after November 2023: an answer too, 10.50 aside.
    assert_eq!(covered("2025-06-16", true), 690 + 2300);
}

#[test]
fn where_the_sources_disagree_the_answer_says_so() {
    let told = |question: &Question| {
        let warned = question.answer().avertissements;
        warned.iter().any(|w| w.code == Avertissement::ValeurDiscutee)
    };
    let heavy = |jour: &str| technique(jour, 12_000);
    for (jour, disputed) in [
        ("2006-06-19", false),
        ("2006-06-20", true),
        ("2006-08-31", true),
        ("2006-09-01", false),
        ("2011-02-23", false),
        ("2011-02-24", true),
        ("2011-02-28", true),
        ("2011-03-01", false),
        ("2026-03-31", false),
        ("2026-04-01", true),
        ("2026-04-21", true),
        ("2026-04-22", false),
    ] {
        assert_eq!(told(&heavy(jour)), disputed, "{jour}");
    }
    // Who reads none of these values is told nothing.
    assert!(!told(&technique("2026-04-01", 5000)));
    assert!(!told(&consultation(day("2026-04-01"), 3000)));
}
