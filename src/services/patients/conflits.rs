//! Conflicts between designations of merged records: listed, read, settled.

use serde_json::json;

use super::dossier::record;
use crate::domain::evenement::NatureEvenement;
use crate::domain::ids::{ConflitId, DeclarationId, FaitId, PatientId};
use crate::domain::vie::ActePatient;
use crate::domain::vie::fusion::{Conflit, EtatConflit};
use crate::services::core::{Act, Fact};
use crate::services::frises::replay;
use crate::services::pages::{PageVoulue, Trouves};
use crate::services::{Contexte, Core, Demande, Done, Render, Seen, ServiceError, VersionsVues};
use crate::storage::Connection;
use crate::storage::patients::{conflits, fusions, mouvements};

/// The open conflicts of the calling caisse's insured, after one already seen.
pub async fn list_conflits(
    core: &Core,
    contexte: &Contexte,
    page: PageVoulue<ConflitId>,
) -> Result<Seen<Trouves<Conflit>>, ServiceError> {
    let mut search = core.search(contexte).await?;
    let caisse = contexte.acteur().caisse().ok_or(ServiceError::Introuvable)?;
    let (today, limit) = (core.today(), page.lus());
    let found = conflits::open_of_caisse(search.conn(), caisse, today, page.apres, limit).await?;
    let total = page.compter(conflits::count_open(search.conn(), caisse, today)).await?;
    let shown = page.montres(&found).iter();
    let persons: Vec<PatientId> = shown.map(|conflit| conflit.patient_id).collect();
    search.show_all(persons, (found, total)).await
}

/// Reads a conflict.
pub async fn get_conflit(
    core: &Core,
    contexte: &Contexte,
    id: ConflitId,
) -> Result<Seen<Conflit>, ServiceError> {
    let mut search = core.search(contexte).await?;
    let conflit = one(search.conn(), id).await?;
    search.on(conflit.patient_id, &[]).await?.show(conflit).await
}

/// Settles a conflict by choosing one of its declarations: on its days, the choices of the other
/// record count for nothing. What was declared since the merge counts as always.
pub async fn settle_conflit(
    core: &Core,
    demande: &Demande,
    (id, version): (ConflitId, VersionsVues),
    retenue: DeclarationId,
    rendre: impl Render<Conflit>,
) -> Done {
    let mut opening = core.open(demande).await?;
    let patient = one(opening.conn(), id).await?.patient_id;
    let mut act = opening.on(patient, &[]).await?;
    // Read again: somebody may have settled it before the lock was had.
    let mut conflit = one(act.conn(), id).await?;
    version.verify(conflit.version)?;
    if conflit.etat != EtatConflit::Ouvert {
        return Err(ServiceError::ConflitClos.into());
    }
    let overlap = &conflit.chevauchement;
    if retenue != overlap.conservee && retenue != overlap.absorbee {
        let message = "une des deux déclarations du conflit";
        return Err(ServiceError::champ("/declaration_id", "hors_conflit", message).into());
    }
    close_conflit(&mut act, &mut conflit, EtatConflit::Resolu, Some(retenue)).await?;
    set_losers_aside(&mut act, &conflit).await?;
    record(&mut act, patient, ActePatient::Arbitrage, None).await?;
    let donnees = json!({ "conflit_id": id, "declaration_retenue": retenue });
    let effet_du = conflit.chevauchement.effet.du();
    act.tell(Fact::of(NatureEvenement::DesignationConflitResolu).effective(effet_du).with(donnees));
    replay(&mut act.writing()).await?;
    Ok(act.close(rendre(&conflit)?).await?)
}

/// Takes back what a conflict had set aside, and writes its next version.
pub(super) async fn close_conflit(
    act: &mut Act<'_>,
    conflit: &mut Conflit,
    etat: EtatConflit,
    retenue: Option<DeclarationId>,
) -> Result<(), ServiceError> {
    let instant = act.instant;
    conflits::put_back(act.conn(), conflit, instant).await?;
    conflit.version += 1;
    (conflit.etat, conflit.retenue) = (etat, retenue);
    conflit.enregistre_le = instant;
    Ok(conflits::advance(act.conn(), conflit).await?)
}

/// On the days of a settled conflict, the choices of the other record count for nothing.
async fn set_losers_aside(act: &mut Act<'_>, conflit: &Conflit) -> Result<(), ServiceError> {
    let core = act.core();
    let conn = act.conn();
    let fusion = fusions::get(conn, conflit.fusion_id).await?.ok_or(ServiceError::Introuvable)?;
    let (kept, brought) =
        mouvements::lines(conn, conflit.patient_id, fusion.id, fusion.enregistre_le).await?;
    let overlap = &conflit.chevauchement;
    let losers = if conflit.retenue == Some(overlap.conservee) { brought } else { kept };
    for declaration in losers {
        let id = FaitId::from_uuid(core.ids().uuid());
        conflits::set_aside(conn, conflit, id, declaration, overlap.effet).await?;
    }
    Ok(())
}

/// A conflict, wherever it is.
async fn one(conn: &mut Connection, id: ConflitId) -> Result<Conflit, ServiceError> {
    conflits::get(conn, id).await?.ok_or(ServiceError::Introuvable)
}
