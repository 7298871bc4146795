//! Purges: what each removed of the sealed slices, and what is left of these. A record is bound to the one before by the key, and
//! sealed itself with what is written then.

pub mod evenements;
pub mod feuilles;
pub mod personnes;
pub mod traces;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::sceaux::Sceau;
use super::{Coffre, Connection, StorageError, Tx};
use crate::domain::conservation::Classe;
use crate::domain::digest::{Empreinte, EmpreinteEnCours};
use crate::domain::ids::PatientId;
use crate::domain::vocabulary::Vocabulaire as _;

/// The lock of who purges: one at a time.
const VERROU: i64 = 0x7472_6169_7475_7267;

/// Why something is removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Motif {
    pub classe: Classe,
    /// The period.
    pub regle: String,
    /// Everything of the class before this instant.
    pub avant: DateTime<Utc>,
    /// The agreement to eliminate.
    pub visa: String,
    /// The role of the database.
    pub par: String,
}

/// What is there of a table of a slice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ancre {
    pub lignes: i64,
    pub empreinte: Vec<u8>,
}

impl Ancre {
    /// That of rows, by their digests in order.
    pub fn of(lignes: &[Vec<u8>]) -> Self {
        let mut digest = EmpreinteEnCours::default();
        for ligne in lignes {
            digest.update(ligne);
        }
        let empreinte = digest.finish().bytes().to_vec();
        Self { lignes: i64::try_from(lignes.len()).unwrap_or(i64::MAX), empreinte }
    }
}

/// What one transaction of a purge removed of a table of a slice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retrait {
    /// 1, then one more each time.
    pub numero: i64,
    pub motif: Motif,
    /// Which seal, and the rank of the table.
    pub sceau: i64,
    pub rang: i16,
    pub retirees: Ancre,
    pub restantes: Ancre,
    /// What binds it to all those before.
    pub maillon: Empreinte,
    /// The version of the key that made it.
    pub cle: i16,
    pub enregistre_le: DateTime<Utc>,
}

impl Retrait {
    /// Binds what was removed to the record before it.
    pub fn of(
        coffre: &Coffre,
        before: Option<&Self>,
        motif: Motif,
        (seal, rang): (&Sceau, i16),
        (retirees, restantes): (Ancre, Ancre),
        enregistre_le: DateTime<Utc>,
    ) -> Self {
        let numero = before.map_or(1, |before| before.numero.saturating_add(1));
        let maillon = Empreinte::from_bytes([0; 32]);
        let sceau = seal.numero;
        let mut own = Self {
            numero,
            motif,
            sceau,
            rang,
            retirees,
            restantes,
            maillon,
            cle: 0,
            enregistre_le,
        };
        let (cle, maillon) = coffre.scelle(&own.text(before));
        own.maillon = Empreinte::from_bytes(maillon);
        own.cle = cle.into();
        own
    }

    /// Whether it is the one that follows another, made under this key while it was in use.
    pub fn follows(
        &self,
        coffre: &Coffre,
        before: Option<&Self>,
        retirees: &BTreeMap<i16, DateTime<Utc>>,
    ) -> bool {
        self.numero == before.map_or(1, |before| before.numero.saturating_add(1))
            && before.is_none_or(|before| before.cle <= self.cle)
            && retirees.get(&self.cle).is_none_or(|retired| self.enregistre_le <= *retired)
            && coffre.scelle_sous(self.cle, &self.text(before)) == Some(*self.maillon.bytes())
    }

    /// No seal begins like this: theirs begin with their number.
    fn text(&self, before: Option<&Self>) -> Vec<u8> {
        let Motif { classe, regle, avant, visa, par } = &self.motif;
        let mut text = b"purge de ce qui est scelle\n".to_vec();
        text.extend(self.numero.to_be_bytes());
        for word in [classe.mot(), regle, visa, par] {
            text.extend(u64::try_from(word.len()).unwrap_or(u64::MAX).to_be_bytes());
            text.extend(word.as_bytes());
        }
        for instant in [avant, &self.enregistre_le] {
            text.extend(instant.timestamp_micros().to_be_bytes());
        }
        text.extend(self.sceau.to_be_bytes());
        text.extend(self.rang.to_be_bytes());
        for ancre in [&self.retirees, &self.restantes] {
            text.extend(ancre.lignes.to_be_bytes());
            text.extend(&ancre.empreinte);
        }
        text.extend(before.map_or(&[][..], |before| before.maillon.bytes()));
        text
    }
}

/// What a transaction may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moyens {
    /// Whether nobody else purges.
    pub seul: bool,
    /// Whether the role removes rows at all: that of the service does not.
    pub droit: bool,
    /// Its name.
    pub par: String,
}

/// Says to the guards of history that this transaction purges.
pub async fn begin(tx: &mut Tx) -> Result<Moyens, StorageError> {
    Ok(sqlx::query_as!(
        Moyens,
        r#"/* purge.begin */
           SELECT pg_try_advisory_xact_lock($1) AND set_config('traitant.purge', 'oui', true) = 'oui' AS "seul!",
                  has_table_privilege('acces', 'DELETE') AS "droit!", current_user::text AS "par!""#,
        VERROU
    )
    .fetch_one(&mut **tx)
    .await?)
}

/// Locks persons, against whoever writes about them.
pub async fn lock(tx: &mut Tx, persons: &BTreeSet<PatientId>) -> Result<(), StorageError> {
    let ids: Vec<PatientId> = persons.iter().copied().collect();
    tx.write(sqlx::query!(
        "/* purge.lock */
         SELECT FROM patient WHERE patient_id = ANY ($1) ORDER BY patient_id FOR NO KEY UPDATE",
        &ids as _
    ))
    .await
}

/// Those of some persons of whom nothing is removed, whatever its age: a doctor is being looked for, two of their records
/// contradict each other, a reevaluation that was asked is not applied, or the processing of their data is limited: they may need it.
pub async fn retenus(
    conn: &mut Connection,
    persons: &BTreeSet<PatientId>,
) -> Result<BTreeSet<PatientId>, StorageError> {
    let ids: Vec<PatientId> = persons.iter().copied().collect();
    let rows = sqlx::query_scalar!(
        r#"/* purge.retenus */
           SELECT p.patient_id AS "patient_id!: PatientId"
           FROM unnest($1::uuid[]) AS p (patient_id)
           WHERE EXISTS (SELECT FROM etat_conciliation c
                         WHERE c.patient_id = p.patient_id AND c.remplace_le IS NULL AND c.etat = 'ouverte')
              OR EXISTS (SELECT FROM conflit_designation c
                         WHERE c.patient_id = p.patient_id AND c.remplace_le IS NULL AND c.etat = 'ouvert')
              OR EXISTS (SELECT FROM limitation l WHERE l.patient_id = p.patient_id AND l.remplace_le IS NULL)
              OR EXISTS (SELECT FROM reevaluation r
                         WHERE r.patient_id = p.patient_id AND r.etat <> 'appliquee')
              OR EXISTS (SELECT FROM reevaluation_feuille f JOIN reevaluation r USING (reevaluation_id)
                         WHERE f.patient_id = p.patient_id AND r.etat <> 'appliquee')"#,
        &ids as _
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().collect())
}

/// The last record.
pub async fn last(conn: &mut Connection) -> Result<Option<Retrait>, StorageError> {
    Ok(page(conn, i64::MAX, 1).await?.pop())
}

/// Records before a number, the highest first.
pub async fn page(
    conn: &mut Connection,
    before: i64,
    limit: i64,
) -> Result<Vec<Retrait>, StorageError> {
    let rows = sqlx::query!(
        "/* purge.page */
           SELECT numero, classe, regle, avant, visa, par, sceau, rang, retirees, empreinte_retirees, restantes,
                  empreinte, maillon, cle, enregistre_le
           FROM purge WHERE numero < $1 ORDER BY numero DESC LIMIT $2",
        before,
        limit
    )
    .map(|row| Retrait {
        numero: row.numero,
        motif: Motif {
            classe: row.classe,
            regle: row.regle,
            avant: row.avant,
            visa: row.visa,
            par: row.par,
        },
        sceau: row.sceau,
        rang: row.rang,
        retirees: Ancre { lignes: row.retirees, empreinte: row.empreinte_retirees },
        restantes: Ancre { lignes: row.restantes, empreinte: row.empreinte },
        maillon: row.maillon,
        cle: row.cle,
        enregistre_le: row.enregistre_le,
    });
    Ok(rows.fetch_all(conn).await?)
}

/// What purges left of the tables of some slices, from one seal to another, both included.
pub async fn ancres(
    conn: &mut Connection,
    (first, last): (i64, i64),
) -> Result<BTreeMap<(i64, i16), Ancre>, StorageError> {
    let rows = sqlx::query!(
        "/* purge.ancres */
         SELECT DISTINCT ON (sceau, rang) sceau, rang, restantes, empreinte FROM purge
         WHERE sceau BETWEEN $1 AND $2 ORDER BY sceau, rang, numero DESC",
        first,
        last
    );
    let rows = rows.fetch_all(conn).await?;
    let ancre = |lignes, empreinte| Ancre { lignes, empreinte };
    Ok(rows
        .into_iter()
        .map(|row| ((row.sceau, row.rang), ancre(row.restantes, row.empreinte)))
        .collect())
}

/// Keeps a record.
pub async fn insert(tx: &mut Tx, one: &Retrait) -> Result<(), StorageError> {
    let Motif { classe, regle, avant, visa, par } = &one.motif;
    tx.write_one(sqlx::query!(
        "/* purge.insert */
         INSERT INTO purge (numero, classe, regle, avant, visa, par, sceau, rang, retirees, empreinte_retirees, restantes,
                            empreinte, maillon, cle, enregistre_le)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        one.numero,
        classe.mot(),
        regle,
        avant,
        visa,
        par,
        one.sceau,
        one.rang,
        one.retirees.lignes,
        one.retirees.empreinte,
        one.restantes.lignes,
        one.restantes.empreinte,
        one.maillon as _,
        one.cle,
        one.enregistre_le
    ))
    .await
}
