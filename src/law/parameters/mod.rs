//! Dated parameters: TOML files of this folder, embedded at build, validated when the law loads.
//!
//! A value holds from its first day until the next value of the same parameter, or until its own
//! `jusqu_au` (included). A value that the sources leave unknown is written `inconnue = true`: a
//! question that needs it is refused by name.

mod codes;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Deserialize;

pub use self::codes::Parametre;
use super::nomenclature;
use super::references::{REFERENCES, reference};
use crate::domain::calendar::{Periode, lendemain};
use crate::domain::vocabulary::{Vocabulaire, vocabulaire};

/// Themes, in the order of their files.
const FILES: [(&str, &str); 8] = [
    ("adressage.toml", include_str!("adressage.toml")),
    ("complementaire.toml", include_str!("complementaire.toml")),
    ("declaration.toml", include_str!("declaration.toml")),
    ("majoration.toml", include_str!("majoration.toml")),
    ("parcours.toml", include_str!("parcours.toml")),
    ("participation.toml", include_str!("participation.toml")),
    ("tarifs.toml", include_str!("tarifs.toml")),
    ("taux.toml", include_str!("taux.toml")),
];

/// Number of parameters.
pub const NB_PARAMETRES: usize = Parametre::TOUS.len();

/// Room for a value by number of parameter: numbers that are no longer used stay empty.
pub const NB_NUMEROS: usize = 128;

vocabulaire!(
    /// Unit of a parameter. Every value is an integer of that unit.
    Unite ("unite") {
        /// Years of age.
        Ans = 1 "ans",
        Mois = 2 "mois",
        Jours = 3 "jours",
        Heures = 4 "heures",
        Centimes = 5 "centimes",
        /// Ten-thousandths of the base: 7000 is 70 %.
        DixMilliemes = 6 "dix_milliemes",
        /// A count.
        Nombre = 7 "nombre",
        /// 0 or 1.
        OuiNon = 8 "oui_non",
        /// Hundredths of the base, beyond the whole if need be: 125 is one and a quarter times.
        PourCent = 9 "pour_cent",
    }
);

impl Unite {
    /// The lowest and the highest value of the unit.
    pub const fn bornes(self) -> (i64, i64) {
        match self {
            Self::Ans => (0, 130),
            Self::Mois | Self::Jours | Self::Heures | Self::Nombre => (0, 100_000),
            Self::Centimes => (0, 10_000_000),
            Self::DixMilliemes => (0, 10_000),
            Self::PourCent => (0, 1_000),
            Self::OuiNon => (0, 1),
        }
    }

    fn accepts(self, value: i64) -> bool {
        let (low, high) = self.bornes();
        (low..=high).contains(&value)
    }
}

/// What a parameter is worth during a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValeurDatee {
    pub periode: Periode,
    /// The value, or `None` when the sources leave it unknown.
    pub valeur: Option<i64>,
    pub bases: Vec<&'static str>,
    /// Doubts and transitional texts, in French.
    pub note: Option<String>,
}

/// A parameter with its history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Historique {
    /// What a jurist would call it.
    pub libelle: String,
    pub unite: Unite,
    /// Last day somebody looked whether it changed.
    pub verifie_le: NaiveDate,
    /// Values, by first day.
    pub valeurs: Vec<ValeurDatee>,
}

impl Historique {
    /// The value in force on a day.
    pub fn en_vigueur(&self, jour: NaiveDate) -> Option<&ValeurDatee> {
        self.valeurs.iter().find(|valeur| valeur.periode.contient(jour))
    }
}

/// All parameters, complete and valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parametres(BTreeMap<Parametre, Historique>);

/// Everything that is wrong with the parameter files, one line each.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid parameters of the law:\n{}", .0.join("\n"))]
pub struct InvalidParametres(pub Vec<String>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileEntry {
    libelle: String,
    unite: String,
    verifie_le: toml::value::Datetime,
    /// None for a parameter whose values are in the table of the letters.
    #[serde(default)]
    valeurs: Vec<FileValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileValue {
    depuis: toml::value::Datetime,
    jusqu_au: Option<toml::value::Datetime>,
    valeur: Option<i64>,
    #[serde(default)]
    inconnue: bool,
    bases: Vec<String>,
    #[serde(default)]
    publie_le: Option<toml::value::Datetime>,
    note: Option<String>,
}

impl Parametres {
    /// Reads and validates the embedded files.
    pub fn embedded() -> Result<Self, InvalidParametres> {
        Self::load(&FILES)
    }

    /// Reads and validates files given as name and content.
    pub fn load(files: &[(&str, &str)]) -> Result<Self, InvalidParametres> {
        let mut errors = Vec::new();
        let mut parametres = BTreeMap::new();
        for (file, content) in files {
            let entries: BTreeMap<String, FileEntry> = match toml::from_str(content) {
                Ok(entries) => entries,
                Err(error) => {
                    errors.push(format!("{file}: {error}"));
                    continue;
                }
            };
            for (code, entry) in entries {
                let Some(parametre) = Parametre::du_mot(&code) else {
                    errors.push(format!("{file}: {code}: unknown parameter"));
                    continue;
                };
                let mut complain = |what: String| errors.push(format!("{file}: {code}: {what}"));
                let Some(historique) = history(parametre, entry, &mut complain) else { continue };
                if parametres.insert(parametre, historique).is_some() {
                    complain("declared twice".to_owned());
                }
            }
        }
        for parametre in Parametre::TOUS {
            if !parametres.contains_key(parametre) {
                errors.push(format!("{}: missing", parametre.mot()));
            }
        }
        if errors.is_empty() { Ok(Self(parametres)) } else { Err(InvalidParametres(errors)) }
    }

    /// The history of a parameter.
    pub fn get(&self, parametre: Parametre) -> Option<&Historique> {
        self.0.get(&parametre)
    }

    /// Some parameters with their histories, and no other.
    pub(super) fn of(list: Vec<(Parametre, Historique)>) -> Self {
        Self(list.into_iter().collect())
    }

    /// The history of a parameter, to be changed by a reform.
    pub(super) fn get_mut(&mut self, parametre: Parametre) -> Option<&mut Historique> {
        self.0.get_mut(&parametre)
    }

    /// Every parameter, in the order of [`Parametre`].
    pub fn iter(&self) -> impl Iterator<Item = (Parametre, &Historique)> {
        self.0.iter().map(|(parametre, historique)| (*parametre, historique))
    }
}

fn history(
    parametre: Parametre,
    entry: FileEntry,
    complain: &mut dyn FnMut(String),
) -> Option<Historique> {
    let Some(unite) = Unite::du_mot(&entry.unite) else {
        complain(format!("unknown unit {}", entry.unite));
        return None;
    };
    let verifie_le = civil(entry.verifie_le, complain)?;
    if entry.valeurs.is_empty() {
        let found = nomenclature::historique(parametre).map_err(&mut *complain).ok()?;
        return Some(Historique { libelle: entry.libelle, unite, verifie_le, valeurs: found });
    }
    let mut valeurs = Vec::new();
    let starts: Vec<NaiveDate> =
        entry.valeurs.iter().filter_map(|value| civil(value.depuis, complain)).collect();
    if starts.len() != entry.valeurs.len() || starts.is_empty() {
        complain("at least one value, each with a first day".to_owned());
        return None;
    }
    if !starts.is_sorted_by(|one, next| one < next) {
        complain("first days must increase".to_owned());
        return None;
    }
    for (index, (value, du)) in entry.valeurs.into_iter().zip(&starts).enumerate() {
        let next = starts.get(index.saturating_add(1)).copied();
        let own_end = match value.jusqu_au {
            Some(last) => lendemain(civil(last, complain)?),
            None => None,
        };
        if own_end.is_some_and(|end| next.is_some_and(|next| end > next)) {
            complain(format!("the value of {du} overlaps the next one"));
        }
        let Ok(periode) = Periode::new(*du, own_end.or(next)) else {
            complain(format!("the value of {du} ends before it begins"));
            continue;
        };
        let bases: Vec<&'static str> =
            value.bases.iter().filter_map(|key| reference(key)).map(|known| known.cle).collect();
        if bases.is_empty() || bases.len() != value.bases.len() {
            complain(format!(
                "the value of {du} must cite known bases, among {}",
                REFERENCES.iter().map(|known| known.cle).collect::<Vec<_>>().join(", ")
            ));
        }
        match (value.valeur, value.inconnue) {
            (Some(number), false) if unite.accepts(number) => {}
            (None, true) => {}
            _ => complain(format!(
                "the value of {du} must be one integer of its unit, or `inconnue`"
            )),
        }
        if let Some(published) = value.publie_le {
            civil(published, complain);
        }
        valeurs.push(ValeurDatee { periode, valeur: value.valeur, bases, note: value.note });
    }
    Some(Historique { libelle: entry.libelle, unite, verifie_le, valeurs })
}

fn civil(date: toml::value::Datetime, complain: &mut dyn FnMut(String)) -> Option<NaiveDate> {
    let parsed = date.date.filter(|_| date.time.is_none()).and_then(|date| {
        NaiveDate::from_ymd_opt(i32::from(date.year), u32::from(date.month), u32::from(date.day))
    });
    if parsed.is_none() {
        complain(format!("{date} is not a civil day"));
    }
    parsed
}
