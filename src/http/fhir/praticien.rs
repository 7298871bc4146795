//! Doctors and where they practise: public data, which any token reads.

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Value, json};

use super::adresse::Ici;
use super::bundle::toutes;
use super::recherche::{Recherche, manquant};
use super::ressource::{NATURES, RPPS, Ressource, au_praticien, concept, meta, periode, publier};
use crate::domain::droits::Demarche;
use crate::domain::fait_date::FaitDate;
use crate::domain::identifiers::Rpps;
use crate::domain::medecin::{Exercice, Medecin};
use crate::domain::vocabulary::Vocabulaire;
use crate::http::AppState;
use crate::http::extract::{Appel, Chemin};
use crate::http::problem::{Code, Refus};
use crate::services::{ServiceError, medecins};

const PROFESSIONS: &str =
    "https://mos.esante.gouv.fr/NOS/TRE_G15-ProfessionSante/FHIR/TRE-G15-ProfessionSante";
const SPECIALITES: &str =
    "https://mos.esante.gouv.fr/NOS/TRE_G100-SpecialiteAM/FHIR/TRE-G100-SpecialiteAM";

/// The last thing recorded of a doctor.
fn connu_le(medecin: &Medecin) -> DateTime<Utc> {
    let names = medecin.noms.iter().map(|fait| fait.enregistre_le);
    let specialties = medecin.specialites.iter().map(|fait| fait.enregistre_le);
    let practices = medecin.exercices.iter().map(|fait| fait.enregistre_le);
    names.chain(specialties).chain(practices).max().unwrap_or_default()
}

/// A doctor, today.
fn practitioner(medecin: &Medecin, today: NaiveDate) -> Ressource {
    let name = medecin.nom_le(today).or_else(|| medecin.noms.last().map(|fait| &fait.valeur));
    let content = json!({
        "meta": meta(None, connu_le(medecin)),
        "identifier": [{
            "use": "official",
            "type": concept(NATURES, "RPPS", "N° RPPS"),
            "system": RPPS,
            "value": medecin.rpps.as_str(),
        }],
        "active": medecin.exercices_le(today).next().is_some(),
        "name": name.map(|name| json!([{ "use": "usual", "family": name.nom, "given": [name.prenom] }])),
    });
    Ressource::new("Practitioner", Some(medecin.rpps.to_string()), content)
}

/// A practice of a doctor at a place.
fn role(medecin: &Medecin, fait: &FaitDate<Exercice>, today: NaiveDate) -> Ressource {
    let place = &fait.valeur.lieu;
    let specialty = medecin.specialite_le(today).map(|specialty| {
        json!([concept(SPECIALITES, &specialty.to_string(), specialty.libelle())])
    });
    let finess = place.finess_et.map(|finess| {
        json!([{ "type": concept(NATURES, "FINEG", "FINESS d'entité géographique"),
                 "system": "https://finess.esante.gouv.fr", "value": finess.as_str() }])
    });
    let content = json!({
        "meta": meta(None, fait.enregistre_le),
        "contained": [{
            "resourceType": "Location",
            "id": "lieu",
            "identifier": finess,
            "name": place.nom,
            "mode": "instance",
            "address": {
                "use": "work", "line": [place.adresse],
                // The official code of the commune, which is no postcode.
                "_city": commune(place.commune.as_str()),
            },
        }],
        "active": fait.effet.contient(today),
        "period": periode(fait.effet),
        "practitioner": au_praticien(medecin.rpps),
        "code": [concept(PROFESSIONS, "10", "Médecin")],
        "specialty": specialty,
        "location": [{ "reference": "#lieu", "display": place.nom }],
        "extension": [
            { "url": "urn:x-traitant:mode-exercice", "valueCode": fait.valeur.mode.mot() },
            { "url": "urn:x-traitant:exercice-principal", "valueBoolean": fait.valeur.principal },
        ],
    });
    Ressource::new("PractitionerRole", Some(role_id(medecin.rpps, fait)), content)
}

/// A commune by its official code alone.
fn commune(code: &str) -> Value {
    json!({ "extension": [{ "url": "urn:x-traitant:commune", "valueCode": code }] })
}

fn role_id(rpps: Rpps, fait: &FaitDate<Exercice>) -> String {
    format!("{rpps}.{}", fait.id.uuid().simple())
}

async fn known(state: &AppState, rpps: Rpps) -> Result<Medecin, Refus> {
    Ok(medecins::get(&state.core, &rpps).await?.0)
}

/// A doctor, or nobody.
async fn searched(state: &AppState, rpps: Rpps) -> Result<Option<Medecin>, Refus> {
    match medecins::get(&state.core, &rpps).await {
        Ok((medecin, _)) => Ok(Some(medecin)),
        Err(ServiceError::Introuvable) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// A doctor, by his number.
pub(super) async fn read(
    State(state): State<AppState>,
    appel: Appel,
    Chemin(rpps): Chemin<Rpps>,
) -> Result<Response, Refus> {
    appel.exige(Demarche::LireMedecin)?;
    publier(practitioner(&known(&state, rpps).await?, state.core.clock().today()))
}

/// A doctor by his number: `identifier`.
pub(super) async fn search(
    State(state): State<AppState>,
    appel: Appel,
    ici: Ici,
    mut asked: Recherche,
) -> Result<Response, Refus> {
    appel.exige(Demarche::LireMedecin)?;
    let (numbers, updated) = (asked.numeros("identifier")?, asked.mis_a_jour()?);
    asked.fin()?;
    let mut found = Vec::new();
    for rpps in numbers.ok_or_else(|| manquant("identifier"))? {
        found.extend(searched(&state, rpps).await?);
    }
    let today = state.core.clock().today();
    let found = found.iter().filter(|one| updated.contient(connu_le(one)));
    publier(toutes(found.map(|one| practitioner(one, today)).collect(), &ici))
}

/// The practices of a doctor: `practitioner`.
pub(super) async fn search_roles(
    State(state): State<AppState>,
    appel: Appel,
    ici: Ici,
    mut asked: Recherche,
) -> Result<Response, Refus> {
    appel.exige(Demarche::LireMedecin)?;
    let (named, updated) = (asked.praticien("practitioner")?, asked.mis_a_jour()?);
    asked.fin()?;
    let medecin = searched(&state, named.ok_or_else(|| manquant("practitioner"))?).await?;
    let today = state.core.clock().today();
    let found = medecin.iter().flat_map(|medecin| {
        let practices =
            medecin.exercices.iter().filter(|fait| updated.contient(fait.enregistre_le));
        practices.map(|fait| role(medecin, fait, today))
    });
    publier(toutes(found.collect(), &ici))
}

/// One practice.
pub(super) async fn read_role(
    State(state): State<AppState>,
    appel: Appel,
    Chemin(id): Chemin<String>,
) -> Result<Response, Refus> {
    appel.exige(Demarche::LireMedecin)?;
    let unknown = || Refus::new(Code::Introuvable, "Aucun exercice sous cet identifiant.");
    let rpps = id.split_once('.').and_then(|(rpps, _)| Rpps::parse(rpps).ok());
    let medecin = known(&state, rpps.ok_or_else(unknown)?).await?;
    let found = medecin.exercices.iter().find(|fait| role_id(medecin.rpps, fait) == id);
    publier(role(&medecin, found.ok_or_else(unknown)?, state.core.clock().today()))
}
