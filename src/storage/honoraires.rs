//! Fees of doctors by calendar year, for the share that the convention asks for.

use sqlx::postgres::PgConnection;

use super::{StorageError, Tx};
use crate::domain::evaluation::HonorairesAnnee;
use crate::domain::identifiers::Rpps;
use crate::domain::money::Centimes;

/// Fees of a doctor in a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HonorairesMedecin {
    pub executant: Rpps,
    /// Calendar year of care.
    pub annee: i16,
    /// How much.
    pub honoraires: HonorairesAnnee,
}

/// Adds fees to those of some doctors, each doctor and year once. Rows are locked in one order: done
/// last in a transaction, nobody waits in a circle.
pub async fn add(tx: &mut Tx, list: &[HonorairesMedecin]) -> Result<(), StorageError> {
    let executants: Vec<Rpps> = list.iter().map(|one| one.executant).collect();
    let annees: Vec<i16> = list.iter().map(|one| one.annee).collect();
    let totals: Vec<Centimes> = list.iter().map(|one| one.honoraires.total).collect();
    let without: Vec<Centimes> = list.iter().map(|one| one.honoraires.sans_depassement).collect();
    tx.write(sqlx::query!(
        "/* honoraires_annee.add */
         INSERT INTO honoraires_annee
             (executant_rpps, annee, total_centimes, sans_depassement_centimes)
         SELECT w.executant_rpps, w.annee, w.total, w.sans
         FROM UNNEST($1::text[], $2::smallint[], $3::bigint[], $4::bigint[])
              AS w (executant_rpps, annee, total, sans)
         ORDER BY w.executant_rpps, w.annee
         ON CONFLICT (executant_rpps, annee) DO UPDATE
         SET total_centimes = honoraires_annee.total_centimes + EXCLUDED.total_centimes,
             sans_depassement_centimes
                 = honoraires_annee.sans_depassement_centimes + EXCLUDED.sans_depassement_centimes",
        &executants as _,
        &annees,
        &totals as _,
        &without as _
    ))
    .await
}

/// The fees of some doctors, every year.
pub async fn of_doctors(
    conn: &mut PgConnection,
    medecins: &[Rpps],
) -> Result<Vec<HonorairesMedecin>, StorageError> {
    Ok(sqlx::query!(
        "/* honoraires_annee.of_doctors */
         SELECT executant_rpps, annee, total_centimes, sans_depassement_centimes
         FROM honoraires_annee WHERE executant_rpps = ANY($1)",
        medecins as _
    )
    .map(|row| HonorairesMedecin {
        executant: row.executant_rpps,
        annee: row.annee,
        honoraires: HonorairesAnnee {
            total: row.total_centimes,
            sans_depassement: row.sans_depassement_centimes,
        },
    })
    .fetch_all(conn)
    .await?)
}
