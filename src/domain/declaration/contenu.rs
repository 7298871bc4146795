//! The canonical content of a declaration: what both parties see, and sign by its digest.

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::Value;

use super::super::digest::Empreinte;

/// Version of the form. A change of wording or of fields is a new version; older ones stay
/// verifiable because the content is kept as it was signed.
const FORMULAIRE: &str = "S3704-traitant-1";

/// What is declared. Fields are in alphabetical order, which is the order of the canonical form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Contenu {
    pub engagement: &'static str,
    /// Version of the form.
    pub formulaire: &'static str,
    /// Doctors chosen, in the order of their RPPS.
    pub medecins: Vec<MedecinDeclare>,
    pub patient: PatientDeclare,
    /// Who may sign for the patient that day: holders of parental authority, representatives.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub representants: Vec<RepresentantDeclare>,
}

/// Who may sign for the patient, on the form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RepresentantDeclare {
    /// Of a body, the one that it has.
    pub nom: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prenom: Option<String>,
    /// In which quality: a word of `RoleSignataire`.
    pub qualite: &'static str,
    /// The link, which a signature names.
    pub representation_id: String,
}

/// A doctor on the form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MedecinDeclare {
    pub lieu: LieuDeclare,
    pub nom: String,
    pub prenom: String,
    pub rpps: String,
    /// Specialty, in French.
    pub specialite: &'static str,
}

/// A place on the form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LieuDeclare {
    pub adresse: String,
    /// COG code of the commune.
    pub commune: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finess_et: Option<String>,
    pub nom: String,
}

/// The patient on the form. No NIR: the internal id designates the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PatientDeclare {
    pub date_naissance: String,
    pub id: String,
    /// Birth name.
    pub nom: String,
    pub prenom: String,
}

impl Contenu {
    /// The content of a choice.
    pub fn new(
        patient: PatientDeclare,
        mut medecins: Vec<MedecinDeclare>,
        representants: Vec<RepresentantDeclare>,
    ) -> Self {
        medecins.sort_by(|one, other| one.rpps.cmp(&other.rpps));
        let engagement = if medecins.len() > 1 {
            "Le patient choisit ces médecins comme médecins traitants désignés conjointement ; ces \
             médecins l'acceptent."
        } else {
            "Le patient choisit ce médecin comme médecin traitant ; ce médecin l'accepte."
        };
        Self { engagement, formulaire: FORMULAIRE, medecins, patient, representants }
    }

    /// The content of an amendment: doctors join those who are in place.
    pub fn avenant(
        patient: PatientDeclare,
        medecins: Vec<MedecinDeclare>,
        representants: Vec<RepresentantDeclare>,
    ) -> Self {
        let engagement = "Le patient ajoute à ses médecins traitants en place ceux qui le deviennent avec \
             eux ; ceux-ci l'acceptent, et tous sont désignés conjointement.";
        Self { engagement, ..Self::new(patient, medecins, representants) }
    }

    /// The canonical form (RFC 8785: members in order, no space, UTF-8), and its digest.
    pub fn canonical(&self) -> Result<(String, Empreinte), serde_json::Error> {
        let text = serde_json::to_string(self)?;
        let digest = Empreinte::of(&text);
        Ok((text, digest))
    }
}

/// How the content that was signed differs from that of the declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EcartContenu {
    /// The day whose content was signed.
    pub signe: NaiveDate,
    /// Members of the content that differ, as JSON pointers.
    pub membres: Vec<String>,
}

/// The members in which two canonical contents differ, as JSON pointers: of the deepest that both have.
pub fn ecarts(attendu: &str, signe: &str) -> Vec<String> {
    let read = |text: &str| serde_json::from_str::<Value>(text).unwrap_or(Value::Null);
    let mut found = Vec::new();
    compare(&read(attendu), &read(signe), "", &mut found);
    found
}

fn compare(attendu: &Value, signe: &Value, place: &str, found: &mut Vec<String>) {
    match (attendu, signe) {
        (Value::Object(one), Value::Object(other)) => {
            let mut names: Vec<&String> = one.keys().chain(other.keys()).collect();
            names.sort();
            names.dedup();
            let null = Value::Null;
            for name in names {
                let (mine, theirs) = (one.get(name), other.get(name));
                let (mine, theirs) = (mine.unwrap_or(&null), theirs.unwrap_or(&null));
                compare(mine, theirs, &format!("{place}/{name}"), found);
            }
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            for (index, (mine, theirs)) in one.iter().zip(other).enumerate() {
                compare(mine, theirs, &format!("{place}/{index}"), found);
            }
        }
        (one, other) if one == other => {}
        _ => found.push(place.to_owned()),
    }
}
