//! Many persons at once: found, locked and touched by one statement each.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnection;

use super::etat::{NouvelEtat, Valeur, Verrou};
use crate::domain::acteur::Caisse;
use crate::domain::identifiers::{DateNaissanceAmo, RangGemellaire};
use crate::domain::ids::PatientId;
use crate::domain::patient::ClePatient;
use crate::storage::types::Tid;
use crate::storage::{Coffre, StorageError, Tx, participations};

/// Who may be the person of a key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Candidats {
    pub patients: Vec<PatientId>,
    /// Whether birth date and rank were compared with those of the key. Where a number is that of one
    /// person only, this remains to be done once the person is locked.
    pub compares: bool,
    /// Whether they depend on the caisse that asks: what it may be told of several.
    pub propres: bool,
}

/// The persons known under a number, born on that date with that rank; a merged record answers with
/// the one that was kept. Several is a conflict that the caller must not settle by taking the first.
///
/// A caisse is answered with its own insured, anybody with those who had the number first, if they are
/// among them: a number given to somebody else since does not keep them from being found.
pub async fn find(
    conn: &mut PgConnection,
    coffre: &Coffre,
    cle: &ClePatient,
    caisse: Option<&Caisse>,
) -> Result<Vec<PatientId>, StorageError> {
    let found = find_all(conn, coffre, &[cle], caisse).await?;
    Ok(found.into_iter().flat_map(|one| one.patients).collect())
}

/// Everybody whom a key would designate, those who had the number later too: whoever has another card than all of
/// them is found by it.
pub async fn find_everybody(
    conn: &mut PgConnection,
    coffre: &Coffre,
    cle: &ClePatient,
) -> Result<Vec<PatientId>, StorageError> {
    let empreintes = coffre.empreintes(&cle.numero);
    Ok(sqlx::query_scalar!(
        r#"/* patient.find_everybody */
         SELECT DISTINCT coalesce(p.fusionne_dans, p.patient_id) AS "patient_id!: PatientId"
         FROM identifiant_patient n
         JOIN identite_patient i
           ON i.patient_id = n.patient_id AND i.remplace_le IS NULL
          AND i.date_naissance = $2 AND i.rang = $3
         JOIN patient p ON p.patient_id = n.patient_id
         WHERE n.empreinte = ANY ($1) AND n.remplace_le IS NULL ORDER BY 1"#,
        &empreintes.iter().map(<[u8; 16]>::as_slice).collect::<Vec<_>>() as _,
        cle.date_naissance.as_str(),
        cle.rang as _
    )
    .fetch_all(conn)
    .await?)
}

/// The persons known under some keys, in the order of the keys, without locking anybody; see [`find`].
pub async fn find_all(
    conn: &mut PgConnection,
    coffre: &Coffre,
    cles: &[&ClePatient],
    caisse: Option<&Caisse>,
) -> Result<Vec<Candidats>, StorageError> {
    let places: Vec<usize> = (0..cles.len()).collect();
    let mut found = vec![Candidats::default(); cles.len()];
    compare(conn, (cles, coffre), (&places, caisse), &mut found).await?;
    Ok(found)
}

/// The persons known under some keys, in the order of the keys, and what the locks of their rows gave; see [`find`] and
/// [`lock_all`]. One statement finds everybody who has one of the numbers, a merged record answering with the one that
/// was kept, and locks them in the order of their ids. Identities are read here only where several persons share a
/// number or where a record was merged: of those, whoever is not meant is let go with the transaction.
pub async fn find_and_lock(
    tx: &mut Tx,
    coffre: &Coffre,
    cles: &[&ClePatient],
    (caisse, now): (Option<&Caisse>, DateTime<Utc>),
) -> Result<(Vec<Candidats>, BTreeMap<PatientId, Verrou>), StorageError> {
    let digests: Vec<[u8; 16]> = cles.iter().map(|cle| coffre.empreinte(&cle.numero)).collect();
    // Each number once, by which the keys that bear it are told what was found.
    let mut numeros: Vec<_> =
        digests.iter().zip(cles).map(|(own, cle)| (*own, &cle.numero)).collect();
    numeros.sort_unstable_by_key(|(digest, _)| *digest);
    numeros.dedup_by_key(|(digest, _)| *digest);
    let distinct: Vec<[u8; 16]> = numeros.iter().map(|(digest, _)| *digest).collect();
    // While the key is being rotated, the row of a number has one of several digests.
    let mut older: Vec<(usize, [u8; 16])> = Vec::new();
    for (place, (_, numero)) in numeros.iter().enumerate() {
        older.extend(coffre.anciennes_empreintes(numero).map(|digest| (place, digest)));
    }
    let digest_of = |place: usize| {
        let beyond = place.checked_sub(distinct.len());
        beyond.map_or(Some(place), |beyond| older.get(beyond).map(|(place, _)| *place))
    };
    let asked = distinct.iter().chain(older.iter().map(|(_, digest)| digest));
    let asked: Vec<&[u8]> = asked.map(<[u8; 16]>::as_slice).collect();
    let rows = sqlx::query!(
        // Numbers are looked for apart: beside a lock, PostgreSQL would read their rows and not their index alone.
        r#"/* patient.find_and_lock */
         WITH trouve AS MATERIALIZED (
             SELECT k.place, n.patient_id
             FROM unnest($1::bytea[]) WITH ORDINALITY AS k (empreinte, place)
             JOIN identifiant_patient n ON n.empreinte = k.empreinte AND n.remplace_le IS NULL)
         SELECT t.place AS "place!", m.patient_id IS NOT NULL AS "absorbe!",
                p.fusionne_dans IS NOT NULL AS "fusionne!", p.patient_id, p.connu_le, p.etat_le, p.etat_chiffre AS etat,
                p.retenues, p.ctid AS "ctid!: Tid"
         FROM trouve t
         LEFT JOIN patient m ON m.patient_id = t.patient_id AND m.fusionne_dans IS NOT NULL
         JOIN patient p ON p.patient_id = coalesce(m.fusionne_dans, t.patient_id)
         ORDER BY p.patient_id FOR NO KEY UPDATE OF p"#,
        &asked as _
    )
    .fetch_all(&mut **tx)
    .await?;
    let mut found = vec![Candidats::default(); distinct.len()];
    let mut locked = Vec::with_capacity(rows.len());
    for row in rows {
        let id = row.patient_id;
        let asked = place(row.place).and_then(digest_of);
        if let Some(candidats) = asked.and_then(|place| found.get_mut(place)) {
            candidats.compares |= row.absorbe;
            if !candidats.patients.contains(&id) {
                candidats.patients.push(id);
            }
        }
        if !row.fusionne {
            let (etat, retenues) = ((row.etat, row.etat_le), row.retenues.as_deref());
            locked.push((id, Verrou::new((row.connu_le, now), etat, retenues, row.ctid)?));
        }
    }
    let of_key = |digest: &[u8; 16]| distinct.binary_search(digest).ok();
    let of_key = |digest| of_key(digest).and_then(|place| found.get(place)).cloned();
    let mut each: Vec<Candidats> =
        digests.iter().map(|digest| of_key(digest).unwrap_or_default()).collect();
    let mut locked: BTreeMap<PatientId, Verrou> = locked.into_iter().collect();
    let mut shared = Vec::new();
    for (place, candidats) in each.iter_mut().enumerate() {
        candidats.compares |= candidats.patients.len() != 1;
        if candidats.compares && !candidats.patients.is_empty() {
            candidats.patients.clear();
            shared.push(place);
        }
    }
    if !shared.is_empty() {
        // Somebody who was given the number, or whose record was merged, meanwhile is not locked: the caller says so.
        compare(tx, (cles, coffre), (&shared, caisse), &mut each).await?;
        let meant: BTreeSet<PatientId> =
            each.iter().flat_map(|one| &one.patients).copied().collect();
        locked.retain(|id, _| meant.contains(id));
    }
    Ok((each, locked))
}

fn place(ordinality: i64) -> Option<usize> {
    usize::try_from(ordinality.checked_sub(1)?).ok()
}

/// Finds the persons of the keys at some places by number, birth date and rank.
async fn compare(
    conn: &mut PgConnection,
    (cles, coffre): (&[&ClePatient], &Coffre),
    (places, caisse): (&[usize], Option<&Caisse>),
    found: &mut [Candidats],
) -> Result<(), StorageError> {
    let asked: Vec<(usize, &ClePatient, [u8; 16])> = places
        .iter()
        .filter_map(|place| Some((*place, *cles.get(*place)?)))
        .flat_map(|(place, cle)| {
            let each = coffre.empreintes(&cle.numero).into_iter();
            each.map(move |digest| (place, cle, digest))
        })
        .collect();
    let numbers: Vec<&[u8]> = asked.iter().map(|(.., digest)| digest.as_slice()).collect();
    let births: Vec<DateNaissanceAmo> =
        asked.iter().map(|(_, cle, _)| cle.date_naissance).collect();
    let ranks: Vec<RangGemellaire> = asked.iter().map(|(_, cle, _)| cle.rang).collect();
    let rows = sqlx::query!(
        r#"/* patient.find_all */
         SELECT place AS "place!", patient_id AS "patient_id!: PatientId", ordre = 0 AS "propre!" FROM (
             SELECT k.place, coalesce(p.fusionne_dans, p.patient_id) AS patient_id, o.ordre,
                    rank() OVER (PARTITION BY k.place ORDER BY o.ordre) AS rang
             FROM unnest($1::bytea[], $2::text[], $3::smallint[])
                  WITH ORDINALITY AS k (empreinte, date_naissance, rang, place)
             JOIN identifiant_patient n ON n.empreinte = k.empreinte AND n.remplace_le IS NULL
             JOIN identite_patient i
               ON i.patient_id = n.patient_id AND i.remplace_le IS NULL
              AND i.date_naissance = k.date_naissance AND i.rang = k.rang
             JOIN patient p ON p.patient_id = n.patient_id
             CROSS JOIN LATERAL (SELECT CASE
                 WHEN EXISTS (SELECT FROM affiliation a
                              WHERE a.patient_id = n.patient_id AND a.remplace_le IS NULL
                                AND left(a.organisme, 5) = $4) THEN 0
                 WHEN n.conteste THEN 2 ELSE 1 END AS ordre) o) f
         WHERE rang = 1"#,
        &numbers as _,
        &births as _,
        &ranks as _,
        caisse.map(Caisse::code)
    )
    .fetch_all(conn)
    .await?;
    for row in rows {
        let id = row.patient_id;
        let asked = place(row.place).and_then(|line| asked.get(line));
        let Some(candidats) = asked.and_then(|(place, ..)| found.get_mut(*place)) else { continue };
        candidats.propres = row.propre;
        if !candidats.patients.contains(&id) {
            candidats.patients.push(id);
        }
    }
    Ok(())
}

/// Locks persons in the order of their ids, so that two transactions never wait for each other, and
/// gives the instant under which what is written now will be known of each, and what an evaluation reads
/// of them. A person who does not exist, or whose record was merged into another, is not there; see
/// [`lock`](super::lock).
pub async fn lock_all(
    tx: &mut Tx,
    patients: &[PatientId],
    now: DateTime<Utc>,
) -> Result<BTreeMap<PatientId, Verrou>, StorageError> {
    let rows = sqlx::query!(
        r#"/* patient.lock_all */
         SELECT patient_id, connu_le, etat_le, etat_chiffre AS etat, retenues, ctid AS "place!: Tid" FROM patient
         WHERE patient_id = ANY($1) AND fusionne_dans IS NULL
         ORDER BY patient_id FOR NO KEY UPDATE"#,
        patients as _
    )
    .fetch_all(&mut **tx)
    .await?;
    let mut locked = BTreeMap::new();
    for row in rows {
        let (etat, retenues) = ((row.etat, row.etat_le), row.retenues.as_deref());
        let held = Verrou::new((row.connu_le, now), etat, retenues, row.place)?;
        locked.insert(row.patient_id, held);
    }
    Ok(locked)
}

/// Writes when something about each person was last recorded, what an evaluation reads of them now, and the
/// participations that a lot keeps. Their rows are locked.
pub async fn settle_all(tx: &mut Tx, etats: &mut [NouvelEtat]) -> Result<(), StorageError> {
    let mut elsewhere = Vec::new();
    for one in etats.iter_mut() {
        let others = one.retenues.add_all(&one.nouvelles)?;
        elsewhere.extend(others.into_iter().map(|(an, octets)| ((one.patient_id, an), octets)));
    }
    let places: Vec<Tid> = etats.iter().map(|one| one.place).collect();
    let known: Vec<DateTime<Utc>> = etats.iter().map(|one| one.instant).collect();
    let made: Vec<bool> = etats.iter().map(|one| one.valeur != Valeur::Aucune).collect();
    let values: Vec<Option<&[u8]>> = etats
        .iter()
        .map(|one| match &one.valeur {
            Valeur::Nouvelle(octets) => Some(octets.as_slice()),
            Valeur::Gardee | Valeur::Aucune => None,
        })
        .collect();
    let retenues: Vec<Option<Vec<u8>>> = etats.iter().map(|one| one.retenues.bytes()).collect();
    // A row is where its lock found it: nothing is searched.
    let found = tx
        .touch(sqlx::query!(
            "/* patient.settle_all */
             UPDATE patient SET connu_le = t.connu_le, etat_le = CASE WHEN t.made THEN t.connu_le END,
                 etat_chiffre = coalesce(t.etat, patient.etat_chiffre), retenues = t.retenues
             FROM unnest($1::tid[], $2::timestamptz[], $3::boolean[], $4::bytea[], $5::bytea[])
                  AS t (place, connu_le, made, etat, retenues)
             WHERE patient.ctid = t.place",
            &places as _,
            &known,
            &made,
            &values as _,
            &retenues as _
        ))
        .await?;
    let expected = u64::try_from(etats.len()).unwrap_or(u64::MAX);
    if found != expected {
        let statement = "patient.settle_all".to_owned();
        return Err(StorageError::RowsAffected { statement, expected, found });
    }
    participations::archive(tx, elsewhere).await
}

/// Writes when evaluations of each person were last recorded, which changes nothing of what an evaluation reads of them: what their row holds
/// stays current if it was. Their rows are locked.
pub async fn touch_evaluated(
    tx: &mut Tx,
    instants: &[(PatientId, DateTime<Utc>)],
) -> Result<(), StorageError> {
    let (ids, known): (Vec<PatientId>, Vec<DateTime<Utc>>) = instants.iter().copied().unzip();
    tx.write(sqlx::query!(
        "/* patient.touch_evaluated */
         UPDATE patient SET connu_le = t.connu_le,
             etat_le = CASE WHEN patient.etat_le = patient.connu_le THEN t.connu_le ELSE patient.etat_le END
         FROM unnest($1::uuid[], $2::timestamptz[]) AS t (patient_id, connu_le)
         WHERE patient.patient_id = t.patient_id",
        &ids as _,
        &known
    ))
    .await
}

/// Writes when something about each person was last recorded. Their rows are locked.
pub async fn touch_all(
    tx: &mut Tx,
    instants: &[(PatientId, DateTime<Utc>)],
) -> Result<(), StorageError> {
    let (ids, known): (Vec<PatientId>, Vec<DateTime<Utc>>) = instants.iter().copied().unzip();
    tx.write(sqlx::query!(
        "/* patient.touch_all */
         UPDATE patient SET connu_le = t.connu_le
         FROM unnest($1::uuid[], $2::timestamptz[]) AS t (patient_id, connu_le)
         WHERE patient.patient_id = t.patient_id",
        &ids as _,
        &known
    ))
    .await
}
