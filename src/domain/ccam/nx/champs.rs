//! One record of the file: 128 characters, fields at fixed places.

use std::fmt;

use chrono::NaiveDate;

use crate::domain::feuille_de_soins::{CodeActe, Nomenclature};
use crate::domain::money::Centimes;

/// Characters of a record, its end of line put aside.
pub const LONGUEUR: usize = 128;

/// What is wrong with the file, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErreurNx {
    /// Number of the line, from 1.
    pub ligne: u64,
    /// Type, rubrique and sequence of the record, as they are written; empty at the end of the file.
    pub enregistrement: String,
    /// The act under way.
    pub acte: Option<CodeActe>,
    /// The field, in French.
    pub champ: &'static str,
    /// What is expected, in French, and what was read when that helps.
    pub attendu: String,
}

impl fmt::Display for ErreurNx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ligne {}", self.ligne)?;
        if !self.enregistrement.is_empty() {
            write!(f, ", enregistrement {}", self.enregistrement)?;
        }
        if let Some(code) = &self.acte {
            write!(f, ", acte {}", code.as_str())?;
        }
        write!(f, ", {} : attendu {}", self.champ, self.attendu)
    }
}

impl std::error::Error for ErreurNx {}

/// A field: its first character, from 0, its length and its name in French.
pub(super) type Champ = (usize, usize, &'static str);

/// A record, with what an error says of its place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Enregistrement<'a> {
    octets: &'a [u8],
    ligne: u64,
    acte: Option<CodeActe>,
}

impl<'a> Enregistrement<'a> {
    /// Takes a line of the file, whose length must be that of a record.
    pub(super) fn new(
        octets: &'a [u8],
        ligne: u64,
        acte: Option<CodeActe>,
    ) -> Result<Self, ErreurNx> {
        let own = Self { octets, ligne, acte };
        if octets.len() == LONGUEUR {
            return Ok(own);
        }
        let hint = if std::str::from_utf8(octets).is_ok_and(|text| text.chars().count() == LONGUEUR)
        {
            " : le fichier a été converti en UTF-8, il doit rester en ISO-8859-1"
        } else {
            ""
        };
        let found = octets.len();
        Err(own.faux("longueur", format!("{LONGUEUR} caractères, {found} lus{hint}")))
    }

    /// An error on this record.
    pub(super) fn faux(&self, champ: &'static str, attendu: impl Into<String>) -> ErreurNx {
        // The first two records, and the last one, have no rubrique.
        let whole = if matches!(self.octets.get(..3), Some(b"000" | b"999")) { 3 } else { 7 };
        let head = self.octets.get(..whole).unwrap_or_default();
        let parts = [head.get(..3), head.get(3..5), head.get(5..7)].into_iter().flatten();
        let parts: Vec<String> = parts.map(lisible).collect();
        ErreurNx {
            ligne: self.ligne,
            enregistrement: parts.join(" "),
            acte: self.acte,
            champ,
            attendu: attendu.into(),
        }
    }

    /// An error on a field, with what it holds.
    pub(super) fn refus(&self, champ: Champ, attendu: &str) -> ErreurNx {
        self.faux(champ.2, format!("{attendu}, lu « {} »", lisible(self.brut(champ))))
    }

    pub(super) fn brut(&self, (debut, longueur, _): Champ) -> &'a [u8] {
        self.octets.get(debut..debut.saturating_add(longueur)).unwrap_or_default()
    }

    /// Type of the record: three digits.
    pub(super) fn genre(&self) -> Result<u16, ErreurNx> {
        let champ = (0, 3, "type d'enregistrement");
        chiffres(self.brut(champ))
            .and_then(|number| u16::try_from(number).ok())
            .ok_or_else(|| self.refus(champ, "trois chiffres"))
    }

    pub(super) fn rubrique(&self) -> &'a [u8] {
        self.brut((3, 2, "rubrique"))
    }

    pub(super) fn nombre(&self, champ: Champ) -> Result<u32, ErreurNx> {
        chiffres(self.brut(champ)).ok_or_else(|| self.refus(champ, "un nombre"))
    }

    pub(super) fn chiffre(&self, champ: Champ) -> Result<u8, ErreurNx> {
        let read = chiffres(self.brut(champ)).and_then(|digit| u8::try_from(digit).ok());
        read.ok_or_else(|| self.refus(champ, "un chiffre"))
    }

    /// An amount with two implied decimals.
    pub(super) fn centimes(&self, champ: Champ) -> Result<Centimes, ErreurNx> {
        let cents = chiffres(self.brut(champ)).map(|cents| Centimes::new(i64::from(cents)));
        cents.ok_or_else(|| self.refus(champ, "un montant en centimes"))
    }

    /// A day; none when it is open.
    pub(super) fn jour_ou_rien(&self, champ: Champ) -> Result<Option<NaiveDate>, ErreurNx> {
        if matches!(self.brut(champ), b"00000000" | b"        ") {
            return Ok(None);
        }
        self.jour(champ).map(Some)
    }

    pub(super) fn jour(&self, champ: Champ) -> Result<NaiveDate, ErreurNx> {
        let read = || {
            let all = chiffres(self.brut(champ))?;
            let year = i32::try_from(all / 10_000).ok()?;
            NaiveDate::from_ymd_opt(year, all / 100 % 100, all % 100)
        };
        read().ok_or_else(|| self.refus(champ, "une date AAAAMMJJ"))
    }

    /// Code of an act, in thirteen characters of which seven count.
    pub(super) fn code(&self, champ: Champ) -> Result<CodeActe, ErreurNx> {
        let text = std::str::from_utf8(self.brut(champ)).unwrap_or_default();
        CodeActe::parse(Nomenclature::Ccam, text.trim_end())
            .map_err(|why| self.refus(champ, why.attendu))
    }
}

/// A number of at most nine digits, and nothing else.
fn chiffres(octets: &[u8]) -> Option<u32> {
    let all = !octets.is_empty() && octets.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(octets).ok().filter(|_| all)?.parse().ok()
}

/// What is written there, as a person can read it.
fn lisible(octets: &[u8]) -> String {
    octets.iter().map(|byte| char::from(*byte)).filter(|letter| !letter.is_control()).collect()
}
