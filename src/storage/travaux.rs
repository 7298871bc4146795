//! What a caisse works on, as lists: declarations, operations, merges, conciliations, its affiliates. One statement a
//! page, in the order of ids or of instants, and one that counts.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgConnection;

use super::StorageError;
use crate::domain::conciliation::EtatConciliation;
use crate::domain::declaration::{Canal, Contestation, Etat, NumeroDeclaration};
use crate::domain::identifiers::{CommuneExercice, Rpps};
use crate::domain::ids::{ConciliationId, DeclarationId, FusionId, OperationId, PatientId};
use crate::domain::operation::{EtatOperation, NatureOperation};
use crate::domain::vie::MotifRectification;
use crate::domain::vocabulary::Vocabulaire;

/// A caisse, and the day on which persons depend on it.
pub type Perimetre<'a> = (&'a str, NaiveDate);

/// A declaration, in brief.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclarationListee {
    pub id: DeclarationId,
    pub patient_id: PatientId,
    pub numero: NumeroDeclaration,
    pub canal: Canal,
    pub etat: Etat,
    pub contestation: Option<Contestation>,
    pub version: i32,
    pub expire_le: DateTime<Utc>,
    pub enregistre_le: DateTime<Utc>,
    /// The doctors chosen.
    pub medecins: Vec<Rpps>,
}

/// The declarations of those who depend on a caisse, the last made first.
pub async fn declarations(
    conn: &mut PgConnection,
    (caisse, jour): Perimetre<'_>,
    (etat, contestation): (Option<Etat>, Option<Contestation>),
    avant: Option<DeclarationId>,
    limite: i64,
) -> Result<Vec<DeclarationListee>, StorageError> {
    Ok(sqlx::query_as!(
        DeclarationListee,
        r#"/* declaration.of_caisse */
         SELECT d.declaration_id AS id, d.patient_id, d.numero, d.canal, e.etat, e.contestation, e.version,
                d.expire_le, d.enregistre_le,
                ARRAY(SELECT m.rpps FROM declaration_medecin dm JOIN medecin m USING (medecin_id)
                      WHERE dm.patient_id = d.patient_id AND dm.declaration_id = d.declaration_id
                      ORDER BY m.rpps) AS "medecins!: Vec<Rpps>"
         FROM declaration d JOIN etat_declaration e USING (patient_id, declaration_id)
         WHERE e.remplace_le IS NULL AND caisse_le(d.patient_id, $2) = $1
           AND ($3::text IS NULL OR e.etat = $3) AND ($4::text IS NULL OR e.contestation = $4)
           AND ($5::uuid IS NULL OR d.declaration_id < $5)
         ORDER BY d.declaration_id DESC LIMIT $6"#,
        caisse,
        jour,
        etat.map(Vocabulaire::mot),
        contestation.map(Vocabulaire::mot),
        avant.map(DeclarationId::uuid),
        limite
    )
    .fetch_all(conn)
    .await?)
}

/// How many there are.
pub async fn count_declarations(
    conn: &mut PgConnection,
    (caisse, jour): Perimetre<'_>,
    (etat, contestation): (Option<Etat>, Option<Contestation>),
) -> Result<i64, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"/* declaration.count_of_caisse */
         SELECT count(*) AS "count!" FROM declaration d JOIN etat_declaration e USING (patient_id, declaration_id)
         WHERE e.remplace_le IS NULL AND caisse_le(d.patient_id, $2) = $1
           AND ($3::text IS NULL OR e.etat = $3) AND ($4::text IS NULL OR e.contestation = $4)"#,
        caisse,
        jour,
        etat.map(Vocabulaire::mot),
        contestation.map(Vocabulaire::mot)
    )
    .fetch_one(conn)
    .await?)
}

/// Where a public number is: the person and the declaration that holds it now, not the wrong entry that it rectifies.
pub async fn declaration_of_number(
    conn: &mut PgConnection,
    numero: &NumeroDeclaration,
) -> Result<Option<DeclarationId>, StorageError> {
    Ok(sqlx::query_scalar!(
        "/* declaration.of_number */
         SELECT d.declaration_id FROM declaration d JOIN etat_declaration e USING (patient_id, declaration_id)
         WHERE d.numero = $1 AND e.remplace_le IS NULL
         ORDER BY e.etat = 'rectifiee', d.enregistre_le DESC LIMIT 1",
        numero as _
    )
    .fetch_optional(conn)
    .await?)
}

/// An operation, in brief.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationListee {
    pub id: OperationId,
    pub rpps: Rpps,
    pub nature: NatureOperation,
    pub effet_du: NaiveDate,
    pub effet_au: Option<NaiveDate>,
    /// Code of the caisse that asked; none for a national act.
    pub caisse: Option<String>,
    pub etat: EtatOperation,
    pub version: i32,
    pub enregistre_le: DateTime<Utc>,
    pub expire_le: Option<DateTime<Utc>>,
}

/// The operations that a caisse recorded or that concern it, the last first; all national acts without a caisse.
pub async fn operations(
    conn: &mut PgConnection,
    caisse: Option<&str>,
    etat: Option<EtatOperation>,
    avant: Option<OperationId>,
    limite: i64,
) -> Result<Vec<OperationListee>, StorageError> {
    Ok(sqlx::query_as!(
        OperationListee,
        r#"/* operation_medecin.of_caisse */
         SELECT o.operation_id AS id, m.rpps, o.nature, o.effet_du, o.effet_au, o.caisse, o.etat, o.version,
                o.enregistre_le, o.expire_le
         FROM operation_medecin o JOIN medecin m USING (medecin_id)
         WHERE (o.caisse IS NOT DISTINCT FROM $1 OR EXISTS (
                   SELECT FROM operation_caisse c WHERE c.operation_id = o.operation_id AND c.caisse = $1))
           AND ($2::text IS NULL OR o.etat = $2) AND ($3::uuid IS NULL OR o.operation_id < $3)
         ORDER BY o.operation_id DESC LIMIT $4"#,
        caisse,
        etat.map(Vocabulaire::mot),
        avant.map(OperationId::uuid),
        limite
    )
    .fetch_all(conn)
    .await?)
}

/// How many there are.
pub async fn count_operations(
    conn: &mut PgConnection,
    caisse: Option<&str>,
    etat: Option<EtatOperation>,
) -> Result<i64, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"/* operation_medecin.count_of_caisse */
         SELECT count(*) AS "count!" FROM operation_medecin o
         WHERE (o.caisse IS NOT DISTINCT FROM $1 OR EXISTS (
                   SELECT FROM operation_caisse c WHERE c.operation_id = o.operation_id AND c.caisse = $1))
           AND ($2::text IS NULL OR o.etat = $2)"#,
        caisse,
        etat.map(Vocabulaire::mot)
    )
    .fetch_one(conn)
    .await?)
}

/// A merge, in brief.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FusionListee {
    pub id: FusionId,
    /// The record that is kept.
    pub patient_id: PatientId,
    pub absorbe_id: PatientId,
    pub motif: MotifRectification,
    pub enregistre_le: DateTime<Utc>,
    /// Since when it is undone.
    pub annulee_le: Option<DateTime<Utc>>,
}

/// The merges of records of a caisse, the last first; those that stand, or those that were undone.
pub async fn fusions(
    conn: &mut PgConnection,
    (caisse, jour): Perimetre<'_>,
    annulee: Option<bool>,
    avant: Option<FusionId>,
    limite: i64,
) -> Result<Vec<FusionListee>, StorageError> {
    Ok(sqlx::query_as!(
        FusionListee,
        "/* fusion.of_caisse */
         SELECT fusion_id AS id, patient_id, absorbe_id, motif, enregistre_le, remplace_le AS annulee_le FROM fusion
         WHERE caisse_le(patient_id, $2) = $1 AND ($3::boolean IS NULL OR (remplace_le IS NOT NULL) = $3)
           AND ($4::uuid IS NULL OR fusion_id < $4)
         ORDER BY fusion_id DESC LIMIT $5",
        caisse,
        jour,
        annulee,
        avant.map(FusionId::uuid),
        limite
    )
    .fetch_all(conn)
    .await?)
}

/// How many there are.
pub async fn count_fusions(
    conn: &mut PgConnection,
    (caisse, jour): Perimetre<'_>,
    annulee: Option<bool>,
) -> Result<i64, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"/* fusion.count_of_caisse */
         SELECT count(*) AS "count!" FROM fusion
         WHERE caisse_le(patient_id, $2) = $1 AND ($3::boolean IS NULL OR (remplace_le IS NOT NULL) = $3)"#,
        caisse,
        jour,
        annulee
    )
    .fetch_one(conn)
    .await?)
}

/// A conciliation, in brief.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConciliationListee {
    pub id: ConciliationId,
    pub patient_id: PatientId,
    pub commune: CommuneExercice,
    pub demandee_le: NaiveDate,
    pub etat: EtatConciliation,
    pub version: i32,
    pub terminee_le: Option<NaiveDate>,
}

/// The conciliations of those who depend on a caisse, the last asked for first.
pub async fn conciliations(
    conn: &mut PgConnection,
    (caisse, jour): Perimetre<'_>,
    etat: Option<EtatConciliation>,
    avant: Option<ConciliationId>,
    limite: i64,
) -> Result<Vec<ConciliationListee>, StorageError> {
    Ok(sqlx::query_as!(
        ConciliationListee,
        r#"/* conciliation.of_caisse */
         SELECT c.conciliation_id AS id, p.kept AS "patient_id!: PatientId", c.commune, c.demandee_le, e.etat,
                e.version, e.terminee_le
         FROM conciliation c JOIN etat_conciliation e USING (patient_id, conciliation_id)
         CROSS JOIN LATERAL (
             SELECT coalesce(fusionne_dans, patient_id) AS kept FROM patient WHERE patient_id = c.patient_id) AS p
         WHERE e.remplace_le IS NULL AND caisse_le(p.kept, $2) = $1 AND ($3::text IS NULL OR e.etat = $3)
           AND ($4::uuid IS NULL OR c.conciliation_id < $4)
         ORDER BY c.conciliation_id DESC LIMIT $5"#,
        caisse,
        jour,
        etat.map(Vocabulaire::mot),
        avant.map(ConciliationId::uuid),
        limite
    )
    .fetch_all(conn)
    .await?)
}

/// How many there are.
pub async fn count_conciliations(
    conn: &mut PgConnection,
    (caisse, jour): Perimetre<'_>,
    etat: Option<EtatConciliation>,
) -> Result<i64, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"/* conciliation.count_of_caisse */
         SELECT count(*) AS "count!" FROM conciliation c JOIN etat_conciliation e USING (patient_id, conciliation_id)
         CROSS JOIN LATERAL (
             SELECT coalesce(fusionne_dans, patient_id) AS kept FROM patient WHERE patient_id = c.patient_id) AS p
         WHERE e.remplace_le IS NULL AND caisse_le(p.kept, $2) = $1 AND ($3::text IS NULL OR e.etat = $3)"#,
        caisse,
        jour,
        etat.map(Vocabulaire::mot)
    )
    .fetch_one(conn)
    .await?)
}
