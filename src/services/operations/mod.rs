//! Operations on a doctor: counted beforehand, recorded at once, carried out by a job, undone.

mod facts;
mod run;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{
    Contexte, Demande, Memoire, Rendu, ServiceError, Services, latest_knowledge, verify_version,
};
use crate::domain::acteur::Acteur;
use crate::domain::ids::{EvenementId, OperationId, TacheId};
use crate::domain::operation::{
    Compte, EtatOperation, NatureOperation, NouvelleOperation, Operation,
};
use crate::storage::evenements::{self, Evenement};
use crate::storage::medecins::changements::{self, Verrouille};
use crate::storage::{Connection, Tx, medecins, operations, taches};

pub use self::run::{DO, UNDO};

/// An operation, and how far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suivi {
    /// The operation.
    pub operation: Operation,
    /// Its patients.
    pub compte: Compte,
}

/// What became of a line of an imported file.
#[derive(Debug)]
pub enum LigneImportee {
    /// The operation was recorded, or would be.
    Enregistree(Suivi),
    /// The line was not accepted.
    Refusee(ServiceError),
}

impl Services {
    /// How many patients an operation would reach, without recording anything.
    pub async fn preview_operation(
        &self,
        contexte: &Contexte,
        nouvelle: &NouvelleOperation,
    ) -> Result<Compte, ServiceError> {
        caisse_of(contexte)?;
        // The facts are really changed, then forgotten: the count is that of the real thing.
        let mut tx = self.db.begin("operation.preview").await?;
        let suivi = self.record_operation(&mut tx, contexte, nouvelle, false).await?;
        drop(tx);
        Ok(suivi.compte)
    }

    /// Records an operation; a job carries it out.
    pub async fn create_operation(
        &self,
        contexte: &Contexte,
        demande: &Demande,
        nouvelle: &NouvelleOperation,
        rendre: impl Fn(&Suivi) -> Result<Rendu, serde_json::Error>,
    ) -> Result<Memoire, ServiceError> {
        caisse_of(contexte)?;
        let mut tx = self.db.begin("operation.create").await?;
        if let Some(answered) = self.claim(&mut tx, contexte, demande).await? {
            return Ok(answered);
        }
        let suivi = self.record_operation(&mut tx, contexte, nouvelle, true).await?;
        let rendu = rendre(&suivi)?;
        self.keep(tx, contexte, demande, rendu).await
    }

    /// Records the operations of a file, each line for itself: a line that is not accepted does not
    /// stop the others.
    pub async fn import_operations(
        &self,
        contexte: &Contexte,
        demande: &Demande,
        lignes: Vec<(usize, NouvelleOperation)>,
        rendre: impl FnOnce(Vec<(usize, LigneImportee)>) -> Result<Rendu, serde_json::Error>,
    ) -> Result<Memoire, ServiceError> {
        caisse_of(contexte)?;
        let mut tx = self.db.begin("operation.import").await?;
        if let Some(answered) = self.claim(&mut tx, contexte, demande).await? {
            return Ok(answered);
        }
        let done = self.record_lines(&mut tx, contexte, lignes, true).await?;
        let rendu = rendre(done)?;
        self.keep(tx, contexte, demande, rendu).await
    }

    /// What the import of a file would give, without recording anything.
    pub async fn preview_import(
        &self,
        contexte: &Contexte,
        lignes: Vec<(usize, NouvelleOperation)>,
    ) -> Result<Vec<(usize, LigneImportee)>, ServiceError> {
        caisse_of(contexte)?;
        let mut tx = self.db.begin("operation.preview_import").await?;
        self.record_lines(&mut tx, contexte, lignes, false).await
    }

    async fn record_lines(
        &self,
        tx: &mut Tx,
        contexte: &Contexte,
        mut lignes: Vec<(usize, NouvelleOperation)>,
        plan: bool,
    ) -> Result<Vec<(usize, LigneImportee)>, ServiceError> {
        // Doctors are locked in one order, whatever that of the file.
        lignes.sort_by_key(|(number, line)| (line.rpps, line.effet_du, *number));
        let mut done = Vec::with_capacity(lignes.len());
        for (number, line) in lignes {
            done.push(match self.record_operation(tx, contexte, &line, plan).await {
                Ok(suivi) => (number, LigneImportee::Enregistree(suivi)),
                // The database itself failed: nothing of the file stands.
                Err(error @ ServiceError::Storage(_)) => return Err(error),
                Err(error) => (number, LigneImportee::Refusee(error)),
            });
        }
        Ok(done)
    }

    /// Reads an operation of the calling caisse, and how far it is.
    pub async fn get_operation(
        &self,
        contexte: &Contexte,
        id: OperationId,
    ) -> Result<Suivi, ServiceError> {
        let mut conn = self.db.read("operation.get").await?;
        let operation = own_operation(&mut conn, contexte, id).await?;
        let suivi = suivi(&mut conn, operation).await?;
        drop(conn);
        Ok(suivi)
    }

    /// Undoes an operation: the facts of the doctor at once, the designations by a job.
    pub async fn cancel_operation(
        &self,
        contexte: &Contexte,
        demande: &Demande,
        (id, version): (OperationId, i32),
        motif: Option<&str>,
        rendre: impl Fn(&Suivi) -> Result<Rendu, serde_json::Error>,
    ) -> Result<Memoire, ServiceError> {
        let mut tx = self.db.begin("operation.cancel").await?;
        if let Some(answered) = self.claim(&mut tx, contexte, demande).await? {
            return Ok(answered);
        }
        let seen = own_operation(&mut tx, contexte, id).await?;
        let doctor = self.lock_doctor(&mut tx, &seen.rpps).await?;
        let operation = own_operation(&mut tx, contexte, id).await?;
        if operation.annulee_le.is_some() || doctor.connu_le != operation.enregistre_le {
            return Err(ServiceError::AnnulationImpossible);
        }
        verify_version(version, operation.version)?;
        let seen = operation.version;
        if !operations::cancel(&mut tx, id, seen, motif, doctor.instant).await? {
            let attendue = seen;
            return Err(ServiceError::VersionPerimee {
                attendue,
                actuelle: seen.saturating_add(1),
            });
        }
        self.restore_facts(&mut tx, &operation, doctor.instant).await?;
        changements::touch(&mut tx, doctor.id, doctor.instant).await?;
        self.plan_operation(&mut tx, UNDO, id, doctor.instant).await?;
        let nature = "medecin.operation_annulee";
        self.tell_operation(&mut tx, contexte, &operation, nature, doctor.instant).await?;
        let operation = own_operation(&mut tx, contexte, id).await?;
        let rendu = rendre(&suivi(&mut tx, operation).await?)?;
        self.keep(tx, contexte, demande, rendu).await
    }

    /// Records one operation in a transaction: the facts of the doctor, the operation, its job.
    async fn record_operation(
        &self,
        tx: &mut Tx,
        contexte: &Contexte,
        nouvelle: &NouvelleOperation,
        plan: bool,
    ) -> Result<Suivi, ServiceError> {
        let doctor = self.lock_doctor(tx, &nouvelle.rpps).await.map_err(|error| {
            error.into_champ("/rpps", "medecin_inconnu", "le RPPS d'un médecin enregistré")
        })?;
        let (nature, effet_du) = (nouvelle.nature, nouvelle.effet_du);
        if let Some(known) = operations::find(tx, doctor.id, nature, effet_du).await? {
            return Err(ServiceError::OperationExistante(known));
        }
        let medecin = medecins::find(tx, &nouvelle.rpps, latest_knowledge())
            .await?
            .ok_or(ServiceError::Introuvable)?;
        let changes = self.changes(tx, &medecin, nouvelle, doctor.instant).await?;
        let operation = Operation {
            id: OperationId::from_uuid(self.ids.uuid()),
            medecin_id: doctor.id,
            rpps: nouvelle.rpps,
            nature,
            effet_du,
            effet_au: nouvelle.effet_au,
            caisse: caisse_of(contexte)?,
            motif: nouvelle.motif.clone(),
            etat: EtatOperation::EnAttente,
            version: 1,
            enregistre_le: doctor.instant,
            annulee_le: None,
        };
        self.write_facts(tx, doctor.id, &changes, doctor.instant).await?;
        changements::touch(tx, doctor.id, doctor.instant).await?;
        operations::insert(tx, &operation).await?;
        let compte = self.expected(tx, &operation).await?;
        if plan {
            self.plan_operation(tx, DO, operation.id, doctor.instant).await?;
            self.tell_operation(tx, contexte, &operation, nature.evenement(), doctor.instant)
                .await?;
        }
        Ok(Suivi { operation, compte })
    }

    /// What an operation will do, by the designations known now.
    async fn expected(
        &self,
        conn: &mut Connection,
        operation: &Operation,
    ) -> Result<Compte, ServiceError> {
        let (doctor, jour) = (operation.medecin_id, operation.effet_du);
        let posterieures = operations::later(conn, doctor, jour).await?;
        let mut compte = Compte { posterieures, ..Compte::default() };
        for (others, count) in operations::groups(conn, doctor, jour).await? {
            let more = |total: i64| total.saturating_add(count);
            compte.concernes = more(compte.concernes);
            let ends = match operation.nature.fin() {
                None => false,
                Some(nature) if nature.conjointe_seulement() => {
                    self.breaks_joint(conn, operation, &others).await?
                }
                Some(_) => true,
            };
            if !ends {
                compte.notifiees = more(compte.notifiees);
            } else if others.is_empty() {
                compte.fermees = more(compte.fermees);
                if operation.nature.neutralise() && self.neutralisation_months(jour) > 0 {
                    compte.neutralisees = more(compte.neutralisees);
                }
            } else {
                compte.membres_fermes = more(compte.membres_fermes);
            }
        }
        Ok(compte)
    }

    async fn lock_doctor(
        &self,
        tx: &mut Tx,
        rpps: &crate::domain::identifiers::Rpps,
    ) -> Result<Verrouille, ServiceError> {
        let locked = changements::lock(tx, rpps, self.clock.now()).await?;
        locked.ok_or(ServiceError::Introuvable)
    }

    async fn plan_operation(
        &self,
        conn: &mut Connection,
        nature: &str,
        id: OperationId,
        instant: DateTime<Utc>,
    ) -> Result<(), ServiceError> {
        let task = TacheId::from_uuid(self.ids.uuid());
        let (cle, charge) = (id.to_string(), json!({ "operation_id": id }));
        let due = self.clock.now();
        taches::enqueue(conn, task, nature, Some(&cle), &charge, due, instant).await?;
        Ok(())
    }

    async fn tell_operation(
        &self,
        conn: &mut Connection,
        contexte: &Contexte,
        operation: &Operation,
        nature: &'static str,
        instant: DateTime<Utc>,
    ) -> Result<(), ServiceError> {
        let event = Evenement {
            id: EvenementId::from_uuid(self.ids.uuid()),
            nature,
            survenu_le: instant,
            enregistre_le: instant,
            effet_du: Some(operation.effet_du),
            patient_id: None,
            medecin_id: Some(operation.medecin_id),
            declaration_id: None,
            feuille_id: None,
            auteur_role: contexte.acteur.role(),
            auteur_moyen: None,
            donnees: json!({ "operation_id": operation.id, "nature": operation.nature }),
        };
        Ok(evenements::insert(conn, &event).await?)
    }
}

/// The operation that a job carries.
fn operation_of(charge: &Value) -> Option<OperationId> {
    charge.get("operation_id")?.as_str()?.parse().ok()
}

/// An operation of the calling caisse; those of others do not exist for it.
async fn own_operation(
    conn: &mut Connection,
    contexte: &Contexte,
    id: OperationId,
) -> Result<Operation, ServiceError> {
    let caisse = caisse_of(contexte)?;
    operations::get(conn, id)
        .await?
        .filter(|operation| operation.caisse == caisse)
        .ok_or(ServiceError::Introuvable)
}

/// An operation with its patients.
async fn suivi(conn: &mut Connection, operation: Operation) -> Result<Suivi, ServiceError> {
    let compte = operations::progress(conn, operation.id).await?;
    let posterieures = operations::later(conn, operation.medecin_id, operation.effet_du).await?;
    Ok(Suivi { operation, compte: Compte { posterieures, ..compte } })
}

/// The code of the calling caisse.
fn caisse_of(contexte: &Contexte) -> Result<String, ServiceError> {
    match contexte.acteur {
        Acteur::Caisse(caisse) => Ok(caisse.code()),
        Acteur::Medecin(_) | Acteur::Patient(_) => {
            Err(ServiceError::Interdit("seule une caisse enregistre ce qui arrive à un médecin"))
        }
    }
}

/// Natures that end every practice of the doctor.
const fn ends_practice(nature: NatureOperation) -> bool {
    matches!(
        nature,
        NatureOperation::Retraite
            | NatureOperation::Cessation
            | NatureOperation::Deces
            | NatureOperation::ChangementDepartement
    )
}
