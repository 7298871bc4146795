//! The names of the settings: a misspelt one is told, not ignored.

/// The settings, as the help lists them.
const VARIABLES: &str = include_str!("../cli/variables.txt");

/// How every setting of this program begins, but the address of the database.
const PREFIX: &str = concat!("TRAITANT", "_");

/// How many letters two names differ by, at most, when one was meant for the other.
const ALIKE: usize = 2;

/// What is wrong with names of the environment: those that begin as settings do and are none, with the one that was meant if
/// there is one alike.
pub fn unknown(names: impl Iterator<Item = String>) -> Vec<String> {
    let known = known();
    let mut wrong: Vec<String> = names
        .filter(|name| name.starts_with(PREFIX) && !known.contains(&numbered(name)))
        .map(|name| {
            let differ = |known: &&String| strsim::damerau_levenshtein(known, &numbered(&name));
            let meant = known.iter().min_by_key(differ).filter(|meant| differ(meant) <= ALIKE);
            match meant {
                Some(meant) => format!("{name} : réglage inconnu ; peut-être {meant}"),
                None => format!("{name} : réglage inconnu ; « traitant --aide » les donne tous"),
            }
        })
        .collect();
    wrong.sort();
    wrong
}

/// Every name of the help.
fn known() -> Vec<String> {
    let of_a_name =
        |letter: char| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_';
    let words = VARIABLES.split(|letter| !of_a_name(letter));
    words.filter(|word| word.starts_with(PREFIX)).map(str::to_owned).collect()
}

/// A name as the help gives it: settings that exist several times bear a number, there 1.
fn numbered(name: &str) -> String {
    let parts = name.split('_').map(|part| {
        let number = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if number { "1" } else { part }
    });
    parts.collect::<Vec<_>>().join("_")
}
