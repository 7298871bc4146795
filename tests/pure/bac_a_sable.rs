//! The page of the sandbox is made by the program.

use chrono::{TimeZone, Utc};
use traitant::domain::calendar::age_revolu;
use traitant::sandbox;

#[test]
fn the_page_of_the_sandbox_is_the_one_that_the_program_writes() {
    let page = sandbox::page();
    let now = std::env::temp_dir().join("BAC-A-SABLE.md");
    std::fs::write(&now, &page).unwrap();
    let now = now.display();
    assert!(page == include_str!("../../docs/BAC-A-SABLE.md"), "cp {now} docs/BAC-A-SABLE.md");
    assert!(page.contains("| Alice ESSAI-FAURE | nir `172080100199557` | 1972-08-09 |"));
}

/// Whenever it is made: on the 29 February of a leap year, at the end of a month, at the turn of a year.
#[test]
fn ages_of_the_sandbox_do_not_depend_on_the_day_on_which_it_is_made() {
    for (year, month, day) in
        [(2024, 2, 29), (2025, 6, 16), (2026, 1, 31), (2027, 12, 31), (2031, 7, 1)]
    {
        let made = Utc.with_ymd_and_hms(year, month, day, 12, 0, 0).unwrap();
        let people = sandbox::personnes(made);
        assert!(people.len() >= 30, "{}", people.len());
        let today = made.date_naive();
        let born = |prenom: &str| {
            let one = people.iter().find(|one| one.prenom == prenom).unwrap();
            one.date_naissance.parse::<chrono::NaiveDate>().unwrap()
        };
        for (prenom, age) in [("LUCAS", 15), ("MANON", 17), ("NINA", 7), ("QUENTIN", 10)] {
            assert_eq!(age_revolu(born(prenom), today), age, "{prenom} on {today}");
        }
        assert_eq!(born("ROMAIN").format("%m-%d").to_string(), "02-29");
        assert!(age_revolu(born("ROMAIN"), today) < 22);
        // Each number is a number, and nobody else's.
        let mut numbers: Vec<&str> = people.iter().map(|one| one.numero.as_str()).collect();
        for one in &people {
            let read =
                traitant::domain::identifiers::IdentifiantPersonne::parse(one.nature, &one.numero);
            assert!(read.is_ok(), "{} on {today}", one.prenom);
        }
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), people.len());
    }
}
