//! The public directory of the doctors, loaded from its files: doctors, the places where they practise, and the ends of the
//! practices that only it had said.
//!
//! Specialties are read first, since they may be in a file of their own. Practices are then written as those of a caisse
//! are ([`reprises`](super::reprises)), a few hundred at a time; what a caisse said of a doctor stays as it is. The directory
//! has no days: a practice begins on the day of the extraction, and ends on that of the first that no longer has it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::reprises::practices;
use super::{Contexte, Core, ServiceError};
use crate::domain::annuaire::{ExerciceAnnuaire, Rangee};
use crate::domain::feuille_de_soins::OptionTarifaire;
use crate::domain::identifiers::{Rpps, Specialite};
use crate::domain::medecin::{LieuExistantOuNouveau, NouveauMedecin, NouvelExercice};
use crate::domain::reprise::{Bilan, Refusee};
use crate::storage::medecins::changements;
use crate::storage::reprises::annuaire as stored;

/// Practices written in one transaction.
const PAQUET: usize = 500;

/// What a load did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chargee {
    pub bilan: Bilan,
    /// Practices that the directory no longer has.
    pub finies: u64,
    /// Doctors whom it said to practise, and who no longer practise anywhere by what it says.
    pub disparus: Vec<Rpps>,
}

/// A load under way.
#[derive(Debug)]
pub struct Chargement<'a> {
    core: &'a Core,
    contexte: &'a Contexte,
    jour: NaiveDate,
    specialites: BTreeMap<Rpps, Specialite>,
    waiting: Vec<(u64, NouveauMedecin)>,
    seen: BTreeSet<Rpps>,
    /// Practices that the directory has, by their doctors and the digest of their place.
    lieux: BTreeSet<(Rpps, String)>,
    chargee: Chargee,
    refusees: Vec<Refusee>,
}

impl<'a> Chargement<'a> {
    /// Begins a load of an extraction of a day.
    pub fn begin(
        core: &'a Core,
        contexte: &'a Contexte,
        jour: NaiveDate,
    ) -> Result<Self, ServiceError> {
        contexte.demarche.verify_role(contexte.acteur())?;
        Ok(Self {
            core,
            contexte,
            jour,
            specialites: BTreeMap::new(),
            waiting: Vec::new(),
            seen: BTreeSet::new(),
            lieux: BTreeSet::new(),
            chargee: Chargee::default(),
            refusees: Vec::new(),
        })
    }

    /// A specialty of a doctor: the first that is said counts.
    pub fn note(&mut self, rangee: &Rangee) {
        let said = match rangee {
            Rangee::Specialite(rpps, code) => Some((*rpps, *code)),
            Rangee::Exercice(one) => one.specialite.map(|code| (one.rpps, code)),
            Rangee::SansExercice(_) | Rangee::Autre => None,
        };
        if let Some((rpps, code)) = said {
            self.specialites.entry(rpps).or_insert(code);
        }
    }

    /// A practice.
    pub async fn add(&mut self, numero: u64, one: ExerciceAnnuaire) -> Result<(), ServiceError> {
        let key = (one.rpps, stored::place_key(&one.lieu));
        if !self.lieux.insert(key) {
            // Two rows of one place: two know-hows, or two roles.
            self.chargee.bilan.deja_connues = self.chargee.bilan.deja_connues.saturating_add(1);
            return Ok(());
        }
        let Some(specialite) = self.specialites.get(&one.rpps).copied() else {
            self.refuse(numero);
            return Ok(());
        };
        let principal = self.seen.insert(one.rpps);
        let exercice = NouvelExercice {
            du: self.jour,
            lieu: LieuExistantOuNouveau::Nouveau(one.lieu),
            mode: one.mode,
            principal,
            convention: None,
            option_tarifaire: OptionTarifaire::Aucune,
            facturation: None,
        };
        let exercices = vec![exercice];
        let doctor = NouveauMedecin { rpps: one.rpps, nom: one.nom, specialite, exercices };
        self.waiting.push((numero, doctor));
        if self.waiting.len() < PAQUET { Ok(()) } else { self.write().await }
    }

    fn refuse(&mut self, numero: u64) {
        let message = "une spécialité ordinale que les caisses connaissent";
        let wrong = crate::domain::reprise::Defaut {
            champ: "Code savoir-faire".to_owned(),
            code: "champ_requis".to_owned(),
            message: message.to_owned(),
        };
        self.refusees.push(Refusee { numero, defauts: vec![wrong] });
        self.chargee.bilan.refusees = self.chargee.bilan.refusees.saturating_add(1);
    }

    async fn write(&mut self) -> Result<(), ServiceError> {
        let lignes = std::mem::take(&mut self.waiting);
        let mut many = self.core.many(self.contexte).await?;
        let (bilan, refusees) = practices(&mut many, &lignes).await?;
        many.close().await?;
        let own = &mut self.chargee.bilan;
        own.nouvelles = own.nouvelles.saturating_add(bilan.nouvelles);
        own.deja_connues = own.deja_connues.saturating_add(bilan.deja_connues);
        own.refusees = own.refusees.saturating_add(bilan.refusees);
        self.refusees.extend(refusees);
        Ok(())
    }

    /// The refusals since the last time.
    pub fn refusals(&mut self) -> Vec<Refusee> {
        std::mem::take(&mut self.refusees)
    }

    /// The files are read: what the directory alone had said, and says no more, ends. Doctors who practise nowhere any more
    /// are told: that they ceased is a national act, which somebody records.
    pub async fn end(mut self) -> Result<Chargee, ServiceError> {
        self.write().await?;
        let mut after = None;
        loop {
            let mut job = self.core.job("annuaire.end").await?;
            let page = stored::practices(job.conn(), (after, self.jour), PAQUET).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.exercice_id);
            for one in page {
                if self.lieux.contains(&(one.rpps, one.place)) {
                    continue;
                }
                let locked = changements::lock(job.conn(), &one.rpps, self.core.now()).await?;
                let Some(doctor) = locked else { continue };
                let instant = doctor.instant;
                stored::end(
                    job.conn(),
                    (doctor.id, one.exercice_id),
                    self.jour,
                    instant,
                    self.core.ids().uuid(),
                )
                .await?;
                changements::touch(job.conn(), doctor.id, instant).await?;
                self.chargee.finies = self.chargee.finies.saturating_add(1);
                if !stored::practises(job.conn(), doctor.id, self.jour).await? {
                    self.chargee.disparus.push(one.rpps);
                }
            }
            job.close().await?;
        }
        self.chargee.disparus.sort_unstable();
        self.chargee.disparus.dedup();
        Ok(self.chargee)
    }
}
