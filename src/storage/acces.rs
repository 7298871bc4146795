//! Traces of access: every reading of a person's data, for that person to read.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::{Coffre, Db, Statement, StorageError, Tx, auteurs};
use crate::domain::acteur::Sujet;
use crate::domain::calendar::Periode;
use crate::domain::ids::{AccesId, PatientId, RequestId};

/// A reading of a person's data, to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acces {
    pub id: AccesId,
    pub patient_id: PatientId,
    pub survenu_le: DateTime<Utc>,
    /// Who: the number of an author.
    pub auteur_id: i32,
    /// What was done.
    pub operation: &'static str,
    pub requete_id: RequestId,
}

/// A reading of a person's data, as the person is told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccesLu {
    pub id: AccesId,
    pub survenu_le: DateTime<Utc>,
    /// Role of the reader.
    pub role: String,
    /// RPPS of a doctor, code of a caisse, or the patient.
    pub identite: String,
    /// First name and name of a doctor whom the register knows.
    pub nom: Option<String>,
    /// By which the person may name who acted, without knowing who it is.
    pub reference: String,
    /// What was done.
    pub operation: String,
    pub requete_id: RequestId,
}

/// Which readings are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuestionAcces {
    /// A person, and the records merged into theirs.
    pub dossiers: Vec<PatientId>,
    /// Before one already seen.
    pub avant: Option<AccesId>,
    /// On these days only, when not on all of them.
    pub jours: Option<Vec<Periode>>,
    /// A caisse, the readings of which are asked for on any day.
    pub auditeur: Option<String>,
    pub limite: i64,
}

/// Traces as the columns of their table.
#[derive(Debug)]
pub(super) struct Colonnes {
    pub(super) patients: Vec<Uuid>,
    pub(super) ids: Vec<Uuid>,
    pub(super) survenus: Vec<DateTime<Utc>>,
    pub(super) auteurs: Vec<i32>,
    pub(super) operations: Vec<String>,
    pub(super) requetes: Vec<Uuid>,
}

impl Colonnes {
    pub(super) fn of(traces: &[Acces]) -> Self {
        let uuids = |value: fn(&Acces) -> Uuid| traces.iter().map(value).collect();
        Self {
            patients: uuids(|trace| trace.patient_id.uuid()),
            ids: uuids(|trace| trace.id.uuid()),
            survenus: traces.iter().map(|trace| trace.survenu_le).collect(),
            auteurs: traces.iter().map(|trace| trace.auteur_id).collect(),
            operations: traces.iter().map(|trace| trace.operation.to_owned()).collect(),
            requetes: uuids(|trace| trace.requete_id.uuid()),
        }
    }
}

/// Writes several traces in one statement, which is the whole of its transaction.
pub async fn insert_alone(db: &Db, traces: &[Acces]) -> Result<(), StorageError> {
    db.write_alone(insert(&Colonnes::of(traces))).await
}

/// Writes several traces in one statement.
pub async fn insert_all(tx: &mut Tx, traces: &[Acces]) -> Result<(), StorageError> {
    tx.write(insert(&Colonnes::of(traces))).await
}

fn insert(traces: &Colonnes) -> Statement<'_> {
    sqlx::query!(
        "/* acces.insert_all */
         INSERT INTO acces
             (patient_id, acces_id, survenu_le, auteur_id, operation, requete_id)
         SELECT * FROM UNNEST($1::uuid[], $2::uuid[], $3::timestamptz[], $4::integer[], $5::text[],
                              $6::uuid[])",
        &traces.patients,
        &traces.ids,
        &traces.survenus,
        &traces.auteurs,
        &traces.operations,
        &traces.requetes
    )
}

/// Many feuilles received together, whose persons the answer shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reception {
    pub survenu_le: DateTime<Utc>,
    /// Who: the number of an author.
    pub auteur_id: i32,
    /// What was done.
    pub operation: &'static str,
    pub requete_id: RequestId,
}

/// Writes a reception; gives its number, for the feuilles to bear.
pub async fn insert_reception(tx: &mut Tx, reception: &Reception) -> Result<i32, StorageError> {
    Ok(sqlx::query_scalar!(
        "/* reception.insert */
         INSERT INTO reception (survenu_le, auteur_id, operation, requete_id) VALUES ($1, $2, $3, $4)
         RETURNING reception_id",
        reception.survenu_le,
        reception.auteur_id,
        reception.operation,
        reception.requete_id.uuid()
    )
    .fetch_one(&mut **tx)
    .await?)
}

/// The last readings of a person's data, those of the receptions of their feuilles included, and those of other records while these
/// held what is theirs, each with who acted in the organisation.
pub async fn list(
    conn: &mut PgConnection,
    coffre: &Coffre,
    question: &QuestionAcces,
) -> Result<Vec<(AccesLu, Sujet)>, StorageError> {
    let rows = sqlx::query!(
        r#"/* acces.list */
         WITH tous AS (
             SELECT acces_id, survenu_le, auteur_id, operation, requete_id FROM acces WHERE patient_id = ANY($1)
             UNION ALL
             SELECT DISTINCT a.acces_id, a.survenu_le, a.auteur_id, a.operation, a.requete_id
             FROM dossiers_tenus($1) t JOIN acces a USING (patient_id)
             WHERE a.survenu_le >= t.du AND a.survenu_le < t.au
             UNION ALL
             -- Ids begin with their instant, those of accesses as this one made from that of the feuille.
             SELECT (lpad(to_hex((extract(epoch FROM survenu_le) * 1000)::bigint), 12, '0') || '7'
                     || substr(replace(feuille_id::text, '-', ''), 14))::uuid,
                    survenu_le, auteur_id, operation, requete_id
             FROM feuille_de_soins JOIN reception USING (reception_id)
             WHERE patient_id = ANY($1) OR feuille_id = ANY (ARRAY(
                 SELECT feuille_id FROM attribution_feuille WHERE patient_id = ANY($1))))
         SELECT acces_id AS "acces_id!: AccesId", survenu_le AS "survenu_le!", operation AS "operation!",
                requete_id AS "requete_id!: RequestId", empreinte, role, identite, organisation,
                sujet_chiffre,
                (SELECT i.prenom || ' ' || i.nom FROM medecin m JOIN identite_medecin i USING (medecin_id)
                 WHERE role = 'medecin' AND m.rpps = identite AND i.remplace_le IS NULL
                 ORDER BY lower(i.effet) DESC LIMIT 1) AS nom
         FROM tous JOIN auteur USING (auteur_id)
         WHERE ($2::uuid IS NULL OR acces_id < $2)
           AND ($3::daterange[] IS NULL OR (role = 'caisse' AND identite = $4)
                OR (survenu_le AT TIME ZONE 'Europe/Paris')::date <@ ANY ($3))
         ORDER BY acces_id DESC LIMIT $5"#,
        &question.dossiers as _,
        question.avant.map(AccesId::uuid),
        question.jours.as_deref() as _,
        question.auditeur,
        question.limite
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let reference = row.empreinte.iter().take(4).map(|byte| format!("{byte:02X}"));
            let organisation = row.organisation.as_deref();
            let sealed = &row.sujet_chiffre;
            let sujet = auteurs::subject(coffre, &row.empreinte, sealed, organisation)?;
            let lu = AccesLu {
                id: row.acces_id,
                survenu_le: row.survenu_le,
                role: row.role,
                identite: row.identite,
                nom: row.nom,
                reference: reference.collect(),
                operation: row.operation,
                requete_id: row.requete_id,
            };
            Ok((lu, sujet))
        })
        .collect()
}

/// How many there are, whatever the page.
pub async fn count(conn: &mut PgConnection, question: &QuestionAcces) -> Result<i64, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"/* acces.count */
         WITH tous AS (
             SELECT acces_id, survenu_le, auteur_id FROM acces WHERE patient_id = ANY($1)
             UNION ALL
             SELECT DISTINCT a.acces_id, a.survenu_le, a.auteur_id
             FROM dossiers_tenus($1) t JOIN acces a USING (patient_id)
             WHERE a.survenu_le >= t.du AND a.survenu_le < t.au
             UNION ALL
             SELECT feuille_id, survenu_le, auteur_id
             FROM feuille_de_soins JOIN reception USING (reception_id)
             WHERE patient_id = ANY($1) OR feuille_id = ANY (ARRAY(
                 SELECT feuille_id FROM attribution_feuille WHERE patient_id = ANY($1))))
         SELECT count(*) AS "count!" FROM tous JOIN auteur USING (auteur_id)
         WHERE $2::daterange[] IS NULL OR (role = 'caisse' AND identite = $3)
            OR (survenu_le AT TIME ZONE 'Europe/Paris')::date <@ ANY ($2)"#,
        &question.dossiers as _,
        question.jours.as_deref() as _,
        question.auditeur
    )
    .fetch_one(conn)
    .await?)
}
