//! Feuilles de soins, partitioned by month of care.

mod codec;

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgConnection;

use super::{Db, StorageError};
use crate::domain::calendar::{debut_de_mois, plus_mois};
use crate::domain::feuille_de_soins::FeuilleDeSoins;
use crate::domain::identifiers::{NumeroFacturation, Rpps};
use crate::domain::ids::{FeuilleId, PatientId};

/// A feuille as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeuilleEnregistree {
    /// Its id.
    pub id: FeuilleId,
    /// Whose.
    pub patient_id: PatientId,
    /// When it was recorded.
    pub enregistre_le: DateTime<Utc>,
    /// Its content.
    pub feuille: FeuilleDeSoins,
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

/// Writes a feuille. `false` when the person already has one with the same number, from the same
/// biller, made out the same day, for the same day of care; under a record merged into theirs too.
pub async fn insert(
    conn: &mut PgConnection,
    kept: &FeuilleEnregistree,
    date_soins: NaiveDate,
) -> Result<bool, StorageError> {
    let feuille = &kept.feuille;
    let done = sqlx::query!(
        "/* feuille_de_soins.insert */
         INSERT INTO feuille_de_soins
             (feuille_id, patient_id, enregistre_le, date_soins, date_etablissement, executant_rpps,
              facturation, numero_facture, contenu)
         SELECT $1::uuid, $2::uuid, $3::timestamptz, $4::date, $5::date, $6::text, $7::text, $8::text,
                $9::bytea
         WHERE NOT EXISTS (
             SELECT 1 FROM fusion m JOIN feuille_de_soins f ON f.patient_id = m.absorbe_id
             WHERE m.patient_id = $2 AND m.remplace_le IS NULL AND f.facturation = $7
               AND f.numero_facture = $8 AND f.date_etablissement = $5 AND f.date_soins = $4)
         ON CONFLICT DO NOTHING",
        kept.id.uuid(),
        kept.patient_id.uuid(),
        kept.enregistre_le,
        date_soins,
        feuille.date_etablissement,
        feuille.executant_rpps.as_str(),
        facturation(&feuille.numero_facturation),
        feuille.numero_facture,
        codec::encode(feuille)
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The feuille that a person already has under the same number, if any.
pub async fn find_twin(
    conn: &mut PgConnection,
    patient: PatientId,
    feuille: &FeuilleDeSoins,
    date_soins: NaiveDate,
) -> Result<Option<FeuilleId>, StorageError> {
    let row = sqlx::query_scalar!(
        "/* feuille_de_soins.find_twin */
         SELECT feuille_id FROM feuille_de_soins
         WHERE (patient_id = $1 OR patient_id = ANY (ARRAY(
                 SELECT absorbe_id FROM fusion WHERE patient_id = $1 AND remplace_le IS NULL)))
           AND facturation = $2 AND numero_facture = $3
           AND date_etablissement = $4 AND date_soins = $5",
        patient.uuid(),
        facturation(&feuille.numero_facturation),
        feuille.numero_facture,
        feuille.date_etablissement,
        date_soins
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(FeuilleId::from_uuid))
}

/// A feuille by its id, which leads to its partition.
pub async fn get(
    conn: &mut PgConnection,
    id: FeuilleId,
) -> Result<Option<FeuilleEnregistree>, StorageError> {
    let Some((month, next)) = id.month_of_care().and_then(|m| Some((m, plus_mois(m, 1)?))) else {
        return Ok(None);
    };
    let row = sqlx::query!(
        "/* feuille_de_soins.get */
         SELECT patient_id, enregistre_le, date_etablissement, executant_rpps, facturation,
                numero_facture, contenu
         FROM feuille_de_soins WHERE feuille_id = $1 AND date_soins >= $2 AND date_soins < $3",
        id.uuid(),
        month,
        next
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let wrong = |column, what: &dyn std::fmt::Display| {
        StorageError::inconsistent("feuille_de_soins", column, what)
    };
    let numero_facturation = match row.facturation.split_at_checked(1) {
        Some(("A", number)) => NumeroFacturation::parse("num_am", number),
        Some(("F", number)) => NumeroFacturation::parse("finess", number),
        _ => return Err(wrong("facturation", &"unknown prefix")),
    };
    let entete = codec::Entete {
        date_etablissement: row.date_etablissement,
        executant_rpps: Rpps::parse(&row.executant_rpps)
            .map_err(|error| wrong("executant_rpps", &error))?,
        numero_facturation: numero_facturation.map_err(|error| wrong("facturation", &error))?,
        numero_facture: row.numero_facture,
    };
    Ok(Some(FeuilleEnregistree {
        id,
        patient_id: PatientId::from_uuid(row.patient_id),
        enregistre_le: row.enregistre_le,
        feuille: codec::decode(entete, &row.contenu).map_err(|error| wrong("contenu", &error))?,
    }))
}

/// One letter for the kind of number, then the number.
fn facturation(numero: &NumeroFacturation) -> String {
    match numero {
        NumeroFacturation::NumAm(number) => format!("A{number}"),
        NumeroFacturation::Finess(number) => format!("F{number}"),
    }
}
