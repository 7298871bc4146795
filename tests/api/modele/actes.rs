//! Declarations, alone or together, in time or late; what ends or corrects them.

use chrono::{NaiveDate, TimeDelta};
use rand::RngExt;
use rand::seq::IndexedRandom;
use serde_json::{Value, json};

use super::medecins::{ANNE, BRICE};
use super::monde::{PEOPLE, World};
use super::reference::{Doctors, End};
use crate::support::app::{choix, cle, paper, patient_id, signature};

impl World {
    fn lives_today(&self, person: usize) -> bool {
        self.lives[person].death.is_none()
    }

    /// Both sign in the doctor's office, today.
    pub async fn sign_today(&mut self, person: usize) -> bool {
        let today = self.today();
        let doctor = self.doctor_on(today);
        if !self.lives_today(person) {
            return false;
        }
        let declared = self.app.medecin(doctor).declare(PEOPLE[person], doctor).await.expect(201);
        assert_eq!(declared["etat"], "active");
        let choice = self.choice(&declared, today, true);
        self.lives[person].choices.push(choice);
        true
    }

    /// Enters a paper signed by the patient and by some doctors on a day.
    async fn enter(&mut self, person: usize, mut body: Value, signers: &Doctors, day: NaiveDate) {
        let text = day.to_string();
        let caller = self.app.caisse(self.caisse(person));
        body["patient"] = json!({ "id": patient_id(PEOPLE[person]) });
        body["signatures"] = json!([paper("assure", &text, &"0".repeat(64))]);
        let digest = caller.digest_of(&body).await;
        let mut all = vec![paper("assure", &text, &digest)];
        for signer in signers {
            let mut one = paper("medecin", &text, &digest);
            one["rpps"] = json!(signer);
            all.push(one);
        }
        body["signatures"] = json!(all);
        let entered = caller.post("/v1/declarations", body.clone()).await.expect(201);
        let mut choice = self.choice(&entered, day, false);
        if body["avenant"] == json!(true) {
            choice.beside = Some(choice_of(&body).difference(signers).copied().collect());
        }
        self.lives[person].choices.push(choice);
    }

    /// A day on which the person was alive and these doctors practised.
    fn day_of(&mut self, person: usize, doctors: &Doctors) -> Option<NaiveDate> {
        let day = self.some_day();
        let alive = self.lives[person].death.is_none_or(|death| day <= death);
        let practise = |doctor: &&str| self.stopped.get(doctor).is_none_or(|from| day < *from);
        (alive && doctors.iter().all(practise)).then_some(day)
    }

    /// Paper of some day of the last two years reaches the caisse.
    pub async fn late_paper(&mut self, person: usize) -> bool {
        let today = self.today();
        let doctor = self.doctor_on(today);
        let Some(day) = self.day_of(person, &Doctors::from([doctor])) else { return false };
        let body = choix(PEOPLE[person], doctor);
        self.enter(person, body, &Doctors::from([doctor]), day).await;
        true
    }

    /// Paper that names two doctors of one cabinet together.
    pub async fn together(&mut self, person: usize) -> bool {
        let both = Doctors::from([ANNE, BRICE]);
        let Some(day) = self.day_of(person, &both) else { return false };
        self.enter(person, body_for(&both), &both, day).await;
        true
    }

    /// Paper by which one of two colleagues joins the other, who was alone on that day.
    pub async fn amendment(&mut self, person: usize) -> bool {
        let Some(day) = self.day_of(person, &Doctors::from([ANNE, BRICE])) else { return false };
        let alone = self.doctors(person, day);
        let newcomer = if alone == Doctors::from([ANNE]) {
            BRICE
        } else if alone == Doctors::from([BRICE]) {
            ANNE
        } else {
            return false;
        };
        let mut body = body_for(&Doctors::from([ANNE, BRICE]));
        body["avenant"] = json!(true);
        self.enter(person, body, &Doctors::from([newcomer]), day).await;
        true
    }

    /// One of the doctors in force withdraws.
    pub async fn withdraw(&mut self, person: usize) -> bool {
        let today = self.today();
        let present: Vec<&'static str> = self.doctors(person, today).into_iter().collect();
        let Some(doctor) = present.choose(&mut self.random).copied() else { return false };
        if self.lives[person].merged.is_some() {
            return false;
        }
        let caller = self.app.medecin(doctor);
        let path = format!("/v1/patients/{}/declarations", patient_id(PEOPLE[person]));
        let known = caller.get(&path).await.expect(200);
        let may = |one: &&Value| one["actions"].as_array().unwrap().contains(&json!("retirer"));
        let declaration = known["donnees"].as_array().unwrap().iter().find(may).unwrap();
        let path = format!("/v1/declarations/{}/retrait", declaration["id"].as_str().unwrap());
        let version = declaration["version"].as_i64().unwrap();
        caller.post_on(&path, version, json!({})).await.expect(200);
        let from = today + TimeDelta::days(1);
        self.lives[person].withdrawals.push(End { doctor, from });
        true
    }

    /// The patient leaves all the doctors in force, and names nobody else.
    pub async fn leave(&mut self, person: usize) -> bool {
        let today = self.today();
        if self.lives[person].merged.is_some() || self.lives[person].death.is_some() {
            return false;
        }
        let caller = self.app.patient(PEOPLE[person]);
        let path = format!("/v1/patients/{}/declarations", patient_id(PEOPLE[person]));
        let known = caller.get(&path).await.expect(200);
        let from = today + TimeDelta::days(1);
        let gone = self.doctors(person, from);
        let may = |one: &&Value| {
            let of = &one["designation"]["medecins"];
            let names = |rpps: &Value| gone.iter().any(|doctor| rpps == doctor);
            one["actions"].as_array().unwrap().contains(&json!("retirer"))
                && of.as_array().is_some_and(|all| all.iter().any(|one| names(&one["rpps"])))
        };
        let Some(declaration) = known["donnees"].as_array().unwrap().iter().find(may) else {
            return false;
        };
        let path = format!("/v1/declarations/{}/retrait", declaration["id"].as_str().unwrap());
        let version = declaration["version"].as_i64().unwrap();
        caller.post_on(&path, version, json!({})).await.expect(200);
        self.lives[person].withdrawals.extend(gone.iter().map(|doctor| End { doctor, from }));
        true
    }

    /// The caisse finds that a withdrawal was recorded by mistake: it never was.
    pub async fn take_back(&mut self, person: usize) -> bool {
        if self.lives[person].merged.is_some() {
            return false;
        }
        let caller = self.app.caisse(self.caisse(person));
        let path = format!("/v1/patients/{}/declarations", patient_id(PEOPLE[person]));
        let known = caller.get(&path).await.expect(200);
        let may = |one: &&Value| {
            let actions = one["actions"].as_array().unwrap();
            actions.contains(&json!("annuler_retrait")) && one["designation"].is_object()
        };
        let Some(declaration) = known["donnees"].as_array().unwrap().iter().find(may) else {
            return false;
        };
        let lines = declaration["designation"]["medecins"].as_array().unwrap().clone();
        let of = |end: &End, line: &Value| {
            let motif = &line["motif_depart"];
            line["rpps"] == end.doctor
                && line["effet_au"] == json!(end.from.to_string())
                && (motif == "medecin" || motif == "patient")
        };
        let ended = |end: &End| lines.iter().any(|line| of(end, line));
        let gone: Vec<End> =
            self.lives[person].withdrawals.iter().copied().filter(|end| ended(end)).collect();
        let distinct: std::collections::BTreeSet<_> =
            gone.iter().map(|end| (end.doctor, end.from)).collect();
        // A doctor and a patient who leave for one day did two things.
        if gone.is_empty() || distinct.len() < gone.len() {
            return false;
        }
        let path = format!("/v1/declarations/{}", declaration["id"].as_str().unwrap());
        let version = declaration["version"].as_i64().unwrap();
        let body = json!({ "motif": "autre dossier" });
        caller.post_on(&format!("{path}/retrait/annulation"), version, body).await.expect(200);
        self.lives[person].withdrawals.retain(|end| !ended(end));
        true
    }

    /// The caisse finds that an entry should not exist.
    pub async fn rectify(&mut self, person: usize) -> bool {
        let life = &self.lives[person];
        let own: Vec<usize> = (0..life.choices.len())
            .filter(|index| !life.was_brought(&life.choices[*index]))
            .collect();
        let Some(place) = own.choose(&mut self.random).copied() else { return false };
        let path = format!("/v1/declarations/{}", self.lives[person].choices[place].id);
        let caller = self.app.caisse(self.caisse(person));
        let version = caller.get(&path).await.expect(200)["version"].as_i64().unwrap();
        let body = json!({ "motif": "dossier d'une autre personne" });
        caller.post_on(&format!("{path}/rectifications"), version, body).await.expect(200);
        self.lives[person].choices.remove(place);
        true
    }

    /// The person says that an entry is not their choice; the caisse decides.
    pub async fn contest(&mut self, person: usize) -> bool {
        let life = &self.lives[person];
        let own: Vec<usize> = (0..life.choices.len())
            .filter(|index| !life.was_brought(&life.choices[*index]))
            .collect();
        let Some(place) = own.choose(&mut self.random).copied() else { return false };
        let path = format!("/v1/declarations/{}", self.lives[person].choices[place].id);
        let retenue = self.random.random_bool(0.5);
        let patient = self.app.patient(PEOPLE[person]);
        let known = patient.get(&path).await.expect(200);
        if !known["actions"].as_array().unwrap().contains(&json!("contester")) {
            return false;
        }
        let version = known["version"].as_i64().unwrap();
        let body = json!({ "motif": "ce n'est pas mon choix" });
        patient.post_on(&format!("{path}/contestation"), version, body).await.expect(200);
        let caller = self.app.caisse(self.caisse(person));
        let body = json!({ "retenue": retenue, "motif": "vu le dossier" });
        let decision = format!("{path}/contestation/decision");
        caller.post_on(&decision, version + 1, body).await.expect(200);
        if retenue {
            self.lives[person].choices.remove(place);
        }
        true
    }

    /// Two parties, one signature: it waits, and changes nothing.
    pub async fn half_signed(&mut self, person: usize) -> bool {
        let today = self.today();
        let doctor = self.doctor_on(today);
        if !self.lives_today(person) {
            return false;
        }
        let caller = self.app.medecin(doctor);
        let mut choix = choix(PEOPLE[person], doctor);
        choix["patient"] = cle(PEOPLE[person]);
        let digest = caller.digest_of(&choix).await;
        choix["signatures"] = json!([signature("medecin", "cps", &digest)]);
        assert_eq!(caller.post("/v1/declarations", choix).await.expect(201)["etat"], "en_attente");
        true
    }
}

fn body_for(doctors: &Doctors) -> Value {
    let named: Vec<Value> = doctors.iter().map(|rpps| json!({ "rpps": rpps })).collect();
    json!({ "medecins": named })
}

fn choice_of(body: &Value) -> Doctors {
    let named = body["medecins"].as_array().unwrap();
    let known = |rpps: &str| if rpps == ANNE { ANNE } else { BRICE };
    named.iter().map(|one| known(one["rpps"].as_str().unwrap())).collect()
}
