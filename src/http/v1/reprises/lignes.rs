//! The lines of the files: one shape a kind, the same in both formats. In CSV a column is a field, the fields of an object
//! behind its name and a point.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::colonnes::{Colonne, Genre};
use crate::domain::declaration::OrigineSaisie;
use crate::domain::identifiers::{
    DateNaissanceAmo, IdentifiantPersonne, RangGemellaire, Rpps, Specialite,
};
use crate::domain::medecin::{NomMedecin, NouveauMedecin};
use crate::domain::patient::ClePatient;
use crate::domain::reprise::{ChoixRepris, Contenu, Defaut, FinReprise, NatureReprise};
use crate::http::json::Json;
use crate::http::lecture::{Liste, Nom, Reference, lecture, lire_document};
use crate::http::v1::medecins::ExerciceDemande;
use crate::http::v1::patients::PatientDemande;
use crate::services::ChampInvalide;

/// At least one doctor.
type MedecinsChoisis = Liste<Rpps, 1, 10>;

lecture! {
    /// Exercice d'un médecin à reprendre : un par ligne.
    pub(crate) struct LigneMedecin {
        /// RPPS.
        rpps: Rpps,
        /// Nom d'exercice.
        nom: Nom<80>,
        /// Prénom d'exercice.
        prenom: Nom<80>,
        /// Spécialité, d'un médecin.
        specialite: Specialite,
        /// Exercice.
        exercice: ExerciceDemande,
    }

    /// Choix à reprendre.
    pub(crate) struct LigneChoix {
        /// Numéro du patient ou de l'assuré.
        identifiant: IdentifiantPersonne,
        /// Date de naissance connue de l'Assurance maladie.
        date_naissance: DateNaissanceAmo,
        /// Rang gémellaire, 1 par défaut.
        rang: Option<RangGemellaire>,
        /// RPPS des médecins, plusieurs s'ils sont désignés conjointement.
        medecins: MedecinsChoisis,
        /// Premier jour de la désignation.
        effet_du: NaiveDate,
        /// Jour des signatures, s'il est connu.
        signe_le: Option<NaiveDate>,
        /// Premier jour qui n'en fait plus partie.
        effet_au: Option<NaiveDate>,
        /// Pourquoi elle a pris fin.
        motif_fin: Option<FinReprise>,
        /// Comment la déclaration avait été saisie ; « inconnue » par défaut.
        origine: Option<OrigineSaisie>,
        /// Où est sa preuve : archive du papier, ou numéro de la déclaration électronique d'avant.
        reference: Option<Reference<80>>,
    }
}

impl LigneChoix {
    fn into_domain(self) -> Result<ChoixRepris, Vec<ChampInvalide>> {
        let wrong =
            |champ: &str, code, message: &str| Err(vec![ChampInvalide::new(champ, code, message)]);
        let fin = match (self.effet_au, self.motif_fin) {
            (None, None) => None,
            (Some(au), _) if au <= self.effet_du => {
                return wrong("/effet_au", "periode_vide", "attendu : un jour qui suit le premier");
            }
            (Some(au), Some(motif)) => Some((au, motif)),
            (Some(_), None) => {
                return wrong("/motif_fin", "champ_requis", "ce champ va avec le dernier jour");
            }
            (None, Some(_)) => {
                return wrong("/effet_au", "champ_requis", "ce champ va avec le motif de fin");
            }
        };
        if self.signe_le.is_some_and(|day| day > self.effet_du) {
            let expected = "attendu : un jour qui ne suit pas le premier jour du choix, qui compte au plus tôt de sa signature";
            return wrong("/signe_le", "signature_apres_effet", expected);
        }
        let medecins: BTreeSet<Rpps> = self.medecins.0.iter().copied().collect();
        if medecins.len() < self.medecins.0.len() {
            return wrong("/medecins", "en_double", "attendu : chaque médecin une fois");
        }
        Ok(ChoixRepris {
            cle: ClePatient {
                numero: self.identifiant,
                date_naissance: self.date_naissance,
                rang: self.rang.unwrap_or(RangGemellaire::ONE),
            },
            medecins,
            effet_du: self.effet_du,
            signe_le: self.signe_le,
            fin,
            origine: self.origine.unwrap_or(OrigineSaisie::Inconnue),
            reference: self.reference.map(|reference| reference.0),
        })
    }
}

impl LigneMedecin {
    fn into_domain(self) -> NouveauMedecin {
        NouveauMedecin {
            rpps: self.rpps,
            nom: NomMedecin { nom: self.nom.0, prenom: self.prenom.0 },
            specialite: self.specialite,
            exercices: self.exercice.into_domain().into_iter().collect(),
        }
    }
}

/// Reads a line.
pub(super) fn read(nature: NatureReprise, json: &Json<'_>) -> Result<Contenu, Vec<ChampInvalide>> {
    match nature {
        NatureReprise::Affilies => {
            let line: PatientDemande = lire_document(json)?;
            Ok(Contenu::Affilie(Box::new(line.into_domain())))
        }
        NatureReprise::Medecins => {
            let line: LigneMedecin = lire_document(json)?;
            Ok(Contenu::Medecin(Box::new(line.into_domain())))
        }
        NatureReprise::Choix => {
            let line: LigneChoix = lire_document(json)?;
            Ok(Contenu::Choix(Box::new(line.into_domain()?)))
        }
    }
}

const fn requise(nom: &'static str, genre: Genre) -> Colonne {
    Colonne { nom, genre, requise: true }
}

const fn facultative(nom: &'static str, genre: Genre) -> Colonne {
    Colonne { nom, genre, requise: false }
}

const AFFILIES: &[Colonne] = &[
    requise("identifiant.type", Genre::Texte),
    requise("identifiant.valeur", Genre::Texte),
    facultative("ouvrant_droit.type", Genre::Texte),
    facultative("ouvrant_droit.valeur", Genre::Texte),
    requise("nom", Genre::Texte),
    requise("prenom", Genre::Texte),
    requise("date_naissance", Genre::Date),
    facultative("rang", Genre::Entier),
    facultative("sexe", Genre::Texte),
    requise("organisme.regime", Genre::Texte),
    requise("organisme.caisse", Genre::Texte),
    requise("organisme.centre", Genre::Texte),
    requise("affilie_du", Genre::Date),
];

const MEDECINS: &[Colonne] = &[
    requise("rpps", Genre::Texte),
    requise("nom", Genre::Texte),
    requise("prenom", Genre::Texte),
    requise("specialite", Genre::Texte),
    requise("exercice.du", Genre::Date),
    requise("exercice.mode", Genre::Texte),
    requise("exercice.principal", Genre::Booleen),
    requise("exercice.convention", Genre::Texte),
    facultative("exercice.option_tarifaire", Genre::Texte),
    facultative("exercice.numero_facturation.type", Genre::Texte),
    facultative("exercice.numero_facturation.valeur", Genre::Texte),
    facultative("exercice.lieu.id", Genre::Texte),
    facultative("exercice.lieu.nature", Genre::Texte),
    facultative("exercice.lieu.nom", Genre::Texte),
    facultative("exercice.lieu.commune", Genre::Texte),
    facultative("exercice.lieu.adresse", Genre::Texte),
    facultative("exercice.lieu.finess_et", Genre::Texte),
];

const CHOIX: &[Colonne] = &[
    requise("identifiant.type", Genre::Texte),
    requise("identifiant.valeur", Genre::Texte),
    requise("date_naissance", Genre::Date),
    facultative("rang", Genre::Entier),
    requise("medecins", Genre::Liste),
    requise("effet_du", Genre::Date),
    facultative("signe_le", Genre::Date),
    facultative("effet_au", Genre::Date),
    facultative("motif_fin", Genre::Texte),
    facultative("origine", Genre::Texte),
    facultative("reference", Genre::Texte),
];

/// The columns of a kind of line.
pub(super) const fn colonnes(nature: NatureReprise) -> &'static [Colonne] {
    match nature {
        NatureReprise::Affilies => AFFILIES,
        NatureReprise::Medecins => MEDECINS,
        NatureReprise::Choix => CHOIX,
    }
}

/// What is wrong with a field: its way with points, unless nobody knows the field, whose name may be anything.
pub(super) fn said(wrong: &ChampInvalide, table: bool) -> Defaut {
    let champ = wrong.pointeur.trim_start_matches('/').replace('/', ".");
    let known = wrong.code != "champ_inconnu";
    let mut message = wrong.message.clone();
    for (json, cell) in EN_TABLEAU.iter().filter(|_| table) {
        message = message.replace(json, cell);
    }
    defaut(if known { &champ } else { "" }, wrong.code, message)
}

/// What is expected of a member, and of a cell, which a spreadsheet may write as well.
const EN_TABLEAU: [(&str, &str); 2] = [
    ("une date AAAA-MM-JJ", "une date JJ/MM/AAAA ou AAAA-MM-JJ"),
    ("true ou false ; reçu : une chaîne", "oui ou non"),
];

pub(super) fn defaut(champ: &str, code: &str, message: String) -> Defaut {
    Defaut { champ: champ.to_owned(), code: code.to_owned(), message }
}
