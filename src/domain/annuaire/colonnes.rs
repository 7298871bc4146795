//! The columns of the files, found by their names whatever their case, accents and apostrophes.

use crate::domain::patient::lettres;

/// A column that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Colonne {
    TypeIdentifiant,
    Identifiant,
    Nom,
    Prenom,
    Profession,
    Categorie,
    TypeSavoirFaire,
    SavoirFaire,
    Mode,
    Finess,
    RaisonSociale,
    Enseigne,
    Complement,
    NumeroVoie,
    IndiceVoie,
    LibelleTypeVoie,
    LibelleVoie,
    Mention,
    Bureau,
    Commune,
    Secteur,
    LibelleSecteur,
}

/// Each with its name, as the present files have it, and whether every file has it.
const COLONNES: [(Colonne, &str, bool); 22] = [
    (Colonne::TypeIdentifiant, "Type d'identifiant PP", true),
    (Colonne::Identifiant, "Identifiant PP", true),
    (Colonne::Nom, "Nom d'exercice", true),
    (Colonne::Prenom, "Prénom d'exercice", true),
    (Colonne::Profession, "Code profession", true),
    (Colonne::Categorie, "Code catégorie professionnelle", false),
    (Colonne::TypeSavoirFaire, "Code type savoir-faire", false),
    (Colonne::SavoirFaire, "Code savoir-faire", false),
    (Colonne::Mode, "Code mode exercice", false),
    (Colonne::Finess, "Numéro FINESS site", false),
    (Colonne::RaisonSociale, "Raison sociale site", false),
    (Colonne::Enseigne, "Enseigne commerciale site", false),
    (Colonne::Complement, "Complément point géographique (coord. structure)", false),
    (Colonne::NumeroVoie, "Numéro Voie (coord. structure)", false),
    (Colonne::IndiceVoie, "Indice répétition voie (coord. structure)", false),
    (Colonne::LibelleTypeVoie, "Libellé type de voie (coord. structure)", false),
    (Colonne::LibelleVoie, "Libellé Voie (coord. structure)", false),
    (Colonne::Mention, "Mention distribution (coord. structure)", false),
    (Colonne::Bureau, "Bureau cedex (coord. structure)", false),
    (Colonne::Commune, "Code commune (coord. structure)", false),
    (Colonne::Secteur, "Code secteur d'activité", false),
    (Colonne::LibelleSecteur, "Libellé secteur d'activité", false),
];

/// Columns without which a file of activities says no place.
const LIEUX: [Colonne; 3] = [Colonne::Mode, Colonne::Commune, Colonne::Secteur];

/// The heading of a file: where each column is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entete(Vec<(Colonne, usize)>);

/// A file that is not of the directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("la colonne « {0} » manque : ce fichier n'est pas une extraction de l'Annuaire Santé")]
pub struct EnteteRefuse(pub &'static str);

impl Entete {
    /// Reads the first line of a file, its mark of order of bytes left out.
    pub fn de(ligne: &str) -> Result<Self, EnteteRefuse> {
        let names: Vec<String> =
            ligne.trim_start_matches('\u{feff}').split('|').map(lettres).collect();
        let mut found = Vec::new();
        for (colonne, name, required) in COLONNES {
            let wanted = lettres(name);
            match names.iter().position(|name| *name == wanted) {
                Some(place) => found.push((colonne, place)),
                None if required => return Err(EnteteRefuse(name)),
                None => {}
            }
        }
        let entete = Self(found);
        if entete.a_des_lieux() || entete.place(Colonne::SavoirFaire).is_some() {
            return Ok(entete);
        }
        Err(EnteteRefuse("Code savoir-faire"))
    }

    /// Whether its rows say places of practice.
    pub fn a_des_lieux(&self) -> bool {
        LIEUX.iter().all(|colonne| self.place(*colonne).is_some())
    }

    fn place(&self, colonne: Colonne) -> Option<usize> {
        self.0.iter().find(|(known, _)| *known == colonne).map(|(_, place)| *place)
    }

    /// A cell of a row; nothing when the file has no such column.
    pub(super) fn cellule<'c>(&self, cells: &[&'c str], colonne: Colonne) -> &'c str {
        let cell = self.place(colonne).and_then(|place| cells.get(place));
        cell.map_or("", |cell| cell.trim())
    }
}
