//! Feuilles and their first evaluations, written together whatever their number.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::Connection as _;
use sqlx::postgres::PgConnection;

use super::{FeuilleRecue, codec, numeros};
use crate::domain::ids::{FeuilleId, PatientId};
use crate::storage::{StorageError, Tx, evaluations};

/// A row to write. Everything that may be wrong with one is found when it is made, so that a feuille
/// that does not fit stops no other.
#[derive(Debug)]
pub struct NouvelleLigne {
    feuille_id: FeuilleId,
    patient_id: PatientId,
    enregistre_le: DateTime<Utc>,
    executant_rpps: i64,
    facturation: i64,
    numero_facture: i32,
    date_soins: NaiveDate,
    date_etablissement: NaiveDate,
    loi_id: i16,
    contenu: Vec<u8>,
    detail: Vec<u8>,
}

impl NouvelleLigne {
    /// The row of a feuille and of its first evaluation.
    pub fn new(recue: &FeuilleRecue, date_soins: NaiveDate) -> Result<Self, StorageError> {
        let (kept, feuille) = (&recue.feuille, &recue.feuille.feuille);
        Ok(Self {
            feuille_id: kept.id,
            patient_id: kept.patient_id,
            enregistre_le: kept.enregistre_le,
            executant_rpps: numeros::rpps(&feuille.executant_rpps)?,
            facturation: numeros::facturation(&feuille.numero_facturation)?,
            numero_facture: numeros::facture(&feuille.numero_facture)?,
            date_soins,
            date_etablissement: feuille.date_etablissement,
            loi_id: recue.evaluation.loi_id,
            contenu: codec::encode(feuille),
            detail: evaluations::bytes(&recue.evaluation),
        })
    }

    /// Id of the feuille.
    pub const fn feuille_id(&self) -> FeuilleId {
        self.feuille_id
    }
}

/// Writes feuilles, all of them or none: `false` when a person already has one of them, under the same
/// number, from the same biller, made out the same day, for the same day of care.
pub async fn insert_all(tx: &mut Tx, lignes: &[NouvelleLigne]) -> Result<bool, StorageError> {
    if lignes.len() == 1 {
        return insert(tx, lignes).await;
    }
    let mut point = tx.begin().await?;
    let whole = insert(&mut point, lignes).await?;
    if whole {
        point.commit().await?;
    } else {
        point.rollback().await?;
    }
    Ok(whole)
}

/// Whether all were new; those that were are written.
async fn insert(conn: &mut PgConnection, lignes: &[NouvelleLigne]) -> Result<bool, StorageError> {
    let feuilles: Vec<FeuilleId> = lignes.iter().map(|ligne| ligne.feuille_id).collect();
    let patients: Vec<PatientId> = lignes.iter().map(|ligne| ligne.patient_id).collect();
    let instants: Vec<DateTime<Utc>> = lignes.iter().map(|ligne| ligne.enregistre_le).collect();
    let performers: Vec<i64> = lignes.iter().map(|ligne| ligne.executant_rpps).collect();
    let billers: Vec<i64> = lignes.iter().map(|ligne| ligne.facturation).collect();
    let invoices: Vec<i32> = lignes.iter().map(|ligne| ligne.numero_facture).collect();
    let care: Vec<NaiveDate> = lignes.iter().map(|ligne| ligne.date_soins).collect();
    let made: Vec<NaiveDate> = lignes.iter().map(|ligne| ligne.date_etablissement).collect();
    let contents: Vec<&[u8]> = lignes.iter().map(|ligne| ligne.contenu.as_slice()).collect();
    let laws: Vec<i16> = lignes.iter().map(|ligne| ligne.loi_id).collect();
    let details: Vec<&[u8]> = lignes.iter().map(|ligne| ligne.detail.as_slice()).collect();
    let done = sqlx::query!(
        "/* feuille_de_soins.insert_all */
         INSERT INTO feuille_de_soins
             (feuille_id, patient_id, enregistre_le, executant_rpps, facturation, numero_facture,
              date_soins, date_etablissement, loi_id, contenu, detail)
         SELECT * FROM unnest(
             $1::uuid[], $2::uuid[], $3::timestamptz[], $4::bigint[], $5::bigint[], $6::integer[],
             $7::date[], $8::date[], $9::smallint[], $10::bytea[], $11::bytea[])
         ON CONFLICT DO NOTHING",
        &feuilles as _,
        &patients as _,
        &instants,
        &performers,
        &billers,
        &invoices,
        &care,
        &made,
        &laws,
        &contents as _,
        &details as _
    )
    .execute(conn)
    .await?;
    Ok(u64::try_from(lignes.len()).is_ok_and(|expected| done.rows_affected() == expected))
}
