//! Two records beside each other: what they hold, how they differ, what a merge would do.

use super::dossier::dossier;
use crate::domain::ids::PatientId;
use crate::domain::vie::DossierPatient;
use crate::domain::vie::fusion::{Chevauchement, Difference, chevauchements};
use crate::services::{Contexte, Core, Seen, ServiceError, latest_knowledge};
use crate::storage::patients::{faits, fusions, mouvements};
use crate::storage::{Connection, designations, representations};

/// What must be an absorbed record.
const ABSORBE_ATTENDU: &str = "un autre dossier de la même caisse";

/// What one of the records holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DossierApercu {
    pub patient_id: PatientId,
    /// Its version, to repeat when merging.
    pub version: i32,
    /// Declarations, in whatever state.
    pub declarations: usize,
    /// Designations in force or over.
    pub designations: usize,
    pub feuilles: i64,
}

/// What a merge would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApercuFusion {
    pub conserve: DossierApercu,
    pub absorbe: DossierApercu,
    /// What the two records say differently of the person.
    pub differences: Vec<Difference>,
    /// Days on which they name different doctors.
    pub conflits: Vec<Chevauchement>,
    /// Why the merge would be refused, if it would.
    pub obstacle: Option<&'static str>,
}

/// What merging a record into another would do, without doing it.
pub async fn preview_fusion(
    core: &Core,
    contexte: &Contexte,
    conserve: PatientId,
    absorbe: PatientId,
) -> Result<Seen<ApercuFusion>, ServiceError> {
    let mut access = core.access(contexte, conserve).await?;
    let acteur = *contexte.acteur();
    let other = core.rapports(access.conn(), &acteur, absorbe, &[]).await;
    let other = other.and_then(|rapports| Ok((contexte.demarche.juger(&rapports)?, rapports)));
    let (droit, rapports) = other.map_err(unknown)?;
    verify_distinct(conserve, absorbe)?;
    let (own, given) = (access.rapports.clone(), access.droit.clone());
    let kept = dossier(core, access.conn(), conserve, (&own, &given)).await?;
    let absorbed = dossier(core, access.conn(), absorbe, (&rapports, &droit)).await?;
    let conn = access.conn();
    let apercu = ApercuFusion {
        conserve: count(conn, &kept).await?,
        absorbe: count(conn, &absorbed).await?,
        differences: Difference::between(&kept, &absorbed, core.today()),
        conflits: overlaps(conn, conserve, absorbe).await?,
        obstacle: obstacle(conn, conserve, absorbe).await?,
    };
    access.show_also(absorbe, apercu).await
}

/// In a body, a record that cannot be found is a field that cannot be accepted.
pub(super) fn unknown(error: ServiceError) -> ServiceError {
    error.into_champ("/absorbe_id", "patient_inconnu", ABSORBE_ATTENDU)
}

/// A record is not merged into itself.
pub(super) fn verify_distinct(conserve: PatientId, absorbe: PatientId) -> Result<(), ServiceError> {
    if conserve == absorbe {
        return Err(ServiceError::champ("/absorbe_id", "meme_dossier", ABSORBE_ATTENDU));
    }
    Ok(())
}

/// The days on which two records name different doctors.
pub(super) async fn overlaps(
    conn: &mut Connection,
    conserve: PatientId,
    absorbe: PatientId,
) -> Result<Vec<Chevauchement>, ServiceError> {
    let kept = designations::list(conn, conserve, latest_knowledge()).await?;
    let absorbed = designations::list(conn, absorbe, latest_knowledge()).await?;
    Ok(chevauchements(&kept, &absorbed))
}

/// Why two records cannot be merged, if they cannot.
pub(super) async fn obstacle(
    conn: &mut Connection,
    kept: PatientId,
    absorbed: PatientId,
) -> Result<Option<&'static str>, ServiceError> {
    let death = faits::deces(conn, kept).await?.map(|fait| fait.effet);
    let other = faits::deces(conn, absorbed).await?.map(|fait| fait.effet);
    Ok(if fusions::has_absorbed(conn, absorbed).await? {
        Some("le dossier à absorber en a lui-même absorbé un autre : le conserver, lui")
    } else if death != other {
        Some("les deux dossiers ne disent pas la même chose du décès : le rectifier d'abord")
    } else if representations::ever_represented_by(conn, kept).await?.contains(&absorbed)
        || representations::ever_represented_by(conn, absorbed).await?.contains(&kept)
    {
        Some(
            "l'un des deux représente l'autre, et nul ne se représente : ce sont deux personnes, ou le lien est à \
             effacer d'abord (motif « erreur_de_saisie »)",
        )
    } else {
        None
    })
}

async fn count(
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
