//! Affiliates of a file, many at once: whom their numbers designate already, and those who are new.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgConnection;

use crate::domain::identifiers::{DateNaissanceAmo, IdentifiantPersonne, RangGemellaire};
use crate::domain::ids::PatientId;
use crate::domain::patient::{Identite, NouveauPatient, Patient, UsageIdentifiant};
use crate::domain::vocabulary::Vocabulaire;
use crate::storage::patients::{lock_keys, open_identite, place_numero, seal_noms, written_digest};
use crate::storage::{Coffre, StorageError, Tx};

/// Serialises those who give these numbers to a person, as [`lock_numbers`](crate::storage::patients::lock_numbers)
/// does, by one statement.
pub async fn lock_numbers(
    tx: &mut Tx,
    coffre: &Coffre,
    numeros: impl IntoIterator<Item = &IdentifiantPersonne>,
) -> Result<(), StorageError> {
    let mut keys: Vec<i64> =
        numeros.into_iter().flat_map(|numero| lock_keys(coffre, numero)).collect();
    keys.sort_unstable();
    keys.dedup();
    sqlx::query!(
        "/* patient.lock_many_numbers */
         SELECT pg_advisory_xact_lock(k.key) FROM (SELECT key FROM unnest($1::bigint[]) AS u (key) ORDER BY key) AS k",
        &keys
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(())
}

/// Somebody whom the number of a line designates already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Porteur {
    /// The line, by its place among those asked about.
    pub place: usize,
    pub patient_id: PatientId,
    pub identite: Identite,
    /// Régime and caisse on which they depend today.
    pub caisse: Option<String>,
}

/// Those who have the own number of a line as theirs, with one identity each that is known; and the places of the lines
/// that somebody's number, or card, designates already.
pub async fn known(
    conn: &mut PgConnection,
    coffre: &Coffre,
    personnes: &[&NouveauPatient],
    jour: NaiveDate,
) -> Result<(Vec<Porteur>, Vec<usize>), StorageError> {
    let numbered: Vec<(usize, UsageIdentifiant, [u8; 16])> = personnes
        .iter()
        .enumerate()
        .flat_map(|(place, one)| {
            let digests = |numero| coffre.empreintes(&numero);
            one.numeros().into_iter().flat_map(move |(usage, numero)| {
                digests(numero).into_iter().map(move |digest| (place, usage, digest))
            })
        })
        .collect();
    let person = |place: &usize| personnes.get(*place).map(|one| &one.identite);
    let digests: Vec<&[u8]> = numbered.iter().map(|(.., digest)| digest.as_slice()).collect();
    let births: Vec<DateNaissanceAmo> =
        numbered.iter().filter_map(|(place, ..)| Some(person(place)?.date_naissance)).collect();
    let ranks: Vec<RangGemellaire> =
        numbered.iter().filter_map(|(place, ..)| Some(person(place)?.rang)).collect();
    let own: Vec<bool> =
        numbered.iter().map(|(_, usage, _)| *usage == UsageIdentifiant::Individuel).collect();
    // Each number is looked up by itself, by keys, and what this transaction asks is planned each time that it runs: a
    // register that is being filled is believed to be empty, where reading all of any table, or of any partial index, seems
    // free.
    sqlx::query!(
        "/* reprise.plan */ SELECT set_config('plan_cache_mode', 'force_custom_plan', true) AS mode"
    )
    .fetch_one(&mut *conn)
    .await?;
    let rows = sqlx::query!(
        r#"/* reprise.known_numbers */
         SELECT k.place AS "place!", k.own AND n.usage = 'individuel' AS "own!",
                p.kept AS "patient_id!: PatientId",
                i.identite_id, i.noms_chiffres, i.date_naissance, i.rang,
                i.date_naissance = k.naissance AND i.rang = k.rang AS "card!",
                caisse_le(p.kept, $5) AS caisse
         FROM unnest($1::bytea[], $2::text[], $3::smallint[], $4::boolean[]) WITH ORDINALITY
              AS k (empreinte, naissance, rang, own, place)
         CROSS JOIN LATERAL (
             SELECT patient_id, usage FROM identifiant_patient
             WHERE empreinte = k.empreinte AND remplace_le IS NULL OFFSET 0) AS n
         CROSS JOIN LATERAL (
             SELECT coalesce(fusionne_dans, patient_id) AS kept FROM patient
             WHERE patient_id = n.patient_id OFFSET 0) AS p
         CROSS JOIN LATERAL (
             SELECT identite_id, noms_chiffres, date_naissance, rang FROM identite_patient
             WHERE patient_id = n.patient_id AND remplace_le IS NULL OFFSET 0) AS i"#,
        &digests as _,
        &births as _,
        &ranks as _,
        &own,
        jour
    )
    .fetch_all(conn)
    .await?;
    let (mut porteurs, mut touched) = (Vec::new(), Vec::new());
    for row in rows {
        let found = usize::try_from(row.place).ok().and_then(|place| place.checked_sub(1));
        let Some((place, ..)) = found.and_then(|place| numbered.get(place)) else { continue };
        if row.own || row.card {
            touched.push(*place);
        }
        if row.own {
            let sealed = (row.identite_id, row.noms_chiffres.as_slice());
            porteurs.push(Porteur {
                place: *place,
                patient_id: row.patient_id,
                identite: open_identite(coffre, sealed, (row.date_naissance, row.rang))?,
                caisse: row.caisse,
            });
        }
    }
    Ok((porteurs, touched))
}

/// Registers persons whom no number designates yet: one statement a table.
pub async fn insert_all(
    tx: &mut Tx,
    coffre: &Coffre,
    persons: &[Patient],
    instant: DateTime<Utc>,
) -> Result<(), StorageError> {
    let ids: Vec<PatientId> = persons.iter().map(|person| person.id).collect();
    tx.write(sqlx::query!(
        "/* patient.insert_all */
         WITH nouveaux AS (
             INSERT INTO patient (patient_id, connu_le, enregistre_le)
             SELECT patient_id, $2, $2 FROM unnest($1::uuid[]) AS t (patient_id) RETURNING patient_id)
         INSERT INTO statistique_a_compter (patient_id) SELECT patient_id FROM nouveaux",
        &ids as _,
        instant
    ))
    .await?;
    identities(tx, coffre, persons, instant).await?;
    numbers(tx, coffre, persons, instant).await?;
    let caisses: Vec<_> = persons
        .iter()
        .flat_map(|person| person.affiliations.iter().map(move |fait| (person.id, fait)))
        .collect();
    tx.write(sqlx::query!(
        "/* affiliation.insert_all */
         INSERT INTO affiliation (patient_id, affiliation_id, organisme, effet, enregistre_le)
         SELECT t.*, $5 FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::daterange[]) AS t",
        &caisses.iter().map(|(id, _)| *id).collect::<Vec<_>>() as _,
        &caisses.iter().map(|(_, fait)| fait.id).collect::<Vec<_>>() as _,
        &caisses.iter().map(|(_, fait)| fait.valeur).collect::<Vec<_>>() as _,
        &caisses.iter().map(|(_, fait)| fait.effet).collect::<Vec<_>>() as _,
        instant
    ))
    .await
}

async fn identities(
    tx: &mut Tx,
    coffre: &Coffre,
    persons: &[Patient],
    instant: DateTime<Utc>,
) -> Result<(), StorageError> {
    let all: Vec<_> = persons
        .iter()
        .flat_map(|person| person.identites.iter().map(move |fait| (person.id, fait)))
        .collect();
    let sealed =
        all.iter().map(|(_, fait)| seal_noms(coffre, fait)).collect::<Result<Vec<_>, _>>()?;
    tx.write(sqlx::query!(
        "/* identite_patient.insert_all */
         INSERT INTO identite_patient
             (patient_id, identite_id, date_naissance, rang, noms_chiffres, effet, enregistre_le)
         SELECT t.*, $7 FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::smallint[], $5::bytea[], $6::daterange[]) AS t",
        &all.iter().map(|(id, _)| *id).collect::<Vec<_>>() as _,
        &all.iter().map(|(_, fait)| fait.id).collect::<Vec<_>>() as _,
        &all.iter().map(|(_, fait)| fait.valeur.date_naissance).collect::<Vec<_>>() as _,
        &all.iter().map(|(_, fait)| fait.valeur.rang).collect::<Vec<_>>() as _,
        &sealed,
        &all.iter().map(|(_, fait)| fait.effet).collect::<Vec<_>>() as _,
        instant
    ))
    .await
}

/// Nobody else has them, nor their card: none is contested.
async fn numbers(
    tx: &mut Tx,
    coffre: &Coffre,
    persons: &[Patient],
    instant: DateTime<Utc>,
) -> Result<(), StorageError> {
    let all: Vec<_> = persons
        .iter()
        .flat_map(|person| person.identifiants.iter().map(move |fait| (person.id, fait)))
        .collect();
    let (mut sealed, mut digests) = (Vec::new(), Vec::new());
    for (_, fait) in &all {
        let numero = &fait.valeur.numero;
        sealed.push(coffre.seal(place_numero(fait.id), numero.expose().as_bytes())?);
        digests.push(written_digest(tx, coffre, numero).await?.to_vec());
    }
    let words = |word: fn(&Fait) -> &'static str| {
        all.iter().map(|(_, fait)| word(&fait.valeur).to_owned()).collect::<Vec<_>>()
    };
    tx.write(sqlx::query!(
        "/* identifiant_patient.insert_all */
         INSERT INTO identifiant_patient
             (patient_id, identifiant_id, nature, usage, empreinte, valeur_chiffree, effet, enregistre_le, conteste)
         SELECT t.*, $8, false
         FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::bytea[], $6::bytea[], $7::daterange[]) AS t",
        &all.iter().map(|(id, _)| *id).collect::<Vec<_>>() as _,
        &all.iter().map(|(_, fait)| fait.id).collect::<Vec<_>>() as _,
        &words(|one| one.numero.kind()),
        &words(|one| one.usage.mot()),
        &digests,
        &sealed,
        &all.iter().map(|(_, fait)| fait.effet).collect::<Vec<_>>() as _,
        instant
    ))
    .await
}

/// A number and its use.
type Fait = crate::domain::patient::IdentifiantPatient;
