//! The day before, the day and the day after.

use traitant::domain::evaluation::{
    Appartenance, Avertissement, AvertissementLigne, CodeDetermine, Evaluation, Issue, RelationMt,
};
use traitant::domain::feuille_de_soins::{Complementaire, NatureAssurance};
use traitant::domain::money::Centimes;
use traitant::law::LawError;
use traitant::law::prescription::{prescrit_le, tardives};
use traitant::law::situation::DateDesSoins;

use super::support::{LAW, consultation, day};

/// Theoretical share, majoration, participation, repaid, ticket, complementary share, left to pay.
fn figures(evaluation: &Evaluation) -> [i64; 7] {
    let totals = &evaluation.totaux;
    [
        totals.part_amo_brute,
        totals.majoration,
        totals.participation,
        totals.rembourse_amo,
        totals.ticket_moderateur,
        totals.part_amc,
        totals.reste_a_charge,
    ]
    .map(Centimes::get)
}

fn code(evaluation: &Evaluation) -> CodeDetermine {
    evaluation.synthese().unwrap().code
}

#[test]
fn two_years_are_counted_from_the_first_day_of_the_quarter_after_the_care() {
    for (care, last) in [
        ("2019-01-01", "2021-03-31"),
        ("2019-03-31", "2021-03-31"),
        ("2019-04-01", "2021-06-30"),
        ("2019-12-31", "2021-12-31"),
        ("2020-02-29", "2022-03-31"),
    ] {
        let asked = consultation(day(care), 2500);
        let late = |received| tardives(&asked.soins, received);
        let (before, after) = (day(last).pred_opt().unwrap(), day(last).succ_opt().unwrap());
        assert_eq!(prescrit_le(day(care)), Some(after), "{care}");
        assert!(late(before).is_empty() && late(day(last)).is_empty(), "{care}");
        let code = Avertissement::FeuilleTardive;
        assert_eq!(late(after), [AvertissementLigne { code, numero_ligne: None }], "{care}");
    }
    // Of two days in two quarters, one alone is late.
    let mut two = consultation(day("2019-03-31"), 2500).puis("G", 2500);
    two.soins.actes[1].date_execution = day("2019-04-01");
    let said = tardives(&two.soins, day("2021-04-01"));
    assert_eq!(said.iter().map(|one| one.numero_ligne).collect::<Vec<_>>(), [Some(1)]);
    // What starts elsewhere is not said.
    for nature in [NatureAssurance::AtMp, NatureAssurance::Maternite] {
        two.soins.assurance.nature = nature;
        assert!(tardives(&two.soins, day("2026-01-01")).is_empty());
    }
}

#[test]
fn the_majoration_and_the_participation_change_on_their_days() {
    // day of care, fees, majoration, participation
    let expected = [
        ("2006-01-01", 2000, 200, 100),
        ("2007-09-01", 2200, 220, 100),
        ("2007-09-02", 2200, 440, 100),
        ("2009-01-30", 2200, 440, 100),
        ("2009-01-31", 2200, 880, 100),
        ("2023-10-31", 2650, 1000, 100),
        ("2023-11-01", 2650, 1060, 100),
        ("2024-05-14", 2650, 1060, 100),
        ("2024-05-15", 2650, 1060, 200),
        ("2024-12-22", 3000, 1060, 200),
        ("2026-12-31", 3000, 1060, 200),
    ];
    for (jour, fees, majoration, participation) in expected {
        let totals = consultation(day(jour), fees).answer().totaux;
        assert_eq!(totals.majoration, Centimes::new(majoration), "{jour}");
        assert_eq!(totals.participation, Centimes::new(participation), "{jour}");
    }
}

#[test]
fn the_regression_table_of_amounts_is_reproduced() {
    let amc = Complementaire::Amc;
    let table = [
        (consultation(day("2006-03-15"), 2000), [1400, 200, 100, 1100, 600, 0, 900]),
        (consultation(day("2008-01-15"), 2200), [1540, 440, 100, 1000, 660, 0, 1200]),
        (
            consultation(day("2010-06-15"), 2200).complementaire(amc),
            // 22.00 − 5.60 − 6.60: the parts must add up to the fees.
            [1540, 880, 100, 560, 660, 660, 980],
        ),
        (
            consultation(day("2018-06-15"), 3500).base(2500).specialite("03").complementaire(amc),
            [1750, 1000, 100, 650, 750, 750, 2100],
        ),
        (
            consultation(day("2025-06-16"), 3000).mt(RelationMt::Executant).complementaire(amc),
            [2100, 0, 200, 1900, 900, 900, 200],
        ),
        (
            consultation(day("2025-06-16"), 3000).complementaire(amc),
            [2100, 1060, 200, 840, 900, 900, 1260],
        ),
        (consultation(day("2025-06-16"), 3000), [2100, 1060, 200, 840, 900, 0, 2160]),
        (
            consultation(day("2025-06-16"), 3000).exoneration("42"),
            [3000, 1060, 200, 1740, 0, 0, 1260],
        ),
        (
            consultation(day("2025-06-16"), 3000)
                .complementaire(Complementaire::C2sSansParticipation),
            [2100, 1060, 0, 1040, 900, 1960, 0],
        ),
        (
            consultation(day("2025-06-16"), 3000).alsace_moselle(),
            [2700, 1060, 200, 1440, 300, 0, 1560],
        ),
        (consultation(day("2025-06-16"), 3000).age(17), [2100, 1060, 0, 1040, 900, 0, 1960]),
        (consultation(day("2025-06-16"), 3000).age(15), [2100, 0, 0, 2100, 900, 0, 900]),
        (consultation(day("2025-06-16"), 10_000), [7000, 1060, 200, 5740, 3000, 0, 4260]),
    ];
    for (row, (question, expected)) in table.into_iter().enumerate() {
        assert_eq!(figures(&question.answer()), expected, "row {row}");
    }
}

#[test]
fn a_sixteenth_birthday_changes_the_parcours_on_the_day_and_an_eighteenth_the_next_year_s_participation()
 {
    let care = |jour: &str| consultation(day(jour), 3000).ne_le("2009-06-15").answer();
    assert_eq!(code(&care("2025-06-14")), CodeDetermine::MoinsDe16AnsSansMt);
    assert_eq!(figures(&care("2025-06-14")), [2100, 0, 0, 2100, 900, 0, 900]);
    assert_eq!(code(&care("2025-06-15")), CodeDetermine::SansMedecinTraitant);
    assert_eq!(figures(&care("2025-06-15")), [2100, 1060, 0, 1040, 900, 0, 1960]);
    let adult = |jour: &str| consultation(day(jour), 3000).ne_le("2007-03-01").answer();
    // From the first of January that follows: the age counts on that day.
    assert_eq!(adult("2025-12-31").totaux.participation, Centimes::ZERO);
    assert_eq!(adult("2026-01-01").totaux.participation, Centimes::new(200));
}

#[test]
fn an_emergency_is_never_majored_with_or_without_a_medecin_traitant() {
    for (relation, expected) in [
        (RelationMt::Autre, CodeDetermine::Urgence),
        (RelationMt::Aucun, CodeDetermine::UrgenceSansMedecinTraitant),
    ] {
        let answer = consultation(day("2025-06-16"), 3000).mt(relation).indicateur("U").answer();
        assert_eq!(code(&answer), expected);
        assert_eq!(answer.synthese().unwrap().appartenance, Appartenance::NonConcerne);
        assert_eq!(answer.totaux.majoration, Centimes::ZERO);
    }
}

#[test]
fn away_from_home_is_inside_even_without_a_medecin_traitant() {
    for relation in [RelationMt::Autre, RelationMt::Aucun] {
        let answer = consultation(day("2025-06-16"), 3000).mt(relation).indicateur("H").answer();
        assert_eq!(code(&answer), CodeDetermine::HorsResidence);
        assert_eq!(answer.totaux.majoration, Centimes::ZERO);
    }
}

#[test]
fn a_referral_counts_only_with_a_medecin_traitant() {
    let sent = |relation| {
        consultation(day("2025-06-16"), 3000)
            .specialite("03")
            .adresse_par("ESSAI")
            .mt(relation)
            .answer()
    };
    assert_eq!(code(&sent(RelationMt::Autre)), CodeDetermine::Oriente);
    assert_eq!(code(&sent(RelationMt::Aucun)), CodeDetermine::SansMedecinTraitant);
    assert_eq!(code(&sent(RelationMt::Executant)), CodeDetermine::MedecinTraitant);
}

#[test]
fn the_register_wins_over_the_indicator_in_both_directions() {
    let claims_breach =
        consultation(day("2025-06-16"), 3000).mt(RelationMt::Executant).indicateur("S2").answer();
    assert_eq!(code(&claims_breach), CodeDetermine::MedecinTraitant);
    let claims_mt =
        consultation(day("2025-06-16"), 3000).mt(RelationMt::Autre).indicateur("T").answer();
    assert_eq!(code(&claims_mt), CodeDetermine::NonRespect);
    let blank = consultation(day("2025-06-16"), 3000).mt(RelationMt::Autre).indicateur("").answer();
    assert_eq!(code(&blank), CodeDetermine::IndicateurAbsent);
    assert_eq!(blank.totaux.majoration, Centimes::new(1060));
}

#[test]
fn a_child_with_a_medecin_traitant_is_not_concerned_rather_than_inside() {
    let answer = consultation(day("2025-06-16"), 3000).age(10).mt(RelationMt::Executant).answer();
    assert_eq!(code(&answer), CodeDetermine::MoinsDe16Ans);
    let overridden = answer.actes[0]
        .constats
        .iter()
        .find(|constat| constat.regle.to_string() == "PAR-010")
        .unwrap();
    assert_eq!(overridden.issue, Issue::Surclassee);
}

#[test]
fn supplements_share_the_participation_and_the_ceiling_of_their_act() {
    // Ophthalmologist: 23 + 2 + 5, one participation.
    let coordinated = consultation(day("2025-02-18"), 2300)
        .specialite("15")
        .code("CS")
        .puis("MPC", 200)
        .puis("MCS", 500)
        .mt(RelationMt::Autre)
        .adresse_par("ESSAI")
        .answer();
    assert_eq!(coordinated.actes.len(), 1);
    assert_eq!(coordinated.totaux.rembourse_amo, Centimes::new(1900));
    // Dermatologist outside the parcours: 40 % of 25 € is 10.00 €, under the ceiling.
    let direct =
        consultation(day("2025-05-15"), 2300).specialite("05").code("CS").puis("MPC", 200).answer();
    assert_eq!(direct.totaux.majoration, Centimes::new(1000));
    assert_eq!(direct.totaux.rembourse_amo, Centimes::new(550));
    // Two consultations are two acts.
    let two = consultation(day("2025-05-15"), 3000).puis("G", 3000).answer();
    assert_eq!(two.totaux.majoration, Centimes::new(2120));
    assert_eq!(two.totaux.participation, Centimes::new(400));
}

#[test]
fn the_participation_stops_at_four_acts_a_day_and_fifty_euros_a_year() {
    let mut asked = consultation(day("2023-06-16"), 2500).mt(RelationMt::Executant);
    for _ in 0..5 {
        asked = asked.puis("G", 2500);
    }
    let kept: Vec<i64> =
        asked.answer().actes.iter().map(|acte| acte.montants.participation.get()).collect();
    assert_eq!(kept, [100, 100, 100, 100, 0, 0]);
    let year = |already: i64| {
        let mut asked = consultation(day("2025-06-16"), 3000).mt(RelationMt::Executant);
        asked.faits.participations_an = vec![(2025, Centimes::new(already))];
        asked.answer().totaux.participation.get()
    };
    assert_eq!(
        [year(4799), year(4800), year(4801), year(4900), year(5000)],
        [200, 200, 199, 100, 0]
    );
}

#[test]
fn the_disputed_part_of_the_daily_ceiling_is_announced() {
    let kept_today = |jour: &str, already: i64| {
        let mut asked = consultation(day(jour), 3000).mt(RelationMt::Executant);
        asked.faits.participations_jour = vec![(day(jour), Centimes::new(already))];
        let answer = asked.answer();
        let disputed = answer
            .avertissements
            .iter()
            .any(|warning| warning.code == Avertissement::PlafondJournalierDiscute);
        (answer.totaux.participation.get(), disputed)
    };
    assert_eq!(kept_today("2024-05-14", 300), (100, false));
    assert_eq!(kept_today("2024-05-14", 400), (0, false));
    assert_eq!(kept_today("2024-05-15", 200), (200, false));
    assert_eq!(kept_today("2024-05-15", 400), (200, true));
    assert_eq!(kept_today("2024-05-15", 800), (0, false));
}

#[test]
fn care_unrelated_to_the_long_term_condition_keeps_the_ordinary_rate() {
    for (exemption, share) in [("42", 3000), ("44", 3000), ("46", 3000), ("41", 2100), ("43", 2100)]
    {
        let answer = consultation(day("2025-06-16"), 3000).exoneration(exemption).answer();
        assert_eq!(answer.totaux.part_amo_brute, Centimes::new(share), "{exemption}");
    }
}

#[test]
fn a_base_above_the_fees_is_limited_to_them_with_a_warning() {
    let answer = consultation(day("2025-06-16"), 2000).base(3000).answer();
    assert_eq!(answer.totaux.base, Centimes::new(2000));
    assert_eq!(answer.totaux.depassement, Centimes::ZERO);
    assert_eq!(answer.avertissements[0].code, Avertissement::BaseLimiteeAuxHonoraires);
}

#[test]
fn days_before_the_covered_period_are_refused_with_its_first_day() {
    let (jour, du) = (day("2005-12-31"), day("2006-01-01"));
    let refused = LAW.bareme_du(DateDesSoins::new(jour)).unwrap_err();
    assert_eq!(refused, LawError::HorsCouverture { jour, du, dernier: None });
    assert!(LAW.bareme_du(DateDesSoins::new(du)).is_ok());
    assert!(LAW.bareme_du(DateDesSoins::new(day("2026-12-31"))).is_ok());
    assert!(LAW.bareme_du(DateDesSoins::new(day("2027-01-01"))).is_ok());
}

#[test]
fn a_value_that_begins_later_is_refused_by_name() {
    let mut asked = consultation(day("2006-01-02"), 2000).indicateur("J").installe_le("2005-06-01");
    let LawError::ParametreInconnu(unknown) = asked.ask().unwrap_err() else { panic!("refused") };
    assert!(unknown.to_string().contains("GENERALISTE_RECENT_DUREE"), "{unknown}");
    asked.soins.actes[0].date_execution = day("2006-01-03");
    asked.faits.relations_mt[0].0 = day("2006-01-03");
    assert_eq!(code(&asked.answer()), CodeDetermine::GeneralisteRecent);
}
