//! A person asks that something in their record be put right (RGPD, art. 16); their caisse answers, and they are told.

use serde_json::json;

use crate::domain::droits::{Demarche, Rapports};
use crate::domain::evenement::NatureEvenement;
use crate::domain::ids::{PatientId, RectificationId};
use crate::domain::rectification::{
    ActionRectification, IssueRectification, ObjetRectification, Rectification,
    ReponseRectification, terme,
};
use crate::domain::vocabulary::Vocabulaire;
use crate::services::core::{Act, Fact};
use crate::services::{Contexte, Core, Demande, Done, Render, Seen, ServiceError, VersionsVues};
use crate::storage::patients::rectifications;

/// A request, as a caller sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RectificationLue {
    pub rectification: Rectification,
    /// What the caller may do now.
    pub actions: Vec<ActionRectification>,
}

/// Asks that something be put right.
pub async fn request(
    core: &Core,
    demande: &Demande,
    patient: PatientId,
    (objet, words): (ObjetRectification, String),
    rendre: impl Render<RectificationLue>,
) -> Done {
    let mut act = core.open(demande).await?.on(patient, &[]).await?;
    let rectification = Rectification {
        id: RectificationId::from_uuid(core.ids().uuid()),
        patient_id: patient,
        dossier_id: patient,
        objet,
        demande: words,
        terme: terme(act.today().await?),
        enregistre_le: act.instant,
        reponse: None,
    };
    rectifications::insert(act.conn(), core.coffre(), &rectification).await?;
    finish(act, rectification, NatureEvenement::PatientRectificationDemandee, rendre).await
}

/// Answers, once. What is put right is put right by the acts that do it.
pub async fn answer(
    core: &Core,
    demande: &Demande,
    (id, seen): (RectificationId, VersionsVues),
    (issue, motif): (IssueRectification, Option<String>),
    rendre: impl Render<RectificationLue>,
) -> Done {
    let mut opening = core.open(demande).await?;
    let found = rectifications::place_of(opening.conn(), id).await?;
    let patient = found.ok_or(ServiceError::Introuvable)?;
    let mut act = opening.on(patient, &[]).await?;
    let known = rectifications::list(act.conn(), core.coffre(), patient, Some(id)).await?.pop();
    let mut known = known.ok_or(ServiceError::Introuvable)?;
    seen.verify(known.version())?;
    if known.reponse.is_some() {
        return Err(ServiceError::EtatIncompatible("La demande a déjà sa réponse.").into());
    }
    if issue == IssueRectification::Refusee && motif.is_none() {
        let message = "pourquoi la rectification est refusée : la personne a le droit de le savoir";
        return Err(ServiceError::champ("/motif", "champ_requis", message).into());
    }
    let reponse = ReponseRectification { issue, motif, enregistre_le: act.instant };
    let caisse = act.contexte().acteur().identite();
    rectifications::answer(act.conn(), core.coffre(), (&known, &reponse), &caisse).await?;
    known.reponse = Some(reponse);
    finish(act, known, NatureEvenement::PatientRectificationRepondue, rendre).await
}

/// Reads a request.
pub async fn get(
    core: &Core,
    contexte: &Contexte,
    id: RectificationId,
) -> Result<Seen<RectificationLue>, ServiceError> {
    let mut search = core.search(contexte).await?;
    let found = rectifications::place_of(search.conn(), id).await?;
    let patient = found.ok_or(ServiceError::Introuvable)?;
    let mut access = search.on(patient, &[]).await?;
    let known = rectifications::list(access.conn(), core.coffre(), patient, Some(id)).await?.pop();
    let seen = seen(known.ok_or(ServiceError::Introuvable)?, &access.rapports);
    access.show(seen).await
}

/// The requests of a person, the last one first.
pub async fn list(
    core: &Core,
    contexte: &Contexte,
    patient: PatientId,
) -> Result<Seen<Vec<RectificationLue>>, ServiceError> {
    let mut access = core.access(contexte, patient).await?;
    let all = rectifications::list(access.conn(), core.coffre(), patient, None).await?;
    let seen = all.into_iter().map(|one| seen(one, &access.rapports)).collect();
    access.show(seen).await
}

fn seen(rectification: Rectification, rapports: &Rapports) -> RectificationLue {
    let may = Demarche::RepondreRectification.est_permise(rapports);
    let answer = (rectification.reponse.is_none() && may).then_some(ActionRectification::Repondre);
    RectificationLue { rectification, actions: answer.into_iter().collect() }
}

/// Tells what happened to a request, without its words, and ends the act.
async fn finish(
    mut act: Act<'_>,
    rectification: Rectification,
    nature: NatureEvenement,
    rendre: impl Render<RectificationLue>,
) -> Done {
    let fact = Fact::of(nature).with(json!({
        "demande_id": rectification.id,
        "objet": rectification.objet.mot(),
        "issue": rectification.reponse.as_ref().map(|reponse| reponse.issue.mot()),
    }));
    act.tell(fact);
    let rendu = rendre(&seen(rectification, &act.rapports))?;
    Ok(act.close(rendu).await?)
}
