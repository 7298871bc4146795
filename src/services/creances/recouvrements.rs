//! Recoveries: recorded, taken back, read one by one.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;

use super::{Regard, refuse_medecin};
use crate::domain::acteur::{Acteur, Caisse};
use crate::domain::creance::{
    AnnulationRecouvrement, CleCreance, CreanceSuivie, ModeRecouvrement, MotifAnnulation,
    Recouvrement, RecouvrementInvalide,
};
use crate::domain::ids::{EvenementId, FeuilleId, PatientId, RecouvrementId};
use crate::domain::money::Centimes;
use crate::domain::vocabulary::Vocabulaire;
use crate::services::{
    ChampInvalide, Contexte, Demande, Memoire, Rendu, ServiceError, Services, Vue, verify_version,
};
use crate::storage::evenements::{self, Evenement};
use crate::storage::feuilles_de_soins::{self, FeuilleRecue};
use crate::storage::patients::{self, fusions};
use crate::storage::recouvrements as mouvements;
use crate::storage::{Connection, Tx};

/// A recovery to record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NouveauRecouvrement {
    /// Of which claim of the feuille.
    pub cle: CleCreance,
    /// How much.
    pub montant: Centimes,
    /// Which day; today when absent.
    pub jour: Option<NaiveDate>,
    /// How.
    pub mode: ModeRecouvrement,
}

/// A recovery, with the claim as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecouvrementLu {
    /// The recovery.
    pub recouvrement: Recouvrement,
    /// Its claim, with all its recoveries.
    pub creance: CreanceSuivie,
    /// Who looks.
    pub regard: Regard,
}

/// A feuille whose person is locked.
struct Tenue {
    recue: FeuilleRecue,
    /// Whose it is now.
    patient: PatientId,
    instant: DateTime<Utc>,
}

impl Tenue {
    const fn place(&self) -> mouvements::Place {
        (self.recue.feuille.patient_id, self.recue.feuille.id)
    }
}

impl Services {
    /// Records a recovery of a claim, of no more than what remains.
    pub async fn recover(
        &self,
        contexte: &Contexte,
        demande: &Demande,
        feuille: FeuilleId,
        nouveau: NouveauRecouvrement,
        rendre: impl Fn(&RecouvrementLu) -> Result<Rendu, serde_json::Error>,
    ) -> Result<Memoire, ServiceError> {
        let caisse = caisse_of(&contexte.acteur)?;
        let mut tx = self.db.begin("recouvrement.create").await?;
        if let Some(answered) = self.claim(&mut tx, contexte, demande).await? {
            return Ok(answered);
        }
        let tenue = self.hold_feuille(&mut tx, contexte, feuille).await?;
        let creances = self.creances_of(&mut tx, vec![tenue.recue.clone()]).await?;
        let today = self.clock.today();
        let jour = nouveau.jour.unwrap_or(today);
        let creance = find(&creances, nouveau.cle)?;
        let wrong = creance.verify(nouveau.montant, jour, today);
        if !wrong.is_empty() {
            return Err(ServiceError::Invalide(wrong.into_iter().map(champ).collect()));
        }
        let recouvrement = Recouvrement {
            id: RecouvrementId::from_uuid(self.ids.uuid()),
            cle: nouveau.cle,
            montant: nouveau.montant,
            jour,
            mode: nouveau.mode,
            auteur: caisse.code(),
            enregistre_le: tenue.instant,
            annulation: None,
        };
        mouvements::insert(&mut tx, tenue.place(), &recouvrement).await?;
        let id = recouvrement.id;
        self.finish_recovery(tx, contexte, demande, (&tenue, id), rendre).await
    }

    /// Takes a recovery back: what it had recovered is left to recover again.
    pub async fn cancel_recovery(
        &self,
        contexte: &Contexte,
        demande: &Demande,
        (feuille, id, version): (FeuilleId, RecouvrementId, i32),
        motif: MotifAnnulation,
        rendre: impl Fn(&RecouvrementLu) -> Result<Rendu, serde_json::Error>,
    ) -> Result<Memoire, ServiceError> {
        let caisse = caisse_of(&contexte.acteur)?;
        let mut tx = self.db.begin("recouvrement.cancel").await?;
        if let Some(answered) = self.claim(&mut tx, contexte, demande).await? {
            return Ok(answered);
        }
        let tenue = self.hold_feuille(&mut tx, contexte, feuille).await?;
        let (_, recouvrement) = self.recovery(&mut tx, tenue.recue.clone(), id).await?;
        verify_version(version, recouvrement.version())?;
        if recouvrement.annulation.is_some() {
            return Err(ServiceError::EtatIncompatible("Ce recouvrement est déjà annulé."));
        }
        let annulation = AnnulationRecouvrement {
            motif,
            jour: self.clock.today(),
            auteur: caisse.code(),
            enregistre_le: tenue.instant,
        };
        let movement = (RecouvrementId::from_uuid(self.ids.uuid()), &annulation);
        mouvements::cancel(&mut tx, tenue.place(), &recouvrement, movement).await?;
        self.finish_recovery(tx, contexte, demande, (&tenue, id), rendre).await
    }

    /// Reads a recovery, with its claim as it stands.
    pub async fn get_recovery(
        &self,
        contexte: &Contexte,
        (feuille, id): (FeuilleId, RecouvrementId),
    ) -> Result<RecouvrementLu, ServiceError> {
        refuse_medecin(&contexte.acteur)?;
        let mut conn = self.db.read("recouvrement.get").await?;
        let (recue, patient, vue) = self.visible_feuille(&mut conn, contexte, feuille).await?;
        let (creance, recouvrement) = self.recovery(&mut conn, recue, id).await?;
        drop(conn);
        self.trace(contexte, patient, "recouvrement.lire").await?;
        let regard = Regard::new(&contexte.acteur, &vue);
        Ok(RecouvrementLu { recouvrement, creance, regard })
    }

    /// A recovery of a feuille, and its claim.
    async fn recovery(
        &self,
        conn: &mut Connection,
        recue: FeuilleRecue,
        id: RecouvrementId,
    ) -> Result<(CreanceSuivie, Recouvrement), ServiceError> {
        let found = self.creances_of(conn, vec![recue]).await?.into_iter().find_map(|creance| {
            let one = creance.recouvrements.iter().find(|one| one.id == id).cloned()?;
            Some((creance, one))
        });
        found.ok_or(ServiceError::Introuvable)
    }

    /// A feuille that the caller may see, whose it is now, and which days the caller looks at.
    async fn visible_feuille(
        &self,
        conn: &mut Connection,
        contexte: &Contexte,
        id: FeuilleId,
    ) -> Result<(FeuilleRecue, PatientId, Vue), ServiceError> {
        let recue = feuilles_de_soins::get(conn, id).await?.ok_or(ServiceError::Introuvable)?;
        let received_for = recue.feuille.patient_id;
        let patient = fusions::owner_of_feuille(conn, id, received_for).await?;
        let vue = self.verify_perimeter(conn, &contexte.acteur, patient).await?;
        let care = recue.feuille.feuille.soins.date_soins();
        if care.is_some_and(|jour| vue.contient(jour)) {
            Ok((recue, patient, vue))
        } else {
            Err(ServiceError::Introuvable)
        }
    }

    /// Locks the person of a feuille, for the caisse on which that person depends. Two recoveries, or
    /// a recovery and a new evaluation, then follow each other.
    async fn hold_feuille(
        &self,
        tx: &mut Tx,
        contexte: &Contexte,
        id: FeuilleId,
    ) -> Result<Tenue, ServiceError> {
        let (_, patient, _) = self.visible_feuille(tx, contexte, id).await?;
        let locked = patients::lock(tx, patient, self.clock.now()).await?;
        // Read again: a merge or a split may have given the feuille away before the lock was had.
        let (recue, owner, vue) = self.visible_feuille(tx, contexte, id).await?;
        let Some(instant) = locked.filter(|_| owner == patient) else {
            let moved = "La feuille vient de passer à un autre dossier.";
            return Err(ServiceError::EtatIncompatible(moved));
        };
        if !Regard::new(&contexte.acteur, &vue).sa_caisse {
            return Err(ServiceError::Interdit(
                "seule la caisse actuelle du patient recouvre une créance",
            ));
        }
        Ok(Tenue { recue, patient, instant })
    }

    /// Writes what happened and when the person was last written about, keeps the answer, commits.
    async fn finish_recovery(
        &self,
        mut tx: Tx,
        contexte: &Contexte,
        demande: &Demande,
        (tenue, id): (&Tenue, RecouvrementId),
        rendre: impl Fn(&RecouvrementLu) -> Result<Rendu, serde_json::Error>,
    ) -> Result<Memoire, ServiceError> {
        let (creance, recouvrement) = self.recovery(&mut tx, tenue.recue.clone(), id).await?;
        let motif = recouvrement.annulation.as_ref().map(|annulation| annulation.motif);
        let (nature, operation) = match motif {
            None => ("feuille.recouvrement", "recouvrement.enregistrer"),
            Some(_) => ("feuille.recouvrement_annule", "recouvrement.annuler"),
        };
        let event = Evenement {
            id: EvenementId::from_uuid(self.ids.uuid()),
            nature,
            survenu_le: tenue.instant,
            enregistre_le: tenue.instant,
            effet_du: Some(recouvrement.jour),
            patient_id: Some(tenue.patient),
            medecin_id: None,
            declaration_id: None,
            feuille_id: Some(tenue.recue.feuille.id),
            auteur_role: contexte.acteur.role().mot(),
            auteur_moyen: None,
            donnees: json!({
                "recouvrement_id": recouvrement.id,
                "numero_ligne": recouvrement.cle.numero_ligne,
                "nature": recouvrement.cle.nature.mot(),
                "mode": recouvrement.mode.mot(),
                "montant_centimes": recouvrement.montant,
                "restant_centimes": creance.solde.restant,
                "motif": motif.map(MotifAnnulation::mot),
            }),
        };
        evenements::insert(&mut tx, &event).await?;
        patients::touch(&mut tx, tenue.patient, tenue.instant).await?;
        self.trace_within(&mut tx, contexte, tenue.patient, operation).await?;
        let regard = Regard::new(&contexte.acteur, &Vue::Entiere);
        let rendu = rendre(&RecouvrementLu { recouvrement, creance, regard })?;
        self.keep(tx, contexte, demande, rendu).await
    }
}

/// The caisse that acts; nobody else does.
const fn caisse_of(acteur: &Acteur) -> Result<Caisse, ServiceError> {
    match acteur {
        Acteur::Caisse(caisse) => Ok(*caisse),
        Acteur::Medecin(_) | Acteur::Patient(_) => {
            Err(ServiceError::Interdit("seule la caisse du patient recouvre une créance"))
        }
    }
}

/// The claim that a request designates.
fn find(creances: &[CreanceSuivie], cle: CleCreance) -> Result<&CreanceSuivie, ServiceError> {
    let found = creances.iter().find(|one| one.place.cle == cle);
    found.ok_or_else(|| {
        let same_line = |one: &CreanceSuivie| one.place.cle.numero_ligne == cle.numero_ligne;
        if creances.iter().any(same_line) {
            let message = "la nature d'une créance de cette ligne";
            ServiceError::champ("/nature", "creance_inconnue", message)
        } else {
            let message = "la ligne principale d'un acte de cette feuille qui porte une créance";
            ServiceError::champ("/numero_ligne", "ligne_inconnue", message)
        }
    })
}

/// The field of a request, its code and what is expected.
fn champ(invalide: RecouvrementInvalide) -> ChampInvalide {
    use RecouvrementInvalide as R;
    match invalide {
        R::JourFutur => ChampInvalide::new("/jour", "date_future", "un jour passé ou présent"),
        R::JourAvantActe { date_acte } => ChampInvalide::new(
            "/jour",
            "avant_acte",
            format!("un jour qui ne précède pas l'acte, du {}", date_acte.format("%d/%m/%Y")),
        ),
        R::AuDelaDuRestant { restant: Centimes::ZERO } => ChampInvalide::new(
            "/montant_centimes",
            "au_dela_du_restant",
            "une créance dont il reste quelque chose à recouvrer",
        ),
        R::AuDelaDuRestant { restant } => ChampInvalide::new(
            "/montant_centimes",
            "au_dela_du_restant",
            format!("au plus {}, ce qui reste de cette créance", restant.in_words()),
        ),
    }
}
