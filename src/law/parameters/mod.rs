//! Dated parameters: TOML files of this folder, embedded at build, validated when the law loads; a caisse
//! adds others ([`ajouts`]).
//!
//! A value holds from its first day until the next value of the same parameter, or until its own
//! `jusqu_au` (included). A value that the sources leave unknown is written `inconnue = true`: a
//! question that needs it is refused by name. Values were verified for days of care up to a day, that of
//! `loi.toml` unless a parameter says its own `verifie_jusqu_au`.

pub mod ajouts;
mod codes;
mod ensemble;
mod lecture;

use std::collections::BTreeMap;

use chrono::NaiveDate;

pub use self::codes::Parametre;
pub use self::ensemble::Ensemble;
pub(super) use self::lecture::civil;
use self::lecture::{Contenu, Ecrite, Lieu};
use super::InvalidLaw;
use super::couverture::Couverture;
use super::nomenclature;
use super::references::Texte;
use crate::domain::calendar::{Periode, lendemain};
use crate::domain::vocabulary::{Vocabulaire, vocabulaire};

/// Themes, in the order of their files.
const FILES: [(&str, &str); 9] = [
    ("adressage.toml", include_str!("adressage.toml")),
    ("complementaire.toml", include_str!("complementaire.toml")),
    ("declaration.toml", include_str!("declaration.toml")),
    ("majoration.toml", include_str!("majoration.toml")),
    ("parcours.toml", include_str!("parcours.toml")),
    ("participation.toml", include_str!("participation.toml")),
    ("remunerations.toml", include_str!("remunerations.toml")),
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
    pub bases: Vec<Texte>,
    /// Whether the sources disagree on these days: an answer that reads it says so.
    pub discutee: bool,
    /// Doubts and transitional texts, in French.
    pub note: Option<String>,
    pub origine: Origine,
}

/// Who gives a value, or says until when it was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origine {
    Programme,
    /// A file that a caisse adds, by its name.
    Ajout(String),
    /// A reform, which is simulated: nobody will ever verify it.
    Reforme,
}

impl Origine {
    /// The file of an addition.
    pub fn fichier(&self) -> Option<&str> {
        match self {
            Self::Ajout(fichier) => Some(fichier),
            Self::Programme | Self::Reforme => None,
        }
    }
}

/// A parameter with its history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Historique {
    /// What a jurist would call it.
    pub libelle: String,
    pub unite: Unite,
    /// Last day somebody looked whether it changed.
    pub verifie_le: NaiveDate,
    /// Last day of care for which its values were verified.
    pub verifie_jusqu_au: NaiveDate,
    /// Who says so.
    pub verifie_par: Origine,
    /// Values, by first day.
    pub valeurs: Vec<ValeurDatee>,
}

impl Historique {
    /// The value in force on a day.
    pub fn en_vigueur(&self, jour: NaiveDate) -> Option<&ValeurDatee> {
        self.valeurs.iter().find(|valeur| valeur.periode.contient(jour))
    }

    /// Whether it has a value on a day that nobody verified for days as late. A parameter without a value on
    /// that day has nothing that an answer could rest on.
    pub fn est_a_verifier(&self, jour: NaiveDate) -> bool {
        let stands =
            |valeur: &ValeurDatee| valeur.valeur.is_some() && valeur.origine != Origine::Reforme;
        jour > self.verifie_jusqu_au && self.en_vigueur(jour).is_some_and(stands)
    }
}

/// All parameters, complete and valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parametres(BTreeMap<Parametre, Historique>);

/// One thing that is wrong with a file of parameters, in French: those of a caisse are read by its operators.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{lieu} : attendu {attendu}")]
pub struct Defaut {
    /// File, code and field.
    pub lieu: String,
    pub attendu: String,
}

/// Everything that is wrong with files of parameters.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("valeurs de la loi invalides :\n{}", .0.iter().map(|one| format!("  - {one}")).collect::<Vec<_>>().join("\n"))]
pub struct InvalidParametres(pub Vec<Defaut>);

impl Parametres {
    /// Reads and validates the embedded files.
    pub fn embedded() -> Result<Self, InvalidLaw> {
        Ok(Self::load(&FILES, Couverture::embedded()?.verifie_jusqu_au)?)
    }

    /// Reads and validates files given as name and content, whose values were verified up to a day.
    pub fn load(
        files: &[(&str, &str)],
        verifie_jusqu_au: NaiveDate,
    ) -> Result<Self, InvalidParametres> {
        let mut defauts = Vec::new();
        let mut parametres = BTreeMap::new();
        for (fichier, texte) in files {
            let contenu = Contenu::read(fichier, texte, &mut defauts);
            for (parametre, entree) in contenu.entrees {
                let lieu = Lieu::of(fichier, parametre.mot());
                let mut refuse =
                    |champ: &str, attendu: &str| defauts.push(lieu.champ(champ).defaut(attendu));
                if entree.libelle.is_none() {
                    refuse("libelle", "un texte");
                }
                // A tariff whose values are in the table of the letters.
                let tarifs = if entree.valeurs.is_empty() {
                    nomenclature::historique(parametre)
                        .map_err(|wrong| {
                            refuse("valeurs", &format!("au moins une valeur ({wrong})"));
                        })
                        .unwrap_or_default()
                } else {
                    Vec::new()
                };
                if entree.valeurs.iter().any(|ecrite| ecrite.corrige) {
                    refuse("corrige", "rien : seul un ajout corrige une valeur");
                }
                let starts: Vec<NaiveDate> = entree.valeurs.iter().map(|one| one.depuis).collect();
                let valeurs = entree.valeurs.into_iter().filter_map(|ecrite| {
                    ecrite.dated(&lieu, &starts, &Origine::Programme, &mut defauts)
                });
                let historique = Historique {
                    libelle: entree.libelle.unwrap_or_default(),
                    unite: entree.unite,
                    verifie_le: entree.verifie_le,
                    verifie_jusqu_au: entree.verifie_jusqu_au.unwrap_or(verifie_jusqu_au),
                    verifie_par: Origine::Programme,
                    valeurs: tarifs.into_iter().chain(valeurs).collect(),
                };
                if parametres.insert(parametre, historique).is_some() {
                    defauts.push(lieu.defaut("un code déclaré une seule fois"));
                }
            }
        }
        for parametre in Parametre::TOUS {
            if !parametres.contains_key(parametre) {
                defauts.push(Lieu::of("parameters", parametre.mot()).defaut("une déclaration"));
            }
        }
        if defauts.is_empty() { Ok(Self(parametres)) } else { Err(InvalidParametres(defauts)) }
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

impl Ecrite {
    /// The value over its period, which ends at its own end or with the next of these first days.
    fn dated(
        self,
        lieu: &Lieu,
        starts: &[NaiveDate],
        origine: &Origine,
        defauts: &mut Vec<Defaut>,
    ) -> Option<ValeurDatee> {
        let du = self.depuis;
        let next = starts.iter().copied().filter(|start| *start > du).min();
        let own_end = self.jusqu_au.and_then(lendemain);
        let mut refuse = |attendu: &str| {
            let place = lieu.valeur_du(du).champ("jusqu_au");
            defauts.push(place.defaut(attendu));
        };
        if let (Some(end), Some(next)) = (own_end, next)
            && end > next
        {
            refuse(&format!("un jour avant le {next}, où commence une autre valeur"));
        }
        let Ok(periode) = Periode::new(du, own_end.or(next)) else {
            refuse(&format!("un jour qui ne précède pas le {du}"));
            return None;
        };
        let Self { valeur, bases, discutee, note, .. } = self;
        Some(ValeurDatee { periode, valeur, bases, discutee, note, origine: origine.clone() })
    }
}
