//! Examples printed by public bodies and insurers, matched to the cent.

use traitant::domain::evaluation::{Appartenance, RelationMt};
use traitant::domain::feuille_de_soins::{
    Complementaire, Contrat, Convention, Garantie, OptionTarifaire, RegimeLocal,
};
use traitant::domain::money::Centimes;

use super::support::{Question, consultation, day};

/// Examples to reproduce, and the figures that they print.
const TESTED: (usize, usize) = (136, 200);
/// Wrong publications: contradicted by the law, of which by the figure that their remark gives as right; without any
/// figure; right on a base that is not.
const WRONG: (usize, usize, usize, usize) = (33, 22, 1, 6);
/// Publications of a tariff alone, and those of heavy acts among them.
const TARIFFS_ALONE: (usize, usize) = (28, 4);

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

/// The two collections: the second one gives the address of every page and the day it was read.
const FILES: [&str; 2] = ["exemples-publies.csv", "exemples-publies-2.csv"];

fn examples(usage: &str) -> Vec<Example> {
    FILES
        .iter()
        .flat_map(|file| {
            let path = format!("{}/tests/data/{file}", env!("CARGO_MANIFEST_DIR"));
            let mut rows = csv::ReaderBuilder::new().delimiter(b';').from_path(path).unwrap();
            rows.deserialize::<Example>().map(|row| row.unwrap()).collect::<Vec<_>>()
        })
        .filter(|example| example.usage == usage)
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

/// The base of an example: printed, or named in the remark as the one in force, or else the whole fees.
fn base(example: &Example) -> i64 {
    if example.secteur == "S3" {
        // The tariffs of authority: the highest one of a general practitioner, that of a specialist.
        return if example.medecin == "généraliste" { 61 } else { 122 };
    }
    let in_force = example
        .remarque
        .split_once(" en vigueur")
        .and_then(|(before, _)| before.rsplit_once('('))
        .and_then(|(_, euros)| cents(euros));
    cents(&example.base)
        .or(in_force)
        .or_else(|| cents(&example.tarif_paye))
        .unwrap_or_else(|| panic!("{}: no base", example.id))
}

/// The doctor or other professional: specialty, and the code of an ordinary consultation or act.
fn performer(example: &Example) -> (&'static str, &'static str) {
    let opinion = example.acte == "avis ponctuel";
    let new = day(&example.date_soins) >= day("2017-10-01");
    match (example.medecin.as_str(), opinion) {
        ("psychiatre", true) => ("33", "APY"),
        (_, true) => ("03", if new { "APC" } else { "C2" }),
        ("généraliste" | "médecin", _) if example.acte.starts_with("téléconsultation") => {
            ("01", "TCG")
        }
        ("généraliste" | "médecin", _) => ("01", "G"),
        ("spécialiste" | "cardiologue", _) => ("03", "CS"),
        ("gynécologue", _) => ("07", "CS"),
        ("psychiatre", _) => ("33", "CNP"),
        ("pédiatre", _) => ("12", "CS"),
        ("stomatologue", _) => ("18", "CS"),
        ("ophtalmologue", _) => ("15", "CS"),
        ("radiologue", _) => ("06", "CS"),
        ("dentiste", _) => ("19", "C"),
        ("sage-femme", _) => ("21", "C"),
        ("masseur-kinésithérapeute", _) => ("26", "AMK"),
        ("orthophoniste", _) => ("28", "AMO"),
        (other, _) => panic!("{}: unknown doctor {other}", example.id),
    }
}

/// The code of a technical act of the CCAM that an example is about, when it is about one.
fn ccam(example: &Example) -> Option<&'static str> {
    match (example.medecin.as_str(), example.acte.as_str()) {
        ("dentiste", "consultation") => None,
        ("dentiste", _) => Some("HBJD001"),
        ("radiologue", "IRM") => Some("ACQN001"),
        ("radiologue", _) => Some("MDQK001"),
        (_, act) if act.starts_with("appendicectomie") => Some("HHFA011"),
        (_, act) if act.starts_with("photocoagulation") => Some("BGNP004"),
        (_, act) if act.starts_with("ablation d'un nodule") => Some("KCFA008"),
        (_, act) if act.starts_with("échographie-doppler") => Some("DZQM006"),
        (_, act) if act.starts_with("chirurgie de la cataracte") => Some("BFGA004"),
        _ => None,
    }
}

/// The question that the example answers.
fn question(example: &Example) -> Question {
    let base = base(example);
    let (specialite, code) = performer(example);
    let mut asked =
        consultation(day(&example.date_soins), cents(&example.tarif_paye).unwrap_or(base))
            .base(base)
            .specialite(specialite)
            .code(code);
    if let Some(code) = ccam(example) {
        asked = asked.ccam(code);
    }
    match example.secteur.as_str() {
        "S1" | "" => {}
        "S2" => asked = asked.secteur_2(),
        "S3" => asked.soins.executant.convention = Convention::NonConventionne,
        "OPTAM" => {
            asked = asked.secteur_2();
            asked.soins.executant.option_tarifaire = OptionTarifaire::Optam;
        }
        other => panic!("{}: unknown sector {other}", example.id),
    }
    asked = match example.situation.as_str() {
        "SANS_MT" => asked.mt(RelationMt::Aucun),
        "MT" => asked.mt(RelationMt::Executant).indicateur("T"),
        "ORIENTE_MT" | "AVIS_PONCTUEL" => asked.mt(RelationMt::Autre).adresse_par("ESSAI"),
        "NON_ORIENTE" => asked.mt(RelationMt::Autre),
        "MOINS_16" | "AUTRE_PROFESSION" => asked.mt(RelationMt::Autre).indicateur(""),
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
    match example.amc_supposee.as_str() {
        "responsable" => asked = asked.complementaire(Complementaire::Amc),
        "200 % BR" => {
            asked = asked.complementaire(Complementaire::Amc);
            asked.soins.beneficiaire.contrat =
                Some(Contrat { responsable: true, garantie: Garantie::TauxDeBase(20_000) });
        }
        // The patient's profile says the C2S already.
        "C2S" | "aucune" | "" => {}
        other => panic!("{}: unknown complementary insurance {other}", example.id),
    }
    asked
}

/// What the source kept beside the law of this service: the franchise of an act of an auxiliary.
fn franchise(example: &Example) -> i64 {
    let auxiliary =
        matches!(example.medecin.as_str(), "masseur-kinésithérapeute" | "orthophoniste");
    if !auxiliary || example.pf_deduite != "oui" {
        return 0;
    }
    if day(&example.date_soins) < day("2024-03-31") { 50 } else { 100 }
}

/// Name of an amount, what the source printed and what the law computes.
type Figure = (&'static str, Option<i64>, i64);

/// What the law answers, with the participation given back when the source did not deduct it.
fn answer(example: &Example, asked: &Question) -> [Figure; 4] {
    let totals = asked.answer().totaux;
    let ignored = example.pf_deduite == "non" || example.remarque.contains("hors PF");
    let kept = if ignored { totals.participation } else { Centimes::ZERO };
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
            totals.rembourse_amo.plus(kept).unwrap().get() - franchise(example),
        ),
        ("mtm", cents(&example.mtm), totals.majoration.get()),
        ("part_amc", cents(&example.part_amc), amc.get()),
        (
            "reste_a_charge",
            cents(&example.reste_a_charge),
            totals.reste_a_charge.minus(kept).unwrap().get() + franchise(example),
        ),
    ]
}

/// The printed figures that the law does not reproduce.
fn differences(example: &Example) -> Vec<Figure> {
    answer(example, &question(example))
        .into_iter()
        .filter(|(_, printed, computed)| printed.is_some_and(|printed| printed != *computed))
        .collect()
}

/// How many figures an example prints.
fn printed(example: &Example) -> usize {
    [&example.rembourse_amo, &example.mtm, &example.part_amc, &example.reste_a_charge]
        .into_iter()
        .filter(|figure| !figure.is_empty())
        .count()
}

#[test]
fn every_published_example_is_reproduced_to_the_cent() {
    let all = examples("test");
    let mut wrong = Vec::new();
    for example in &all {
        for (name, printed, computed) in differences(example) {
            wrong.push(format!("{}: {name} printed {printed:?}, computed {computed}", example.id));
        }
        let expected = match example.statut_parcours.as_str() {
            "dans" => Appartenance::DansParcours,
            "hors" => Appartenance::HorsParcours,
            "exclu" => Appartenance::NonConcerne,
            other => panic!("{}: unknown status {other}", example.id),
        };
        let found = question(example).answer().synthese().unwrap().appartenance;
        if found != expected {
            wrong.push(format!("{}: {found:?} instead of {expected:?}", example.id));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!((all.len(), all.iter().map(printed).sum::<usize>()), TESTED);
}

/// A right computation on a base that was never in force: the law makes the same of it.
const WRONG_BASE: &str = "CALCUL JUSTE SUR UNE BASE FAUSSE";
/// Only the share of the compulsory insurance is right.
const RIGHT_SHARE: &str = "rembourse_amo juste";
/// A magnetic resonance above the threshold of heavy acts is paid in full (R160-16 II): the source takes 70 % of a
/// base that does not exist.
const ABOVE_THE_THRESHOLD: &str = "EX2-082";

/// The figure that the remark of a wrong publication gives as right, in cents.
fn expected_in_remark(remark: &str) -> Option<i64> {
    let (_, after) = remark.split_once("valeur attendue ")?;
    cents(after.trim())
}

#[test]
fn figures_that_contradict_the_rules_are_not_reproduced() {
    let (mut contradicted, mut corrected, mut without_figure, mut other_base) = (0, 0, 0, 0);
    for example in examples("erreur_source") {
        let id = &example.id;
        if printed(&example) == 0 {
            without_figure += 1;
            continue;
        }
        let wrong = differences(&example);
        if example.remarque.starts_with(WRONG_BASE) && *id != ABOVE_THE_THRESHOLD {
            assert_eq!(wrong, [], "{id}: the computation is right on its base");
            other_base += 1;
            continue;
        }
        assert_ne!(wrong, [], "{id}: every wrong figure is reproduced");
        if example.remarque.starts_with(RIGHT_SHARE) {
            assert!(wrong.iter().all(|(name, ..)| *name != "rembourse_amo"), "{id}: {wrong:?}");
        }
        contradicted += 1;
        if let Some(right) = expected_in_remark(&example.remarque) {
            assert!(wrong.iter().all(|(.., computed)| *computed == right), "{id}: {wrong:?}");
            corrected += 1;
        }
    }
    assert_eq!((contradicted, corrected, without_figure, other_base), WRONG);
}

#[test]
fn the_heavy_acts_whose_tariff_alone_is_published_bear_the_flat_sum_of_their_source() {
    let rows = examples("tarif_seul");
    let heavy: Vec<_> = rows.iter().filter(|example| example.acte.contains("acte lourd")).collect();
    for example in &heavy {
        let sum = if day(&example.date_soins) < day("2019-01-01") { 1_800 } else { 2_400 };
        let totals = question(example).answer().totaux;
        assert_eq!(totals.ticket_moderateur.get(), sum, "{}", example.id);
    }
    assert_eq!((rows.len(), heavy.len()), TARIFFS_ALONE);
}
