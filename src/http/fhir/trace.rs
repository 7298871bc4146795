//! `AuditEvent`: who read the data of a person.

use axum::extract::State;
use axum::response::Response;
use serde_json::json;

use super::adresse::Ici;
use super::bundle::trouvees;
use super::recherche::Recherche;
use super::ressource::{Ressource, au_patient, concept, moment, montrer};
use crate::domain::droits::Demarche;
use crate::domain::ids::{AccesId, PatientId};
use crate::http::AppState;
use crate::http::extract::Appel;
use crate::http::pagination::{Cadre, Tranche};
use crate::http::problem::Refus;
use crate::services::acces::{self, Consultation};

fn audit_event(patient: PatientId, consultation: &Consultation) -> Ressource {
    let read = &consultation.acces;
    let name = consultation.agent.as_ref().map(|agent| agent.as_str().to_owned());
    let content = json!({
        "type": {
            "system": "http://terminology.hl7.org/CodeSystem/audit-event-type", "code": "rest",
            "display": "RESTful Operation",
        },
        "subtype": [{ "system": "urn:x-traitant:operation-tracee", "code": read.operation }],
        "action": "E",
        "recorded": moment(read.survenu_le),
        "outcome": "0",
        "agent": [{
            "type": concept("urn:x-traitant:role", &read.role, &read.role),
            "who": {
                "identifier": { "system": "urn:x-traitant:appelant", "value": read.identite },
                "display": read.nom,
            },
            "altId": read.reference,
            "name": name,
            "requestor": true,
        }],
        "source": { "observer": { "display": "Traitant" } },
        "entity": [{ "what": au_patient(patient) }],
    });
    Ressource::new("AuditEvent", Some(read.id.to_string()), content)
}

/// Who read the data of a person, the last first: `patient`, `_count`, `_cursor`.
pub(super) async fn search(
    State(state): State<AppState>,
    appel: Appel,
    ici: Ici,
    mut asked: Recherche,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::ListerAccesPatient)?;
    let (patient, page) = (asked.patient()?, asked.page()?);
    asked.fin()?;
    let question = format!("fhir acces {patient}");
    let cadre = Cadre::new(&state.core, contexte.acteur(), &question);
    let (wanted, kept) = page.voulue::<AccesId>(&cadre)?;
    let count = wanted.limite;
    let found = acces::of_patient(&state.core, &contexte, patient, wanted).await?;
    montrer(&found.map(|found| {
        let key = |one: &Consultation| one.acces.id.to_string();
        let page = Tranche::suivie(found, count, &cadre, key);
        let next = page
            .suivant
            .map(|cursor| format!("AuditEvent?patient=Patient/{patient}&{kept}&_cursor={cursor}"));
        let shown = page.donnees.iter().map(|one| audit_event(patient, one)).collect();
        trouvees(shown, (&ici, next), page.total)
    }))
}
