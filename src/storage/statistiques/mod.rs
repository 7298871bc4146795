//! Counts: how far the feed was followed, what each person adds, every change and their sums.

pub mod codec;
pub mod lecture;
pub mod personnes;
pub mod recues;
pub mod simulations;

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use sqlx::postgres::PgConnection;

use super::{StorageError, Tx};
use crate::domain::evenement::NatureEvenement;
use crate::domain::fil::Destinataire;
use crate::domain::ids::{FeuilleId, MedecinId, PatientId};
use crate::domain::statistiques::{Cellule, Comptes, MESURES, Mesures};
use crate::domain::vocabulary::Vocabulaire;

/// How far the feed was followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Avancement {
    /// The last place that was counted.
    pub position: i64,
    /// The instant of the last thing that was counted.
    pub connu_le: Option<DateTime<Utc>>,
}

/// How far it was followed.
pub async fn followed(conn: &mut PgConnection) -> Result<Avancement, StorageError> {
    Ok(sqlx::query_as!(
        Avancement,
        "/* statistique.followed */ SELECT position, connu_le FROM statistique_suivi"
    )
    .fetch_one(conn)
    .await?)
}

/// Whether something that is committed is not counted yet, after a place.
pub async fn waits(conn: &mut PgConnection, after: i64) -> Result<bool, StorageError> {
    Ok(sqlx::query_scalar!(
        r#"/* statistique.waits */
         SELECT EXISTS (SELECT FROM evenement_a_publier) OR EXISTS (SELECT FROM statistique_a_compter)
             OR EXISTS (SELECT FROM fil WHERE destinataire = $1 AND position > $2) AS "waits!""#,
        Destinataire::Statistiques.to_string(),
        after
    )
    .fetch_one(conn)
    .await?)
}

/// How far it was followed, by whoever follows it next; nothing while somebody else does.
pub async fn lock(tx: &mut Tx) -> Result<Option<Avancement>, StorageError> {
    Ok(sqlx::query_as!(
        Avancement,
        "/* statistique.lock */ SELECT position, connu_le FROM statistique_suivi FOR UPDATE SKIP LOCKED"
    )
    .fetch_optional(&mut **tx)
    .await?)
}

/// Goes on from there.
pub async fn advance(tx: &mut Tx, to: Avancement) -> Result<(), StorageError> {
    tx.write_one(sqlx::query!(
        "/* statistique.advance */
         UPDATE statistique_suivi SET position = $1, connu_le = greatest(connu_le, $2)",
        to.position,
        to.connu_le
    ))
    .await
}

/// An event that counts may follow from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvenementSuivi {
    pub position: i64,
    pub nature: NatureEvenement,
    pub enregistre_le: DateTime<Utc>,
    pub patient_id: Option<PatientId>,
    pub medecin_id: Option<MedecinId>,
    pub feuilles: Vec<FeuilleId>,
    /// Of a new evaluation, which one it is of its feuille.
    pub numero: Option<i16>,
}

/// The same, as a row tells it.
struct EvenementLu {
    position: i64,
    nature: NatureEvenement,
    enregistre_le: DateTime<Utc>,
    patient_id: Option<PatientId>,
    medecin_id: Option<MedecinId>,
    feuille_id: Option<FeuilleId>,
    feuilles: Option<Vec<FeuilleId>>,
    numero: Option<i16>,
}

impl From<EvenementLu> for EvenementSuivi {
    fn from(lu: EvenementLu) -> Self {
        let feuilles = lu.feuille_id.into_iter().chain(lu.feuilles.into_iter().flatten());
        Self {
            position: lu.position,
            nature: lu.nature,
            enregistre_le: lu.enregistre_le,
            patient_id: lu.patient_id,
            medecin_id: lu.medecin_id,
            feuilles: feuilles.collect(),
            numero: lu.numero,
        }
    }
}

/// The next events of the feed after a place.
pub async fn events(
    conn: &mut PgConnection,
    after: i64,
    limit: i64,
) -> Result<Vec<EvenementSuivi>, StorageError> {
    Ok(sqlx::query_as!(
        EvenementLu,
        r#"/* statistique.events */
         SELECT f.position, e.nature, e.enregistre_le, e.patient_id, e.medecin_id, e.feuille_id, e.feuilles,
                (e.donnees->>'numero')::smallint AS numero
         FROM fil f JOIN evenement e USING (sequence)
         WHERE f.destinataire = $1 AND f.position > $2
         ORDER BY f.position LIMIT $3"#,
        Destinataire::Statistiques.to_string(),
        after,
        limit
    )
    .fetch_all(conn)
    .await?
    .into_iter()
    .map(EvenementSuivi::from)
    .collect())
}

/// Events that are committed and have no place in the feed yet: after all places.
pub async fn unplaced(conn: &mut PgConnection) -> Result<Vec<EvenementSuivi>, StorageError> {
    Ok(sqlx::query_as!(
        EvenementLu,
        r#"/* statistique.unplaced */
         SELECT 9223372036854775807 AS "position!", e.nature, e.enregistre_le, e.patient_id, e.medecin_id, e.feuille_id, e.feuilles,
                (e.donnees->>'numero')::smallint AS numero
         FROM evenement_a_publier p JOIN evenement e USING (sequence) ORDER BY e.sequence"#
    )
    .fetch_all(conn)
    .await?
    .into_iter()
    .map(EvenementSuivi::from)
    .collect())
}

/// What changes in the counts, by the instant under which it became known.
pub type Mouvements = BTreeMap<DateTime<Utc>, Comptes>;

/// The columns of many cells.
#[derive(Default)]
struct Colonnes {
    natures: Vec<i16>,
    mois: Vec<NaiveDate>,
    caisses: Vec<i32>,
    ages: Vec<i16>,
    codes: [Vec<i16>; 3],
    mesures: [Vec<i64>; MESURES],
}

impl Colonnes {
    fn push(&mut self, cellule: &Cellule, mois: NaiveDate, mesures: &Mesures) {
        self.natures.push(i16::from(cellule.nature.code()));
        self.mois.push(mois);
        self.caisses.push(cellule.caisse.nombre());
        self.ages.push(i16::from(cellule.age.code()));
        self.codes.iter_mut().zip(cellule.codes).for_each(|(column, code)| column.push(code));
        self.mesures.iter_mut().zip(mesures.0).for_each(|(column, own)| column.push(own));
    }
}

/// Adds changes to the counts: each is written, and their sums by month and by year follow.
pub async fn add(tx: &mut Tx, mouvements: &Mouvements) -> Result<(), StorageError> {
    let (mut instants, mut all) = (Vec::new(), Colonnes::default());
    let mut sums: BTreeMap<(i16, Cellule), Mesures> = BTreeMap::new();
    for (instant, comptes) in mouvements {
        for (cellule, mesures) in comptes.iter() {
            instants.push(*instant);
            all.push(cellule, cellule.mois, mesures);
            let year = NaiveDate::from_ymd_opt(cellule.mois.year(), 1, 1).unwrap_or(cellule.mois);
            for (pas, mois) in [(1, year), (2, cellule.mois)] {
                sums.entry((pas, Cellule { mois, ..*cellule })).or_default().add(mesures);
            }
        }
    }
    if instants.is_empty() {
        return Ok(());
    }
    insert(tx, &instants, &all).await?;
    let (mut steps, mut together) = (Vec::new(), Colonnes::default());
    for ((pas, cellule), mesures) in &sums {
        steps.push(*pas);
        together.push(cellule, cellule.mois, mesures);
    }
    accumulate(tx, &steps, &together).await
}

async fn insert(
    tx: &mut Tx,
    instants: &[DateTime<Utc>],
    all: &Colonnes,
) -> Result<(), StorageError> {
    let ([code_1, code_2, code_3], mesures) = (&all.codes, &all.mesures);
    let [nombre, fees, base, ticket, amo, amc, left, surcharge, overrun, reference] = mesures;
    tx.write(sqlx::query!(
        "/* statistique_mouvement.insert */
         INSERT INTO statistique_mouvement
             (connu_le, nature, mois, caisse, age, code_1, code_2, code_3, nombre, honoraires, base, ticket, amo, amc,
              reste, majoration, depassement, reference)
         SELECT * FROM unnest($1::timestamptz[], $2::smallint[], $3::date[], $4::integer[], $5::smallint[],
             $6::smallint[], $7::smallint[], $8::smallint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[],
             $13::bigint[], $14::bigint[], $15::bigint[], $16::bigint[], $17::bigint[], $18::bigint[])",
        instants,
        &all.natures,
        &all.mois,
        &all.caisses,
        &all.ages,
        code_1,
        code_2,
        code_3,
        nombre,
        fees,
        base,
        ticket,
        amo,
        amc,
        left,
        surcharge,
        overrun,
        reference
    ))
    .await
}

async fn accumulate(tx: &mut Tx, steps: &[i16], all: &Colonnes) -> Result<(), StorageError> {
    let ([code_1, code_2, code_3], mesures) = (&all.codes, &all.mesures);
    let [nombre, fees, base, ticket, amo, amc, left, surcharge, overrun, reference] = mesures;
    tx.write(sqlx::query!(
        "/* statistique.accumulate */
         INSERT INTO statistique AS s
             (pas, nature, debut, caisse, age, code_1, code_2, code_3, nombre, honoraires, base, ticket, amo, amc,
              reste, majoration, depassement, reference)
         SELECT * FROM unnest($1::smallint[], $2::smallint[], $3::date[], $4::integer[], $5::smallint[],
             $6::smallint[], $7::smallint[], $8::smallint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[],
             $13::bigint[], $14::bigint[], $15::bigint[], $16::bigint[], $17::bigint[], $18::bigint[])
         ON CONFLICT (nature, pas, debut, caisse, age, code_1, code_2, code_3) DO UPDATE SET
             nombre = s.nombre + excluded.nombre, honoraires = s.honoraires + excluded.honoraires,
             base = s.base + excluded.base, ticket = s.ticket + excluded.ticket, amo = s.amo + excluded.amo,
             amc = s.amc + excluded.amc, reste = s.reste + excluded.reste,
             majoration = s.majoration + excluded.majoration,
             depassement = s.depassement + excluded.depassement, reference = s.reference + excluded.reference",
        steps,
        &all.natures,
        &all.mois,
        &all.caisses,
        &all.ages,
        code_1,
        code_2,
        code_3,
        nombre,
        fees,
        base,
        ticket,
        amo,
        amc,
        left,
        surcharge,
        overrun,
        reference
    ))
    .await
}
