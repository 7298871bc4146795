//! Feuilles and their first evaluations, written together whatever their number.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::Connection as _;
use sqlx::postgres::PgConnection;

use super::cles::Cle;
use super::scelle::sceller;
use super::{FeuilleRecue, numeros};
use crate::domain::evaluation::CodeDetermine;
use crate::domain::ids::{FeuilleId, PatientId};
use crate::storage::{Coffre, StorageError, Tx, copie};

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
    contenu_chiffre: Vec<u8>,
    /// What the law determined, of a feuille that has some act.
    code: Option<CodeDetermine>,
}

impl NouvelleLigne {
    /// The row of a feuille and of its first evaluation.
    pub fn new(coffre: &Coffre, recue: &FeuilleRecue, cle: Cle) -> Result<Self, StorageError> {
        let (kept, feuille) = (&recue.feuille, &recue.feuille.feuille);
        Ok(Self {
            feuille_id: kept.id,
            patient_id: kept.patient_id,
            enregistre_le: kept.enregistre_le,
            executant_rpps: numeros::rpps(&feuille.executant_rpps)?,
            facturation: cle.facturation,
            numero_facture: cle.numero_facture,
            date_soins: cle.date_soins,
            date_etablissement: feuille.date_etablissement,
            loi_id: recue.evaluation.loi_id,
            contenu_chiffre: sceller(coffre, recue)?,
            code: recue.evaluation.evaluation.synthese().map(|decided| decided.code),
        })
    }

    /// Id of the feuille.
    pub const fn feuille_id(&self) -> FeuilleId {
        self.feuille_id
    }
}

/// Writes feuilles, all of them or none: `false` when a person already has one of them, under the same
/// number, from the same biller, made out the same day, for the same day of care. They bear the number of their
/// reception.
pub async fn insert_all(
    tx: &mut Tx,
    lignes: &[NouvelleLigne],
    reception: Option<i32>,
) -> Result<bool, StorageError> {
    let written = write_all(tx, lignes, reception).await?;
    if written {
        lignes.iter().filter_map(|ligne| ligne.code).for_each(|code| tx.ecrit.evaluate(code));
    }
    Ok(written)
}

async fn write_all(
    tx: &mut Tx,
    lignes: &[NouvelleLigne],
    reception: Option<i32>,
) -> Result<bool, StorageError> {
    if let [alone] = lignes {
        return insert(tx, alone, reception).await;
    }
    let mut point = tx.begin().await?;
    match copy(&mut point, lignes, reception).await {
        Ok(()) => {
            point.commit().await?;
            Ok(true)
        }
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
            point.rollback().await?;
            Ok(false)
        }
        Err(error) => Err(error.into()),
    }
}

/// Writes one feuille; `false` when the person already has it.
async fn insert(
    tx: &mut Tx,
    ligne: &NouvelleLigne,
    reception: Option<i32>,
) -> Result<bool, StorageError> {
    tx.try_write(sqlx::query!(
        "/* feuille_de_soins.insert */
         INSERT INTO feuille_de_soins
             (feuille_id, patient_id, enregistre_le, executant_rpps, facturation, numero_facture,
              date_soins, date_etablissement, loi_id, reception_id, contenu_chiffre)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         ON CONFLICT DO NOTHING",
        ligne.feuille_id as _,
        ligne.patient_id as _,
        ligne.enregistre_le,
        ligne.executant_rpps,
        ligne.facturation,
        ligne.numero_facture,
        ligne.date_soins,
        ligne.date_etablissement,
        ligne.loi_id,
        reception,
        ligne.contenu_chiffre.as_slice()
    ))
    .await
}

/// The columns in the order in which [`Lignes`] writes them.
const COPY: &str = "/* feuille_de_soins.copy */
    COPY feuille_de_soins
        (feuille_id, patient_id, enregistre_le, executant_rpps, facturation, numero_facture,
         date_soins, date_etablissement, loi_id, reception_id, contenu_chiffre)
    FROM STDIN (FORMAT binary)";

/// Writes many feuilles by `COPY`: half the time of an insert of the same rows.
async fn copy(
    conn: &mut PgConnection,
    lignes: &[NouvelleLigne],
    reception: Option<i32>,
) -> Result<(), sqlx::Error> {
    let mut rows = copie::Lignes::new(lignes.len().saturating_mul(LIGNE));
    for ligne in lignes {
        rows.ligne(11);
        rows.octets(ligne.feuille_id.uuid().as_bytes());
        rows.octets(ligne.patient_id.uuid().as_bytes());
        rows.instant(ligne.enregistre_le);
        rows.octets(&ligne.executant_rpps.to_be_bytes());
        rows.octets(&ligne.facturation.to_be_bytes());
        rows.octets(&ligne.numero_facture.to_be_bytes());
        rows.jour(ligne.date_soins);
        rows.jour(ligne.date_etablissement);
        rows.octets(&ligne.loi_id.to_be_bytes());
        rows.octets_ou_rien(reception.map(i32::to_be_bytes));
        rows.octets(&ligne.contenu_chiffre);
    }
    rows.send(conn, COPY).await
}

/// Bytes that a feuille takes in a copy, more or less.
const LIGNE: usize = 400;
