//! Giving events their places: what waits, what must be known of it, and what is written.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;
use sqlx::postgres::PgConnection;

use crate::domain::calendar::{Periode, plus_mois};
use crate::domain::evenement::NatureEvenement;
use crate::domain::fil::Destinataire;
use crate::domain::identifiers::{Organisme, Rpps};
use crate::domain::ids::{
    AdressageId, DeclarationId, FeuilleId, MedecinId, OperationId, PatientId, ReevaluationId,
};
use crate::domain::vocabulary::Vocabulaire;
use crate::storage::feuilles_de_soins::numeros;
use crate::storage::{StorageError, Tx};

/// An event without a place.
#[derive(Debug, Clone, PartialEq)]
pub struct EvenementAPublier {
    pub sequence: i64,
    pub nature: NatureEvenement,
    pub enregistre_le: DateTime<Utc>,
    pub effet_du: Option<NaiveDate>,
    pub patient_id: Option<PatientId>,
    pub medecin_id: Option<MedecinId>,
    pub declaration_id: Option<DeclarationId>,
    /// The feuilles that it is about.
    pub feuilles: Vec<FeuilleId>,
    pub donnees: Value,
}

/// The days of a doctor as médecin traitant of a person: those of his line within those of the designation, while both were known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LigneConnue {
    pub medecin_id: MedecinId,
    pub effet: Periode,
    pub enregistre_le: DateTime<Utc>,
    pub remplace_le: Option<DateTime<Utc>>,
}

/// A time of a person under an organisme, as known now.
pub type AffiliationConnue = (Periode, Organisme);

/// What of a feuille says whom it concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeuilleConnue {
    pub patient_id: PatientId,
    pub executant: Rpps,
    pub date_soins: NaiveDate,
    pub reception: Option<i32>,
}

/// What is known around some events, by which those whom they are told to are found.
#[derive(Debug, Default)]
pub struct Alentours {
    pub medecins: BTreeMap<MedecinId, Rpps>,
    /// The doctors of each declaration.
    pub nommes: BTreeMap<DeclarationId, Vec<MedecinId>>,
    pub lignes: BTreeMap<PatientId, Vec<LigneConnue>>,
    /// By first day.
    pub affiliations: BTreeMap<PatientId, Vec<AffiliationConnue>>,
    /// The doctors to whom each referral sends.
    pub correspondants: BTreeMap<AdressageId, Vec<MedecinId>>,
    /// The caisses that each operation concerns, as their codes: who recorded it, or those of the patients whom a
    /// national act that is only prepared would reach. One that stands names each of its caisses in an event.
    pub operations: BTreeMap<OperationId, Vec<String>>,
    /// The caisse of each reevaluation.
    pub reevaluations: BTreeMap<ReevaluationId, String>,
    pub feuilles: BTreeMap<FeuilleId, FeuilleConnue>,
}

/// A place of the feed, to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NouvellePlace {
    pub destinataire: Destinataire,
    pub position: i64,
    pub sequence: i64,
    pub nature: NatureEvenement,
    pub effet_du: Option<NaiveDate>,
    /// Of a reception, who performed its feuilles.
    pub executants: BTreeSet<Rpps>,
}

/// Whether an event waits for its place. By their order: an index remembers those that were removed, a table is read with them.
pub async fn pending(conn: &mut PgConnection) -> Result<bool, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"/* evenement.pending */
         SELECT (SELECT sequence FROM evenement_a_publier ORDER BY sequence LIMIT 1) IS NOT NULL AS "waits!""#
    )
    .fetch_one(conn)
    .await?)
}

/// Locks the feed, so that one publication at a time gives places, and takes the events that wait, in the
/// order of their sequences: those of one person in the order in which they became known. Gives the last
/// place too. Rows are taken by where they are: a plan made while few waited would read all of them each time.
pub async fn take(tx: &mut Tx, limite: i64) -> Result<(i64, Vec<EvenementAPublier>), StorageError> {
    let tete = sqlx::query_scalar!("/* fil.lock */ SELECT position FROM fil_tete FOR UPDATE")
        .fetch_one(&mut **tx)
        .await?;
    // After the lock: whatever was committed before it is seen.
    let rows = sqlx::query!(
        r#"/* evenement.take */
         WITH pris AS (
             DELETE FROM evenement_a_publier
             WHERE ctid = ANY (ARRAY(SELECT ctid FROM evenement_a_publier ORDER BY sequence LIMIT $1))
             RETURNING sequence)
         SELECT e.sequence, e.nature, e.enregistre_le, e.effet_du, e.patient_id, e.medecin_id, e.declaration_id,
                e.feuille_id, e.feuilles, e.donnees
         FROM pris JOIN evenement e USING (sequence) ORDER BY e.sequence"#,
        limite
    )
    .map(|row| EvenementAPublier {
        sequence: row.sequence,
        nature: row.nature,
        enregistre_le: row.enregistre_le,
        effet_du: row.effet_du,
        patient_id: row.patient_id,
        medecin_id: row.medecin_id,
        declaration_id: row.declaration_id,
        feuilles: row.feuille_id.into_iter().chain(row.feuilles.into_iter().flatten()).collect(),
        donnees: row.donnees,
    })
    .fetch_all(&mut **tx)
    .await?;
    Ok((tete, rows))
}

/// The identifier that an event holds under a name.
pub(crate) fn nomme<T: std::str::FromStr>(donnees: &Value, name: &str) -> Option<T> {
    donnees.get(name)?.as_str()?.parse().ok()
}

/// Reads what is around some events beyond what is at hand of their feuilles: one statement a kind of thing, whatever
/// their number.
pub async fn alentours(
    tx: &mut Tx,
    evenements: &[EvenementAPublier],
    mut found: Alentours,
) -> Result<Alentours, StorageError> {
    feuilles(tx, evenements, &mut found).await?;
    persons(tx, evenements, &mut found).await?;
    things(tx, evenements, &mut found).await?;
    doctors(tx, evenements, &mut found).await?;
    Ok(found)
}

async fn feuilles(
    tx: &mut Tx,
    evenements: &[EvenementAPublier],
    found: &mut Alentours,
) -> Result<(), StorageError> {
    let all = evenements.iter().flat_map(|one| one.feuilles.iter().copied());
    let ids: Vec<FeuilleId> = all.filter(|id| !found.feuilles.contains_key(id)).collect();
    let months = ids.iter().filter_map(|id| id.month_of_care());
    let Some((first, last)) = months.clone().min().zip(months.max()) else { return Ok(()) };
    let rows = sqlx::query!(
        "/* fil.feuilles */
         SELECT feuille_id, patient_id, executant_rpps, date_soins, reception_id FROM feuille_de_soins
         WHERE feuille_id = ANY ($1) AND date_soins >= $2 AND date_soins < $3",
        ids as _,
        first,
        plus_mois(last, 1)
    )
    .fetch_all(&mut **tx)
    .await?;
    for row in rows {
        let executant = numeros::to_rpps(row.executant_rpps)?;
        let (patient_id, date_soins) = (row.patient_id, row.date_soins);
        let known =
            FeuilleConnue { patient_id, executant, date_soins, reception: row.reception_id };
        found.feuilles.insert(row.feuille_id, known);
    }
    Ok(())
}

async fn persons(
    tx: &mut Tx,
    evenements: &[EvenementAPublier],
    found: &mut Alentours,
) -> Result<(), StorageError> {
    let told: Vec<PatientId> = evenements.iter().filter_map(|one| one.patient_id).collect();
    // What is told of a person may be that their caisse is another now.
    for own in &told {
        found.affiliations.remove(own);
    }
    let of_feuilles = found.feuilles.values().map(|one| one.patient_id);
    let persons: BTreeSet<PatientId> = told
        .iter()
        .copied()
        .chain(of_feuilles)
        .filter(|id| !found.affiliations.contains_key(id))
        .collect();
    if !persons.is_empty() {
        let rows = sqlx::query!(
            "/* fil.affiliations */
             SELECT patient_id, organisme, effet FROM affiliation
             WHERE patient_id = ANY ($1) AND remplace_le IS NULL ORDER BY patient_id, lower(effet)",
            persons.into_iter().collect::<Vec<_>>() as _
        )
        .fetch_all(&mut **tx)
        .await?;
        for row in rows {
            let own = found.affiliations.entry(row.patient_id).or_default();
            own.push((row.effet, row.organisme));
        }
    }
    if told.is_empty() {
        return Ok(());
    }
    let rows = sqlx::query!(
        r#"/* fil.lignes */
         SELECT l.patient_id, l.medecin_id, l.effet * d.effet AS "effet!: Periode",
                greatest(l.enregistre_le, d.enregistre_le) AS "enregistre_le!",
                least(l.remplace_le, d.remplace_le) AS remplace_le
         FROM designation_medecin l JOIN designation d USING (patient_id, designation_id)
         WHERE l.patient_id = ANY ($1) AND l.effet && d.effet
           AND (l.remplace_le IS NULL OR l.remplace_le > d.enregistre_le)
           AND (d.remplace_le IS NULL OR d.remplace_le > l.enregistre_le)"#,
        told as _
    )
    .fetch_all(&mut **tx)
    .await?;
    for row in rows {
        let (enregistre_le, remplace_le) = (row.enregistre_le, row.remplace_le);
        let (medecin_id, effet) = (row.medecin_id, row.effet);
        let known = LigneConnue { medecin_id, effet, enregistre_le, remplace_le };
        found.lignes.entry(row.patient_id).or_default().push(known);
    }
    Ok(())
}

/// The values of a column of some events, unless they have none: nothing is then asked.
fn asked<T>(
    evenements: &[EvenementAPublier],
    of: impl Fn(&EvenementAPublier) -> Option<T>,
) -> Option<Vec<T>> {
    let all: Vec<T> = evenements.iter().filter_map(of).collect();
    (!all.is_empty()).then_some(all)
}

async fn things(
    tx: &mut Tx,
    evenements: &[EvenementAPublier],
    found: &mut Alentours,
) -> Result<(), StorageError> {
    let patients = asked(evenements, |one| one.patient_id).unwrap_or_default();
    if let Some(declarations) = asked(evenements, |one| one.declaration_id) {
        let rows = sqlx::query!(
            "/* fil.nommes */
             SELECT DISTINCT declaration_id, medecin_id FROM declaration_medecin
             WHERE patient_id = ANY ($1) AND declaration_id = ANY ($2)",
            &patients as _,
            declarations as _
        )
        .fetch_all(&mut **tx)
        .await?;
        for row in rows {
            found.nommes.entry(row.declaration_id).or_default().push(row.medecin_id);
        }
    }
    let adressage = |one: &EvenementAPublier| nomme::<AdressageId>(&one.donnees, "adressage_id");
    if let Some(adressages) = asked(evenements, adressage) {
        let rows = sqlx::query!(
            r#"/* fil.correspondants */
             SELECT c.adressage_id, c.medecin_id AS "medecin_id!: MedecinId"
             FROM version_adressage v JOIN correspondant_adressage c USING (patient_id, adressage_id, version)
             WHERE v.patient_id = ANY ($1) AND v.adressage_id = ANY ($2) AND v.remplace_le IS NULL
               AND c.medecin_id IS NOT NULL"#,
            &patients as _,
            adressages as _
        )
        .fetch_all(&mut **tx)
        .await?;
        for row in rows {
            found.correspondants.entry(row.adressage_id).or_default().push(row.medecin_id);
        }
    }
    let operation = |one: &EvenementAPublier| nomme::<OperationId>(&one.donnees, "operation_id");
    if let Some(operations) = asked(evenements, operation) {
        let rows = sqlx::query!(
            r#"/* fil.operations */
             SELECT operation_id AS "operation_id!: OperationId", caisse AS "caisse!" FROM (
                 SELECT operation_id, caisse FROM operation_medecin WHERE operation_id = ANY ($1)
                 UNION
                 SELECT o.operation_id, caisse_le(l.patient_id, o.effet_du)
                 FROM operation_medecin o JOIN designation_medecin l USING (medecin_id)
                 JOIN designation d USING (patient_id, designation_id)
                 WHERE o.operation_id = ANY ($1) AND o.caisse IS NULL AND o.etat = 'a_confirmer'
                   AND l.remplace_le IS NULL AND l.effet @> (o.effet_du - 1)
                   AND d.remplace_le IS NULL AND d.effet @> (o.effet_du - 1)) AS c
             WHERE caisse IS NOT NULL"#,
            operations as _
        )
        .fetch_all(&mut **tx)
        .await?;
        for row in rows {
            found.operations.entry(row.operation_id).or_default().push(row.caisse);
        }
    }
    let reevaluation =
        |one: &EvenementAPublier| nomme::<ReevaluationId>(&one.donnees, "reevaluation_id");
    if let Some(reevaluations) = asked(evenements, reevaluation) {
        let rows = sqlx::query!(
            "/* fil.reevaluations */
             SELECT reevaluation_id, caisse FROM reevaluation WHERE reevaluation_id = ANY ($1)",
            reevaluations as _
        )
        .fetch_all(&mut **tx)
        .await?;
        found.reevaluations.extend(rows.into_iter().map(|row| (row.reevaluation_id, row.caisse)));
    }
    Ok(())
}

async fn doctors(
    tx: &mut Tx,
    evenements: &[EvenementAPublier],
    found: &mut Alentours,
) -> Result<(), StorageError> {
    let of_things = found.nommes.values().chain(found.correspondants.values()).flatten().copied();
    let of_lines = found.lignes.values().flatten().map(|ligne| ligne.medecin_id);
    let own = evenements.iter().filter_map(|one| one.medecin_id);
    let ids: BTreeSet<MedecinId> = own.chain(of_things).chain(of_lines).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let rows = sqlx::query!(
        "/* fil.medecins */ SELECT medecin_id, rpps FROM medecin WHERE medecin_id = ANY ($1)",
        ids.into_iter().collect::<Vec<_>>() as _
    )
    .fetch_all(&mut **tx)
    .await?;
    found.medecins.extend(rows.into_iter().map(|row| (row.medecin_id, row.rpps)));
    Ok(())
}

/// Writes places.
pub async fn insert(tx: &mut Tx, places: &[NouvellePlace]) -> Result<(), StorageError> {
    let column = |of: fn(&NouvellePlace) -> i64| places.iter().map(of).collect::<Vec<i64>>();
    let natures: Vec<i16> = places.iter().map(|one| i16::from(one.nature.code())).collect();
    let days: Vec<Option<NaiveDate>> = places.iter().map(|one| one.effet_du).collect();
    tx.write(sqlx::query!(
        "/* fil.insert */
         INSERT INTO fil (destinataire, position, sequence, nature, effet_du, executants)
         SELECT destinataire, position, sequence, nature, effet_du, executants::integer[]
         FROM UNNEST($1::text[], $2::bigint[], $3::bigint[], $4::smallint[], $5::date[], $6::text[])
              AS t (destinataire, position, sequence, nature, effet_du, executants)",
        &places.iter().map(|one| one.destinataire.to_string()).collect::<Vec<_>>(),
        &column(|one| one.position),
        &column(|one| one.sequence),
        &natures,
        &days as _,
        &places.iter().map(executants).collect::<Vec<_>>() as _
    ))
    .await
}

/// The performers of a reception, as PostgreSQL reads an array: arrays of several lengths do not come as one.
fn executants(place: &NouvellePlace) -> Option<String> {
    if !matches!(place.destinataire, Destinataire::Reception(_)) {
        return None;
    }
    let all: Vec<String> = place.executants.iter().map(|rpps| rpps.fin().to_string()).collect();
    Some(format!("{{{}}}", all.join(",")))
}

/// Moves the head of the feed, and tells every instance whom it was told to, by their marks.
pub async fn write_tete(
    tx: &mut Tx,
    position: i64,
    reperes: &BTreeSet<u32>,
) -> Result<(), StorageError> {
    tx.write_one(sqlx::query!("/* fil.advance */ UPDATE fil_tete SET position = $1", position))
        .await?;
    // A notification holds at most eight thousand bytes.
    let all: Vec<String> = reperes.iter().map(u32::to_string).collect();
    for some in all.chunks(700) {
        sqlx::query!(
            r#"/* fil.notify */ SELECT pg_notify('traitant_fil', $1)::text AS told"#,
            some.join(",")
        )
        .fetch_one(&mut **tx)
        .await?;
    }
    Ok(())
}
