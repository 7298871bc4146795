//! `CareTeam`: a designation, one doctor or several jointly, with its days; its versions are those of the register.

use axum::extract::State;
use axum::response::Response;
use chrono::NaiveDate;
use serde_json::{Value, json};

use super::adresse::Ici;
use super::bundle::{toutes, versions};
use super::recherche::Recherche;
use super::ressource::{
    Ressource, au_patient, au_praticien, concept, double, inconnue, meta, montrer, periode, simple,
};
use crate::domain::designation::Designation;
use crate::domain::droits::Demarche;
use crate::domain::ids::DesignationId;
use crate::domain::vocabulary::Vocabulaire;
use crate::http::AppState;
use crate::http::extract::{Appel, Chemin, Chemins};
use crate::http::problem::{Code, Refus};
use crate::services::{Seen, medecins_traitants};

/// Functions of a professional for a patient, where `PCP` is the médecin traitant.
const FONCTIONS: &str = "https://mos.esante.gouv.fr/NOS/TRE_R259-HL7ParticipationFunction/FHIR/TRE-R259-HL7ParticipationFunction";

/// The states of a team, as FHIR names them.
const ETATS: &str = "http://hl7.org/fhir/care-team-status";

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
    ici: Ici,
    mut asked: Recherche,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::ListerDesignations)?;
    let (patient, wanted) = (asked.patient()?, asked.jetons("status")?);
    let updated = asked.mis_a_jour()?;
    asked.fin()?;
    let today = state.core.clock().today();
    let all = medecins_traitants::list(&state.core, &contexte, patient, None).await?;
    montrer(&all.map(|all| {
        let found = all.iter().map(|one| &one.designation).filter(|one| {
            updated.contient(one.enregistre_le)
                && wanted.as_ref().is_none_or(|wanted| wanted.designent(ETATS, status(one, today)))
        });
        toutes(found.map(|one| care_team(one, today)).collect(), &ici)
    }))
}

/// Every version of a designation that the caller may know, the last one first: at least one.
async fn all_versions(
    state: &AppState,
    appel: Appel,
    (id, limit): (&str, usize),
) -> Result<Seen<Vec<Designation>>, Refus> {
    let contexte = appel.exige(Demarche::ListerDesignations)?;
    let (patient, thing) = simple(id)?;
    let whom = (patient, DesignationId::from_uuid(thing));
    let found = medecins_traitants::versions(&state.core, &contexte, whom, limit).await?;
    if found.get().is_empty() { Err(inconnue()) } else { Ok(found) }
}

/// One designation.
pub(super) async fn read(
    State(state): State<AppState>,
    appel: Appel,
    Chemin(id): Chemin<String>,
) -> Result<Response, Refus> {
    let found = all_versions(&state, appel, (&id, 1)).await?;
    let today = state.core.clock().today();
    montrer(
        &found.try_map(|all| all.first().map(|one| care_team(one, today)).ok_or_else(inconnue))?,
    )
}

/// Its versions: `_since`.
pub(super) async fn history(
    State(state): State<AppState>,
    appel: Appel,
    ici: Ici,
    Chemin(id): Chemin<String>,
    mut asked: Recherche,
) -> Result<Response, Refus> {
    let since = asked.depuis()?;
    asked.fin()?;
    let found = all_versions(&state, appel, (&id, VERSIONS)).await?;
    let today = state.core.clock().today();
    montrer(&found.map(|all| {
        let wanted = all.iter().filter(|one| since.contient(one.enregistre_le));
        let shown = wanted.map(|one| care_team(one, today));
        versions(shown.collect(), &ici)
    }))
}

/// One of its versions.
pub(super) async fn version(
    State(state): State<AppState>,
    appel: Appel,
    Chemins(id, version): Chemins<String, i32>,
) -> Result<Response, Refus> {
    let found = all_versions(&state, appel, (&id, VERSIONS)).await?;
    let today = state.core.clock().today();
    let absent = || Refus::new(Code::Introuvable, "Cette désignation n'a pas cette version.");
    montrer(&found.try_map(|all| {
        let wanted = all.iter().find(|one| one.version == version);
        wanted.map(|one| care_team(one, today)).ok_or_else(absent)
    })?)
}
