//! Participations forfaitaires kept from a person, year by year of care.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};
use sqlx::postgres::PgConnection;

use super::feuilles_de_soins::numeros;
use super::{StorageError, Tx};
use crate::domain::identifiers::Rpps;
use crate::domain::ids::PatientId;
use crate::domain::money::Centimes;

/// A participation kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retenue {
    /// Day of care.
    pub jour: NaiveDate,
    pub executant: Rpps,
    pub montant: Centimes,
}

/// Bytes of one participation: day of the year (2), performer (5), cents (2), the most significant first.
const LONGUEUR: usize = 9;

impl Retenue {
    /// The year of care and the bytes kept.
    fn encode(&self) -> Result<(i16, [u8; LONGUEUR]), StorageError> {
        let wrong = |column| {
            move |error| StorageError::inconsistent("participation_retenue", column, error)
        };
        let annee = i16::try_from(self.jour.year()).map_err(wrong("annee"))?;
        let jour = u16::try_from(self.jour.ordinal()).map_err(wrong("retenues"))?;
        let centimes = i16::try_from(self.montant.get()).map_err(wrong("retenues"))?;
        let [_, _, _, e1, e2, e3, e4, e5] = numeros::rpps(&self.executant)?.to_be_bytes();
        let ([j1, j2], [c1, c2]) = (jour.to_be_bytes(), centimes.to_be_bytes());
        Ok((annee, [j1, j2, e1, e2, e3, e4, e5, c1, c2]))
    }

    fn decode(annee: i16, bytes: &[u8; LONGUEUR]) -> Result<Self, StorageError> {
        let [j1, j2, e1, e2, e3, e4, e5, c1, c2] = *bytes;
        let ordinal = u32::from(u16::from_be_bytes([j1, j2]));
        let jour = NaiveDate::from_yo_opt(i32::from(annee), ordinal).ok_or_else(|| {
            StorageError::inconsistent("participation_retenue", "retenues", "no such day")
        })?;
        Ok(Self {
            jour,
            executant: numeros::to_rpps(i64::from_be_bytes([0, 0, 0, e1, e2, e3, e4, e5]))?,
            montant: Centimes::new(i64::from(i16::from_be_bytes([c1, c2]))),
        })
    }
}

/// The participations of one person in one year.
fn read(annee: i16, bytes: &[u8]) -> Result<Vec<Retenue>, StorageError> {
    let (all, rest) = bytes.as_chunks::<LONGUEUR>();
    if !rest.is_empty() {
        let length = bytes.len();
        return Err(StorageError::inconsistent("participation_retenue", "retenues", length));
    }
    all.iter().map(|one| Retenue::decode(annee, one)).collect()
}

/// The participations of a person that their row holds: those of their latest year of care. Earlier years have rows of
/// their own, so that the row of the person does not grow with their life.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recentes {
    annee: Option<i16>,
    octets: Vec<u8>,
}

impl Recentes {
    /// As the row holds them: the year in two bytes, then each.
    pub(super) fn read(bytes: Option<&[u8]>) -> Result<Self, StorageError> {
        let Some(bytes) = bytes else { return Ok(Self::default()) };
        let (annee, octets) = bytes
            .split_first_chunk()
            .ok_or_else(|| StorageError::inconsistent("patient", "retenues", bytes.len()))?;
        Ok(Self { annee: Some(i16::from_be_bytes(*annee)), octets: octets.to_vec() })
    }

    /// What the row is to hold.
    pub(super) fn bytes(&self) -> Option<Vec<u8>> {
        let annee = self.annee?.to_be_bytes();
        Some([annee.as_slice(), self.octets.as_slice()].concat())
    }

    /// Whether nothing of a year nor of a later one is elsewhere.
    pub fn couvrent(&self, annee: i32) -> bool {
        self.annee.is_none_or(|own| i32::from(own) <= annee)
    }

    /// Each of them.
    pub fn toutes(&self) -> Result<Vec<Retenue>, StorageError> {
        self.annee.map_or(Ok(Vec::new()), |annee| read(annee, &self.octets))
    }

    /// Adds participations of a year; what goes to the row of another year.
    fn add(&mut self, annee: i16, octets: &[u8]) -> Option<(i16, Vec<u8>)> {
        match self.annee {
            Some(own) if annee < own => Some((annee, octets.to_vec())),
            Some(own) if annee > own => {
                self.annee = Some(annee);
                let before = std::mem::replace(&mut self.octets, octets.to_vec());
                (!before.is_empty()).then_some((own, before))
            }
            _ => {
                self.annee = Some(annee);
                self.octets.extend(octets);
                None
            }
        }
    }

    /// Adds participations; what goes to the rows of other years.
    pub(super) fn add_all(
        &mut self,
        retenues: &[Retenue],
    ) -> Result<Vec<(i16, Vec<u8>)>, StorageError> {
        let mut elsewhere = Vec::new();
        for retenue in retenues {
            let (annee, octets) = retenue.encode()?;
            elsewhere.extend(self.add(annee, &octets));
        }
        Ok(elsewhere)
    }
}

/// Every participation kept under some records, in some years of care or in all of them.
pub async fn of_records(
    conn: &mut PgConnection,
    records: &[PatientId],
    annees: Option<&[i16]>,
) -> Result<Vec<(PatientId, Retenue)>, StorageError> {
    let rows = sqlx::query!(
        r#"/* participation_retenue.of_records */
         SELECT patient_id AS "patient_id!: PatientId", annee, retenues AS "retenues!" FROM participation_retenue
         WHERE patient_id = ANY($1) AND ($2::smallint[] IS NULL OR annee = ANY($2))
         UNION ALL
         SELECT patient_id, NULL, retenues FROM patient WHERE patient_id = ANY($1) AND retenues IS NOT NULL"#,
        records as _,
        annees
    )
    .fetch_all(conn)
    .await?;
    let mut known = Vec::new();
    for row in rows {
        let mut kept = match row.annee {
            Some(annee) => read(annee, &row.retenues)?,
            None => Recentes::read(Some(&row.retenues))?.toutes()?,
        };
        if let Some(annees) = annees {
            let asked = |annee: i32| annees.iter().any(|one| i32::from(*one) == annee);
            kept.retain(|retenue| asked(retenue.jour.year()));
        }
        known.extend(kept.into_iter().map(|retenue| (row.patient_id, retenue)));
    }
    Ok(known)
}

/// The bytes of participations of a year of a person.
type Annee = ((PatientId, i16), Vec<u8>);

/// Adds participations to years that no row of a person holds.
pub(super) async fn archive(tx: &mut Tx, annees: Vec<Annee>) -> Result<(), StorageError> {
    let mut added: BTreeMap<(PatientId, i16), Vec<u8>> = BTreeMap::new();
    for (annee, octets) in annees {
        added.entry(annee).or_default().extend(octets);
    }
    if added.is_empty() {
        return Ok(());
    }
    let (patients, annees): (Vec<PatientId>, Vec<i16>) = added.keys().copied().unzip();
    let bytes: Vec<&[u8]> = added.values().map(Vec::as_slice).collect();
    tx.write(sqlx::query!(
        "/* participation_retenue.add_all */
         INSERT INTO participation_retenue AS known (patient_id, annee, retenues)
         SELECT * FROM unnest($1::uuid[], $2::smallint[], $3::bytea[])
         ON CONFLICT (patient_id, annee) DO UPDATE SET retenues = known.retenues || EXCLUDED.retenues",
        &patients as _,
        &annees,
        &bytes as _
    ))
    .await
}

/// Gives participations back and keeps others, each in the year of its day of care. The persons' rows are locked.
pub async fn replace(
    tx: &mut Tx,
    rendues: &[(PatientId, Retenue)],
    gardees: &[(PatientId, Retenue)],
) -> Result<(), StorageError> {
    let mut rows = recent(tx, rendues.iter().chain(gardees).map(|(patient, _)| *patient)).await?;
    let mut gone: BTreeMap<(PatientId, i16), Vec<[u8; LONGUEUR]>> = BTreeMap::new();
    let mut missing: u64 = 0;
    for (patient, retenue) in rendues {
        let (annee, octets) = retenue.encode()?;
        match rows.get_mut(patient).filter(|own| own.annee == Some(annee)) {
            Some(own) => {
                missing = missing.saturating_add(u64::from(!take(&mut own.octets, &octets)));
            }
            None => gone.entry((*patient, annee)).or_default().push(octets),
        }
    }
    missing = missing.saturating_add(remove_archived(tx, &gone).await?);
    if missing > 0 {
        let statement = "participation_retenue.remove_all".to_owned();
        let expected = u64::try_from(rendues.len()).unwrap_or(u64::MAX);
        let found = expected.saturating_sub(missing);
        return Err(StorageError::RowsAffected { statement, expected, found });
    }
    let mut elsewhere = Vec::new();
    for (patient, retenue) in gardees {
        let own = rows.entry(*patient).or_default();
        let others = own.add_all(&[*retenue])?;
        elsewhere.extend(others.into_iter().map(|(annee, octets)| ((*patient, annee), octets)));
    }
    keep(tx, &rows).await?;
    archive(tx, elsewhere).await
}

/// Takes one participation away; whether it was there.
fn take(octets: &mut Vec<u8>, one: &[u8; LONGUEUR]) -> bool {
    let mut left = octets.as_chunks::<LONGUEUR>().0.to_vec();
    let place = left.iter().position(|kept| kept == one);
    if let Some(place) = place {
        left.remove(place);
        *octets = left.concat();
    }
    place.is_some()
}

/// The same in the rows of earlier years; how many were not there.
async fn remove_archived(
    tx: &mut Tx,
    gone: &BTreeMap<(PatientId, i16), Vec<[u8; LONGUEUR]>>,
) -> Result<u64, StorageError> {
    if gone.is_empty() {
        return Ok(0);
    }
    let (patients, annees): (Vec<PatientId>, Vec<i16>) = gone.keys().copied().unzip();
    let rows = sqlx::query!(
        "/* participation_retenue.of_years */
         SELECT patient_id, annee, retenues FROM participation_retenue
         WHERE (patient_id, annee) IN (SELECT * FROM unnest($1::uuid[], $2::smallint[]))",
        &patients as _,
        &annees
    )
    .fetch_all(&mut **tx)
    .await?;
    let mut known: BTreeMap<(PatientId, i16), Vec<u8>> =
        rows.into_iter().map(|row| ((row.patient_id, row.annee), row.retenues)).collect();
    let mut missing: u64 = 0;
    for (key, gone) in gone {
        let octets = known.entry(*key).or_default();
        let absent = gone.iter().filter(|one| !take(octets, one)).count();
        missing = missing.saturating_add(u64::try_from(absent).unwrap_or(u64::MAX));
    }
    let bytes: Vec<&[u8]> = known.values().map(Vec::as_slice).collect();
    tx.write(sqlx::query!(
        "/* participation_retenue.remove_all */
         UPDATE participation_retenue AS known SET retenues = w.retenues
         FROM unnest($1::uuid[], $2::smallint[], $3::bytea[]) AS w (patient_id, annee, retenues)
         WHERE known.patient_id = w.patient_id AND known.annee = w.annee",
        &patients as _,
        &annees,
        &bytes as _
    ))
    .await?;
    Ok(missing)
}

/// What the rows of some persons hold. They are locked.
async fn recent(
    tx: &mut Tx,
    persons: impl Iterator<Item = PatientId>,
) -> Result<BTreeMap<PatientId, Recentes>, StorageError> {
    let persons: BTreeSet<PatientId> = persons.collect();
    if persons.is_empty() {
        return Ok(BTreeMap::new());
    }
    let persons: Vec<PatientId> = persons.into_iter().collect();
    let rows = sqlx::query!(
        "/* patient.retenues_of */ SELECT patient_id, retenues FROM patient WHERE patient_id = ANY($1)",
        &persons as _
    )
    .fetch_all(&mut **tx)
    .await?;
    let own = |retenues: Option<Vec<u8>>| Recentes::read(retenues.as_deref());
    rows.into_iter().map(|row| Ok((row.patient_id, own(row.retenues)?))).collect()
}

async fn keep(tx: &mut Tx, rows: &BTreeMap<PatientId, Recentes>) -> Result<(), StorageError> {
    if rows.is_empty() {
        return Ok(());
    }
    let persons: Vec<PatientId> = rows.keys().copied().collect();
    let bytes: Vec<Option<Vec<u8>>> = rows.values().map(Recentes::bytes).collect();
    tx.write(sqlx::query!(
        "/* patient.keep_retenues */
         UPDATE patient SET retenues = w.retenues
         FROM unnest($1::uuid[], $2::bytea[]) AS w (patient_id, retenues)
         WHERE patient.patient_id = w.patient_id",
        &persons as _,
        &bytes as _
    ))
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn participations_are_read_back_as_they_were_kept() {
        let kept: Vec<Retenue> =
            [("2024-12-31", "99900001233", 200), ("2024-01-01", "10003456786", 100)]
                .into_iter()
                .map(|(jour, rpps, centimes)| Retenue {
                    jour: jour.parse().unwrap(),
                    executant: Rpps::parse(rpps).unwrap(),
                    montant: Centimes::new(centimes),
                })
                .collect();
        let bytes: Vec<u8> = kept.iter().flat_map(|one| one.encode().unwrap().1).collect();
        assert_eq!(read(2024, &bytes).unwrap(), kept);
        // 2023 has no 366th day.
        assert!(read(2023, &bytes).is_err());
        assert!(read(2024, &bytes[1..]).is_err());
    }
}
