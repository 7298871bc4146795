//! Reading a file of parameters, field by field: everything that is wrong is told with its place and with
//! what is expected there, in French.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::NaiveDate;
use toml::{Table, Value};

use super::{Defaut, Parametre, Unite};
use crate::domain::vocabulary::Vocabulaire;
use crate::law::references::{Reference, Texte, Verification, reference};

/// The table of the texts that a file cites itself: no code of a parameter is written in lower case.
const TEXTES: &str = "textes";
const UN_JOUR: &str = "un jour, AAAA-MM-JJ, sans guillemets";
const UN_TEXTE: &str = "un texte";

/// Where something is: a file, a code, a value, a field.
#[derive(Debug, Clone)]
pub(super) struct Lieu(String);

impl Lieu {
    pub(super) fn of(fichier: &str, code: &str) -> Self {
        Self(format!("{fichier} : {code}"))
    }

    pub(super) fn champ(&self, champ: &str) -> Self {
        Self(format!("{} : {champ}", self.0))
    }

    pub(super) fn valeur_du(&self, jour: NaiveDate) -> Self {
        self.champ(&format!("valeur du {jour}"))
    }

    pub(super) fn defaut(&self, attendu: impl Into<String>) -> Defaut {
        Defaut { lieu: self.0.clone(), attendu: attendu.into() }
    }
}

/// A parameter as a file writes it.
#[derive(Debug)]
pub(super) struct Entree {
    pub(super) libelle: Option<String>,
    pub(super) unite: Unite,
    pub(super) verifie_le: NaiveDate,
    pub(super) verifie_jusqu_au: Option<NaiveDate>,
    /// By first day.
    pub(super) valeurs: Vec<Ecrite>,
}

/// A value as a file writes it.
#[derive(Debug)]
pub(super) struct Ecrite {
    pub(super) depuis: NaiveDate,
    /// Last day, included.
    pub(super) jusqu_au: Option<NaiveDate>,
    pub(super) valeur: Option<i64>,
    pub(super) bases: Vec<Texte>,
    /// Whether the sources disagree on these days.
    pub(super) discutee: bool,
    pub(super) note: Option<String>,
    /// Whether it takes the place of a verified one.
    pub(super) corrige: bool,
}

/// What a file holds that can be read.
#[derive(Debug, Default)]
pub(super) struct Contenu {
    pub(super) entrees: Vec<(Parametre, Entree)>,
}

impl Contenu {
    pub(super) fn read(fichier: &str, texte: &str, defauts: &mut Vec<Defaut>) -> Self {
        let mut tables: BTreeMap<String, Value> = match toml::from_str(texte) {
            Ok(tables) => tables,
            Err(error) => {
                let lieu = Lieu(fichier.to_owned());
                defauts.push(lieu.defaut(format!("un fichier TOML ; {error}")));
                return Self::default();
            }
        };
        let cites = tables
            .remove(TEXTES)
            .map_or_else(BTreeMap::new, |value| textes(fichier, value, defauts));
        let mut entrees = Vec::new();
        for (code, value) in tables {
            let lieu = Lieu::of(fichier, &code);
            let Some(parametre) = Parametre::du_mot(&code) else {
                defauts.push(lieu.defaut("un code de paramètre, tel que docs/REGLES.md les donne"));
                continue;
            };
            let Some(mut fields) = Fields::open(value, lieu, defauts) else { continue };
            let entree = entree(&mut fields, &cites);
            fields.close();
            entrees.extend(entree.map(|entree| (parametre, entree)));
        }
        Self { entrees }
    }
}

/// The texts that a file cites, by their keys: within it they win over those of the program.
fn textes(fichier: &str, value: Value, defauts: &mut Vec<Defaut>) -> BTreeMap<String, Texte> {
    let place = Lieu::of(fichier, TEXTES);
    let mut cites = BTreeMap::new();
    let Value::Table(tables) = value else {
        defauts.push(place.defaut("une table par texte"));
        return cites;
    };
    for (cle, value) in tables {
        let lieu = place.champ(&cle);
        let plain = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-';
        if !cle.chars().all(plain) {
            defauts.push(lieu.defaut("une clé en majuscules, chiffres et tirets"));
            continue;
        }
        let Some(mut fields) = Fields::open(value, lieu, defauts) else { continue };
        let citation = fields.required("citation", UN_TEXTE, text);
        let objet = fields.required("objet", UN_TEXTE, text);
        let read_on = fields.required("lu_le", UN_JOUR, civil);
        fields.close();
        if let (Some(citation), Some(objet), Some(jour)) = (citation, objet, read_on) {
            let texte = Reference {
                cle: cle.clone().into(),
                citation: citation.into(),
                objet: objet.into(),
                verification: Verification::Lue(jour.to_string().into()),
            };
            cites.insert(cle, Cow::Owned(texte));
        }
    }
    cites
}

fn entree(fields: &mut Fields<'_>, cites: &BTreeMap<String, Texte>) -> Option<Entree> {
    let libelle = fields.optional("libelle", UN_TEXTE, text);
    let units: Vec<&str> = Unite::TOUS.iter().map(|unite| unite.mot()).collect();
    let known = |value: &Value| value.as_str().and_then(Unite::du_mot);
    let unite = fields.required("unite", &format!("une unité parmi {}", units.join(", ")), known);
    let verifie_le = fields.required("verifie_le", UN_JOUR, civil);
    let verifie_jusqu_au = fields.optional("verifie_jusqu_au", UN_JOUR, civil);
    let rows = |value: &Value| value.as_array().cloned();
    let rows = fields.optional("valeurs", "une liste de valeurs", rows).unwrap_or_default();
    let unite = unite?;
    let mut valeurs: Vec<Ecrite> = Vec::with_capacity(rows.len());
    for (index, row) in rows.into_iter().enumerate() {
        let day = row.as_table().and_then(|row| row.get("depuis")).and_then(civil);
        let lieu = day.map_or_else(
            || fields.lieu.champ(&format!("valeur n° {}", index.saturating_add(1))),
            |day| fields.lieu.valeur_du(day),
        );
        let Some(mut row) = Fields::open(row, lieu, fields.defauts) else { continue };
        let ecrite = ecrite(&mut row, unite, cites);
        row.close();
        let Some(ecrite) = ecrite else { continue };
        if valeurs.last().is_some_and(|last| last.depuis >= ecrite.depuis) {
            fields.refuse("valeurs", "des premiers jours qui se suivent");
            continue;
        }
        valeurs.push(ecrite);
    }
    Some(Entree { libelle, unite, verifie_le: verifie_le?, verifie_jusqu_au, valeurs })
}

fn ecrite(
    fields: &mut Fields<'_>,
    unite: Unite,
    cites: &BTreeMap<String, Texte>,
) -> Option<Ecrite> {
    let depuis = fields.required("depuis", UN_JOUR, civil);
    let jusqu_au = fields.optional("jusqu_au", UN_JOUR, civil);
    fields.optional("publie_le", UN_JOUR, civil);
    let note = fields.optional("note", UN_TEXTE, text);
    let corrige = fields.optional("corrige", "true ou false", Value::as_bool).unwrap_or_default();
    let discutee = fields.optional("discutee", "true ou false", Value::as_bool).unwrap_or_default();
    let unknown = fields.optional("inconnue", "true ou false", Value::as_bool);
    let (low, high) = unite.bornes();
    let expected = format!("un entier de {low} à {high}, en « {} »", unite.mot());
    let integer = |value: &Value| value.as_integer().filter(|number| unite.accepts(*number));
    let valeur = if unknown == Some(true) {
        fields.absent("valeur", "rien : la valeur est dite inconnue");
        None
    } else {
        Some(fields.required("valeur", &expected, integer))
    };
    let keys = |value: &Value| value.as_array().filter(|keys| !keys.is_empty()).cloned();
    let keys = fields.required("bases", "au moins une clé de texte", keys).unwrap_or_default();
    let mut bases = Vec::with_capacity(keys.len());
    for key in &keys {
        let key = key.as_str().unwrap_or_default();
        match cites.get(key).cloned().or_else(|| reference(key).map(Cow::Borrowed)) {
            Some(texte) => bases.push(texte),
            None => fields.refuse(
                "bases",
                &format!("des clés connues : « {key} » n'est ni un texte du programme (docs/REGLES.md) ni cité par ce fichier"),
            ),
        }
    }
    let valeur = match valeur {
        Some(read) => Some(read?),
        None => None,
    };
    Some(Ecrite { depuis: depuis?, jusqu_au, valeur, bases, discutee, note, corrige })
}

/// The fields of a table, taken one by one.
struct Fields<'a> {
    table: Table,
    lieu: Lieu,
    defauts: &'a mut Vec<Defaut>,
}

impl<'a> Fields<'a> {
    fn open(value: Value, lieu: Lieu, defauts: &'a mut Vec<Defaut>) -> Option<Self> {
        if let Value::Table(table) = value {
            return Some(Self { table, lieu, defauts });
        }
        defauts.push(lieu.defaut("une table"));
        None
    }

    fn refuse(&mut self, champ: &str, attendu: &str) {
        self.defauts.push(self.lieu.champ(champ).defaut(attendu));
    }

    fn optional<T>(
        &mut self,
        champ: &str,
        attendu: &str,
        read: impl Fn(&Value) -> Option<T>,
    ) -> Option<T> {
        let value = self.table.remove(champ)?;
        let found = read(&value);
        if found.is_none() {
            self.refuse(champ, attendu);
        }
        found
    }

    fn required<T>(
        &mut self,
        champ: &str,
        attendu: &str,
        read: impl Fn(&Value) -> Option<T>,
    ) -> Option<T> {
        if !self.table.contains_key(champ) {
            self.refuse(champ, attendu);
        }
        self.optional(champ, attendu, read)
    }

    fn absent(&mut self, champ: &str, attendu: &str) {
        if self.table.remove(champ).is_some() {
            self.refuse(champ, attendu);
        }
    }

    /// Refuses what nobody read: a field that does not exist is a misspelt one.
    fn close(mut self) {
        let rest: Vec<String> = self.table.keys().cloned().collect();
        for champ in rest {
            self.refuse(&champ, "rien : ce champ n'existe pas");
        }
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned).filter(|text| !text.trim().is_empty())
}

/// A civil day: a date without a time.
pub(in crate::law) fn civil(value: &Value) -> Option<NaiveDate> {
    let read = value.as_datetime().filter(|read| read.time.is_none() && read.offset.is_none())?;
    let date = read.date?;
    NaiveDate::from_ymd_opt(i32::from(date.year), u32::from(date.month), u32::from(date.day))
}
