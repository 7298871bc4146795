//! Doctors are contacted and answer; the search ends.

use chrono::{DateTime, Utc};

use super::{ConciliationLue, ConciliationVue, NouveauContact, NouvelleReponse, role_of};
use crate::domain::clock::paris_day;
use crate::domain::conciliation::{
    ActionConciliation, Conciliation, Contact, EtatConciliation, PartieConciliation, ReponseMedecin,
};
use crate::domain::identifiers::Rpps;
use crate::domain::ids::ContactId;
use crate::domain::medecin::Medecin;
use crate::services::{
    Contexte, Demande, Memoire, Rendu, ServiceError, Services, latest_knowledge, verify_version,
};
use crate::storage::{Connection, Tx, conciliations, declarations, medecins, patients};

impl Services {
    /// Writes that a doctor was contacted, with the answer when there is one already.
    pub async fn add_contact(
        &self,
        contexte: &Contexte,
        demande: &Demande,
        vue: ConciliationVue,
        nouveau: NouveauContact,
        rendre: impl Fn(&ConciliationLue) -> Result<Rendu, serde_json::Error>,
    ) -> Result<Memoire, ServiceError> {
        let role = role_of(&contexte.acteur)?;
        let mut tx = self.db.begin("conciliation.contact").await?;
        if let Some(answered) = self.claim(&mut tx, contexte, demande).await? {
            return Ok(answered);
        }
        let action = ActionConciliation::Contacter;
        let (mut dossier, instant) = self.take_conciliation(&mut tx, contexte, vue, action).await?;
        let contact = self.new_contact(&mut tx, &dossier, role, nouveau).await?;
        dossier.contact(contact, self.clock.today())?;
        conciliations::write_contact(&mut tx, &dossier, &contact, instant).await?;
        conciliations::advance(&mut tx, &mut dossier, instant).await?;
        let done = ("conciliation.contact", instant);
        self.finish_conciliation(tx, contexte, demande, (dossier, done), rendre).await
    }

    /// Writes what a doctor answered.
    pub async fn answer_contact(
        &self,
        contexte: &Contexte,
        demande: &Demande,
        vue: ConciliationVue,
        nouvelle: NouvelleReponse,
        rendre: impl Fn(&ConciliationLue) -> Result<Rendu, serde_json::Error>,
    ) -> Result<Memoire, ServiceError> {
        role_of(&contexte.acteur)?;
        let mut tx = self.db.begin("conciliation.answer").await?;
        if let Some(answered) = self.claim(&mut tx, contexte, demande).await? {
            return Ok(answered);
        }
        let action = ActionConciliation::Repondre;
        let (mut dossier, instant) = self.take_conciliation(&mut tx, contexte, vue, action).await?;
        let today = self.clock.today();
        let repondu_le = nouvelle.repondu_le.unwrap_or(today);
        let contact = dossier.answer(nouvelle.contact_id, nouvelle.reponse, repondu_le, today)?;
        conciliations::write_contact(&mut tx, &dossier, &contact, instant).await?;
        conciliations::advance(&mut tx, &mut dossier, instant).await?;
        let done = ("conciliation.reponse", instant);
        self.finish_conciliation(tx, contexte, demande, (dossier, done), rendre).await
    }

    /// Ends a search with the doctor who agreed.
    pub async fn conclude_conciliation(
        &self,
        contexte: &Contexte,
        demande: &Demande,
        vue: ConciliationVue,
        rpps: Rpps,
        rendre: impl Fn(&ConciliationLue) -> Result<Rendu, serde_json::Error>,
    ) -> Result<Memoire, ServiceError> {
        let action = ActionConciliation::Trouver;
        self.end_conciliation(contexte, demande, (vue, action, Some(rpps)), rendre).await
    }

    /// The patient gives up.
    pub async fn abandon_conciliation(
        &self,
        contexte: &Contexte,
        demande: &Demande,
        vue: ConciliationVue,
        rendre: impl Fn(&ConciliationLue) -> Result<Rendu, serde_json::Error>,
    ) -> Result<Memoire, ServiceError> {
        let action = ActionConciliation::Abandonner;
        self.end_conciliation(contexte, demande, (vue, action, None), rendre).await
    }

    /// The caisse ends a search in vain.
    pub async fn close_conciliation(
        &self,
        contexte: &Contexte,
        demande: &Demande,
        vue: ConciliationVue,
        rendre: impl Fn(&ConciliationLue) -> Result<Rendu, serde_json::Error>,
    ) -> Result<Memoire, ServiceError> {
        let action = ActionConciliation::Clore;
        self.end_conciliation(contexte, demande, (vue, action, None), rendre).await
    }

    async fn end_conciliation(
        &self,
        contexte: &Contexte,
        demande: &Demande,
        (vue, action, rpps): (ConciliationVue, ActionConciliation, Option<Rpps>),
        rendre: impl Fn(&ConciliationLue) -> Result<Rendu, serde_json::Error>,
    ) -> Result<Memoire, ServiceError> {
        role_of(&contexte.acteur)?;
        let mut tx = self.db.begin("conciliation.end").await?;
        if let Some(answered) = self.claim(&mut tx, contexte, demande).await? {
            return Ok(answered);
        }
        let (mut dossier, instant) = self.take_conciliation(&mut tx, contexte, vue, action).await?;
        let today = self.clock.today();
        let medecin = match rpps {
            None => None,
            Some(rpps) => {
                let medecin = known(&mut tx, &rpps).await?;
                // The doctor who agreed must be one whom the patient can then declare.
                if medecin.exercice_designable(today, None).is_none() {
                    let message = "attendu : un médecin qui peut être désigné aujourd'hui";
                    return Err(ServiceError::champ("/rpps", "medecin_non_designable", message));
                }
                Some((medecin.id, rpps))
            }
        };
        let (etat, nature) = match (action, medecin) {
            (ActionConciliation::Abandonner, _) => {
                (EtatConciliation::Abandonnee, "conciliation.abandonnee")
            }
            (_, Some(_)) => (EtatConciliation::MedecinTrouve, "conciliation.medecin_trouve"),
            (_, None) => (EtatConciliation::Close, "conciliation.close"),
        };
        dossier.end(etat, medecin, today);
        conciliations::advance(&mut tx, &mut dossier, instant).await?;
        self.finish_conciliation(tx, contexte, demande, (dossier, (nature, instant)), rendre).await
    }

    /// A contact as received becomes one of the file. A declaration that the doctor refused is an
    /// answer by itself.
    async fn new_contact(
        &self,
        conn: &mut Connection,
        dossier: &Conciliation,
        par: PartieConciliation,
        nouveau: NouveauContact,
    ) -> Result<Contact, ServiceError> {
        let medecin = known(conn, &nouveau.rpps).await?;
        let today = self.clock.today();
        let mut contact = Contact {
            id: ContactId::from_uuid(self.ids.uuid()),
            version: 1,
            medecin_id: medecin.id,
            rpps: medecin.rpps,
            par,
            contacte_le: nouveau.contacte_le.unwrap_or(today),
            reponse: nouveau.reponse.unwrap_or(ReponseMedecin::Attendue),
            repondu_le: nouveau.repondu_le,
            declaration_id: nouveau.declaration_id,
        };
        if let Some(id) = nouveau.declaration_id {
            let patient = dossier.patient_id;
            let message = "attendu : une déclaration de ce patient que ce médecin a refusée";
            let wrong =
                || ServiceError::champ("/declaration_id", "declaration_non_refusee", message);
            let refused = conciliations::refused_at(conn, patient, id).await?.ok_or_else(wrong)?;
            let declared = declarations::get(conn, self.db.coffre(), patient, id)
                .await?
                .filter(|one| one.medecins.iter().any(|named| named.rpps == nouveau.rpps))
                .ok_or_else(wrong)?;
            if !matches!(nouveau.reponse, None | Some(ReponseMedecin::Refus)) {
                let message = "attendu : refus, comme la déclaration citée";
                return Err(ServiceError::champ("/reponse", "contradictoire", message));
            }
            contact.contacte_le =
                nouveau.contacte_le.unwrap_or_else(|| paris_day(declared.enregistre_le));
            contact.reponse = ReponseMedecin::Refus;
            contact.repondu_le = contact.repondu_le.or(Some(paris_day(refused)));
        }
        match (contact.reponse, contact.repondu_le) {
            (ReponseMedecin::Attendue, Some(_)) => {
                let message = "attendu : rien tant que la réponse est attendue";
                Err(ServiceError::champ("/repondu_le", "non_applicable", message))
            }
            (ReponseMedecin::Attendue, None) => Ok(contact),
            (_, repondu_le) => Ok(Contact { repondu_le: repondu_le.or(Some(today)), ..contact }),
        }
    }

    /// Locks the person of a file and gives it as it stands, if the caller saw it so and may act.
    async fn take_conciliation(
        &self,
        tx: &mut Tx,
        contexte: &Contexte,
        (id, version): ConciliationVue,
        action: ActionConciliation,
    ) -> Result<(Conciliation, DateTime<Utc>), ServiceError> {
        let (seen, partie) = self.visible_conciliation(tx, contexte, id).await?;
        partie.verify_actuelle()?;
        let locked = patients::lock(tx, seen.patient_id, self.clock.now()).await?;
        let instant = locked.ok_or(ServiceError::Introuvable)?;
        // Read again: somebody may have written before the lock was had.
        let found = conciliations::list(tx, seen.patient_id, Some(id)).await?.pop();
        let dossier = found.ok_or(ServiceError::Introuvable)?;
        verify_version(version, dossier.version)?;
        dossier.allow(action, partie.role)?;
        Ok((dossier, instant))
    }
}

/// A doctor of the register.
async fn known(conn: &mut Connection, rpps: &Rpps) -> Result<Medecin, ServiceError> {
    medecins::find(conn, rpps, latest_knowledge()).await?.ok_or_else(|| {
        let message = "attendu : le RPPS d'un médecin enregistré";
        ServiceError::champ("/rpps", "medecin_inconnu", message)
    })
}
