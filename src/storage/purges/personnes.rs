//! Removing the whole record of a person.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::AssertSqlSafe;

use crate::domain::ids::PatientId;
use crate::storage::sceaux::{Sceau, Tranche};
use crate::storage::types::Empreinte;
use crate::storage::{Connection, StorageError, Tx};

/// Every table whose rows are about a person, those that others lead to last. Feuilles are not among them: a record is removed
/// once it has none.
pub static TABLES: [&str; 44] = [
    "retour_adressage",
    "correspondant_adressage",
    "version_adressage",
    "adressage",
    "contact_conciliation",
    "etat_conciliation",
    "conciliation",
    "avis_ponctuel_rompu",
    "avis_ponctuel",
    "recouvrement",
    "reevaluation_feuille",
    "reevaluation",
    "participation_retenue",
    "attribution_feuille",
    "neutralisation",
    "fin_designation",
    "operation_patient",
    "designation_medecin",
    "designation",
    "ecart_designation",
    "conflit_designation",
    "mouvement_declaration",
    "avenant",
    "signature",
    "etat_declaration",
    "declaration_medecin",
    "declaration",
    "fusion",
    "acte_patient",
    "limitation",
    "reponse_rectification",
    "demande_rectification",
    "avis_majorite",
    "representation",
    "deces_patient",
    "statut_patient",
    "adresse_patient",
    "affiliation",
    "identifiant_patient",
    "identite_patient",
    "acces",
    "evenement",
    "statistique_a_compter",
    "statistique_personne",
];

/// Persons who died before a day, or who left every caisse before it, about whom nothing was recorded since an instant and who have no feuille
/// any more, after one: each with whether somebody is represented by them.
pub async fn gone(
    conn: &mut Connection,
    (jour, avant): (NaiveDate, DateTime<Utc>),
    (after, limit): (Option<PatientId>, i64),
) -> Result<Vec<(PatientId, bool)>, StorageError> {
    let rows = sqlx::query!(
        r#"/* purge.gone */
           SELECT p.patient_id,
                  EXISTS (SELECT FROM representation r WHERE r.representant_id = p.patient_id
                            AND r.patient_id <> p.patient_id) AS "represente!"
           FROM patient p
           WHERE p.fusionne_dans IS NULL AND p.connu_le < $2 AND ($3::uuid IS NULL OR p.patient_id > $3)
             AND (EXISTS (SELECT FROM deces_patient d
                          WHERE d.patient_id = p.patient_id AND d.remplace_le IS NULL AND lower(d.effet) < $1)
                  OR (SELECT bool_and(upper(a.effet) < $1) AND bool_and(NOT upper_inf(a.effet)) FROM affiliation a
                      WHERE a.patient_id = p.patient_id AND a.remplace_le IS NULL))
             AND NOT EXISTS (SELECT FROM feuille_de_soins f
                             WHERE f.patient_id = p.patient_id
                                OR f.patient_id IN (SELECT a.absorbe_id FROM fusion a WHERE a.patient_id = p.patient_id))
           ORDER BY p.patient_id LIMIT $4"#,
        jour,
        avant,
        after as _,
        limit
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.patient_id, row.represente)).collect())
}

/// The slices in which something of some records was sealed, each with the rank of the table.
pub async fn seals(
    conn: &mut Connection,
    records: &[PatientId],
) -> Result<Vec<(Sceau, i16)>, StorageError> {
    let rows = sqlx::query!(
        r#"/* purge.seals_of_records */
           SELECT DISTINCT ON (s.numero, w.rang) w.rang AS "rang!", s.numero AS "numero!", s.du, s.au AS "au!", s.forme AS "forme!",
                  s.lignes AS "lignes!", s.empreintes AS "empreintes!", s.chaine AS "chaine!: Empreinte", s.cle AS "cle!"
           FROM (SELECT 1::smallint, survenu_le FROM acces WHERE patient_id = ANY ($1)
                 UNION ALL
                 SELECT 2::smallint, enregistre_le FROM evenement WHERE patient_id = ANY ($1)
                 UNION ALL
                 SELECT 4::smallint, enregistre_le FROM signature WHERE patient_id = ANY ($1)) AS w (rang, instant)
           CROSS JOIN LATERAL (SELECT * FROM sceau WHERE au > w.instant ORDER BY au LIMIT 1) AS s
           ORDER BY s.numero, w.rang"#,
        records as _
    )
    .map(|row| {
        let tranche =
            Tranche { du: row.du, au: row.au, lignes: row.lignes, empreintes: row.empreintes };
        let seal =
            Sceau { numero: row.numero, tranche, forme: row.forme, chaine: row.chaine, cle: row.cle };
        (seal, row.rang)
    });
    Ok(rows.fetch_all(conn).await?)
}

/// Removes everything about some records, and their places of the feed; gives how many rows that is.
pub async fn remove(tx: &mut Tx, records: &[PatientId]) -> Result<u64, StorageError> {
    let places: Vec<String> = records.iter().map(|record| format!("patient:{record}")).collect();
    tx.write(sqlx::query!(
        "/* purge.remove_feed */ DELETE FROM fil WHERE destinataire = ANY ($1)",
        &places
    ))
    .await?;
    let ids: Vec<uuid::Uuid> = records.iter().map(|record| record.uuid()).collect();
    let mut removed: u64 = 0;
    for table in TABLES.iter().chain(["patient"].iter()) {
        // Names of tables are those above.
        let statement =
            format!("/* purge.remove_records */ DELETE FROM {table} WHERE patient_id = ANY ($1)");
        let done = sqlx::query(AssertSqlSafe(statement)).bind(&ids).execute(&mut **tx).await?;
        removed = removed.saturating_add(done.rows_affected());
    }
    Ok(removed)
}
