//! `Coverage`: the organisme on which a person depends, from a day to a day.

use axum::extract::State;
use axum::response::Response;
use serde_json::json;

use super::adresse::Ici;
use super::bundle::toutes;
use super::recherche::Recherche;
use super::ressource::{
    Ressource, a_l_organisme, au_patient, double, inconnue, meta, montrer, periode, simple,
};
use crate::domain::droits::Demarche;
use crate::domain::fait_date::FaitDate;
use crate::domain::identifiers::Organisme;
use crate::domain::ids::{FaitId, PatientId};
use crate::http::AppState;
use crate::http::extract::{Appel, Chemin};
use crate::http::problem::Refus;
use crate::services::patients;

fn coverage(patient: PatientId, fait: &FaitDate<Organisme>) -> Ressource {
    let organisme = &fait.valeur;
    let content = json!({
        "meta": meta(None, fait.enregistre_le),
        "status": "active",
        "type": { "text": "Assurance maladie obligatoire" },
        "beneficiary": au_patient(patient),
        "period": periode(fait.effet),
        "payor": [a_l_organisme(organisme)],
        "class": [
            { "type": { "text": "régime" }, "value": organisme.regime() },
            { "type": { "text": "caisse" }, "value": organisme.caisse() },
            { "type": { "text": "centre" }, "value": organisme.centre() },
        ],
    });
    Ressource::new("Coverage", Some(double(patient, fait.id.uuid())), content)
}

/// Those of a person: `patient`, `_lastUpdated`.
pub(super) async fn search(
    State(state): State<AppState>,
    appel: Appel,
    ici: Ici,
    mut asked: Recherche,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::LirePatient)?;
    let (patient, updated) = (asked.patient()?, asked.mis_a_jour()?);
    asked.fin()?;
    let dossier = patients::get(&state.core, &contexte, patient).await?;
    montrer(&dossier.map(|dossier| {
        let all = dossier.patient.affiliations.iter();
        let wanted = all.filter(|fait| updated.contient(fait.enregistre_le));
        toutes(wanted.map(|fait| coverage(patient, fait)).collect(), &ici)
    }))
}

/// One of them.
pub(super) async fn read(
    State(state): State<AppState>,
    appel: Appel,
    Chemin(id): Chemin<String>,
) -> Result<Response, Refus> {
    let contexte = appel.exige(Demarche::LirePatient)?;
    let (patient, fait) = simple(&id)?;
    let fait = FaitId::from_uuid(fait);
    let dossier = patients::get(&state.core, &contexte, patient).await?;
    let one = dossier.try_map(|dossier| {
        let found = dossier.patient.affiliations.iter().find(|one| one.id == fait);
        found.map(|found| coverage(patient, found)).ok_or_else(inconnue)
    })?;
    montrer(&one)
}
