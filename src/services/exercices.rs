//! What the practices of a doctor must be, together.

use chrono::NaiveDate;

use super::{ChampInvalide, Core, ServiceError};
use crate::domain::acteur::Acteur;
use crate::domain::calendar::Periode;
use crate::domain::droits::{Rapports, Relation};
use crate::domain::identifiers::NumeroFacturation;
use crate::domain::ids::{LieuId, MedecinId};
use crate::domain::medecin::{Lieu, LieuExistantOuNouveau, ModeExercice, NouveauMedecin};
use crate::storage::{Connection, Tx, facturation, medecins};

/// Nobody who practises today began before.
const PREMIERE_ANNEE: i32 = 1900;

/// Refuses a doctor who is none, or whose practices do not hold together: every day from the first,
/// one of them and one only is the principal one, and no two are the same.
pub(super) fn verify_nouveau(nouveau: &NouveauMedecin) -> Result<(), ServiceError> {
    let mut wrong = Vec::new();
    if !nouveau.specialite.est_medecin() {
        wrong.push(ChampInvalide::new(
            "/specialite",
            "profession_non_medecin",
            "la spécialité d'un médecin ; ce code est celui d'une autre profession",
        ));
    }
    let earliest = NaiveDate::from_ymd_opt(PREMIERE_ANNEE, 1, 1).unwrap_or_default();
    for (index, exercice) in nouveau.exercices.iter().enumerate() {
        if exercice.du < earliest {
            wrong.push(ChampInvalide::new(
                format!("/exercices/{index}/du"),
                "hors_bornes",
                format!("un jour à partir de {PREMIERE_ANNEE}"),
            ));
        }
        let before = nouveau.exercices.iter().take(index);
        if before.into_iter().any(|other| other.lieu == exercice.lieu) {
            wrong.push(ChampInvalide::new(
                format!("/exercices/{index}/lieu"),
                "valeur_en_double",
                "un seul exercice par lieu",
            ));
        }
    }
    let first = nouveau.exercices.iter().map(|exercice| exercice.du).min();
    let mut principal = nouveau.exercices.iter().filter(|exercice| exercice.principal);
    let lasting = principal.next().is_some_and(|exercice| Some(exercice.du) == first);
    if !lasting || principal.next().is_some() {
        wrong.push(ChampInvalide::new(
            "/exercices",
            "principal_unique",
            "chaque jour, dès le premier, un exercice principal et un seul",
        ));
    }
    if wrong.is_empty() { Ok(()) } else { Err(ServiceError::Invalide(wrong)) }
}

/// Refuses a billing number that is another doctor's. Numbers of centres and hospitals are
/// shared, and a locum bills under the number of the doctor replaced.
pub(super) async fn verify_billing(
    tx: &mut Tx,
    id: MedecinId,
    nouveau: &NouveauMedecin,
) -> Result<(), ServiceError> {
    let mut own: Vec<_> = nouveau
        .exercices
        .iter()
        .filter(|exercice| exercice.mode != ModeExercice::Remplacant)
        .filter_map(|exercice| match exercice.facturation? {
            NumeroFacturation::NumAm(numero) => Some((numero, exercice.du)),
            NumeroFacturation::Finess(_) => None,
        })
        .collect();
    // In one order, so that two registrations never wait for each other.
    own.sort_unstable();
    for (numero, du) in own {
        facturation::lock(tx, &numero).await?;
        if facturation::is_taken(tx, &numero, Periode::depuis(du), id).await? {
            return Err(ServiceError::FacturationExistante);
        }
    }
    Ok(())
}

/// The place of a practice: one that exists, or one that remains to be created.
pub(super) async fn lieu(
    core: &Core,
    conn: &mut Connection,
    wanted: &LieuExistantOuNouveau,
    pointeur: &str,
) -> Result<Lieu, ServiceError> {
    match wanted {
        LieuExistantOuNouveau::Existant(id) => {
            medecins::get_lieu(conn, *id).await?.ok_or_else(|| {
                let expected = "l'identifiant d'un lieu enregistré";
                ServiceError::champ(pointeur, "lieu_inconnu", expected)
            })
        }
        LieuExistantOuNouveau::Nouveau(new) => Ok(Lieu {
            id: LieuId::from_uuid(core.ids().uuid()),
            nature: new.nature,
            nom: new.nom.clone(),
            commune: new.commune,
            adresse: new.adresse.clone(),
            finess_et: new.finess_et,
        }),
    }
}

/// What a caller is to a doctor by some places where he practises: all of them are of the territory of a
/// caisse, or it is nothing to him.
pub(super) fn rapports<'a>(acteur: &Acteur, lieux: impl Iterator<Item = &'a Lieu>) -> Rapports {
    let found = Rapports::aucun(*acteur);
    let mut lieux = lieux.peekable();
    match acteur {
        Acteur::Referentiel => found.avec(Relation::Referentiel),
        Acteur::Caisse(caisse)
            if lieux.peek().is_some() && lieux.all(|lieu| caisse.couvre(&lieu.commune)) =>
        {
            found.avec(Relation::CaisseConcernee)
        }
        Acteur::Caisse(_) | Acteur::Medecin(_) | Acteur::Patient(_) | Acteur::Statistiques => found,
    }
}
