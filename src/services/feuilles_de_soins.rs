//! Receiving a feuille de soins, evaluating it, reading both back.

use chrono::NaiveDate;
use serde_json::json;

use super::faits::has_opinion;
use super::{
    ChampInvalide, Contexte, Demande, Memoire, PATIENT_ATTENDU, Rendu, ServiceError, Services,
};
use crate::domain::acteur::Acteur;
use crate::domain::digest::Empreinte;
use crate::domain::evaluation::{AutreFeuille, Evaluation};
use crate::domain::feuille_de_soins::FeuilleDeSoins;
use crate::domain::ids::{EvenementId, FeuilleId, PatientId};
use crate::domain::money::Centimes;
use crate::domain::patient::ClePatient;
use crate::domain::vocabulary::Vocabulaire;
use crate::storage::evaluations::{self, EvaluationEnregistree};
use crate::storage::evenements::{self, Evenement};
use crate::storage::feuilles_de_soins::{self, FeuilleEnregistree};
use crate::storage::participations::{self, Retenue};
use crate::storage::patients::fusions;
use crate::storage::{Connection, Tx, avis_ponctuels, lois, patients};

/// A feuille to receive, and how its beneficiary is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NouvelleFeuille {
    /// By which number, birth date and rank.
    pub cle: ClePatient,
    /// The feuille.
    pub feuille: FeuilleDeSoins,
}

/// A feuille with its evaluations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeuilleEvaluee {
    /// The feuille.
    pub feuille: FeuilleEnregistree,
    /// Its evaluations, the first first, each with the fingerprint of its law.
    pub evaluations: Vec<(EvaluationEnregistree, Empreinte)>,
    /// Later feuilles that contradict the single opinion of this one.
    pub a_reexaminer: Vec<AutreFeuille>,
}

impl Services {
    /// Stores a feuille and evaluates it against the register as it stood on the day of care.
    pub async fn submit_feuille(
        &self,
        contexte: &Contexte,
        demande: &Demande,
        nouvelle: &NouvelleFeuille,
        rendre: impl Fn(&FeuilleEvaluee) -> Result<Rendu, ServiceError>,
    ) -> Result<Memoire, ServiceError> {
        let date_soins = self.verify_sender(contexte, &nouvelle.feuille)?;
        let loi_id = self.loi_id().await?;
        feuilles_de_soins::ensure_month(&self.db, date_soins).await?;
        let mut tx = self.db.begin("feuille.submit").await?;
        if let Some(answered) = self.claim(&mut tx, contexte, demande).await? {
            return Ok(answered);
        }
        let evaluee = self.store(&mut tx, contexte, nouvelle, (date_soins, loi_id)).await?;
        let rendu = rendre(&evaluee)?;
        self.keep(tx, contexte, demande, rendu).await
    }

    /// The same for a feuille of a lot, which has no key: one that was already received, the same, is
    /// given back, and the second member says so.
    pub async fn receive_feuille(
        &self,
        contexte: &Contexte,
        nouvelle: &NouvelleFeuille,
    ) -> Result<(FeuilleEvaluee, bool), ServiceError> {
        let date_soins = self.verify_sender(contexte, &nouvelle.feuille)?;
        let loi_id = self.loi_id().await?;
        feuilles_de_soins::ensure_month(&self.db, date_soins).await?;
        let mut tx = self.db.begin("feuille.receive").await?;
        match self.store(&mut tx, contexte, nouvelle, (date_soins, loi_id)).await {
            Ok(evaluee) => {
                tx.commit().await?;
                Ok((evaluee, false))
            }
            Err(ServiceError::FeuilleExistante(id)) => {
                drop(tx);
                let known = self.get_feuille(contexte, id).await?;
                if known.feuille.feuille == nouvelle.feuille {
                    Ok((known, true))
                } else {
                    Err(ServiceError::FeuilleExistante(id))
                }
            }
            Err(error) => Err(error),
        }
    }

    /// Whether the caller may send this feuille; its day of care when its days hold together.
    pub(super) fn verify_sender(
        &self,
        contexte: &Contexte,
        feuille: &FeuilleDeSoins,
    ) -> Result<NaiveDate, ServiceError> {
        match contexte.acteur {
            Acteur::Medecin(rpps) if rpps != feuille.executant_rpps => {
                return Err(ServiceError::Interdit(
                    "un médecin ne transmet que les feuilles dont il est l'exécutant",
                ));
            }
            Acteur::Patient(_) => {
                return Err(ServiceError::Interdit(
                    "une feuille de soins est transmise par le médecin ou par la caisse",
                ));
            }
            Acteur::Medecin(_) | Acteur::Caisse(_) => {}
        }
        self.verify_days(feuille)
    }

    /// Inserts a feuille and its first evaluation. A feuille that exists is refused with its id.
    async fn store(
        &self,
        tx: &mut Tx,
        contexte: &Contexte,
        nouvelle: &NouvelleFeuille,
        (date_soins, loi_id): (NaiveDate, i16),
    ) -> Result<FeuilleEvaluee, ServiceError> {
        let feuille = &nouvelle.feuille;
        let resolved = self.resolve(tx, contexte, &nouvelle.cle).await;
        let patient_id = resolved
            .map_err(|e| e.into_champ("/beneficiaire", "beneficiaire_inconnu", PATIENT_ATTENDU))?;
        let now = self.clock.now();
        let locked = patients::lock(tx, patient_id, now).await?;
        // Merged between the search above and the lock.
        let instant = locked.ok_or_else(|| {
            ServiceError::champ("/beneficiaire", "patient_fusionne", PATIENT_ATTENDU)
        })?;
        let kept = FeuilleEnregistree {
            id: self.ids.feuille(date_soins),
            patient_id,
            enregistre_le: instant,
            feuille: feuille.clone(),
        };
        if !feuilles_de_soins::insert(tx, &kept, date_soins).await? {
            let twin = feuilles_de_soins::find_twin(tx, patient_id, feuille, date_soins).await?;
            return Err(twin.map_or(ServiceError::Introuvable, ServiceError::FeuilleExistante));
        }
        let evaluation = self.evaluate(tx, &kept, loi_id, 1).await?;
        evaluations::insert(tx, &evaluation, date_soins).await?;
        self.keep_participations(tx, feuille, patient_id, &evaluation.evaluation).await?;
        self.record_evaluation(tx, contexte, &kept, &evaluation).await?;
        patients::touch(tx, patient_id, instant).await?;
        self.keep_traces(tx, contexte, &[(&kept, &evaluation)]).await?;
        let evaluations = vec![(evaluation, *self.law.empreinte())];
        Ok(FeuilleEvaluee { feuille: kept, evaluations, a_reexaminer: Vec::new() })
    }

    /// Reads a feuille and its evaluations.
    pub async fn get_feuille(
        &self,
        contexte: &Contexte,
        id: FeuilleId,
    ) -> Result<FeuilleEvaluee, ServiceError> {
        let mut conn = self.db.read("feuille.get").await?;
        let feuille =
            feuilles_de_soins::get(&mut conn, id).await?.ok_or(ServiceError::Introuvable)?;
        match contexte.acteur {
            // The médecin traitant does not read what other doctors did.
            Acteur::Medecin(rpps) if rpps != feuille.feuille.executant_rpps => {
                return Err(ServiceError::Introuvable);
            }
            Acteur::Medecin(_) => {}
            Acteur::Patient(_) | Acteur::Caisse(_) => {
                let owner = fusions::owner_of_feuille(&mut conn, id, feuille.patient_id).await?;
                let vue = self.verify_perimeter(&mut conn, &contexte.acteur, owner).await?;
                let care = feuille.feuille.soins.date_soins();
                if !care.is_some_and(|jour| vue.contient(jour)) {
                    return Err(ServiceError::Introuvable);
                }
            }
        }
        let mut evaluations = Vec::new();
        for evaluation in evaluations::list(&mut conn, id).await? {
            let law = lois::fingerprint(&mut conn, evaluation.loi_id).await?;
            evaluations.push((evaluation, law.ok_or(ServiceError::Introuvable)?));
        }
        let a_reexaminer = if has_opinion(&feuille.feuille) {
            avis_ponctuels::rompus(&mut conn, feuille.patient_id, id).await?
        } else {
            Vec::new()
        };
        drop(conn);
        let found = FeuilleEvaluee { feuille, evaluations, a_reexaminer };
        self.trace(contexte, found.feuille.patient_id, "feuille.lire").await?;
        Ok(found)
    }

    /// The day of care of a feuille whose days hold together.
    fn verify_days(&self, feuille: &FeuilleDeSoins) -> Result<NaiveDate, ServiceError> {
        let today = self.clock.today();
        let mut wrong = Vec::new();
        if feuille.date_etablissement > today {
            wrong.push(ChampInvalide::new(
                "/date_etablissement",
                "date_future",
                "une date passée ou présente",
            ));
        }
        for (index, acte) in feuille.soins.actes.iter().enumerate() {
            if acte.date_execution > feuille.date_etablissement {
                wrong.push(ChampInvalide::new(
                    format!("/actes/{index}/date_execution"),
                    "apres_etablissement",
                    "une date qui ne suit pas celle de la feuille",
                ));
            }
            if acte.date_prescription_serie.is_some_and(|day| day > acte.date_execution) {
                wrong.push(ChampInvalide::new(
                    format!("/actes/{index}/serie/date_prescription"),
                    "apres_les_soins",
                    "attendu : une date qui ne suit pas celle de l'acte",
                ));
            }
            let birth = feuille.soins.beneficiaire.date_naissance.pour_calcul_age();
            if acte.date_execution < birth {
                wrong.push(ChampInvalide::new(
                    format!("/actes/{index}/date_execution"),
                    "avant_naissance",
                    "une date qui suit la naissance du bénéficiaire",
                ));
            }
        }
        wrong.extend(self.future_instants(feuille));
        wrong.extend(referral_errors(feuille));
        if !wrong.is_empty() {
            return Err(ServiceError::Invalide(wrong));
        }
        feuille
            .soins
            .date_soins()
            .ok_or_else(|| ServiceError::champ("/actes", "taille_invalide", "au moins un acte"))
    }

    /// Evaluates a feuille with what the register knows now about the days of care.
    async fn evaluate(
        &self,
        conn: &mut Connection,
        kept: &FeuilleEnregistree,
        loi_id: i16,
        numero: i16,
    ) -> Result<EvaluationEnregistree, ServiceError> {
        let (patient, feuille) = (kept.patient_id, &kept.feuille);
        let registre = self.registre(conn, &[(patient, feuille)]).await?;
        let (faits, declaration_id) = registre.faits(patient, feuille)?;
        let mut evaluation = self.ask_law(&feuille.soins, &faits)?;
        evaluation.avertissements.extend(registre.ecarts(patient, feuille));
        Ok(EvaluationEnregistree {
            feuille_id: kept.id,
            patient_id: kept.patient_id,
            numero,
            connu_le: kept.enregistre_le,
            loi_id,
            declaration_id,
            faits,
            evaluation,
        })
    }

    async fn keep_participations(
        &self,
        conn: &mut Connection,
        feuille: &FeuilleDeSoins,
        patient: PatientId,
        evaluation: &Evaluation,
    ) -> Result<(), ServiceError> {
        for evalue in &evaluation.actes {
            let principale = evalue.lignes.first().map(|ligne| ligne.numero_ligne);
            let acte = feuille.soins.actes.iter().find(|a| Some(a.numero_ligne) == principale);
            let (Some(acte), montant) = (acte, evalue.montants.participation) else { continue };
            if montant > Centimes::ZERO {
                let retenue = Retenue {
                    jour: acte.date_execution,
                    executant: feuille.executant_rpps,
                    montant,
                };
                participations::add(conn, patient, &retenue).await?;
            }
        }
        Ok(())
    }

    async fn record_evaluation(
        &self,
        conn: &mut Connection,
        contexte: &Contexte,
        kept: &FeuilleEnregistree,
        evaluation: &EvaluationEnregistree,
    ) -> Result<(), ServiceError> {
        let synthese = evaluation.evaluation.synthese();
        let event = Evenement {
            id: EvenementId::from_uuid(self.ids.uuid()),
            nature: "feuille.evaluee",
            survenu_le: kept.enregistre_le,
            enregistre_le: kept.enregistre_le,
            effet_du: kept.feuille.soins.date_soins(),
            patient_id: Some(kept.patient_id),
            medecin_id: None,
            declaration_id: evaluation.declaration_id,
            feuille_id: Some(kept.id),
            auteur_role: contexte.acteur.role(),
            auteur_moyen: None,
            donnees: json!({
                "numero": evaluation.numero,
                "appartenance": synthese.map(|q| q.appartenance.mot()),
                "code_determine": synthese.and_then(|q| q.code.lettre()),
            }),
        };
        Ok(evenements::insert(conn, &event).await?)
    }
}

/// What is wrong with the referral that a feuille announces.
fn referral_errors(feuille: &FeuilleDeSoins) -> Vec<ChampInvalide> {
    let parcours = &feuille.soins.parcours;
    let mut wrong = Vec::new();
    let first = feuille.soins.date_soins();
    if parcours.date_orientation.zip(first).is_some_and(|(sent, care)| sent > care) {
        wrong.push(ChampInvalide::new(
            "/parcours/date_orientation",
            "apres_les_soins",
            "attendu : une date qui ne suit pas celle des soins",
        ));
    }
    let sender = parcours.orienteur.as_ref().and_then(|orienteur| orienteur.rpps);
    if sender == Some(feuille.executant_rpps) {
        wrong.push(ChampInvalide::new(
            "/parcours/orienteur/rpps",
            "orienteur_executant",
            "attendu : un autre médecin que l'exécutant",
        ));
    }
    wrong
}
