//! Takeovers: what was sent, how far it is, and what is said of its lines.

pub mod annuaire;
pub mod choix;
mod codec;
mod fichier;
pub mod personnes;

use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnection;

pub use self::fichier::{find_same, receive, supersede};
use super::coffre::Place;
use super::nombres::{read, stored};
use super::{Coffre, StorageError, Tx};
use crate::domain::acteur::Sujet;
use crate::domain::ids::RepriseId;
use crate::domain::reprise::{Bilan, Defaut, EtatReprise, Ligne, Refusee, Reprise};
use crate::domain::vocabulary::Vocabulaire;

/// Records a file that begins to arrive.
pub async fn insert(tx: &mut Tx, reprise: &Reprise, auteur_id: i32) -> Result<(), StorageError> {
    tx.write(sqlx::query!(
        "/* reprise.insert */
         INSERT INTO reprise
             (reprise_id, organisme, auteur_id, nature, format, etat, version, octets, lignes, illisibles, traitees,
              nouvelles, deja_connues, refusees, requete_id, enregistre_le, windows_1252)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, 0, 0, 0, 0, 0, $8, $9, $10)",
        reprise.id.uuid(),
        reprise.organisme.as_str(),
        auteur_id,
        reprise.nature.mot(),
        reprise.format.mot(),
        reprise.etat.mot(),
        reprise.version,
        reprise.requete_id.uuid(),
        reprise.enregistre_le,
        reprise.windows_1252
    ))
    .await
}

/// One by its id.
pub async fn get(conn: &mut PgConnection, id: RepriseId) -> Result<Option<Reprise>, StorageError> {
    let row = sqlx::query!(
        r#"/* reprise.get */
         SELECT organisme, nature, format, etat, version, octets, sha256, lignes, illisibles, nouvelles,
                deja_connues, refusees, requete_id, enregistre_le, windows_1252
         FROM reprise WHERE reprise_id = $1"#,
        id.uuid()
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Reprise {
        id,
        organisme: row.organisme,
        nature: row.nature,
        format: row.format,
        windows_1252: row.windows_1252,
        etat: row.etat,
        version: row.version,
        octets: read(row.octets),
        sha256: row.sha256,
        lignes: read(row.lignes),
        illisibles: read(row.illisibles),
        bilan: Bilan {
            nouvelles: read(row.nouvelles),
            deja_connues: read(row.deja_connues),
            refusees: read(row.refusees),
        },
        requete_id: row.requete_id,
        enregistre_le: row.enregistre_le,
    }))
}

/// Who sent one.
pub async fn sender(
    conn: &mut PgConnection,
    coffre: &Coffre,
    id: RepriseId,
) -> Result<Sujet, StorageError> {
    let row = sqlx::query!(
        "/* reprise.sender */
         SELECT a.empreinte, a.sujet_chiffre, a.organisation
         FROM reprise r JOIN auteur a USING (auteur_id) WHERE r.reprise_id = $1",
        id.uuid()
    )
    .fetch_one(conn)
    .await?;
    super::auteurs::subject(coffre, &row.empreinte, &row.sujet_chiffre, row.organisation.as_deref())
}

/// Drops one that is tried, or was; `false` when it is no longer there. Its lines are removed.
pub async fn abandon(
    tx: &mut Tx,
    id: RepriseId,
    (auteur_id, instant): (i32, DateTime<Utc>),
) -> Result<bool, StorageError> {
    let dropped = tx
        .try_write(sqlx::query!(
            "/* reprise.abandon */
             UPDATE reprise SET etat = 'abandonnee', version = version + 1, abandonnee_le = $3, abandon_auteur_id = $2
             WHERE reprise_id = $1 AND etat IN ('en_essai', 'essayee')",
            id.uuid(),
            auteur_id,
            instant
        ))
        .await?;
    if dropped {
        remove_blocs(tx, id).await?;
    }
    Ok(dropped)
}

/// Removes one that never counted, and all that was read of it.
pub async fn remove(tx: &mut Tx, id: RepriseId) -> Result<(), StorageError> {
    remove_blocs(tx, id).await?;
    tx.write(sqlx::query!(
        "/* reprise_ligne.remove */ DELETE FROM reprise_ligne WHERE reprise_id = $1",
        id.uuid()
    ))
    .await?;
    tx.write(sqlx::query!(
        "/* reprise.remove */ DELETE FROM reprise WHERE reprise_id = $1",
        id.uuid()
    ))
    .await
}

/// Removes the lines of a file: they are applied, or will never be.
pub async fn remove_blocs(tx: &mut Tx, id: RepriseId) -> Result<(), StorageError> {
    tx.write(sqlx::query!(
        "/* reprise_bloc.remove */ DELETE FROM reprise_bloc WHERE reprise_id = $1",
        id.uuid()
    ))
    .await
}

/// Moves one from a state to another; `false` when it was no longer there. An application counts from the beginning.
pub async fn advance(
    tx: &mut Tx,
    id: RepriseId,
    (from, to): (EtatReprise, EtatReprise),
) -> Result<bool, StorageError> {
    let again = to == EtatReprise::EnApplication;
    if again {
        tx.write(sqlx::query!(
            "/* reprise_ligne.forget */ DELETE FROM reprise_ligne WHERE reprise_id = $1 AND NOT lecture",
            id.uuid()
        ))
        .await?;
    }
    tx.try_write(sqlx::query!(
        "/* reprise.advance */
         UPDATE reprise
         SET etat = $3, version = version + 1,
             traitees = CASE WHEN $4 THEN 0 ELSE traitees END,
             nouvelles = CASE WHEN $4 THEN 0 ELSE nouvelles END,
             deja_connues = CASE WHEN $4 THEN 0 ELSE deja_connues END,
             refusees = CASE WHEN $4 THEN 0 ELSE refusees END
         WHERE reprise_id = $1 AND etat = $2",
        id.uuid(),
        from.mot(),
        to.mot(),
        again
    ))
    .await
}

/// Those that were sent long ago and never applied.
pub async fn stale(
    conn: &mut PgConnection,
    (received, tried): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Vec<RepriseId>, StorageError> {
    Ok(sqlx::query_scalar!(
        "/* reprise.stale */
         SELECT reprise_id FROM reprise
         WHERE etat = 'en_reception' AND enregistre_le < $1 OR etat = 'essayee' AND enregistre_le < $2",
        received,
        tried
    )
    .fetch_all(conn)
    .await?)
}

fn place(id: RepriseId, rang: i32) -> Place {
    Place::of("reprise_bloc.contenu_chiffre", &[&id.to_string(), &rang.to_string()])
}

/// Keeps some lines.
pub async fn insert_bloc(
    tx: &mut Tx,
    coffre: &Coffre,
    (id, rang): (RepriseId, i32),
    lignes: &[Ligne],
) -> Result<(), StorageError> {
    let sealed = coffre.seal(place(id, rang), &codec::encode(lignes))?;
    tx.write(sqlx::query!(
        "/* reprise_bloc.insert */
         INSERT INTO reprise_bloc (reprise_id, rang, contenu_chiffre, essaye, applique) VALUES ($1, $2, $3, false, false)",
        id.uuid(),
        rang,
        sealed
    ))
    .await
}

/// The blocks that remain to be tried, or applied.
pub async fn blocs(
    conn: &mut PgConnection,
    id: RepriseId,
    application: bool,
) -> Result<Vec<i32>, StorageError> {
    Ok(sqlx::query_scalar!(
        "/* reprise_bloc.left */
         SELECT rang FROM reprise_bloc
         WHERE reprise_id = $1 AND NOT CASE WHEN $2 THEN applique ELSE essaye END ORDER BY rang",
        id.uuid(),
        application
    )
    .fetch_all(conn)
    .await?)
}

/// Reads the lines of a block.
pub async fn bloc(
    conn: &mut PgConnection,
    coffre: &Coffre,
    (id, rang): (RepriseId, i32),
) -> Result<Vec<Ligne>, StorageError> {
    let sealed = sqlx::query_scalar!(
        "/* reprise_bloc.get */
         SELECT contenu_chiffre FROM reprise_bloc WHERE reprise_id = $1 AND rang = $2",
        id.uuid(),
        rang
    )
    .fetch_optional(conn)
    .await?;
    let Some(sealed) = sealed else { return Ok(Vec::new()) };
    let place = place(id, rang);
    codec::decode(&coffre.open(place, &sealed)?).map_err(|error| place.wrong(error))
}

/// A block is done; `false` when somebody else did it, or does.
pub async fn pass(
    tx: &mut Tx,
    (id, rang): (RepriseId, i32),
    application: bool,
) -> Result<bool, StorageError> {
    tx.try_write(sqlx::query!(
        "/* reprise_bloc.pass */
         UPDATE reprise_bloc SET essaye = true, applique = applique OR $3
         WHERE reprise_id = $1 AND rang = $2 AND NOT CASE WHEN $3 THEN applique ELSE essaye END",
        id.uuid(),
        rang,
        application
    ))
    .await
}

/// Tells PostgreSQL how much the register holds, so that it looks persons up by their keys while it is being filled.
pub async fn measure(conn: &mut PgConnection) -> Result<(), StorageError> {
    sqlx::query!("/* reprise.measure */ SELECT mesurer_registre()::text AS measured")
        .fetch_one(conn)
        .await?;
    Ok(())
}

/// Adds what became of some lines.
pub async fn tally(tx: &mut Tx, id: RepriseId, bilan: &Bilan) -> Result<(), StorageError> {
    tx.write(sqlx::query!(
        "/* reprise.tally */
         UPDATE reprise SET traitees = traitees + $2, nouvelles = nouvelles + $3, deja_connues = deja_connues + $4,
             refusees = refusees + $5
         WHERE reprise_id = $1",
        id.uuid(),
        stored(bilan.total()),
        stored(bilan.nouvelles),
        stored(bilan.deja_connues),
        stored(bilan.refusees)
    ))
    .await
}

/// Says what is wrong with some lines.
pub async fn refuse(
    tx: &mut Tx,
    id: RepriseId,
    refusees: &[Refusee],
    lecture: bool,
) -> Result<(), StorageError> {
    let all: Vec<(i64, i16, &Defaut)> = refusees
        .iter()
        .flat_map(|one| {
            let numbered = one.defauts.iter().zip(0_i16..);
            numbered.map(|(defaut, rang)| (stored(one.numero), rang, defaut))
        })
        .collect();
    if all.is_empty() {
        return Ok(());
    }
    let texts = |part: fn(&Defaut) -> &String| {
        all.iter().map(|(_, _, defaut)| part(defaut).clone()).collect::<Vec<_>>()
    };
    tx.write(sqlx::query!(
        "/* reprise_ligne.insert */
         INSERT INTO reprise_ligne (reprise_id, ligne, rang, lecture, champ, code, message)
         SELECT $1, l.ligne, l.rang, $2, l.champ, l.code, l.message
         FROM unnest($3::bigint[], $4::smallint[], $5::text[], $6::text[], $7::text[])
              AS l (ligne, rang, champ, code, message)",
        id.uuid(),
        lecture,
        &all.iter().map(|(ligne, ..)| *ligne).collect::<Vec<_>>(),
        &all.iter().map(|(_, rang, _)| *rang).collect::<Vec<_>>(),
        &texts(|defaut| &defaut.champ),
        &texts(|defaut| &defaut.code),
        &texts(|defaut| &defaut.message)
    ))
    .await
}

/// What is wrong, line after line, after a place.
pub async fn refused(
    conn: &mut PgConnection,
    id: RepriseId,
    after: (u64, i16),
    limit: i64,
) -> Result<Vec<(u64, i16, Defaut)>, StorageError> {
    let rows = sqlx::query!(
        "/* reprise_ligne.list */
         SELECT ligne, rang, champ, code, message FROM reprise_ligne
         WHERE reprise_id = $1 AND (ligne, rang) > ($2, $3) ORDER BY ligne, rang LIMIT $4",
        id.uuid(),
        stored(after.0),
        after.1,
        limit
    )
    .fetch_all(conn)
    .await?;
    let defaut = |champ, code, message| Defaut { champ, code, message };
    let one = |row: (i64, i16, Defaut)| (read(row.0), row.1, row.2);
    Ok(rows
        .into_iter()
        .map(|row| one((row.ligne, row.rang, defaut(row.champ, row.code, row.message))))
        .collect())
}

/// Reads lines that wait, from anywhere.
pub(super) fn analyser(octets: &[u8]) {
    codec::decode(octets).ok();
}
