//! Every situation of the parcours, on both sides and at its limits.

use traitant::domain::evaluation::{
    Appartenance, Avertissement, CodeDetermine, Qualification, RelationMt,
};
use traitant::domain::feuille_de_soins::{
    Complementaire, MotifExclusion, QualificatifDepense, SituationParticuliere,
};
use traitant::domain::money::Centimes;
use traitant::domain::vocabulary::Vocabulaire;

use traitant::law::LawError;

use super::support::{Question, consultation, day};

const JUNE: &str = "2025-06-16";

fn asked() -> Question {
    consultation(day(JUNE), 3000)
}

fn verdict(question: &Question) -> Qualification {
    question.answer().synthese().unwrap()
}

fn code(question: &Question) -> CodeDetermine {
    verdict(question).code
}

#[test]
fn a_locum_acts_for_the_medecin_traitant() {
    let replaced = verdict(&asked().mt(RelationMt::Remplace).indicateur(""));
    assert_eq!(replaced.code, CodeDetermine::Remplacant);
    assert_eq!(replaced.appartenance, Appartenance::DansParcours);
    assert!(!replaced.majoration);
    assert_eq!(code(&asked().mt(RelationMt::Autre).indicateur("R")), CodeDetermine::Remplacant);
    let away = asked().mt(RelationMt::Autre).motif(MotifExclusion::MtIndisponible);
    assert_eq!(code(&away), CodeDetermine::Remplacant);
    // Nobody to replace.
    let nobody = asked().mt(RelationMt::Aucun).indicateur("R");
    assert_eq!(code(&nobody), CodeDetermine::SansMedecinTraitant);
    // The same colleague, while the médecin traitant is there and did not send the patient.
    let present = asked().mt(RelationMt::Autre).indicateur("S2");
    assert_eq!(code(&present), CodeDetermine::NonRespect);
}

#[test]
fn a_new_medecin_traitant_needs_a_declaration_under_way() {
    for indicateur in ["N", "T"] {
        let under_way = asked().mt(RelationMt::EnAttente).indicateur(indicateur);
        assert_eq!(code(&under_way), CodeDetermine::NouveauMedecinTraitant, "{indicateur}");
        assert!(!verdict(&under_way).majoration);
    }
    assert_eq!(code(&asked().indicateur("N")), CodeDetermine::SansMedecinTraitant);
    let other = asked().mt(RelationMt::Autre).indicateur("N");
    assert_eq!(code(&other), CodeDetermine::NonRespect);
    let silent = asked().mt(RelationMt::EnAttente).indicateur("S2");
    assert_eq!(code(&silent), CodeDetermine::SansMedecinTraitant);
}

#[test]
fn a_young_general_practitioner_may_be_seen_until_the_day_before_the_fifth_anniversary() {
    for (indicateur, expected) in
        [("J", CodeDetermine::GeneralisteRecent), ("B", CodeDetermine::ZoneSousMedicalisee)]
    {
        let installed = |jour: &str| asked().indicateur(indicateur).installe_le(jour);
        assert_eq!(code(&installed(JUNE)), expected, "the day itself");
        assert_eq!(code(&installed("2020-06-17")), expected, "the last day");
        let outside = CodeDetermine::SansMedecinTraitant;
        assert_eq!(code(&installed("2020-06-16")), outside, "the fifth anniversary");
        assert_eq!(code(&installed("2025-06-17")), outside, "the day before the installation");
        assert_eq!(code(&installed("2024-01-01").specialite("05")), outside, "a specialist");
        let first =
            consultation(day("2006-01-03"), 2000).indicateur(indicateur).installe_le("2005-12-01");
        assert_eq!(code(&first), expected, "the first day of the decree");
    }
}

#[test]
fn the_items_of_article_d162_1_6_are_assimilated_or_need_a_medecin_traitant() {
    use MotifExclusion as M;
    for motif in M::TOUS.iter().copied() {
        let without = verdict(&asked().motif(motif));
        let with = verdict(&asked().mt(RelationMt::Autre).motif(motif));
        let (alone, declared) = match motif {
            M::PlanDeSoins | M::SequenceConcertee | M::ProtocoleAld => {
                (CodeDetermine::SansMedecinTraitant, CodeDetermine::Oriente)
            }
            M::MtIndisponible => (CodeDetermine::SansMedecinTraitant, CodeDetermine::Remplacant),
            // A reason for a teleconsultation only.
            M::ResidentEtablissement => {
                (CodeDetermine::SansMedecinTraitant, CodeDetermine::NonRespect)
            }
            M::PermanenceDesSoins
            | M::Addictologie
            | M::Militaire
            | M::Genetique
            | M::MedecinePreventiveUniversitaire
            | M::ExamenObligatoireEnfant
            | M::StructureParticuliere
            | M::DepistageOrganise
            | M::Detenu => (CodeDetermine::ArticleD16216, CodeDetermine::ArticleD16216),
        };
        assert_eq!((without.code, with.code), (alone, declared), "{motif:?}");
        assert_eq!(without.majoration, alone == CodeDetermine::SansMedecinTraitant, "{motif:?}");
        assert_eq!(with.majoration, motif == M::ResidentEtablissement, "{motif:?}");
    }
    let screening = asked().motif(M::DepistageOrganise).answer();
    assert_eq!(screening.totaux.participation, Centimes::ZERO);
    let mut detained = asked();
    detained.soins.beneficiaire.situation = SituationParticuliere::Detenu;
    assert_eq!(verdict(&detained).appartenance, Appartenance::NonConcerne);
    assert_eq!(code(&detained), CodeDetermine::ArticleD16216);
}

#[test]
fn a_referral_by_another_doctor_needs_a_medecin_traitant() {
    let sent = |relation| {
        asked().specialite("03").code("CS").adresse_par("ESSAI").indicateur("M").mt(relation)
    };
    assert_eq!(code(&sent(RelationMt::Autre)), CodeDetermine::Oriente);
    assert!(verdict(&sent(RelationMt::Autre)).coordination_possible);
    assert_eq!(code(&sent(RelationMt::Aucun)), CodeDetermine::SansMedecinTraitant);
    let opinion = sent(RelationMt::Autre).code("APC");
    assert!(!verdict(&opinion).coordination_possible, "an opinion bears no supplement");
}

#[test]
fn direct_access_needs_the_specialty_the_age_and_a_medecin_traitant() {
    let direct = |specialite: &str, age: u8| {
        asked().specialite(specialite).code("CS").age(age).mt(RelationMt::Autre).indicateur("D")
    };
    for specialite in ["07", "15", "18", "44", "45", "69", "70", "77", "79"] {
        let inside = verdict(&direct(specialite, 45));
        assert_eq!(inside.code, CodeDetermine::AccesDirect, "{specialite}");
        assert!(!inside.da_possible && inside.coordination_possible, "{specialite}");
        let opinion = direct(specialite, 45).code("APC");
        assert!(!verdict(&opinion).coordination_possible, "{specialite}: an opinion bears none");
        let without = direct(specialite, 45).mt(RelationMt::Aucun);
        assert_eq!(code(&without), CodeDetermine::SansMedecinTraitant, "{specialite}");
        let unsaid = direct(specialite, 45).indicateur("S1");
        assert_eq!(code(&unsaid), CodeDetermine::ActeHorsAccesDirect, "{specialite}");
        assert!(verdict(&unsaid).majoration, "{specialite}");
    }
    for specialite in ["17", "33", "75"] {
        for (age, expected) in [
            (15, CodeDetermine::MoinsDe16Ans),
            (16, CodeDetermine::AccesDirect),
            (25, CodeDetermine::AccesDirect),
            (26, CodeDetermine::ActeHorsAccesDirect),
        ] {
            assert_eq!(code(&direct(specialite, age)), expected, "{specialite} at {age}");
        }
    }
    assert_eq!(code(&direct("05", 45)), CodeDetermine::SpecialiteHorsAccesDirect);
    assert_eq!(code(&direct("32", 20)), CodeDetermine::SpecialiteHorsAccesDirect, "neurology");
    assert_eq!(code(&direct("01", 45)), CodeDetermine::NonRespect);
}

#[test]
fn a_teleconsultation_without_medecin_traitant_is_not_concerned_since_2018() {
    let remote = |jour: &str| consultation(day(jour), 2500).code("TCG").indicateur("");
    assert_eq!(verdict(&remote("2018-09-15")).appartenance, Appartenance::NonConcerne);
    let before = remote("2018-09-14").ask();
    assert!(matches!(before, Err(LawError::ActePrecoce { numero_ligne: 1, .. })), "{before:?}");
    let declared = remote(JUNE).mt(RelationMt::Autre);
    assert_eq!(code(&declared), CodeDetermine::IndicateurAbsent);
}

#[test]
fn excluded_patients_are_never_majored() {
    let mut passing = asked();
    passing.soins.beneficiaire.situation = SituationParticuliere::PassageCoordonne;
    let excluded = [
        (asked().complementaire(Complementaire::Ame), CodeDetermine::Exclusion),
        (passing, CodeDetermine::Exclusion),
        (asked().caisse("019880000"), CodeDetermine::Exclusion),
        (asked().caisse("019760000"), CodeDetermine::Mayotte),
        (asked().caisse("019760000").age(10), CodeDetermine::Mayotte),
    ];
    for (question, expected) in excluded {
        let found = verdict(&question);
        assert_eq!((found.code, found.appartenance), (expected, Appartenance::Exclu));
        assert_eq!(question.answer().totaux.majoration, Centimes::ZERO);
    }
    let helped = asked().complementaire(Complementaire::Ame).answer().totaux;
    assert_eq!(helped.reste_a_charge, Centimes::ZERO);
    assert_eq!(
        code(&asked().caisse("019740000")),
        CodeDetermine::SansMedecinTraitant,
        "La Réunion"
    );
}

#[test]
fn the_year_after_the_departure_of_the_medecin_traitant_is_not_majored() {
    let left = |jour: &str| consultation(day(jour), 2650).mt(RelationMt::Parti);
    assert_eq!(code(&left("2023-12-29")), CodeDetermine::ExclusionTemporaireSansMt);
    assert_eq!(left("2023-12-29").answer().totaux.majoration, Centimes::ZERO);
    assert_eq!(code(&left("2023-12-28")), CodeDetermine::SansMedecinTraitant);
    assert_eq!(left("2023-12-28").answer().totaux.majoration, Centimes::new(1060));
}

#[test]
fn biology_is_not_concerned() {
    let biology = asked().specialite("38").answer();
    assert_eq!(biology.synthese().unwrap().appartenance, Appartenance::NonConcerne);
    assert_eq!(biology.totaux.majoration, Centimes::ZERO);
    assert_eq!(biology.totaux.participation, Centimes::new(200));
}

#[test]
fn a_blank_indicator_authorises_no_overrun() {
    let blank = verdict(&asked().specialite("03").mt(RelationMt::Autre).indicateur(""));
    assert_eq!(blank.code, CodeDetermine::IndicateurAbsent);
    assert!(blank.majoration && !blank.da_possible && !blank.coordination_possible);
    let mut away = asked().mt(RelationMt::Autre).indicateur("");
    away.soins.parcours.hors_residence = Some(true);
    assert_eq!(code(&away), CodeDetermine::HorsResidence);
}

#[test]
fn an_act_that_is_not_reimbursed_leaves_everything_to_the_patient() {
    for qualificatif in [QualificatifDepense::NonRemboursable, QualificatifDepense::Gratuit] {
        let mut question = asked().mt(RelationMt::Executant).complementaire(Complementaire::Amc);
        question.soins.actes[0].qualificatif = Some(qualificatif);
        let totaux = question.answer().totaux;
        assert_eq!(totaux.rembourse_amo, Centimes::ZERO, "{qualificatif:?}");
        assert_eq!(totaux.participation, Centimes::ZERO, "{qualificatif:?}");
        assert_eq!(totaux.reste_a_charge, totaux.honoraires, "{qualificatif:?}");
    }
}

#[test]
fn in_a_series_the_prescription_chooses_the_parcours_and_the_act_its_participation() {
    let mut series = consultation(day("2024-06-11"), 2650).mt(RelationMt::Executant);
    series.soins.actes[0].date_prescription_serie = Some(day("2023-12-20"));
    series.faits.relations_mt = vec![(day("2023-12-20"), RelationMt::Executant)];
    let answer = series.answer();
    assert_eq!(answer.synthese().unwrap().code, CodeDetermine::MedecinTraitant);
    assert_eq!(answer.totaux.participation, Centimes::new(200), "the amount of June 2024");
    // Two acts on two days share nothing of a day.
    series.faits.participations_jour = vec![(day("2023-12-20"), Centimes::new(400))];
    assert_eq!(series.answer().totaux.participation, Centimes::new(200));
    series.faits.participations_an = vec![(2024, Centimes::new(5000))];
    assert_eq!(series.answer().totaux.participation, Centimes::ZERO);
}

#[test]
fn supplements_of_a_duty_or_a_visit_are_no_acts_of_their_own() {
    for supplement in ["F", "N", "MM", "MD", "IK", "MMG", "MEG"] {
        let act = if supplement == "MD" { "VG" } else { "G" };
        let mut question = asked().code(act).mt(RelationMt::Executant).puis(supplement, 1906);
        question.soins.actes[1].quantite = 20;
        let answer = question.answer();
        assert_eq!(answer.actes.len(), 1, "{supplement}");
        assert_eq!(answer.totaux.participation, Centimes::new(200), "{supplement}");
        // That of a young child, billed for an adult; that of the general practitioner, which ended with the letter C.
        let told: Vec<_> = answer.avertissements.iter().map(|warning| warning.code).collect();
        let expected: &[_] = match supplement {
            "MEG" => &[Avertissement::ActeNonAutorise],
            "MMG" => &[Avertissement::LettreHorsDates],
            _ => &[],
        };
        assert_eq!(told, expected, "{supplement}");
    }
}
