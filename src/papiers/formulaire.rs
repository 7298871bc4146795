//! The declaration as a form, in the spirit of S3704: who chooses whom, who signed and how, or where to sign.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;

use super::page::{Papier, PapierError};
use crate::domain::calendar::en_toutes_lettres;
use crate::domain::clock::paris_day;
use crate::domain::declaration::{ModePreuve, MoyenSignature, RoleSignataire};
use crate::domain::vocabulary::Vocabulaire;

/// A declaration to be printed.
#[derive(Debug)]
pub struct Formulaire<'a> {
    /// Public number.
    pub numero: &'a str,
    /// What it is worth, in a sentence.
    pub situation: &'a str,
    /// Content as its digest covers it, or without the names that its reader may not know.
    pub contenu: &'a str,
    /// Digest of the content, in hexadecimal.
    pub empreinte: &'a str,
    /// When it was recorded.
    pub enregistre_le: DateTime<Utc>,
    pub signatures: Vec<Signe>,
    /// Who has to sign yet; of a doctor, with the RPPS.
    pub manquantes: Vec<(RoleSignataire, Option<String>)>,
}

/// A signature that was received.
#[derive(Debug)]
pub struct Signe {
    pub role: RoleSignataire,
    /// RPPS of a doctor.
    pub rpps: Option<String>,
    pub moyen: MoyenSignature,
    pub preuve: ModePreuve,
    pub signe_le: NaiveDate,
}

/// What a form reads of a content.
#[derive(Debug, Deserialize)]
struct Contenu {
    #[serde(default)]
    engagement: Option<String>,
    medecins: Vec<Medecin>,
    patient: Personne,
    #[serde(default)]
    representants: Vec<Representant>,
}

#[derive(Debug, Deserialize)]
struct Medecin {
    rpps: String,
    nom: Option<String>,
    prenom: Option<String>,
    specialite: Option<String>,
    lieu: Option<Lieu>,
}

#[derive(Debug, Deserialize)]
struct Lieu {
    nom: String,
    adresse: String,
    commune: String,
}

#[derive(Debug, Deserialize)]
struct Personne {
    nom: Option<String>,
    prenom: Option<String>,
    /// As a card has it: some have no month or no day.
    date_naissance: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Representant {
    nom: Option<String>,
    prenom: Option<String>,
    qualite: String,
}

/// What stands for what the reader of a form may not know, or what a register of before did not give.
const TU: &str = "non communiqué";

/// The form of a declaration, as a PDF.
pub fn formulaire(declaration: &Formulaire<'_>) -> Result<Vec<u8>, PapierError> {
    let contenu: Contenu = serde_json::from_str(declaration.contenu)
        .map_err(|error| PapierError(format!("a content: {error}")))?;
    let pied = format!(
        "Déclaration {}. Empreinte SHA-256 du contenu signé : {}. Article L. 162-5-3 du code de la sécurité sociale.",
        declaration.numero, declaration.empreinte
    );
    let titre = "Déclaration de choix du médecin traitant";
    let mut papier = Papier::new(titre, &pied);
    papier.feuille(titre);
    let verified = format!("traitant:{}:{}", declaration.numero, declaration.empreinte);
    papier.code(
        &verified,
        "Code à lire : le numéro de la déclaration et l'empreinte de son contenu.",
    );
    papier.champ("Numéro", declaration.numero);
    papier.champ("Situation", declaration.situation);

    papier.section("Le patient");
    personne(&mut papier, &contenu.patient);
    for medecin in &contenu.medecins {
        papier.section("Le médecin traitant");
        de_medecin(&mut papier, medecin);
    }
    if let Some(engagement) = &contenu.engagement {
        papier.section("L'engagement");
        papier.phrase(engagement);
    }
    papier.section("Les signatures");
    let (theirs, own): (Vec<_>, Vec<_>) =
        declaration.signatures.iter().partition(|signe| signe.role.represente());
    let (to_come, ours): (Vec<_>, Vec<_>) =
        declaration.manquantes.iter().partition(|(role, _)| role.represente());
    signatures(&mut papier, &own, &ours);

    if !(contenu.representants.is_empty() && theirs.is_empty() && to_come.is_empty()) {
        papier.feuille("Qui signe pour le patient");
        papier.phrase(
            "Avant seize ans, un titulaire de l'autorité parentale choisit et signe pour l'enfant ; à seize et dix-sept ans, \
             le jeune signe avec un titulaire. Pour un adulte protégé, son tuteur signe, ou son curateur avec lui.",
        );
        for representant in &contenu.representants {
            papier.section(qualite(&representant.qualite));
            papier.champ("Nom", representant.nom.as_deref().unwrap_or(TU));
            if let Some(prenom) = &representant.prenom {
                papier.champ("Prénom", prenom);
            }
        }
        papier.section("Signature");
        signatures(&mut papier, &theirs, &to_come);
    }
    papier.ecrire(paris_day(declaration.enregistre_le), declaration.numero)
}

fn personne(papier: &mut Papier, patient: &Personne) {
    papier.champ("Nom de naissance", patient.nom.as_deref().unwrap_or(TU));
    papier.champ("Prénom", patient.prenom.as_deref().unwrap_or(TU));
    let naissance = patient.date_naissance.as_deref().map(|texte| {
        texte.parse::<NaiveDate>().map_or_else(|_lunar| texte.to_owned(), en_toutes_lettres)
    });
    papier.champ("Né ou née le", naissance.as_deref().unwrap_or(TU));
}

fn de_medecin(papier: &mut Papier, medecin: &Medecin) {
    let nom = [medecin.prenom.as_deref(), medecin.nom.as_deref()];
    let nom: Vec<&str> = nom.into_iter().flatten().collect();
    papier.champ("Nom", if nom.is_empty() { TU.to_owned() } else { nom.join(" ") }.as_str());
    papier.champ("RPPS", &medecin.rpps);
    if let Some(specialite) = &medecin.specialite {
        papier.champ("Spécialité", specialite);
    }
    if let Some(Lieu { nom, adresse, commune }) = &medecin.lieu {
        papier.champ("Lieu d'exercice", nom);
        papier.champ("Adresse", &format!("{adresse} (commune {commune})"));
    }
}

fn signatures(
    papier: &mut Papier,
    given: &[&Signe],
    missing: &[&(RoleSignataire, Option<String>)],
) {
    for signe in given {
        let who = qui(signe.role, signe.rpps.as_deref());
        let how = format!("{}, {}.", moyen(signe.moyen), preuve(signe.preuve));
        papier.phrase(&format!("{who} : signé le {}, {how}", en_toutes_lettres(signe.signe_le)));
    }
    for (role, rpps) in missing {
        papier.cadre(&qui(*role, rpps.as_deref()), &["Date :", "Signature :"]);
    }
    if given.is_empty() && missing.is_empty() {
        papier.phrase("Aucune signature n'est conservée ici.");
    }
}

fn qui(role: RoleSignataire, rpps: Option<&str>) -> String {
    match (role, rpps) {
        (RoleSignataire::Assure, _) => "Le patient".to_owned(),
        (RoleSignataire::TitulaireAutoriteParentale, _) => {
            "Le titulaire de l'autorité parentale".to_owned()
        }
        (RoleSignataire::Tuteur, _) => "Le tuteur".to_owned(),
        (RoleSignataire::Curateur, _) => "Le curateur".to_owned(),
        (RoleSignataire::Medecin, Some(rpps)) => format!("Le médecin (RPPS {rpps})"),
        (RoleSignataire::Medecin, None) => "Le médecin".to_owned(),
    }
}

const fn moyen(moyen: MoyenSignature) -> &'static str {
    match moyen {
        MoyenSignature::CarteVitale => "par carte Vitale",
        MoyenSignature::AppCarteVitale => "par l'application carte Vitale",
        MoyenSignature::Franceconnect => "par FranceConnect",
        MoyenSignature::Cps => "par carte de professionnel de santé",
        MoyenSignature::ECps => "par e-CPS",
        MoyenSignature::ProSanteConnect => "par Pro Santé Connect",
        MoyenSignature::PapierOriginalVu => "sur papier, original vu par la caisse",
        MoyenSignature::PapierCopie => "sur papier, copie vue par la caisse",
    }
}

const fn preuve(preuve: ModePreuve) -> &'static str {
    match preuve {
        ModePreuve::Verifiee => "preuve vérifiée",
        ModePreuve::Declaree => "déclarée sans preuve",
        ModePreuve::Papier => "gardé dans ses archives",
    }
}

/// In which quality somebody may sign for the patient, by its word in the content.
fn qualite(mot: &str) -> &'static str {
    match RoleSignataire::du_mot(mot) {
        Some(RoleSignataire::Tuteur) => "Tuteur",
        Some(RoleSignataire::Curateur) => "Curateur",
        _ => "Titulaire de l'autorité parentale",
    }
}
