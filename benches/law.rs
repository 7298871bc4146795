//! How many evaluations a core makes each second, with and without their reasons.
//!
//! `cargo bench --bench law`, or one line of it by its name after `--`. Machines differ and are shared: the
//! figure to keep is the ratio to a task of known cost, measured in turns with it in the same run. There are
//! two: the SHA-256 of one page of 4 096 bytes, which follows the processor's own instructions for it, and a
//! small JSON document read into a tree and written again, work of the same kind as this one (branches,
//! allocations, short strings), whose ratio travels better. Rounds alternate and medians are kept, so that a
//! noisy neighbour disturbs both sides.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::print_stdout,
    reason = "a measure that cannot go on stops, and says what it found"
)]

use std::hint::black_box;
use std::time::Instant;

use chrono::NaiveDate;
use traitant::domain::digest::Empreinte;
use traitant::domain::evaluation::{Evaluation, FaitsConnus, FaitsRegistre, Naissance, RelationMt};
use traitant::domain::feuille_de_soins::{
    Acte, Assurance, Beneficiaire, CodeActe, Complementaire, Convention, Executant, Exoneration,
    NatureAssurance, Nomenclature, OptionTarifaire, Paiement, ParcoursDeclare, RegimeLocal,
    SituationParticuliere, Soins,
};
use traitant::domain::identifiers::{
    DateNaissanceAmo, IndicateurParcours, QualiteBeneficiaire, RangGemellaire, Specialite,
};
use traitant::domain::money::Centimes;
use traitant::law::Law;
use traitant::law::explanation::{Motifs, ecrire_bilan};
use traitant::law::situation::{DateDesSoins, Situation};

const ROUNDS: usize = 31;
const PER_ROUND: usize = 4_000;

/// The second reference: about 600 bytes of members, numbers and strings.
const DOCUMENT: &str = r#"{"numero_facture":"123456789","date_etablissement":"2026-06-16","executant":
{"rpps":"10003456786","specialite":"01","convention":"secteur_1","option_tarifaire":"aucune"},"beneficiaire":
{"qualite":0,"rang":1,"date_naissance":"1958-07-14","organisme":"017510000","complementaire":"amc"},
"parcours":{"indicateur":"T","orienteur":null},"actes":[{"numero_ligne":1,"code":"G","quantite":1,
"date_execution":"2026-06-16","honoraires_centimes":3000,"base_centimes":3000},{"numero_ligne":2,"code":"MEG",
"quantite":1,"date_execution":"2026-06-16","honoraires_centimes":500,"base_centimes":500}]}"#;

/// A consultation of a general practitioner on a day of each period of the law.
fn care(year: i32, indicateur: &str, relation: RelationMt, amc: bool) -> (Soins, FaitsConnus) {
    let day = NaiveDate::from_ymd_opt(year, 6, 16).unwrap();
    let birth = DateNaissanceAmo::parse("1958-07-14").unwrap();
    let soins = Soins {
        beneficiaire: Beneficiaire {
            qualite: QualiteBeneficiaire::parse("0").unwrap(),
            rang: RangGemellaire::ONE,
            date_naissance: birth,
            organisme: None,
            contrat: None,
            complementaire: if amc { Complementaire::Amc } else { Complementaire::Aucune },
            exoneration: Exoneration::NONE,
            regime_local: RegimeLocal::Aucun,
            situation: SituationParticuliere::Aucune,
        },
        executant: Executant {
            specialite: Specialite::parse("01").unwrap(),
            convention: Convention::Secteur1,
            option_tarifaire: OptionTarifaire::Aucune,
            remplacant_de: None,
            date_installation: None,
            lieu: None,
        },
        parcours: ParcoursDeclare {
            indicateur: Some(IndicateurParcours::parse(indicateur).unwrap()),
            ..ParcoursDeclare::default()
        },
        assurance: Assurance {
            nature: NatureAssurance::Maladie,
            date_reference: None,
            numero_at_mp: None,
            accident_tiers: None,
        },
        actes: vec![Acte {
            numero_ligne: 1,
            date_execution: day,
            date_prescription_serie: None,
            code: CodeActe::parse(Nomenclature::Ngap, "G").unwrap(),
            coefficient_centiemes: None,
            quantite: 1,
            ccam: None,
            honoraires: Centimes::new(3000),
            base: Some(Centimes::new(3000)),
            qualificatif: None,
            depassement: None,
            exoneration: None,
        }],
        paiement: Paiement::default(),
    };
    let faits = FaitsConnus {
        naissance: Naissance::Date(birth),
        relations_mt: vec![(day, relation)],
        participations_jour: vec![(day, Centimes::ZERO)],
        participations_an: vec![(year, Centimes::ZERO)],
        registre: FaitsRegistre::default(),
    };
    (soins, faits)
}

/// Every reason of an evaluation, as a service gives them: each rule considered, what became of it and by
/// which fact, the texts it rests on and the values it read; then the sentences of those that decided,
/// with their amounts, and who pays what.
fn explain<'l>(
    law: &'l Law,
    (soins, faits): &(Soins, FaitsConnus),
    evaluation: &Evaluation,
    (motifs, bilan): (&mut Motifs<'l>, &mut String),
) -> usize {
    bilan.clear();
    ecrire_bilan(&evaluation.totaux, soins.beneficiaire.complementaire, bilan);
    let mut length = bilan.len();
    for (evalue, acte) in evaluation.actes.iter().zip(&soins.actes) {
        let situation = Situation::of(soins, acte, faits);
        let bareme = law.bareme_du(DateDesSoins::new(acte.date_reference())).unwrap();
        for (constat, known) in bareme.considerees(&evalue.constats) {
            let values: i64 = known.valeurs.iter().map(|(_, value)| value).sum();
            black_box((constat.issue, known.fondement, values));
        }
        motifs.rediger(evalue, &situation, bareme);
        length += motifs.iter().map(|m| m.texte.len() + m.fondement.len()).sum::<usize>();
    }
    length
}

/// Nanoseconds that one of `PER_ROUND` turns takes.
fn nanoseconds(mut turn: impl FnMut(usize)) -> u128 {
    let began = Instant::now();
    for index in 0..PER_ROUND {
        turn(index);
    }
    began.elapsed().as_nanos() / PER_ROUND as u128
}

fn median(mut values: Vec<u128>) -> u128 {
    values.sort_unstable();
    values[values.len() / 2]
}

fn main() {
    let law = Law::embedded().unwrap();
    let mut cases = Vec::new();
    for year in [2006, 2008, 2011, 2018, 2024, 2026] {
        for (indicateur, relation) in [
            ("T", RelationMt::Executant),
            ("S2", RelationMt::Autre),
            ("S1", RelationMt::Aucun),
            ("U", RelationMt::Autre),
        ] {
            for amc in [false, true] {
                let case = care(year, indicateur, relation, amc);
                if law.evaluer(&case.0, &case.1).is_ok() {
                    cases.push(case);
                }
            }
        }
    }
    let page = [0x5a_u8; 4096];
    let mut hashed = Vec::new();
    let mut read_and_written = Vec::new();
    let (mut motifs, mut bilan) = (Motifs::new(), String::new());
    let wanted = std::env::args().skip(1).find(|word| !word.starts_with("--"));
    let names = [
        "evaluation",
        "evaluation and its reasons in French",
        "evaluation told to the patient, otherwise",
    ];
    let asked = |name: &str| wanted.as_ref().is_none_or(|word| word == name);
    let mut costs = names.map(|_| Vec::new());
    for _ in 0..ROUNDS {
        for (name, costs) in names.iter().zip(&mut costs).filter(|(name, _)| asked(name)) {
            costs.push(nanoseconds(|index| {
                let case = &cases[index % cases.len()];
                let evaluation = law.evaluer(&case.0, &case.1).unwrap();
                if *name == names[1] {
                    black_box(explain(&law, case, &evaluation, (&mut motifs, &mut bilan)));
                } else if *name == names[2] {
                    black_box(law.raconter(&case.0, &case.1, &evaluation).unwrap());
                }
                black_box(evaluation);
            }));
        }
        hashed.push(nanoseconds(|_| {
            black_box(Empreinte::of(black_box(page)));
        }));
        read_and_written.push(nanoseconds(|_| {
            let tree: serde_json::Value = serde_json::from_str(black_box(DOCUMENT)).unwrap();
            black_box(tree.to_string());
        }));
    }
    let (hashed, json) = (median(hashed), median(read_and_written));
    println!("{} situations, median of {ROUNDS} rounds of {PER_ROUND}, one core", cases.len());
    let references = [("SHA-256 of 4 096 bytes", hashed), ("a small JSON document", json)];
    let costs = names.into_iter().zip(costs).filter(|(name, _)| asked(name));
    let costs = costs.map(|(name, costs)| (name, median(costs)));
    for (what, cost) in costs.chain(references) {
        let ratio = |reference: u128| {
            let percent = cost * 100 / reference;
            format!("{:>3}.{:02}", percent / 100, percent % 100)
        };
        println!(
            "{what:<42} {cost:>6} ns {:>8} a second {} × SHA-256 {} × JSON",
            1_000_000_000 / cost,
            ratio(hashed),
            ratio(json)
        );
    }
}
