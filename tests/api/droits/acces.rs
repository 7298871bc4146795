//! Who looked: told to the person, to a parent, and to an auditor of a caisse.

use chrono::TimeDelta;
use serde_json::Value;
use traitant::auth::Claims;
use traitant::domain::droits::Portee;
use traitant::domain::vocabulary::Vocabulaire;

use super::appelants::{Appelant, nomme};
use super::monde::{DEPART, Monde};
use crate::support::TestApp;
use crate::support::app::{Caller, MARTIN};

/// What is read, a second after whatever was done before.
async fn lus(app: &TestApp, caller: &Caller<'_>, path: &str) -> Vec<Value> {
    app.advance(TimeDelta::seconds(1));
    let found = caller.get(&format!("{path}?limite=100")).await.expect(200);
    found["donnees"].as_array().unwrap().clone()
}

/// An agent of a caisse looks at the person.
async fn agent(app: &TestApp, caisse: &Appelant<'_>, sub: &str) {
    app.advance(TimeDelta::seconds(1));
    let claims = Claims { sub: sub.to_owned(), ..caisse.claims(app) };
    let caller = app.bearer(app.emetteur.sign(&claims).unwrap());
    caller.get(&format!("/v1/patients/{}", caisse.cible.id)).await.expect(200);
}

#[tokio::test]
async fn the_person_reads_who_looked_and_never_which_agent() {
    let monde = Monde::commun().await;
    let app = monde.copie().await;
    let personne = nomme(monde, "la personne");
    let id = &personne.cible.id;
    agent(&app, &nomme(monde, "caisse actuelle"), "matricule-4217").await;
    agent(&app, &nomme(monde, "ancienne caisse"), "matricule-0666").await;
    let path = format!("/v1/patients/{id}");
    app.advance(TimeDelta::seconds(1));
    app.medecin(MARTIN).get(&path).await.expect(200);
    let own = personne.appelle(&app);
    app.advance(TimeDelta::seconds(1));
    own.get(&path).await.expect(200);

    let told = lus(&app, &own, "/v1/moi/acces").await;
    let qui = |rang: usize| told[rang]["qui"].as_str().unwrap().to_owned();
    let reference = |rang: usize| format!(" (réf. {})", told[rang]["reference"].as_str().unwrap());
    assert_eq!(qui(0), format!("vous-même{}", reference(0)));
    assert_eq!(qui(1), format!("le Dr CAMILLE ESSAI-MARTIN ou son équipe{}", reference(1)));
    assert_eq!(qui(2), format!("un agent de la caisse 01131{}", reference(2)));
    assert_eq!(qui(3), format!("un agent de votre caisse{}", reference(3)));
    assert!(told.iter().all(|one| one["agent"].is_null()));
    assert!(!Value::from(told.clone()).to_string().contains("matricule"));
    assert_eq!(lus(&app, &own, &format!("{path}/acces")).await, told, "the same by either address");
}

#[tokio::test]
async fn a_parent_reads_it_before_sixteen() {
    let monde = Monde::commun().await;
    let app = monde.copie().await;
    let parent = nomme(monde, "un parent de l'enfant");
    let path = format!("/v1/patients/{}/acces", parent.cible.id);
    let read = lus(&app, &parent.appelle(&app), &path).await;
    assert_eq!(
        read,
        lus(&app, &nomme(monde, "l'enfant").appelle(&app), "/v1/moi/acces").await[1..]
    );
    let jeune = nomme(monde, "un parent du jeune");
    let path = format!("/v1/patients/{}/acces", jeune.cible.id);
    assert_eq!(jeune.appelle(&app).get(&path).await.problem(404), "introuvable");
}

#[tokio::test]
async fn an_auditor_reads_which_agents_of_their_own_caisse_looked() {
    let monde = Monde::commun().await;
    let app = monde.copie().await;
    let (present, before) = (nomme(monde, "caisse actuelle"), nomme(monde, "ancienne caisse"));
    let id = &present.cible.id;
    agent(&app, &present, "matricule-4217").await;
    agent(&app, &before, "matricule-0666").await;
    let path = format!("/v1/patients/{id}/acces");

    let read = lus(&app, &present.appelle(&app), &path).await;
    assert_eq!(read[0]["agent"], Value::Null);
    assert_eq!(
        read[0]["qui"],
        format!("un agent de la caisse 01131 (réf. {})", read[0]["reference"].as_str().unwrap())
    );
    assert_eq!(read[1]["agent"]["sujet"], "matricule-4217");
    assert!(!Value::from(read.clone()).to_string().contains("matricule-0666"));
    let named = |one: &Value| one["agent"].is_object();
    assert!(
        read.iter()
            .all(|one| named(one) == (one["role"] == "caisse" && one["appelant"] == "01011"))
    );

    // A caisse that the person left reads the accesses of its time, and its own whenever they were.
    let read = lus(&app, &before.appelle(&app), &path).await;
    assert_eq!(read[0]["agent"]["sujet"], "matricule-0666");
    for one in &read {
        let own = one["role"] == "caisse" && one["appelant"] == "01131";
        assert!(own || one["survenu_le"].as_str().unwrap() < DEPART, "{one}");
        assert_eq!(named(one), own);
    }
    assert!(read.iter().any(|one| one["role"] != "caisse"));

    let mut claims = present.claims(&app);
    let all = Portee::TOUS.iter().filter(|one| **one != Portee::Audit).map(|one| one.mot());
    claims.scope = all.collect::<Vec<_>>().join(" ");
    let clerk = app.bearer(app.emetteur.sign(&claims).unwrap());
    assert_eq!(clerk.get(&path).await.problem(403), "portee_insuffisante");
    let told = lus(&app, &nomme(monde, "la personne").appelle(&app), "/v1/moi/acces").await;
    assert_eq!(told[0]["operation"], "acces.lister", "the audit is told too");
}
