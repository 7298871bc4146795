//! Feuilles de soins, partitioned by month of care. The row of a feuille also holds its first
//! evaluation: both are written once, together.

mod cles;
mod codec;
mod ecriture;
pub(super) mod numeros;
mod scelle;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgConnection;

pub use self::cles::{Cle, find_all};
pub use self::ecriture::{NouvelleLigne, insert_all};
use self::scelle::{Row, build_all, colonnes};
pub(super) use self::scelle::{attache, detail};
use super::evaluations::EvaluationEnregistree;
use super::{Coffre, Db, StorageError, cles as versions};
use crate::domain::calendar::{debut_de_mois, plus_mois};
use crate::domain::feuille_de_soins::FeuilleDeSoins;
use crate::domain::identifiers::{NumeroFacturation, Rpps};
use crate::domain::ids::{FeuilleId, PatientId};

/// A feuille as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeuilleEnregistree {
    pub id: FeuilleId,
    pub patient_id: PatientId,
    pub enregistre_le: DateTime<Utc>,
    pub feuille: Arc<FeuilleDeSoins>,
}

/// A feuille and its first evaluation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeuilleRecue {
    pub feuille: FeuilleEnregistree,
    /// What was decided when it was received.
    pub evaluation: EvaluationEnregistree,
}

/// Months whose partitions exist, as far as this process knows.
static KNOWN_MONTHS: Mutex<BTreeSet<(String, NaiveDate)>> = Mutex::new(BTreeSet::new());

/// Makes sure that the partitions of a month of care exist, in a transaction of its own.
pub async fn ensure_month(db: &Db, jour: NaiveDate) -> Result<(), StorageError> {
    let month = debut_de_mois(jour);
    let options = db.pool().connect_options();
    let base = format!("{:?}", (options.get_host(), options.get_port(), options.get_database()));
    let key = (base, month);
    if KNOWN_MONTHS.lock().unwrap_or_else(PoisonError::into_inner).contains(&key) {
        return Ok(());
    }
    sqlx::query!("/* feuille.partitions */ SELECT creer_partitions($1)::text AS made", month)
        .fetch_one(db.pool())
        .await?;
    KNOWN_MONTHS.lock().unwrap_or_else(PoisonError::into_inner).insert(key);
    Ok(())
}

/// A feuille by its id, which leads to its partition.
pub async fn get(
    conn: &mut PgConnection,
    coffre: &Coffre,
    id: FeuilleId,
) -> Result<Option<FeuilleRecue>, StorageError> {
    let Some((month, next)) = id.month_of_care().and_then(|m| Some((m, plus_mois(m, 1)?))) else {
        return Ok(None);
    };
    let row = sqlx::query_as!(
        Row,
        "/* feuille_de_soins.get */
         SELECT feuille_id, patient_id, enregistre_le, executant_rpps, facturation, numero_facture,
                date_etablissement, loi_id, contenu_chiffre
         FROM feuille_de_soins WHERE feuille_id = $1 AND date_soins >= $2 AND date_soins < $3",
        id.uuid(),
        month,
        next
    )
    .fetch_optional(&mut *conn)
    .await?;
    Ok(build_all(conn, coffre, row.into_iter().collect()).await?.pop())
}

/// Feuilles of a month after one of them, in the order of their ids.
pub async fn page(
    conn: &mut PgConnection,
    coffre: &Coffre,
    days: (NaiveDate, NaiveDate),
    place: (Option<FeuilleId>, i64),
) -> Result<Vec<FeuilleRecue>, StorageError> {
    let rows = rows_of_month(conn, days, place).await?;
    build_all(conn, coffre, rows).await
}

/// The same, for whoever looks for what somebody touched: what does not open is named, and stops nothing.
pub async fn page_vue(
    conn: &mut PgConnection,
    coffre: &Coffre,
    days: (NaiveDate, NaiveDate),
    place: (Option<FeuilleId>, i64),
) -> Result<Vec<(FeuilleId, Option<FeuilleRecue>)>, StorageError> {
    let rows = rows_of_month(conn, days, place).await?;
    versions::connaitre(conn, coffre, rows.iter().map(|row| &row.contenu_chiffre)).await?;
    rows.into_iter()
        .map(|row| match (row.feuille_id, row.build(coffre)) {
            (id, Ok(recue)) => Ok((id, Some(recue))),
            (id, Err(StorageError::Sealed { .. })) => Ok((id, None)),
            (_, Err(error)) => Err(error),
        })
        .collect()
}

async fn rows_of_month(
    conn: &mut PgConnection,
    (month, next): (NaiveDate, NaiveDate),
    (after, limit): (Option<FeuilleId>, i64),
) -> Result<Vec<Row>, StorageError> {
    Ok(sqlx::query_as!(
        Row,
        "/* feuille_de_soins.page */
         SELECT feuille_id, patient_id, enregistre_le, executant_rpps, facturation, numero_facture,
                date_etablissement, loi_id, contenu_chiffre
         FROM feuille_de_soins
         WHERE date_soins >= $1 AND date_soins < $2 AND ($3::uuid IS NULL OR feuille_id > $3)
         ORDER BY feuille_id LIMIT $4",
        month,
        next,
        after as _,
        limit
    )
    .fetch_all(conn)
    .await?)
}

/// Some feuilles by their ids, in their order.
pub async fn of_ids(
    conn: &mut PgConnection,
    coffre: &Coffre,
    ids: &[FeuilleId],
) -> Result<Vec<FeuilleRecue>, StorageError> {
    let months = || ids.iter().filter_map(|id| id.month_of_care());
    let Some((first, next)) = months().min().zip(months().max().and_then(|m| plus_mois(m, 1)))
    else {
        return Ok(Vec::new());
    };
    let rows = sqlx::query_as!(
        Row,
        "/* feuille_de_soins.of_ids */
         SELECT feuille_id, patient_id, enregistre_le, executant_rpps, facturation, numero_facture,
                date_etablissement, loi_id, contenu_chiffre
         FROM feuille_de_soins
         WHERE feuille_id = ANY ($1) AND date_soins >= $2 AND date_soins < $3 ORDER BY feuille_id",
        ids as _,
        first,
        next
    )
    .fetch_all(&mut *conn)
    .await?;
    build_all(conn, coffre, rows).await
}

/// How many feuilles of a person, of their own record, are of days after one.
pub async fn count_after(
    conn: &mut PgConnection,
    patient: PatientId,
    jour: NaiveDate,
) -> Result<i64, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"/* feuille_de_soins.count_after */
         SELECT count(*) AS "count!" FROM feuille_de_soins WHERE patient_id = $1 AND date_soins > $2"#,
        patient.uuid(),
        jour
    )
    .fetch_one(conn)
    .await?)
}

/// The persons for whom a doctor performed feuilles on some days, after one of them, each with those days.
pub async fn performed_by(
    conn: &mut PgConnection,
    rpps: &Rpps,
    (du, au): (NaiveDate, Option<NaiveDate>),
    (after, limit): (Option<PatientId>, i64),
) -> Result<Vec<(PatientId, Vec<NaiveDate>)>, StorageError> {
    Ok(sqlx::query!(
        r#"/* feuille_de_soins.performed_by */
         SELECT patient_id AS "patient_id!: PatientId", array_agg(DISTINCT date_soins) AS "jours!"
         FROM feuille_de_soins
         WHERE executant_rpps = $1 AND date_soins >= $2 AND ($3::date IS NULL OR date_soins < $3)
           AND ($4::uuid IS NULL OR patient_id > $4)
         GROUP BY patient_id ORDER BY patient_id LIMIT $5"#,
        numeros::rpps(rpps)?,
        du,
        au,
        after as _,
        limit
    )
    .map(|row| (row.patient_id, row.jours))
    .fetch_all(conn)
    .await?)
}

/// Whose feuilles are asked for, and from where.
#[derive(Debug, Clone)]
pub struct QuestionFeuilles {
    /// The person's record and those merged into it.
    pub dossiers: Vec<PatientId>,
    /// Only those of this performer.
    pub executant: Option<Rpps>,
    /// First and last day of care.
    pub jours: (NaiveDate, NaiveDate),
    /// After this one.
    pub apres: Option<FeuilleId>,
    pub limite: i64,
}

/// Feuilles of one person, by month of care, then as they came. Those that a split gave to another record
/// are that record's.
pub async fn of_person(
    conn: &mut PgConnection,
    coffre: &Coffre,
    question: &QuestionFeuilles,
) -> Result<Vec<FeuilleRecue>, StorageError> {
    let executant = question.executant.as_ref().map(numeros::rpps).transpose()?;
    let rows = sqlx::query_as!(
        Row,
        "/* feuille_de_soins.of_person */
         SELECT f.feuille_id, f.patient_id, f.enregistre_le, f.executant_rpps, f.facturation,
                f.numero_facture, f.date_etablissement, f.loi_id, f.contenu_chiffre
         FROM feuille_de_soins f
         WHERE (f.patient_id = ANY ($1)
                OR f.feuille_id = ANY (ARRAY(SELECT a.feuille_id FROM attribution_feuille a
                                             WHERE a.patient_id = ANY ($1))))
           AND coalesce((SELECT a.patient_id FROM attribution_feuille a
                         WHERE a.feuille_id = f.feuille_id ORDER BY a.enregistre_le DESC LIMIT 1),
                        f.patient_id) = ANY ($1)
           AND f.date_soins >= $2 AND f.date_soins <= $3
           AND ($4::bigint IS NULL OR f.executant_rpps = $4)
           AND ($5::uuid IS NULL OR f.feuille_id > $5)
         ORDER BY f.feuille_id LIMIT $6",
        question.dossiers as _,
        question.jours.0,
        question.jours.1,
        executant,
        question.apres as _,
        question.limite
    )
    .fetch_all(&mut *conn)
    .await?;
    build_all(conn, coffre, rows).await
}

/// The feuilles that some records hold on some days, in the order of their reception, each with the record that holds it: the one that
/// received it, or the one to which a split gave it.
pub async fn held(
    conn: &mut PgConnection,
    coffre: &Coffre,
    records: &[PatientId],
    (du, au): (NaiveDate, NaiveDate),
) -> Result<Vec<(FeuilleRecue, PatientId)>, StorageError> {
    let rows = sqlx::query!(
        r#"/* feuille_de_soins.held */
         SELECT feuille_id AS "feuille_id!: FeuilleId", patient_id AS "patient_id!: PatientId", enregistre_le AS "enregistre_le!",
                executant_rpps AS "executant_rpps!", facturation AS "facturation!", numero_facture AS "numero_facture!",
                date_etablissement AS "date_etablissement!", loi_id AS "loi_id!", contenu_chiffre AS "contenu_chiffre!",
                holder AS "holder!: PatientId"
         FROM (
             SELECT f.*, r.patient_id AS holder
             FROM unnest($1::uuid[]) AS r (patient_id)
             JOIN feuille_de_soins f ON f.patient_id = r.patient_id AND f.date_soins >= $2 AND f.date_soins <= $3
             WHERE NOT EXISTS (SELECT FROM attribution_feuille a WHERE a.feuille_id = f.feuille_id)
             UNION ALL
             SELECT f.*, h.patient_id
             FROM (SELECT DISTINCT ON (a.feuille_id) a.feuille_id, a.patient_id FROM attribution_feuille a
                   WHERE a.feuille_id = ANY (ARRAY(SELECT b.feuille_id FROM attribution_feuille b WHERE b.patient_id = ANY ($1)))
                   ORDER BY a.feuille_id, a.enregistre_le DESC) AS h
             JOIN feuille_de_soins f ON f.feuille_id = h.feuille_id AND f.date_soins >= $2 AND f.date_soins <= $3
             WHERE h.patient_id = ANY ($1)) AS f
         ORDER BY enregistre_le, feuille_id"#,
        records as _,
        du,
        au
    )
    .fetch_all(&mut *conn)
    .await?;
    let holders: Vec<PatientId> = rows.iter().map(|row| row.holder).collect();
    let rows = rows.into_iter().map(|row| colonnes!(row));
    let received = build_all(conn, coffre, rows.collect()).await?;
    Ok(received.into_iter().zip(holders).collect())
}

/// The feuilles of some records between two days of care, both included, and those that a split gave to
/// one of them. A split may have taken some away.
pub async fn of_records(
    conn: &mut PgConnection,
    coffre: &Coffre,
    records: &[PatientId],
    (du, au): (NaiveDate, NaiveDate),
) -> Result<Vec<FeuilleRecue>, StorageError> {
    let rows = sqlx::query_as!(
        Row,
        "/* feuille_de_soins.of_records */
         SELECT feuille_id, patient_id, enregistre_le, executant_rpps, facturation, numero_facture,
                date_etablissement, loi_id, contenu_chiffre
         FROM feuille_de_soins
         WHERE (patient_id = ANY ($1)
                OR feuille_id = ANY (ARRAY(SELECT a.feuille_id FROM attribution_feuille a
                                           WHERE a.patient_id = ANY ($1))))
           AND date_soins >= $2 AND date_soins <= $3",
        records as _,
        du,
        au
    )
    .fetch_all(&mut *conn)
    .await?;
    build_all(conn, coffre, rows).await
}

/// The feuilles that some records had at an instant, as they came: received by then, and where splits made
/// by then left them. Each is told under the record that had it.
pub async fn received_by(
    conn: &mut PgConnection,
    coffre: &Coffre,
    records: &[PatientId],
    instant: DateTime<Utc>,
) -> Result<Vec<FeuilleRecue>, StorageError> {
    let rows = sqlx::query_as!(
        Row,
        r#"/* feuille_de_soins.received_by */
         SELECT f.feuille_id, h.patient_id AS "patient_id!: PatientId", f.enregistre_le, f.executant_rpps,
                f.facturation, f.numero_facture, f.date_etablissement, f.loi_id, f.contenu_chiffre
         FROM feuille_de_soins f
         CROSS JOIN LATERAL (
             SELECT coalesce((SELECT a.patient_id FROM attribution_feuille a
                              WHERE a.feuille_id = f.feuille_id AND a.enregistre_le <= $2
                              ORDER BY a.enregistre_le DESC LIMIT 1), f.patient_id) AS patient_id) AS h
         WHERE (f.patient_id = ANY ($1)
                OR f.feuille_id = ANY (ARRAY(SELECT a.feuille_id FROM attribution_feuille a
                                             WHERE a.patient_id = ANY ($1))))
           AND h.patient_id = ANY ($1) AND f.enregistre_le <= $2
         ORDER BY f.enregistre_le, f.feuille_id"#,
        records as _,
        instant
    )
    .fetch_all(&mut *conn)
    .await?;
    build_all(conn, coffre, rows).await
}

/// The first and the last day of care of all feuilles.
pub async fn days(conn: &mut PgConnection) -> Result<Option<(NaiveDate, NaiveDate)>, StorageError> {
    let row = sqlx::query!(
        "/* feuille_de_soins.days */
         SELECT min(date_soins) AS du, max(date_soins) AS au FROM feuille_de_soins"
    )
    .fetch_one(conn)
    .await?;
    Ok(row.du.zip(row.au))
}

/// Reads the content of a feuille, from anywhere.
pub(super) fn analyser(octets: &[u8]) {
    let billing = NumeroFacturation::parse("num_am", "991999905");
    let (Ok(executant_rpps), Ok(numero_facturation)) = (Rpps::parse("99900001233"), billing) else {
        return;
    };
    let entete = codec::Entete {
        date_etablissement: NaiveDate::default(),
        executant_rpps,
        numero_facturation,
        numero_facture: String::new(),
    };
    codec::decode(entete, octets).ok();
}
