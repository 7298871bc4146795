//! How many evaluations a core makes each second, with and without their reasons.
//!
//! `cargo bench --bench law`. Machines differ and are shared: the figure to keep is the ratio to a
//! task of known cost, measured in turns with it in the same run (SHA-256 of one page of 4 096
//! bytes). Rounds alternate and medians are kept, so that a noisy neighbour disturbs both sides.

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
    ecrire_bilan(&evaluation.totaux, bilan);
    let mut length = bilan.len();
    for (evalue, acte) in evaluation.actes.iter().zip(&soins.actes) {
        let situation = Situation::of(soins, acte, faits);
        let bareme = law.bareme_du(DateDesSoins::new(acte.date_reference())).unwrap();
        for (constat, known) in bareme.considerees(&evalue.constats) {
            let read = known.regle.fiche.parametres.iter();
            let values: i64 = read.filter_map(|p| bareme.valeurs.valeur(*p).ok()).sum();
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
    let (mut bare, mut reasoned, mut hashed) = (Vec::new(), Vec::new(), Vec::new());
    let (mut told, mut motifs, mut bilan) = (Vec::new(), Motifs::new(), String::new());
    for _ in 0..ROUNDS {
        bare.push(nanoseconds(|index| {
            let (soins, faits) = &cases[index % cases.len()];
            black_box(law.evaluer(soins, faits).unwrap());
        }));
        reasoned.push(nanoseconds(|index| {
            let case = &cases[index % cases.len()];
            let evaluation = law.evaluer(&case.0, &case.1).unwrap();
            black_box(explain(&law, case, &evaluation, (&mut motifs, &mut bilan)));
        }));
        told.push(nanoseconds(|index| {
            let (soins, faits) = &cases[index % cases.len()];
            let evaluation = law.evaluer(soins, faits).unwrap();
            black_box(law.raconter(soins, faits, &evaluation).unwrap());
        }));
        hashed.push(nanoseconds(|_| {
            black_box(Empreinte::of(black_box(page)));
        }));
    }
    let (bare, reasoned, hashed) = (median(bare), median(reasoned), median(hashed));
    let told = median(told);
    println!("{} situations, median of {ROUNDS} rounds of {PER_ROUND}, one core", cases.len());
    for (what, cost) in [
        ("evaluation", bare),
        ("evaluation and its reasons in French", reasoned),
        ("evaluation told to the patient, otherwise", told),
        ("SHA-256 of 4 096 bytes", hashed),
    ] {
        let percent = cost * 100 / hashed;
        println!(
            "{what:<42} {cost:>7} ns {:>9} a second {:>4}.{:02} × SHA-256",
            1_000_000_000 / cost,
            percent / 100,
            percent % 100
        );
    }
}
