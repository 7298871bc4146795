//! A choice that something else has a say in: what the register held before stays, day for day, or the choice is refused.

use chrono::{DateTime, TimeDelta, Utc};

use super::super::issues::{Issue, refus};
use super::contradictions::sans_jour;
use super::lecture::Lu;
use super::{compte, declaration, ends};
use crate::domain::acteur::Role;
use crate::domain::frise::{Jours, jours, jours_connus};
use crate::domain::ids::{MedecinId, PatientId, RepriseId};
use crate::domain::reprise::perdu;
use crate::services::core::Many;
use crate::services::frises::replay;
use crate::services::{ServiceError, latest_knowledge};
use crate::storage::reprises::choix::{brought_by, release, save, undo};
use crate::storage::{declarations, designations, fins};

/// Takes a choice over, known after what was just written about its person; gives under which instant.
pub(super) async fn take(
    many: &mut Many<'_>,
    reprise: RepriseId,
    (patient, lu): (PatientId, &Lu),
    before: Option<DateTime<Utc>>,
) -> Result<(Issue, DateTime<Utc>), ServiceError> {
    let core = many.core();
    let next = before.and_then(|last| last.checked_add_signed(TimeDelta::microseconds(1)));
    let instant = next.map_or(lu.instant, |next| next.max(lu.instant));
    let chosen: std::collections::BTreeSet<MedecinId> =
        lu.medecins.iter().map(|one| one.medecin_id).collect();
    let known = designations::choices(many.conn(), patient).await?;
    let same = known
        .iter()
        .map(|one| &one.choix)
        .any(|one| one.medecins == chosen && one.effet_du == lu.choix.effet_du);
    let ended = fins::list(many.conn(), patient).await?;
    let mut ends = ends(core, lu);
    ends.retain(|end| {
        let own = |known: &fins::FinConnue| {
            (known.fin.medecin_id, known.fin.effet_du) == (end.medecin_id, end.effet_du)
        };
        !ended.iter().any(own)
    });
    if same && ends.is_empty() {
        return Ok((Issue::DejaConnue, instant));
    }
    // One of the same day, of an earlier block or takeover, signed no sooner and no later.
    let signe_le = lu.choix.signe_le.unwrap_or(lu.choix.effet_du);
    let tie = known.iter().map(|one| &one.choix).any(|one| {
        one.en_place.is_none()
            && one.medecins != chosen
            && (one.effet_du, one.ordre.signe_le) == (lu.choix.effet_du, signe_le)
    });
    if tie {
        return Ok((sans_jour(lu.choix.effet_du), instant));
    }
    let brought = brought_by(many.conn(), patient, reprise).await?;
    let mut held = designations::list(many.conn(), patient, latest_knowledge()).await?;
    held.retain(|one| !brought.contains(&one.declaration_id));
    let held: Vec<Jours> = jours_connus(&held);
    save(many.conn()).await?;
    if !same {
        let declaration = declaration(core, reprise, (patient, lu), instant)?;
        declarations::insert(many.conn(), core.coffre(), &declaration, None).await?;
    }
    for end in &ends {
        fins::insert(many.conn(), patient, end, Some(Role::Caisse), instant).await?;
    }
    let after = replay(&mut many.acting((patient, instant))).await?;
    if let Some(lost) = perdu(&held, &jours(&after.segments)) {
        undo(many.conn()).await?;
        let message = format!(
            "un choix qui laisse au registre ce qu'il sait déjà : il y changerait le médecin traitant du {}",
            lost.format("%d/%m/%Y")
        );
        return Ok((refus("effet_du", "choix_contredit", message), instant));
    }
    if !compte(lu, &after.segments) {
        undo(many.conn()).await?;
        return Ok((sans_jour(lu.choix.effet_du), instant));
    }
    release(many.conn()).await?;
    Ok((Issue::Nouvelle, instant))
}
