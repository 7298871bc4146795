//! The facts of persons alone, read for many of them at once: those that nearly every feuille needs, those that seldom
//! decide, and what their rows hold of both.

use std::collections::BTreeMap;

use super::Sujet;
use super::registre::{Dossier, Registre};
use crate::domain::ids::PatientId;
use crate::services::ServiceError;
use crate::storage::connaissance::Connaissance;
use crate::storage::patients::etat::{CaisseEtat, EtatPatient};
use crate::storage::{Connection, faits};

/// What the rows of some persons are to hold, made from the facts.
pub(in crate::services) async fn etats(
    conn: &mut Connection,
    persons: &[PatientId],
) -> Result<BTreeMap<PatientId, EtatPatient>, ServiceError> {
    if persons.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut registre = Registre::new(persons);
    everything(conn, persons, &mut registre).await?;
    Ok(registre.etats())
}

/// Reads the facts of some persons that nearly every feuille needs.
pub(super) async fn facts(
    conn: &mut Connection,
    persons: &[PatientId],
    registre: &mut Registre,
    connu_le: Connaissance,
) -> Result<(), ServiceError> {
    caisses_connues(conn, persons, registre, connu_le).await?;
    for birth in faits::births(conn, persons, connu_le).await? {
        registre.change(birth.patient_id, |dossier| dossier.identified(&birth));
    }
    for membre in faits::designations(conn, persons, connu_le).await? {
        let gather = |dossier: &mut Dossier| dossier.names(&membre);
        registre.change(membre.patient_id, gather);
    }
    for (patient, effet) in faits::conflits(conn, persons, connu_le).await? {
        registre.change(patient, |dossier| dossier.etat.conflits.push(effet));
    }
    for one in faits::deaths(conn, persons, connu_le).await? {
        registre.change(one.patient_id, |dossier| dossier.etat.deces = Some(one.jour));
    }
    let records = registre.sharing(persons);
    for (patient, effet, statut) in faits::statuts(conn, &records, connu_le).await? {
        registre.change(patient, |dossier| dossier.etat.statuts.push((effet, statut)));
    }
    Ok(())
}

/// Reads all the facts of some persons that their rows are to hold, as known now.
pub(super) async fn everything(
    conn: &mut Connection,
    persons: &[PatientId],
    registre: &mut Registre,
) -> Result<(), ServiceError> {
    facts(conn, persons, registre, None).await?;
    waiting(conn, persons, registre, None).await?;
    neutralisations(conn, persons, registre, None).await?;
    let records = registre.sharing(persons);
    for record in faits::with_referrals(conn, &records).await? {
        registre.change(record, |dossier| dossier.etat.adressages = true);
    }
    for record in faits::with_opinions(conn, &records).await? {
        registre.change(record, |dossier| dossier.etat.avis = true);
    }
    for person in persons {
        registre.change(*person, |dossier| {
            dossier.etat.ranger();
            dossier.complet = true;
        });
    }
    Ok(())
}

/// Some persons with the records merged into theirs and their caisses, and nothing else.
pub(in crate::services) async fn caisses(
    conn: &mut Connection,
    persons: &[PatientId],
) -> Result<Registre, ServiceError> {
    let mut registre = Registre::new(persons);
    caisses_connues(conn, persons, &mut registre, None).await?;
    Ok(registre)
}

async fn caisses_connues(
    conn: &mut Connection,
    persons: &[PatientId],
    registre: &mut Registre,
    connu_le: Connaissance,
) -> Result<(), ServiceError> {
    for (kept, old) in faits::absorbed(conn, persons, connu_le).await? {
        registre.absorbs(kept, old);
    }
    let records = registre.sharing(persons);
    for one in faits::affiliations(conn, &records, connu_le).await? {
        let absorbee = registre.owner(one.patient_id) != one.patient_id;
        let caisse = CaisseEtat { absorbee, effet: one.effet, organisme: one.organisme };
        registre.change(one.patient_id, |dossier| dossier.etat.caisses.push(caisse));
    }
    Ok(())
}

async fn waiting(
    conn: &mut Connection,
    persons: &[PatientId],
    registre: &mut Registre,
    connu_le: Connaissance,
) -> Result<(), ServiceError> {
    for attente in faits::waiting(conn, persons, connu_le).await? {
        registre.change(attente.patient_id, |dossier| dossier.waits(&attente));
    }
    Ok(())
}

async fn neutralisations(
    conn: &mut Connection,
    persons: &[PatientId],
    registre: &mut Registre,
    connu_le: Connaissance,
) -> Result<(), ServiceError> {
    for (patient, effet) in faits::neutralisations(conn, persons, connu_le).await? {
        registre.change(patient, |dossier| dossier.etat.neutralisations.push(effet));
    }
    Ok(())
}

/// Facts that few feuilles need: asked only for the persons whose feuilles do.
pub(super) async fn rarer_facts(
    conn: &mut Connection,
    sujets: &[Sujet<'_>],
    registre: &mut Registre,
    connu_le: Connaissance,
) -> Result<(), ServiceError> {
    let choosing = registre.persons(sujets, Registre::needs_waiting);
    if !choosing.is_empty() {
        waiting(conn, &choosing, registre, connu_le).await?;
    }
    let alone = registre.persons(sujets, Registre::needs_neutralisations);
    if !alone.is_empty() {
        neutralisations(conn, &alone, registre, connu_le).await?;
    }
    Ok(())
}
