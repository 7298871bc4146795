//! A declaration that waits is signed, refused, cancelled, or expires.

use chrono::{DateTime, Utc};

use super::{Dossier, SignatureRecue};
use crate::domain::acteur::Acteur;
use crate::domain::declaration::{Declaration, Signee};
use crate::domain::ids::{DeclarationId, PatientId};
use crate::services::{Contexte, Demande, Memoire, Rendu, ServiceError, Services, verify_version};
use crate::storage::{Tx, declarations, evenements, patients, signatures};

/// What a trace says of a writing whose answer shows the person.
pub(super) const ECRIRE: &str = "declaration.ecrire";

impl Services {
    /// Adds a signature to a declaration that waits.
    pub async fn sign_declaration(
        &self,
        contexte: &Contexte,
        demande: &Demande,
        vue: (DeclarationId, i32),
        recue: &SignatureRecue,
        rendre: impl Fn(&Dossier) -> Result<Rendu, serde_json::Error>,
    ) -> Result<Memoire, ServiceError> {
        let mut tx = self.db.begin("declaration.sign").await?;
        if let Some(answered) = self.claim(&mut tx, contexte, demande).await? {
            return self.replayed(tx, contexte, vue.0, answered).await;
        }
        let (mut declaration, instant) = self.take(&mut tx, contexte, vue).await?;
        let now = self.clock.now();
        let signature = self.signature(&declaration, &contexte.acteur, recue, now)?;
        let famille = self.famille(&mut tx, declaration.patient_id).await?;
        let conditions = self.conditions(&famille, &declaration, signature.signe_le, now)?;
        let outcome = declaration.sign(signature, &contexte.acteur, &conditions)?;
        if let Some(signature) = declaration.signatures.last() {
            signatures::insert(&mut tx, &declaration, signature, instant).await?;
        }
        declarations::advance(&mut tx, &mut declaration, instant).await?;
        self.record(&mut tx, contexte, &declaration, "declaration.signee", instant).await?;
        if matches!(outcome, Signee::Complete(_)) {
            self.take_effect(&mut tx, contexte, &declaration, instant).await?;
        }
        self.finish(tx, contexte, demande, declaration, instant, rendre).await
    }

    /// A doctor refuses a declaration that names him.
    pub async fn refuse_declaration(
        &self,
        contexte: &Contexte,
        demande: &Demande,
        vue: (DeclarationId, i32),
        motif: Option<&str>,
        rendre: impl Fn(&Dossier) -> Result<Rendu, serde_json::Error>,
    ) -> Result<Memoire, ServiceError> {
        if !matches!(contexte.acteur, Acteur::Medecin(_)) {
            return Err(ServiceError::Interdit("seul un médecin désigné refuse une déclaration"));
        }
        let mut tx = self.db.begin("declaration.refuse").await?;
        if let Some(answered) = self.claim(&mut tx, contexte, demande).await? {
            return self.replayed(tx, contexte, vue.0, answered).await;
        }
        let (mut declaration, instant) = self.take(&mut tx, contexte, vue).await?;
        declaration.refuse(motif.map(str::to_owned))?;
        declarations::advance(&mut tx, &mut declaration, instant).await?;
        self.record(&mut tx, contexte, &declaration, "declaration.refusee", instant).await?;
        self.finish(tx, contexte, demande, declaration, instant, rendre).await
    }

    /// Somebody cancels a declaration before its effect.
    pub async fn cancel_declaration(
        &self,
        contexte: &Contexte,
        demande: &Demande,
        vue: (DeclarationId, i32),
        motif: Option<&str>,
        rendre: impl Fn(&Dossier) -> Result<Rendu, serde_json::Error>,
    ) -> Result<Memoire, ServiceError> {
        let mut tx = self.db.begin("declaration.cancel").await?;
        if let Some(answered) = self.claim(&mut tx, contexte, demande).await? {
            return self.replayed(tx, contexte, vue.0, answered).await;
        }
        let (mut declaration, instant) = self.take(&mut tx, contexte, vue).await?;
        declaration.cancel(motif.map(str::to_owned))?;
        declarations::advance(&mut tx, &mut declaration, instant).await?;
        self.record(&mut tx, contexte, &declaration, "declaration.annulee", instant).await?;
        self.finish(tx, contexte, demande, declaration, instant, rendre).await
    }

    /// Lets the declarations that waited too long expire; gives how many.
    pub async fn expire_declarations(&self, limit: i64) -> Result<usize, ServiceError> {
        let now = self.clock.now();
        let mut tx = self.db.begin("declaration.expired").await?;
        let waiting = declarations::expired(&mut tx, now, limit).await?;
        tx.commit().await?;
        let mut expired = 0;
        for (patient, id) in waiting {
            expired += usize::from(self.expire_declaration(patient, id, now).await?);
        }
        Ok(expired)
    }

    /// Lets one declaration expire, unless somebody signed it meanwhile.
    async fn expire_declaration(
        &self,
        patient: PatientId,
        id: DeclarationId,
        now: DateTime<Utc>,
    ) -> Result<bool, ServiceError> {
        let mut tx = self.db.begin("declaration.expire").await?;
        let Some(instant) = patients::lock(&mut tx, patient, now).await? else {
            return Ok(false);
        };
        let found = declarations::get(&mut tx, self.db.coffre(), patient, id).await?;
        let Some(mut declaration) = found else { return Ok(false) };
        if declaration.expire(now).is_err() {
            return Ok(false);
        }
        declarations::advance(&mut tx, &mut declaration, instant).await?;
        evenements::insert(&mut tx, &self.event(&declaration, "declaration.expiree", instant))
            .await?;
        patients::touch(&mut tx, patient, instant).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Locks the person of a declaration and gives it as it stands, if the caller saw it so.
    pub(super) async fn take(
        &self,
        tx: &mut Tx,
        contexte: &Contexte,
        (id, version): (DeclarationId, i32),
    ) -> Result<(Declaration, DateTime<Utc>), ServiceError> {
        let seen = self.visible(tx, contexte, id).await?;
        // A caisse of before reads what was of its time; it writes nothing.
        if matches!(contexte.acteur, Acteur::Caisse(_))
            && !self.may_end(tx, &contexte.acteur, seen.patient_id).await?
        {
            return Err(ServiceError::Introuvable);
        }
        let locked = patients::lock(tx, seen.patient_id, self.clock.now()).await?;
        let Some(instant) = locked else {
            // The record was merged meanwhile: the declaration went on as its next version.
            let moved = self.visible(tx, contexte, id).await?;
            return Err(ServiceError::VersionPerimee {
                attendue: version,
                actuelle: moved.version,
            });
        };
        // Read again: somebody may have written before the lock was had.
        let found = declarations::get(tx, self.db.coffre(), seen.patient_id, id).await?;
        let declaration = found.ok_or(ServiceError::Introuvable)?;
        verify_version(version, declaration.version)?;
        Ok((declaration, instant))
    }

    /// An answer given again shows the person again.
    pub(super) async fn replayed(
        &self,
        mut tx: Tx,
        contexte: &Contexte,
        id: DeclarationId,
        answered: Memoire,
    ) -> Result<Memoire, ServiceError> {
        let patient = declarations::patient_of(&mut tx, id).await?;
        drop(tx);
        self.trace(contexte, patient.ok_or(ServiceError::Introuvable)?, ECRIRE).await?;
        Ok(answered)
    }

    /// Writes when the person was last written about, traces who sees the answer, keeps the answer, commits.
    pub(super) async fn finish(
        &self,
        mut tx: Tx,
        contexte: &Contexte,
        demande: &Demande,
        declaration: Declaration,
        instant: DateTime<Utc>,
        rendre: impl Fn(&Dossier) -> Result<Rendu, serde_json::Error>,
    ) -> Result<Memoire, ServiceError> {
        patients::touch(&mut tx, declaration.patient_id, instant).await?;
        self.trace_within(&mut tx, contexte, declaration.patient_id, ECRIRE).await?;
        let speaks = self.may_end(&mut tx, &contexte.acteur, declaration.patient_id).await?;
        let rendu = rendre(&self.dossier_of(&mut tx, declaration, speaks).await?)?;
        self.keep(tx, contexte, demande, rendu).await
    }
}
