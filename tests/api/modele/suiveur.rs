//! Who follows: the software of each doctor holds what the feed told it and nothing else, forgets what came after its
//! last copy, begins again from there, and has the patients that the register says.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use rand::RngExt;
use rand::seq::IndexedRandom;
use serde_json::Value;
use tracing::instrument::WithSubscriber;
use tracing::subscriber::NoSubscriber;

use super::monde::{DOCTORS, PEOPLE, World};
use super::regards::MSA;
use crate::droits::fil::follow;
use crate::support::app::{Caller, patient_id};
use crate::support::patientele::{Bornes, fold};
use crate::support::vie::{AIN, BOUCHES_DU_RHONE};

/// What a software holds, and where it is in the feed.
#[derive(Debug, Clone, Default)]
struct Copie {
    bornes: Bornes,
    curseur: Option<String>,
}

impl Copie {
    /// Whether somebody is a patient on a day.
    fn has(&self, person: &str, day: NaiveDate) -> bool {
        let day = day.to_string();
        let mut bounds = self.bornes.iter().filter(|(own, from, _)| own == person && *from <= day);
        bounds.next_back().is_some_and(|(_, _, arrives)| *arrives)
    }
}

/// The declarations of a person to which the lines of a heading lead.
async fn asked(caller: &Caller<'_>, rubrique: &str, person: &str) -> BTreeSet<String> {
    let (mut found, mut after) = (BTreeSet::new(), String::new());
    loop {
        let path = format!("/v1/moi/a-faire?rubrique={rubrique}&limite=100{after}");
        let page = caller.get(&path).with_subscriber(NoSubscriber::default()).await.expect(200);
        for line in page["donnees"].as_array().unwrap() {
            if line["patient_id"] == person {
                let path = line["action"]["chemin"].as_str().unwrap();
                found.insert(path.split('/').nth(3).unwrap().to_owned());
            }
        }
        let Some(next) = page["pagination"]["curseur_suivant"].as_str() else { return found };
        after = format!("&curseur={next}");
    }
}

/// The softwares of all doctors: what each holds, and the last copy that it kept.
#[derive(Debug, Default)]
pub struct Suiveurs(BTreeMap<&'static str, (Copie, Copie)>);

impl World {
    /// A doctor's software reads on, sometimes after a crash, and holds the register.
    pub async fn follow(&mut self) {
        let today = self.today();
        let practises = |doctor: &&&str| self.stopped.get(**doctor).is_none_or(|day| today < *day);
        let all: Vec<&'static str> = DOCTORS.iter().filter(practises).copied().collect();
        let Some(rpps) = all.choose(&mut self.random).copied() else { return };
        let (mut held, mut kept) = self.suiveurs.0.remove(rpps).unwrap_or_default();
        if self.random.random_bool(0.3) {
            held = kept.clone();
        }
        loop {
            let limit = self.random.random_range(1..8);
            let after =
                held.curseur.as_ref().map_or_else(String::new, |own| format!("&curseur={own}"));
            let path = format!("/v1/moi/patients/mouvements?limite={limit}{after}");
            let caller = self.app.medecin(rpps);
            let page = caller.get(&path).with_subscriber(NoSubscriber::default()).await.expect(200);
            for movement in page["donnees"].as_array().unwrap() {
                assert!(
                    fold(&mut held.bornes, movement),
                    "{rpps} is told {movement}: {}",
                    self.story
                );
            }
            held.curseur = page["pagination"]["curseur_reprise"].as_str().map(str::to_owned);
            if self.random.random_bool(0.3) {
                kept = held.clone();
            }
            if page["pagination"]["curseur_suivant"].is_null() {
                break;
            }
        }
        for (person, name) in PEOPLE.iter().enumerate() {
            let day = today + TimeDelta::days(self.random.random_range(-720..20));
            let told = held.has(&patient_id(name).to_string(), day);
            let expected = self.doctors(person, day).contains(rpps);
            assert_eq!(told, expected, "{rpps} follows {name} on {day}: {}", self.story);
        }
        self.suiveurs.0.insert(rpps, (held, kept));
    }

    /// Whoever is told where to read may read there, whatever they were to the persons and are no more.
    pub async fn read_feed(&mut self) {
        let doctors = DOCTORS.iter().map(|rpps| self.app.medecin(rpps));
        let caisses = [AIN, BOUCHES_DU_RHONE, MSA].map(|code| self.app.caisse(code));
        let readers: Vec<Caller<'_>> = doctors.chain(caisses).collect();
        let reader = &readers[self.random.random_range(0..readers.len())];
        let mut wrong = Vec::new();
        let following = follow(reader, "a reader", &mut wrong);
        following.with_subscriber(NoSubscriber::default()).await;
        assert!(wrong.is_empty(), "{wrong:?}: {}", self.story);
    }

    /// The inboxes of a person and of their caisse ask for the signatures that the person's declarations wait for,
    /// and for no others.
    pub async fn open_inboxes(&mut self) {
        let person = self.random.random_range(0..PEOPLE.len());
        let (name, id) = (PEOPLE[person], patient_id(PEOPLE[person]).to_string());
        let path = format!("/v1/patients/{id}/declarations");
        let read = self.app.patient(name).get(&path).with_subscriber(NoSubscriber::default()).await;
        let all = read.expect(200)["donnees"].as_array().unwrap().clone();
        let now: DateTime<Utc> = self.app.clock().parse().unwrap();
        // No job ran to say that their term is over.
        let open = |one: &Value| {
            one["expire_le"].as_str().unwrap().parse::<DateTime<Utc>>().unwrap() > now
        };
        let waits = |one: &&Value| one["etat"] == "en_attente" && open(one);
        let waiting: BTreeSet<String> =
            all.iter().filter(waits).map(|one| one["id"].as_str().unwrap().to_owned()).collect();
        let caisse = self.app.caisse(self.caisse(person));
        // Nothing is asked of somebody who died.
        let alive = self.lives[person].death.is_none_or(|mort| self.today() <= mort);
        let own = if alive { waiting.clone() } else { BTreeSet::new() };
        for (caller, rubrique) in
            [(self.app.patient(name), "signature_demandee"), (caisse, "declaration_en_attente")]
        {
            let asked = asked(&caller, rubrique, &id).await;
            let expected = if rubrique == "signature_demandee" { &own } else { &waiting };
            assert_eq!(asked, *expected, "{rubrique} of {name}: {}", self.story);
        }
    }
}
