//! Two records beside each other: what they hold, how they differ, what a merge would do.

use super::operation::caisse_of;
use crate::domain::ids::PatientId;
use crate::domain::vie::DossierPatient;
use crate::domain::vie::fusion::{Chevauchement, Difference, chevauchements};
use crate::services::{Contexte, ServiceError, Services, latest_knowledge};
use crate::storage::patients::{faits, fusions, mouvements};
use crate::storage::{Connection, designations};

/// What must be an absorbed record.
const ABSORBE_ATTENDU: &str = "un autre dossier de la même caisse";

/// What one of the records holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DossierApercu {
    /// Its id.
    pub patient_id: PatientId,
    /// Its version, to repeat when merging.
    pub version: i32,
    /// Declarations, in whatever state.
    pub declarations: usize,
    /// Designations in force or over.
    pub designations: usize,
    /// Feuilles received.
    pub feuilles: i64,
}

/// What a merge would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApercuFusion {
    /// The record that is kept.
    pub conserve: DossierApercu,
    /// The record that is absorbed.
    pub absorbe: DossierApercu,
    /// What the two records say differently of the person.
    pub differences: Vec<Difference>,
    /// Days on which they name different doctors.
    pub conflits: Vec<Chevauchement>,
    /// Why the merge would be refused, if it would.
    pub obstacle: Option<&'static str>,
}

impl Services {
    /// What merging a record into another would do, without doing it.
    pub async fn preview_fusion(
        &self,
        contexte: &Contexte,
        conserve: PatientId,
        absorbe: PatientId,
    ) -> Result<ApercuFusion, ServiceError> {
        let caisse = caisse_of(contexte)?;
        let mut conn = self.db.read("fusion.preview").await?;
        let (kept, absorbed) = self.both(&mut conn, contexte, conserve, absorbe).await?;
        self.verify_present_caisse(&mut conn, &caisse, conserve).await?;
        self.verify_present_caisse(&mut conn, &caisse, absorbe).await?;
        let apercu = ApercuFusion {
            conserve: self.count(&mut conn, &kept).await?,
            absorbe: self.count(&mut conn, &absorbed).await?,
            differences: Difference::between(&kept, &absorbed, self.clock.today()),
            conflits: self.overlaps(&mut conn, conserve, absorbe).await?,
            obstacle: self.obstacle(&mut conn, &kept, &absorbed).await?,
        };
        drop(conn);
        self.trace(contexte, conserve, "fusion.apercu").await?;
        self.trace(contexte, absorbe, "fusion.apercu").await?;
        Ok(apercu)
    }

    /// Both records, which the caller must be able to see.
    pub(super) async fn both(
        &self,
        conn: &mut Connection,
        contexte: &Contexte,
        conserve: PatientId,
        absorbe: PatientId,
    ) -> Result<(DossierPatient, DossierPatient), ServiceError> {
        let acteur = &contexte.acteur;
        let vue = self.verify_perimeter(conn, acteur, conserve).await?;
        let other = self.verify_perimeter(conn, acteur, absorbe).await;
        let other =
            other.map_err(|e| e.into_champ("/absorbe_id", "patient_inconnu", ABSORBE_ATTENDU))?;
        if conserve == absorbe {
            let message = ABSORBE_ATTENDU;
            return Err(ServiceError::champ("/absorbe_id", "meme_dossier", message));
        }
        let kept = self.dossier(conn, acteur, &vue, conserve).await?;
        Ok((kept, self.dossier(conn, acteur, &other, absorbe).await?))
    }

    pub(super) async fn overlaps(
        &self,
        conn: &mut Connection,
        conserve: PatientId,
        absorbe: PatientId,
    ) -> Result<Vec<Chevauchement>, ServiceError> {
        let kept = designations::list(conn, conserve, latest_knowledge()).await?;
        let absorbed = designations::list(conn, absorbe, latest_knowledge()).await?;
        Ok(chevauchements(&kept, &absorbed))
    }

    pub(super) async fn obstacle(
        &self,
        conn: &mut Connection,
        kept: &DossierPatient,
        absorbed: &DossierPatient,
    ) -> Result<Option<&'static str>, ServiceError> {
        let death = faits::deces(conn, kept.patient.id).await?.map(|fait| fait.effet);
        let other = faits::deces(conn, absorbed.patient.id).await?.map(|fait| fait.effet);
        Ok(if fusions::has_absorbed(conn, absorbed.patient.id).await? {
            Some("le dossier à absorber en a lui-même absorbé un autre : le conserver, lui")
        } else if death != other {
            Some("les deux dossiers ne disent pas la même chose du décès : le rectifier d'abord")
        } else {
            None
        })
    }

    async fn count(
        &self,
        conn: &mut Connection,
        dossier: &DossierPatient,
    ) -> Result<DossierApercu, ServiceError> {
        let id = dossier.patient.id;
        Ok(DossierApercu {
            patient_id: id,
            version: dossier.version,
            declarations: mouvements::declarations(conn, id).await?.len(),
            designations: designations::list(conn, id, latest_knowledge()).await?.len(),
            feuilles: fusions::count_feuilles(conn, id).await?,
        })
    }
}
