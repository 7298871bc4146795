//! Conflicts between designations of merged records: listed, read, settled.

use std::collections::BTreeSet;

use serde_json::json;

use super::operation::{Operation, caisse_of};
use crate::domain::ids::{ConflitId, DeclarationId, FaitId};
use crate::domain::vie::ActePatient;
use crate::domain::vie::fusion::{Conflit, EtatConflit};
use crate::services::{
    Contexte, Demande, Memoire, Rendu, ServiceError, Services, Vue, verify_version,
};
use crate::storage::Connection;
use crate::storage::patients::{self, conflits, fusions, mouvements};

impl Services {
    /// The open conflicts of the calling caisse's insured, after one already seen.
    pub async fn list_conflits(
        &self,
        contexte: &Contexte,
        after: Option<ConflitId>,
        limit: i64,
    ) -> Result<Vec<Conflit>, ServiceError> {
        let caisse = caisse_of(contexte)?;
        let mut conn = self.db.read("conflit.list").await?;
        let today = self.clock.today();
        let found = conflits::open_of_caisse(&mut conn, &caisse, today, after, limit).await?;
        drop(conn);
        let persons: BTreeSet<_> = found.iter().map(|conflit| conflit.patient_id).collect();
        for patient in persons {
            self.trace(contexte, patient, "conflit.lister").await?;
        }
        Ok(found)
    }

    /// Reads a conflict.
    pub async fn get_conflit(
        &self,
        contexte: &Contexte,
        id: ConflitId,
    ) -> Result<Conflit, ServiceError> {
        let mut conn = self.db.read("conflit.get").await?;
        let conflit = self.visible_conflit(&mut conn, contexte, id).await?;
        drop(conn);
        self.trace(contexte, conflit.patient_id, "conflit.lire").await?;
        Ok(conflit)
    }

    /// Settles a conflict by choosing one of its declarations: on its days, the choices of the other
    /// record count for nothing. What was declared since the merge counts as always.
    pub async fn settle_conflit(
        &self,
        contexte: &Contexte,
        demande: &Demande,
        (id, version): (ConflitId, i32),
        retenue: DeclarationId,
        rendre: impl Fn(&Conflit) -> Result<Rendu, serde_json::Error>,
    ) -> Result<Memoire, ServiceError> {
        let caisse = caisse_of(contexte)?;
        let mut tx = self.db.begin("conflit.settle").await?;
        if let Some(answered) = self.claim(&mut tx, contexte, demande).await? {
            return Ok(answered);
        }
        let patient = self.visible_conflit(&mut tx, contexte, id).await?.patient_id;
        let locked = patients::lock(&mut tx, patient, self.clock.now()).await?;
        let instant = locked.ok_or(ServiceError::Introuvable)?;
        // Read again: somebody may have settled it before the lock was had.
        let mut conflit = self.visible_conflit(&mut tx, contexte, id).await?;
        self.verify_present_caisse(&mut tx, &caisse, patient).await?;
        verify_version(version, conflit.version)?;
        if conflit.etat != EtatConflit::Ouvert {
            return Err(ServiceError::ConflitClos);
        }
        let overlap = &conflit.chevauchement;
        if retenue != overlap.conservee && retenue != overlap.absorbee {
            let message = "une des deux déclarations du conflit";
            return Err(ServiceError::champ("/declaration_id", "hors_conflit", message));
        }
        conflits::put_back(&mut tx, &conflit, instant).await?;
        conflit.version += 1;
        (conflit.etat, conflit.retenue) = (EtatConflit::Resolu, Some(retenue));
        conflit.enregistre_le = instant;
        conflits::advance(&mut tx, &conflit).await?;
        let mut operation = Operation { tx, caisse, patient, instant };
        self.set_losers_aside(&mut operation, &conflit).await?;
        self.write_act(&mut operation, ActePatient::Arbitrage, None).await?;
        let effet = conflit.chevauchement.effet;
        let donnees = json!({ "conflit_id": id, "declaration_retenue": retenue });
        let nature = "designation.conflit_resolu";
        self.tell(&mut operation, contexte, nature, Some(effet.du()), donnees).await?;
        self.follow_life(&mut operation, contexte).await?;
        let memoire = self.keep(operation.tx, contexte, demande, rendre(&conflit)?).await?;
        self.trace(contexte, patient, "conflit.resoudre").await?;
        Ok(memoire)
    }

    /// On the days of a settled conflict, the choices of the other record count for nothing.
    async fn set_losers_aside(
        &self,
        operation: &mut Operation,
        conflit: &Conflit,
    ) -> Result<(), ServiceError> {
        let tx = &mut operation.tx;
        let fusion = fusions::get(tx, conflit.fusion_id).await?.ok_or(ServiceError::Introuvable)?;
        let (kept, brought) =
            mouvements::lines(tx, conflit.patient_id, fusion.id, fusion.enregistre_le).await?;
        let overlap = &conflit.chevauchement;
        let losers = if conflit.retenue == Some(overlap.conservee) { brought } else { kept };
        for declaration in losers {
            let id = FaitId::from_uuid(self.ids.uuid());
            conflits::set_aside(tx, conflit, id, declaration, overlap.effet).await?;
        }
        Ok(())
    }

    /// A conflict of a person of the caller's own, as it stands.
    async fn visible_conflit(
        &self,
        conn: &mut Connection,
        contexte: &Contexte,
        id: ConflitId,
    ) -> Result<Conflit, ServiceError> {
        caisse_of(contexte)?;
        let conflit = conflits::get(conn, id).await?.ok_or(ServiceError::Introuvable)?;
        let vue = self.verify_perimeter(conn, &contexte.acteur, conflit.patient_id).await?;
        if vue == Vue::Entiere { Ok(conflit) } else { Err(ServiceError::Introuvable) }
    }
}
