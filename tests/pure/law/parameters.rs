//! The embedded values against the published table, on both sides of every change.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use traitant::domain::vocabulary::Vocabulaire;
use traitant::law::parameters::{
    InvalidParametres, NB_NUMEROS, NB_PARAMETRES, Parametre, Parametres, Unite,
};

use super::support::{LAW, day};

/// A published number in the unit of the parameter.
fn in_unit(value: &str, unite: Unite) -> i64 {
    let (whole, rest) = value.split_once('.').unwrap_or((value, ""));
    let hundredths =
        whole.parse::<i64>().unwrap() * 100 + format!("{rest:0<2}").parse::<i64>().unwrap();
    match unite {
        Unite::Centimes | Unite::DixMilliemes => hundredths,
        Unite::PourCent
        | Unite::Ans
        | Unite::Mois
        | Unite::Jours
        | Unite::Heures
        | Unite::Nombre
        | Unite::OuiNon => hundredths / 100,
    }
}

fn value_on(parametre: Parametre, jour: NaiveDate) -> Option<i64> {
    LAW.parametres().get(parametre).unwrap().en_vigueur(jour).and_then(|found| found.valeur)
}

#[test]
fn every_loaded_value_is_the_published_one_from_its_first_day_to_its_last() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/parametres.csv");
    let mut rows: BTreeMap<Parametre, u32> = BTreeMap::new();
    for row in csv::ReaderBuilder::new().delimiter(b';').from_path(path).unwrap().records() {
        let row = row.unwrap();
        let Some(parametre) = Parametre::du_mot(&row[0]) else { continue };
        let (value, first, last) = (&row[2], &row[4], &row[5]);
        if value == "?" {
            assert_eq!(value_on(parametre, day(first)), None, "{} on {first}", &row[0]);
            continue;
        }
        let expected = in_unit(value, LAW.parametres().get(parametre).unwrap().unite);
        if first == "?" {
            // The sources do not know when it began: it is loaded from a day on which it is attested.
            let loaded = LAW.parametres().get(parametre).unwrap().valeurs.iter();
            assert!(loaded.clone().any(|v| v.valeur == Some(expected)), "{}: {value}", &row[0]);
        } else {
            let first = day(first);
            assert_eq!(value_on(parametre, first), Some(expected), "{} on {first}", &row[0]);
            let before = value_on(parametre, first - Days::new(1));
            assert_ne!(before, Some(expected), "{} already on the day before {first}", &row[0]);
        }
        if last == "?" {
            // Neither do they know when it ended.
        } else if last.is_empty() {
            assert_eq!(value_on(parametre, day("2026-12-31")), Some(expected), "{}", &row[0]);
        } else {
            let last = day(last);
            assert_eq!(value_on(parametre, last), Some(expected), "{} on {last}", &row[0]);
            assert_ne!(value_on(parametre, last + Days::new(1)), Some(expected), "{}", &row[0]);
        }
        *rows.entry(parametre).or_default() += 1;
    }
    // Parameters of our own settle conflicts between sources and have no published row.
    let own: Vec<&str> = Parametre::TOUS
        .iter()
        .filter(|parametre| !rows.contains_key(parametre))
        .map(|parametre| parametre.mot())
        .collect();
    assert_eq!(
        own,
        [
            "EXIGE_MT_POUR_URGENCE_ELOIGNEMENT",
            "INDICATEUR_ABSENT_MAJORE",
            "PF_PLAFOND_JOUR_ACTES",
            "PF_PLAFOND_JOUR_CERTAIN",
            "C2S_MAJORATION_A_CHARGE_C2S",
            "MT_AGE_SANS_ACCORD_PARENTAL",
            "MT_EFFET_A_LA_SIGNATURE",
            "MT_DELAI_ENTRE_SIGNATURES",
            "MT_PREAVIS_MAJORITE_CHOIX",
            "NEUTRALISATION_CESSE_AU_CHOIX",
            "ACTE_HORS_ACCES_DIRECT_MAJORE",
            "TAUX_AMO_AUTRE_PROFESSION",
            "PROTOCOLE_ALD_DUREE_MAX",
            "TARIF_AUTORITE_SPECIALISTE",
            "DA_SECTEUR_1",
            "TARIFS_OPPOSABLES_PARCOURS",
            "MT_DELAI_TRANSMISSION",
            "OPERATION_RETROACTIVITE",
            "OPERATION_DELAI_CONFIRMATION",
            "CCAM_INCONNUE_PLAFOND",
            "CAPI_PLAFOND_PATIENT",
        ]
    );
}

#[test]
fn the_daily_ceiling_in_acts_gives_the_published_amount_while_sources_agree() {
    let amount = |jour: &str| {
        value_on(Parametre::PfMontant, day(jour)).unwrap()
            * value_on(Parametre::PfPlafondJourActes, day(jour)).unwrap()
    };
    assert_eq!(amount("2005-01-01"), 400);
    assert_eq!(amount("2024-05-14"), 400);
    assert_eq!(amount("2024-05-15"), 800);
}

#[test]
fn the_embedded_files_are_valid() {
    let parametres = Parametres::embedded().unwrap();
    assert_eq!(parametres.iter().count(), NB_PARAMETRES);
}

#[test]
fn a_number_of_a_parameter_is_never_given_to_another_one() {
    let numbers: Vec<usize> = Parametre::TOUS.iter().map(|p| usize::from(p.code())).collect();
    assert!(numbers.is_sorted_by(|one, next| one < next));
    assert!(numbers.iter().all(|number| *number < NB_NUMEROS));
    let last = *numbers.last().unwrap();
    let unused: Vec<usize> = (0..last).filter(|number| !numbers.contains(number)).collect();
    // Totals of an act with its supplements: the table of the letters has each of them.
    assert_eq!(unused, [52, 63, 64, 65, 68, 69, 70, 71, 72, 73]);
}

#[test]
fn every_mistake_of_a_file_is_reported_by_name() {
    let file = r#"
        [MTM_TAUX]
        libelle = "x"
        unite = "dix_milliemes"
        verifie_le = 2026-04-30
        [[MTM_TAUX.valeurs]]
        depuis = 2009-01-31
        valeur = 40000
        bases = ["CDC-2013"]
        [[MTM_TAUX.valeurs]]
        depuis = 2010-01-31
        valeur = 10
        bases = ["INVENTED"]
        [NOT_A_PARAMETER]
        libelle = "x"
        unite = "ans"
        verifie_le = 2026-04-30
        valeurs = []
    "#;
    let InvalidParametres(errors) =
        Parametres::load(&[("essai.toml", file)], day("2026-12-31")).unwrap_err();
    let text = errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    assert!(
        text.contains("essai.toml : MTM_TAUX : valeur du 2009-01-31 : valeur : attendu un entier"),
        "{text}"
    );
    assert!(
        text.contains(
            "essai.toml : MTM_TAUX : valeur du 2010-01-31 : bases : attendu des clés connues"
        ),
        "{text}"
    );
    assert!(text.contains("essai.toml : NOT_A_PARAMETER : attendu un code de paramètre"), "{text}");
    assert!(text.contains("PF_MONTANT : attendu une déclaration"), "{text}");
}
