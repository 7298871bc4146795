//! Whom a person represents: a parent's children, a protected adult.

use super::{Contexte, Core, Seen, ServiceError, latest_knowledge};
use crate::domain::acteur::Acteur;
use crate::domain::ids::{DesignationId, PatientId, RepresentationId};
use crate::domain::patient::Identite;
use crate::domain::representation::NatureRepresentation;
use crate::storage::patients::fusions;
use crate::storage::{designations, patients, representations};

/// Somebody whom the caller represents today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proche {
    pub patient_id: PatientId,
    pub representation_id: RepresentationId,
    pub nature: NatureRepresentation,
    pub identite: Identite,
    pub age: u8,
    /// Whether somebody may choose for them alone, or only with them.
    pub choisit: bool,
    /// Their designation in force.
    pub designation_id: Option<DesignationId>,
}

/// Those whom the caller represents today, by their ids. Each of them reads it.
pub async fn list(core: &Core, contexte: &Contexte) -> Result<Seen<Vec<Proche>>, ServiceError> {
    let mut search = core.search(contexte).await?;
    let Acteur::Patient(own) = *contexte.acteur() else { return Err(ServiceError::Introuvable) };
    let today = core.today();
    let own = fusions::merged_into(search.conn(), own).await?.unwrap_or(own);
    let links = representations::represented_by(search.conn(), &[own], today).await?;
    let choice = core.valeur(crate::law::parameters::Parametre::MtAgeMajoriteChoix, today)?;
    let mut found = Vec::new();
    for (patient_id, representation_id, nature) in links {
        let conn = search.conn();
        let person = patients::get(conn, core.coffre(), patient_id, latest_knowledge()).await?;
        let Some(person) = person else { continue };
        let Some(identite) = person.identite_le(today).cloned() else { continue };
        let age = person.age_le(today).unwrap_or_default();
        let current = designations::current(search.conn(), patient_id, today).await?;
        found.push(Proche {
            patient_id,
            representation_id,
            nature,
            identite,
            age,
            choisit: i64::from(age) >= choice,
            designation_id: current.map(|known| known.id),
        });
    }
    let persons: Vec<PatientId> = found.iter().map(|one| one.patient_id).collect();
    search.show_all(persons, found).await
}
