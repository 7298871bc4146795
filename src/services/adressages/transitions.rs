//! A referral is corrected, closed, annulled, or reported on.

use chrono::{DateTime, Utc};

use super::champs::{champ, invalide};
use super::{AdressageLu, AdressageVu, Cloture, ContenuAdressage, NouveauRetour};
use crate::domain::acteur::Acteur;
use crate::domain::adressage::{ActionAdressage, Adressage, DroitsAdressage, Retour};
use crate::domain::calendar::lendemain;
use crate::domain::ids::RetourId;
use crate::services::{
    Contexte, Demande, Memoire, Rendu, ServiceError, Services, latest_knowledge, verify_version,
};
use crate::storage::{Tx, adressages, medecins, patients};

impl Services {
    /// The author puts a corrected content in the place of the present one.
    pub async fn correct_adressage(
        &self,
        contexte: &Contexte,
        demande: &Demande,
        vu: AdressageVu,
        contenu: ContenuAdressage,
        rendre: impl Fn(&AdressageLu) -> Result<Rendu, serde_json::Error>,
    ) -> Result<Memoire, ServiceError> {
        let mut tx = self.db.begin("adressage.correct").await?;
        if let Some(answered) = self.claim(&mut tx, contexte, demande).await? {
            return Ok(answered);
        }
        let (mut adressage, droits, instant) = self.take_adressage(&mut tx, contexte, vu).await?;
        adressage.allow(ActionAdressage::Rectifier, droits)?;
        let fixe = (adressage.nature, adressage.etabli_le, adressage.effet.du());
        let (projet, effet) = self.projet(&mut tx, adressage.patient_id, fixe, contenu).await?;
        adressage.correct(projet, effet);
        adressages::advance(&mut tx, &mut adressage, instant).await?;
        self.record_adressage(&mut tx, contexte, &adressage, "adressage.rectifie", instant).await?;
        self.finish_adressage(tx, contexte, demande, adressage, rendre).await
    }

    /// The author, or who is médecin traitant now, ends a referral before its period.
    pub async fn close_adressage(
        &self,
        contexte: &Contexte,
        demande: &Demande,
        vu: AdressageVu,
        cloture: Cloture,
        rendre: impl Fn(&AdressageLu) -> Result<Rendu, serde_json::Error>,
    ) -> Result<Memoire, ServiceError> {
        let mut tx = self.db.begin("adressage.close").await?;
        if let Some(answered) = self.claim(&mut tx, contexte, demande).await? {
            return Ok(answered);
        }
        let (mut adressage, droits, instant) = self.take_adressage(&mut tx, contexte, vu).await?;
        adressage.allow(ActionAdressage::Clore, droits)?;
        let today = self.clock.today();
        // The care of today stays covered.
        let au = cloture.effet_au.or_else(|| lendemain(today)).unwrap_or(today);
        adressage.close(au, cloture.motif, today).map_err(|wrong| invalide(vec![wrong]))?;
        adressages::advance(&mut tx, &mut adressage, instant).await?;
        self.record_adressage(&mut tx, contexte, &adressage, "adressage.clos", instant).await?;
        self.finish_adressage(tx, contexte, demande, adressage, rendre).await
    }

    /// The author annuls what was established by mistake.
    pub async fn cancel_adressage(
        &self,
        contexte: &Contexte,
        demande: &Demande,
        vu: AdressageVu,
        rendre: impl Fn(&AdressageLu) -> Result<Rendu, serde_json::Error>,
    ) -> Result<Memoire, ServiceError> {
        let mut tx = self.db.begin("adressage.cancel").await?;
        if let Some(answered) = self.claim(&mut tx, contexte, demande).await? {
            return Ok(answered);
        }
        let (mut adressage, droits, instant) = self.take_adressage(&mut tx, contexte, vu).await?;
        adressage.allow(ActionAdressage::Annuler, droits)?;
        adressage.cancel();
        adressages::advance(&mut tx, &mut adressage, instant).await?;
        self.record_adressage(&mut tx, contexte, &adressage, "adressage.annule", instant).await?;
        self.finish_adressage(tx, contexte, demande, adressage, rendre).await
    }

    /// A correspondent reports to the médecin traitant.
    pub async fn report_adressage(
        &self,
        contexte: &Contexte,
        demande: &Demande,
        vu: AdressageVu,
        nouveau: NouveauRetour,
        rendre: impl Fn(&AdressageLu) -> Result<Rendu, serde_json::Error>,
    ) -> Result<Memoire, ServiceError> {
        let mut tx = self.db.begin("adressage.report").await?;
        if let Some(answered) = self.claim(&mut tx, contexte, demande).await? {
            return Ok(answered);
        }
        let (mut adressage, mut droits, instant) =
            self.take_adressage(&mut tx, contexte, vu).await?;
        let today = self.clock.today();
        let soins_le = nouveau.soins_le.unwrap_or(today);
        let medecin = match &contexte.acteur {
            Acteur::Medecin(rpps) => medecins::find(&mut tx, rpps, latest_knowledge()).await?,
            Acteur::Patient(_) | Acteur::Caisse(_) => None,
        };
        // Of the specialty on the day of the care, not on the day of the report.
        droits.correspondant = medecin.as_ref().is_some_and(|medecin| {
            adressage.adresse_a(&medecin.rpps, medecin.specialite_le(soins_le))
        });
        adressage.allow(ActionAdressage::RendreCompte, droits)?;
        let author = medecin.ok_or(ServiceError::Introuvable)?;
        let retour = Retour {
            id: RetourId::from_uuid(self.ids.uuid()),
            medecin_id: author.id,
            rpps: author.rpps,
            nature: nouveau.nature,
            soins_le,
            reference: nouveau.reference,
            enregistre_le: instant,
        };
        let reported = adressage.report(retour.clone(), today);
        reported.map_err(|wrong| ServiceError::Invalide(vec![champ(wrong)]))?;
        adressages::insert_retour(&mut tx, &adressage, &retour).await?;
        adressages::advance(&mut tx, &mut adressage, instant).await?;
        self.record_adressage(&mut tx, contexte, &adressage, "adressage.retour", instant).await?;
        self.finish_adressage(tx, contexte, demande, adressage, rendre).await
    }

    /// Locks the person of a referral and gives it as it stands, if the caller saw it so.
    async fn take_adressage(
        &self,
        tx: &mut Tx,
        contexte: &Contexte,
        (id, version): AdressageVu,
    ) -> Result<(Adressage, DroitsAdressage, DateTime<Utc>), ServiceError> {
        let (seen, lecteur) = self.visible_adressage(tx, contexte, id).await?;
        let locked = patients::lock(tx, seen.patient_id, self.clock.now()).await?;
        let instant = locked.ok_or(ServiceError::Introuvable)?;
        // Read again: somebody may have written before the lock was had.
        let found = adressages::get(tx, seen.patient_id, id, latest_knowledge()).await?;
        let adressage = found.ok_or(ServiceError::Introuvable)?;
        verify_version(version, adressage.version)?;
        let droits = lecteur.droits(&adressage);
        Ok((adressage, droits, instant))
    }
}
