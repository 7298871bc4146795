//! What the register says beside the feuille: referrals, covers, opinions around, fees of the year.

use chrono::NaiveDate;
use traitant::domain::adressage::NatureAdressage;
use traitant::domain::evaluation::{
    AdressageConnu, Appartenance, AutreFeuille, Avertissement, CodeDetermine, CouvertureConnue,
    HonorairesAnnee, Qualification, RelationMt,
};
use traitant::domain::feuille_de_soins::{Complementaire, MotifExclusion, QualificatifDepense};
use traitant::domain::ids::FeuilleId;
use traitant::domain::money::Centimes;
use traitant::domain::vocabulary::Vocabulaire;
use traitant::law::checks;

use super::support::{Question, consultation, day};

const JUNE: &str = "2025-06-16";

fn cardiologist() -> Question {
    consultation(day(JUNE), 2650).specialite("03").code("CS").mt(RelationMt::Autre)
}

fn known(mut question: Question, connu: AdressageConnu) -> Question {
    question.faits.registre.adressages = vec![(1, connu)];
    question
}

fn referral(nature: NatureAdressage) -> AdressageConnu {
    AdressageConnu { nature: Some(nature), ..AdressageConnu::default() }
}

fn verdict(question: &Question) -> Qualification {
    question.answer().synthese().unwrap()
}

/// Warnings of the law and of the comparison with what was declared.
fn warnings(question: &Question) -> Vec<Avertissement> {
    let answer = question.answer();
    let told = checks::discrepancies(&question.soins, &question.faits, &answer);
    answer.avertissements.iter().chain(&told).map(|warning| warning.code).collect()
}

fn other(jour: NaiveDate) -> AutreFeuille {
    AutreFeuille { jour, feuille: FeuilleId::from_uuid(uuid::Uuid::from_u128(7)) }
}

#[test]
fn a_referral_of_the_register_puts_the_act_inside_whatever_the_indicator() {
    use Avertissement as A;
    for nature in NatureAdressage::TOUS {
        for (indicateur, told) in [
            ("O", vec![]),
            ("M", vec![]),
            ("S2", vec![A::AdressageNonDeclare, A::IndicateurContredit]),
            ("", vec![A::AdressageNonDeclare]),
        ] {
            let sent = cardiologist().adresse_par("ESSAI").indicateur(indicateur);
            let asked = known(sent, referral(*nature));
            let found = verdict(&asked);
            assert_eq!(found.code, CodeDetermine::Oriente, "{nature:?} {indicateur}");
            assert!(!found.majoration && !found.da_possible);
            let single = *nature == NatureAdressage::AvisPonctuel;
            assert_eq!(found.coordination_possible, !single, "{nature:?} {indicateur}");
            assert_eq!(warnings(&asked), told, "{nature:?} {indicateur}");
        }
    }
    // A general practitioner may bill the supplement after a single opinion too.
    let general = consultation(day(JUNE), 3000).mt(RelationMt::Autre).indicateur("S2");
    assert!(
        verdict(&known(general, referral(NatureAdressage::AvisPonctuel))).coordination_possible
    );
    // Nobody refers a patient who has no médecin traitant on the day.
    let nobody =
        known(cardiologist().mt(RelationMt::Aucun), referral(NatureAdressage::PlanDeSoins));
    assert_eq!(verdict(&nobody).code, CodeDetermine::SansMedecinTraitant);
}

#[test]
fn a_referral_that_the_register_does_not_know_is_believed_and_told() {
    let sent = cardiologist().adresse_par("ESSAI");
    let asked = known(sent.clone(), AdressageConnu::default());
    assert_eq!(verdict(&asked).code, CodeDetermine::Oriente);
    assert_eq!(warnings(&asked), [Avertissement::AdressageInconnu]);
    // Nothing is told when the register was not asked, as in a simulation.
    assert_eq!(warnings(&sent), []);
    let plan = cardiologist().motif(MotifExclusion::PlanDeSoins);
    assert_eq!(
        warnings(&known(plan, AdressageConnu::default())),
        [Avertissement::AdressageInconnu]
    );
    // Another doctor than the médecin traitant: the register does not hold such referrals.
    let by_other = known(sent.indicateur("M"), AdressageConnu::default());
    assert_eq!(warnings(&by_other), []);
}

#[test]
fn the_sender_the_acts_and_the_kind_of_a_referral_are_compared() {
    let sent = || cardiologist().adresse_par("ESSAI");
    let by = |confirmed| AdressageConnu {
        orienteur_confirme: Some(confirmed),
        ..referral(NatureAdressage::PlanDeSoins)
    };
    assert_eq!(warnings(&known(sent(), by(true))), []);
    assert_eq!(warnings(&known(sent(), by(false))), [Avertissement::OrienteurContredit]);
    let elsewhere = AdressageConnu { acte_imprevu: true, ..referral(NatureAdressage::PlanDeSoins) };
    assert_eq!(warnings(&known(sent(), elsewhere)), [Avertissement::ActeHorsAdressage]);
    let opinion =
        || consultation(day(JUNE), 6000).specialite("03").code("APC").mt(RelationMt::Autre);
    let asked = known(opinion().adresse_par("ESSAI"), referral(NatureAdressage::PlanDeSoins));
    assert_eq!(warnings(&asked), [Avertissement::NatureAdressageContredite]);
    let right = known(opinion().adresse_par("ESSAI"), referral(NatureAdressage::AvisPonctuel));
    assert_eq!(warnings(&right), []);
    assert_eq!(warnings(&opinion().indicateur("S2")), [Avertissement::AvisPonctuelSansDemande]);
    // A child is not concerned: nothing is asked of a referral.
    assert_eq!(warnings(&opinion().indicateur("S2").age(15)), []);
}

#[test]
fn a_single_opinion_stays_alone_for_six_months_then_for_four() {
    let opinion = |jour: &str, tariff: i64, autre: &str| {
        let mut asked = consultation(day(jour), tariff)
            .specialite("03")
            .code("C2")
            .mt(RelationMt::Autre)
            .adresse_par("ESSAI");
        asked.faits.registre.autour = vec![other(day(autre))];
        warnings(&asked)
    };
    let seen = [Avertissement::AvisPonctuelPatientSuivi];
    // The convention of 2005, on its last day; then the amendment, on its first.
    assert_eq!(opinion("2012-10-24", 4600, "2012-04-24"), seen);
    assert_eq!(opinion("2012-10-24", 4600, "2012-04-23"), []);
    assert_eq!(opinion("2012-10-25", 4600, "2012-06-25"), seen);
    assert_eq!(opinion("2012-10-25", 4600, "2012-06-24"), []);
    // Late paper: what comes after the opinion counts as much.
    assert_eq!(opinion("2012-10-25", 4600, "2013-02-25"), seen);
    assert_eq!(opinion("2012-10-25", 4600, "2013-02-26"), []);
    assert_eq!(opinion("2012-10-25", 4600, "2012-10-25"), [], "the same day is the opinion");
}

#[test]
fn a_later_act_breaks_an_opinion_by_the_delay_of_its_own_day() {
    let later = |avis: &str, jour: &str| {
        let mut asked = consultation(day(jour), 2300)
            .specialite("03")
            .code("CS")
            .mt(RelationMt::Autre)
            .adresse_par("ESSAI");
        asked.faits.registre.avis = vec![other(day(avis))];
        warnings(&asked)
    };
    let broken = [Avertissement::AvisPonctuelRompu];
    assert_eq!(later("2012-10-24", "2013-04-24"), broken, "six months: the law of the opinion");
    assert_eq!(later("2012-10-24", "2013-04-25"), []);
    assert_eq!(later("2012-10-25", "2013-02-25"), broken);
    assert_eq!(later("2012-10-25", "2013-02-26"), []);
    // An earlier act that arrives late breaks it as well.
    assert_eq!(later("2012-10-25", "2012-06-25"), broken);
}

#[test]
fn a_cover_known_by_the_register_excludes_although_the_feuille_is_silent() {
    let covered = |cover| {
        let mut asked = consultation(day(JUNE), 3000).indicateur("S2");
        asked.faits.registre.couvertures = vec![(day(JUNE), cover)];
        asked
    };
    for (cover, code) in [
        (CouvertureConnue::Ame, CodeDetermine::Exclusion),
        (CouvertureConnue::Passage, CodeDetermine::Exclusion),
        (CouvertureConnue::CaisseDuPacifique, CodeDetermine::Exclusion),
        (CouvertureConnue::CaisseDeMayotte, CodeDetermine::Mayotte),
    ] {
        let asked = covered(cover);
        let found = verdict(&asked);
        assert_eq!((found.code, found.appartenance), (code, Appartenance::Exclu), "{cover:?}");
        assert!(!found.majoration);
        assert_eq!(warnings(&asked), [Avertissement::CouvertureContredite], "{cover:?}");
        // On another day the cover is the ordinary one.
        let mut other_day = asked.clone();
        other_day.faits.registre.couvertures[0].0 = day("2025-06-15");
        assert_eq!(verdict(&other_day).code, CodeDetermine::SansMedecinTraitant);
    }
    let mut said = covered(CouvertureConnue::Ame).complementaire(Complementaire::Ame);
    assert_eq!(warnings(&said), []);
    assert_eq!(said.answer().totaux.participation, Centimes::ZERO);
    said.soins.beneficiaire.complementaire = Complementaire::Aucune;
    assert_eq!(said.answer().totaux.participation, Centimes::ZERO);
}

#[test]
fn without_rights_the_answer_is_left_to_the_caisse() {
    for cover in [CouvertureConnue::SansDroits, CouvertureConnue::HorsDeFrance] {
        let mut asked = consultation(day(JUNE), 3000).mt(RelationMt::Executant).indicateur("T");
        asked.faits.registre.couvertures = vec![(day(JUNE), cover)];
        let found = verdict(&asked);
        assert_eq!(found.appartenance, Appartenance::Indeterminee, "{cover:?}");
        assert_eq!(found.code, CodeDetermine::Inconnu);
        assert_eq!(warnings(&asked), [Avertissement::DroitsAVerifier]);
    }
}

#[test]
fn the_medecin_traitant_at_a_secondary_cabinet_is_inside() {
    let asked =
        consultation(day(JUNE), 3000).mt(RelationMt::ExecutantCabinetSecondaire).indicateur("T");
    let found = verdict(&asked);
    assert_eq!(found.code, CodeDetermine::CabinetSecondaire);
    assert_eq!(found.appartenance, Appartenance::DansParcours);
    assert!(!found.majoration && !found.da_possible && !found.coordination_possible);
    assert_eq!(warnings(&asked), []);
    assert_eq!(verdict(&asked.clone().age(15)).code, CodeDetermine::MoinsDe16Ans);
    assert_eq!(verdict(&asked.indicateur("U")).code, CodeDetermine::Urgence);
}

#[test]
fn fees_without_authorised_overrun_must_be_more_than_seventy_percent_of_the_year() {
    let billed = |total: i64, without: i64| {
        let mut asked =
            consultation(day("2018-06-15"), 3300).specialite("03").code("CS").base(2300);
        asked.soins.actes[0].qualificatif = Some(QualificatifDepense::Da);
        asked.faits.registre.honoraires = Some(HonorairesAnnee {
            total: Centimes::new(total),
            sans_depassement: Centimes::new(without),
        });
        warnings(&asked)
    };
    // With this feuille, 10 000.00 € in all.
    let short = [Avertissement::PartSansDepassementInsuffisante];
    assert_eq!(billed(996_700, 700_001), []);
    assert_eq!(billed(996_700, 700_000), short, "exactly the share is not more");
    assert_eq!(billed(996_700, 699_999), short);
    let mut plain = consultation(day("2018-06-15"), 2300).specialite("03").code("CS");
    plain.faits.registre.honoraires = Some(HonorairesAnnee::default());
    assert_eq!(warnings(&plain), [], "a feuille without overrun says nothing");
}
