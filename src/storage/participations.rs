//! Participations forfaitaires kept from a person, year by year of care.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

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
pub(super) fn read(annee: i16, bytes: &[u8]) -> Result<Vec<Retenue>, StorageError> {
    let (all, rest) = bytes.as_chunks::<LONGUEUR>();
    if !rest.is_empty() {
        let length = bytes.len();
        return Err(StorageError::inconsistent("participation_retenue", "retenues", length));
    }
    all.iter().map(|one| Retenue::decode(annee, one)).collect()
}

/// The bytes of participations, by person and year of care.
fn by_year(
    retenues: &[(PatientId, Retenue)],
) -> Result<BTreeMap<(PatientId, i16), Vec<u8>>, StorageError> {
    let mut years: BTreeMap<(PatientId, i16), Vec<u8>> = BTreeMap::new();
    for (patient, retenue) in retenues {
        let (annee, bytes) = retenue.encode()?;
        years.entry((*patient, annee)).or_default().extend(bytes);
    }
    Ok(years)
}

/// Adds participations kept, each to the year of its day of care. The persons' rows are locked.
pub async fn add_all(tx: &mut Tx, retenues: &[(PatientId, Retenue)]) -> Result<(), StorageError> {
    if retenues.is_empty() {
        return Ok(());
    }
    let added = by_year(retenues)?;
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

/// Gives participations back. The persons' rows are locked.
pub async fn remove_all(
    tx: &mut Tx,
    retenues: &[(PatientId, Retenue)],
) -> Result<(), StorageError> {
    if retenues.is_empty() {
        return Ok(());
    }
    let given_back = by_year(retenues)?;
    let (patients, annees): (Vec<PatientId>, Vec<i16>) = given_back.keys().copied().unzip();
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
    let mut found: u64 = 0;
    for (key, gone) in &given_back {
        let bytes = known.entry(*key).or_default();
        let mut left = bytes.as_chunks::<LONGUEUR>().0.to_vec();
        for one in gone.as_chunks::<LONGUEUR>().0 {
            if let Some(place) = left.iter().position(|kept| kept == one) {
                left.remove(place);
                found = found.saturating_add(1);
            }
        }
        *bytes = left.concat();
    }
    let expected = u64::try_from(retenues.len()).unwrap_or(u64::MAX);
    if found < expected {
        let statement = "participation_retenue.remove_all".to_owned();
        return Err(StorageError::RowsAffected { statement, expected, found });
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
