//! Examples printed by public bodies and insurers, matched to the cent.

use traitant::domain::evaluation::{Appartenance, RelationMt};
use traitant::domain::feuille_de_soins::{Complementaire, OptionTarifaire, RegimeLocal};
use traitant::domain::money::Centimes;

use super::support::{Question, consultation, day};

#[derive(Debug, serde::Deserialize)]
struct Example {
    id: String,
    date_soins: String,
    medecin: String,
    secteur: String,
    acte: String,
    tarif_paye: String,
    base: String,
    statut_parcours: String,
    situation: String,
    profil_patient: String,
    pf_deduite: String,
    rembourse_amo: String,
    mtm: String,
    part_amc: String,
    reste_a_charge: String,
    amc_supposee: String,
    usage: String,
    remarque: String,
}

fn examples(usage: &str) -> Vec<Example> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/exemples-publies.csv");
    csv::ReaderBuilder::new()
        .delimiter(b';')
        .from_path(path)
        .unwrap()
        .deserialize()
        .map(|row| row.unwrap())
        .filter(|example: &Example| example.usage == usage)
        .collect()
}

/// Cents of an amount printed in euros; `None` when nothing was printed.
fn cents(printed: &str) -> Option<i64> {
    if printed.is_empty() {
        return None;
    }
    let (euros, rest) = printed.split_once('.').unwrap_or((printed, "00"));
    Some(euros.parse::<i64>().unwrap() * 100 + format!("{rest:0<2}").parse::<i64>().unwrap())
}

/// The question that the example answers.
fn question(example: &Example) -> Question {
    let base = cents(&example.base).unwrap();
    let mut asked =
        consultation(day(&example.date_soins), cents(&example.tarif_paye).unwrap_or(base))
            .base(base);
    asked = match example.medecin.as_str() {
        "généraliste" | "médecin" => asked,
        "spécialiste" | "cardiologue" => asked.specialite("03").code("CS"),
        "gynécologue" => asked.specialite("07").code("CS"),
        "psychiatre" => asked.specialite("33").code("CNP"),
        "pédiatre" => asked.specialite("12").code("CS"),
        other => panic!("{}: unknown doctor {other}", example.id),
    };
    match example.secteur.as_str() {
        "S1" | "" => {}
        "S2" => asked = asked.secteur_2(),
        "OPTAM" => {
            asked = asked.secteur_2();
            asked.soins.executant.option_tarifaire = OptionTarifaire::Optam;
        }
        other => panic!("{}: unknown sector {other}", example.id),
    }
    if example.acte == "avis ponctuel" {
        asked = asked.code("C2");
    }
    asked = match example.situation.as_str() {
        "SANS_MT" => asked.mt(RelationMt::Aucun),
        "MT" => asked.mt(RelationMt::Executant).indicateur("T"),
        "ORIENTE_MT" | "AVIS_PONCTUEL" => asked.mt(RelationMt::Autre).adresse_par("ESSAI"),
        "NON_ORIENTE" => asked.mt(RelationMt::Autre),
        "MOINS_16" => asked.mt(RelationMt::Autre).indicateur(""),
        "ACCES_DIRECT_SPECIFIQUE" => asked.mt(RelationMt::Autre).indicateur("D"),
        other => panic!("{}: unknown situation {other}", example.id),
    };
    match example.profil_patient.as_str() {
        "adulte" => {}
        "16-25 ans, MT déclaré" => asked = asked.age(20),
        "C2S" => asked = asked.complementaire(Complementaire::C2sSansParticipation),
        "régime local Alsace-Moselle" => {
            asked.soins.beneficiaire.regime_local = RegimeLocal::AlsaceMoselle;
        }
        years if years.contains(" an") => {
            asked = asked.age(years.split(' ').next().unwrap().parse().unwrap());
        }
        other => panic!("{}: unknown patient {other}", example.id),
    }
    if example.amc_supposee == "responsable" {
        asked = asked.complementaire(Complementaire::Amc);
    }
    asked
}

/// What the law answers, with the participation given back when the source did not deduct it.
fn answer(example: &Example, asked: &Question) -> [(&'static str, Option<i64>, i64); 4] {
    let totals = asked.answer().totaux;
    let kept = if example.pf_deduite == "non" { totals.participation } else { Centimes::ZERO };
    // Several sources give the complementary share of a responsible contract without saying that
    // the patient has one: the ticket modérateur is then the figure to compare.
    let amc = if example.amc_supposee.is_empty() && totals.part_amc == Centimes::ZERO {
        totals.ticket_moderateur
    } else {
        totals.part_amc
    };
    [
        (
            "rembourse_amo",
            cents(&example.rembourse_amo),
            totals.rembourse_amo.plus(kept).unwrap().get(),
        ),
        ("mtm", cents(&example.mtm), totals.majoration.get()),
        ("part_amc", cents(&example.part_amc), amc.get()),
        (
            "reste_a_charge",
            cents(&example.reste_a_charge),
            totals.reste_a_charge.minus(kept).unwrap().get(),
        ),
    ]
}

#[test]
fn every_published_example_is_reproduced_to_the_cent() {
    let mut compared = 0;
    let mut wrong = Vec::new();
    for example in examples("test") {
        let asked = question(&example);
        for (name, printed, computed) in answer(&example, &asked) {
            if printed.is_some() {
                compared += 1;
            }
            if printed.is_some_and(|printed| printed != computed) {
                wrong.push(format!(
                    "{}: {name} printed {printed:?}, computed {computed}",
                    example.id
                ));
            }
        }
        let expected = match example.statut_parcours.as_str() {
            "dans" => Appartenance::DansParcours,
            "hors" => Appartenance::HorsParcours,
            "exclu" => Appartenance::NonConcerne,
            other => panic!("{}: unknown status {other}", example.id),
        };
        let found = asked.answer().synthese().unwrap().appartenance;
        if found != expected {
            wrong.push(format!("{}: {found:?} instead of {expected:?}", example.id));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(compared, 80);
}

/// The figure that the remark of a wrong publication gives as right, in cents.
fn expected_in_remark(remark: &str) -> Option<i64> {
    let (_, after) = remark.split_once("valeur attendue ")?;
    cents(after.trim())
}

#[test]
fn figures_that_contradict_the_rules_are_not_reproduced() {
    let mut checked = 0;
    for example in examples("erreur_source") {
        let asked = question(&example);
        for (name, printed, computed) in answer(&example, &asked) {
            assert!(
                printed.is_none_or(|printed| printed != computed),
                "{}: {name} reproduces a wrong figure",
                example.id
            );
            if let (Some(_), Some(right)) = (printed, expected_in_remark(&example.remarque)) {
                assert_eq!(computed, right, "{}", example.id);
                checked += 1;
            }
        }
    }
    assert_eq!(checked, 3);
}
