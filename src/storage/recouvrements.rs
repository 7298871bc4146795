//! What caisses recovered of their claims: movements, written once.

use std::collections::BTreeMap;

use sqlx::postgres::PgConnection;

use super::{StorageError, Tx};
use crate::domain::creance::{AnnulationRecouvrement, CleCreance, Recouvrement};
use crate::domain::ids::{FeuilleId, PatientId, RecouvrementId};
use crate::domain::vocabulary::Vocabulaire;

/// A feuille, and the record that received it.
pub type Place = (PatientId, FeuilleId);

/// Records a recovery. The person is locked.
pub async fn insert(
    tx: &mut Tx,
    (patient, feuille): Place,
    recouvrement: &Recouvrement,
) -> Result<(), StorageError> {
    let numero_ligne = i16::try_from(recouvrement.cle.numero_ligne)
        .map_err(|error| StorageError::inconsistent("recouvrement", "numero_ligne", error))?;
    tx.write(sqlx::query!(
        "/* recouvrement.insert */
         INSERT INTO recouvrement
             (patient_id, feuille_id, recouvrement_id, numero_ligne, nature, mode, montant_centimes, jour,
              auteur, enregistre_le)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        patient.uuid(),
        feuille.uuid(),
        recouvrement.id.uuid(),
        numero_ligne,
        recouvrement.cle.nature.mot(),
        recouvrement.mode.mot(),
        recouvrement.montant.get(),
        recouvrement.jour,
        recouvrement.auteur,
        recouvrement.enregistre_le
    ))
    .await
}

/// Takes a recovery back, by another movement of its amount. The person is locked.
pub async fn cancel(
    tx: &mut Tx,
    (patient, feuille): Place,
    recouvrement: &Recouvrement,
    (id, annulation): (RecouvrementId, &AnnulationRecouvrement),
) -> Result<(), StorageError> {
    tx.write_one(sqlx::query!(
        "/* recouvrement.cancel */
         INSERT INTO recouvrement
             (patient_id, feuille_id, recouvrement_id, numero_ligne, nature, mode, montant_centimes, jour,
              annule_id, motif, auteur, enregistre_le)
         SELECT patient_id, feuille_id, $4, numero_ligne, nature, 'annulation', montant_centimes, $5,
                recouvrement_id, $6, $7, $8
         FROM recouvrement WHERE patient_id = $1 AND feuille_id = $2 AND recouvrement_id = $3",
        patient.uuid(),
        feuille.uuid(),
        recouvrement.id.uuid(),
        id.uuid(),
        annulation.jour,
        annulation.motif.mot(),
        annulation.auteur,
        annulation.enregistre_le
    ))
    .await
}

/// The recoveries of some feuilles, those of each in the order in which they were recorded.
pub async fn of_feuilles(
    conn: &mut PgConnection,
    places: &[Place],
) -> Result<BTreeMap<FeuilleId, Vec<Recouvrement>>, StorageError> {
    let (patients, feuilles): (Vec<PatientId>, Vec<FeuilleId>) = places.iter().copied().unzip();
    let rows = sqlx::query!(
        r#"/* recouvrement.of_feuilles */
         SELECT r.feuille_id, r.recouvrement_id, r.numero_ligne, r.nature, r.mode, r.montant_centimes,
                r.jour, r.auteur, r.enregistre_le, a.motif AS "motif?", a.jour AS "annule_jour?",
                a.auteur AS "annule_par?", a.enregistre_le AS "annule_le?"
         FROM recouvrement r
         LEFT JOIN recouvrement a
           ON a.patient_id = r.patient_id AND a.feuille_id = r.feuille_id
          AND a.annule_id = r.recouvrement_id
         WHERE r.patient_id = ANY($1) AND r.feuille_id = ANY($2) AND r.annule_id IS NULL
         ORDER BY r.feuille_id, r.enregistre_le, r.recouvrement_id"#,
        &patients as _,
        &feuilles as _
    )
    .fetch_all(conn)
    .await?;
    let mut found: BTreeMap<FeuilleId, Vec<Recouvrement>> = BTreeMap::new();
    for row in rows {
        let numero_ligne = u16::try_from(row.numero_ligne)
            .map_err(|error| StorageError::inconsistent("recouvrement", "numero_ligne", error))?;
        let taken_back = row.motif.zip(row.annule_jour).zip(row.annule_par.zip(row.annule_le));
        found.entry(row.feuille_id).or_default().push(Recouvrement {
            id: row.recouvrement_id,
            cle: CleCreance { numero_ligne, nature: row.nature },
            montant: row.montant_centimes,
            jour: row.jour,
            mode: row.mode,
            auteur: row.auteur,
            enregistre_le: row.enregistre_le,
            annulation: taken_back.map(|((motif, jour), (auteur, enregistre_le))| {
                AnnulationRecouvrement { motif, jour, auteur, enregistre_le }
            }),
        });
    }
    Ok(found)
}
