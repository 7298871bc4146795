//! Reading the feed from a place on.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;
use sqlx::postgres::PgConnection;

use crate::domain::calendar::plus_mois;
use crate::domain::evenement::NatureEvenement;
use crate::domain::fil::Destinataire;
use crate::domain::identifiers::Rpps;
use crate::domain::ids::{DeclarationId, EvenementId, FeuilleId, MedecinId, PatientId};
use crate::domain::vocabulary::Vocabulaire;
use crate::storage::StorageError;
use crate::storage::feuilles_de_soins::numeros;

/// How far a reading looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Borne {
    /// The last place that the reading looks at.
    pub jusqu_a: i64,
    /// Whether there are places beyond.
    pub suite: bool,
}

/// Which places are asked for.
#[derive(Debug, Clone)]
pub struct Fenetre<'a> {
    /// Whose.
    pub cles: &'a [Destinataire],
    /// Only these kinds.
    pub natures: Option<&'a [NatureEvenement]>,
    /// Only what this one is told too.
    pub lecteur: Option<&'a Destinataire>,
    /// After this place, up to that one, itself included.
    pub apres: i64,
    pub jusqu_a: i64,
    pub limite: i64,
}

/// An event of the feed.
#[derive(Debug, Clone, PartialEq)]
pub struct EvenementLu {
    pub position: i64,
    pub sequence: i64,
    pub id: EvenementId,
    pub nature: NatureEvenement,
    pub enregistre_le: DateTime<Utc>,
    pub effet_du: Option<NaiveDate>,
    /// About whom, or for whom it was found.
    pub patient_id: Option<PatientId>,
    pub medecin_id: Option<MedecinId>,
    pub declaration_id: Option<DeclarationId>,
    pub feuilles: Vec<FeuilleId>,
    /// Codes and states, for whoever renders it to choose from.
    pub donnees: Value,
    /// Where its reader may read what it tells.
    pub lecture: Lecture,
}

/// Where what an event tells may be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lecture {
    /// The thing itself.
    #[default]
    Chose,
    /// In the designations of the person.
    Designations,
    /// Nowhere, at the moment.
    Aucune,
}

fn texts(cles: &[Destinataire]) -> Vec<String> {
    cles.iter().map(ToString::to_string).collect()
}

fn codes(natures: Option<&[NatureEvenement]>) -> Option<Vec<i16>> {
    natures.map(|all| all.iter().map(|one| i16::from(one.code())).collect())
}

/// The doctor who reads, as the places of receptions name performers.
fn performer<'a>(mut cles: impl Iterator<Item = &'a Destinataire>) -> Option<i32> {
    cles.find_map(|one| if let Destinataire::Medecin(rpps) = one { Some(rpps.fin()) } else { None })
}

/// The place after which the feed begins.
pub async fn debut(conn: &mut PgConnection) -> Result<i64, StorageError> {
    Ok(sqlx::query_scalar!("/* fil.debut */ SELECT debut FROM fil_tete").fetch_one(conn).await?)
}

/// How far a reading of some places may look: at most so many of each, for a doctor so many receptions too, whoever performed
/// them, and never beyond the head of the feed, before which everything is committed.
pub async fn borne(
    conn: &mut PgConnection,
    cles: &[Destinataire],
    apres: i64,
    fenetre: i64,
) -> Result<Borne, StorageError> {
    let row = sqlx::query!(
        r#"/* fil.borne */
         SELECT (SELECT position FROM fil_tete) AS "tete!",
                least((SELECT min(w.derniere)
                       FROM unnest($1::text[]) AS k (cle)
                       CROSS JOIN LATERAL (
                           SELECT max(position) AS derniere, count(*) AS lues
                           FROM (SELECT position FROM fil WHERE destinataire = k.cle AND position > $2
                                 ORDER BY position LIMIT $3) AS lu) AS w
                       WHERE w.lues = $3),
                      (SELECT position FROM fil WHERE $4 AND destinataire LIKE 'reception:%' AND position > $2
                       ORDER BY position OFFSET $3 - 1 LIMIT 1)) AS pleine"#,
        &texts(cles),
        apres,
        fenetre,
        performer(cles.iter()).is_some()
    )
    .fetch_one(conn)
    .await?;
    let jusqu_a = row.pleine.unwrap_or(row.tete);
    Ok(Borne { jusqu_a: jusqu_a.max(apres), suite: jusqu_a < row.tete })
}

/// The events of a window, in their order. What came in a lot for several persons is told under its reception:
/// [`de_receptions`].
pub async fn page(
    conn: &mut PgConnection,
    fenetre: &Fenetre<'_>,
) -> Result<Vec<EvenementLu>, StorageError> {
    let (lecteur, natures) = (fenetre.lecteur.map(ToString::to_string), codes(fenetre.natures));
    Ok(sqlx::query!(
        r#"/* fil.page */
         SELECT f.destinataire AS "destinataire!", f.position AS "position!",
                CASE WHEN $5::text IS NULL THEN f.effet_du ELSE g.effet_du END AS effet_du,
                e.sequence, e.evenement_id, e.nature, e.enregistre_le, e.patient_id, e.medecin_id,
                e.declaration_id, e.feuille_id, e.feuilles, e.donnees
         FROM unnest($1::text[]) AS k (cle)
         CROSS JOIN LATERAL (
             SELECT * FROM fil
             WHERE destinataire = k.cle AND position > $2 AND position <= $3
               AND ($4::smallint[] IS NULL OR nature = ANY ($4))
               AND ($5::text IS NULL
                    OR EXISTS (SELECT FROM fil o WHERE o.destinataire = $5 AND o.position = fil.position))
             ORDER BY position LIMIT $6) AS f
         JOIN evenement e ON e.sequence = f.sequence
         LEFT JOIN fil g ON g.destinataire = $5 AND g.position = f.position
         ORDER BY f.position LIMIT $6"#,
        &texts(fenetre.cles),
        fenetre.apres,
        fenetre.jusqu_a,
        natures.as_deref(),
        lecteur,
        fenetre.limite
    )
    .map(|row| EvenementLu {
        position: row.position,
        sequence: row.sequence,
        id: row.evenement_id,
        nature: row.nature,
        enregistre_le: row.enregistre_le,
        effet_du: row.effet_du,
        patient_id: row
            .patient_id
            .or_else(|| row.destinataire.strip_prefix("patient:").and_then(|id| id.parse().ok())),
        medecin_id: row.medecin_id,
        declaration_id: row.declaration_id,
        feuilles: row.feuille_id.into_iter().chain(row.feuilles.into_iter().flatten()).collect(),
        donnees: row.donnees,
        lecture: Lecture::Chose,
    })
    .fetch_all(conn)
    .await?)
}

/// The events that told feuilles of some persons among others, with those of each of them: found by the number of
/// the reception that their feuilles bear. The feuilles of a person are read only when something was recorded about the
/// person since the first of those events: a person may have very many, and most readers look for what is new. The day
/// between the two instants is longer than any lot, and than what clocks differ.
pub async fn de_receptions(
    conn: &mut PgConnection,
    persons: &[PatientId],
    fenetre: &Fenetre<'_>,
) -> Result<Vec<EvenementLu>, StorageError> {
    let (lecteur, natures) = (fenetre.lecteur.map(ToString::to_string), codes(fenetre.natures));
    Ok(sqlx::query!(
        r#"/* fil.receptions */
         SELECT f.position, f.sequence, e.evenement_id, e.nature, e.enregistre_le,
                s.patient_id AS "patient_id!: PatientId", s.feuilles AS "feuilles!: Vec<FeuilleId>"
         FROM (SELECT patient_id, reception_id, array_agg(feuille_id ORDER BY feuille_id) AS feuilles
               FROM feuille_de_soins
               WHERE patient_id = ANY (ARRAY(
                         SELECT p.patient_id FROM patient p
                         WHERE p.patient_id = ANY ($1) AND p.connu_le > (
                             SELECT o.enregistre_le - interval '1 day' FROM fil r JOIN evenement o USING (sequence)
                             WHERE r.destinataire LIKE 'reception:%' AND r.position > $2
                             ORDER BY r.position LIMIT 1)))
                 AND reception_id IS NOT NULL GROUP BY 1, 2) AS s
         JOIN fil f ON f.destinataire = 'reception:' || s.reception_id
         JOIN evenement e ON e.sequence = f.sequence
         WHERE f.position > $2 AND f.position <= $3 AND ($4::smallint[] IS NULL OR f.nature = ANY ($4))
           AND ($5::text IS NULL OR $7 = ANY (f.executants)
                OR EXISTS (SELECT FROM fil o WHERE o.destinataire = $5 AND o.position = f.position))
         ORDER BY f.position LIMIT $6"#,
        persons as _,
        fenetre.apres,
        fenetre.jusqu_a,
        natures.as_deref(),
        lecteur,
        fenetre.limite,
        performer(fenetre.lecteur.into_iter())
    )
    .map(|row| EvenementLu {
        position: row.position,
        sequence: row.sequence,
        id: row.evenement_id,
        nature: row.nature,
        enregistre_le: row.enregistre_le,
        effet_du: None,
        patient_id: Some(row.patient_id),
        medecin_id: None,
        declaration_id: None,
        feuilles: row.feuilles,
        donnees: Value::Null,
        lecture: Lecture::Chose,
    })
    .fetch_all(conn)
    .await?)
}

/// The events that told feuilles which came together, among whose performers is the doctor who reads, or somebody whose
/// number ends alike: with all their feuilles, of which [`miennes`] says whose they are. None for anybody else.
pub async fn de_performers(
    conn: &mut PgConnection,
    fenetre: &Fenetre<'_>,
) -> Result<Vec<EvenementLu>, StorageError> {
    let Some(executant) = performer(fenetre.cles.iter()) else { return Ok(Vec::new()) };
    let natures = codes(fenetre.natures);
    Ok(sqlx::query!(
        r#"/* fil.executees */
         SELECT f.position, f.sequence, e.evenement_id, e.nature, e.enregistre_le, e.feuille_id, e.feuilles, e.donnees
         FROM fil f JOIN evenement e USING (sequence)
         WHERE f.destinataire LIKE 'reception:%' AND f.position > $1 AND f.position <= $2
           AND $3 = ANY (f.executants) AND ($4::smallint[] IS NULL OR f.nature = ANY ($4))
         ORDER BY f.position LIMIT $5"#,
        fenetre.apres,
        fenetre.jusqu_a,
        executant,
        natures.as_deref(),
        fenetre.limite
    )
    .map(|row| EvenementLu {
        position: row.position,
        sequence: row.sequence,
        id: row.evenement_id,
        nature: row.nature,
        enregistre_le: row.enregistre_le,
        effet_du: None,
        patient_id: None,
        medecin_id: None,
        declaration_id: None,
        feuilles: row.feuille_id.into_iter().chain(row.feuilles.into_iter().flatten()).collect(),
        donnees: row.donnees,
        lecture: Lecture::Chose,
    })
    .fetch_all(conn)
    .await?)
}

/// Of some feuilles, those that a doctor performed, or whose persons depended on a caisse on the day of care or do
/// today.
pub async fn miennes(
    conn: &mut PgConnection,
    feuilles: &[FeuilleId],
    (lecteur, aujourd_hui): (&Destinataire, NaiveDate),
) -> Result<BTreeSet<FeuilleId>, StorageError> {
    let months = feuilles.iter().filter_map(|id| id.month_of_care());
    let Some((first, last)) = months.clone().min().zip(months.max()) else {
        return Ok(BTreeSet::new());
    };
    let (executant, caisse) = match lecteur {
        Destinataire::Medecin(rpps) => (Some(numeros::rpps(rpps)?), None),
        Destinataire::Caisse(code) => (None, Some(code.as_str())),
        Destinataire::Personne(_)
        | Destinataire::Patientele(_)
        | Destinataire::Referentiel
        | Destinataire::Statistiques
        | Destinataire::Reception(_) => return Ok(BTreeSet::new()),
    };
    let found: Vec<FeuilleId> = sqlx::query_scalar!(
        "/* fil.miennes */
         SELECT f.feuille_id FROM feuille_de_soins f
         WHERE f.feuille_id = ANY ($1) AND f.date_soins >= $2 AND f.date_soins < $3
           AND (f.executant_rpps = $4
                OR EXISTS (SELECT FROM affiliation a
                           WHERE a.patient_id = f.patient_id AND a.remplace_le IS NULL
                             AND left(a.organisme, 5) = $5
                             AND (a.effet @> f.date_soins OR a.effet @> $6::date)))",
        feuilles as _,
        first,
        plus_mois(last, 1),
        executant,
        caisse,
        aujourd_hui
    )
    .fetch_all(conn)
    .await?;
    Ok(found.into_iter().collect())
}

/// Of some persons, those who depend on a caisse on a day, under the record that was kept of each.
pub async fn assures(
    conn: &mut PgConnection,
    persons: &[PatientId],
    (caisse, jour): (&str, NaiveDate),
) -> Result<BTreeSet<PatientId>, StorageError> {
    let found: Vec<PatientId> = sqlx::query_scalar!(
        r#"/* fil.assures */
         SELECT p.patient_id AS "patient_id!: PatientId" FROM patient p
         WHERE p.patient_id = ANY ($1)
           AND EXISTS (SELECT FROM affiliation a
                       WHERE a.patient_id = coalesce(p.fusionne_dans, p.patient_id) AND a.remplace_le IS NULL
                         AND left(a.organisme, 5) = $2 AND a.effet @> $3::date)"#,
        persons as _,
        caisse,
        jour
    )
    .fetch_all(conn)
    .await?;
    Ok(found.into_iter().collect())
}

/// Of some persons, and of the persons of some feuilles, those the processing of whose data is limited, under the record that was kept of
/// each.
pub async fn limites(
    conn: &mut PgConnection,
    persons: &[PatientId],
    feuilles: &[FeuilleId],
) -> Result<(BTreeSet<PatientId>, BTreeMap<FeuilleId, PatientId>), StorageError> {
    if persons.is_empty() && feuilles.is_empty() {
        return Ok((BTreeSet::new(), BTreeMap::new()));
    }
    let rows = sqlx::query!(
        r#"/* fil.limites */
         SELECT p.patient_id AS "patient_id!: PatientId", w.feuille_id AS "feuille_id: FeuilleId"
         FROM (SELECT unnest($1::uuid[]) AS patient_id, NULL::uuid AS feuille_id
               UNION ALL
               SELECT patient_id, feuille_id FROM feuille_de_soins WHERE feuille_id = ANY ($2)) AS w
         JOIN patient p ON p.patient_id = w.patient_id
         JOIN patient k ON k.patient_id = coalesce(p.fusionne_dans, p.patient_id)
         WHERE k.limite_le IS NOT NULL"#,
        persons as _,
        feuilles as _
    )
    .fetch_all(conn)
    .await?;
    let of_feuilles =
        rows.iter().filter_map(|row| Some((row.feuille_id?, row.patient_id))).collect();
    let alone = rows.iter().filter(|row| row.feuille_id.is_none());
    Ok((alone.map(|row| row.patient_id).collect(), of_feuilles))
}

/// Of some declarations of some persons, those that name a doctor.
pub async fn qui_nomment(
    conn: &mut PgConnection,
    (persons, declarations): (&[PatientId], &[DeclarationId]),
    rpps: &Rpps,
) -> Result<BTreeSet<DeclarationId>, StorageError> {
    let found: Vec<DeclarationId> = sqlx::query_scalar!(
        r#"/* fil.qui_nomment */
         SELECT DISTINCT c.declaration_id AS "declaration_id!: DeclarationId"
         FROM declaration_medecin c JOIN medecin m USING (medecin_id)
         WHERE c.patient_id = ANY ($3) AND c.declaration_id = ANY ($1) AND m.rpps = $2"#,
        declarations as _,
        rpps.as_str(),
        persons as _
    )
    .fetch_all(conn)
    .await?;
    Ok(found.into_iter().collect())
}
