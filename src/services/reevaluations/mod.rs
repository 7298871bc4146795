//! Feuilles evaluated again: tried by a job, looked at, then applied by a job.

mod calcul;
mod run;

use serde_json::{Value, json};

pub use self::run::{REEVALUER, run};
use super::core::{Fact, Opening};
use super::pages::{PageVoulue, Trouves};
use super::{
    ChampInvalide, Contexte, Core, Demande, Done, Render, Seen, ServiceError, VersionsVues,
};
use crate::domain::evenement::NatureEvenement;
use crate::domain::ids::{FeuilleId, PatientId, ReevaluationId};
use crate::domain::reevaluation::{
    Changement, EtatReevaluation, Etendue, Examen, MotifReevaluation, Reevaluation, VOIES,
};
use crate::domain::vocabulary::Vocabulaire;
use crate::storage::Connection;
use crate::storage::reevaluations;

/// Asks for feuilles to be evaluated again; a job tries it and changes nothing.
pub async fn create(
    core: &Core,
    demande: &Demande,
    (motif, etendue): (MotifReevaluation, Etendue),
    rendre: impl Render<Reevaluation>,
) -> Done {
    let contexte = &demande.contexte;
    contexte.demarche.verify_role(contexte.acteur()).map_err(ServiceError::from)?;
    verify_scope(core, &etendue)?;
    let mut opening = core.open(demande).await?;
    if let Some(patient) = etendue.patient_id {
        opening.judge(contexte.demarche, patient).await.map_err(|error| {
            error.into_champ(
                "/patient_id",
                "patient_inconnu",
                "l'identifiant d'un patient qui dépend de votre caisse",
            )
        })?;
    }
    let reevaluation = Reevaluation {
        id: ReevaluationId::from_uuid(core.ids().uuid()),
        caisse: contexte.acteur().identite(),
        motif,
        etendue,
        etat: EtatReevaluation::EnAttente,
        version: 1,
        enregistre_le: core.now(),
        places: vec![None; VOIES],
        examen: Examen::default(),
    };
    reevaluations::insert(opening.conn(), &reevaluation).await?;
    announce(&mut opening, &reevaluation, NatureEvenement::ReevaluationDemandee).await?;
    Ok(opening.close(rendre(&reevaluation)?).await?)
}

/// Reads one of the calling caisse.
pub async fn get(
    core: &Core,
    contexte: &Contexte,
    id: ReevaluationId,
) -> Result<Reevaluation, ServiceError> {
    let mut search = core.search(contexte).await?;
    followed(search.conn(), contexte, id).await
}

/// The feuilles whose evaluation changes, after a place. Each person is traced.
pub async fn list_changes(
    core: &Core,
    contexte: &Contexte,
    id: ReevaluationId,
    page: PageVoulue<(PatientId, FeuilleId)>,
) -> Result<Seen<Trouves<Changement>>, ServiceError> {
    let mut search = core.search(contexte).await?;
    followed(search.conn(), contexte, id).await?;
    let changes = reevaluations::changes(search.conn(), id, page.apres, page.lus()).await?;
    let counted = async { Ok(reevaluations::count_changes(search.conn(), id).await?) };
    let total = page.compter::<ServiceError>(counted).await?;
    let shown = page.montres(&changes).iter();
    let persons: Vec<PatientId> = shown.map(|change| change.patient_id).collect();
    search.show_all(persons, (changes, total)).await
}

/// Applies what was tried: a job writes the new evaluations, with what is known when it does.
pub async fn apply(
    core: &Core,
    demande: &Demande,
    (id, version): (ReevaluationId, VersionsVues),
    rendre: impl Render<Reevaluation>,
) -> Done {
    let mut opening = core.open(demande).await?;
    let seen = followed(opening.conn(), &demande.contexte, id).await?;
    version.verify(seen.version)?;
    let way = (EtatReevaluation::Essayee, EtatReevaluation::EnApplication);
    if !reevaluations::advance(opening.conn(), id, way).await? {
        let state = "la réévaluation n'est pas essayée, ou elle est déjà appliquée";
        return Err(ServiceError::EtatIncompatible(state).into());
    }
    let reevaluation = followed(opening.conn(), &demande.contexte, id).await?;
    announce(&mut opening, &reevaluation, NatureEvenement::ReevaluationAppliquee).await?;
    Ok(opening.close(rendre(&reevaluation)?).await?)
}

/// Whether the days asked can have feuilles.
fn verify_scope(core: &Core, etendue: &Etendue) -> Result<(), ServiceError> {
    let mut wrong = Vec::new();
    if etendue.au > core.today() {
        wrong.push(ChampInvalide::new("/au", "date_future", "une date passée ou présente"));
    }
    if etendue.au < etendue.du {
        let message = "attendu : une date qui ne précède pas la première";
        wrong.push(ChampInvalide::new("/au", "periode_vide", message));
    }
    if etendue.depuis.is_some_and(|depuis| depuis > core.now()) {
        wrong.push(ChampInvalide::new("/depuis", "date_future", "un instant passé"));
    }
    if wrong.is_empty() { Ok(()) } else { Err(ServiceError::Invalide(wrong)) }
}

/// Queues the job, and tells what was asked.
async fn announce(
    opening: &mut Opening<'_>,
    asked: &Reevaluation,
    nature: NatureEvenement,
) -> Result<(), ServiceError> {
    let now = opening.core().now();
    let charge = json!({ "reevaluation_id": asked.id });
    let key = format!("{}:{}", asked.id, asked.etat.mot());
    opening.queue(REEVALUER, (&key, &charge)).await?;
    let donnees = json!({ "reevaluation_id": asked.id, "motif": asked.motif });
    opening.tell(Fact::of(nature).effective(asked.etendue.du).with(donnees), now);
    Ok(())
}

/// The reevaluation that a job carries.
fn reevaluation_of(charge: &Value) -> Option<ReevaluationId> {
    charge.get("reevaluation_id")?.as_str()?.parse().ok()
}

/// A reevaluation of the calling caisse; those of others do not exist for it.
async fn followed(
    conn: &mut Connection,
    contexte: &Contexte,
    id: ReevaluationId,
) -> Result<Reevaluation, ServiceError> {
    let caisse = contexte.acteur().identite();
    reevaluations::get(conn, id)
        .await?
        .filter(|known| known.caisse == caisse)
        .ok_or(ServiceError::Introuvable)
}
