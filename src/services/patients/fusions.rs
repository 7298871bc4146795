//! Two records of one person: shown, merged, and put apart again.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::apercu::{obstacle, overlaps, unknown, verify_distinct};
use super::conflits::close_conflit;
use super::dossier::record;
use super::retours;
use crate::domain::declaration::{Declaration, RoleSignataire};
use crate::domain::evenement::NatureEvenement;
use crate::domain::ids::{ConflitId, FaitId, FusionId, PatientId};
use crate::domain::vie::fusion::{Conflit, EtatConflit};
use crate::domain::vie::{ActePatient, MotifRectification};
use crate::domain::vocabulary::Vocabulaire;
use crate::services::core::{Act, Fact};
use crate::services::declarations::tell_lost;
use crate::services::frises::{forget, replay};
use crate::services::{Contexte, Core, Demande, Done, Render, Seen, ServiceError, VersionsVues};
use crate::storage::patients::fusions::Fusion;
use crate::storage::patients::{actes, conflits, fusions, mouvements};
use crate::storage::{Connection, declarations};

/// A merge to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NouvelleFusion {
    pub absorbe_id: PatientId,
    /// Its version, as the preview gave it.
    pub absorbe_version: VersionsVues,
    pub motif: MotifRectification,
}

/// A merge with what it brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DossierFusion {
    pub fusion: Fusion,
    /// Version of the record that is kept.
    pub version: i32,
    /// Declarations that it brought.
    pub declarations: usize,
    /// Conflicts, as they stand.
    pub conflits: Vec<Conflit>,
}

/// Merges a record into another. Its declarations follow, under their own ids; where the two
/// named different doctors, a conflict waits for the caisse.
pub async fn merge(
    core: &Core,
    demande: &Demande,
    (conserve, version): (PatientId, VersionsVues),
    nouvelle: NouvelleFusion,
    rendre: impl Render<DossierFusion>,
) -> Done {
    let absorbe = nouvelle.absorbe_id;
    let opening = core.open(demande).await?;
    let mut act = opening.on_both(conserve, absorbe).await?.map_err(unknown)?;
    verify_distinct(conserve, absorbe)?;
    version.verify(actes::version(act.conn(), conserve).await?)?;
    nouvelle.absorbe_version.verify(actes::version(act.conn(), absorbe).await?)?;
    if let Some(obstacle) = obstacle(act.conn(), conserve, absorbe).await? {
        return Err(ServiceError::FusionImpossible(obstacle).into());
    }
    let fusion = Fusion {
        id: FusionId::from_uuid(core.ids().uuid()),
        patient_id: conserve,
        absorbe_id: absorbe,
        motif: nouvelle.motif,
        enregistre_le: act.instant,
        remplace_le: None,
    };
    absorb(&mut act, &fusion).await?;
    replay(&mut act.writing()).await?;
    finish(act, fusion, NatureEvenement::PatientFusionne, rendre).await
}

/// Reads a merge.
pub async fn get_fusion(
    core: &Core,
    contexte: &Contexte,
    id: FusionId,
) -> Result<Seen<DossierFusion>, ServiceError> {
    let mut search = core.search(contexte).await?;
    let fusion = one(search.conn(), id).await?;
    let mut access = search.on(fusion.patient_id, &[]).await?;
    let dossier = dossier_fusion(access.conn(), fusion).await?;
    access.show(dossier).await
}

/// Undoes a merge: what the absorbed record brought goes back to it, in the state it has now, with what came since under
/// its number; the rest stays with the record that was kept.
pub async fn undo_fusion(
    core: &Core,
    demande: &Demande,
    (id, version): (FusionId, VersionsVues),
    motif: MotifRectification,
    rendre: impl Render<DossierFusion>,
) -> Done {
    let undone = || ServiceError::FusionImpossible("cette fusion est déjà annulée");
    let mut opening = core.open(demande).await?;
    let fusion = one(opening.conn(), id).await?;
    let (kept, absorbed) = (fusion.patient_id, fusion.absorbe_id);
    let mut act = opening.on_merged(kept, absorbed).await?.ok_or_else(undone)?;
    let instant = act.instant;
    version.verify(actes::version(act.conn(), kept).await?)?;
    verify_nothing_waits(&mut act, kept, fusion.enregistre_le).await?;
    if !fusions::close(act.conn(), &fusion, instant).await? {
        return Err(undone().into());
    }
    fusions::mark(act.conn(), absorbed, None, instant).await?;
    for mut conflit in conflits::of_fusion(act.conn(), kept, id).await? {
        close_conflit(&mut act, &mut conflit, EtatConflit::Annule, None).await?;
    }
    let (way, since) = ((kept, absorbed), fusion.enregistre_le);
    let mut theirs = mouvements::brought_by(act.conn(), kept, id).await?;
    theirs.extend(mouvements::came_under(act.conn(), way, since).await?);
    for declaration in theirs {
        mouvements::move_declaration(act.conn(), declaration, way, Some(id), instant).await?;
    }
    retours::ends(&mut act, way, since).await?;
    retours::feuilles(&mut act, way, since).await?;
    for patient in [absorbed, kept] {
        record(&mut act, patient, ActePatient::AnnulationFusion, Some(motif)).await?;
        replay(&mut act.writing_of(patient)).await?;
        // Signed during the merge under a link of the other.
        let during = |one: &Declaration| one.signatures.iter().any(|given| given.recue_le >= since);
        tell_lost(&mut act.writing_of(patient), during).await?;
    }
    let fusion = Fusion { remplace_le: Some(instant), ..fusion };
    finish(act, fusion, NatureEvenement::PatientFusionAnnulee, rendre).await
}

/// Nobody knows which of two persons signed during the merge what still waits: a doctor would complete it for the other.
async fn verify_nothing_waits(
    act: &mut Act<'_>,
    kept: PatientId,
    since: DateTime<Utc>,
) -> Result<(), ServiceError> {
    let (core, now) = (act.core(), act.instant);
    let all = declarations::list(act.conn(), core.coffre(), kept).await?;
    let waits = |one: &Declaration| {
        let mut own = one.signatures.iter().filter(|given| given.role != RoleSignataire::Medecin);
        one.peut_attendre() && now < one.expire_le && own.any(|given| given.recue_le >= since)
    };
    if all.iter().any(waits) {
        return Err(ServiceError::FusionImpossible(
            "une déclaration que le patient a signée depuis la fusion attend encore : l'annuler, ou la faire signer, d'abord",
        ));
    }
    Ok(())
}

/// Moves everything of the absorbed record, and queues what contradicts the other.
async fn absorb(act: &mut Act<'_>, fusion: &Fusion) -> Result<(), ServiceError> {
    let (kept, absorbed, instant) = (fusion.patient_id, fusion.absorbe_id, act.instant);
    let core = act.core();
    let overlaps = overlaps(act.conn(), kept, absorbed).await?;
    fusions::insert(act.conn(), fusion).await?;
    forget(&mut act.writing_of(absorbed)).await?;
    for declaration in mouvements::declarations(act.conn(), absorbed).await? {
        let way = (absorbed, kept);
        mouvements::move_declaration(act.conn(), declaration, way, Some(fusion.id), instant)
            .await?;
    }
    record(act, absorbed, ActePatient::Absorption, Some(fusion.motif)).await?;
    fusions::mark(act.conn(), absorbed, Some(kept), instant).await?;
    let (_, brought) = mouvements::lines(act.conn(), kept, fusion.id, instant).await?;
    for chevauchement in overlaps {
        let effet = chevauchement.effet;
        let conflit = Conflit {
            id: ConflitId::from_uuid(core.ids().uuid()),
            patient_id: kept,
            fusion_id: fusion.id,
            version: 1,
            etat: EtatConflit::Ouvert,
            chevauchement,
            retenue: None,
            enregistre_le: instant,
        };
        conflits::insert(act.conn(), &conflit).await?;
        for declaration in &brought {
            let id = FaitId::from_uuid(core.ids().uuid());
            conflits::set_aside(act.conn(), &conflit, id, *declaration, effet).await?;
        }
        let donnees = json!({ "conflit_id": conflit.id, "effet_au": effet.au() });
        act.tell(
            Fact::of(NatureEvenement::DesignationEnConflit).effective(effet.du()).with(donnees),
        );
    }
    record(act, kept, ActePatient::Fusion, Some(fusion.motif)).await
}

/// Tells both records, and ends the act.
async fn finish(
    mut act: Act<'_>,
    fusion: Fusion,
    nature: NatureEvenement,
    rendre: impl Render<DossierFusion>,
) -> Done {
    let donnees = json!({
        "fusion_id": fusion.id,
        "conserve_id": fusion.patient_id,
        "absorbe_id": fusion.absorbe_id,
        "motif": fusion.motif.mot(),
    });
    for patient in [fusion.patient_id, fusion.absorbe_id] {
        act.writing_of(patient).tell(Fact::of(nature).with(donnees.clone()));
    }
    let rendu = rendre(&dossier_fusion(act.conn(), fusion).await?)?;
    Ok(act.close(rendu).await?)
}

async fn dossier_fusion(
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

/// A merge, wherever it is.
async fn one(conn: &mut Connection, id: FusionId) -> Result<Fusion, ServiceError> {
    fusions::get(conn, id).await?.ok_or(ServiceError::Introuvable)
}
