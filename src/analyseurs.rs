//! Every parser of bytes from outside, as a function of these bytes: what `fuzz/` throws at them, and the ordinary tests too. None
//! may panic; each says whether what must be true of what it read is.

use std::fmt::Display;
use std::str::FromStr;

use crate::domain::annuaire::Entete;
use crate::domain::ccam::nx::LecteurNx;
use crate::domain::digest::{Hexadecimal, octets as hexadecimal};
use crate::domain::identifiers::texte_libre::est_un_pseudonyme;
use crate::domain::identifiers::{
    CommuneExercice, DateNaissanceAmo, Finess, IdentifiantPersonne, NumAm, Organisme, Rpps,
};
use crate::domain::visite::Visite;
use crate::{auth, http, storage};

/// A parser, by the name of its target and of the folder of its seeds.
pub type Analyseur = (&'static str, fn(&[u8]) -> bool);

/// Every parser.
pub static ANALYSEURS: [Analyseur; 10] = [
    ("json", http::analyseurs::json),
    ("identifiants", identifiants),
    ("feuille", http::analyseurs::feuille),
    ("lot", http::analyseurs::lot),
    ("reprise", http::analyseurs::reprise),
    ("ccam", ccam),
    ("annuaire", annuaire),
    ("curseur", curseur),
    ("jws", auth::analyser),
    ("cbor", storage::analyseurs::cbor),
];

/// The parser of a name; one that reads nothing for a name that is none.
pub fn nomme(nom: &str) -> fn(&[u8]) -> bool {
    ANALYSEURS.iter().find(|(known, _)| *known == nom).map_or(|_octets| true, |(_, read)| *read)
}

/// Whether what is read, written and read again is the same.
fn stable<T: Display + PartialEq, E>(read: impl Fn(&str) -> Result<T, E>, text: &str) -> bool {
    let Ok(value) = read(text) else { return true };
    read(&value.to_string()).is_ok_and(|again| again == value)
}

fn identifiants(octets: &[u8]) -> bool {
    let text = String::from_utf8_lossy(octets);
    let again = |nature: &&str| {
        let read = IdentifiantPersonne::parse(nature, &text);
        read.is_ok_and(|numero| IdentifiantPersonne::parse(nature, numero.expose()).is_err())
    };
    // What is one of these is short.
    let short = [
        NumAm::parse(&text).is_ok(),
        Finess::parse(&text).is_ok(),
        CommuneExercice::parse(&text).is_ok(),
        DateNaissanceAmo::parse(&text).is_ok(),
    ];
    let written = hexadecimal(&text).map(|bytes| Hexadecimal(&bytes).to_string());
    est_un_pseudonyme(&text);
    !IdentifiantPersonne::TYPES.iter().any(again)
        && stable(Rpps::parse, &text)
        && stable(Organisme::parse, &text)
        && (text.chars().filter(|letter| !letter.is_whitespace()).count() < 16
            || !short.contains(&true))
        && written.is_none_or(|written| written.eq_ignore_ascii_case(&text))
}

fn ccam(octets: &[u8]) -> bool {
    let mut reader = LecteurNx::default();
    let mut records = octets.split(|byte| *byte == b'\n');
    if records.all(|record| reader.lire(record).is_ok()) {
        reader.finir().ok();
    }
    true
}

fn annuaire(octets: &[u8]) -> bool {
    let text = String::from_utf8_lossy(octets);
    let mut lines = text.lines();
    let Some(Ok(heading)) = lines.next().map(Entete::de) else { return true };
    for line in lines {
        heading.lire(line).ok();
    }
    true
}

fn curseur(octets: &[u8]) -> bool {
    http::analyseurs::curseur(octets) && stable(Visite::from_str, &String::from_utf8_lossy(octets))
}
