//! What cannot be answered without another fact, and what can.

use traitant::domain::evaluation::{
    Appartenance, Avertissement, CodeDetermine, Qualification, RelationMt,
};
use traitant::domain::feuille_de_soins::MotifExclusion;
use traitant::domain::money::Centimes;
use traitant::law::checks;

use super::support::{Question, consultation, day};

const JUNE: &str = "2025-06-16";

fn asked() -> Question {
    consultation(day(JUNE), 3000)
}

fn verdict(question: &Question) -> Qualification {
    question.answer().synthese().unwrap()
}

fn told(question: &Question) -> Vec<Avertissement> {
    checks::discrepancies(&question.soins, &question.faits, &question.answer())
        .iter()
        .map(|warning| warning.code)
        .collect()
}

fn undetermined(question: &Question, missing: Avertissement) {
    let found = verdict(question);
    assert_eq!(found.appartenance, Appartenance::Indeterminee);
    assert_eq!(found.code, CodeDetermine::Inconnu);
    assert!(!found.da_possible && !found.coordination_possible);
    assert_eq!(told(question), [missing]);
    // Nothing is majored on a guess.
    assert_eq!(question.answer().totaux.majoration, Centimes::ZERO);
}

#[test]
fn whether_a_medecin_traitant_is_declared_may_be_unknown_in_a_simulation() {
    let unknown = || asked().mt(RelationMt::Inconnu);
    for indicateur in ["", "S2", "T", "R", "D", "N"] {
        undetermined(&unknown().indicateur(indicateur), Avertissement::MedecinTraitantInconnu);
    }
    undetermined(&unknown().adresse_par("ESSAI"), Avertissement::MedecinTraitantInconnu);
    let remote = unknown().code("TCG").indicateur("");
    undetermined(&remote, Avertissement::MedecinTraitantInconnu);
    // What needs none is decided all the same, without its code when the code says which.
    let decided = [
        (unknown().indicateur("U"), Appartenance::NonConcerne, CodeDetermine::Inconnu),
        (unknown().age(15), Appartenance::NonConcerne, CodeDetermine::Inconnu),
        (unknown().indicateur("H"), Appartenance::DansParcours, CodeDetermine::HorsResidence),
        (
            unknown().code("TCG").motif(MotifExclusion::ResidentEtablissement),
            Appartenance::NonConcerne,
            CodeDetermine::SansObjet,
        ),
        (
            unknown().motif(MotifExclusion::Genetique),
            Appartenance::DansParcours,
            CodeDetermine::ArticleD16216,
        ),
        (
            unknown().indicateur("J").installe_le("2024-01-01"),
            Appartenance::DansParcours,
            CodeDetermine::GeneralisteRecent,
        ),
        (unknown().caisse("019760000"), Appartenance::Exclu, CodeDetermine::Mayotte),
    ];
    for (question, appartenance, code) in decided {
        let found = verdict(&question);
        assert_eq!((found.appartenance, found.code), (appartenance, code));
    }
}

#[test]
fn the_item_behind_the_indicator_a_is_missing_only_without_medecin_traitant() {
    let without = asked().indicateur("A");
    undetermined(&without, Avertissement::MotifExclusionManquant);
    let waiting = asked().mt(RelationMt::EnAttente).indicateur("A");
    undetermined(&waiting, Avertissement::MotifExclusionManquant);
    // With one, every item leads inside.
    let with = asked().mt(RelationMt::Autre).indicateur("A");
    assert_eq!(verdict(&with).code, CodeDetermine::ArticleD16216);
    assert_eq!(told(&with), []);
    // The departure of the médecin traitant already spares the majoration.
    let spared = asked().mt(RelationMt::Parti).indicateur("A");
    assert_eq!(verdict(&spared).code, CodeDetermine::ExclusionTemporaireSansMt);
}

#[test]
fn the_day_of_the_installation_is_missing_only_for_a_general_practitioner() {
    for indicateur in ["J", "B"] {
        for relation in [RelationMt::Aucun, RelationMt::Autre] {
            let silent = asked().mt(relation).indicateur(indicateur);
            undetermined(&silent, Avertissement::DateInstallationManquante);
        }
        let specialist = asked().specialite("05").indicateur(indicateur);
        assert_eq!(verdict(&specialist).code, CodeDetermine::SansMedecinTraitant);
        let own = asked().mt(RelationMt::Executant).indicateur(indicateur);
        assert_eq!(verdict(&own).code, CodeDetermine::MedecinTraitant);
    }
}

#[test]
fn an_emergency_foreseen_more_than_eight_hours_before_is_none() {
    let urgent = |hours: Option<u16>| {
        let mut question = asked().mt(RelationMt::Autre).indicateur("U");
        question.soins.parcours.urgence_prevue_heures = hours;
        question
    };
    for hours in [None, Some(0), Some(8)] {
        assert_eq!(verdict(&urgent(hours)).code, CodeDetermine::Urgence, "{hours:?}");
        assert_eq!(told(&urgent(hours)), []);
    }
    let foreseen = urgent(Some(9));
    assert_eq!(verdict(&foreseen).code, CodeDetermine::NonRespect);
    assert_eq!(
        told(&foreseen),
        [Avertissement::UrgencePrevisible, Avertissement::IndicateurContredit]
    );
}

#[test]
fn a_teleconsultation_escapes_the_parcours_for_the_reasons_of_the_amendment() {
    let remote = || asked().code("TCG").mt(RelationMt::Autre).indicateur("");
    let said = |motif| {
        let mut question = remote();
        question.soins.parcours.motif_exclusion = Some(motif);
        verdict(&question)
    };
    for motif in [MotifExclusion::MtIndisponible, MotifExclusion::ResidentEtablissement] {
        let found = said(motif);
        assert_eq!(found.appartenance, Appartenance::NonConcerne, "{motif:?}");
        assert!(!found.majoration);
    }
    assert_eq!(said(MotifExclusion::Genetique).code, CodeDetermine::IndicateurAbsent);
    let direct = |specialite: &str, age: u8| {
        verdict(&remote().specialite(specialite).code("TC").age(age)).appartenance
    };
    assert_eq!(direct("15", 45), Appartenance::NonConcerne, "ophthalmology");
    assert_eq!(direct("05", 45), Appartenance::HorsParcours, "dermatology");
    assert_eq!(direct("33", 25), Appartenance::NonConcerne, "psychiatry at 25");
    assert_eq!(direct("33", 26), Appartenance::HorsParcours, "psychiatry at 26");
    // In a cabinet none of these reasons counts.
    let mut seen = asked().mt(RelationMt::Autre).indicateur("");
    seen.soins.parcours.motif_exclusion = Some(MotifExclusion::MtIndisponible);
    assert_eq!(verdict(&seen).code, CodeDetermine::IndicateurAbsent);
}
