//! The public extraction of the Annuaire Santé, as the Agence du numérique en santé publishes it: files of columns
//! separated by bars, in UTF-8, one row an activity of a professional (`PS_LibreAcces_Personne_activite`) and one a
//! know-how (`PS_LibreAcces_SavoirFaire`). Rows end with a bar, cells are not quoted and often empty, a professional has as
//! many rows as places and know-hows, and headings change in their case and accents from one publication to the next.
//!
//! What it does not have: billing numbers, the sector of the convention, the days on which practices began.

mod colonnes;
pub mod exemple;
mod specialites;

pub use self::colonnes::{Colonne, Entete, EnteteRefuse};
use self::specialites::specialite;
use super::identifiers::{CommuneExercice, Finess, Rpps, Specialite};
use super::medecin::{ModeExercice, NatureLieu, NomMedecin, NouveauLieu};

/// The code of the profession of doctors (TRE_G15), and that of a number that is an RPPS (TRE_G08).
const MEDECIN: &str = "10";
const RPPS: &str = "8";
/// The type of know-how that is a specialty of the Ordre.
const SPECIALITE_ORDINALE: &str = "S";

/// What a row says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rangee {
    /// A doctor practises at a place.
    Exercice(Box<ExerciceAnnuaire>),
    /// A doctor has a specialty, and nothing is said of a place.
    Specialite(Rpps, Specialite),
    /// A doctor is known, and practises nowhere.
    SansExercice(Rpps),
    /// Another profession, a student, or an old number: no doctor who may be designated.
    Autre,
}

/// A practice of the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExerciceAnnuaire {
    pub rpps: Rpps,
    pub nom: NomMedecin,
    /// When the row says it: it may be in the other file.
    pub specialite: Option<Specialite>,
    pub mode: ModeExercice,
    pub lieu: NouveauLieu,
}

/// Why a row of a doctor is of no use here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RangeeRefusee {
    /// Column, as the file has it.
    pub colonne: &'static str,
    pub code: &'static str,
    pub message: &'static str,
}

const fn refusee(
    colonne: &'static str,
    code: &'static str,
    message: &'static str,
) -> RangeeRefusee {
    RangeeRefusee { colonne, code, message }
}

impl Entete {
    /// Reads a row.
    pub fn lire(&self, ligne: &str) -> Result<Rangee, RangeeRefusee> {
        let cells: Vec<&str> = ligne.trim_end_matches(['\r', '\n']).split('|').collect();
        let cell = |colonne| self.cellule(&cells, colonne);
        let civil = matches!(cell(Colonne::Categorie), "" | "C" | "M");
        if cell(Colonne::Profession) != MEDECIN || cell(Colonne::TypeIdentifiant) != RPPS || !civil
        {
            return Ok(Rangee::Autre);
        }
        let rpps = Rpps::parse(cell(Colonne::Identifiant)).map_err(|wrong| {
            refusee("Identifiant PP", wrong.code, "le RPPS d'un médecin, onze chiffres")
        })?;
        let own = cell(Colonne::TypeSavoirFaire) == SPECIALITE_ORDINALE;
        let specialite = own.then(|| specialite(cell(Colonne::SavoirFaire))).flatten();
        if !self.a_des_lieux() {
            return Ok(specialite.map_or(Rangee::Autre, |code| Rangee::Specialite(rpps, code)));
        }
        let mode = match cell(Colonne::Mode) {
            "L" => ModeExercice::Liberal,
            "S" => ModeExercice::Salarie,
            _ => return Ok(Rangee::SansExercice(rpps)),
        };
        let Some(nature) = nature(cell(Colonne::Secteur), cell(Colonne::LibelleSecteur)) else {
            // A firm, an administration, a school: nobody is cared for there.
            return Ok(Rangee::SansExercice(rpps));
        };
        let commune = CommuneExercice::parse(cell(Colonne::Commune)).map_err(|_wrong| {
            refusee(
                "Code commune (coord. structure)",
                "commune_absente",
                "le code officiel de la commune du lieu ; l'Annuaire ne le dit pas, la caisse peut l'enregistrer",
            )
        })?;
        let nom = NomMedecin {
            nom: cell(Colonne::Nom).to_owned(),
            prenom: cell(Colonne::Prenom).to_owned(),
        };
        if nom.nom.is_empty() {
            return Err(refusee("Nom d'exercice", "champ_requis", "le nom d'exercice"));
        }
        let lieu = NouveauLieu {
            nature,
            nom: first([cell(Colonne::Enseigne), cell(Colonne::RaisonSociale)])
                .unwrap_or_else(|| format!("Cabinet {} {}", nom.prenom, nom.nom)),
            commune,
            adresse: self.adresse(&cells),
            finess_et: Finess::parse(cell(Colonne::Finess)).ok(),
        };
        Ok(Rangee::Exercice(Box::new(ExerciceAnnuaire { rpps, nom, specialite, mode, lieu })))
    }

    /// Number and street; else what is written of the place.
    fn adresse(&self, cells: &[&str]) -> String {
        let street = [
            Colonne::NumeroVoie,
            Colonne::IndiceVoie,
            Colonne::LibelleTypeVoie,
            Colonne::LibelleVoie,
        ];
        let street: Vec<&str> = street
            .iter()
            .map(|colonne| self.cellule(cells, *colonne))
            .filter(|part| !part.is_empty())
            .collect();
        let others = [Colonne::Mention, Colonne::Complement, Colonne::Bureau];
        let other = first(others.map(|colonne| self.cellule(cells, colonne)));
        if street.is_empty() {
            other.unwrap_or_else(|| "adresse non publiée".to_owned())
        } else {
            street.join(" ")
        }
    }
}

fn first<const N: usize>(texts: [&str; N]) -> Option<String> {
    texts.into_iter().find(|text| !text.is_empty()).map(str::to_owned)
}

/// What kind of place a sector of activity is (TRE_R02), by its code where it is one of those that everybody meets, else by
/// its words; nothing where nobody is cared for.
fn nature(code: &str, libelle: &str) -> Option<NatureLieu> {
    let libelle = libelle.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| libelle.contains(word));
    match code {
        "SA05" => return Some(NatureLieu::CentreDeSante),
        "SA07" | "SA08" | "SA09" => return Some(NatureLieu::Cabinet),
        "SA01" => return Some(NatureLieu::Hopital),
        _ => {}
    }
    if says(&["maison de sant"]) {
        Some(NatureLieu::MaisonDeSante)
    } else if says(&["centre de sant"]) {
        Some(NatureLieu::CentreDeSante)
    } else if says(&["cabinet", "exercice en soci"]) {
        Some(NatureLieu::Cabinet)
    } else if says(&[
        "hôpital",
        "hopital",
        "hospital",
        "établissement privé",
        "etab. priv",
        "etab privé",
    ]) {
        Some(NatureLieu::Hopital)
    } else if says(&["personnes âgées", "handicap", "médico-social"]) {
        Some(NatureLieu::MedicoSocial)
    } else {
        None
    }
}
