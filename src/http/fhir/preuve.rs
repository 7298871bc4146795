//! `Provenance`: who signed a declaration, when and by which means.

use axum::extract::State;
use axum::response::Response;
use serde_json::{Value, json};

use super::adresse::Ici;
use super::bundle::toutes;
use super::recherche::Recherche;
use super::ressource::{
    Ressource, au_patient, au_praticien, concept, double, meta, moment, montrer,
};
use crate::domain::declaration::{RoleSignataire, Signature};
use crate::domain::droits::Demarche;
use crate::domain::ids::DeclarationId;
use crate::domain::vocabulary::Vocabulaire;
use crate::http::AppState;
use crate::http::extract::{Appel, Chemin};
use crate::http::problem::Refus;
use crate::services::declarations::{self, Dossier};

/// Who signed: the doctor, the patient, or somebody for them, who is not named.
fn who(dossier: &Dossier, signature: &Signature) -> Value {
    let declaration = &dossier.declaration;
    match (signature.role, declaration.signataire(signature)) {
        (RoleSignataire::Medecin, Some(rpps)) => au_praticien(rpps),
        (RoleSignataire::Assure, _) => au_patient(declaration.patient_id),
        (other, _) => json!({ "display": other.mot() }),
    }
}

fn agent(dossier: &Dossier, signature: &Signature) -> Value {
    json!({
        "type": concept("http://terminology.hl7.org/CodeSystem/provenance-participant-type", "verifier", "Verifier"),
        "role": [concept("urn:x-traitant:role-signataire", signature.role.mot(), signature.role.mot())],
        "who": who(dossier, signature),
    })
}

/// A signature that a machine took: paper has a day and no instant.
fn taken(dossier: &Dossier, signature: &Signature) -> Option<Value> {
    let when = signature.signe_a?;
    Some(json!({
        "extension": [
            { "url": "urn:x-traitant:moyen-signature", "valueCode": signature.moyen.mot() },
            { "url": "urn:x-traitant:mode-preuve", "valueCode": signature.mode_preuve().mot() },
        ],
        "type": [{
            "system": "urn:iso-astm:E1762-95:2013", "code": "1.2.840.10065.1.12.1.7",
            "display": "Consent Signature",
        }],
        "when": moment(when),
        "who": who(dossier, signature),
    }))
}

/// The evidence of a declaration; a choice that was taken over has no signature here, and says where it comes from.
fn provenance(dossier: &Dossier) -> Ressource {
    let declaration = &dossier.declaration;
    let target = dossier.designation.as_ref().map_or_else(
        || {
            let value = declaration.id.to_string();
            json!({ "identifier": { "system": "urn:x-traitant:declaration", "value": value } })
        },
        |one| json!({ "reference": format!("CareTeam/{}", double(one.patient_id, one.id.uuid())) }),
    );
    let signed = declaration.signatures.iter();
    let mut agents: Vec<Value> = signed.clone().map(|one| agent(dossier, one)).collect();
    if agents.is_empty() {
        agents.push(json!({ "who": { "display": declaration.canal.mot() } }));
    }
    let last = signed.clone().map(|one| one.signe_le).max();
    let content = json!({
        "meta": meta(Some(declaration.version), declaration.enregistre_le),
        "target": [target],
        "occurredDateTime": last,
        "recorded": moment(declaration.enregistre_le),
        "activity": concept("urn:x-traitant:etat-declaration", declaration.etat.mot(), declaration.etat.mot()),
        "agent": agents,
        "entity": [{
            "role": "source",
            "what": {
                "identifier": {
                    "system": "urn:x-traitant:contenu-sha256",
                    "value": declaration.contenu_sha256.to_string(),
                },
            },
        }],
        "signature": signed.filter_map(|one| taken(dossier, one)).collect::<Vec<_>>(),
    });
    Ressource::new("Provenance", Some(declaration.id.to_string()), content)
}

/// The evidence of one declaration.
pub(super) async fn read(
    State(state): State<AppState>,
    appel: Appel,
    Chemin(id): Chemin<DeclarationId>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::LireDeclaration)?;
    montrer(&declarations::get(&state.core, &contexte, id).await?.map(|one| provenance(&one)))
}

/// That of the declarations of a person: `patient`, `_lastUpdated`.
pub(super) async fn search(
    State(state): State<AppState>,
    appel: Appel,
    ici: Ici,
    mut asked: Recherche,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::ListerDeclarations)?;
    let (patient, updated) = (asked.patient()?, asked.mis_a_jour()?);
    asked.fin()?;
    let all = declarations::list(&state.core, &contexte, patient).await?;
    montrer(&all.map(|all| {
        let wanted = all.iter().filter(|one| updated.contient(one.declaration.enregistre_le));
        toutes(wanted.map(provenance).collect(), &ici)
    }))
}
