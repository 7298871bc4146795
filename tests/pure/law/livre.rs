//! The book of the law: that of a day, and what changes between two.

use traitant::law::parameters::Parametre;

use super::support::{LAW, day};

#[test]
fn the_law_of_a_day_says_since_when_each_value_holds() {
    let found = LAW.du_jour(day("2025-06-16")).unwrap();
    let plafond =
        found.parametres.iter().find(|known| known.parametre == Parametre::MtmPlafondActe).unwrap();
    assert_eq!(plafond.en_clair.as_deref(), Some("10,60\u{a0}€"));
    assert_eq!((plafond.du, plafond.au), (day("2023-11-01"), None));
    assert!(found.du <= day("2025-06-16"));
}

#[test]
fn between_two_days_only_what_changes_is_told() {
    let changes = LAW.comparer(day("2024-05-14"), day("2024-05-15")).unwrap();
    let names: Vec<Parametre> =
        changes.parametres.iter().filter_map(|(one, _)| Some(one.as_ref()?.parametre)).collect();
    assert_eq!(names, [Parametre::PfMontant]);
    let rules = LAW.comparer(day("2018-09-14"), day("2018-09-15")).unwrap();
    let new: Vec<String> = rules.regles_nouvelles.iter().map(|f| f.code.to_string()).collect();
    assert_eq!(new, ["PAR-052", "PAR-053"]);
    assert!(rules.regles_disparues.is_empty());
}
