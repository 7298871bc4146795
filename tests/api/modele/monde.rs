//! A register, its reference, and what may happen next.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use chrono::{NaiveDate, TimeDelta};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use serde_json::Value;
use tracing::instrument::WithSubscriber;
use tracing::subscriber::NoSubscriber;
use traitant::services::etats;

use super::ensemble::today;
use super::medecins::{ANNE, BRICE, Operation};
use super::reference::{Choice, Doctors, Life, Stopped};
use super::regards::Caisses;
use super::suiveur::Suiveurs;
use crate::support::TestApp;
use crate::support::app::{CARDIOLOGUE, MARTIN, PONS, patient_id};
use crate::support::vie::{AIN, BOUCHES_DU_RHONE};

pub const DOCTORS: [&str; 5] = [MARTIN, PONS, CARDIOLOGUE, ANNE, BRICE];
pub const PEOPLE: [&str; 3] = ["ALICE", "BERNARD", "HUGO"];
/// The one of them who may have a second record.
pub const TWICE: usize = 2;

/// What happens, and how often among a hundred steps.
pub const STEPS: [(&str, u32); 16] = [
    ("sign_today", 14),
    ("late_paper", 16),
    ("together", 12),
    ("amendment", 12),
    ("withdraw", 6),
    ("leave", 4),
    ("take_back", 5),
    ("rectify", 6),
    ("half_signed", 3),
    ("stop", 7),
    ("resume", 5),
    ("die_or_not", 5),
    ("change_caisse", 7),
    ("back_to_caisse", 4),
    ("contest", 4),
    ("merge_or_undo", 6),
];

/// What was known at the end of a step.
struct Past {
    instant: String,
    lives: Vec<Life>,
    stopped: Stopped,
}

/// A second record of a person, apart or merged.
pub struct Second {
    pub id: String,
    pub life: Life,
    /// The merge, when there is one: its address.
    pub fusion: Option<String>,
}

/// A register and its reference.
pub struct World {
    pub app: TestApp,
    pub random: StdRng,
    pub lives: Vec<Life>,
    pub caisses: Vec<Caisses>,
    /// Whose last change of caisse was not undone.
    pub moved: BTreeSet<usize>,
    pub stopped: Stopped,
    pub operations: BTreeMap<&'static str, Operation>,
    pub second: Option<Second>,
    pub suiveurs: Suiveurs,
    past: Vec<Past>,
    received: usize,
    pub story: String,
    pub done: BTreeSet<&'static str>,
}

impl World {
    pub async fn new(seed: u64) -> Self {
        let app = TestApp::new().await;
        super::medecins::open_cabinet(&app).await;
        let mut world = Self {
            app,
            random: StdRng::seed_from_u64(seed),
            lives: vec![Life::default(); PEOPLE.len()],
            caisses: [BOUCHES_DU_RHONE, AIN, BOUCHES_DU_RHONE].map(Caisses::of).to_vec(),
            moved: BTreeSet::new(),
            stopped: Stopped::new(),
            operations: BTreeMap::new(),
            second: None,
            suiveurs: Suiveurs::default(),
            past: Vec::new(),
            received: 0,
            story: format!("seed {seed}:"),
            done: BTreeSet::new(),
        };
        for (person, name) in PEOPLE.iter().enumerate() {
            let path = format!("/v1/patients/{}/declarations", patient_id(name));
            let known = world.app.patient(name).get(&path).await.expect(200);
            let mut all: Vec<Value> = known["donnees"].as_array().unwrap().clone();
            all.reverse();
            for declaration in all {
                let day = declaration["signatures"][0]["signe_le"].as_str().unwrap();
                let choice = world.choice(&declaration, day.parse().unwrap(), false);
                world.lives[person].choices.push(choice);
            }
        }
        world
    }

    pub fn today(&self) -> NaiveDate {
        today(&self.app)
    }

    /// A day of the last two years.
    pub fn some_day(&mut self) -> NaiveDate {
        self.today() - TimeDelta::days(self.random.random_range(1..700))
    }

    /// A doctor who practises on a day.
    pub fn doctor_on(&mut self, day: NaiveDate) -> &'static str {
        let practises =
            |doctor: &&&str| self.stopped.get(**doctor).is_none_or(|stopped| day < *stopped);
        let all: Vec<&'static str> = DOCTORS.iter().filter(practises).copied().collect();
        all.choose(&mut self.random).unwrap()
    }

    /// The caisse on which a person depends now.
    pub fn caisse(&self, person: usize) -> &'static str {
        self.caisses[person].on(self.today())
    }

    /// The doctors of a person on a day, as known now.
    pub fn doctors(&self, person: usize, day: NaiveDate) -> Doctors {
        self.lives[person].doctors_on(day, &self.stopped)
    }

    /// What the register acknowledged.
    pub fn choice(&mut self, declaration: &Value, day: NaiveDate, by_machine: bool) -> Choice {
        self.received += 1;
        let named = declaration["medecins"].as_array().unwrap();
        let doctors =
            named.iter().map(|medecin| known_doctor(medecin["rpps"].as_str().unwrap())).collect();
        let id = declaration["id"].as_str().unwrap().to_owned();
        Choice { id, doctors, beside: None, day, by_machine, received: self.received }
    }

    pub async fn step(&mut self) {
        self.app.advance(TimeDelta::days(self.random.random_range(1..20)));
        let person = self.random.random_range(0..PEOPLE.len());
        let what = STEPS.choose_weighted(&mut self.random, |(_, weight)| *weight).unwrap().0;
        let happened = match what {
            "sign_today" => self.sign_today(person).await,
            "late_paper" => self.late_paper(person).await,
            "together" => self.together(person).await,
            "amendment" => self.amendment(person).await,
            "withdraw" => self.withdraw(person).await,
            "leave" => self.leave(person).await,
            "take_back" => self.take_back(person).await,
            "rectify" => self.rectify(person).await,
            "half_signed" => self.half_signed(person).await,
            "stop" => self.stop().await,
            "resume" => self.resume().await,
            "die_or_not" => self.die_or_not(person).await,
            "change_caisse" => self.change_caisse(person).await,
            "back_to_caisse" => self.back_to_caisse().await,
            "contest" => self.contest(person).await,
            _ => self.merge_or_undo().await,
        };
        if happened {
            self.done.insert(what);
            let today = self.today();
            write!(self.story, " {what}({}, {today})", PEOPLE[person]).unwrap();
        }
        self.app.advance(TimeDelta::seconds(1));
        let (instant, lives, stopped) =
            (self.app.clock(), self.lives.clone(), self.stopped.clone());
        self.past.push(Past { instant, lives, stopped });
    }

    /// Compares some days of everybody, as known now and as known at the end of an older step.
    /// No row holds a current value that is not what the facts say; then every row holds one, for the next step to make
    /// old.
    pub async fn verify_states(&self) {
        let found = etats::verify(&self.app.core, |_| {}).await.unwrap();
        let wrong = (&found.etats_differents, &found.retenues_differentes);
        assert!(wrong.0.is_empty() && wrong.1.is_empty(), "{wrong:?} after {}", self.story);
        etats::remake(&self.app.core, |_| {}).await.unwrap();
    }

    pub async fn compare(&mut self) {
        let older = self.random.random_range(0..self.past.len());
        for (moment, past) in [(older, true), (self.past.len() - 1, false)] {
            let offsets: Vec<i64> =
                PEOPLE.iter().map(|_| self.random.random_range(-720..20)).collect();
            let Past { instant, lives, stopped } = &self.past[moment];
            let known = if past { format!("&connu_le={instant}") } else { String::new() };
            for ((person, name), offset) in PEOPLE.iter().enumerate().zip(offsets) {
                let day = self.today() + TimeDelta::days(offset);
                let path = format!(
                    "/v1/patients/{}/medecin-traitant?en_vigueur_le={day}{known}",
                    patient_id(name)
                );
                let caller = self.app.patient(name);
                // The same reading tens of thousands of times: its logs are judged elsewhere.
                let said = caller.get(&path).with_subscriber(NoSubscriber::default()).await;
                let said = present(&said.expect(200), day);
                let expected = lives[person].doctors_on(day, stopped);
                assert_eq!(
                    said, expected,
                    "{name} on {day}, known {known:?}, after {}",
                    self.story
                );
            }
        }
    }
}

/// The doctors of an answer on a day.
pub fn present(answer: &Value, day: NaiveDate) -> Doctors {
    let day = day.to_string();
    let all = answer["designation"]["medecins"].as_array().cloned().unwrap_or_default();
    let inside = |one: &&Value| {
        one["effet_du"].as_str().unwrap() <= day.as_str()
            && one["effet_au"].as_str().is_none_or(|end| day.as_str() < end)
    };
    all.iter().filter(inside).map(|one| known_doctor(one["rpps"].as_str().unwrap())).collect()
}

fn known_doctor(rpps: &str) -> &'static str {
    DOCTORS.iter().find(|known| **known == rpps).unwrap()
}
