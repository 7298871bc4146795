//! Subscriptions, and what remains to be sent to them. Secrets are sealed.

use chrono::{DateTime, Utc};
use rand::RngExt as _;
use sqlx::postgres::PgConnection;

use super::coffre::Place;
use super::fil::NouvellePlace;
use super::{Coffre, StorageError, Tx};
use crate::domain::evenement::NatureEvenement;
use crate::domain::fil::Destinataire;
use crate::domain::ids::{AbonnementId, EvenementId};
use crate::domain::vocabulary::Vocabulaire;
use crate::domain::webhook::AdresseWebhook;

/// A subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Abonnement {
    pub id: AbonnementId,
    /// Whose: role and identity.
    pub proprietaire: String,
    /// Whose feed it follows.
    pub destinataire: Destinataire,
    pub adresse: AdresseWebhook,
    /// Only these kinds; none: all of them.
    pub natures: Vec<NatureEvenement>,
    pub enregistre_le: DateTime<Utc>,
}

/// A subscription, as its owner reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AbonnementLu {
    pub id: AbonnementId,
    pub adresse: String,
    pub natures: Vec<NatureEvenement>,
    pub enregistre_le: DateTime<Utc>,
    /// Messages that wait.
    pub en_attente: i64,
    /// Messages that were given up.
    pub abandonnes: i64,
}

/// Bytes under which messages are signed. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub Vec<u8>);

impl Secret {
    /// A new one.
    pub fn fresh() -> Self {
        Self(rand::rng().random::<[u8; 32]>().to_vec())
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

fn place(id: AbonnementId) -> Place {
    Place { colonne: "abonnement.secret_chiffre", ligne: id.uuid() }
}

/// Writes a subscription, with its secret.
pub async fn insert(
    tx: &mut Tx,
    coffre: &Coffre,
    abonnement: &Abonnement,
    secret: &Secret,
) -> Result<(), StorageError> {
    let natures: Vec<i16> = abonnement.natures.iter().map(|one| i16::from(one.code())).collect();
    tx.write(sqlx::query!(
        "/* abonnement.insert */
         INSERT INTO abonnement
             (abonnement_id, proprietaire, destinataire, adresse, natures, secret_chiffre, enregistre_le)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        abonnement.id.uuid(),
        abonnement.proprietaire,
        abonnement.destinataire.to_string(),
        abonnement.adresse.as_str(),
        &natures,
        coffre.seal(place(abonnement.id), &secret.0)?,
        abonnement.enregistre_le
    ))
    .await
}

/// The subscriptions of somebody, the first first.
pub async fn list(
    conn: &mut PgConnection,
    proprietaire: &str,
) -> Result<Vec<AbonnementLu>, StorageError> {
    let rows = sqlx::query!(
        r#"/* abonnement.list */
         SELECT a.abonnement_id, a.adresse, a.natures, a.enregistre_le,
                (SELECT count(*) FROM envoi e
                 WHERE e.abonnement_id = a.abonnement_id AND NOT e.abandonne) AS "en_attente!",
                (SELECT count(*) FROM envoi e
                 WHERE e.abonnement_id = a.abonnement_id AND e.abandonne) AS "abandonnes!"
         FROM abonnement a WHERE a.proprietaire = $1 ORDER BY a.enregistre_le, a.abonnement_id"#,
        proprietaire
    )
    .fetch_all(conn)
    .await?;
    let nature = |code: &i16| u8::try_from(*code).ok().and_then(NatureEvenement::du_code);
    Ok(rows
        .into_iter()
        .map(|row| AbonnementLu {
            id: row.abonnement_id,
            adresse: row.adresse,
            natures: row.natures.iter().filter_map(nature).collect(),
            enregistre_le: row.enregistre_le,
            en_attente: row.en_attente,
            abandonnes: row.abandonnes,
        })
        .collect())
}

/// Locks a subscription of somebody; says whether there is one.
pub async fn lock(tx: &mut Tx, id: AbonnementId, proprietaire: &str) -> Result<bool, StorageError> {
    let found = sqlx::query_scalar!(
        r#"/* abonnement.lock */
         SELECT 1 AS "one!" FROM abonnement WHERE abonnement_id = $1 AND proprietaire = $2 FOR UPDATE"#,
        id.uuid(),
        proprietaire
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(found.is_some())
}

/// Ends a subscription: what remained to be sent is forgotten.
pub async fn delete(tx: &mut Tx, id: AbonnementId) -> Result<(), StorageError> {
    tx.write(sqlx::query!(
        "/* envoi.delete_all */ DELETE FROM envoi WHERE abonnement_id = $1",
        id.uuid()
    ))
    .await?;
    tx.write(sqlx::query!(
        "/* abonnement.delete */ DELETE FROM abonnement WHERE abonnement_id = $1",
        id.uuid()
    ))
    .await
}

/// Gives a subscription another secret; the one of before signs too, until an instant.
pub async fn renew(
    tx: &mut Tx,
    coffre: &Coffre,
    (id, secret): (AbonnementId, &Secret),
    ancien_jusqu_au: DateTime<Utc>,
) -> Result<(), StorageError> {
    tx.write_one(sqlx::query!(
        "/* abonnement.renew */
         UPDATE abonnement SET ancien_chiffre = secret_chiffre, ancien_jusqu_au = $3, secret_chiffre = $2
         WHERE abonnement_id = $1",
        id.uuid(),
        coffre.seal(place(id), &secret.0)?,
        ancien_jusqu_au
    ))
    .await
}

/// Queues what places tell to subscriptions, in the transaction of the publication.
pub async fn enqueue(
    tx: &mut Tx,
    places: &[NouvellePlace],
    instant: DateTime<Utc>,
) -> Result<(), StorageError> {
    let (mut told, mut sequences, mut natures) = (Vec::new(), Vec::new(), Vec::new());
    for place in places {
        // The performers of a reception have no place of their own.
        let performers = place.executants.iter().map(|rpps| Destinataire::Medecin(*rpps));
        for destinataire in std::iter::once(place.destinataire.clone()).chain(performers) {
            told.push(destinataire.to_string());
            sequences.push(place.sequence);
            natures.push(i16::from(place.nature.code()));
        }
    }
    tx.write(sqlx::query!(
        "/* envoi.enqueue */
         INSERT INTO envoi (abonnement_id, sequence, essais, prevu_le, abandonne, enregistre_le)
         SELECT a.abonnement_id, p.sequence, 0, $4, false, $4
         FROM UNNEST($1::text[], $2::bigint[], $3::smallint[]) AS p (destinataire, sequence, nature)
         JOIN abonnement a ON a.destinataire = p.destinataire
          AND (a.natures = '{}' OR p.nature = ANY (a.natures))",
        &told,
        &sequences,
        &natures,
        instant
    ))
    .await
}

/// A message to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envoi {
    pub abonnement: AbonnementId,
    pub sequence: i64,
    /// Which try this is, from 1 on.
    pub essai: i16,
    pub adresse: String,
    pub evenement: EvenementId,
    pub nature: NatureEvenement,
    pub enregistre_le: DateTime<Utc>,
    /// Those under which it is signed: the present one, and the one of before while it lasts.
    pub secrets: Vec<Secret>,
}

/// Takes messages that are due: nobody else does until the lease ends.
pub async fn take(
    tx: &mut Tx,
    coffre: &Coffre,
    (now, bail): (DateTime<Utc>, DateTime<Utc>),
    limite: i64,
) -> Result<Vec<Envoi>, StorageError> {
    let rows = sqlx::query!(
        "/* envoi.take */
         WITH pris AS (
             UPDATE envoi SET prevu_le = $2, essais = essais + 1
             WHERE ctid = ANY (ARRAY(
                 SELECT ctid FROM envoi WHERE NOT abandonne AND prevu_le <= $1
                 ORDER BY prevu_le, sequence LIMIT $3 FOR UPDATE SKIP LOCKED))
             RETURNING abonnement_id, sequence, essais)
         SELECT p.abonnement_id, p.sequence, p.essais, a.adresse, a.secret_chiffre, a.ancien_chiffre,
                a.ancien_jusqu_au, e.evenement_id, e.nature, e.enregistre_le
         FROM pris p JOIN abonnement a USING (abonnement_id) JOIN evenement e USING (sequence)
         ORDER BY p.sequence",
        now,
        bail,
        limite
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter()
        .map(|row| {
            let abonnement = row.abonnement_id;
            let old =
                row.ancien_chiffre.filter(|_| row.ancien_jusqu_au.is_some_and(|end| now < end));
            let secrets = std::iter::once(row.secret_chiffre)
                .chain(old)
                .map(|sealed| Ok(Secret(coffre.open(place(abonnement), &sealed)?)))
                .collect::<Result<Vec<Secret>, StorageError>>()?;
            Ok(Envoi {
                abonnement,
                sequence: row.sequence,
                essai: row.essais,
                adresse: row.adresse,
                evenement: row.evenement_id,
                nature: row.nature,
                enregistre_le: row.enregistre_le,
                secrets,
            })
        })
        .collect()
}

/// A message arrived: it is forgotten.
pub async fn done(tx: &mut Tx, envoi: (AbonnementId, i64)) -> Result<(), StorageError> {
    tx.write(sqlx::query!(
        "/* envoi.done */ DELETE FROM envoi WHERE abonnement_id = $1 AND sequence = $2",
        envoi.0.uuid(),
        envoi.1
    ))
    .await
}

/// A message did not arrive: why, and when to try again; never, when it is given up.
pub async fn failed(
    tx: &mut Tx,
    envoi: (AbonnementId, i64),
    erreur: &str,
    (encore, now): (Option<DateTime<Utc>>, DateTime<Utc>),
) -> Result<(), StorageError> {
    tx.write(sqlx::query!(
        "/* envoi.failed */
         UPDATE envoi SET prevu_le = coalesce($4::timestamptz, $5), abandonne = $4 IS NULL, erreur = $3
         WHERE abonnement_id = $1 AND sequence = $2",
        envoi.0.uuid(),
        envoi.1,
        erreur,
        encore,
        now
    ))
    .await
}

/// A message that was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Echec {
    pub sequence: i64,
    pub evenement: EvenementId,
    pub nature: NatureEvenement,
    pub essais: i16,
    pub erreur: Option<String>,
    /// Since when it waited, and when it was given up.
    pub enregistre_le: DateTime<Utc>,
    pub abandonne_le: DateTime<Utc>,
}

/// The messages of a subscription that were given up, the first first, after one of them.
pub async fn echecs(
    conn: &mut PgConnection,
    (id, proprietaire): (AbonnementId, &str),
    apres: Option<i64>,
    limite: i64,
) -> Result<Vec<Echec>, StorageError> {
    Ok(sqlx::query!(
        "/* envoi.given_up */
         SELECT n.sequence, n.essais, n.erreur, n.enregistre_le AS queued, n.prevu_le, e.evenement_id, e.nature
         FROM envoi n JOIN abonnement a USING (abonnement_id) JOIN evenement e USING (sequence)
         WHERE n.abonnement_id = $1 AND a.proprietaire = $2 AND n.abandonne
           AND ($3::bigint IS NULL OR n.sequence > $3)
         ORDER BY n.sequence LIMIT $4",
        id.uuid(),
        proprietaire,
        apres,
        limite
    )
    .map(|row| Echec {
        sequence: row.sequence,
        evenement: row.evenement_id,
        nature: row.nature,
        essais: row.essais,
        erreur: row.erreur,
        enregistre_le: row.queued,
        abandonne_le: row.prevu_le,
    })
    .fetch_all(conn)
    .await?)
}

/// Sends again what was given up: one message, or all of them. Gives how many.
pub async fn replay(
    tx: &mut Tx,
    id: AbonnementId,
    evenement: Option<EvenementId>,
    now: DateTime<Utc>,
) -> Result<u64, StorageError> {
    tx.touch(sqlx::query!(
        "/* envoi.replay */
         UPDATE envoi n SET abandonne = false, essais = 0, prevu_le = $3
         FROM evenement e
         WHERE e.sequence = n.sequence AND n.abonnement_id = $1 AND n.abandonne
           AND ($2::uuid IS NULL OR e.evenement_id = $2)",
        id.uuid(),
        evenement.map(EvenementId::uuid),
        now
    ))
    .await
}

/// Whether somebody has this subscription.
pub async fn exists(
    conn: &mut PgConnection,
    id: AbonnementId,
    proprietaire: &str,
) -> Result<bool, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"/* abonnement.exists */
         SELECT EXISTS (SELECT FROM abonnement WHERE abonnement_id = $1 AND proprietaire = $2) AS "known!""#,
        id.uuid(),
        proprietaire
    )
    .fetch_one(conn)
    .await?)
}
