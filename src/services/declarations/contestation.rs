//! The patient's side contests a choice that was made in the patient's name; the caisse decides.

use super::Dossier;
use super::transitions::{advance, finish, take};
use crate::domain::evenement::NatureEvenement;
use crate::domain::ids::DeclarationId;
use crate::services::frises::replay;
use crate::services::{Core, Demande, Done, Render, VersionsVues};

/// Contests a declaration that counts. It goes on counting; every evaluation of its days warns.
pub async fn contest(
    core: &Core,
    demande: &Demande,
    seen: (DeclarationId, VersionsVues),
    motif: &str,
    rendre: impl Render<Dossier>,
) -> Done {
    let (mut act, mut declaration) = take(core, demande, seen).await?;
    declaration.contest(motif.to_owned())?;
    advance(&mut act, &mut declaration, NatureEvenement::DeclarationContestee).await?;
    finish(act, declaration, rendre).await
}

/// Decides what was contested. Upheld, history is unrolled again without the declaration.
pub async fn decide(
    core: &Core,
    demande: &Demande,
    seen: (DeclarationId, VersionsVues),
    (retenue, motif): (bool, &str),
    rendre: impl Render<Dossier>,
) -> Done {
    let (mut act, mut declaration) = take(core, demande, seen).await?;
    declaration.decide(retenue, motif.to_owned())?;
    let nature = if retenue {
        NatureEvenement::DeclarationContestationRetenue
    } else {
        NatureEvenement::DeclarationContestationRejetee
    };
    advance(&mut act, &mut declaration, nature).await?;
    if retenue {
        replay(&mut act.writing()).await?;
    }
    finish(act, declaration, rendre).await
}
