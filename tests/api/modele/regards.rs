//! Who sees: what everybody is to a person, from the words of the rule. The person sees; the present caisse
//! sees all, one of before its own days; a doctor of today sees who the person is, and of another day what
//! names him; for everybody else there is nobody.

use chrono::{NaiveDate, TimeDelta};
use rand::RngExt;
use rand::seq::IndexedRandom;
use serde_json::Value;
use tracing::instrument::WithSubscriber;
use tracing::subscriber::NoSubscriber;

use super::monde::{DOCTORS, PEOPLE, World, present};
use super::reference::Doctors;
use crate::support::app::patient_id;
use crate::support::cessation::PREMIER;
use crate::support::vie::{AIN, BOUCHES_DU_RHONE, organisme};

pub const MSA: &str = "029150000";
/// A caisse on which nobody here ever depends.
const PARIS: &str = "017510000";
/// The child of Alice, under sixteen for all these days.
const ENFANT: &str = "GABRIEL";

/// The caisses of a person, each since a day and until the next one.
#[derive(Debug, Clone)]
pub struct Caisses(Vec<(&'static str, NaiveDate)>);

impl Caisses {
    pub fn of(first: &'static str) -> Self {
        Self(vec![(first, NaiveDate::MIN)])
    }

    pub fn on(&self, day: NaiveDate) -> &'static str {
        self.0.iter().rfind(|(_, from)| *from <= day).unwrap().0
    }

    /// The two caisses of the last change and its day.
    pub fn last_change(&self) -> Option<[(&'static str, NaiveDate); 2]> {
        self.0.last_chunk().copied()
    }

    pub fn change(&mut self, caisse: &'static str, day: NaiveDate) {
        self.0.push((caisse, day));
    }

    /// The last change was a mistake: nothing is left of it.
    pub fn undo(&mut self) {
        self.0.pop();
    }

    fn was(&self, caisse: &str, today: NaiveDate) -> bool {
        self.0.iter().any(|(own, from)| *own == caisse && *from <= today)
    }
}

/// Somebody who asks.
#[derive(Debug, Clone, Copy)]
enum Qui {
    Personne(&'static str),
    Caisse(&'static str),
    Medecin(&'static str),
    Referentiel,
}

impl World {
    /// Somebody asks who a person is, and who their doctors are on a day.
    pub async fn watch(&mut self) {
        let persons = PEOPLE.into_iter().chain([ENFANT]).map(Qui::Personne);
        let caisses = [AIN, BOUCHES_DU_RHONE, MSA, PARIS].map(Qui::Caisse);
        let all = persons.chain(caisses).chain(DOCTORS.map(Qui::Medecin)).chain([Qui::Referentiel]);
        let qui = *all.collect::<Vec<_>>().choose(&mut self.random).unwrap();
        let person = self.random.random_range(0..PEOPLE.len());
        let today = self.today();
        let day = today - TimeDelta::days(self.random.random_range(0..720));
        let (file, doctors) = (self.sees(qui, person, today), self.doctors(person, day));
        let id = patient_id(PEOPLE[person]);
        let read = self.ask(qui, &format!("/v1/patients/{id}")).await;
        assert_eq!(read.is_some(), file, "{qui:?} and {}: {}", PEOPLE[person], self.story);
        if let (Qui::Caisse(own), Some(read)) = (qui, read)
            && self.caisses[person].on(today) != own
        {
            let all = read["affiliations"].as_array().unwrap();
            let caisse = organisme(own)["caisse"].clone();
            assert!(all.iter().all(|one| one["organisme"]["caisse"] == caisse), "{own}: {read}");
        }
        let path = format!("/v1/patients/{id}/medecin-traitant?en_vigueur_le={day}");
        let said = self.ask(qui, &path).await;
        let shown = said.as_ref().map(|said| present(said, day));
        let what = format!("{qui:?} and {} on {day}: {}", PEOPLE[person], self.story);
        match (qui, shown) {
            // He reads of himself, on days that he knows of.
            (Qui::Medecin(own), shown) => {
                assert!(shown.is_some() || !file, "{what}");
                let own = if doctors.contains(own) { doctors } else { Doctors::new() };
                assert_eq!(shown.unwrap_or_default(), own, "{what}");
            }
            (_, shown) => {
                let seen = self.sees(qui, person, day).then_some(doctors);
                assert_eq!(shown, seen, "{what}");
            }
        }
        // A parent who lives sees the child, and nobody else who is a patient does.
        if let Qui::Personne(name) = qui {
            let parent = PEOPLE.iter().position(|person| *person == "ALICE");
            let death = parent.and_then(|parent| self.lives[parent].death);
            let lives = death.is_none_or(|death| self.today() <= death);
            let read = self.ask(qui, &format!("/v1/patients/{}", patient_id(ENFANT))).await;
            assert_eq!(read.is_some(), name == ENFANT || name == "ALICE" && lives, "{what}");
        }
    }

    /// Whether somebody sees what is of a day.
    fn sees(&self, qui: Qui, person: usize, day: NaiveDate) -> bool {
        let (caisses, today) = (&self.caisses[person], self.today());
        match qui {
            Qui::Personne(name) => name == PEOPLE[person],
            Qui::Caisse(own) if caisses.on(today) == own => true,
            Qui::Caisse(own) if day < today => caisses.on(day) == own,
            Qui::Caisse(own) => caisses.was(own, today),
            Qui::Medecin(own) => self.doctors(person, today).contains(own),
            Qui::Referentiel => false,
        }
    }

    /// What somebody is answered, if it is there for them.
    async fn ask(&self, qui: Qui, path: &str) -> Option<Value> {
        let caller = match qui {
            Qui::Personne(name) => self.app.patient(name),
            Qui::Caisse(code) => self.app.caisse(code),
            Qui::Medecin(rpps) => self.app.medecin(rpps),
            Qui::Referentiel => self.app.referentiel(PREMIER),
        };
        let reply = caller.get(path).with_subscriber(NoSubscriber::default()).await;
        match (qui, reply.status.as_u16()) {
            (_, 200) => Some(reply.expect(200)),
            (Qui::Referentiel, 403) => None,
            _ => {
                assert_eq!(reply.problem(404), "introuvable");
                None
            }
        }
    }
}
