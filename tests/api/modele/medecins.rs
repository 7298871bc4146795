//! Doctors who stop and resume.

use chrono::TimeDelta;
use rand::seq::IndexedRandom;
use serde_json::{Value, json};

use super::monde::{DOCTORS, World};
use crate::support::TestApp;
use crate::support::cessation::{operate, simple, undo};
use crate::support::vie::AIN;

/// Two doctors of one cabinet.
pub const ANNE: &str = "99900008014";
pub const BRICE: &str = "99900008022";

/// A cessation that stands.
pub struct Operation(Value);

/// Registers the two doctors of one cabinet.
pub async fn open_cabinet(app: &TestApp) {
    let mut lieu = json!({ "nature": "cabinet", "nom": "Cabinet partagé", "commune": "01004",
                           "adresse": "1 rue d'Essai" });
    for rpps in [ANNE, BRICE] {
        let body = json!({
            "rpps": rpps, "nom": "ESSAI-JOINT", "prenom": "ANDRÉE", "specialite": "01",
            "exercices": [{ "lieu": lieu, "mode": "liberal", "principal": true,
                            "convention": "secteur_1", "du": "2005-01-03" }]
        });
        let made = app.caisse(AIN).post("/v1/medecins", body).await.expect(201);
        lieu = json!({ "id": made["exercices"][0]["lieu"]["id"] });
    }
}

impl World {
    /// A doctor retires tomorrow. Never all of them.
    pub async fn stop(&mut self) -> bool {
        let practising: Vec<&'static str> =
            DOCTORS.iter().copied().filter(|doctor| !self.stopped.contains_key(doctor)).collect();
        let doctor = *practising.choose(&mut self.random).unwrap();
        if practising.len() < 3 {
            return false;
        }
        let from = self.today() + TimeDelta::days(1);
        let body = simple(doctor, "retraite", &from.to_string());
        let made = operate(&self.app, body).await;
        self.app.run_jobs().await;
        self.stopped.insert(doctor, from);
        self.operations.insert(doctor, Operation(made));
        true
    }

    /// It was a mistake: the doctor goes on, as if nothing had happened.
    pub async fn resume(&mut self) -> bool {
        let all: Vec<&'static str> = self.operations.keys().copied().collect();
        let Some(doctor) = all.choose(&mut self.random).copied() else { return false };
        let Some(Operation(made)) = self.operations.remove(doctor) else { return false };
        undo(&self.app, &made).await.expect(202);
        self.app.run_jobs().await;
        self.stopped.remove(doctor);
        true
    }
}
