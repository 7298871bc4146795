//! Single opinions of consultants, and the feuilles that contradict them. Statements for many feuilles.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgConnection;

use super::feuilles_de_soins::numeros;
use super::{StorageError, Tx};
use crate::domain::evaluation::AutreFeuille;
use crate::domain::identifiers::Rpps;
use crate::domain::ids::{FeuilleId, PatientId};

/// A single opinion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AvisPonctuel {
    pub patient_id: PatientId,
    pub executant: Rpps,
    /// When, and on which feuille.
    pub avis: AutreFeuille,
}

/// An opinion that a feuille contradicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AvisRompu {
    pub patient_id: PatientId,
    /// The feuille of the opinion.
    pub avis: FeuilleId,
    /// The feuille that contradicts it, with its day.
    pub par: AutreFeuille,
}

/// Writes opinions.
pub async fn insert(
    tx: &mut Tx,
    avis: &[AvisPonctuel],
    instant: DateTime<Utc>,
) -> Result<(), StorageError> {
    let patients: Vec<PatientId> = avis.iter().map(|one| one.patient_id).collect();
    let feuilles: Vec<FeuilleId> = avis.iter().map(|one| one.avis.feuille).collect();
    let executants: Vec<Rpps> = avis.iter().map(|one| one.executant).collect();
    let jours: Vec<NaiveDate> = avis.iter().map(|one| one.avis.jour).collect();
    tx.write(sqlx::query!(
        "/* avis_ponctuel.insert */
         INSERT INTO avis_ponctuel (patient_id, feuille_id, executant_rpps, jour, enregistre_le)
         SELECT w.patient_id, w.feuille_id, w.executant_rpps, w.jour, $5::timestamptz
         FROM UNNEST($1::uuid[], $2::uuid[], $3::text[], $4::date[])
              AS w (patient_id, feuille_id, executant_rpps, jour)",
        &patients as _,
        &feuilles as _,
        &executants as _,
        &jours,
        instant
    ))
    .await
}

/// Writes that opinions are contradicted, each under the record that received it: that of the person, one
/// merged into it, or the one from which a split gave it.
pub async fn insert_rompus(
    tx: &mut Tx,
    rompus: &[AvisRompu],
    instant: DateTime<Utc>,
) -> Result<(), StorageError> {
    let patients: Vec<PatientId> = rompus.iter().map(|one| one.patient_id).collect();
    let avis: Vec<FeuilleId> = rompus.iter().map(|one| one.avis).collect();
    let par: Vec<FeuilleId> = rompus.iter().map(|one| one.par.feuille).collect();
    let jours: Vec<NaiveDate> = rompus.iter().map(|one| one.par.jour).collect();
    tx.write(sqlx::query!(
        "/* avis_ponctuel_rompu.insert */
         INSERT INTO avis_ponctuel_rompu (patient_id, feuille_id, rompu_par, jour, enregistre_le)
         SELECT a.patient_id, a.feuille_id, w.rompu_par, w.jour, $5::timestamptz
         FROM UNNEST($1::uuid[], $2::uuid[], $3::uuid[], $4::date[])
              AS w (patient_id, feuille_id, rompu_par, jour)
         JOIN avis_ponctuel a
           ON a.feuille_id = w.feuille_id AND a.patient_id = ANY (ARRAY(
                  SELECT w.patient_id
                  UNION ALL
                  SELECT m.absorbe_id FROM fusion m
                  WHERE m.patient_id = w.patient_id AND m.remplace_le IS NULL
                  UNION ALL
                  SELECT o.origine_id FROM attribution_feuille o WHERE o.feuille_id = w.feuille_id
                  UNION ALL
                  SELECT m.absorbe_id FROM attribution_feuille o JOIN fusion m ON m.patient_id = o.origine_id
                  WHERE o.feuille_id = w.feuille_id))
         ON CONFLICT DO NOTHING",
        &patients as _,
        &avis as _,
        &par as _,
        &jours,
        instant
    ))
    .await
}

/// The opinions of some records: those that they received and that no split gave away, and those that a
/// split gave them. Each is told under the record that has it now.
///
/// An opinion that was given is looked for under the records from which splits gave it and those that were
/// merged into them: the key begins with the record, and nothing more is written for each feuille.
pub async fn of_persons(
    conn: &mut PgConnection,
    patients: &[PatientId],
) -> Result<Vec<AvisPonctuel>, StorageError> {
    Ok(sqlx::query!(
        r#"/* avis_ponctuel.of_persons */
         WITH donnee AS MATERIALIZED (
             SELECT feuille_id FROM attribution_feuille WHERE patient_id = ANY($1)),
         origine AS MATERIALIZED (
             SELECT o.origine_id AS patient_id FROM attribution_feuille o
             WHERE o.feuille_id = ANY (ARRAY(SELECT feuille_id FROM donnee)))
         SELECT coalesce(d.patient_id, v.patient_id) AS "patient_id!: PatientId", v.feuille_id AS "feuille_id!",
                v.executant_rpps AS "executant_rpps!", v.jour AS "jour!"
         FROM avis_ponctuel v
         LEFT JOIN (
             SELECT a.feuille_id, a.patient_id FROM attribution_feuille a
             WHERE NOT EXISTS (SELECT FROM attribution_feuille b
                               WHERE b.feuille_id = a.feuille_id AND b.enregistre_le > a.enregistre_le)
         ) AS d ON d.feuille_id = v.feuille_id
         WHERE (v.patient_id = ANY($1)
                OR v.patient_id = ANY (ARRAY(
                       SELECT patient_id FROM origine
                       UNION ALL
                       SELECT absorbe_id FROM fusion
                       WHERE patient_id = ANY (ARRAY(SELECT patient_id FROM origine))))
                   AND v.feuille_id = ANY (ARRAY(SELECT feuille_id FROM donnee)))
           AND coalesce(d.patient_id, v.patient_id) = ANY($1)"#,
        patients as _
    )
    .map(|row| AvisPonctuel {
        patient_id: row.patient_id,
        executant: row.executant_rpps,
        avis: AutreFeuille { jour: row.jour, feuille: row.feuille_id },
    })
    .fetch_all(conn)
    .await?)
}

/// A feuille that contradicts the opinion of another, since when it is known, and whose it is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rupture {
    /// The feuille of the opinion.
    pub avis: FeuilleId,
    /// The feuille that contradicts it, with its day.
    pub par: AutreFeuille,
    pub enregistre_le: DateTime<Utc>,
    /// The person whose the later feuille is now: a split, or the end of a merge, may have parted them.
    pub proprietaire: PatientId,
}

/// The feuilles that contradict the opinions received by some records, by day; of one feuille alone, when
/// there is one.
pub async fn ruptures(
    conn: &mut PgConnection,
    records: &[PatientId],
    feuille: Option<FeuilleId>,
) -> Result<Vec<Rupture>, StorageError> {
    Ok(sqlx::query!(
        r#"/* avis_ponctuel_rompu.list */
         SELECT r.feuille_id, r.rompu_par, r.jour, r.enregistre_le,
                coalesce(p.fusionne_dans, p.patient_id) AS "proprietaire!: PatientId"
         FROM avis_ponctuel_rompu r
         JOIN feuille_de_soins f ON f.feuille_id = r.rompu_par AND f.date_soins = r.jour
         JOIN patient p ON p.patient_id = coalesce(
             (SELECT a.patient_id FROM attribution_feuille a WHERE a.feuille_id = r.rompu_par
              ORDER BY a.enregistre_le DESC LIMIT 1), f.patient_id)
         WHERE r.patient_id = ANY($1) AND ($2::uuid IS NULL OR r.feuille_id = $2)
         ORDER BY r.jour, r.rompu_par"#,
        records as _,
        feuille as _
    )
    .map(|row| Rupture {
        avis: row.feuille_id,
        par: AutreFeuille { jour: row.jour, feuille: row.rompu_par },
        enregistre_le: row.enregistre_le,
        proprietaire: row.proprietaire,
    })
    .fetch_all(conn)
    .await?)
}

/// A performer whose feuilles of a person are asked for, between two days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Autour {
    pub patient_id: PatientId,
    pub executant: Rpps,
    /// First and last day.
    pub jours: (NaiveDate, NaiveDate),
}

/// Feuilles of some performers for some records, between two days each: whose they are now, whatever the
/// record that received them.
pub async fn autour(
    conn: &mut PgConnection,
    asked: &[Autour],
) -> Result<Vec<AvisPonctuel>, StorageError> {
    let (Some(du), Some(au)) =
        (asked.iter().map(|one| one.jours.0).min(), asked.iter().map(|one| one.jours.1).max())
    else {
        return Ok(Vec::new());
    };
    let patients: Vec<PatientId> = asked.iter().map(|one| one.patient_id).collect();
    let executants = asked.iter().map(|one| numeros::rpps(&one.executant));
    let executants: Vec<i64> = executants.collect::<Result<_, _>>()?;
    let firsts: Vec<NaiveDate> = asked.iter().map(|one| one.jours.0).collect();
    let lasts: Vec<NaiveDate> = asked.iter().map(|one| one.jours.1).collect();
    let rows = sqlx::query!(
        r#"/* feuille_de_soins.around */
         SELECT DISTINCT w.patient_id AS "patient_id!: PatientId", f.feuille_id AS "feuille_id!: FeuilleId",
                f.executant_rpps AS "executant_rpps!", f.date_soins AS "date_soins!"
         FROM UNNEST($1::uuid[], $2::bigint[], $3::date[], $4::date[])
              AS w (patient_id, executant_rpps, du, au)
         CROSS JOIN LATERAL (
             SELECT feuille_id, patient_id, executant_rpps, date_soins FROM feuille_de_soins
             WHERE patient_id = w.patient_id AND date_soins >= $5 AND date_soins <= $6
             UNION ALL
             SELECT g.feuille_id, g.patient_id, g.executant_rpps, g.date_soins
             FROM attribution_feuille a JOIN feuille_de_soins g ON g.feuille_id = a.feuille_id
             WHERE a.patient_id = w.patient_id AND g.date_soins >= $5 AND g.date_soins <= $6) AS f
         WHERE f.executant_rpps = w.executant_rpps AND f.date_soins BETWEEN w.du AND w.au
           AND coalesce((SELECT a.patient_id FROM attribution_feuille a
                         WHERE a.feuille_id = f.feuille_id ORDER BY a.enregistre_le DESC LIMIT 1),
                        f.patient_id) = w.patient_id
         ORDER BY f.date_soins, f.feuille_id"#,
        &patients as _,
        &executants,
        &firsts,
        &lasts,
        du,
        au
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(AvisPonctuel {
                patient_id: row.patient_id,
                executant: numeros::to_rpps(row.executant_rpps)?,
                avis: AutreFeuille { jour: row.date_soins, feuille: row.feuille_id },
            })
        })
        .collect()
}
