//! A token parameter of a search, as FHIR writes it: values apart by commas, any of which is enough, each a code of any system
//! (`code`), of one (`system|code`), of none (`|code`), or any code of a system (`system|`).

use crate::http::problem::Refus;

/// One value of a token parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Jeton {
    /// The system: any when it is not written, none when it is written empty.
    pub(super) systeme: Option<String>,
    /// The code: any, of a system alone.
    pub(super) code: Option<String>,
}

/// The values of a token parameter: one at least.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Jetons(pub(super) Vec<Jeton>);

impl Jeton {
    fn lire(text: &str) -> Option<Self> {
        let mut parts = couper(text, '|').into_iter();
        let (first, second) = (litteral(parts.next()?), parts.next().map(litteral));
        let filled = |text: String| Some(text).filter(|text| !text.is_empty());
        let read = match second {
            None => Self { systeme: None, code: filled(first) },
            Some(code) => Self { systeme: Some(first), code: filled(code) },
        };
        let says = read.code.is_some() || read.systeme.as_ref().is_some_and(|one| !one.is_empty());
        (says && parts.next().is_none()).then_some(read)
    }

    /// Whether it names a code of a system.
    fn designe(&self, systeme: &str, code: &str) -> bool {
        self.systeme.as_deref().is_none_or(|own| own == systeme)
            && self.code.as_deref().is_none_or(|own| own == code)
    }
}

impl Jetons {
    /// Reads the values of a parameter.
    pub(super) fn lire(name: &str, text: &str) -> Result<Self, Refus> {
        let read: Option<Vec<Jeton>> = couper(text, ',').into_iter().map(Jeton::lire).collect();
        read.map(Self).ok_or_else(|| {
            let attendu = "attendu : code, système|code ou |code, séparés par des virgules";
            Refus::parametre(name, "format_invalide", attendu)
        })
    }

    /// Whether one of them names a code of a system.
    pub(super) fn designent(&self, systeme: &str, code: &str) -> bool {
        self.0.iter().any(|one| one.designe(systeme, code))
    }
}

/// The parts of a text around a sign, which a backslash before it makes a letter.
fn couper(text: &str, sign: char) -> Vec<&str> {
    let mut escaped = false;
    text.split(|one: char| {
        let cut = one == sign && !escaped;
        escaped = one == '\\' && !escaped;
        cut
    })
    .collect()
}

/// What a text says, without the backslashes that it is written with.
fn litteral(text: &str) -> String {
    let mut read = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        let said = if letter == '\\' { letters.next().unwrap_or(letter) } else { letter };
        read.push(said);
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_of_any_system_of_one_or_of_none() {
        let names =
            |text: &str, code: &str| Jetons::lire("status", text).unwrap().designent("s", code);
        for text in ["a", "s|a", "b,a", "b,s|a", "s|", "o|a,a"] {
            assert!(names(text, "a"), "{text}");
        }
        for text in ["b", "A", "o|a", "|a", "o|", "s|b", "b,|a", r"a\,b", r"s\|a"] {
            assert!(!names(text, "a"), "{text}");
        }
        assert!(names(r"a\,b", "a,b") && names(r"s|a\|b", "a|b") && names(r"a\\,c", r"a\"));
        for wrong in ["", ",", "a,", "|", "s|a|b", ",a"] {
            let refus = Jetons::lire("status", wrong).unwrap_err();
            assert_eq!(refus.erreurs[0].parametre.as_deref(), Some("status"), "{wrong}");
        }
    }
}
