//! The table of the letters: every price on both sides of each change, who bills what, and no false alarm on the bases
//! that were published.

use chrono::{Days, NaiveDate};
use traitant::domain::evaluation::{Avertissement, RelationMt};
use traitant::domain::feuille_de_soins::{OptionTarifaire, QualificatifDepense};
use traitant::domain::identifiers::Specialite;
use traitant::domain::money::Centimes;
use traitant::law::nomenclature::{Consultation, Ligne, Nature, Secteur, compositions, table};

use super::support::{LAW, Question, consultation, day};

fn warned(question: &Question, numero: u16) -> Vec<Avertissement> {
    let all = question.answer().avertissements;
    all.iter().filter(|w| w.numero_ligne == Some(numero)).map(|w| w.code).collect()
}

fn contradicted(question: &Question, numero: u16) -> bool {
    warned(question, numero).contains(&Avertissement::BaseContredite)
}

fn from_doctor(mut question: Question, specialite: &str, secteur: Secteur) -> Question {
    question = question.specialite(specialite);
    if secteur == Secteur::Libre {
        question = question.secteur_2();
    }
    if Specialite::parse(specialite).unwrap().est_generaliste() {
        question.mt(RelationMt::Executant).indicateur("T")
    } else {
        question.mt(RelationMt::Autre).adresse_par("ESSAI")
    }
}

/// A doctor of whom the row is the own price.
fn performer(ligne: &Ligne) -> Option<&'static str> {
    let first = ligne.qui.split(' ').next().unwrap();
    Some(match first {
        "tous" | "specialiste" => "13",
        "generaliste" => "01",
        "cardiologie" => "03",
        "dermatologie" => "05",
        "gynecologie" => "70",
        "pediatrie" => "12",
        "rhumatologie" => "14",
        "ophtalmologie" => "15",
        "psychiatrie" => "33",
        "readaptation" => "31",
        "neurologie" => "32",
        "geriatrie" => "34",
        "nephrologie" => "35",
        "endocrinologie" => "42",
        // Nurses and midwives are no doctors: their letters are known only to be told apart.
        _ => return None,
    })
}

fn age(ligne: &Ligne) -> u8 {
    match ligne.ages {
        (first, last) if (first..=last).contains(&45) => 45,
        (first, _) => first,
    }
}

/// The line of a row on a day, at some price, and its number.
fn billed(ligne: &Ligne, jour: NaiveDate, price: i64) -> (Question, u16) {
    let alone = matches!(ligne.nature, Nature::Acte | Nature::Cle | Nature::Forfait);
    let question = if alone {
        let overrun = if ligne.secteur == Secteur::Libre { 1000 } else { 0 };
        consultation(jour, price + overrun).code(ligne.code).base(price)
    } else {
        let act = ligne.avec.split(' ').next().filter(|act| !act.is_empty()).unwrap_or("G");
        consultation(jour, 2000).code(act).puis(ligne.code, price)
    };
    let question = from_doctor(question.age(age(ligne)), performer(ligne).unwrap(), ligne.secteur);
    (question, if alone { 1 } else { 2 })
}

/// Days of a row that the law covers and on which the letter may be evaluated.
fn days(ligne: &Ligne) -> Option<(NaiveDate, NaiveDate)> {
    let teleconsultation = matches!(ligne.code, "TC" | "TCG");
    let opening = if teleconsultation { "2018-09-15" } else { "2006-01-01" };
    let first = ligne.du.unwrap_or(NaiveDate::MIN).max(day(opening));
    let last = ligne.dernier.unwrap_or(NaiveDate::MAX).min(day("2026-12-31"));
    (first <= last).then_some((first, last))
}

fn priced() -> impl Iterator<Item = (&'static Ligne, i64)> {
    let billable = |ligne: &&Ligne| ligne.nature != Nature::Plafond && performer(ligne).is_some();
    let rows = table().lignes.iter().filter(billable);
    rows.filter_map(|ligne| Some((ligne, ligne.centimes?.get())))
}

#[test]
fn every_price_is_accepted_from_its_first_day_to_its_last_and_no_other_is() {
    let mut seen = 0;
    for (ligne, price) in priced() {
        let Some((first, last)) = days(ligne) else { continue };
        for jour in [first, last] {
            let (question, numero) = billed(ligne, jour, price);
            assert!(!contradicted(&question, numero), "{} at {price} on {jour}", ligne.code);
            for wrong in [price - 1, price + 1] {
                let (question, numero) = billed(ligne, jour, wrong);
                assert!(contradicted(&question, numero), "{} at {wrong} on {jour}", ligne.code);
            }
        }
        seen += 1;
    }
    assert!(seen > 200, "{seen}");
}

#[test]
fn a_price_ends_the_day_before_the_next_one() {
    let (mut changes, mut wrong) = (0, Vec::new());
    for (ligne, price) in priced() {
        let (Some((_, last)), Some(after)) = (days(ligne), ligne.dernier) else { continue };
        let next = after + Days::new(1);
        let same = |row: &&Ligne| {
            row.code == ligne.code
                && row.qui == ligne.qui
                && row.ages == ligne.ages
                && (row.secteur == ligne.secteur || row.secteur == Secteur::Opposable)
        };
        let following: Vec<i64> = table()
            .lignes
            .iter()
            .filter(same)
            .filter(|row| row.en_vigueur(next))
            .filter_map(|row| row.centimes.map(Centimes::get))
            .collect();
        if last != after || following.is_empty() || following.contains(&price) {
            continue;
        }
        let told = format!("{} on {next}", ligne.code);
        let (old, numero) = billed(ligne, next, price);
        if !contradicted(&old, numero) {
            wrong.push(format!("{told}: still {price}"));
        }
        let (new, numero) = billed(ligne, after, following[0]);
        if !contradicted(&new, numero) {
            wrong.push(format!("{told}: already {}", following[0]));
        }
        changes += 1;
    }
    // With the supplements that a price may include, the total was the same already: 34.30 + 2.70, 32 + 5, 23 + 3.50.
    let same_total = [
        "CNP on 2012-03-26: already 3700",
        "CNPSY on 2012-03-26: already 3700",
        "CS on 2026-01-01: already 3700",
        "CS on 2024-12-22: already 2650",
    ];
    assert_eq!(wrong, same_total);
    assert!(changes > 40, "{changes}");
}

#[test]
fn at_least_the_letters_that_are_most_billed_are_known_with_their_sources() {
    assert!(table().nombre() > 200, "{}", table().nombre());
    assert!(LAW.du_jour(day("2025-06-16")).unwrap().tarifs.iter().any(|row| row.code == "MEG"));
    for ligne in &table().lignes {
        assert!(!ligne.source1.is_empty(), "{}", ligne.code);
        assert_ne!(ligne.source1, ligne.source2, "{}: two sources are two", ligne.code);
        assert_eq!(ligne.verifie_le, day("2026-11-29"), "{}", ligne.code);
    }
    // Letters that were billed as acts of their own before the table knew them.
    for code in ["MU", "SNP", "CRS", "VRS", "MDE", "MN", "IKM", "IKS", "MIS", "PIV", "MP", "NFP"] {
        let asked = consultation(day("2026-03-10"), 3000).puis(code, 1000);
        assert_eq!(asked.answer().actes.len(), 1, "{code}");
    }
    for code in ["IMT", "TE2", "RQD", "CCP", "CSO", "CTE", "CSE", "CDE", "VSP", "GL1", "MCY"] {
        let asked = consultation(day("2026-03-10"), 6000).code(code).puis("G", 3000);
        assert_eq!(asked.answer().actes.len(), 2, "{code}");
    }
}

#[derive(Debug, serde::Deserialize)]
struct Published {
    id: String,
    date: String,
    specialite: String,
    secteur: String,
    code: String,
    base: i64,
    honoraires: i64,
    supplement: String,
    situation: String,
    age: u8,
    perimee: String,
}

impl Published {
    fn question(&self) -> Question {
        let mut asked = consultation(day(&self.date), self.honoraires).code(&self.code);
        asked = asked.base(self.base).specialite(&self.specialite).age(self.age);
        if let Some((code, price)) = self.supplement.split_once(' ') {
            asked = asked.puis(code, price.parse().unwrap());
        }
        if self.secteur != "S1" {
            asked = asked.secteur_2();
        }
        if self.secteur == "OPTAM" {
            asked.soins.executant.option_tarifaire = OptionTarifaire::Optam;
        }
        match self.situation.as_str() {
            "SANS_MT" => asked,
            "MT" => asked.mt(RelationMt::Executant).indicateur("T"),
            "NON_ORIENTE" => asked.mt(RelationMt::Autre),
            "MOINS_16" => asked.mt(RelationMt::Autre).indicateur(""),
            "ACCES_DIRECT_SPECIFIQUE" => asked.mt(RelationMt::Autre).indicateur("D"),
            _ => asked.mt(RelationMt::Autre).adresse_par("ESSAI"),
        }
    }
}

#[test]
fn no_base_that_was_published_is_contradicted_but_those_known_to_be_out_of_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/bases-publiees.csv");
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_path(path).unwrap();
    let mut wrong = Vec::new();
    for row in reader.deserialize() {
        let row: Published = row.unwrap();
        let raised = warned(&row.question(), 1);
        let expected = !row.perimee.is_empty();
        if raised.contains(&Avertissement::BaseContredite) != expected {
            wrong.push(format!("{}: {} {} {}, {raised:?}", row.id, row.date, row.code, row.base));
        }
        let others = [Avertissement::ActeNonAutorise, Avertissement::SupplementSansActe];
        assert!(!raised.iter().any(|code| others.contains(code)), "{}: {raised:?}", row.id);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn in_sector_2_an_overrun_chooses_the_base() {
    // ameli, 28 November 2024: the opposable tariff without an overrun, the base of 23 € with one.
    let billed = |code: &str, specialite: &str, base: i64, fees: i64| {
        let asked = consultation(day("2025-06-16"), fees).code(code).base(base);
        contradicted(&from_doctor(asked, specialite, Secteur::Libre), 1)
    };
    assert!(!billed("G", "01", 3000, 3000));
    assert!(!billed("C", "01", 2300, 5000));
    assert!(billed("C", "01", 3000, 5000));
    assert!(billed("G", "01", 3000, 5000));
    assert!(!billed("CS", "05", 2650, 2650));
    assert!(!billed("CS", "05", 2300, 6000));
    assert!(billed("CS", "05", 2650, 6000));
    assert!(!billed("C", "05", 2300, 6000));
    assert!(!billed("APC", "05", 6000, 8000), "the same base in each sector");
}

#[test]
fn a_letter_of_another_specialty_or_of_another_age_is_told() {
    let billed = |code: &str, specialite: &str, age: u8| {
        let asked = consultation(day("2026-03-10"), 4000).code(code).age(age);
        warned(&asked.specialite(specialite), 1).contains(&Avertissement::ActeNonAutorise)
    };
    assert!(billed("G", "03", 45));
    assert!(!billed("G", "22", 45));
    assert!(billed("CNP", "03", 45));
    assert!(!billed("CNP", "32", 45));
    assert!(billed("CEH", "01", 1));
    assert!(!billed("CEH", "12", 1));
    assert!(billed("CEH", "12", 2));
    assert!(billed("GL1", "01", 79));
    assert!(!billed("GL1", "01", 80));
    assert!(!billed("CS", "01", 45), "not published as reserved");
    let meg = |age: u8| {
        let asked = consultation(day("2026-03-10"), 3000).age(age).puis("MEG", 500);
        warned(&asked, 2).contains(&Avertissement::ActeNonAutorise)
    };
    assert!(!meg(5));
    assert!(meg(6));
}

#[test]
fn a_supplement_needs_an_act_that_bears_it() {
    let alone = |code: &str| {
        let asked = consultation(day("2026-03-10"), 1000).code(code);
        warned(&asked, 1).contains(&Avertissement::SupplementSansActe)
    };
    assert!(alone("MD") && alone("MEG") && alone("MCS"));
    assert!(!alone("G") && !alone("IMT"));
    let beside = |act: &str, code: &str| {
        let asked = consultation(day("2026-03-10"), 3000).code(act).puis(code, 1000);
        warned(&asked, 2).contains(&Avertissement::SupplementSansActe)
    };
    assert!(beside("G", "MD"), "for a visit only");
    assert!(!beside("VG", "MD") && !beside("VL", "MD"));
    assert!(!beside("CCE", "MU"), "the sources do not say with what alone");
}

#[test]
fn a_child_without_a_medecin_traitant_bears_no_coordination_of_a_general_practitioner() {
    let billed = |jour: &str, age: u8, relation: RelationMt| {
        let asked = consultation(day(jour), 3000).age(age).mt(relation).puis("MCG", 500);
        warned(&asked, 2).contains(&Avertissement::McgEnfantSansMedecinTraitant)
    };
    assert!(!billed("2024-12-21", 10, RelationMt::Aucun), "the day before the text");
    assert!(billed("2024-12-22", 10, RelationMt::Aucun));
    assert!(billed("2024-12-22", 15, RelationMt::Aucun));
    assert!(!billed("2024-12-22", 16, RelationMt::Aucun), "an adult: outside the parcours");
    assert!(!billed("2024-12-22", 10, RelationMt::Autre));
}

#[test]
fn an_authorised_overrun_has_a_ceiling_at_every_date() {
    let ceiling = |jour: &str, specialite: &str, code: &str, base: i64, fees: i64| {
        let mut asked = consultation(day(jour), fees).specialite(specialite).code(code).base(base);
        asked.soins.actes[0].qualificatif = Some(QualificatifDepense::Da);
        warned(&asked, 1).contains(&Avertissement::DepassementExcessif)
    };
    for (jour, specialite, code, base, highest) in [
        ("2006-06-15", "05", "CS", 2500, 3200),
        ("2012-06-15", "05", "CS", 2500, 3300),
        ("2017-06-30", "05", "CS", 2500, 3300),
        ("2017-07-01", "05", "CS", 2500, 3500),
        ("2023-10-31", "05", "CS", 2500, 3500),
        ("2023-11-01", "05", "CS", 2650, 3700),
        ("2026-12-31", "05", "CS", 2650, 3700),
        ("2020-06-15", "03", "CSC", 4773, 6000),
        ("2025-03-17", "03", "CSC", 5250, 6000),
        ("2025-03-17", "33", "CNP", 5000, 6100),
        ("2025-03-17", "34", "CS", 3200, 4300),
        ("2026-01-01", "34", "CS", 3700, 4900),
    ] {
        assert!(!ceiling(jour, specialite, code, base, highest), "{specialite} on {jour}");
        assert!(ceiling(jour, specialite, code, base, highest + 1), "{specialite} on {jour}");
    }
    assert!(ceiling("2025-06-16", "05", "CS", 2650, 4500));
}

#[test]
fn a_price_is_the_sum_of_a_letter_and_of_supplements_of_the_day() {
    let made = |code: &str, specialite: &str, age: u8, jour: &str, prix: i64| {
        let qui = Consultation {
            specialite: Specialite::parse(specialite).unwrap(),
            age,
            jour: day(jour),
        };
        let codes = |lines: &Vec<(&'static str, Centimes)>| {
            lines.iter().map(|(code, _)| *code).collect::<Vec<_>>().join("+")
        };
        let found = compositions(code, qui, Centimes::new(prix));
        found.first().map(codes).unwrap_or_default()
    };
    for (code, specialite, age, jour, prix, lines) in [
        ("CS", "03", 40, "2025-06-13", 2650, "CS"),
        ("CS", "03", 40, "2025-06-13", 3150, "CS+MCS"),
        // The last day of one tariff and the first of the next.
        ("CS", "03", 40, "2024-12-21", 3150, "CS+MCS+MPC"),
        ("CS", "03", 40, "2024-12-22", 3151, ""),
        ("CS", "03", 40, "2023-10-31", 3000, "CS+MCS+MPC"),
        ("CS", "03", 40, "2023-11-01", 3000, ""),
        // A child's supplement is taken before that of coordination, at the ages that are its own.
        ("G", "01", 5, "2025-06-13", 3500, "G+MEG"),
        ("G", "01", 6, "2025-06-13", 3500, "G+MCG"),
        ("VG", "01", 40, "2025-06-13", 4000, "VG+MD"),
        ("CNPSY", "33", 40, "2024-06-13", 5170, "CNPSY+MCS+MPC"),
        ("G", "01", 40, "2025-06-13", 2999, ""),
    ] {
        assert_eq!(made(code, specialite, age, jour, prix), lines, "{code} {age} {jour} {prix}");
    }
}
