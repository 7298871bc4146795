//! Files of conciliation, the doctors contacted, and how long people waited.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgConnection;

use super::{StorageError, Tx, faits, nombres};
use crate::domain::conciliation::{Conciliation, Contact, EtatConciliation};
use crate::domain::ids::{ConciliationId, DeclarationId, PatientId};
use crate::domain::vocabulary::Vocabulaire;

/// Writes a new file and its first state.
pub async fn insert(tx: &mut Tx, dossier: &Conciliation) -> Result<(), StorageError> {
    tx.write(sqlx::query!(
        "/* conciliation.insert */
         INSERT INTO conciliation
             (patient_id, conciliation_id, organisme, commune, demandee_par, demandee_le, enregistre_le)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        dossier.patient_id.uuid(),
        dossier.id.uuid(),
        dossier.organisme.as_str(),
        dossier.commune.as_str(),
        dossier.demandee_par.mot(),
        dossier.demandee_le,
        dossier.enregistre_le
    ))
    .await?;
    insert_etat(tx, dossier, dossier.enregistre_le).await
}

async fn insert_etat(
    tx: &mut Tx,
    dossier: &Conciliation,
    instant: DateTime<Utc>,
) -> Result<(), StorageError> {
    tx.write(sqlx::query!(
        "/* etat_conciliation.insert */
         INSERT INTO etat_conciliation
             (patient_id, conciliation_id, version, etat, medecin_id, terminee_le, enregistre_le)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        dossier.patient_id.uuid(),
        dossier.id.uuid(),
        dossier.version,
        dossier.etat.mot(),
        dossier.medecin.map(|(id, _)| id) as _,
        dossier.terminee_le,
        instant
    ))
    .await
}

/// Replaces the state known until now by the next version.
pub async fn advance(
    tx: &mut Tx,
    dossier: &mut Conciliation,
    instant: DateTime<Utc>,
) -> Result<(), StorageError> {
    tx.write_one(sqlx::query!(
        "/* etat_conciliation.replace */
         UPDATE etat_conciliation SET remplace_le = $4
         WHERE patient_id = $1 AND conciliation_id = $2 AND version = $3 AND remplace_le IS NULL",
        dossier.patient_id.uuid(),
        dossier.id.uuid(),
        dossier.version,
        instant
    ))
    .await?;
    dossier.version += 1;
    insert_etat(tx, dossier, instant).await
}

/// Writes a version of a contact; from the second on, it replaces the one before.
pub async fn write_contact(
    tx: &mut Tx,
    dossier: &Conciliation,
    contact: &Contact,
    instant: DateTime<Utc>,
) -> Result<(), StorageError> {
    let (patient, id) = (dossier.patient_id.uuid(), dossier.id.uuid());
    tx.write(sqlx::query!(
        "/* contact_conciliation.replace */
         UPDATE contact_conciliation SET remplace_le = $4
         WHERE patient_id = $1 AND conciliation_id = $2 AND contact_id = $3 AND remplace_le IS NULL",
        patient,
        id,
        contact.id.uuid(),
        instant
    ))
    .await?;
    tx.write(sqlx::query!(
        "/* contact_conciliation.insert */
         INSERT INTO contact_conciliation
             (patient_id, conciliation_id, contact_id, version, medecin_id, contacte_par, contacte_le,
              reponse, repondu_le, declaration_id, enregistre_le)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        patient,
        id,
        contact.id.uuid(),
        contact.version,
        contact.medecin_id.uuid(),
        contact.par.mot(),
        contact.contacte_le,
        contact.reponse.mot(),
        contact.repondu_le,
        contact.declaration_id as _,
        instant
    ))
    .await
}

/// Whose file this is: that of a record which was merged is of the one that was kept. `None` when there is no such file.
pub async fn place_of(
    conn: &mut PgConnection,
    id: ConciliationId,
) -> Result<Option<(PatientId, NaiveDate)>, StorageError> {
    let found = sqlx::query!(
        r#"/* conciliation.place_of */
         SELECT coalesce(p.fusionne_dans, p.patient_id) AS "patient_id!: PatientId", c.demandee_le
         FROM conciliation c JOIN patient p USING (patient_id) WHERE c.conciliation_id = $1"#,
        id.uuid()
    )
    .fetch_optional(conn)
    .await?;
    Ok(found.map(|row| (row.patient_id, row.demandee_le)))
}

/// The files of a person, or one of them, as they stand; the last requested first. Those of the records merged into
/// theirs too, each under the record in which it was opened.
pub async fn list(
    conn: &mut PgConnection,
    patient: PatientId,
    id: Option<ConciliationId>,
) -> Result<Vec<Conciliation>, StorageError> {
    let records = faits::records_of(conn, patient, None).await?;
    let mut found = sqlx::query!(
        r#"/* conciliation.list */
         SELECT c.patient_id, c.conciliation_id, c.organisme, c.commune, c.demandee_par, c.demandee_le, c.enregistre_le,
                e.version, e.etat, e.medecin_id, m.rpps AS "rpps?", e.terminee_le
         FROM conciliation c
         JOIN etat_conciliation e
           ON e.patient_id = c.patient_id AND e.conciliation_id = c.conciliation_id
          AND e.remplace_le IS NULL
         LEFT JOIN medecin m ON m.medecin_id = e.medecin_id
         WHERE c.patient_id = ANY($1) AND ($2::uuid IS NULL OR c.conciliation_id = $2)
         ORDER BY c.demandee_le DESC, c.enregistre_le DESC"#,
        &records as _,
        id as _
    )
    .map(|row| Conciliation {
        id: row.conciliation_id,
        patient_id: row.patient_id,
        organisme: row.organisme,
        commune: row.commune,
        demandee_par: row.demandee_par,
        demandee_le: row.demandee_le,
        version: row.version,
        etat: row.etat,
        medecin: row.medecin_id.zip(row.rpps),
        terminee_le: row.terminee_le,
        contacts: Vec::new(),
        enregistre_le: row.enregistre_le,
    })
    .fetch_all(&mut *conn)
    .await?;
    if !found.is_empty() {
        add_contacts(conn, &records, &mut found).await?;
    }
    Ok(found)
}

async fn add_contacts(
    conn: &mut PgConnection,
    records: &[PatientId],
    found: &mut [Conciliation],
) -> Result<(), StorageError> {
    let ids: Vec<ConciliationId> = found.iter().map(|one| one.id).collect();
    let rows = sqlx::query!(
        "/* contact_conciliation.list */
         SELECT c.conciliation_id, c.contact_id, c.version, c.medecin_id, m.rpps, c.contacte_par,
                c.contacte_le, c.reponse, c.repondu_le, c.declaration_id
         FROM contact_conciliation c JOIN medecin m ON m.medecin_id = c.medecin_id
         WHERE c.patient_id = ANY($1) AND c.conciliation_id = ANY($2) AND c.remplace_le IS NULL
         ORDER BY c.contacte_le, c.contact_id",
        records as _,
        &ids as _
    )
    .fetch_all(conn)
    .await?;
    for row in rows {
        let contact = Contact {
            id: row.contact_id,
            version: row.version,
            medecin_id: row.medecin_id,
            rpps: row.rpps,
            par: row.contacte_par,
            contacte_le: row.contacte_le,
            reponse: row.reponse,
            repondu_le: row.repondu_le,
            declaration_id: row.declaration_id,
        };
        if let Some(own) = found.iter_mut().find(|one| one.id == row.conciliation_id) {
            own.contacts.push(contact);
        }
    }
    Ok(())
}

/// When a doctor refused a declaration of the person; `None` when nobody did.
pub async fn refused_at(
    conn: &mut PgConnection,
    patient: PatientId,
    declaration: DeclarationId,
) -> Result<Option<DateTime<Utc>>, StorageError> {
    Ok(sqlx::query_scalar!(
        "/* conciliation.refused_at */
         SELECT enregistre_le FROM etat_declaration
         WHERE patient_id = $1 AND declaration_id = $2 AND remplace_le IS NULL AND etat = 'refusee'",
        patient.uuid(),
        declaration.uuid()
    )
    .fetch_optional(conn)
    .await?)
}

/// People whose search ended alike, in one month, after as many days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attendus {
    /// First day of the month in which the search ended.
    pub mois: NaiveDate,
    /// How it ended.
    pub etat: EtatConciliation,
    /// Days between request and end.
    pub jours: i64,
    pub nombre: u64,
}

/// How the searches of a caisse (five digits) that ended in a period did: counts, nobody in
/// particular.
pub async fn waited(
    conn: &mut PgConnection,
    caisse: &str,
    du: NaiveDate,
    au: NaiveDate,
) -> Result<Vec<Attendus>, StorageError> {
    Ok(sqlx::query!(
        r#"/* conciliation.waited */
         SELECT (e.terminee_le - (extract(day FROM e.terminee_le)::integer - 1)) AS "mois!", e.etat,
                (e.terminee_le - c.demandee_le) AS "jours!", count(*) AS "nombre!"
         FROM conciliation c
         JOIN etat_conciliation e
           ON e.patient_id = c.patient_id AND e.conciliation_id = c.conciliation_id
          AND e.remplace_le IS NULL
         WHERE left(c.organisme, 5) = $1 AND e.terminee_le >= $2 AND e.terminee_le < $3
         GROUP BY 1, 2, 3
         ORDER BY 1, 2, 3"#,
        caisse,
        du,
        au
    )
    .map(|row| Attendus {
        mois: row.mois,
        etat: row.etat,
        jours: i64::from(row.jours),
        nombre: nombres::read(row.nombre),
    })
    .fetch_all(conn)
    .await?)
}

/// The searches of a caisse that are open now: how many people have waited how many days until a
/// day.
pub async fn waiting(
    conn: &mut PgConnection,
    caisse: &str,
    jour: NaiveDate,
) -> Result<Vec<(i64, u64)>, StorageError> {
    Ok(sqlx::query!(
        r#"/* conciliation.waiting */
         SELECT ($2::date - c.demandee_le) AS "jours!", count(*) AS "nombre!"
         FROM conciliation c
         JOIN etat_conciliation e
           ON e.patient_id = c.patient_id AND e.conciliation_id = c.conciliation_id
          AND e.remplace_le IS NULL
         WHERE left(c.organisme, 5) = $1 AND e.etat = 'ouverte'
         GROUP BY 1 ORDER BY 1"#,
        caisse,
        jour
    )
    .map(|row| (i64::from(row.jours), nombres::read(row.nombre)))
    .fetch_all(conn)
    .await?)
}
