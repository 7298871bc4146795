//! A random feuille of one doctor or other professional for one patient, near the limits of the law.

use std::fmt::Write as _;

use chrono::{Datelike, Days, Months, NaiveDate};
use traitant::domain::adressage::NatureAdressage;
use traitant::domain::evaluation::{
    AdressageConnu, CouvertureConnue, FaitsConnus, FaitsRegistre, Naissance, RelationMt,
};
use traitant::domain::feuille_de_soins::{
    Acte, CodeActe, Complementaire, Contrat, Convention, DetailCcam, Exoneration, Garantie,
    LieuExecution, MotifExclusion, NatureAssurance, Nomenclature, OptionTarifaire, Orienteur,
    QualificatifDepense, RegimeLocal, SituationParticuliere, TypeLieu,
};
use traitant::domain::identifiers::{DateNaissanceAmo, IndicateurParcours, Organisme, Specialite};
use traitant::domain::money::Centimes;
use traitant::domain::vocabulary::Vocabulaire as _;

use super::super::support::{Question, acte, consultation, day};
use super::hasard::Hasard;
use super::tables;

const ORDINARY: [&str; 4] = ["01", "01", "22", "03"];
const SPECIALTIES: [&str; 34] = [
    "01", "22", "23", "02", "03", "04", "05", "06", "07", "11", "12", "15", "17", "18", "32", "33",
    "34", "37", "38", "44", "45", "69", "70", "75", "77", "79", "19", "36", "21", "24", "26", "28",
    "30", "86",
];
const EXONERATIONS: [&str; 30] = [
    "1", "2", "3", "4", "5", "6", "7", "8", "9", "C", "10", "20", "21", "30", "41", "42", "43",
    "44", "45", "47", "50", "51", "54", "55", "56", "62", "63", "81", "91", "92",
];
const CLINICAL: [&str; 8] = ["G", "C", "CS", "V", "VS", "CNP", "COE", "GS"];
const RARE: [&str; 13] =
    ["TCG", "TC", "C2", "APC", "APY", "C3", "CCP", "RDV", "CCX", "COB", "COD", "IMT", "XYZ"];
const SUPPLEMENTS: [&str; 9] = ["MCS", "MCG", "MPC", "MCC", "MD", "MCX", "F", "MMG", "MEP"];
const TECHNICAL: [&str; 9] = [
    "DEQP003", "HHFA011", "BFGA004", "JVQP001", "MDQK001", "ACQN001", "ACQH001", "DZQM006",
    "PALB001",
];
const SINCE_THE_C2S: [Complementaire; 3] = [
    Complementaire::C2sSansParticipation,
    Complementaire::C2sAvecParticipation,
    Complementaire::Ame,
];
const KEYS: [&str; 3] = ["K", "KC", "KE"];

/// Draws a feuille.
pub fn tirer(hasard: &mut Hasard) -> Question {
    let jour = jour(hasard);
    let mut asked = consultation(jour, 0);
    let specialite =
        if hasard.percent(45) { hasard.pick(&ORDINARY) } else { hasard.pick(&SPECIALTIES) };
    asked.soins.executant.specialite = Specialite::parse(specialite).unwrap();
    executant(hasard, &mut asked, jour);
    lignes(hasard, &mut asked, jour);
    let days: Vec<NaiveDate> = asked.soins.actes.iter().map(Acte::date_reference).collect();
    naissance(hasard, &mut asked, jour);
    beneficiaire(hasard, &mut asked, jour);
    parcours(hasard, &mut asked, &days);
    assurance(hasard, &mut asked, jour);
    cumuls(hasard, &mut asked, &days);
    asked
}

fn jour(hasard: &mut Hasard) -> NaiveDate {
    let (first, last) = (day("2006-01-01"), day("2026-12-31"));
    let jour = match hasard.below(3) {
        0 => hasard.day(first, last),
        1 => {
            let change = hasard.pick(&tables::CHANGEMENTS);
            hasard.around(tables::jour(change))
        }
        _ => hasard.day(day("2023-01-01"), last),
    };
    jour.clamp(first, last)
}

fn executant(hasard: &mut Hasard, asked: &mut Question, jour: NaiveDate) {
    let executant = &mut asked.soins.executant;
    executant.convention = match hasard.below(10) {
        0..6 => Convention::Secteur1,
        6 | 7 => Convention::Secteur2,
        _ => {
            hasard.pick(&[Convention::Secteur1Dp, Convention::NonConventionne, Convention::Salarie])
        }
    };
    if executant.convention == Convention::Secteur2 && hasard.percent(40) {
        executant.option_tarifaire =
            hasard.pick(&[OptionTarifaire::Optam, OptionTarifaire::OptamCo]);
    }
    if hasard.percent(25) {
        let limit = jour - Months::new(60);
        executant.date_installation = Some(match hasard.below(3) {
            0 => hasard.around(limit),
            1 => jour - Months::new(12),
            _ => jour - Months::new(120),
        });
    }
    if hasard.percent(10) {
        let nature = hasard.pick(TypeLieu::TOUS);
        executant.lieu = Some(LieuExecution { nature: Some(nature), ..LieuExecution::default() });
    }
}

fn lignes(hasard: &mut Hasard, asked: &mut Question, jour: NaiveDate) {
    asked.soins.actes.clear();
    let count = if hasard.percent(60) { 1 } else { hasard.between(2, 4) };
    let second = jour.succ_opt().filter(|next| *next <= day("2026-12-31")).unwrap_or(jour);
    let mut today = jour;
    for numero in 1..=u16::try_from(count).unwrap() {
        if numero > 1 && today != second && hasard.percent(20) {
            today = second;
        }
        let line = ligne(hasard, numero, today);
        asked.soins.actes.push(line);
    }
}

fn ligne(hasard: &mut Hasard, numero: u16, jour: NaiveDate) -> Acte {
    let base = montant(hasard);
    let mut line = acte(numero, jour, "G", base);
    let chance = hasard.below(100);
    if numero > 1 && chance < 45 {
        line.code = ngap(hasard.pick(&SUPPLEMENTS));
        line.base = Some(Centimes::new(hasard.pick(&[100, 200, 300, 350, 500, 1_000])));
    } else if chance < 65 {
        line.code = ngap(hasard.pick(&CLINICAL));
    } else if chance < 78 {
        line.code = ngap(hasard.pick(&RARE));
    } else if chance < 82 {
        line.code = ngap(hasard.pick(&KEYS));
        line.coefficient_centiemes =
            Some(hasard.pick(&[2_000, 3_000, 4_900, 5_000, 5_900, 6_000, 9_000]));
        line.base =
            line.coefficient_centiemes.map(|coefficient| Centimes::new(i64::from(coefficient) * 2));
    } else {
        line.code = CodeActe::parse(Nomenclature::Ccam, hasard.pick(&TECHNICAL)).unwrap();
        let seuil = hasard.pick(&[9_099, 9_100, 9_101, 11_999, 12_000, 12_001, 6_000, 28_409]);
        line.base = Some(Centimes::new(if hasard.percent(50) { seuil } else { base }));
        let activite = if hasard.percent(15) { 4 } else { 1 };
        line.ccam =
            Some(DetailCcam { activite, phase: 0, modificateurs: Vec::new(), association: None });
    }
    let base = line.base.map_or(0, Centimes::get);
    line.honoraires = Centimes::new(match hasard.below(10) {
        0..6 => base,
        6 => (base - hasard.between(1, 300)).max(0),
        7 => base + 1_000,
        _ => base + hasard.between(1, 8_000),
    });
    let over = line.honoraires.get() > base;
    line.qualificatif = match hasard.below(20) {
        0 => Some(QualificatifDepense::NonRemboursable),
        1..5 if over => Some(QualificatifDepense::Da),
        5 | 6 if over => Some(QualificatifDepense::De),
        7 if over => Some(QualificatifDepense::DaDe),
        _ => None,
    };
    if hasard.percent(2) {
        let prescribed = jour - Days::new(hasard.below(60));
        line.date_prescription_serie = Some(prescribed.max(day("2006-01-01")));
    }
    if hasard.percent(4) {
        line.exoneration = Some(Exoneration::parse(hasard.pick(&EXONERATIONS)).unwrap());
    }
    line
}

fn ngap(code: &str) -> CodeActe {
    CodeActe::parse(Nomenclature::Ngap, code).unwrap()
}

fn montant(hasard: &mut Hasard) -> i64 {
    if hasard.percent(40) {
        hasard.pick(&[2_000, 2_100, 2_200, 2_300, 2_500, 2_650, 3_000, 3_150, 4_600, 6_000])
    } else {
        hasard.between(0, 30_000)
    }
}

fn naissance(hasard: &mut Hasard, asked: &mut Question, jour: NaiveDate) {
    let age = if hasard.percent(45) {
        hasard.pick(&[5, 15, 16, 17, 18, 25, 26, 45])
    } else {
        u32::try_from(hasard.between(0, 95)).unwrap()
    };
    let birthday = jour - Months::new(12 * age);
    let born = match hasard.below(4) {
        0 => hasard.around(birthday),
        1 => {
            let new_year = NaiveDate::from_ymd_opt(birthday.year(), 1, 1).unwrap();
            hasard.around(new_year)
        }
        _ => birthday - Days::new(hasard.below(364)),
    };
    asked.faits.naissance =
        Naissance::Date(DateNaissanceAmo::parse(&born.min(jour).to_string()).unwrap());
}

fn beneficiaire(hasard: &mut Hasard, asked: &mut Question, jour: NaiveDate) {
    let beneficiaire = &mut asked.soins.beneficiaire;
    beneficiaire.complementaire = match hasard.below(10) {
        0..3 => Complementaire::Aucune,
        3..7 => Complementaire::Amc,
        // The ACS is over: nobody holds it any more.
        _ => hasard.pick(if jour < day("2019-10-31") {
            Complementaire::TOUS
        } else {
            &SINCE_THE_C2S
        }),
    };
    if hasard.percent(40) {
        beneficiaire.contrat = Some(Contrat {
            responsable: hasard.percent(70),
            garantie: match hasard.below(3) {
                0 => Garantie::TicketModerateur,
                1 => Garantie::TauxDeBase(
                    hasard.pick(&[5_000, 7_000, 10_000, 12_500, 15_000, 20_000, 30_000]),
                ),
                _ => Garantie::Montant(Centimes::new(hasard.between(0, 10_000))),
            },
        });
    }
    if hasard.percent(25) {
        beneficiaire.exoneration = Exoneration::parse(hasard.pick(&EXONERATIONS)).unwrap();
    }
    if hasard.percent(12) {
        beneficiaire.regime_local = RegimeLocal::AlsaceMoselle;
    }
    if hasard.percent(8) {
        beneficiaire.situation = hasard.pick(SituationParticuliere::TOUS);
    }
    if hasard.percent(20) {
        let code = hasard.pick(&[
            "017510000",
            "029110000",
            "019760000",
            "019870000",
            "019880000",
            "019860000",
            "079010000",
            "041010000",
        ]);
        beneficiaire.organisme = Some(Organisme::parse(code).unwrap());
    }
    if hasard.percent(6) {
        let known = hasard.pick(CouvertureConnue::TOUS);
        asked.faits.registre.couvertures = vec![(jour, known)];
    }
}

fn parcours(hasard: &mut Hasard, asked: &mut Question, days: &[NaiveDate]) {
    let relation = match hasard.below(10) {
        0..3 => RelationMt::Autre,
        3 | 4 => RelationMt::Executant,
        5 | 6 => RelationMt::Aucun,
        _ => hasard.pick(RelationMt::TOUS),
    };
    asked.faits.relations_mt = Vec::new();
    for jour in days {
        if !asked.faits.relations_mt.iter().any(|(known, _)| known == jour) {
            let other = hasard.percent(10);
            let relation = if other { hasard.pick(RelationMt::TOUS) } else { relation };
            asked.faits.relations_mt.push((*jour, relation));
        }
    }
    let parcours = &mut asked.soins.parcours;
    parcours.indicateur = hasard.percent(88).then(|| hasard.pick(&IndicateurParcours::ALL));
    let a = parcours.indicateur == Some(IndicateurParcours::A);
    if hasard.percent(if a { 85 } else { 4 }) {
        parcours.motif_exclusion = Some(hasard.pick(MotifExclusion::TOUS));
    }
    if parcours.indicateur == Some(IndicateurParcours::U) && hasard.percent(50) {
        parcours.urgence_prevue_heures = Some(hasard.pick(&[0, 7, 8, 9, 48]));
    }
    if hasard.percent(45) {
        parcours.orienteur = Some(Orienteur {
            rpps: None,
            num_am: None,
            nom: "ESSAI".to_owned(),
            prenom: "CAMILLE".to_owned(),
        });
    }
    parcours.hors_residence = hasard.percent(6).then(|| hasard.percent(70));
    if hasard.percent(12) {
        let nature = Some(hasard.pick(NatureAdressage::TOUS));
        asked.faits.registre.adressages = (asked.soins.actes.iter())
            .map(|line| (line.numero_ligne, AdressageConnu { nature, ..AdressageConnu::default() }))
            .collect();
    }
}

fn assurance(hasard: &mut Hasard, asked: &mut Question, jour: NaiveDate) {
    let assurance = &mut asked.soins.assurance;
    if hasard.percent(18) {
        assurance.nature = hasard.pick(NatureAssurance::TOUS);
    }
    if hasard.percent(40) {
        assurance.date_reference = Some(match hasard.below(5) {
            0 => hasard.around(jour - Months::new(5)),
            1 => hasard.around(jour - Months::new(10)),
            2 => hasard.around(jour - Days::new(12)),
            3 => jour - Days::new(hasard.below(400)),
            _ => hasard.around(jour),
        });
    }
}

fn cumuls(hasard: &mut Hasard, asked: &mut Question, days: &[NaiveDate]) {
    let FaitsConnus { participations_jour, participations_an, .. } = &mut asked.faits;
    if hasard.percent(25) {
        let kept = hasard.pick(&[100, 200, 300, 350, 400, 500, 600, 700, 799, 800, 900]);
        participations_jour.push((days[0], Centimes::new(kept)));
    }
    if hasard.percent(25) {
        let kept =
            hasard.pick(&[100, 2_500, 4_800, 4_850, 4_899, 4_900, 4_950, 4_999, 5_000, 5_100]);
        participations_an.push((days[0].year(), Centimes::new(kept)));
    }
}

/// One readable line: the date and whatever is not the default.
pub fn dire(asked: &Question) -> String {
    let (soins, faits) = (&asked.soins, &asked.faits);
    let (patient, executant) = (&soins.beneficiaire, &soins.executant);
    let mut said = format!(
        "{} spé {} {} {:?} | né {:?} {} exo {} {:?}",
        soins.actes[0].date_execution,
        executant.specialite,
        executant.convention.mot(),
        executant.option_tarifaire,
        faits.naissance,
        patient.complementaire.mot(),
        patient.exoneration,
        soins.assurance.nature,
    );
    let mut add = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            write!(said, " {name}={value}").unwrap();
        }
    };
    let parcours = &soins.parcours;
    let relations: Vec<_> = faits.relations_mt.iter().map(|(_, one)| one.mot()).collect();
    add("mt", Some(relations.join("/")));
    add("ips", Some(parcours.indicateur.map_or("-", IndicateurParcours::as_str).to_owned()));
    add("motif", parcours.motif_exclusion.map(|one| one.mot().to_owned()));
    add("orienteur", parcours.orienteur.is_some().then(|| "oui".to_owned()));
    add("prevue", parcours.urgence_prevue_heures.map(|one| one.to_string()));
    add("hors_residence", parcours.hors_residence.map(|one| one.to_string()));
    add("installe", executant.date_installation.map(|one| one.to_string()));
    add("lieu", executant.lieu.and_then(|lieu| lieu.nature).map(|one| one.mot().to_owned()));
    add("rl", (patient.regime_local != RegimeLocal::Aucun).then(|| "oui".to_owned()));
    let ordinary = patient.situation == SituationParticuliere::Aucune;
    add("situation", (!ordinary).then(|| patient.situation.mot().to_owned()));
    add("caisse", patient.organisme.map(|one| one.to_string()));
    add("contrat", patient.contrat.map(|one| format!("{one:?}")));
    add("maternite", soins.assurance.date_reference.map(|one| one.to_string()));
    add("pf_jour", faits.participations_jour.first().map(|one| one.1.get().to_string()));
    add("pf_an", faits.participations_an.first().map(|one| one.1.get().to_string()));
    let FaitsRegistre { couvertures, adressages, .. } = &faits.registre;
    add("couverture", couvertures.first().map(|one| one.1.mot().to_owned()));
    add(
        "adressage",
        adressages.first().and_then(|one| one.1.nature).map(|one| one.mot().to_owned()),
    );
    for line in &soins.actes {
        write!(
            said,
            " | {} {} {} base {:?} hono {}",
            line.numero_ligne,
            line.date_execution,
            line.code.as_str(),
            line.base.map(Centimes::get),
            line.honoraires.get()
        )
        .unwrap();
        if let Some(coefficient) = line.coefficient_centiemes {
            write!(said, " coef {coefficient}").unwrap();
        }
        if let Some(prescribed) = line.date_prescription_serie {
            write!(said, " série {prescribed}").unwrap();
        }
        if let Some(qualificatif) = line.qualificatif {
            write!(said, " {}", qualificatif.mot()).unwrap();
        }
        if let Some(exoneration) = line.exoneration {
            write!(said, " exo {exoneration}").unwrap();
        }
        if line.ccam.as_ref().is_some_and(|detail| detail.activite == 4) {
            said.push_str(" anesthésie");
        }
    }
    said
}
