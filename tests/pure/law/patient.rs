//! What the patient is told: every situation of the parcours, and its money, as sentences.

use std::fmt::Write as _;

use traitant::domain::evaluation::{Montants, RelationMt};
use traitant::domain::feuille_de_soins::{
    Complementaire, MotifExclusion, QualificatifDepense, SituationParticuliere,
};
use traitant::domain::money::Centimes;
use traitant::law::autrement::Changement;
use traitant::law::checks::discrepancies;
use traitant::law::explanation;
use traitant::law::explanation::patient::{PHRASES_MAX, PourLePatient};

use super::support::{LAW, Question, consultation, day};

fn june() -> Question {
    consultation(day("2025-06-16"), 3000).complementaire(Complementaire::Amc)
}

/// A consultation of a specialist of sector 1.
fn specialist(code: &str) -> Question {
    consultation(day("2025-06-16"), 2650)
        .complementaire(Complementaire::Amc)
        .specialite(code)
        .code("CS")
}

fn with_da(mut question: Question, honoraires: i64) -> Question {
    question.soins.actes[0].honoraires = Centimes::new(honoraires);
    question.soins.actes[0].qualificatif = Some(QualificatifDepense::Da);
    question
}

fn paid(mut question: Question, honoraires: i64) -> Question {
    question.soins.actes[0].honoraires = Centimes::new(honoraires);
    question
}

fn patient_is(mut question: Question, situation: SituationParticuliere) -> Question {
    question.soins.beneficiaire.situation = situation;
    question
}

fn tiers_payant(mut question: Question) -> Question {
    question.soins.paiement.tiers_payant_amo = true;
    question
}

/// Situations of the parcours, one after the other, then what changes the money.
fn situations() -> Vec<(&'static str, Question)> {
    use RelationMt as R;
    let mut all = parcours();
    all.extend([
        (
            "Affection de longue durée, médecin traitant",
            june().exoneration("42").mt(R::Executant).indicateur("T"),
        ),
        ("Affection de longue durée, hors du parcours", june().exoneration("42").mt(R::Autre)),
        (
            "Maternité, adressée à un spécialiste",
            specialist("70").exoneration("55").mt(R::Autre).adresse_par("ESSAI"),
        ),
        ("Alsace-Moselle, hors du parcours", june().alsace_moselle()),
        (
            "Complémentaire santé solidaire, médecin traitant",
            june()
                .complementaire(Complementaire::C2sSansParticipation)
                .mt(R::Executant)
                .indicateur("T"),
        ),
        (
            "Complémentaire santé solidaire, hors du parcours",
            june().complementaire(Complementaire::C2sSansParticipation),
        ),
        (
            "Complémentaire santé solidaire, dépassement",
            paid(
                june()
                    .complementaire(Complementaire::C2sSansParticipation)
                    .mt(R::Executant)
                    .indicateur("T"),
                4000,
            ),
        ),
        (
            "Sans mutuelle, médecin traitant",
            june().complementaire(Complementaire::Aucune).mt(R::Executant).indicateur("T"),
        ),
        ("Sans mutuelle, hors du parcours", june().complementaire(Complementaire::Aucune)),
        (
            "Spécialiste de secteur 1, dépassement autorisé",
            with_da(specialist("03").mt(R::Autre), 3700),
        ),
        (
            "Dépassement autorisé demandé à tort",
            with_da(specialist("03").mt(R::Autre).adresse_par("ESSAI"), 3700),
        ),
        (
            "Généraliste de secteur 2, médecin traitant",
            paid(june().secteur_2().base(2300).mt(R::Executant).indicateur("T"), 5000),
        ),
        (
            "Généraliste de secteur 2, hors du parcours, sans mutuelle",
            paid(june().secteur_2().base(2300).complementaire(Complementaire::Aucune), 5000),
        ),
        ("Jeune de 16 ans sans médecin traitant", june().age(16)),
        ("Jeune de 17 ans, médecin traitant", june().age(17).mt(R::Executant).indicateur("T")),
        ("Trois actes, un seul hors du parcours", several()),
        ("Consultation et supplément", june().mt(R::Executant).indicateur("T").puis("MEG", 500)),
        ("Tiers payant, médecin traitant", tiers_payant(june().mt(R::Executant).indicateur("T"))),
        ("Tiers payant, hors du parcours", tiers_payant(june())),
        (
            "Tiers payant, hors du parcours, sans mutuelle",
            tiers_payant(june().complementaire(Complementaire::Aucune)),
        ),
        (
            "Acte coûteux, adressé",
            consultation(day("2025-06-16"), 20_000)
                .complementaire(Complementaire::Aucune)
                .specialite("03")
                .ccam("DEQP003")
                .mt(R::Autre)
                .adresse_par("ESSAI"),
        ),
        ("Acte gratuit", free()),
        ("Petit montant, hors du parcours en 2006", consultation(day("2006-03-01"), 2000)),
    ]);
    all.extend(super::lues::situations());
    all
}

/// An act by a series prescribed the day before the médecin traitant changed, and two others.
fn several() -> Question {
    let mut question =
        june().mt(RelationMt::Executant).indicateur("T").puis("G", 3000).puis("G", 3000);
    question.soins.actes[1].date_prescription_serie = Some(day("2025-05-02"));
    question.faits.relations_mt.push((day("2025-05-02"), RelationMt::Aucun));
    question
}

fn free() -> Question {
    let mut question = june().mt(RelationMt::Executant).indicateur("T");
    question.soins.actes[0].honoraires = Centimes::ZERO;
    question.soins.actes[0].base = Some(Centimes::ZERO);
    question.soins.actes[0].qualificatif = Some(QualificatifDepense::Gratuit);
    question
}

/// The rows of the table of the situations, in its order.
fn parcours() -> Vec<(&'static str, Question)> {
    use RelationMt as R;
    let article = |motif| june().motif(motif);
    vec![
        ("Médecin traitant", june().mt(R::Executant).indicateur("T")),
        ("Nouveau médecin traitant", june().mt(R::EnAttente).indicateur("N")),
        ("Déclaration en attente, hors du parcours", june().mt(R::EnAttente)),
        ("Remplaçant du médecin traitant", june().mt(R::Remplace).indicateur("R")),
        ("Autre médecin du cabinet, médecin traitant absent", june().mt(R::Autre).indicateur("R")),
        ("Autre médecin du cabinet, médecin traitant présent", june().mt(R::Autre)),
        ("Adressé par le médecin traitant", specialist("03").mt(R::Autre).adresse_par("ESSAI")),
        ("Soins prévus par un plan", june().mt(R::Autre).motif(MotifExclusion::PlanDeSoins)),
        ("Suite de soins concertée", june().mt(R::Autre).motif(MotifExclusion::SequenceConcertee)),
        ("Protocole d'une longue maladie", june().mt(R::Autre).motif(MotifExclusion::ProtocoleAld)),
        (
            "Adressé par un autre médecin",
            specialist("03").mt(R::Autre).adresse_par("ESSAI").indicateur("M"),
        ),
        (
            "Adressé par un autre médecin, sans médecin traitant",
            specialist("03").adresse_par("ESSAI").indicateur("M"),
        ),
        ("Ophtalmologue en accès direct", specialist("15").mt(R::Autre).indicateur("D")),
        ("Ophtalmologue sans médecin traitant", specialist("15").indicateur("D")),
        (
            "Spécialiste d'accès direct, acte hors de la liste",
            specialist("15").mt(R::Autre).indicateur("S1"),
        ),
        ("Urgence", june().mt(R::Autre).indicateur("U")),
        ("Urgence sans médecin traitant", june().indicateur("U")),
        ("Loin de chez soi", june().mt(R::Autre).indicateur("H")),
        ("Loin de chez soi, sans médecin traitant", june().indicateur("H")),
        ("Permanence des soins", article(MotifExclusion::PermanenceDesSoins)),
        ("Addictologie", article(MotifExclusion::Addictologie)),
        ("Militaire", article(MotifExclusion::Militaire)),
        ("Génétique", article(MotifExclusion::Genetique)),
        (
            "Médecine préventive universitaire",
            article(MotifExclusion::MedecinePreventiveUniversitaire),
        ),
        ("Examen obligatoire de l'enfant", article(MotifExclusion::ExamenObligatoireEnfant).age(2)),
        ("Généraliste récemment installé", june().indicateur("J").installe_le("2023-01-09")),
        ("Généraliste en zone sous-médicalisée", june().indicateur("B").installe_le("2023-01-09")),
        ("Centre de planification", article(MotifExclusion::StructureParticuliere)),
        ("Dépistage organisé", article(MotifExclusion::DepistageOrganise)),
        ("Médecin traitant parti depuis moins d'un an", june().mt(R::Parti)),
        ("Téléconsultation sans médecin traitant", june().code("TCG").indicateur("")),
        (
            "Enfant de moins de 16 ans, avec médecin traitant",
            june().age(10).mt(R::Executant).indicateur(""),
        ),
        ("Enfant de moins de 16 ans, sans médecin traitant", june().age(15).indicateur("")),
        ("Aide médicale de l'État", june().complementaire(Complementaire::Ame)),
        ("Personne de passage", patient_is(june(), SituationParticuliere::PassageCoordonne)),
        ("Caisse du Pacifique", june().caisse("019880000")),
        ("Caisse de Mayotte", june().caisse("019760000")),
        ("Personne détenue", patient_is(june(), SituationParticuliere::Detenu)),
        ("Indicateur A sans motif", june().indicateur("A")),
        ("Généraliste récent, date inconnue", june().indicateur("J")),
        ("Médecin traitant inconnu", june().mt(R::Inconnu)),
        (
            "Cabinet secondaire du médecin traitant",
            june().mt(R::ExecutantCabinetSecondaire).indicateur("T"),
        ),
        ("Autre généraliste, sans lettre", june().mt(R::Autre)),
        ("Spécialiste sans lettre", specialist("03").mt(R::Autre)),
        ("Spécialiste sans médecin traitant", specialist("03")),
        ("Sans médecin traitant", june()),
        ("Indicateur absent", june().mt(R::Autre).indicateur("")),
        ("Biologie médicale", june().specialite("38").indicateur("")),
    ]
}

fn told(question: &Question) -> PourLePatient {
    let mut evaluation = question.answer();
    let said = discrepancies(&question.soins, &question.faits, &evaluation);
    evaluation.avertissements.extend(said);
    LAW.raconter(&question.soins, &question.faits, &evaluation).unwrap()
}

/// The text of a situation, as it is kept in the file that people read aloud.
fn page(name: &str, question: &Question) -> String {
    let mut text = format!("## {name}\n\n");
    for phrase in told(question).phrases {
        writeln!(text, "{phrase}").unwrap();
    }
    text
}

#[test]
fn every_situation_is_told_in_three_to_six_readable_sentences() {
    for (name, question) in situations() {
        let phrases = told(&question).phrases;
        assert!((3..=PHRASES_MAX).contains(&phrases.len()), "{name}: {phrases:#?}");
        for phrase in &phrases {
            let words = phrase.split_whitespace().count();
            assert!(words <= 40, "{name}: {words} words: {phrase}");
            assert!(phrase.ends_with('.'), "{name}: {phrase}");
            assert!(phrase.starts_with(|c: char| c.is_uppercase()), "{name}: {phrase}");
            assert!(!phrase.contains(['{', '}', '_']), "{name}: {phrase}");
            assert!(!phrase.contains("  ") && !phrase.contains(" ."), "{name}: {phrase}");
            assert!(!phrase.contains(" €"), "{name}: a plain space before €: {phrase}");
            for jargon in
                ["AMO", "AMC", "MTM", "QCP", "article", "CSS", "reste à charge", "assiette"]
            {
                assert!(!phrase.contains(jargon), "{name}: {jargon}: {phrase}");
            }
        }
    }
}

#[test]
fn the_texts_are_those_that_were_read_aloud() {
    let mut text = String::from(HEAD);
    for (name, question) in situations() {
        text.push('\n');
        text.push_str(&page(name, &question));
    }
    let kept = include_str!("../../data/explications.md");
    if text != kept {
        let now = concat!(env!("CARGO_TARGET_TMPDIR"), "/explications.md");
        std::fs::write(now, &text).unwrap();
        let pages = text.split("\n## ").zip(kept.split("\n## "));
        let (new, old) = pages.into_iter().find(|(new, old)| new != old).unwrap_or(("", ""));
        panic!("read {now} aloud, then keep it in tests/data\n--- now\n{new}\n--- kept\n{old}");
    }
}

const HEAD: &str = "# Ce que lit le patient

Une page par situation, telle que le service l'écrit. À lire à voix haute quand une phrase change : une
personne de 75 ans, qui ne connaît aucun mot de l'administration, doit comprendre du premier coup.
";

/// What the patient would have paid, by asking the law again from the beginning.
#[test]
fn what_is_said_to_cost_less_is_what_the_law_says_of_the_changed_situation() {
    let outside = june().mt(RelationMt::Autre);
    let inside = june().mt(RelationMt::Executant).indicateur("T");
    let rest = |question: &Question| question.answer().totaux.reste_a_charge;
    let other = told(&outside).autrement.unwrap();
    assert_eq!(other.changement, Changement::MedecinTraitantConsulte);
    assert_eq!(other.gain, rest(&outside).minus(rest(&inside)).unwrap());
    assert_eq!(other.evaluation, inside.answer());

    let sent = with_da(specialist("03").mt(RelationMt::Autre), 3700);
    let other = told(&sent).autrement.unwrap();
    assert_eq!(other.changement, Changement::Adresse);
    let without_overrun = specialist("03").mt(RelationMt::Autre).adresse_par("ESSAI");
    assert_eq!(other.evaluation.totaux, without_overrun.answer().totaux);
    assert_eq!(other.gain, Centimes::new(2_110));

    let alone = specialist("15").indicateur("D");
    let other = told(&alone).autrement.unwrap();
    assert_eq!(other.changement, Changement::MedecinTraitantDeclare);
    let declared = specialist("15").indicateur("D").mt(RelationMt::Autre);
    assert_eq!(other.evaluation, declared.answer());
}

#[test]
fn what_it_cost_follows_the_law_of_the_day_and_not_a_constant() {
    for (date, fees, gain) in [
        ("2006-03-15", 2000, 200),
        ("2008-01-15", 2200, 440),
        ("2010-06-15", 2200, 880),
        ("2024-09-02", 2650, 1060),
        ("2025-06-16", 3000, 1060),
    ] {
        let asked = consultation(day(date), fees).complementaire(Complementaire::Amc);
        let other = told(&asked).autrement.unwrap();
        assert_eq!(other.gain, Centimes::new(gain), "{date}");
    }
    // The ceiling of the participation of the year leaves room for nothing: the rest is the same.
    let mut full = june();
    full.faits.participations_an = vec![(2025, Centimes::new(5000))];
    assert_eq!(told(&full).autrement.unwrap().evaluation.totaux.reste_a_charge, Centimes::ZERO);
}

#[test]
fn nothing_else_is_proposed_to_somebody_who_is_inside_or_not_concerned() {
    for question in [
        june().mt(RelationMt::Executant).indicateur("T"),
        june().indicateur("U"),
        june().age(15),
        june().mt(RelationMt::Parti),
        june().complementaire(Complementaire::Ame),
    ] {
        assert_eq!(told(&question).autrement, None);
    }
    let solidarity = june().complementaire(Complementaire::C2sSansParticipation);
    let other = told(&solidarity).autrement.unwrap();
    assert_eq!(other.gain, Centimes::ZERO, "the solidarity pays the difference");
}

#[test]
fn the_texts_of_the_law_stand_beside_the_sentences() {
    let pour = told(&june());
    assert!(pour.references.iter().any(|text| text.contains("L162-5-3")), "{pour:#?}");
    let unique: std::collections::BTreeSet<_> = pour.references.iter().collect();
    assert_eq!(unique.len(), pour.references.len());
}

#[test]
fn the_last_sentence_says_who_pays_what() {
    let euros = |value: i64| Centimes::new(value * 100);
    let totaux = Montants {
        honoraires: euros(30),
        rembourse_amo: euros(19),
        part_amc: euros(9),
        reste_a_charge: euros(2),
        ..Montants::default()
    };
    let expected = "Sur 30,00\u{a0}€ d'honoraires, l'Assurance maladie rembourse 19,00\u{a0}€, \
                    votre complémentaire 9,00\u{a0}€ et 2,00\u{a0}€ restent à votre charge.";
    assert_eq!(explanation::bilan(&totaux, Complementaire::Amc), expected);
    let covered =
        Montants { honoraires: euros(30), rembourse_amo: euros(30), ..Montants::default() };
    let expected = "Sur 30,00\u{a0}€ d'honoraires, l'Assurance maladie rembourse 30,00\u{a0}€ \
                    et rien ne reste à votre charge.";
    assert_eq!(explanation::bilan(&covered, Complementaire::Amc), expected);
}
