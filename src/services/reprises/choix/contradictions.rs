//! Lines of one person that cannot both be true: none of them is believed.

use chrono::NaiveDate;

use super::super::issues::{Issue, refus};
use super::lecture::Lu;
use crate::domain::reprise::ChoixRepris;

/// The lines of a person that another of their lines contradicts, by their place; they leave the others.
pub(super) fn set_aside(lus: &mut Vec<Lu>) -> Vec<(usize, Issue)> {
    let against = |one: &Lu| {
        let mut others = lus.iter().filter(|other| other.place != one.place);
        others.find_map(|other| against(&one.choix, &other.choix))
    };
    let found: Vec<(usize, Issue)> =
        lus.iter().filter_map(|one| Some((one.place, contredit(against(one)?)))).collect();
    lus.retain(|lu| !found.iter().any(|(place, _)| *place == lu.place));
    found
}

/// A line that another contradicts from a day on.
fn contredit(day: NaiveDate) -> Issue {
    let message = format!(
        "des lignes d'accord entre elles : une autre ligne de ce patient nomme d'autres médecins, ou une autre fin, pour le {}",
        day.format("%d/%m/%Y")
    );
    refus("effet_du", "choix_contredit", message)
}

/// A choice that would count on no day.
pub(super) fn sans_jour(day: NaiveDate) -> Issue {
    let message = format!(
        "un choix qui compte au moins un jour : un autre de ce patient prévaut dès le {}",
        day.format("%d/%m/%Y")
    );
    refus("effet_du", "choix_contredit", message)
}

/// The first day on which two choices of a person cannot both be true.
fn against(one: &ChoixRepris, other: &ChoixRepris) -> Option<NaiveDate> {
    let (first, second) = if one.effet_du <= other.effet_du { (one, other) } else { (other, one) };
    let day = second.effet_du;
    let same = first.medecins == second.medecins;
    let signed = |choix: &ChoixRepris| choix.signe_le.unwrap_or(choix.effet_du);
    if first.effet_du == day {
        let ends = first.fin.zip(second.fin).is_some_and(|(one, other)| one != other);
        return (if same { ends } else { signed(first) == signed(second) }).then_some(day);
    }
    // What says that it went on until a day was not replaced before.
    (!same && first.fin.is_some_and(|(au, _)| day < au)).then_some(day)
}
