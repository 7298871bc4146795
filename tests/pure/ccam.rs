//! The public file of the CCAM: what is read of a good one, and what is said of each mistake.
//!
//! `tests/data/ccam-synthetique.nx` has the structure of the real file (1401), real codes beside invented ones, and
//! conditions and tariffs made up for the tests, but those of AAFA007, which are those of the version 75.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use traitant::domain::ccam::nx::{BilanNx, ErreurNx, LecteurNx};
use traitant::domain::ccam::{ActeCcam, ActeConnu, Admission, Seuil};
use traitant::domain::feuille_de_soins::{DetailCcam, Executant};
use traitant::domain::identifiers::Specialite;
use traitant::domain::medecin::{Convention, OptionTarifaire};
use traitant::domain::money::Centimes;

pub const FICHIER: &[u8] = include_bytes!("../data/ccam-synthetique.nx");

fn records(file: &[u8]) -> Vec<Vec<u8>> {
    let lines = file.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r"));
    lines.flatten().map(<[u8]>::to_vec).collect()
}

fn read(records: &[Vec<u8>]) -> Result<(Vec<ActeCcam>, BilanNx), ErreurNx> {
    let mut lecteur = LecteurNx::default();
    let mut actes = Vec::new();
    for record in records {
        actes.extend(lecteur.lire(record)?);
    }
    Ok((actes, lecteur.finir()?))
}

/// The acts of the sample.
pub fn sample() -> (Vec<ActeCcam>, BilanNx) {
    read(&records(FICHIER)).unwrap()
}

/// What is known of an act of the sample.
pub fn known(code: &str, jour: &str, activite: u8, executant: &Executant) -> Option<ActeConnu> {
    let (actes, bilan) = sample();
    let acte = actes.into_iter().find(|acte| acte.code.as_str() == code)?;
    let (jour, modificateurs): (NaiveDate, _) = (jour.parse().unwrap(), Vec::new());
    let detail = DetailCcam { activite, phase: 0, modificateurs, association: None };
    acte.le(jour, Some(&detail), bilan.grilles.de(executant, jour).as_ref())
}

fn performer(convention: Convention, option_tarifaire: OptionTarifaire) -> Executant {
    Executant {
        specialite: Specialite::parse("04").unwrap(),
        convention,
        option_tarifaire,
        remplacant_de: None,
        date_installation: None,
        lieu: None,
    }
}

/// Position of the first record of a kind, after the beginning of an act.
fn place(records: &[Vec<u8>], acte: &str, kind: &str) -> usize {
    let start = records
        .iter()
        .position(|r| r.starts_with(b"1010101") && r[7..].starts_with(acte.as_bytes()))
        .unwrap();
    start + records[start..].iter().position(|r| r.starts_with(kind.as_bytes())).unwrap()
}

fn refused(records: &[Vec<u8>]) -> String {
    read(records).unwrap_err().to_string()
}

/// The sample with characters written over those of a record.
fn written(acte: &str, kind: &str, at: usize, text: &str) -> Vec<Vec<u8>> {
    let mut all = records(FICHIER);
    let index = if acte.is_empty() {
        all.iter().position(|r| r.starts_with(kind.as_bytes())).unwrap()
    } else {
        place(&all, acte, kind)
    };
    all[index][at..at + text.len()].copy_from_slice(text.as_bytes());
    all
}

#[test]
fn a_good_file_says_its_version_its_acts_and_its_grids() {
    let (actes, bilan) = sample();
    assert_eq!((bilan.version.numero.as_str(), bilan.version.chronologique), ("07500", 86));
    assert_eq!(bilan.version.cree_le, "2024-02-09".parse::<NaiveDate>().unwrap());
    assert_eq!((bilan.enregistrements, bilan.actes), (197, 12));
    assert_eq!((bilan.activites, bilan.phases), (13, 13));
    assert_eq!(actes.len(), 12);
    let excision = &actes[0];
    assert_eq!(excision.code.as_str(), "AAFA007");
    let numbers: Vec<u8> = excision.activites.iter().map(|one| one.numero).collect();
    assert_eq!(numbers, [1, 4]);
    // Written twice with the same conditions: once.
    assert_eq!(excision.conditions.valeurs().len(), 1);
}

#[test]
fn a_tariff_is_that_of_the_day_of_the_activity_and_of_the_grid_of_the_performer() {
    use Convention as C;
    use OptionTarifaire as O;
    let tariffs = |jour: &str, activite, convention, option| {
        let found = known("AAFA007", jour, activite, &performer(convention, option));
        found.map(|known| known.tarifs.into_iter().map(Centimes::get).collect::<Vec<_>>())
    };
    // As published: 647.32 and 594.89 in 2018, 601.23 and 524.28 from 1 April 2022.
    for (convention, option, before, after) in [
        (C::Secteur1, O::Aucune, 64_732, 60_123),
        (C::Secteur1, O::Optam, 64_732, 60_123),
        (C::Secteur2, O::Optam, 64_732, 60_123),
        (C::Secteur2, O::OptamCo, 64_732, 60_123),
        (C::Secteur2, O::Aucune, 59_489, 52_428),
        (C::NonConventionne, O::Aucune, 59_489, 52_428),
    ] {
        assert_eq!(tariffs("2022-03-31", 1, convention, option), Some(vec![before]));
        assert_eq!(tariffs("2022-04-01", 1, convention, option), Some(vec![after]));
    }
    // Grids of before 2018, and before any grid that the table gives: every price is possible.
    assert_eq!(tariffs("2017-12-31", 1, C::Secteur2, O::Aucune), Some(vec![59_489]));
    assert_eq!(tariffs("2014-12-31", 1, C::Secteur1, O::Aucune), Some(vec![]));
    assert_eq!(tariffs("2014-12-31", 4, C::Secteur1, O::Aucune), Some(vec![20_000]));
    // Of a salaried doctor the table says nothing: both.
    assert_eq!(tariffs("2025-06-16", 1, C::Salarie, O::Aucune), Some(vec![52_428, 60_123]));
    assert_eq!(tariffs("2025-06-16", 4, C::Secteur1, O::Aucune), Some(vec![24_700]));
    assert_eq!(tariffs("2025-06-16", 2, C::Secteur1, O::Aucune), None, "no such activity");
}

#[test]
fn an_act_exists_from_its_creation_and_its_first_conditions_to_its_last_day() {
    let one = performer(Convention::Secteur1, OptionTarifaire::Aucune);
    let exists = |code, jour| known(code, jour, 1, &one).is_some();
    // Created on 18 February 2020, first conditions on 1 April.
    assert!(!exists("ZZQX628", "2020-02-17"));
    assert!(!exists("ZZQX628", "2020-03-31"));
    assert!(exists("ZZQX628", "2020-04-01"));
    // Ends on 31 December 2024.
    assert!(exists("BFGA004", "2024-12-30"));
    assert!(exists("BFGA004", "2024-12-31"));
    assert!(!exists("BFGA004", "2025-01-01"));
}

#[test]
fn conditions_say_how_an_act_counts_and_its_regroupement_what_it_is() {
    let one = performer(Convention::Secteur1, OptionTarifaire::Aucune);
    let seen = |code| known(code, "2025-06-16", 1, &one).unwrap();
    for (code, seuil, imaging) in [
        ("AAFA007", Seuil::Cumulable, false),
        ("DEQP003", Seuil::Isole, false),
        ("ACQN001", Seuil::Isole, true),
        ("LFSB998", Seuil::Exempte, false),
        ("ZZQX628", Seuil::Autre, false),
    ] {
        assert_eq!(
            (seen(code).seuil(), seen(code).est_imagerie()),
            (seuil, Some(imaging)),
            "{code}"
        );
        assert_eq!(seen(code).admission, Admission::Remboursable);
    }
}

#[test]
fn a_place_full_of_zeros_is_no_price() {
    let (actes, _) = sample();
    let prices = actes[0].activites[0].phases[0].prix.valeurs();
    let grids: BTreeSet<u16> = prices.last().unwrap().1.iter().map(|(grid, _)| *grid).collect();
    assert_eq!(grids, (3..=16).collect());
}

#[test]
fn each_mistake_says_the_line_the_record_the_field_and_what_is_expected() {
    for (acte, kind, at, text, expected) in [
        (
            "",
            "000",
            90,
            "1300",
            "ligne 1, enregistrement 000, version de structure : attendu 1401, lu « 1300 »",
        ),
        ("", "000", 89, "0", "ligne 1, enregistrement 000, type de fichier : attendu 1"),
        ("", "000", 94, "7.500", "version de la CCAM : attendu un nombre, lu « 7.500 »"),
        (
            "",
            "000",
            52,
            "20240230",
            "date de création : attendu une date AAAAMMJJ, lu « 20240230 »",
        ),
        (
            "",
            "02201",
            31,
            "A",
            "enregistrement 022 01 01, grille tarifaire : attendu un nombre, lu « A03 »",
        ),
        ("DEQP003", "1010101", 7, "deq", "code de l'acte : attendu quatre lettres majuscules"),
        ("DEQP003", "1010101", 92, "20051332", "date de création : attendu une date"),
        ("DEQP003", "1010101", 100, "2005    ", "date de fin : attendu une date"),
        (
            "DEQP003",
            "1100101",
            7,
            "00000000",
            "enregistrement 110 01 01, acte DEQP003, date d'effet : attendu une date",
        ),
        ("DEQP003", "1100101", 31, "9", "admission au remboursement : attendu 1, 2 ou 3, lu « 9 »"),
        (
            "DEQP003",
            "1100101",
            33,
            "X",
            "exonération du ticket modérateur : attendu un à cinq chiffres",
        ),
        ("DEQP003", "2010101", 7, "A", "activité : attendu un chiffre, lu « A »"),
        (
            "DEQP003",
            "2100101",
            63,
            "a m",
            "code de regroupement : attendu trois lettres ou chiffres",
        ),
        ("DEQP003", "3010101", 7, " ", "phase : attendu un chiffre"),
        ("DEQP003", "31001", 7, "20231301", "enregistrement 310 01 01, acte DEQP003, date d'effet"),
        (
            "DEQP003",
            "32001",
            10,
            "12,34 ",
            "prix unitaire : attendu un montant en centimes, lu « 12,34  »",
        ),
        ("DEQP003", "399", 7, "00001", "nombre d'enregistrements de la phase : attendu"),
        ("DEQP003", "299", 7, "00001", "nombre d'enregistrements de l'activité : attendu"),
        ("DEQP003", "199", 7, "00001", "nombre d'enregistrements de l'acte : attendu"),
        ("", "999", 52, "0000000196", "nombre d'enregistrements : attendu 197"),
        ("", "999", 68, "000011", "nombre d'actes : attendu 12"),
        ("", "999", 74, "000012", "nombre d'activités : attendu 13"),
        ("", "999", 80, "000012", "nombre de phases : attendu 13"),
    ] {
        let told = refused(&written(acte, kind, at, text));
        assert!(told.contains(expected), "{kind} at {at}: {told}");
    }
}

#[test]
fn records_out_of_their_place_are_named() {
    let all = || records(FICHIER);
    let told = |change: &dyn Fn(&mut Vec<Vec<u8>>)| {
        let mut changed = all();
        change(&mut changed);
        refused(&changed)
    };
    let moved = |acte: &'static str, kind: &'static str| {
        told(&|all: &mut Vec<Vec<u8>>| {
            let index = place(all, acte, kind);
            all.remove(index);
        })
    };
    assert!(moved("DEQP003", "31001").contains("le 310 dont ce sont les prix"));
    assert!(moved("DEQP003", "399").contains("le 399 qui finit la phase"));
    assert!(moved("DEQP003", "299").contains("le 299 qui finit l'activité"));
    assert!(moved("DEQP003", "199").contains("le 199 qui finit l'acte"));
    assert!(moved("DEQP003", "1010101").contains("rubrique : attendu 01 : le début d'un acte"));
    let twice = told(&|all| {
        let header = all[0].clone();
        all.insert(1, header);
    });
    assert!(twice.contains("un seul 000"), "{twice}");
    let after = told(&|all| {
        let table = all[1].clone();
        all.push(table);
    });
    assert!(after.contains("aucun enregistrement après le 999"), "{after}");
    let headless = told(&|all| {
        all.remove(0);
    });
    assert!(headless.contains("l'enregistrement 000 du fichier NX de la CCAM"), "{headless}");
    // An act twice.
    let again = told(&|all| {
        let (start, end) = (place(all, "DEQP003", "101"), place(all, "DEQP003", "199"));
        let act: Vec<Vec<u8>> = all[start..=end].to_vec();
        all.splice(start..start, act);
    });
    assert!(again.contains("dans l'ordre de leurs codes, chacun une fois"), "{again}");
    // Two different conditions on one day.
    let twice = told(&|all| {
        let index = place(all, "DEQP003", "1100101");
        let mut other = all[index].clone();
        other[31] = b'2';
        all.insert(index, other);
        let end = place(all, "DEQP003", "199");
        let counted: u32 = std::str::from_utf8(&all[end][7..12]).unwrap().parse().unwrap();
        all[end][7..12].copy_from_slice(format!("{:05}", counted + 1).as_bytes());
    });
    assert!(twice.contains("une seule valeur au 2005-03-25, deux lues"), "{twice}");
}

#[test]
fn a_file_cut_short_or_converted_is_refused() {
    assert!(refused(&[]).contains("l'enregistrement 999 : le fichier est vide ou tronqué"));
    let mut cut = records(FICHIER);
    cut.pop();
    let told = refused(&cut);
    assert!(told.starts_with("ligne 196, fin du fichier : attendu l'enregistrement 999"), "{told}");
    // In the middle of an act, and in the middle of a record.
    let end = place(&cut, "DEQP003", "299");
    let told = refused(&cut[..end]);
    assert!(told.contains("acte DEQP003, fin du fichier"), "{told}");
    cut[end].truncate(40);
    let told = refused(&cut);
    assert!(told.contains("longueur : attendu 128 caractères, 40 lus"), "{told}");
    // Accents are one character in ISO-8859-1, two bytes in UTF-8.
    let text: String = FICHIER.iter().map(|byte| char::from(*byte)).collect();
    assert!(text.contains('é') && text.contains('¶'), "the sample has both");
    let told = refused(&records(text.as_bytes()));
    assert!(told.contains("converti en UTF-8, il doit rester en ISO-8859-1"), "{told}");
}
