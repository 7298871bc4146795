//! What the patient is told of rarer feuilles: causes that agree, days apart, facts that nobody knows, what is refused.

use traitant::domain::evaluation::{AdressageConnu, RelationMt as R};
use traitant::domain::feuille_de_soins::{
    Complementaire as Cover, Convention, Exoneration, MotifExclusion, NatureAssurance,
    QualificatifDepense as Q,
};
use traitant::domain::money::Centimes;
use traitant::law::checks::discrepancies;
use traitant::law::explanation::{Motifs, bilan};
use traitant::law::situation::{DateDesSoins, Situation};

use super::support::{LAW, Question, consultation, day};

fn mars() -> Question {
    consultation(day("2026-03-10"), 3000).complementaire(Cover::Amc)
}

/// A page as it is read, with ordinary spaces.
fn page(question: &Question) -> String {
    let mut evaluation = question.answer();
    let said = discrepancies(&question.soins, &question.faits, &evaluation);
    evaluation.avertissements.extend(said);
    let told = LAW.raconter(&question.soins, &question.faits, &evaluation).unwrap();
    told.phrases.join("\n").replace(['\u{a0}', '\u{202f}'], " ")
}

fn dit(question: &Question, words: &str) {
    let text = page(question);
    assert!(text.contains(words), "« {words} » is not in\n{text}");
}

fn tait(question: &Question, words: &str) {
    let text = page(question);
    assert!(!text.contains(words), "« {words} » is in\n{text}");
}

fn avec(mut question: Question, change: impl FnOnce(&mut Question)) -> Question {
    change(&mut question);
    question
}

fn exoneree(question: Question, line: usize, code: &str) -> Question {
    avec(question, |asked| {
        asked.soins.actes[line].exoneration = Some(Exoneration::parse(code).unwrap());
    })
}

fn non_remboursable(question: Question, line: usize) -> Question {
    avec(question, |asked| asked.soins.actes[line].qualificatif = Some(Q::NonRemboursable))
}

#[test]
fn the_cause_of_a_rate_agrees_with_what_it_is_joined_to() {
    for code in ["54", "57", "3", "30", "62"] {
        dit(&mars().exoneration(code), "même à 100 % car la loi le prévoit pour ce genre de soins");
        let one = exoneree(mars().mt(R::Executant).indicateur("T").puis("V", 3000), 1, code);
        dit(
            &one,
            "L'un de ces actes est pris en charge à 100 % du tarif de base, car la loi le prévoit pour ce genre de soins.",
        );
    }
    let linked = "même à 100 % car c'est lié à un acte coûteux";
    dit(&mars().exoneration("92"), linked);
    let one = exoneree(mars().mt(R::Executant).indicateur("T").puis("V", 3000), 1, "92");
    dit(
        &one,
        "L'un de ces actes est pris en charge à 100 % du tarif de base, car c'est lié à un acte coûteux.",
    );
    let all = mars().mt(R::Executant).indicateur("T").exoneration("92");
    dit(
        &all,
        "Ces soins sont pris en charge à 100 % du tarif de base, car c'est lié à un acte coûteux.",
    );
}

#[test]
fn the_cause_of_one_act_and_of_several_names_them_in_their_number() {
    let nurse = mars().specialite("24").code("AMI").mt(R::Autre).indicateur("");
    let one = non_remboursable(nurse.clone().puis("AMI", 1000), 1);
    dit(
        &one,
        "L'un de ces actes est pris en charge à 60 % du tarif de base, le taux ordinaire de cette profession.",
    );
    let two = non_remboursable(nurse.puis("AMI", 1000).puis("AMI", 500), 2);
    dit(
        &two,
        "Deux de ces actes sont pris en charge à 60 % du tarif de base, le taux ordinaire de cette profession.",
    );
    let imaging = consultation(day("2026-03-10"), 20_000)
        .complementaire(Cover::Amc)
        .specialite("06")
        .ccam("ZBQK002")
        .mt(R::Autre)
        .adresse_par("ESSAI");
    let one = imaging.clone().puis("CS", 2650);
    dit(
        &one,
        "L'un de ces actes est pris en charge à 100 % du tarif de base, car c'est un acte d'imagerie de ce tarif.",
    );
    let two = avec(imaging.puis("CS", 30_000).puis("CS", 2650), |asked| {
        asked.soins.actes[1].code = asked.soins.actes[0].code;
    });
    dit(
        &two,
        "Deux de ces actes sont pris en charge à 100 % du tarif de base, car ce sont des actes d'imagerie de ces tarifs.",
    );
}

/// Two days outside, in the order of their days or not.
fn deux_jours(inverted: bool) -> Question {
    let question = consultation(day("2024-12-21"), 2650).complementaire(Cover::Amc);
    avec(question.puis("G", 3000), |asked| {
        asked.soins.actes[1].date_execution = day("2024-12-22");
        asked.faits.relations_mt.push((day("2024-12-22"), R::Aucun));
        if inverted {
            asked.soins.actes.reverse();
            for (acte, numero) in asked.soins.actes.iter_mut().zip(1..) {
                acte.numero_ligne = numero;
            }
        }
    })
}

#[test]
fn a_sum_of_several_days_is_told_of_none_and_the_order_of_the_lines_changes_nothing() {
    let question = deux_jours(false);
    dit(&question, "du 21 décembre 2024 au 22 décembre 2024, tous hors du parcours de soins.");
    dit(&question, "rembourse 10,60 € de moins ce jour-là.");
    dit(&question, "Vous payez 21,20 € parce que c'est hors du parcours de soins");
    tait(&question, "rembourse en tout");
    tait(&question, "rembourse 21,20 €");
    assert_eq!(page(&question), page(&deux_jours(true)));
    // Two acts of one day are told together.
    let same_day = mars().puis("V", 3000);
    dit(&same_day, "rembourse en tout 21,20 € de moins.");
    // Nothing reimbursed on two days.
    let free = avec(deux_jours(false), |asked| {
        for acte in &mut asked.soins.actes {
            acte.qualificatif = Some(Q::NonRemboursable);
        }
    });
    dit(
        &free,
        "Du 21 décembre 2024 au 22 décembre 2024, vous avez reçu des soins non remboursables",
    );
}

#[test]
fn the_order_of_the_lines_of_one_day_changes_nothing_either() {
    let question = exoneree(mars().puis("V", 4000), 1, "42");
    let inverted = avec(question.clone(), |asked| {
        asked.soins.actes.reverse();
        for (acte, numero) in asked.soins.actes.iter_mut().zip(1..) {
            acte.numero_ligne = numero;
        }
    });
    assert_eq!(page(&question), page(&inverted));
}

#[test]
fn nobody_waits_for_a_medecin_traitant_that_would_change_nothing() {
    let unknown = || mars().mt(R::Inconnu);
    let urgent = unknown().indicateur("U");
    dit(
        &urgent,
        "le médecin a déclaré une urgence, et vous n'aviez pas à passer d'abord par un médecin traitant",
    );
    let child = unknown().age(10);
    dit(&child, "les soins ont eu lieu avant l'âge de 16 ans");
    for question in [urgent, child] {
        dit(&question, "Vous n'avez aucune démarche à faire.");
        tait(&question, "on ne sait pas encore");
        tait(&question, "en attendant");
    }
    // What would change is still asked for.
    dit(&unknown(), "on ne sait pas encore si vous aviez un médecin traitant");
    dit(&unknown().age(16), "on ne sait pas encore si vous aviez un médecin traitant");
}

#[test]
fn nobody_is_told_to_choose_a_medecin_traitant_whom_they_may_have() {
    let at = |question: Question| {
        avec(question, |asked| asked.soins.assurance.nature = NatureAssurance::AtMp)
    };
    let cases: [fn() -> Question; 3] = [
        || mars().indicateur("J").installe_le("2023-01-09"),
        || mars().indicateur("H"),
        || mars().indicateur("B").installe_le("2023-01-09"),
    ];
    let choose = "vous pouvez choisir un médecin traitant";
    for case in cases {
        tait(&case().mt(R::Inconnu), choose);
        tait(&case().mt(R::EnAttente), choose);
        dit(&case().mt(R::EnAttente), "Votre déclaration de médecin traitant n'était pas terminée");
        dit(&case().mt(R::Aucun), choose);
    }
    tait(&at(mars().mt(R::Inconnu)), choose);
    dit(&at(mars().mt(R::Aucun)), choose);
}

#[test]
fn a_letter_of_another_doctor_is_not_said_to_be_the_medecin_traitants() {
    let sent = |confirmed| {
        let question = mars().specialite("03").code("CS").mt(R::Autre).adresse_par("ESSAI");
        avec(question, |asked| {
            let known =
                AdressageConnu { orienteur_confirme: confirmed, ..AdressageConnu::default() };
            asked.faits.registre.adressages = vec![(1, known)];
        })
    };
    let other = sent(Some(false));
    tait(&other, "à qui votre médecin traitant vous a adressé");
    dit(
        &other,
        "à qui, d'après la feuille, un autre médecin que votre médecin traitant vous a adressé",
    );
    for question in [sent(Some(true)), sent(None)] {
        dit(&question, "vous avez consulté un médecin à qui votre médecin traitant vous a adressé");
    }
}

#[test]
fn who_pays_beside_the_assurance_maladie_is_named() {
    let totaux = mars().answer().totaux;
    for (cover, who) in [
        (Cover::Ame, ", l'aide médicale de l'État "),
        (Cover::C2sSansParticipation, ", la Complémentaire santé solidaire "),
        (Cover::C2sAvecParticipation, ", la Complémentaire santé solidaire "),
        (Cover::Amc, ", votre complémentaire "),
    ] {
        let said = bilan(&totaux, cover);
        assert!(said.contains(who), "{said}");
    }
}

#[test]
fn no_rate_is_told_of_what_is_not_reimbursed() {
    let codes = |question: &Question| {
        let evaluation = question.answer();
        let bareme = LAW.bareme_du(DateDesSoins::new(day("2026-03-10"))).unwrap();
        let situation = Situation::of(&question.soins, &question.soins.actes[0], &question.faits);
        let mut motifs = Motifs::new();
        motifs.rediger(&evaluation.actes[0], &situation, bareme);
        motifs.iter().map(|motif| motif.code.to_string()).collect::<Vec<_>>()
    };
    assert!(codes(&mars()).contains(&"TAU-001".to_owned()));
    let free = avec(mars(), |asked| {
        asked.soins.actes[0].honoraires = Centimes::ZERO;
        asked.soins.actes[0].qualificatif = Some(Q::Gratuit);
    });
    for question in [non_remboursable(mars(), 0), free] {
        let told = codes(&question);
        assert!(told.contains(&"DEP-010".to_owned()), "{told:?}");
        assert!(!told.iter().any(|code| code.starts_with("TAU")), "{told:?}");
    }
}

#[test]
fn what_the_doctor_wrote_in_vain_is_told_with_its_reason() {
    let specialist = |code| mars().specialite(code).code("CS").mt(R::Autre);
    let caisse = "si c'est une erreur, dites-le à votre caisse.";
    let cases = [
        (
            mars().mt(R::Autre).indicateur("J").installe_le("2020-01-09"),
            "installé depuis moins de 5 ans, mais sa date d'installation dit le contraire : ",
        ),
        (
            mars().mt(R::Autre).indicateur("B").installe_le("2020-01-09"),
            "là où les médecins manquent, mais sa date d'installation dit le contraire : ",
        ),
        (
            specialist("03").indicateur("D"),
            "que l'on pouvait le voir directement, mais sa spécialité n'est pas de celles-là : ",
        ),
        (
            specialist("33").indicateur("D").age(45),
            "pour sa spécialité, votre âge ne le permet pas : ",
        ),
        (
            mars().mt(R::Autre).motif(MotifExclusion::ResidentEtablissement),
            "Le médecin a signalé un cas particulier, mais il ne s'applique pas à ces soins : ",
        ),
    ];
    for (question, why) in cases {
        dit(&question, &format!("{why}{caisse}"));
    }
    let only = "mais cela ne vaut que pour les généralistes.";
    dit(&specialist("03").indicateur("J").installe_le("2024-01-09"), only);
    let alone = "mais cela ne compte qu'avec un médecin traitant déclaré.";
    dit(&mars().specialite("15").code("CS").indicateur("D"), alone);
    dit(&mars().motif(MotifExclusion::PlanDeSoins), alone);
    // On the last day of the five years, and the day after.
    let since = |date| mars().mt(R::Autre).indicateur("J").installe_le(date);
    tait(&since("2021-03-11"), "a écrit");
    dit(&since("2021-03-10"), "a écrit");
    // What nobody wrote is not told.
    tait(&mars().mt(R::Autre), "a écrit");
    tait(&mars().mt(R::Executant).indicateur("T"), "a écrit");
}

#[test]
fn an_overrun_is_told_beside_the_tariff_and_not_as_one() {
    let question = avec(mars().specialite("03").code("CS").mt(R::Autre), |asked| {
        asked.soins.actes[0].base = Some(Centimes::new(2650));
        asked.soins.actes[0].honoraires = Centimes::new(3700);
        asked.soins.actes[0].qualificatif = Some(Q::Da);
    });
    dit(&question, "le médecin n'aurait pas pu demander 10,50 € de plus que le tarif.");
}

#[test]
fn an_act_is_said_to_be_dear_only_when_it_is() {
    let technique = |fees| {
        consultation(day("2026-03-10"), fees)
            .complementaire(Cover::Amc)
            .specialite("03")
            .ccam("DEQP003")
            .mt(R::Autre)
            .adresse_par("ESSAI")
    };
    let small = technique(5_000).exoneration("51");
    tait(&small, "coûteux");
    dit(
        &small,
        "Ces soins sont pris en charge à 100 % du tarif de base, d'après un code écrit sur la feuille.",
    );
    dit(&technique(20_000).exoneration("51").alsace_moselle(), "Cet acte coûteux");
}

#[test]
fn care_without_fees_is_not_said_to_have_no_tariff() {
    let asked_nothing = avec(mars().mt(R::Executant).indicateur("T"), |asked| {
        asked.soins.actes[0].honoraires = Centimes::ZERO;
    });
    tait(&asked_nothing, "ne donne aucun tarif");
    dit(&asked_nothing, "vous avez reçu des soins pour lesquels la feuille ne demande rien.");
    dit(&asked_nothing, "On ne vous a rien demandé : vous n'avez rien à payer.");
    dit(&mars().base(0), "la feuille ne donne aucun tarif de remboursement");
}

#[test]
fn an_act_that_bears_the_flat_sum_is_never_said_to_be_reimbursed_in_full() {
    let outside = |date: &str| {
        consultation(day(date), 20_000)
            .ccam("NFFC004")
            .specialite("04")
            .mt(R::Autre)
            .indicateur("S1")
            .secteur_2()
    };
    let alone = outside("2025-06-13");
    dit(
        &alone,
        "Vous payez 24 € de somme fixe pour un acte coûteux, 10,60 € pour le hors parcours et 2 € de participation forfaitaire.",
    );
    tait(&alone, "100 %");
    // Her contract pays the sum: what takes the place of the ticket is said, and no rate.
    let covered = alone.complementaire(Cover::Amc);
    dit(&covered, "Pour un acte de cette importance, une somme fixe de 24 € remplace");
    dit(&covered, "Vous payez 10,60 € parce que c'est hors du parcours de soins, et 2 €");
    tait(&covered, "100 %");
    let beside = covered.puis("CS", 2650);
    dit(
        &beside,
        "Pour l'un de ces actes, qui est coûteux, une somme fixe de 24 € remplace la part ordinaire du patient (le « ticket modérateur »).",
    );
    tait(&beside, "100 %");
}

#[test]
fn what_is_left_is_never_told_without_its_parts() {
    let supplement = consultation(day("2018-10-10"), 5_000)
        .base(3_000)
        .code("TCG")
        .adresse_par("ESSAI")
        .complementaire(Cover::Amc)
        .puis("G", 3_000);
    let supplement = avec(supplement, |asked| {
        asked.soins.actes[0].qualificatif = Some(Q::De);
        let technical = consultation(day("2018-10-10"), 3_000).ccam("NFFC004");
        asked.soins.actes[1].code = technical.soins.actes[0].code;
    });
    dit(&supplement, "il vous reste 32 € à payer");
    dit(
        &supplement,
        "Vous payez 10 € pour le hors parcours, 2 € de participation forfaitaire et 20 €",
    );
    let waiting = avec(
        consultation(day("2025-06-16"), 3_000)
            .mt(R::EnAttente)
            .adresse_par("ESSAI")
            .complementaire(Cover::Amc),
        |asked| asked.soins.executant.convention = Convention::NonConventionne,
    );
    dit(&waiting, "Vous payez ");
    dit(&waiting, "n'a pas de convention");
}
