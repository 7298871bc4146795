//! `CareTeam`: a designation, one doctor or several jointly, with its days; its versions are those of the register.

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde_json::{Value, json};

use super::bundle::{toutes, versions};
use super::recherche::Recherche;
use super::ressource::{
    Ressource, au_patient, au_praticien, concept, double, inconnue, meta, montrer, periode, simple,
};
use crate::domain::designation::Designation;
use crate::domain::droits::Demarche;
use crate::domain::ids::{DesignationId, PatientId};
use crate::domain::vocabulary::Vocabulaire;
use crate::http::AppState;
use crate::http::extract::{Appel, Chemin, Chemins};
use crate::http::problem::{Code, Refus};
use crate::services::medecins_traitants::{self, DesignationLue};
use crate::services::{Contexte, Seen};

/// Functions of a professional for a patient, where `PCP` is the médecin traitant.
const FONCTIONS: &str = "https://mos.esante.gouv.fr/NOS/TRE_R259-HL7ParticipationFunction/FHIR/TRE-R259-HL7ParticipationFunction";

/// The most versions that a history goes back.
const VERSIONS: usize = 50;

/// What it is today.
fn status(designation: &Designation, today: NaiveDate) -> &'static str {
    match designation.effet {
        days if days.contient(today) => "active",
        days if days.du() > today => "proposed",
        _ => "inactive",
    }
}

/// A designation, as it is today.
pub(super) fn care_team(designation: &Designation, today: NaiveDate) -> Ressource {
    let effet = designation.effet;
    let members: Vec<Value> = designation
        .membres
        .iter()
        .filter_map(|membre| Some((membre, membre.effet.intersection(&effet)?)))
        .map(|(membre, days)| {
            json!({
                "role": [concept(FONCTIONS, "PCP", "médecin traitant")],
                "member": au_praticien(membre.rpps),
                "period": periode(days),
            })
        })
        .collect();
    let name =
        if members.len() > 1 { "Médecins traitants conjoints" } else { "Médecin traitant" };
    let ended = designation
        .motif_fin
        .map(|motif| json!([{ "url": "urn:x-traitant:motif-fin", "valueCode": motif.mot() }]));
    let content = json!({
        "meta": meta(Some(designation.version), designation.enregistre_le),
        "extension": ended,
        "identifier": [{
            "system": "urn:x-traitant:declaration", "value": designation.declaration_id.to_string(),
        }],
        "status": status(designation, today),
        "name": name,
        "subject": au_patient(designation.patient_id),
        "period": periode(effet),
        "participant": members,
    });
    let id = double(designation.patient_id, designation.id.uuid());
    Ressource::new("CareTeam", Some(id), content)
}

/// The designations of a person: `patient`, `status`, `_lastUpdated`.
pub(super) async fn search(
    State(state): State<AppState>,
    appel: Appel,
    uri: Uri,
    mut asked: Recherche,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::ListerDesignations)?;
    let (patient, wanted) = (asked.patient()?, asked.prend("status"));
    let updated = asked.mis_a_jour()?;
    asked.fin()?;
    let today = state.core.clock().today();
    let all = medecins_traitants::list(&state.core, &contexte, patient, None).await?;
    montrer(&all.map(|all| {
        let found = all.iter().map(|one| &one.designation).filter(|one| {
            updated.contient(one.enregistre_le)
                && wanted.as_deref().is_none_or(|wanted| wanted == status(one, today))
        });
        toutes(found.map(|one| care_team(one, today)).collect(), &uri.to_string())
    }))
}

/// One designation of a person, as known at an instant.
async fn known_at(
    state: &AppState,
    contexte: &Contexte,
    (patient, id): (PatientId, DesignationId),
    connu_le: Option<DateTime<Utc>>,
) -> Result<Option<Seen<Designation>>, Refus> {
    let all = medecins_traitants::list(&state.core, contexte, patient, connu_le).await?;
    let own = |all: Vec<DesignationLue>| {
        all.into_iter().map(|one| one.designation).find(|one| one.id == id).ok_or(())
    };
    Ok(all.try_map(own).ok())
}

/// Every version of a designation that the caller may know, the last one first.
async fn all_versions(
    state: &AppState,
    appel: Appel,
    id: &str,
) -> Result<Vec<Seen<Designation>>, Refus> {
    let contexte = appel.exige(Demarche::ListerDesignations)?;
    let (patient, thing) = simple(id)?;
    let whom = (patient, DesignationId::from_uuid(thing));
    let mut found: Vec<Seen<Designation>> = Vec::new();
    let mut instant = None;
    while found.len() < VERSIONS {
        let Some(version) = known_at(state, &contexte, whom, instant).await? else { break };
        let known = version.get();
        instant = known.enregistre_le.checked_sub_signed(TimeDelta::microseconds(1));
        let first = known.version <= 1;
        found.push(version);
        if first {
            break;
        }
    }
    if found.is_empty() { Err(inconnue()) } else { Ok(found) }
}

/// One designation.
pub(super) async fn read(
    State(state): State<AppState>,
    appel: Appel,
    Chemin(id): Chemin<String>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::ListerDesignations)?;
    let (patient, thing) = simple(&id)?;
    let whom = (patient, DesignationId::from_uuid(thing));
    let found = known_at(&state, &contexte, whom, None).await?.ok_or_else(inconnue)?;
    let today = state.core.clock().today();
    montrer(&found.map(|one| care_team(&one, today)))
}

/// Its versions.
pub(super) async fn history(
    State(state): State<AppState>,
    appel: Appel,
    uri: Uri,
    Chemin(id): Chemin<String>,
) -> Result<Response, Refus> {
    let mut found = all_versions(&state, appel, &id).await?;
    let today = state.core.clock().today();
    let last = found.remove(0);
    let before = found.into_iter().map(Seen::into_inner);
    montrer(&last.map(|last| {
        let all = std::iter::once(last).chain(before);
        let shown = all.map(|one| (format!("CareTeam/{id}"), care_team(&one, today)));
        versions(shown.collect(), &uri.to_string())
    }))
}

/// One of its versions.
pub(super) async fn version(
    State(state): State<AppState>,
    appel: Appel,
    Chemins(id, version): Chemins<String, i32>,
) -> Result<Response, Refus> {
    let found = all_versions(&state, appel, &id).await?;
    let wanted = found.into_iter().find(|one| one.get().version == version);
    let today = state.core.clock().today();
    let absent = || Refus::new(Code::Introuvable, "Cette désignation n'a pas cette version.");
    montrer(&wanted.ok_or_else(absent)?.map(|one| care_team(&one, today)))
}
