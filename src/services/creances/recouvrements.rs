//! Recoveries: recorded, taken back, read one by one.

use chrono::NaiveDate;
use serde_json::json;

use super::{Regard, creances_of};
use crate::domain::creance::{
    AnnulationRecouvrement, CleCreance, CreanceSuivie, ModeRecouvrement, MotifAnnulation,
    Recouvrement, RecouvrementInvalide,
};
use crate::domain::evenement::NatureEvenement;
use crate::domain::ids::{FeuilleId, PatientId, RecouvrementId};
use crate::domain::money::Centimes;
use crate::domain::vocabulary::Vocabulaire;
use crate::services::core::{Act, Fact};
use crate::services::{
    ChampInvalide, Contexte, Core, Demande, Done, Exit, Render, Seen, ServiceError, VersionsVues,
};
use crate::storage::Connection;
use crate::storage::feuilles_de_soins::{self, FeuilleRecue};
use crate::storage::patients::fusions;
use crate::storage::recouvrements as mouvements;

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

/// Records a recovery of a claim, of no more than what remains.
pub async fn recover(
    core: &Core,
    demande: &Demande,
    feuille: FeuilleId,
    nouveau: NouveauRecouvrement,
    rendre: impl Render<RecouvrementLu>,
) -> Done {
    let (mut act, recue) = hold(core, demande, feuille).await?;
    let creances = creances_of(core, act.conn(), vec![recue.clone()]).await?;
    let today = act.today().await?;
    let jour = nouveau.jour.unwrap_or(today);
    let creance = find(&creances, nouveau.cle)?;
    let wrong = creance.verify(nouveau.montant, jour, today);
    if !wrong.is_empty() {
        return Err(ServiceError::Invalide(wrong.into_iter().map(champ).collect()).into());
    }
    let recouvrement = Recouvrement {
        id: RecouvrementId::from_uuid(core.ids().uuid()),
        cle: nouveau.cle,
        montant: nouveau.montant,
        jour,
        mode: nouveau.mode,
        auteur: demande.contexte.acteur().identite(),
        enregistre_le: act.instant,
        annulation: None,
    };
    mouvements::insert(act.conn(), place(&recue), &recouvrement).await?;
    finish(act, recue, recouvrement.id, rendre).await
}

/// Takes a recovery back: what it had recovered is left to recover again.
pub async fn cancel(
    core: &Core,
    demande: &Demande,
    (feuille, id, version): (FeuilleId, RecouvrementId, VersionsVues),
    motif: MotifAnnulation,
    rendre: impl Render<RecouvrementLu>,
) -> Done {
    let (mut act, recue) = hold(core, demande, feuille).await?;
    let (_, recouvrement) = recovery(core, act.conn(), recue.clone(), id).await?;
    version.verify(recouvrement.version())?;
    if recouvrement.annulation.is_some() {
        return Err(ServiceError::EtatIncompatible("Ce recouvrement est déjà annulé.").into());
    }
    let annulation = AnnulationRecouvrement {
        motif,
        jour: act.today().await?,
        auteur: demande.contexte.acteur().identite(),
        enregistre_le: act.instant,
    };
    let movement = (RecouvrementId::from_uuid(core.ids().uuid()), &annulation);
    mouvements::cancel(act.conn(), place(&recue), &recouvrement, movement).await?;
    finish(act, recue, id, rendre).await
}

/// Reads a recovery, with its claim as it stands.
pub async fn get(
    core: &Core,
    contexte: &Contexte,
    (feuille, id): (FeuilleId, RecouvrementId),
) -> Result<Seen<RecouvrementLu>, ServiceError> {
    let mut search = core.search(contexte).await?;
    let (recue, patient) = owned(core, search.conn(), feuille).await?;
    let care = recue.feuille.feuille.soins.date_soins().ok_or(ServiceError::Introuvable)?;
    let mut access = search.dated(care).on(patient, &[]).await?;
    let (creance, recouvrement) = recovery(core, access.conn(), recue, id).await?;
    let regard = Regard::new(&access.rapports);
    access.show(RecouvrementLu { recouvrement, creance, regard }).await
}

/// A recovery of a feuille, and its claim.
async fn recovery(
    core: &Core,
    conn: &mut Connection,
    recue: FeuilleRecue,
    id: RecouvrementId,
) -> Result<(CreanceSuivie, Recouvrement), ServiceError> {
    let found = creances_of(core, conn, vec![recue]).await?.into_iter().find_map(|creance| {
        let one = creance.recouvrements.iter().find(|one| one.id == id).cloned()?;
        Some((creance, one))
    });
    found.ok_or(ServiceError::Introuvable)
}

/// Where the recoveries of a feuille are.
const fn place(recue: &FeuilleRecue) -> mouvements::Place {
    (recue.feuille.patient_id, recue.feuille.id)
}

/// A feuille, and whose it is now.
async fn owned(
    core: &Core,
    conn: &mut Connection,
    id: FeuilleId,
) -> Result<(FeuilleRecue, PatientId), ServiceError> {
    let found = feuilles_de_soins::get(conn, core.coffre(), id).await?;
    let recue = found.ok_or(ServiceError::Introuvable)?;
    let patient = fusions::owner_of_feuille(conn, id, recue.feuille.patient_id).await?;
    Ok((recue, patient))
}

/// Opens an act on the person of a feuille. Two recoveries, or a recovery and a new evaluation, then
/// follow each other.
async fn hold<'a>(
    core: &'a Core,
    demande: &'a Demande,
    id: FeuilleId,
) -> Result<(Act<'a>, FeuilleRecue), Exit> {
    let mut opening = core.open(demande).await?;
    let (seen, patient) = owned(core, opening.conn(), id).await?;
    let care = seen.feuille.feuille.soins.date_soins().ok_or(ServiceError::Introuvable)?;
    let mut act = opening.dated(care).on(patient, &[]).await?;
    // Read again: a merge or a split may have given the feuille away before the lock was had.
    let (recue, owner) = owned(core, act.conn(), id).await?;
    if owner != patient {
        let moved = "La feuille vient de passer à un autre dossier.";
        return Err(ServiceError::EtatIncompatible(moved).into());
    }
    Ok((act, recue))
}

/// Tells what happened, and ends the act.
async fn finish(
    mut act: Act<'_>,
    recue: FeuilleRecue,
    id: RecouvrementId,
    rendre: impl Render<RecouvrementLu>,
) -> Done {
    let feuille = recue.feuille.id;
    let (creance, recouvrement) = recovery(act.core(), act.conn(), recue, id).await?;
    let motif = recouvrement.annulation.as_ref().map(|annulation| annulation.motif);
    let nature = if motif.is_none() {
        NatureEvenement::FeuilleRecouvrement
    } else {
        NatureEvenement::FeuilleRecouvrementAnnule
    };
    let fact = Fact::of(nature).effective(recouvrement.jour).feuille(feuille).with(json!({
        "recouvrement_id": recouvrement.id,
        "numero_ligne": recouvrement.cle.numero_ligne,
        "nature": recouvrement.cle.nature.mot(),
        "mode": recouvrement.mode.mot(),
        "montant_centimes": recouvrement.montant,
        "restant_centimes": creance.solde.restant,
        "motif": motif.map(MotifAnnulation::mot),
    }));
    act.tell(fact);
    let regard = Regard::new(&act.rapports);
    Ok(act.close(rendre(&RecouvrementLu { recouvrement, creance, regard })?).await?)
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
