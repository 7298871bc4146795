//! Doctors about whom a lot already asked.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::registre::Registre;
use crate::domain::calendar::Periode;
use crate::domain::identifiers::{Rpps, Specialite};
use crate::services::ServiceError;
use crate::storage::dossiers_situations::ExerciceConnu;
use crate::storage::{Connection, dossiers, dossiers_situations};

/// After how many readings everything is read again: a few seconds of a lot. Nothing of a doctor is
/// locked while feuilles are evaluated, so a feuille is then evaluated as if it had come that little earlier.
const LECTURES: u32 = 256;

/// What the register knows of a doctor; no specialty list when it does not know him.
#[derive(Debug, Default)]
struct Praticien {
    specialites: Option<Vec<(Periode, Specialite)>>,
    exercices: Vec<ExerciceConnu>,
}

/// Doctors read for a batch of a lot and kept for the batches that follow, so that one who bills
/// hundreds of its feuilles is not read for each. Their number is bounded by that of the feuilles of so
/// many batches.
#[derive(Debug, Default)]
pub(in crate::services) struct Praticiens(Mutex<Lus>);

#[derive(Debug, Default)]
struct Lus {
    lectures: u32,
    connus: BTreeMap<Rpps, Arc<Praticien>>,
}

impl Praticiens {
    /// Those of some doctors who were read not long ago.
    fn kept(&self, doctors: &BTreeSet<Rpps>) -> BTreeMap<Rpps, Arc<Praticien>> {
        let mut lus = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lus.lectures = lus.lectures.saturating_add(1);
        if lus.lectures > LECTURES {
            *lus = Lus::default();
        }
        let known = doctors.iter().filter_map(|rpps| Some((*rpps, lus.connus.get(rpps)?)));
        known.map(|(rpps, known)| (rpps, Arc::clone(known))).collect()
    }

    fn keep(&self, read: &BTreeMap<Rpps, Arc<Praticien>>) {
        let mut lus = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lus.connus.extend(read.iter().map(|(rpps, one)| (*rpps, Arc::clone(one))));
    }

    /// Tells a register what is known of some doctors, and reads those that nobody asked about.
    pub(super) async fn tell(
        &self,
        conn: &mut Connection,
        doctors: &BTreeSet<Rpps>,
        registre: &mut Registre,
    ) -> Result<(), ServiceError> {
        if doctors.is_empty() {
            return Ok(());
        }
        let mut known = self.kept(doctors);
        let missing: Vec<Rpps> =
            doctors.iter().copied().filter(|rpps| !known.contains_key(rpps)).collect();
        if !missing.is_empty() {
            let read = read(conn, &missing).await?;
            self.keep(&read);
            known.extend(read);
        }
        for (rpps, one) in known {
            if let Some(specialites) = &one.specialites {
                registre.practises(rpps, specialites, &one.exercices);
            }
        }
        Ok(())
    }
}

async fn read(
    conn: &mut Connection,
    doctors: &[Rpps],
) -> Result<BTreeMap<Rpps, Arc<Praticien>>, ServiceError> {
    let mut read: BTreeMap<Rpps, Praticien> =
        doctors.iter().map(|rpps| (*rpps, Praticien::default())).collect();
    for (rpps, specialite) in dossiers::specialites(conn, doctors).await? {
        let own = &mut read.entry(rpps).or_default().specialites;
        own.get_or_insert_default().extend(specialite);
    }
    for exercice in dossiers_situations::exercices(conn, doctors).await? {
        read.entry(exercice.rpps).or_default().exercices.push(exercice);
    }
    Ok(read.into_iter().map(|(rpps, one)| (rpps, Arc::new(one))).collect())
}
