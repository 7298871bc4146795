//! Two records of one person: shown, merged, and put apart again.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::operation::{Operation, caisse_of};
use crate::domain::ids::{FaitId, FusionId, PatientId};
use crate::domain::vie::fusion::{Conflit, EtatConflit};
use crate::domain::vie::{ActePatient, MotifRectification};
use crate::domain::vocabulary::Vocabulaire;
use crate::services::frises::Ecriture;
use crate::services::{
    Contexte, Demande, Memoire, Rendu, ServiceError, Services, Vue, verify_version,
};
use crate::storage::patients::fusions::Fusion;
use crate::storage::patients::{self, actes, conflits, fusions, mouvements};
use crate::storage::{Connection, Tx, evenements};

/// A merge to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NouvelleFusion {
    /// The record that is absorbed.
    pub absorbe_id: PatientId,
    /// Its version, as the preview gave it.
    pub absorbe_version: i32,
    /// Why.
    pub motif: MotifRectification,
}

/// A merge with what it brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DossierFusion {
    /// The merge.
    pub fusion: Fusion,
    /// Version of the record that is kept.
    pub version: i32,
    /// Declarations that it brought.
    pub declarations: usize,
    /// Conflicts, as they stand.
    pub conflits: Vec<Conflit>,
}

impl Services {
    /// Merges a record into another. Its declarations follow, under their own ids; where the two
    /// named different doctors, a conflict waits for the caisse.
    pub async fn merge_patients(
        &self,
        contexte: &Contexte,
        demande: &Demande,
        (conserve, version): (PatientId, i32),
        nouvelle: NouvelleFusion,
        rendre: impl Fn(&DossierFusion) -> Result<Rendu, serde_json::Error>,
    ) -> Result<Memoire, ServiceError> {
        let caisse = caisse_of(contexte)?;
        let absorbe = nouvelle.absorbe_id;
        let mut tx = self.db.begin("fusion.create").await?;
        if let Some(answered) = self.claim(&mut tx, contexte, demande).await? {
            return Ok(answered);
        }
        self.both(&mut tx, contexte, conserve, absorbe).await?;
        let instant = self.lock_both(&mut tx, conserve, absorbe).await?;
        // Read again under the locks: one of them may have been merged meanwhile.
        let (kept, absorbed) = self.both(&mut tx, contexte, conserve, absorbe).await?;
        let instant = instant.ok_or(ServiceError::Introuvable)?;
        self.verify_present_caisse(&mut tx, &caisse, conserve).await?;
        self.verify_present_caisse(&mut tx, &caisse, absorbe).await?;
        verify_version(version, kept.version)?;
        verify_version(nouvelle.absorbe_version, absorbed.version)?;
        if let Some(obstacle) = self.obstacle(&mut tx, &kept, &absorbed).await? {
            return Err(ServiceError::FusionImpossible(obstacle));
        }
        let fusion = Fusion {
            id: FusionId::from_uuid(self.ids.uuid()),
            patient_id: conserve,
            absorbe_id: absorbe,
            motif: nouvelle.motif,
            enregistre_le: instant,
            remplace_le: None,
        };
        let mut operation = Operation { tx, caisse, patient: conserve, instant };
        self.absorb(&mut operation, contexte, &fusion).await?;
        self.follow_life(&mut operation, contexte).await?;
        self.tell_merge(&mut operation, contexte, &fusion, "patient.fusionne").await?;
        self.end_merge(operation, contexte, demande, &fusion, rendre).await
    }

    /// Reads a merge.
    pub async fn get_fusion(
        &self,
        contexte: &Contexte,
        id: FusionId,
    ) -> Result<DossierFusion, ServiceError> {
        let mut conn = self.db.read("fusion.get").await?;
        let fusion = self.visible_fusion(&mut conn, contexte, id).await?;
        let dossier = self.dossier_fusion(&mut conn, fusion).await?;
        drop(conn);
        self.trace(contexte, fusion.patient_id, "fusion.lire").await?;
        Ok(dossier)
    }

    /// Undoes a merge: what the absorbed record brought goes back to it, in the state it has now;
    /// what was declared since stays with the record that was kept.
    pub async fn undo_fusion(
        &self,
        contexte: &Contexte,
        demande: &Demande,
        (id, version): (FusionId, i32),
        motif: MotifRectification,
        rendre: impl Fn(&DossierFusion) -> Result<Rendu, serde_json::Error>,
    ) -> Result<Memoire, ServiceError> {
        let caisse = caisse_of(contexte)?;
        let mut tx = self.db.begin("fusion.undo").await?;
        if let Some(answered) = self.claim(&mut tx, contexte, demande).await? {
            return Ok(answered);
        }
        let fusion = self.visible_fusion(&mut tx, contexte, id).await?;
        let (kept, absorbed) = (fusion.patient_id, fusion.absorbe_id);
        let instant = self.lock_merged(&mut tx, kept, absorbed).await?;
        let Some(instant) = instant else {
            return Err(ServiceError::FusionImpossible("cette fusion est déjà annulée"));
        };
        self.verify_present_caisse(&mut tx, &caisse, kept).await?;
        verify_version(version, actes::version(&mut tx, kept).await?)?;
        if !fusions::close(&mut tx, &fusion, instant).await? {
            return Err(ServiceError::FusionImpossible("cette fusion est déjà annulée"));
        }
        fusions::mark(&mut tx, absorbed, None, instant).await?;
        for mut conflit in conflits::of_fusion(&mut tx, kept, id).await? {
            conflits::put_back(&mut tx, &conflit, instant).await?;
            conflit.version += 1;
            (conflit.etat, conflit.retenue) = (EtatConflit::Annule, None);
            conflit.enregistre_le = instant;
            conflits::advance(&mut tx, &conflit).await?;
        }
        for declaration in mouvements::brought_by(&mut tx, kept, id).await? {
            let way = (kept, absorbed);
            mouvements::move_declaration(&mut tx, declaration, way, Some(id), instant).await?;
        }
        let fusion = Fusion { remplace_le: Some(instant), ..fusion };
        for patient in [absorbed, kept] {
            let mut operation = Operation { tx, caisse, patient, instant };
            let acte = ActePatient::AnnulationFusion;
            self.write_act(&mut operation, acte, Some(motif)).await?;
            self.follow_life(&mut operation, contexte).await?;
            tx = operation.tx;
        }
        let mut operation = Operation { tx, caisse, patient: kept, instant };
        self.tell_merge(&mut operation, contexte, &fusion, "patient.fusion_annulee").await?;
        self.end_merge(operation, contexte, demande, &fusion, rendre).await
    }

    /// Moves everything of the absorbed record, and queues what contradicts the other.
    async fn absorb(
        &self,
        operation: &mut Operation,
        contexte: &Contexte,
        fusion: &Fusion,
    ) -> Result<(), ServiceError> {
        let (kept, absorbed, instant) = (fusion.patient_id, fusion.absorbe_id, operation.instant);
        let tx = &mut operation.tx;
        let overlaps = self.overlaps(tx, kept, absorbed).await?;
        fusions::insert(tx, fusion).await?;
        self.forget_timeline(tx, &Ecriture::par(contexte, absorbed, instant)).await?;
        for declaration in mouvements::declarations(tx, absorbed).await? {
            let way = (absorbed, kept);
            mouvements::move_declaration(tx, declaration, way, Some(fusion.id), instant).await?;
        }
        let caisse = operation.caisse.code();
        let motif = Some(fusion.motif);
        actes::insert(tx, absorbed, ActePatient::Absorption, motif, &caisse, instant).await?;
        fusions::mark(tx, absorbed, Some(kept), instant).await?;
        let (_, brought) = mouvements::lines(tx, kept, fusion.id, instant).await?;
        for chevauchement in overlaps {
            let effet = chevauchement.effet;
            let conflit = Conflit {
                id: crate::domain::ids::ConflitId::from_uuid(self.ids.uuid()),
                patient_id: kept,
                fusion_id: fusion.id,
                version: 1,
                etat: EtatConflit::Ouvert,
                chevauchement,
                retenue: None,
                enregistre_le: instant,
            };
            conflits::insert(&mut operation.tx, &conflit).await?;
            for declaration in &brought {
                let id = FaitId::from_uuid(self.ids.uuid());
                conflits::set_aside(&mut operation.tx, &conflit, id, *declaration, effet).await?;
            }
            let donnees = json!({ "conflit_id": conflit.id, "effet_au": effet.au() });
            let nature = "designation.en_conflit";
            self.tell(operation, contexte, nature, Some(effet.du()), donnees).await?;
        }
        self.write_act(operation, ActePatient::Fusion, motif).await
    }

    async fn tell_merge(
        &self,
        operation: &mut Operation,
        contexte: &Contexte,
        fusion: &Fusion,
        nature: &'static str,
    ) -> Result<(), ServiceError> {
        let donnees = json!({
            "fusion_id": fusion.id,
            "conserve_id": fusion.patient_id,
            "absorbe_id": fusion.absorbe_id,
            "motif": fusion.motif.mot(),
        });
        for patient in [fusion.patient_id, fusion.absorbe_id] {
            let instant = operation.instant;
            let event = self.life_event(contexte, patient, nature, instant, None, donnees.clone());
            evenements::insert(&mut operation.tx, &event).await?;
        }
        Ok(())
    }

    async fn end_merge(
        &self,
        mut operation: Operation,
        contexte: &Contexte,
        demande: &Demande,
        fusion: &Fusion,
        rendre: impl Fn(&DossierFusion) -> Result<Rendu, serde_json::Error>,
    ) -> Result<Memoire, ServiceError> {
        let dossier = self.dossier_fusion(&mut operation.tx, *fusion).await?;
        let memoire = self.keep(operation.tx, contexte, demande, rendre(&dossier)?).await?;
        self.trace(contexte, fusion.patient_id, "patient.fusionner").await?;
        self.trace(contexte, fusion.absorbe_id, "patient.fusionner").await?;
        Ok(memoire)
    }

    async fn dossier_fusion(
        &self,
        conn: &mut Connection,
        fusion: Fusion,
    ) -> Result<DossierFusion, ServiceError> {
        Ok(DossierFusion {
            version: actes::version(conn, fusion.patient_id).await?,
            declarations: mouvements::brought_by(conn, fusion.patient_id, fusion.id).await?.len(),
            conflits: conflits::of_fusion(conn, fusion.patient_id, fusion.id).await?,
            fusion,
        })
    }

    /// A merge that the caller may see: that of a person of a caisse's own.
    async fn visible_fusion(
        &self,
        conn: &mut Connection,
        contexte: &Contexte,
        id: FusionId,
    ) -> Result<Fusion, ServiceError> {
        caisse_of(contexte)?;
        let fusion = fusions::get(conn, id).await?.ok_or(ServiceError::Introuvable)?;
        let vue = self.verify_perimeter(conn, &contexte.acteur, fusion.patient_id).await?;
        if vue == Vue::Entiere { Ok(fusion) } else { Err(ServiceError::Introuvable) }
    }

    /// Locks two records in the order of their ids, so that two merges never wait in a circle.
    async fn lock_both(
        &self,
        tx: &mut Tx,
        one: PatientId,
        two: PatientId,
    ) -> Result<Option<DateTime<Utc>>, ServiceError> {
        let now = self.clock.now();
        let first = patients::lock(tx, one.min(two), now).await?;
        let second = patients::lock(tx, one.max(two), now).await?;
        Ok(first.zip(second).map(|(first, second)| first.max(second)))
    }

    /// The same for a record and the one merged into it.
    async fn lock_merged(
        &self,
        tx: &mut Tx,
        kept: PatientId,
        absorbed: PatientId,
    ) -> Result<Option<DateTime<Utc>>, ServiceError> {
        let now = self.clock.now();
        let (first, second) = if kept < absorbed {
            let first = patients::lock(tx, kept, now).await?;
            (first, fusions::lock_absorbed(tx, absorbed, kept).await?)
        } else {
            let second = fusions::lock_absorbed(tx, absorbed, kept).await?;
            (patients::lock(tx, kept, now).await?, second)
        };
        Ok(first.zip(second).map(|(first, _)| first))
    }
}
