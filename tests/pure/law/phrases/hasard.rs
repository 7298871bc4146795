//! Situations drawn at random, the same at each run: every kind of care, of person, of cover and of year.

use chrono::{Datelike, Days, NaiveDate};
use traitant::domain::evaluation::RelationMt;
use traitant::domain::feuille_de_soins::{
    Acte, CodeActe, Complementaire, Convention, Exoneration, MotifExclusion, NatureAssurance,
    Nomenclature, QualificatifDepense, RegimeLocal, SituationParticuliere,
};
use traitant::domain::money::Centimes;
use traitant::domain::vocabulary::Vocabulaire;

use crate::law::support::{Question, acte, consultation, day};

/// Random situations, the same at each run.
pub struct Hasard(pub u64);

impl Hasard {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn one_in(&mut self, bound: u64) -> bool {
        self.below(bound) == 0
    }

    fn pick<T: Copy>(&mut self, all: &[T]) -> T {
        let bound = u64::try_from(all.len()).unwrap();
        all[usize::try_from(self.below(bound)).unwrap()]
    }

    /// Often the first, sometimes another.
    fn rarely<T: Copy>(&mut self, usual: T, all: &[T]) -> T {
        if self.one_in(3) { self.pick(all) } else { usual }
    }
}

const NGAP: [&str; 12] =
    ["G", "CS", "C2", "MCS", "V", "TCG", "COE", "CCP", "MEG", "ZZ9", "K", "APC"];
const CCAM: [&str; 3] = ["DEQP003", "ZBQK002", "HBLD038"];
const EXONERATIONS: [&str; 16] =
    ["0", "42", "43", "55", "1", "2", "3", "5", "6", "7", "9", "10", "21", "82", "90", "92"];

fn line(rng: &mut Hasard, numero: u16, jour: NaiveDate) -> Acte {
    let base = i64::try_from(rng.below(4_000)).unwrap() * if rng.one_in(4) { 10 } else { 1 };
    let mut line = acte(numero, jour, rng.pick(&NGAP), base);
    if rng.one_in(4) {
        let code = rng.pick(&CCAM);
        line.code = CodeActe::parse(Nomenclature::Ccam, code).unwrap();
    }
    if line.code.as_str() == "K" {
        line.coefficient_centiemes = Some(u32::try_from(rng.below(9_000)).unwrap());
    }
    if rng.one_in(3) {
        line.honoraires = Centimes::new(base + i64::try_from(rng.below(5_000)).unwrap());
        line.qualificatif = rng.one_in(2).then(|| rng.pick(QualificatifDepense::TOUS));
    }
    if rng.one_in(12) {
        line.qualificatif = Some(rng.pick(&[
            QualificatifDepense::NonRemboursable,
            QualificatifDepense::Gratuit,
            QualificatifDepense::De,
        ]));
    }
    line
}

pub fn question(rng: &mut Hasard) -> Question {
    let date = day("2006-01-01") + Days::new(rng.below(7_660));
    let mut asked = consultation(date, 0);
    let count = if rng.one_in(3) { 1 + rng.below(3) } else { 1 };
    asked.soins.actes.clear();
    asked.faits.relations_mt.clear();
    let relation = rng.pick(RelationMt::TOUS);
    for index in 0..count {
        let late = if rng.one_in(8) { rng.below(6) } else { 0 };
        let jour = (date + Days::new(late)).min(day("2026-12-31"));
        let numero = u16::try_from(index + 1).unwrap();
        asked.soins.actes.push(line(rng, numero, jour));
        asked.faits.relations_mt.push((jour, relation));
    }
    let age = u8::try_from(rng.below(90)).unwrap();
    let specialite =
        rng.pick(&["01", "01", "03", "15", "33", "07", "38", "19", "21", "24", "26", "30", "50"]);
    asked = asked.age(age).specialite(specialite);
    let indicateur = rng
        .pick(&["", "T", "N", "R", "O", "M", "D", "U", "U", "H", "J", "B", "A", "S1", "S2", "S2"]);
    asked = asked.indicateur(indicateur);
    if matches!(indicateur, "O" | "M") {
        asked = asked.adresse_par("ESSAI").indicateur(indicateur);
    }
    if indicateur == "U" && rng.one_in(2) {
        asked.soins.parcours.urgence_prevue_heures = Some(u16::try_from(rng.below(30)).unwrap());
    }
    if indicateur == "A" || rng.one_in(8) {
        asked.soins.parcours.motif_exclusion = Some(rng.pick(MotifExclusion::TOUS));
    }
    asked.soins.executant.date_installation = rng.one_in(2).then(|| day("2019-05-02"));
    asked.soins.executant.convention = rng.rarely(Convention::Secteur1, Convention::TOUS);
    asked.soins.beneficiaire.complementaire = rng.pick(Complementaire::TOUS);
    asked.soins.beneficiaire.exoneration =
        Exoneration::parse(rng.rarely("0", &EXONERATIONS)).unwrap();
    asked.soins.beneficiaire.regime_local = rng.rarely(RegimeLocal::Aucun, RegimeLocal::TOUS);
    asked.soins.beneficiaire.situation =
        rng.rarely(SituationParticuliere::Aucune, SituationParticuliere::TOUS);
    asked.soins.assurance.nature = rng.rarely(NatureAssurance::Maladie, NatureAssurance::TOUS);
    asked.soins.paiement.tiers_payant_amo = rng.one_in(3);
    asked.faits.participations_jour =
        vec![(date, Centimes::new(i64::try_from(rng.below(9)).unwrap() * 100))];
    asked.faits.participations_an =
        vec![(date.year(), Centimes::new(if rng.one_in(3) { 4_950 } else { 0 }))];
    asked
}
