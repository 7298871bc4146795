//! What happens to people: another caisse, a death and its correction, two records of one person.

use chrono::TimeDelta;
use rand::RngExt;
use rand::seq::IndexedRandom;
use serde_json::json;
use traitant::sandbox;

use super::monde::{PEOPLE, Second, TWICE, World};
use super::reference::{Doctors, Life, Merged};
use super::regards::MSA;
use crate::support::app::patient_id;
use crate::support::vie::{
    AIN, AUTRE_NIR, BOUCHES_DU_RHONE, act, merge, organisme, paper_choice, second_record, version,
};

impl World {
    /// The person depends on another caisse, from today on by the act of the one that they leave, or from
    /// some day soon by the act of the one that takes them: nothing changes for the designation.
    pub async fn change_caisse(&mut self, person: usize) -> bool {
        let (now, today) = (self.caisse(person), self.today());
        let others = [AIN, BOUCHES_DU_RHONE, MSA].into_iter().filter(|caisse| *caisse != now);
        let next = others.collect::<Vec<_>>()[self.random.random_range(0..2)];
        let change = self.caisses[person].last_change();
        let comes = change.is_some_and(|[_, (_, from)]| from > today);
        // Both records of one person stay with one caisse.
        if person == TWICE || self.lives[person].death.is_some() || comes {
            return false;
        }
        let mut day = today;
        if self.random.random_bool(0.5) {
            day += TimeDelta::days(self.random.random_range(0..60));
            let who = sandbox::PATIENTS.iter().find(|one| one.prenom == PEOPLE[person]).unwrap();
            let body = json!({
                "identifiant": { "type": who.nature, "valeur": who.numero }, "nom": who.nom,
                "prenom": who.prenom, "date_naissance": who.date_naissance,
                "organisme": organisme(next), "affilie_du": day,
            });
            self.app.caisse(next).post("/v1/mutations", body).await.expect(201);
        } else {
            let body = json!({ "organisme": organisme(next), "effet_du": day });
            let id = patient_id(PEOPLE[person]).to_string();
            act(&self.app.caisse(now), &id, "changements-d-organisme", body).await.expect(200);
        }
        self.caisses[person].change(next, day);
        self.moved.insert(person);
        true
    }

    /// The last change of caisse was a mistake, says one of the two.
    pub async fn back_to_caisse(&mut self) -> bool {
        let Some(person) = self.moved.first().copied() else { return false };
        let Some(change) = self.caisses[person].last_change() else { return false };
        let recent = self.today() - change[1].1 < TimeDelta::days(800);
        if !recent || self.lives[person].death.is_some() || !self.moved.remove(&person) {
            return false;
        }
        let (caisse, _) = *change.choose(&mut self.random).unwrap();
        let id = patient_id(PEOPLE[person]);
        let path = format!("/v1/patients/{id}/changements-d-organisme/annulation");
        let (key, body) = (self.app.key(), json!({ "motif": "erreur_de_saisie" }));
        // The one that is still to come does not read the version.
        let headers = [("idempotency-key", key.as_str()), ("if-match", "*")];
        let caller = self.app.caisse(caisse);
        caller.request("POST", &path, &headers, Some(&body)).await.expect(200);
        self.caisses[person].undo();
        true
    }

    /// A death is known late; a death was a mistake.
    pub async fn die_or_not(&mut self, person: usize) -> bool {
        let back = TimeDelta::days(self.random.random_range(0..200));
        let id = patient_id(PEOPLE[person]).to_string();
        let caisse = self.app.caisse(self.caisse(person));
        if self.lives[person].death.is_some() {
            let body = json!({ "annule": true, "motif": "usurpation" });
            act(&caisse, &id, "rectifications-de-deces", body).await.expect(200);
            self.lives[person].death = None;
        } else {
            let day = self.today() - back;
            let body = json!({ "jour": day, "source": "etat_civil" });
            act(&caisse, &id, "deces", body).await.expect(200);
            self.lives[person].death = Some(day);
        }
        true
    }

    /// A second record of somebody is found, with a choice of its own; then merged; then apart again.
    pub async fn merge_or_undo(&mut self) -> bool {
        let caisse = self.app.caisse(BOUCHES_DU_RHONE);
        let kept = patient_id(PEOPLE[TWICE]).to_string();
        if self.lives[TWICE].death.is_some() {
            return false;
        }
        let Some(second) = &mut self.second else {
            let id = second_record(&self.app, BOUCHES_DU_RHONE, AUTRE_NIR, "1986-02-11").await;
            self.second = Some(Second { id, life: Life::default(), fusion: None });
            self.choose_twice().await;
            self.choose_twice().await;
            return true;
        };
        if let Some(path) = second.fusion.take() {
            let seen = version(&caisse, &kept).await;
            let body = json!({ "motif": "collision" });
            caisse.post_on(&format!("{path}/annulation"), seen, body).await.expect(200);
            let absorbed = second.life.clone();
            let life = &mut self.lives[TWICE];
            life.merged = None;
            life.choices
                .retain(|choice| !absorbed.choices.iter().any(|other| other.id == choice.id));
        } else {
            let merged = merge(&caisse, &kept, &second.id).await;
            second.fusion = Some(merged.header("location").to_owned());
            merged.expect(201);
            let life = &mut self.lives[TWICE];
            let (kept, absorbed) = (life.clone(), second.life.clone());
            life.merged = Some(Box::new(Merged { kept, absorbed, stopped: self.stopped.clone() }));
            life.choices.extend(second.life.choices.iter().cloned());
        }
        true
    }

    /// A paper of some day names a doctor in the second record.
    async fn choose_twice(&mut self) {
        let today = self.today();
        let (day, doctor) = (self.some_day(), self.doctor_on(today));
        let Some(id) = self.second.as_ref().map(|second| second.id.clone()) else { return };
        let text = day.to_string();
        let entered = paper_choice(&self.app, BOUCHES_DU_RHONE, &id, doctor, &text).await;
        let choice = self.choice(&entered, day, false);
        assert_eq!(choice.doctors, Doctors::from([doctor]));
        self.second.iter_mut().for_each(|second| second.life.choices.push(choice.clone()));
    }
}
