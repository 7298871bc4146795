//! Evaluations made again: what was asked, and what changes.

use chrono::NaiveDate;
use sqlx::postgres::PgConnection;

use super::{StorageError, Tx};
use crate::domain::ids::{FeuilleId, PatientId, ReevaluationId};
use crate::domain::reevaluation::{
    Changement, EtatReevaluation, Etendue, Examen, Issue, Reevaluation,
};
use crate::domain::vocabulary::Vocabulaire;

/// Records what is asked.
pub async fn insert(tx: &mut Tx, asked: &Reevaluation) -> Result<(), StorageError> {
    tx.write(sqlx::query!(
        "/* reevaluation.insert */
         INSERT INTO reevaluation
             (reevaluation_id, caisse, motif, patient_id, depuis, du, au, etat, version, enregistre_le,
              patients, feuilles, sans_reponse)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, 0, 0)",
        asked.id.uuid(),
        asked.caisse,
        asked.motif.mot(),
        asked.etendue.patient_id as _,
        asked.etendue.depuis,
        asked.etendue.du,
        asked.etendue.au,
        asked.etat.mot(),
        asked.version,
        asked.enregistre_le
    ))
    .await
}

/// One by its id.
pub async fn get(
    conn: &mut PgConnection,
    id: ReevaluationId,
) -> Result<Option<Reevaluation>, StorageError> {
    let row = sqlx::query!(
        "/* reevaluation.get */
         SELECT caisse, motif, patient_id, depuis, du, au, etat, version, enregistre_le, place, patients,
                feuilles, sans_reponse
         FROM reevaluation WHERE reevaluation_id = $1",
        id.uuid()
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Reevaluation {
        id,
        caisse: row.caisse,
        motif: row.motif,
        etendue: Etendue { patient_id: row.patient_id, depuis: row.depuis, du: row.du, au: row.au },
        etat: row.etat,
        version: row.version,
        enregistre_le: row.enregistre_le,
        place: row.place,
        examen: Examen {
            patients: row.patients,
            feuilles: row.feuilles,
            sans_reponse: row.sans_reponse,
        },
    }))
}

/// Moves one from a state to another, back to its beginning when work starts again; `false` when it
/// was no longer there.
pub async fn advance(
    tx: &mut Tx,
    id: ReevaluationId,
    (from, to): (EtatReevaluation, EtatReevaluation),
) -> Result<bool, StorageError> {
    let again = to == EtatReevaluation::EnApplication;
    tx.try_write(sqlx::query!(
        "/* reevaluation.advance */
         UPDATE reevaluation
         SET etat = $3, version = version + 1,
             place = CASE WHEN $4 THEN NULL ELSE place END,
             patients = CASE WHEN $4 THEN 0 ELSE patients END,
             feuilles = CASE WHEN $4 THEN 0 ELSE feuilles END,
             sans_reponse = CASE WHEN $4 THEN 0 ELSE sans_reponse END
         WHERE reevaluation_id = $1 AND etat = $2",
        id.uuid(),
        from.mot(),
        to.mot(),
        again
    ))
    .await
}

/// Records that a person was served; `false` when another runner went further.
pub async fn pass(
    tx: &mut Tx,
    asked: &Reevaluation,
    patient: PatientId,
    examen: Examen,
) -> Result<bool, StorageError> {
    tx.try_write(sqlx::query!(
        "/* reevaluation.pass */
         UPDATE reevaluation
         SET place = $3, patients = patients + $4, feuilles = feuilles + $5, sans_reponse = sans_reponse + $6
         WHERE reevaluation_id = $1 AND etat = $2 AND (place IS NULL OR place < $3)",
        asked.id.uuid(),
        asked.etat.mot(),
        patient.uuid(),
        examen.patients,
        examen.feuilles,
        examen.sans_reponse
    ))
    .await
}

/// The next persons of a caisse, in the order of their ids.
pub async fn persons(
    conn: &mut PgConnection,
    asked: &Reevaluation,
    (after, jour): (Option<PatientId>, NaiveDate),
    limit: i64,
) -> Result<Vec<PatientId>, StorageError> {
    Ok(sqlx::query_scalar!(
        "/* reevaluation.persons */
         SELECT DISTINCT a.patient_id FROM affiliation a
         WHERE a.remplace_le IS NULL AND left(a.organisme, 5) = $1 AND a.effet @> $2::date
           AND ($3::uuid IS NULL OR a.patient_id > $3)
           AND ($4::timestamptz IS NULL OR EXISTS (
                 SELECT FROM evenement e
                 WHERE e.patient_id = a.patient_id AND e.nature NOT LIKE 'feuille.%' AND e.enregistre_le >= $4))
         ORDER BY a.patient_id LIMIT $5",
        asked.caisse,
        jour,
        after as _,
        asked.etendue.depuis,
        limit
    )
    .fetch_all(conn)
    .await?)
}

/// The feuilles of some records on some days, in the order of their reception, each with the record that
/// holds it: the one that received it, or the one to which a split gave it.
pub async fn feuilles(
    conn: &mut PgConnection,
    records: &[PatientId],
    (du, au): (NaiveDate, NaiveDate),
) -> Result<Vec<(FeuilleId, PatientId)>, StorageError> {
    let rows = sqlx::query!(
        r#"/* reevaluation.feuilles */
         SELECT f.feuille_id, h.patient_id AS "holder!: PatientId"
         FROM feuille_de_soins f
         CROSS JOIN LATERAL (
             SELECT coalesce((SELECT a.patient_id FROM attribution_feuille a
                              WHERE a.feuille_id = f.feuille_id ORDER BY a.enregistre_le DESC LIMIT 1),
                             f.patient_id) AS patient_id) AS h
         WHERE (f.patient_id = ANY ($1)
                OR f.feuille_id = ANY (ARRAY(SELECT a.feuille_id FROM attribution_feuille a
                                             WHERE a.patient_id = ANY ($1))))
           AND h.patient_id = ANY ($1) AND f.date_soins >= $2 AND f.date_soins <= $3
         ORDER BY f.enregistre_le, f.feuille_id"#,
        records as _,
        du,
        au
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.feuille_id, row.holder)).collect())
}

/// Writes what changes for a person, in place of what a trial had written.
pub async fn write_changes(
    tx: &mut Tx,
    id: ReevaluationId,
    patient: PatientId,
    changes: &[Changement],
) -> Result<(), StorageError> {
    tx.write(sqlx::query!(
        "/* reevaluation_feuille.forget */
         DELETE FROM reevaluation_feuille WHERE reevaluation_id = $1 AND patient_id = $2",
        id.uuid(),
        patient.uuid()
    ))
    .await?;
    for change in changes {
        let (avant, apres) = (&change.avant, &change.apres);
        tx.write(sqlx::query!(
            "/* reevaluation_feuille.insert */
             INSERT INTO reevaluation_feuille
                 (reevaluation_id, patient_id, feuille_id, date_soins, ancien, nouveau, causes, code_ancien,
                  code_nouveau, appartenance_ancienne, appartenance_nouvelle, amo_ancien, amo_nouveau,
                  amc_ancien, amc_nouveau, reste_ancien, reste_nouveau)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
            id.uuid(),
            patient.uuid(),
            change.feuille_id.uuid(),
            change.date_soins,
            change.ancien,
            change.nouveau,
            &change.causes,
            avant.code as _,
            apres.code as _,
            avant.appartenance as _,
            apres.appartenance as _,
            avant.rembourse_amo.get(),
            apres.rembourse_amo.get(),
            avant.part_amc.get(),
            apres.part_amc.get(),
            avant.reste_a_charge.get(),
            apres.reste_a_charge.get()
        ))
        .await?;
    }
    Ok(())
}

/// How much changes in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bilan {
    /// Feuilles whose evaluation changes.
    pub feuilles: i64,
    /// More, or less, paid by the compulsory insurance.
    pub rembourse_amo: i64,
    /// By the complementary insurance.
    pub part_amc: i64,
    /// By the patients.
    pub reste_a_charge: i64,
}

/// Sums what changes.
pub async fn bilan(conn: &mut PgConnection, id: ReevaluationId) -> Result<Bilan, StorageError> {
    Ok(sqlx::query_as!(
        Bilan,
        r#"/* reevaluation_feuille.sum */
         SELECT count(*) AS "feuilles!",
                coalesce(sum(amo_nouveau - amo_ancien), 0)::bigint AS "rembourse_amo!",
                coalesce(sum(amc_nouveau - amc_ancien), 0)::bigint AS "part_amc!",
                coalesce(sum(reste_nouveau - reste_ancien), 0)::bigint AS "reste_a_charge!"
         FROM reevaluation_feuille WHERE reevaluation_id = $1"#,
        id.uuid()
    )
    .fetch_one(conn)
    .await?)
}

/// What changes, person by person, after a place.
pub async fn changes(
    conn: &mut PgConnection,
    id: ReevaluationId,
    after: Option<(PatientId, FeuilleId)>,
    limit: i64,
) -> Result<Vec<Changement>, StorageError> {
    Ok(sqlx::query!(
        "/* reevaluation_feuille.list */
         SELECT patient_id, feuille_id, date_soins, ancien, nouveau, causes, code_ancien, code_nouveau,
                appartenance_ancienne, appartenance_nouvelle, amo_ancien, amo_nouveau, amc_ancien,
                amc_nouveau, reste_ancien, reste_nouveau
         FROM reevaluation_feuille
         WHERE reevaluation_id = $1 AND ($2::uuid IS NULL OR (patient_id, feuille_id) > ($2, $3))
         ORDER BY patient_id, feuille_id LIMIT $4",
        id.uuid(),
        after.map(|(patient, _)| patient) as _,
        after.map(|(_, feuille)| feuille) as _,
        limit
    )
    .map(|row| Changement {
        patient_id: row.patient_id,
        feuille_id: row.feuille_id,
        date_soins: row.date_soins,
        ancien: row.ancien,
        nouveau: row.nouveau,
        causes: row.causes,
        avant: Issue {
            code: row.code_ancien,
            appartenance: row.appartenance_ancienne,
            rembourse_amo: row.amo_ancien,
            part_amc: row.amc_ancien,
            reste_a_charge: row.reste_ancien,
        },
        apres: Issue {
            code: row.code_nouveau,
            appartenance: row.appartenance_nouvelle,
            rembourse_amo: row.amo_nouveau,
            part_amc: row.amc_nouveau,
            reste_a_charge: row.reste_nouveau,
        },
    })
    .fetch_all(conn)
    .await?)
}
