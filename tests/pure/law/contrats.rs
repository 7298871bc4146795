//! What complementary contracts pay, who pays whom, and the exemptions that have days.

use traitant::domain::evaluation::{Avertissement, NatureCreance, Reglement, RelationMt};
use traitant::domain::feuille_de_soins::{
    Complementaire, Contrat, Convention, Garantie, OptionTarifaire, QualificatifDepense,
};
use traitant::domain::money::Centimes;
use traitant::law::reglement::reglement;

use super::support::{Question, consultation, day};

fn rate(percent: u32) -> Garantie {
    Garantie::TauxDeBase(percent * 100)
}

fn euros(amount: i64) -> Garantie {
    Garantie::Montant(Centimes::new(amount * 100))
}

fn with(mut question: Question, responsable: bool, garantie: Garantie) -> Question {
    question.soins.beneficiaire.complementaire = Complementaire::Amc;
    question.soins.beneficiaire.contrat = Some(Contrat { responsable, garantie });
    question
}

/// Repaid, complementary share, left to pay.
fn shares(question: &Question) -> [i64; 3] {
    let totals = question.answer().totaux;
    [totals.rembourse_amo, totals.part_amc, totals.reste_a_charge].map(Centimes::get)
}

/// A specialist of sector 2 on referral: 60 € for a base of 23 €, of which 16.10 € are compulsory.
fn sector_2(option: OptionTarifaire) -> Question {
    let mut question = consultation(day("2022-06-16"), 6000)
        .specialite("03")
        .code("CS")
        .secteur_2()
        .base(2300)
        .mt(RelationMt::Autre)
        .adresse_par("ESSAI");
    question.soins.executant.option_tarifaire = option;
    question
}

#[test]
fn a_guarantee_in_percent_counts_the_compulsory_share() {
    let free = OptionTarifaire::Aucune;
    for (percent, amc) in [(100, 690), (150, 1840), (200, 2990)] {
        let found = shares(&with(sector_2(free), true, rate(percent)));
        assert_eq!(found, [1510, amc, 6000 - 1510 - amc], "{percent} %");
    }
    // 300 % would pay 46 € of overrun: a responsible contract stops at the base for this doctor…
    assert_eq!(shares(&with(sector_2(free), true, rate(300)))[1], 690 + 2300);
    // …and not for one who limits his overruns, whose patient pays the participation alone.
    assert_eq!(shares(&with(sector_2(OptionTarifaire::Optam), true, rate(300))), [1510, 4390, 100]);
    // A contract without constraints pays all it promises, the participation included.
    assert_eq!(shares(&with(sector_2(free), false, rate(300))), [1510, 4490, 0]);
    assert_eq!(shares(&with(sector_2(free), false, rate(200))), [1510, 4600 - 1510, 1400]);
}

#[test]
fn a_guarantee_in_euros_is_an_amount_for_the_act() {
    let free = OptionTarifaire::Aucune;
    for (amount, amc) in [(7, 700), (20, 2000), (29, 2900), (40, 2990)] {
        assert_eq!(shares(&with(sector_2(free), true, euros(amount)))[1], amc, "{amount} €");
    }
    assert_eq!(shares(&with(sector_2(free), false, euros(40)))[1], 4000);
    assert_eq!(shares(&with(sector_2(free), false, euros(90))), [1510, 4490, 0]);
}

#[test]
fn the_whole_ticket_moderateur_is_paid_inside_since_april_2015() {
    let inside = |jour: &str| {
        shares(&with(consultation(day(jour), 2300).mt(RelationMt::Executant), true, euros(5)))[1]
    };
    assert_eq!(inside("2015-03-31"), 500);
    assert_eq!(inside("2015-04-01"), 690);
    // Outside, a contract pays what it promises.
    let outside = with(consultation(day("2015-04-01"), 2300), true, euros(5));
    assert_eq!(shares(&outside)[1], 500);
}

#[test]
fn outside_the_parcours_a_responsible_contract_leaves_the_majoration_and_the_authorised_overrun() {
    let overrun = |jour: &str, responsable| {
        let mut question = consultation(day(jour), 3500).specialite("03").code("CS").base(2500);
        question.soins.actes[0].qualificatif = Some(QualificatifDepense::Da);
        with(question, responsable, rate(400))
    };
    // 17.50 less 10 of majoration less 1; the ticket 7.50; the whole overrun of 10 is excluded.
    assert_eq!(shares(&overrun("2018-06-15", true)), [650, 750, 2100]);
    // Until June 2017 8 € are excluded.
    assert_eq!(shares(&overrun("2017-06-30", true)), [650, 750 + 200, 1900]);
    assert_eq!(shares(&overrun("2018-06-15", false)), [650, 2850, 0]);
    // Since November 2023 10.50 €: 37 € less 26.50 €.
    assert_eq!(shares(&overrun("2023-10-31", true)), [650, 750, 2100]);
    let mut dearer = overrun("2023-10-31", true);
    dearer.soins.actes[0].honoraires = Centimes::new(3700);
    assert_eq!(shares(&dearer)[1], 750 + 200);
    dearer.soins.actes[0].date_execution = day("2023-11-01");
    dearer.faits.relations_mt[0].0 = day("2023-11-01");
    assert_eq!(shares(&dearer)[1], 750 + 150);
    // A technical act leaves the same: the amount is that of a clinical one (R871-1 2°).
    let mut technical = overrun("2018-06-15", true).ccam("DEQP003").base(3000);
    technical.soins.actes[0].honoraires = Centimes::new(4500);
    assert_eq!(shares(&technical)[1], 900 + 500);
    assert_eq!(shares(&technical.mt(RelationMt::Executant).indicateur("T"))[1], 900 + 1500);
    let mut ticket = overrun("2023-11-01", true);
    ticket.soins.beneficiaire.contrat = Some(Contrat::default());
    assert_eq!(shares(&ticket)[1], 750);
}

#[test]
fn the_ceiling_of_an_overrun_is_about_doctors() {
    let outside_any_convention = |specialite: &str| {
        let mut question = consultation(day("2022-06-15"), 10_000)
            .specialite(specialite)
            .mt(RelationMt::Executant)
            .indicateur("T")
            .base(2000);
        question.soins.executant.convention = Convention::NonConventionne;
        shares(&with(question, true, euros(80)))[1]
    };
    // R871-2 2°: once the base, beside the ticket; a dentist has no option tarifaire to adhere to.
    assert_eq!(outside_any_convention("03"), 600 + 2000);
    assert_eq!(outside_any_convention("19"), 600 + 7400);
}

#[test]
fn a_contract_counts_only_for_a_complementary_insurance() {
    for cover in [Complementaire::Aucune, Complementaire::C2sSansParticipation] {
        let plain = consultation(day("2025-06-16"), 3000).complementaire(cover);
        let mut told = plain.clone();
        told.soins.beneficiaire.contrat = Some(Contrat { responsable: false, garantie: rate(300) });
        assert_eq!(shares(&told), shares(&plain), "{cover:?}");
    }
    let default = consultation(day("2025-06-16"), 3000).complementaire(Complementaire::Amc);
    let mut told = default.clone();
    told.soins.beneficiaire.contrat = Some(Contrat::default());
    assert_eq!(told.answer(), default.answer());
}

fn settled(question: &Question, amo: bool, amc: bool) -> Reglement {
    let mut question = question.clone();
    question.soins.paiement.tiers_payant_amo = amo;
    question.soins.paiement.tiers_payant_amc = amc;
    reglement(&question.soins, &question.answer()).unwrap()
}

#[test]
fn with_third_party_payment_the_majoration_and_the_participation_are_claimed_later() {
    // 30 €, outside, responsible contract: 8.40 + 9.00 + 12.60 of which 10.60 and 2.00 are claimed.
    let outside = consultation(day("2025-06-16"), 3000).complementaire(Complementaire::Amc);
    let advanced = settled(&outside, false, false);
    assert_eq!(advanced.paye_par_le_patient, Centimes::new(3000));
    assert_eq!(advanced.rembourse_par_amo, Centimes::new(840));
    assert_eq!(advanced.rembourse_par_amc, Centimes::new(900));
    assert!(advanced.creances.is_empty());
    let both = settled(&outside, true, true);
    assert_eq!(both.paye_par_amo, Centimes::new(2100));
    assert_eq!(both.paye_par_amc, Centimes::new(900));
    assert_eq!(both.paye_par_le_patient, Centimes::ZERO);
    let claims: Vec<(NatureCreance, i64)> =
        both.creances.iter().map(|one| (one.nature, one.montant.get())).collect();
    assert_eq!(
        claims,
        [(NatureCreance::Majoration, 1060), (NatureCreance::ParticipationForfaitaire, 200)]
    );
    let compulsory = settled(&outside, true, false);
    assert_eq!(compulsory.paye_par_le_patient, Centimes::new(900));
    assert_eq!(compulsory.rembourse_par_amc, Centimes::new(900));
}

#[test]
fn nothing_is_claimed_from_a_holder_of_the_solidarity_cover() {
    let outside =
        consultation(day("2025-06-16"), 3000).complementaire(Complementaire::C2sSansParticipation);
    let both = settled(&outside, true, true);
    assert_eq!(both.paye_par_amo, Centimes::new(1040));
    assert_eq!(both.paye_par_amc, Centimes::new(1960));
    assert_eq!(both.paye_par_le_patient, Centimes::ZERO);
    assert!(both.creances.is_empty());
}

#[test]
fn a_pregnancy_spares_the_participation_from_its_sixth_month_to_twelve_days_after_the_birth() {
    let kept = |given: &str, jour: &str| {
        let mut question =
            consultation(day(jour), 3000).mt(RelationMt::Executant).exoneration("55");
        question.soins.assurance.date_reference = Some(day(given));
        let answer = question.answer();
        let told = answer
            .avertissements
            .iter()
            .any(|warning| warning.code == Avertissement::MaterniteHorsPeriode);
        assert_eq!(answer.totaux.ticket_moderateur, Centimes::ZERO, "the rate stays the whole");
        assert_eq!(told, answer.totaux.participation > Centimes::ZERO);
        answer.totaux.participation.get()
    };
    // Pregnant since 10 January: the sixth month begins on 10 June.
    assert_eq!(kept("2025-01-10", "2025-06-09"), 200);
    assert_eq!(kept("2025-01-10", "2025-06-10"), 0);
    // Born on 10 January: until the 22nd.
    assert_eq!(kept("2025-01-10", "2025-01-10"), 0);
    assert_eq!(kept("2025-01-10", "2025-01-22"), 0);
    assert_eq!(kept("2025-01-10", "2025-01-23"), 200);
    // Nobody is pregnant for ten months.
    assert_eq!(kept("2025-01-10", "2025-11-09"), 0);
    assert_eq!(kept("2025-01-10", "2025-11-10"), 200);
}

#[test]
fn covers_and_contracts_exist_from_their_days() {
    let warnings = |question: &Question| -> Vec<Avertissement> {
        question.answer().avertissements.iter().map(|warning| warning.code).collect()
    };
    let covered = |jour: &str, cover| {
        warnings(&consultation(day(jour), 2500).mt(RelationMt::Executant).complementaire(cover))
    };
    let early = [Avertissement::CouvertureAnachronique];
    assert_eq!(covered("2019-10-31", Complementaire::C2sAvecParticipation), early);
    assert_eq!(covered("2019-11-01", Complementaire::C2sAvecParticipation), []);
    assert_eq!(covered("2019-10-31", Complementaire::AcsAncienne), []);
    assert_eq!(covered("2019-11-01", Complementaire::AcsAncienne), early);
    // The former CMU complémentaire is written as the C2S without contribution.
    assert_eq!(covered("2019-10-31", Complementaire::C2sSansParticipation), []);
    let option = |jour: &str| {
        let mut question =
            consultation(day(jour), 2300).secteur_2().mt(RelationMt::Executant).indicateur("T");
        question.soins.executant.option_tarifaire = OptionTarifaire::Optam;
        warnings(&question)
    };
    assert_eq!(option("2012-12-31"), [Avertissement::OptionAnachronique]);
    assert_eq!(option("2014-01-01"), []);
}

#[test]
fn overruns_need_a_reason_that_the_doctor_may_give() {
    let warnings = |question: &Question| -> Vec<Avertissement> {
        question.answer().avertissements.iter().map(|warning| warning.code).collect()
    };
    let charged = |qualificatif| {
        let mut question =
            consultation(day("2025-06-16"), 4000).base(3000).mt(RelationMt::Executant);
        question.soins.actes[0].qualificatif = qualificatif;
        question
    };
    assert_eq!(warnings(&charged(None)), [Avertissement::DepassementSansMotif]);
    assert_eq!(warnings(&charged(Some(QualificatifDepense::De))), []);
    assert_eq!(
        warnings(&charged(Some(QualificatifDepense::Da))),
        [Avertissement::DepassementNonAutorise]
    );
    let solidarity = |qualificatif| {
        warnings(&charged(qualificatif).complementaire(Complementaire::C2sSansParticipation))
    };
    assert_eq!(solidarity(None), [Avertissement::DepassementInterditC2s]);
    assert_eq!(solidarity(Some(QualificatifDepense::De)), []);
    let mut second = consultation(day("2025-06-16"), 4000).secteur_2().base(2300);
    second = second.mt(RelationMt::Executant);
    assert_eq!(warnings(&second), [], "free fees");
    // On the principal act only.
    let mut supplement = consultation(day("2025-06-16"), 3000).mt(RelationMt::Executant);
    supplement = supplement.puis("F", 1906);
    supplement.soins.actes[1].qualificatif = Some(QualificatifDepense::De);
    assert_eq!(warnings(&supplement), [Avertissement::ExigenceSurSupplement]);
    // A technical act: 17.5 % of its tariff, to the nearest euro. 44 € give 51.70 €, so 52 €.
    let technical = |fees: i64| {
        let mut question =
            consultation(day("2022-06-16"), fees).specialite("03").ccam("DEQP003").base(4400);
        question.soins.actes[0].qualificatif = Some(QualificatifDepense::Da);
        warnings(&question.connue())
    };
    assert_eq!(technical(5200), []);
    assert_eq!(technical(5201), [Avertissement::DepassementExcessif]);
    // Outside any convention, the tariff of authority is the highest base.
    let authority = |specialite: &str, code: &str, base: i64| {
        let mut question = consultation(day("2025-06-16"), 7000)
            .specialite(specialite)
            .code(code)
            .base(base)
            .mt(RelationMt::Executant);
        question.soins.executant.convention = Convention::NonConventionne;
        warnings(&question)
    };
    assert_eq!(authority("01", "G", 61), []);
    assert_eq!(authority("01", "G", 62), [Avertissement::BaseContredite]);
    assert_eq!(authority("05", "CS", 122), []);
    assert_eq!(authority("05", "CS", 123), [Avertissement::BaseContredite]);
}
