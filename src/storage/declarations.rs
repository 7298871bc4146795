//! Declarations and their states.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::coffre::{Attache, Genre, Place};
use super::{Coffre, StorageError, Tx, cles, signatures};
use crate::domain::declaration::{Declaration, Etat, MedecinDesigne, Reprise};
use crate::domain::ids::{DeclarationId, MedecinId, PatientId};
use crate::domain::vocabulary::Vocabulaire;

/// Writes a new declaration, its doctors and its first state, and under which merged record it came. Signatures are
/// written apart.
pub async fn insert(
    tx: &mut Tx,
    coffre: &Coffre,
    declaration: &Declaration,
    sous: Option<PatientId>,
) -> Result<(), StorageError> {
    let (patient, id) = (declaration.patient_id.uuid(), declaration.id.uuid());
    let sealed = coffre.seal(place(declaration.id), declaration.contenu.as_bytes())?;
    let repris = declaration.reprise.as_ref();
    let reference = repris.and_then(|repris| repris.reference.as_deref());
    let reference = seal_reference(coffre, declaration.id, reference)?;
    let medecins: Vec<Uuid> =
        declaration.medecins.iter().map(|one| one.medecin_id.uuid()).collect();
    let lieux: Vec<Uuid> = declaration.medecins.iter().map(|one| one.lieu_id.uuid()).collect();
    tx.write(sqlx::query!(
        "/* declaration.insert */
         WITH choisis AS (
             INSERT INTO declaration_medecin (patient_id, declaration_id, medecin_id, lieu_id)
             SELECT $1, $2, * FROM unnest($16::uuid[], $17::uuid[])),
         etat AS (
             INSERT INTO etat_declaration (patient_id, declaration_id, version, etat, motif, enregistre_le, contestation)
             VALUES ($1, $2, $18, $19, $20, $8, $21))
         INSERT INTO declaration
             (patient_id, declaration_id, numero, canal, contenu_chiffre, contenu_sha256, expire_le, enregistre_le,
              rectifie_id, reprise_id, effet_du, signe_le, origine, reference_preuve_chiffree, sous_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, coalesce($15::uuid, (
             SELECT w.sous_id FROM declaration w WHERE w.patient_id = $1 AND w.declaration_id = $9)))",
        patient,
        id,
        declaration.numero as _,
        declaration.canal.mot(),
        sealed,
        declaration.contenu_sha256 as _,
        declaration.expire_le,
        declaration.enregistre_le,
        declaration.rectifie as _,
        repris.map(|repris| repris.reprise_id) as _,
        repris.map(|repris| repris.effet_du),
        repris.and_then(|repris| repris.signe_le),
        repris.map(|repris| repris.origine) as _,
        reference,
        sous as _,
        &medecins,
        &lieux,
        declaration.version,
        declaration.etat.mot(),
        declaration.motif,
        declaration.contestation as _
    ))
    .await?;
    if let Some(en_place) = &declaration.en_place {
        let en_place: Vec<MedecinId> = en_place.iter().copied().collect();
        tx.write(sqlx::query!(
            "/* avenant.insert */
             INSERT INTO avenant (patient_id, declaration_id, en_place, enregistre_le)
             VALUES ($1, $2, $3, $4)",
            patient,
            id,
            &en_place as _,
            declaration.enregistre_le
        ))
        .await?;
    }
    Ok(())
}

/// Writes the present state of a declaration as a version of its own.
async fn insert_etat(
    tx: &mut Tx,
    declaration: &Declaration,
    instant: DateTime<Utc>,
) -> Result<(), StorageError> {
    tx.write(sqlx::query!(
        "/* etat_declaration.insert */
         INSERT INTO etat_declaration (patient_id, declaration_id, version, etat, motif, enregistre_le, contestation)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        declaration.patient_id.uuid(),
        declaration.id.uuid(),
        declaration.version,
        declaration.etat.mot(),
        declaration.motif,
        instant,
        declaration.contestation as _
    ))
    .await
}

/// Replaces the state known until now by the next version.
pub async fn advance(
    tx: &mut Tx,
    declaration: &mut Declaration,
    instant: DateTime<Utc>,
) -> Result<(), StorageError> {
    tx.write_one(sqlx::query!(
        "/* etat_declaration.replace */
         UPDATE etat_declaration SET remplace_le = $4
         WHERE patient_id = $1 AND declaration_id = $2 AND version = $3 AND remplace_le IS NULL",
        declaration.patient_id.uuid(),
        declaration.id.uuid(),
        declaration.version,
        instant
    ))
    .await?;
    declaration.version += 1;
    insert_etat(tx, declaration, instant).await
}

/// Whose declaration this is now; `None` when there is no such declaration. Records that were merged
/// or split may both have known it: the present state is in one of them.
pub async fn patient_of(
    conn: &mut PgConnection,
    id: DeclarationId,
) -> Result<Option<PatientId>, StorageError> {
    Ok(sqlx::query_scalar!(
        "/* declaration.patient_of */
         SELECT d.patient_id FROM declaration d
         JOIN etat_declaration e USING (patient_id, declaration_id)
         WHERE d.declaration_id = $1 AND e.remplace_le IS NULL",
        id.uuid()
    )
    .fetch_optional(conn)
    .await?)
}

/// A declaration as it stands.
pub async fn get(
    conn: &mut PgConnection,
    coffre: &Coffre,
    patient: PatientId,
    id: DeclarationId,
) -> Result<Option<Declaration>, StorageError> {
    Ok(select(conn, coffre, patient, (Some(id), None)).await?.pop())
}

/// The declarations of a person, the last recorded first.
pub async fn list(
    conn: &mut PgConnection,
    coffre: &Coffre,
    patient: PatientId,
) -> Result<Vec<Declaration>, StorageError> {
    select(conn, coffre, patient, (None, None)).await
}

/// Puts a declaration in the state in which it was known to be at an instant, or in its first one.
pub async fn as_known(
    conn: &mut PgConnection,
    declaration: &mut Declaration,
    connu_le: DateTime<Utc>,
) -> Result<(), StorageError> {
    let row = sqlx::query!(
        "/* etat_declaration.as_known */
         SELECT version, etat, motif, contestation FROM etat_declaration
         WHERE patient_id = $1 AND declaration_id = $2
         ORDER BY enregistre_le <= $3 DESC, CASE WHEN enregistre_le <= $3 THEN version END DESC, version LIMIT 1",
        declaration.patient_id.uuid(),
        declaration.id.uuid(),
        connu_le
    )
    .fetch_optional(conn)
    .await?;
    if let Some(row) = row {
        declaration.version = row.version;
        declaration.etat = row.etat;
        declaration.motif = row.motif;
        declaration.contestation = row.contestation;
    }
    Ok(())
}

/// Those that wait for a signature.
pub async fn waiting(
    conn: &mut PgConnection,
    coffre: &Coffre,
    patient: PatientId,
) -> Result<Vec<Declaration>, StorageError> {
    select(conn, coffre, patient, (None, Some(Etat::EnAttente))).await
}

async fn select(
    conn: &mut PgConnection,
    coffre: &Coffre,
    patient: PatientId,
    (id, etat): (Option<DeclarationId>, Option<Etat>),
) -> Result<Vec<Declaration>, StorageError> {
    let rows = sqlx::query!(
        r#"/* declaration.list */
         SELECT d.declaration_id, d.numero, d.canal, d.contenu_chiffre, d.contenu_sha256, d.expire_le,
                d.enregistre_le, d.rectifie_id, d.reprise_id, d.effet_du, d.signe_le, d.origine, d.reference_preuve_chiffree, a.en_place AS "en_place?", e.version, e.etat, e.motif, e.contestation
         FROM declaration d
         JOIN etat_declaration e
           ON e.patient_id = d.patient_id AND e.declaration_id = d.declaration_id AND e.remplace_le IS NULL
         LEFT JOIN avenant a ON a.patient_id = d.patient_id AND a.declaration_id = d.declaration_id
         WHERE d.patient_id = $1 AND ($2::uuid IS NULL OR d.declaration_id = $2)
           AND ($3::text IS NULL OR e.etat = $3)
         ORDER BY d.enregistre_le DESC, d.declaration_id DESC"#,
        patient.uuid(),
        id as _,
        etat.map(Vocabulaire::mot)
    )
    .fetch_all(&mut *conn)
    .await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<DeclarationId> = rows.iter().map(|row| row.declaration_id).collect();
    let mut medecins = medecins(&mut *conn, patient, &ids).await?;
    let mut signatures = signatures::list(&mut *conn, coffre, patient, &ids).await?;
    let references = rows.iter().filter_map(|row| row.reference_preuve_chiffree.as_ref());
    cles::connaitre(conn, coffre, references).await?;
    rows.into_iter()
        .map(|row| {
            let id = row.declaration_id;
            let contenu = coffre.open_texte(place(id), &row.contenu_chiffre)?;
            let reference = row.reference_preuve_chiffree;
            let open = |sealed| coffre.ouvrir_texte(place_reference(id), sealed);
            let reference = reference.map(open).transpose()?;
            let taken = row.reprise_id.zip(row.effet_du).zip(row.origine);
            let reprise = taken.map(|((reprise_id, effet_du), origine)| Reprise {
                reprise_id,
                effet_du,
                signe_le: row.signe_le,
                origine,
                reference,
            });
            Ok(Declaration {
                id,
                patient_id: patient,
                numero: row.numero,
                canal: row.canal,
                medecins: take(&mut medecins, id),
                en_place: row.en_place.map(|all| all.into_iter().collect()),
                rectifie: row.rectifie_id,
                contenu,
                contenu_sha256: row.contenu_sha256,
                reprise,
                expire_le: row.expire_le,
                enregistre_le: row.enregistre_le,
                etat: row.etat,
                contestation: row.contestation,
                motif: row.motif,
                version: row.version,
                signatures: take(&mut signatures, id),
            })
        })
        .collect()
}

/// The declarations of a person that bear a signature of a day after one, and were not closed or rectified.
pub async fn signed_after(
    conn: &mut PgConnection,
    patient: PatientId,
    jour: NaiveDate,
) -> Result<Vec<DeclarationId>, StorageError> {
    Ok(sqlx::query_scalar!(
        "/* declaration.signed_after */
         SELECT DISTINCT s.declaration_id FROM signature s
         JOIN etat_declaration e USING (patient_id, declaration_id)
         WHERE s.patient_id = $1 AND s.signe_le > $2 AND e.remplace_le IS NULL
           AND e.etat IN ('active', 'en_attente')
         ORDER BY s.declaration_id",
        patient.uuid(),
        jour
    )
    .fetch_all(conn)
    .await?)
}

/// The declaration that rectifies another, if one does.
pub async fn rectified_by(
    conn: &mut PgConnection,
    patient: PatientId,
    id: DeclarationId,
) -> Result<Option<DeclarationId>, StorageError> {
    Ok(sqlx::query_scalar!(
        "/* declaration.rectified_by */
         SELECT declaration_id FROM declaration WHERE patient_id = $1 AND rectifie_id = $2",
        patient.uuid(),
        id.uuid()
    )
    .fetch_optional(conn)
    .await?)
}

/// Declarations that wait beyond their time, the oldest first.
pub async fn expired(
    conn: &mut PgConnection,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<(PatientId, DeclarationId)>, StorageError> {
    let rows = sqlx::query!(
        "/* declaration.expired */
         SELECT d.patient_id, d.declaration_id
         FROM etat_declaration e
         JOIN declaration d ON d.patient_id = e.patient_id AND d.declaration_id = e.declaration_id
         WHERE e.remplace_le IS NULL AND e.etat = 'en_attente' AND d.expire_le <= $1
         ORDER BY d.expire_le LIMIT $2",
        now,
        limit
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.patient_id, row.declaration_id)).collect())
}

type ByDeclaration<T> = Vec<(DeclarationId, T)>;

/// Moves the values of one declaration out of those of several.
fn take<T>(all: &mut ByDeclaration<T>, id: DeclarationId) -> Vec<T> {
    let (own, rest) = std::mem::take(all).into_iter().partition(|(owner, _)| *owner == id);
    *all = rest;
    let own: ByDeclaration<T> = own;
    own.into_iter().map(|(_, value)| value).collect()
}

async fn medecins(
    conn: &mut PgConnection,
    patient: PatientId,
    ids: &[DeclarationId],
) -> Result<ByDeclaration<MedecinDesigne>, StorageError> {
    Ok(sqlx::query!(
        "/* declaration_medecin.list */
         SELECT dm.declaration_id, dm.medecin_id, dm.lieu_id, m.rpps, l.commune
         FROM declaration_medecin dm JOIN medecin m USING (medecin_id) JOIN lieu l USING (lieu_id)
         WHERE dm.patient_id = $1 AND dm.declaration_id = ANY($2)
         ORDER BY m.rpps",
        patient.uuid(),
        ids as _
    )
    .map(|row| {
        let designe = MedecinDesigne {
            medecin_id: row.medecin_id,
            rpps: row.rpps,
            lieu_id: row.lieu_id,
            commune: row.commune,
        };
        (row.declaration_id, designe)
    })
    .fetch_all(conn)
    .await?)
}

pub(super) const fn place(id: DeclarationId) -> Place {
    Place { colonne: "declaration.contenu_chiffre", ligne: id.uuid() }
}

pub(super) const fn place_reference(id: DeclarationId) -> Attache {
    Attache::seule(Genre::Declaration, id.uuid())
}

/// Seals where the proof of a choice taken over is kept, when it was said.
pub(super) fn seal_reference(
    coffre: &Coffre,
    id: DeclarationId,
    reference: Option<&str>,
) -> Result<Option<Vec<u8>>, StorageError> {
    let seal = |texte| Ok(coffre.sceller_texte(place_reference(id), texte)?);
    reference.map(seal).transpose()
}
