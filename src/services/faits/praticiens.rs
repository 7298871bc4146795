//! Doctors about whom a lot already asked.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::registre::Registre;
use crate::domain::calendar::Periode;
use crate::domain::identifiers::{NumAm, Rpps, Specialite};
use crate::services::ServiceError;
use crate::storage::Connection;
use crate::storage::connaissance::Connaissance;
use crate::storage::faits::medecins::{self, ExerciceConnu, Fiche, Titulaire};

/// For how long what was read of a doctor counts. Nothing of him is locked while feuilles are evaluated,
/// so a feuille is evaluated as if it had come that little earlier.
const DUREE: TimeDelta = TimeDelta::seconds(10);

/// How many doctors are kept at most.
const NOMBRE: usize = 50_000;

/// What the register knows of a doctor; nothing when it does not know him.
type Praticien = Option<Fiche>;

/// What is known of the doctors about whom some feuilles ask, shared with the batches of a lot.
#[derive(Debug, Default)]
pub(super) struct Medecins {
    praticiens: BTreeMap<Rpps, Arc<Praticien>>,
    /// Whose the billing numbers are that were asked about.
    pub(super) titulaires: Vec<Titulaire>,
}

impl Medecins {
    /// The practices of a doctor, those as a locum too.
    pub(super) fn practices(&self, rpps: Rpps) -> &[ExerciceConnu] {
        self.fiche(rpps).map_or(&[], |known| &known.exercices)
    }

    /// Whether the register knows a doctor, and his specialties.
    pub(super) fn specialties(&self, rpps: Rpps) -> Option<&[(Periode, Specialite)]> {
        self.fiche(rpps).map(|known| known.specialites.as_slice())
    }

    fn fiche(&self, rpps: Rpps) -> Option<&Fiche> {
        self.praticiens.get(&rpps).and_then(|known| known.as_ref().as_ref())
    }

    /// Who bills under a number on a day.
    pub(super) fn titulaire(&self, numero: NumAm, jour: NaiveDate) -> Option<Rpps> {
        let found = |one: &&Titulaire| one.numero == numero && one.effet.contient(jour);
        self.titulaires.iter().find(found).map(|one| one.rpps)
    }
}

/// Doctors read for a batch of a lot and kept for the batches that follow, so that one who bills
/// hundreds of its feuilles is not read for each.
#[derive(Debug, Default)]
pub(in crate::services) struct Praticiens(Mutex<Lus>);

#[derive(Debug, Default)]
struct Lus {
    /// When the oldest of them was read.
    depuis: Option<DateTime<Utc>>,
    connus: BTreeMap<Rpps, Arc<Praticien>>,
}

impl Praticiens {
    /// Those of some doctors who were read not long ago.
    fn kept(&self, doctors: &BTreeSet<Rpps>, now: DateTime<Utc>) -> BTreeMap<Rpps, Arc<Praticien>> {
        let mut lus = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let old = lus.depuis.is_some_and(|first| now.signed_duration_since(first) >= DUREE);
        if old || lus.connus.len() > NOMBRE {
            *lus = Lus::default();
        }
        let known = doctors.iter().filter_map(|rpps| Some((*rpps, lus.connus.get(rpps)?)));
        known.map(|(rpps, known)| (rpps, Arc::clone(known))).collect()
    }

    fn keep(&self, read: &BTreeMap<Rpps, Arc<Praticien>>, now: DateTime<Utc>) {
        let mut lus = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lus.depuis.get_or_insert(now);
        lus.connus.extend(read.iter().map(|(rpps, one)| (*rpps, Arc::clone(one))));
    }

    /// Tells a register what is known of some doctors, and reads those that nobody asked about, as known
    /// now or at an instant: always the same for one of these.
    pub(super) async fn tell(
        &self,
        conn: &mut Connection,
        doctors: &BTreeSet<Rpps>,
        registre: &mut Registre,
        (now, connu_le): (DateTime<Utc>, Connaissance),
    ) -> Result<(), ServiceError> {
        if doctors.is_empty() {
            return Ok(());
        }
        let mut known = self.kept(doctors, now);
        let missing: Vec<Rpps> =
            doctors.iter().copied().filter(|rpps| !known.contains_key(rpps)).collect();
        if !missing.is_empty() {
            let read = read(conn, &missing, connu_le).await?;
            self.keep(&read, now);
            known.extend(read);
        }
        for (rpps, one) in known {
            registre.medecins.praticiens.insert(rpps, one);
        }
        Ok(())
    }
}

async fn read(
    conn: &mut Connection,
    doctors: &[Rpps],
    connu_le: Connaissance,
) -> Result<BTreeMap<Rpps, Arc<Praticien>>, ServiceError> {
    let mut read = medecins::fiches(conn, doctors, connu_le).await?;
    Ok(doctors.iter().map(|rpps| (*rpps, Arc::new(read.remove(rpps)))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_counts_for_ten_seconds() {
        let known = Praticiens::default();
        let doctor = Rpps::parse("99900001233").unwrap();
        let asked = BTreeSet::from([doctor]);
        let start: DateTime<Utc> = "2025-06-16T10:00:00Z".parse().unwrap();
        assert!(known.kept(&asked, start).is_empty());
        known.keep(&BTreeMap::from([(doctor, Arc::new(Praticien::default()))]), start);
        let before = start + DUREE - TimeDelta::microseconds(1);
        assert_eq!(known.kept(&asked, before).len(), 1);
        let other = BTreeSet::from([Rpps::parse("99900002017").unwrap()]);
        assert!(known.kept(&other, before).is_empty());
        assert!(known.kept(&asked, start + DUREE).is_empty());
        assert!(known.kept(&asked, start).is_empty(), "nothing old is left");
    }
}
