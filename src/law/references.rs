//! Legal bases: the only place where an article is named.
//!
//! Every parameter value and every rule cites bases of this table by key. Whether somebody read
//! the text, or knows it only by other texts, is said for each: an explanation never pretends.

mod table;

use std::borrow::Cow;

pub use self::table::REFERENCES;

/// How far a basis was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verification {
    /// The text, or a publication that quotes it, was read; last on this day (`AAAA-MM-JJ`).
    Lue(Cow<'static, str>),
    /// Known by general knowledge only; to be checked against the official text.
    AVerifier,
}

/// One legal or documentary basis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Key, cited by parameters and rules.
    pub cle: Cow<'static, str>,
    /// How to cite it to a person.
    pub citation: Cow<'static, str>,
    /// What it says, for the rule book.
    pub objet: Cow<'static, str>,
    pub verification: Verification,
}

/// What a value rests on: a basis of this table, or one that an addition cites itself.
pub type Texte = Cow<'static, Reference>;

const fn texte([cle, citation, objet]: [&'static str; 3], verification: Verification) -> Reference {
    Reference {
        cle: Cow::Borrowed(cle),
        citation: Cow::Borrowed(citation),
        objet: Cow::Borrowed(objet),
        verification,
    }
}

const fn lue(cle: &'static str, citation: &'static str, objet: &'static str) -> Reference {
    texte([cle, citation, objet], Verification::Lue(Cow::Borrowed("2026-04-30")))
}

const fn relue(cle: &'static str, citation: &'static str, objet: &'static str) -> Reference {
    texte([cle, citation, objet], Verification::Lue(Cow::Borrowed("2026-11-29")))
}

const fn a_verifier(cle: &'static str, citation: &'static str, objet: &'static str) -> Reference {
    texte([cle, citation, objet], Verification::AVerifier)
}

/// The basis of a key.
pub fn reference(cle: &str) -> Option<&'static Reference> {
    REFERENCES.iter().find(|reference| reference.cle == cle)
}
