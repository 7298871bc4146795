//! Evaluations made again: what was asked, and what changes.

use chrono::NaiveDate;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::{StorageError, Tx, copie};
use crate::domain::ids::{FeuilleId, PatientId, ReevaluationId};
use crate::domain::reevaluation::{
    Changement, EcartReevaluation, EtatReevaluation, Etendue, Examen, Issue, Reevaluation,
};
use crate::domain::vocabulary::Vocabulaire;

/// Records what is asked.
pub async fn insert(tx: &mut Tx, asked: &Reevaluation) -> Result<(), StorageError> {
    tx.write(sqlx::query!(
        "/* reevaluation.insert */
         INSERT INTO reevaluation
             (reevaluation_id, caisse, motif, patient_id, depuis, du, au, etat, version, enregistre_le,
              places, patients, feuilles, sans_reponse, feuilles_changees, ecart_amo, ecart_amc, ecart_reste)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, 0, 0, 0, 0, 0, 0)",
        asked.id.uuid(),
        asked.caisse,
        asked.motif.mot(),
        asked.etendue.patient_id as _,
        asked.etendue.depuis,
        asked.etendue.du,
        asked.etendue.au,
        asked.etat.mot(),
        asked.version,
        asked.enregistre_le,
        &asked.places as _
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
         SELECT caisse, motif, patient_id, depuis, du, au, etat, version, enregistre_le, places,
                patients, feuilles, sans_reponse, feuilles_changees, ecart_amo, ecart_amc, ecart_reste
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
        places: row.places,
        examen: Examen {
            patients: row.patients,
            feuilles: row.feuilles,
            sans_reponse: row.sans_reponse,
            changees: row.feuilles_changees,
            ecart: EcartReevaluation {
                rembourse_amo: row.ecart_amo,
                part_amc: row.ecart_amc,
                reste_a_charge: row.ecart_reste,
            },
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
             places = CASE WHEN $4 THEN array_fill(NULL::uuid, ARRAY[cardinality(places)]) ELSE places END,
             patients = CASE WHEN $4 THEN 0 ELSE patients END,
             feuilles = CASE WHEN $4 THEN 0 ELSE feuilles END,
             sans_reponse = CASE WHEN $4 THEN 0 ELSE sans_reponse END,
             feuilles_changees = CASE WHEN $4 THEN 0 ELSE feuilles_changees END,
             ecart_amo = CASE WHEN $4 THEN 0 ELSE ecart_amo END,
             ecart_amc = CASE WHEN $4 THEN 0 ELSE ecart_amc END,
             ecart_reste = CASE WHEN $4 THEN 0 ELSE ecart_reste END
         WHERE reevaluation_id = $1 AND etat = $2",
        id.uuid(),
        from.mot(),
        to.mot(),
        again
    ))
    .await
}

/// Records that the persons of a lane were served, up to one of them; `false` when another runner went further.
pub async fn pass(
    tx: &mut Tx,
    asked: &Reevaluation,
    (voie, last): (usize, PatientId),
    examen: Examen,
) -> Result<bool, StorageError> {
    // PostgreSQL counts from one.
    let place = i32::try_from(voie.saturating_add(1)).unwrap_or(i32::MAX);
    tx.try_write(sqlx::query!(
        "/* reevaluation.pass */
         UPDATE reevaluation
         SET places[$7] = $3, patients = patients + $4, feuilles = feuilles + $5, sans_reponse = sans_reponse + $6,
             feuilles_changees = feuilles_changees + $8, ecart_amo = ecart_amo + $9, ecart_amc = ecart_amc + $10,
             ecart_reste = ecart_reste + $11
         WHERE reevaluation_id = $1 AND etat = $2 AND (places[$7] IS NULL OR places[$7] < $3)",
        asked.id.uuid(),
        asked.etat.mot(),
        last.uuid(),
        examen.patients,
        examen.feuilles,
        examen.sans_reponse,
        place,
        examen.changees,
        examen.ecart.rembourse_amo,
        examen.ecart.part_amc,
        examen.ecart.reste_a_charge
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
           AND a.patient_id > $3
           AND ($4::timestamptz IS NULL OR EXISTS (
                 SELECT FROM evenement e
                 WHERE e.patient_id = a.patient_id AND e.nature NOT LIKE 'feuille.%' AND e.enregistre_le >= $4))
         ORDER BY a.patient_id LIMIT $5",
        asked.caisse,
        jour,
        // One bound, which the key serves whatever the plan.
        after.map_or(Uuid::nil(), PatientId::uuid),
        asked.etendue.depuis,
        limit
    )
    .fetch_all(conn)
    .await?)
}

/// Writes what changes for some persons, in place of what a trial had written.
pub async fn write_changes(
    tx: &mut Tx,
    id: ReevaluationId,
    patients: &[PatientId],
    changes: &[Changement],
) -> Result<(), StorageError> {
    let Some((first, last)) = patients.iter().min().zip(patients.iter().max()) else {
        return Ok(());
    };
    // Bounds, which the key serves whatever the plan: one made while the table is small would read all that was found so far.
    tx.write(sqlx::query!(
        "/* reevaluation_feuille.forget */
         DELETE FROM reevaluation_feuille
         WHERE reevaluation_id = $1 AND patient_id >= $3 AND patient_id <= $4 AND patient_id = ANY ($2)",
        id.uuid(),
        patients as _,
        first.uuid(),
        last.uuid()
    ))
    .await?;
    if changes.is_empty() {
        return Ok(());
    }
    let mut rows = copie::Lignes::new(changes.len().saturating_mul(LIGNE));
    for change in changes {
        let (avant, apres) = (&change.avant, &change.apres);
        rows.ligne(17);
        rows.octets(id.uuid().as_bytes());
        rows.octets(change.patient_id.uuid().as_bytes());
        rows.octets(change.feuille_id.uuid().as_bytes());
        rows.jour(change.date_soins);
        rows.octets(&change.ancien.to_be_bytes());
        rows.octets_ou_rien(change.nouveau.map(i16::to_be_bytes));
        rows.mots(&change.causes);
        for code in [
            avant.code.code(),
            apres.code.code(),
            avant.appartenance.code(),
            apres.appartenance.code(),
        ] {
            rows.octets(&i16::from(code).to_be_bytes());
        }
        for somme in [
            avant.rembourse_amo,
            apres.rembourse_amo,
            avant.part_amc,
            apres.part_amc,
            avant.reste_a_charge,
            apres.reste_a_charge,
        ] {
            rows.octets(&somme.get().to_be_bytes());
        }
    }
    Ok(rows.send(tx, COPY).await?)
}

/// The columns in the order in which [`write_changes`] writes them.
const COPY: &str = "/* reevaluation_feuille.copy */
    COPY reevaluation_feuille
        (reevaluation_id, patient_id, feuille_id, date_soins, ancien, nouveau, causes, code_ancien, code_nouveau,
         appartenance_ancienne, appartenance_nouvelle, amo_ancien, amo_nouveau, amc_ancien, amc_nouveau,
         reste_ancien, reste_nouveau)
    FROM STDIN (FORMAT binary)";

/// Bytes that a change takes in a copy, more or less.
const LIGNE: usize = 300;

/// How many feuilles [`changes`] lists.
pub async fn count_changes(
    conn: &mut PgConnection,
    id: ReevaluationId,
) -> Result<i64, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"/* reevaluation_feuille.count */
         SELECT count(*) AS "count!" FROM reevaluation_feuille WHERE reevaluation_id = $1"#,
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
