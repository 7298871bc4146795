//! A signature as received becomes one of the register, under the conditions of its day.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::SignatureRecue;
use crate::domain::acteur::Acteur;
use crate::domain::declaration::{
    Declaration, DeclarationRefusee, MedecinDesigne, MembreConjoint, ModePreuve, Preuve,
    PreuveRefusee, RoleSignataire, Signature, failures,
};
use crate::domain::identifiers::Rpps;
use crate::domain::ids::{LieuId, SignatureId};
use crate::domain::medecin::Medecin;
use crate::domain::vocabulary::Vocabulaire;
use crate::law::parameters::Parametre;
use crate::services::core::Act;
use crate::services::{Core, ServiceError, latest_knowledge};
use crate::storage::{Connection, designations, medecins, signatures};

/// How far ahead of ours the clock of a machine that takes signatures may be.
const AHEAD: TimeDelta = TimeDelta::seconds(60);

/// Refuses a declaration whose doctors cannot be designated on the day of the last signature,
/// or not together. Who has moved between two signatures is where he practises that day: alone he stays the one who
/// was chosen, as he would after it.
pub(super) async fn verify_designable(
    core: &Core,
    conn: &mut Connection,
    (declaration, connus): (&Declaration, &[Medecin]),
) -> Result<(), ServiceError> {
    let jour = declaration.jour_du_choix().unwrap_or_else(|| declaration.fuseau().jour(core.now()));
    let mut membres = Vec::new();
    for MedecinDesigne { rpps, lieu_id, .. } in &declaration.medecins {
        let known = connus.iter().find(|one| one.rpps == *rpps).cloned();
        let found = match known {
            Some(medecin) => Some(medecin),
            None => medecins::find(conn, rpps, latest_knowledge()).await?,
        };
        let membre = found.and_then(|medecin| {
            membre(&medecin, jour, Some(*lieu_id)).or_else(|| membre(&medecin, jour, None))
        });
        membres.push(membre.ok_or(DeclarationRefusee::MedecinNonDesignable { rpps: *rpps, jour })?);
    }
    let Some(en_place) = &declaration.en_place else {
        return verify_joint(core, &membres, jour);
    };
    let current = designations::current(conn, declaration.patient_id, jour).await?;
    let mut present = current.iter().flat_map(|designation| designation.membres_le(jour));
    if !present.any(|membre| en_place.contains(&membre.medecin_id)) {
        return Err(DeclarationRefusee::AvenantInadapte { jour }.into());
    }
    // Whom an amendment joins: at the newcomer's place if they practise there, else where
    // they mainly do, which then differs.
    let place = declaration.medecins.first().map(|medecin| medecin.lieu_id);
    let mut all = Vec::new();
    for medecin_id in en_place {
        let rpps = medecins::rpps_of(conn, *medecin_id).await?.ok_or(ServiceError::Introuvable)?;
        let found = medecins::find(conn, &rpps, latest_knowledge()).await?;
        let present = found.and_then(|medecin| {
            membre(&medecin, jour, place).or_else(|| membre(&medecin, jour, None))
        });
        all.extend(present);
    }
    all.extend(membres);
    verify_joint(core, &all, jour)
}

/// Refuses doctors who cannot be designated together on a day, naming who fails what.
pub(super) fn verify_joint(
    core: &Core,
    membres: &[MembreConjoint],
    jour: NaiveDate,
) -> Result<(), ServiceError> {
    if membres.len() > 1 && core.valeur(Parametre::MtConjointOuverture, jour)? == 0 {
        return Err(DeclarationRefusee::ConjointAvantOuverture { jour }.into());
    }
    let echecs = failures(membres);
    if echecs.is_empty() {
        Ok(())
    } else {
        Err(DeclarationRefusee::ConjointImpossible { echecs, jour }.into())
    }
}

/// A signature as received, as one of a declaration.
pub(super) fn signature(
    core: &Core,
    declaration: &Declaration,
    acteur: &Acteur,
    recue: &SignatureRecue,
    now: DateTime<Utc>,
) -> Result<Signature, DeclarationRefusee> {
    // Of several doctors, the one who calls is meant.
    let caller = match acteur {
        Acteur::Medecin(rpps) => Some(*rpps).filter(|_| declaration.medecins.len() > 1),
        Acteur::Patient(_) | Acteur::Caisse(_) | Acteur::Referentiel | Acteur::Statistiques => None,
    };
    let medecin_id = match (recue.role, recue.rpps.or(caller), &declaration.medecins[..]) {
        (RoleSignataire::Medecin, Some(rpps), all) => Some(
            all.iter()
                .find(|medecin| medecin.rpps == rpps)
                .map(|medecin| medecin.medecin_id)
                .ok_or(DeclarationRefusee::MedecinNonPartie { rpps: Some(rpps) })?,
        ),
        (RoleSignataire::Medecin, None, [only]) => Some(only.medecin_id),
        (RoleSignataire::Medecin, None, _) => {
            return Err(DeclarationRefusee::MedecinNonPartie { rpps: None });
        }
        _ => None,
    };
    // A machine that does not say when signs as its proof says, or now; paper has a day and no instant.
    let said = recue.signe_a.or(recue.preuve.signe_a());
    let signe_a = if recue.moyen.est_papier() { said } else { said.or(Some(now)) };
    let signe_a = signe_a.map(|instant| not_ahead(instant, now));
    let lieu = declaration.fuseau();
    let day_of_instant = signe_a.map(|instant| lieu.jour(instant));
    Ok(Signature {
        id: SignatureId::from_uuid(core.ids().uuid()),
        role: recue.role,
        medecin_id,
        representation_id: recue.representation_id,
        signe_le: day_of_instant.or(recue.signe_le).unwrap_or_else(|| lieu.jour(now)),
        signe_a,
        recue_le: now,
        moyen: recue.moyen,
        niveau: recue.niveau.clone(),
        preuve: Preuve::default(),
        contenu_sha256: recue.contenu_sha256,
    })
}

/// Keeps a signature; its proof serves once.
pub(super) async fn keep(
    act: &mut Act<'_>,
    declaration: &Declaration,
    signature: &Signature,
    instant: DateTime<Utc>,
) -> Result<(), ServiceError> {
    if signature.mode_preuve() == ModePreuve::Declaree {
        tracing::info!(moyen = signature.moyen.mot(), "a signature is declared without a proof");
    }
    let coffre = act.core().coffre();
    if signatures::insert(act.conn(), coffre, declaration, signature, instant).await? {
        return Ok(());
    }
    Err(DeclarationRefusee::from(PreuveRefusee::DejaUtilisee).into())
}

/// An instant of a machine whose clock may be somewhat ahead of ours: then it is now.
fn not_ahead(instant: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
    if instant.signed_duration_since(now) <= AHEAD { instant.min(now) } else { instant }
}

/// A doctor as joint designation looks at one: specialty and place of a day.
pub(super) fn membre(
    medecin: &Medecin,
    jour: NaiveDate,
    lieu: Option<LieuId>,
) -> Option<MembreConjoint> {
    let exercice = medecin.exercice_designable(jour, lieu)?;
    let specialite = medecin.specialite_le(jour)?;
    let rpps: Rpps = medecin.rpps;
    Some(MembreConjoint { rpps, specialite, lieu: exercice.lieu.clone() })
}
