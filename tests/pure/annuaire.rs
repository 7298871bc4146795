//! The public extraction of the directory is read as it is published, with what surprises its readers.

use traitant::domain::annuaire::{Entete, Rangee, exemple};
use traitant::domain::medecin::{ModeExercice, NatureLieu};

/// The heading of a published file and of a later one: case, accents and apostrophes change.
const AVANT: &str = "\u{feff}Type d'identifiant PP|Identifiant PP|Identification nationale PP|Libellé civilité d'exercice|\
Nom d'exercice|Prénom d'exercice|Code profession|Code catégorie professionnelle|Code type savoir-faire|Code savoir-faire|\
Code mode exercice|Numéro FINESS site|Raison sociale site|Enseigne commerciale site|\
Complément point géographique (coord. structure)|Numéro Voie (coord. structure)|\
Indice répétition voie (coord. structure)|Libellé type de voie (coord. structure)|Libellé Voie (coord. structure)|\
Mention distribution (coord. structure)|Bureau cedex (coord. structure)|Code commune (coord. structure)|\
Code secteur d'activité|Libellé secteur d'activité|";

fn rangee(ligne: &str) -> Result<Rangee, &'static str> {
    Entete::de(AVANT).unwrap().lire(ligne).map_err(|wrong| wrong.code)
}

fn ligne(cells: &[(usize, &str)]) -> String {
    let mut row = vec![
        "8",
        "99900001233",
        "899900001233",
        "Docteur",
        "ESSAI-MARTIN",
        "CAMILLE",
        "10",
        "C",
        "S",
        "SM54",
        "L",
        "",
        "",
        "CABINET DES TILLEULS",
        "",
        "3",
        "B",
        "Place",
        "DES TILLEULS",
        "",
        "01000 BOURG",
        "01053",
        "SA08",
        "Cabinet de groupe",
        "",
    ];
    for (place, text) in cells {
        row[*place] = text;
    }
    format!("{}\r\n", row.join("|"))
}

#[test]
fn a_row_of_a_doctor_is_a_practice_at_a_place() {
    let Ok(Rangee::Exercice(one)) = rangee(&ligne(&[])) else { panic!() };
    assert_eq!(one.rpps.as_str(), "99900001233");
    assert_eq!((one.nom.nom.as_str(), one.nom.prenom.as_str()), ("ESSAI-MARTIN", "CAMILLE"));
    assert_eq!(one.specialite.unwrap().to_string(), "01");
    assert_eq!((one.mode, one.lieu.nature), (ModeExercice::Liberal, NatureLieu::Cabinet));
    assert_eq!(one.lieu.adresse, "3 B Place DES TILLEULS");
    assert_eq!(one.lieu.commune.as_str(), "01053");
}

#[test]
fn whoever_is_no_doctor_in_practice_is_passed_over() {
    for (place, text) in [(6, "60"), (0, "0"), (7, "E")] {
        assert_eq!(rangee(&ligne(&[(place, text)])), Ok(Rangee::Autre), "{text}");
    }
    // No place, or a place where nobody is cared for.
    assert!(matches!(rangee(&ligne(&[(10, "")])), Ok(Rangee::SansExercice(_))));
    let firm = ligne(&[(22, "SA32"), (23, "Fab. Exploit. Import. Méd. DM")]);
    assert!(matches!(rangee(&firm), Ok(Rangee::SansExercice(_))));
}

#[test]
fn what_the_directory_does_not_say_is_not_guessed() {
    // A postal code is no commune.
    assert_eq!(rangee(&ligne(&[(21, "")])), Err("commune_absente"));
    assert_eq!(rangee(&ligne(&[(1, "99900001234")])), Err("luhn"));
    // A competence is no specialty, nor is one that the caisses do not have.
    for cells in [[(8, "C"), (9, "C45")], [(8, "S"), (9, "SM25")]] {
        let Ok(Rangee::Exercice(one)) = rangee(&ligne(&cells)) else { panic!() };
        assert_eq!(one.specialite, None);
    }
}

#[test]
fn specialties_of_the_ordre_are_those_of_the_caisses() {
    // As TRE_R38 and TRE_G100 name them.
    for (ordre, caisses) in [
        ("SM54", "01"),
        ("SM26", "01"),
        ("SM53", "22"),
        ("SM04", "03"),
        ("SM38", "15"),
        ("SM40", "12"),
        ("SM15", "05"),
        ("SM42", "33"),
        ("SM43", "75"),
        ("SM20", "07"),
        ("SM48", "14"),
        ("SM24", "08"),
        ("SM18", "34"),
        ("SM57", "85"),
    ] {
        let Ok(Rangee::Exercice(one)) = rangee(&ligne(&[(9, ordre)])) else { panic!() };
        assert_eq!(one.specialite.unwrap().to_string(), caisses, "{ordre}");
    }
}

#[test]
fn headings_are_found_whatever_their_case_and_accents() {
    let later = AVANT
        .replace("(coord. structure)", "(coord. Structure)")
        .replace('é', "e")
        .replace('\u{feff}', "");
    assert_eq!(Entete::de(&later).unwrap(), Entete::de(AVANT).unwrap());
    assert!(Entete::de("nom;prenom").is_err());
    let savoirs = "Type d'identifiant PP|Identifiant PP|Nom d'exercice|Prénom d'exercice|Code profession|\
                   Code type savoir-faire|Code savoir-faire|";
    let entete = Entete::de(savoirs).unwrap();
    assert!(!entete.a_des_lieux());
    let read = entete.lire("8|99900001233|ESSAI-MARTIN|CAMILLE|10|S|SM04|").unwrap();
    assert!(matches!(read, Rangee::Specialite(_, code) if code.to_string() == "03"));
}

#[test]
fn the_sample_has_the_rows_that_are_asked_for_and_every_surprise() {
    let (activites, savoirs) = exemple::fichiers(10_000);
    let mut lines = activites.lines();
    let entete = Entete::de(lines.next().unwrap()).unwrap();
    let columns = activites.lines().next().unwrap().matches('|').count();
    assert_eq!(lines.clone().count(), 10_000);
    let (mut practices, mut others, mut away, mut codes) =
        (0, 0, 0, std::collections::BTreeSet::new());
    for line in lines {
        assert_eq!(line.matches('|').count(), columns, "{line}");
        match entete.lire(line) {
            Ok(Rangee::Exercice(_)) => practices += 1,
            Ok(Rangee::Autre) => others += 1,
            Ok(Rangee::SansExercice(_)) => away += 1,
            Ok(Rangee::Specialite(..)) => panic!("{line}"),
            Err(wrong) => {
                codes.insert(wrong.code);
            }
        }
    }
    assert!(practices > 5_000 && others > 1_000 && away > 500, "{practices} {others} {away}");
    assert_eq!(codes.into_iter().collect::<Vec<_>>(), ["commune_absente"]);
    let entete = Entete::de(savoirs.lines().next().unwrap()).unwrap();
    let known = savoirs
        .lines()
        .skip(1)
        .filter(|line| matches!(entete.lire(line), Ok(Rangee::Specialite(..))));
    assert!(known.count() > 4_000);
}
