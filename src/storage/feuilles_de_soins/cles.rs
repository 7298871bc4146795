//! What makes a feuille unique, and those that were already received.

use chrono::NaiveDate;
use sqlx::postgres::PgConnection;

use super::scelle::colonnes;
use super::{FeuilleRecue, numeros};
use crate::domain::feuille_de_soins::FeuilleDeSoins;
use crate::domain::ids::PatientId;
use crate::storage::{Coffre, StorageError, cles as versions};

/// What makes a feuille unique: its person, who bills, its number and its days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cle {
    patient_id: PatientId,
    pub(super) facturation: i64,
    pub(super) numero_facture: i32,
    date_etablissement: NaiveDate,
    pub(super) date_soins: NaiveDate,
}

impl Cle {
    /// The key of a feuille of a person.
    pub fn new(
        patient_id: PatientId,
        feuille: &FeuilleDeSoins,
        date_soins: NaiveDate,
    ) -> Result<Self, StorageError> {
        Ok(Self {
            patient_id,
            facturation: numeros::facturation(&feuille.numero_facturation)?,
            numero_facture: numeros::facture(&feuille.numero_facture)?,
            date_etablissement: feuille.date_etablissement,
            date_soins,
        })
    }

    /// The feuille of the holder of the number, where somebody else sent one under it first.
    #[must_use]
    pub const fn du_titulaire(self) -> Self {
        Self { facturation: numeros::du_titulaire(self.facturation), ..self }
    }

    /// The same feuille, received for a record that was merged since.
    #[must_use]
    pub const fn under(self, patient_id: PatientId) -> Self {
        Self { patient_id, ..self }
    }
}

/// The feuilles that the register already has under some keys, with the place of the key.
pub async fn find_all(
    conn: &mut PgConnection,
    coffre: &Coffre,
    cles: &[Cle],
) -> Result<Vec<(usize, FeuilleRecue)>, StorageError> {
    let patients: Vec<PatientId> = cles.iter().map(|cle| cle.patient_id).collect();
    let billers: Vec<i64> = cles.iter().map(|cle| cle.facturation).collect();
    let invoices: Vec<i32> = cles.iter().map(|cle| cle.numero_facture).collect();
    let made: Vec<NaiveDate> = cles.iter().map(|cle| cle.date_etablissement).collect();
    let care: Vec<NaiveDate> = cles.iter().map(|cle| cle.date_soins).collect();
    let rows = sqlx::query!(
        r#"/* feuille_de_soins.find_all */
         SELECT k.rang AS "rang!", f.feuille_id, f.patient_id, f.enregistre_le, f.executant_rpps,
                f.facturation, f.numero_facture, f.date_etablissement, f.loi_id, f.contenu_chiffre
         FROM unnest($1::uuid[], $2::bigint[], $3::integer[], $4::date[], $5::date[])
              WITH ORDINALITY AS k (patient_id, facturation, numero_facture, date_etablissement,
                                    date_soins, rang)
         JOIN feuille_de_soins f
           ON f.patient_id = k.patient_id AND f.facturation = k.facturation
          AND f.numero_facture = k.numero_facture AND f.date_etablissement = k.date_etablissement
          AND f.date_soins = k.date_soins"#,
        &patients as _,
        &billers,
        &invoices,
        &made,
        &care
    )
    .fetch_all(&mut *conn)
    .await?;
    versions::connaitre(conn, coffre, rows.iter().map(|row| &row.contenu_chiffre)).await?;
    rows.into_iter()
        .map(|row| {
            let place = usize::try_from(row.rang - 1)
                .map_err(|error| StorageError::inconsistent("feuille_de_soins", "rang", error))?;
            Ok((place, colonnes!(row).build(coffre)?))
        })
        .collect()
}
