//! The codes of refused fields, which programs match, and what the page of problems says of each.

/// Every code, with its sentence. Tests compare the list with the sources, and with every answer.
pub(crate) fn codes() -> impl Iterator<Item = (&'static str, &'static str)> {
    include_str!("champs.txt").lines().filter_map(|line| line.split_once(' '))
}
