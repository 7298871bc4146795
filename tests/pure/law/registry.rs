//! What every rule, basis and sentence must have, and what no day may lack.

use std::collections::BTreeSet;

use chrono::Days;
use traitant::domain::evaluation::{
    Appartenance, CodeRegle, CouvertureConnue, Issue, RelationMt, Theme,
};
use traitant::domain::vocabulary::Vocabulaire;
use traitant::law::Law;
use traitant::law::circonstances::Circonstances;
use traitant::law::parameters::{Parametre, Parametres};
use traitant::law::references::{REFERENCES, reference};
use traitant::law::rule::{Effet, Juge, Jugement, Quand, Rang, Regle};
use traitant::law::rules::REGISTRY;
use traitant::law::situation::{DateDesSoins, Situation};
use traitant::law::template::is_placeholder;

use super::support::{LAW, consultation, day};

#[test]
fn every_rule_cites_a_known_basis_and_says_something_to_the_patient() {
    for regle in REGISTRY {
        let fiche = &regle.fiche;
        assert!(!fiche.titre.is_empty(), "{}", fiche.code);
        assert!(!fiche.bases.is_empty(), "{}", fiche.code);
        for cle in fiche.bases {
            assert!(reference(cle).is_some(), "{}: unknown basis {cle}", fiche.code);
        }
        assert!(fiche.periode().is_some(), "{}: invalid period", fiche.code);
        assert!(fiche.phrase.ends_with('.'), "{}", fiche.code);
        for piece in fiche.phrase.split('{').skip(1) {
            let name = piece.split('}').next().unwrap();
            assert!(is_placeholder(name), "{}: unknown name {{{name}}}", fiche.code);
        }
        if let Quand::Si(_, fait) = regle.quand {
            assert!(fiche.faits.contains(&fait), "{} is set aside by {fait:?}", fiche.code);
            assert!(!matches!(regle.juge, Juge::Montants(_)), "{}", fiche.code);
            assert!(fiche.rang != Rang::Principe, "{}: a principle is for every act", fiche.code);
        }
        if matches!(regle.juge, Juge::Faits(_)) {
            assert!(
                fiche.parametres.is_empty() || fiche.rang == Rang::Principe,
                "{} declares parameters that it cannot read",
                fiche.code
            );
        }
    }
}

#[test]
fn every_circumstance_is_of_its_own_and_some_rule_is_about_it() {
    let all = Circonstances::TOUTES;
    for (place, one) in all.iter().enumerate() {
        assert!(all[..place].iter().all(|before| !before.a_en_commun(*one)), "{one:?} twice");
        let about =
            |regle: &&Regle| matches!(regle.quand, Quand::Si(own, _) if own.a_en_commun(*one));
        assert!(REGISTRY.iter().any(about), "{one:?} for nothing");
    }
}

/// Each rule is asked about the same situations: the facts on which an act can stay undetermined.
#[test]
fn a_rule_that_leaves_an_act_undetermined_warns_of_it_and_no_other_does() {
    let jour = day("2025-06-16");
    let bareme = LAW.bareme_du(DateDesSoins::new(jour)).unwrap();
    let mut undetermined = BTreeSet::new();
    for relation in RelationMt::TOUS {
        for indicateur in ["", "T", "N", "R", "O", "M", "D", "U", "H", "J", "B", "A", "S"] {
            for couverture in [None].into_iter().chain(CouvertureConnue::TOUS.iter().map(Some)) {
                let mut asked = consultation(jour, 2500).mt(*relation).indicateur(indicateur);
                asked.faits.registre.couvertures =
                    couverture.map(|known| (jour, *known)).into_iter().collect();
                let situation = Situation::of(&asked.soins, &asked.soins.actes[0], &asked.faits);
                for regle in REGISTRY {
                    let met = Circonstances::de(&situation);
                    if matches!(regle.quand, Quand::Si(about, _) if !met.a_en_commun(about)) {
                        continue;
                    }
                    let jugement = match regle.juge {
                        Juge::Faits(juge) => juge(&situation),
                        Juge::FaitsEtValeurs(juge) => juge(&situation, &bareme.valeurs()).unwrap(),
                        Juge::Montants(_) => continue,
                    };
                    if let Jugement::Applique(Effet::Parcours(decided)) = jugement
                        && decided.appartenance == Appartenance::Indeterminee
                    {
                        undetermined.insert(regle.fiche.code);
                    }
                }
            }
        }
    }
    let warns: BTreeSet<CodeRegle> = REGISTRY
        .iter()
        .filter(|regle| matches!(regle.fiche.avertit, Some((Issue::Retenue, _))))
        .map(|regle| regle.fiche.code)
        .collect();
    assert_eq!(undetermined, warns);
    for regle in REGISTRY {
        if let Some((Issue::Ecartee(fait), _)) = regle.fiche.avertit {
            assert!(regle.fiche.faits.contains(&fait), "{} never reads it", regle.fiche.code);
        }
    }
}

#[test]
fn every_basis_and_every_parameter_is_used() {
    let cited: BTreeSet<&str> = REGISTRY
        .iter()
        .flat_map(|regle| regle.fiche.bases.iter().copied())
        .chain(LAW.parametres().iter().flat_map(|(_, history)| {
            history
                .valeurs
                .iter()
                .flat_map(|value| value.bases.iter().map(|basis| basis.cle.as_ref()))
        }))
        .collect();
    let unused: Vec<&str> = REFERENCES
        .iter()
        .map(|basis| basis.cle.as_ref())
        .filter(|cle| !cited.contains(cle))
        .collect();
    assert!(unused.is_empty(), "bases cited by nothing: {unused:?}");
    assert!(REFERENCES.is_sorted_by(|one, next| one.cle < next.cle));

    let read: BTreeSet<Parametre> =
        REGISTRY.iter().flat_map(|regle| regle.fiche.parametres.iter().copied()).collect();
    let unread: Vec<&str> = Parametre::TOUS
        .iter()
        .filter(|parametre| !read.contains(parametre))
        .map(|parametre| parametre.mot())
        .collect();
    // The declaration is decided by the register, what was billed is compared with tariffs, and what a doctor receives
    // is counted on the list of his patients: no rule of the evaluation decides them.
    assert_eq!(
        unread,
        [
            "MT_AGE_MAJORITE_CHOIX",
            "MT_AGE_SANS_ACCORD_PARENTAL",
            "MT_EFFET_A_LA_SIGNATURE",
            "MT_DELAI_ENTRE_SIGNATURES",
            "MT_ENFANT_OUVERTURE",
            "MT_CONJOINT_OUVERTURE",
            "MT_PREAVIS_MAJORITE_CHOIX",
            "NEUTRALISATION_CESSE_AU_CHOIX",
            "TARIF_C_GENERALISTE_S1",
            "TARIF_C_GENERALISTE_S2",
            "TARIF_CS_S1",
            "TARIF_CS_S2",
            "MPC",
            "MCG",
            "DA_TOTAL_MAX_SPE",
            "AVIS_PONCTUEL_DELAI",
            "PROTOCOLE_ALD_DUREE_MAX",
            "C2S_CREATION",
            "OPTION_TARIFAIRE_EXISTE",
            "DA_PART_MIN_SANS_DEPASSEMENT",
            "TARIF_TELECONSULTATION",
            "TARIF_CONSULT_COMPLEXE",
            "TARIF_EXAMEN_OBLIGATOIRE_COE",
            "MCS",
            "MCS_PSY",
            "MCC",
            "AVIS_PONCTUEL_TARIF",
            "AVIS_PONCTUEL_TARIF_PSY",
            "TARIF_AUTORITE_GENERALISTE",
            "TARIF_AUTORITE_SPECIALISTE",
            "DA_SECTEUR_1",
            "TARIFS_OPPOSABLES_PARCOURS",
            "MT_DELAI_TRANSMISSION",
            "OPERATION_RETROACTIVITE",
            "OPERATION_DELAI_CONFIRMATION",
            "CCAM_INCONNUE_PLAFOND",
            "FORFAIT_REFERENT",
            "FORFAIT_ALD_STOCK",
            "FMT_HORS_ALD",
            "FPMT_0_6_ANS",
            "FPMT_7_79_ANS_HORS_ALD",
            "FPMT_80_ANS_ET_PLUS_HORS_ALD",
            "FPMT_MOINS_DE_80_ANS_EN_ALD",
            "FPMT_80_ANS_ET_PLUS_EN_ALD",
            "FMT_2026_NON_VU_2_ANS",
            "FMT_2026_MOINS_DE_7_ANS",
            "FMT_2026_7_74_ANS",
            "FMT_2026_75_79_ANS",
            "FMT_2026_80_ANS_ET_PLUS",
            "FMT_2026_ALD_0_79_ANS",
            "FMT_2026_ALD_80_ANS_ET_PLUS",
            "FMT_2026_C2S",
            "CAPI_PLAFOND_PATIENT",
            "ROSP_VALEUR_POINT",
            "ROSP_PATIENTELE_REFERENCE",
            "ROSP_POINTS_VAS",
        ]
    );
}

#[test]
fn on_every_day_covered_each_topic_has_one_principle_and_an_answer() {
    let topics = [Theme::Parcours, Theme::Taux, Theme::Participation, Theme::Complementaire];
    for bareme in LAW.baremes() {
        for theme in topics {
            let principles = bareme
                .regles()
                .iter()
                .filter(|regle| {
                    regle.fiche.code.theme == theme && regle.fiche.rang == Rang::Principe
                })
                .count();
            assert_eq!(principles, 1, "{theme:?} on {}", bareme.periode().du());
        }
        consultation(bareme.periode().du(), 2500).answer();
    }
    let mut jour = LAW.premier_jour();
    while jour < day("2028-01-01") {
        assert!(LAW.bareme_du(DateDesSoins::new(jour)).unwrap().periode().contient(jour));
        jour = jour + Days::new(1);
    }
}

#[test]
fn the_order_of_the_registry_has_no_effect() {
    let mut reversed = REGISTRY;
    reversed.reverse();
    let mut rotated = REGISTRY;
    rotated.rotate_left(11);
    let question = consultation("2025-06-16".parse().unwrap(), 3000);
    let expected = question.answer();
    for order in [reversed, rotated] {
        let law = Law::with_rules(Parametres::embedded().unwrap(), &order).unwrap();
        assert_eq!(law.empreinte(), LAW.empreinte());
        let found = law.evaluer(&question.soins, &question.faits).unwrap();
        assert_eq!(found.totaux, expected.totaux);
        assert_eq!(found.synthese(), expected.synthese());
    }
}

#[test]
fn the_rule_book_is_the_one_that_the_program_writes() {
    let book = include_str!("../../../docs/REGLES.md");
    assert!(LAW.livre() == book, "another book: traitant regles > docs/REGLES.md");
}

#[test]
fn the_fingerprint_changes_when_a_rule_is_missing() {
    let law = Law::with_rules(Parametres::embedded().unwrap(), &REGISTRY[1..]).unwrap();
    assert_ne!(law.empreinte(), LAW.empreinte());
}
