//! How the small world is made, by the caisses and the doctors of its people.

use serde_json::{Value, json};
use traitant::domain::acteur::Acteur;

use super::monde::{
    ACTUELLE, ADRESSE, ANCIENNE, Choses, Cible, DEPART, EXECUTANT, Jour, TIERS, VENU_APRES,
    attendu, nir, rival,
};
use crate::support::TestApp;
use crate::support::app::{CARDIOLOGUE, Caller, feuille, paper};
use crate::support::cessation::{operate, simple};
use crate::support::vie::{act, merge, organisme};

pub fn id(value: &Value) -> String {
    value["id"].as_str().unwrap().to_owned()
}

/// Registers somebody who depends on a caisse; gives their id.
pub async fn inscrit(app: &TestApp, caisse: &str, numero: &str, naissance: &str) -> String {
    let body = json!({
        "identifiant": { "type": "nir", "valeur": numero },
        "nom": "ESSAI-MONDE", "prenom": "LOUISON", "date_naissance": naissance,
        "organisme": organisme(caisse), "affilie_du": naissance.max("2012-09-01"),
    });
    let made = app.caisse(caisse).post("/v1/patients", body).await.expect(201);
    made["patient_id"].as_str().unwrap().to_owned()
}

/// A general practitioner of a commune, to register.
pub fn generaliste(rpps: &str, commune: &str) -> Value {
    let lieu = json!({ "nature": "cabinet", "nom": "Cabinet", "commune": commune, "adresse": "2 rue Basse" });
    json!({
        "rpps": rpps, "nom": "ESSAI-MEDECIN", "prenom": "SACHA", "specialite": "01",
        "exercices": [{ "du": "2005-01-03", "mode": "liberal", "principal": true,
                        "convention": "secteur_1", "lieu": lieu }]
    })
}

/// A doctor stops, for everybody; gives the operation.
pub async fn cessation(app: &TestApp, rpps: &str, jour: &str) -> String {
    let made = operate(app, simple(rpps, "retraite", jour)).await;
    app.run_jobs().await;
    id(&made)
}

/// A doctor does not practise for a month.
pub fn suspension(rpps: &str) -> Value {
    json!({ "rpps": rpps, "nature": "suspension", "effet_du": "2025-07-01", "effet_au": "2025-08-01" })
}

/// Records a link, to somebody of the register or not.
pub async fn lien(app: &TestApp, caisse: &str, patient: &str, body: &Value) -> String {
    let path = format!("/v1/patients/{patient}/representations");
    id(&app.caisse(caisse).post(&path, body.clone()).await.expect(201))
}

/// Enters a choice on paper, signed on a day by whoever signs for a person.
pub async fn papier(
    caller: &Caller<'_>,
    patient: &str,
    (rpps, jour): (&str, &str),
    roles: &[&str],
) -> Value {
    let mut choix = json!({ "patient": { "id": patient }, "medecins": [{ "rpps": rpps }] });
    choix["signatures"] = json!([paper("medecin", jour, &"0".repeat(64))]);
    let digest = caller.digest_of(&choix).await;
    let all = roles.iter().chain(&["medecin"]).map(|role| paper(role, jour, &digest));
    choix["signatures"] = all.collect();
    let made = caller.post("/v1/declarations", choix).await.expect(201);
    assert_eq!(made["etat"], "active");
    made
}

/// A consultation that the patient did not advance.
pub fn soins(cible: &Cible, executant: &str, jour: &str, numero: &str) -> Value {
    let mut sheet = feuille("BERNARD", numero, jour, Value::Null);
    let number = json!({ "type": "nir", "valeur": cible.numero });
    let caisse = if jour < DEPART { ANCIENNE } else { ACTUELLE };
    sheet["beneficiaire"] = json!({
        "identifiant_individuel": number, "identifiant_ouvrant_droit": number, "qualite": "0",
        "date_naissance": cible.naissance, "organisme": organisme(caisse),
    });
    let (facture, specialite) = match executant {
        EXECUTANT => ("991999947", "05"),
        _ => ("991999905", "01"),
    };
    sheet["executant"] = json!({
        "rpps": executant, "numero_facturation": { "type": "num_am", "valeur": facture },
        "specialite": specialite, "convention": "secteur_1",
    });
    sheet["paiement"] = json!({ "tiers_payant_amo": true });
    sheet
}

/// What is recorded of a person at one time, by the caisse of that time.
pub async fn choses(app: &TestApp, cible: &Cible, jour: Jour, roles: &[&str]) -> Choses {
    let (code, signe_le) = match jour {
        Jour::Dedans => (ANCIENNE, "2024-11-18"),
        Jour::Dehors => (ACTUELLE, "2025-06-10"),
    };
    app.on(jour.date());
    let (caisse, patient) = (app.caisse(code), &cible.id);
    let declaration = papier(&caisse, patient, (jour.traitant(), signe_le), roles).await;
    let body = json!({ "nature": "avis_ponctuel", "correspondants": [{ "rpps": CARDIOLOGUE }] });
    let path = format!("/v1/patients/{patient}/adressages");
    let adressage = app.medecin(jour.traitant()).post(&path, body).await.expect(201);
    let (du, au, nom) = match jour {
        Jour::Dedans => ("2022-01-01", "2023-01-01", "ESSAI-VENUAVANT"),
        Jour::Dehors => ("2025-05-10", "2025-06-01", VENU_APRES),
    };
    let mineur = roles.contains(&"titulaire_autorite_parentale");
    let body = json!({
        "representant": { "nom": nom, "prenom": "CAMILLE" }, "preuve": "decision_de_justice",
        "nature": match (mineur, cible.nom) {
            (true, _) => "titulaire_autorite_parentale",
            // Under tutelle already: an adult has one kind of protection.
            (false, "protege") => "tutelle",
            (false, _) => "curatelle",
        },
        "effet_du": du, "effet_au": au,
    });
    let representation = lien(app, code, patient, &body).await;
    let path = format!("/v1/patients/{patient}/conciliations");
    let opened = caisse.post(&path, json!({ "commune": "01004" })).await.expect(201);
    let path = format!("/v1/conciliations/{}", opened["id"].as_str().unwrap());
    let body = json!({ "rpps": TIERS });
    let asked = caisse.post_on(&format!("{path}/contacts"), 1, body).await.expect(200);
    // The protected adult looks for nobody now.
    if jour == Jour::Dedans || cible.nom == "protege" {
        caisse.post_on(&format!("{path}/cloture"), 2, json!({})).await.expect(200);
    }
    let sheet = soins(cible, EXECUTANT, jour.date(), "1");
    let sheet = app.medecin(EXECUTANT).post("/v1/feuilles-de-soins", sheet).await.expect(201);
    let path = format!("/v1/feuilles-de-soins/{}/recouvrements", sheet["id"].as_str().unwrap());
    let due = caisse.get(&format!("/v1/patients/{patient}/creances")).await.expect(200);
    // A child owes nothing.
    let recouvrement = match due["donnees"].as_array().unwrap().last() {
        None => Cible::personne().dehors.recouvrement,
        Some(due) => {
            let body = json!({ "numero_ligne": 1, "nature": due["nature"],
                               "montant_centimes": 10, "mode": "paiement" });
            id(&caisse.post(&path, body).await.expect(201)["recouvrement"])
        }
    };
    Choses {
        designation: id(&declaration["designation"]),
        declaration: id(&declaration),
        numero: declaration["numero"].as_str().unwrap().to_owned(),
        representation,
        adressage: id(&adressage),
        conciliation: id(&opened),
        contact: id(&asked["contacts"][0]),
        feuille: id(&sheet),
        recouvrement,
        operation: String::new(),
    }
}

/// Who acts for whom, and who did.
pub async fn represente(app: &TestApp, cibles: &[Cible; 4], autrui: &[String; 5]) {
    let [_, parent, ancien_parent, tuteur, ancien_tuteur] = autrui;
    let [_, enfant, jeune, protege] = cibles;
    let qualites = [
        (enfant, parent, "titulaire_autorite_parentale", "2015-06-21", None),
        (enfant, ancien_parent, "titulaire_autorite_parentale", "2015-06-21", Some("2020-01-01")),
        (jeune, parent, "titulaire_autorite_parentale", "2008-09-01", None),
        (protege, tuteur, "tutelle", "2021-01-01", None),
        (protege, ancien_tuteur, "tutelle", "2018-01-01", Some("2021-01-01")),
    ];
    for (cible, qui, nature, du, au) in qualites {
        let body = json!({
            "representant": { "patient_id": qui }, "nature": nature, "effet_du": du,
            "effet_au": au, "preuve": "decision_de_justice",
        });
        lien(app, ANCIENNE, &cible.id, &body).await;
    }
}

/// Where the person lives now, and a choice of theirs that waits for the doctor.
pub async fn present(app: &TestApp, cible: &mut Cible) {
    let body = json!({ "voie": ADRESSE, "code_postal": "01000", "localite": "Bourg-en-Bresse",
                       "effet_du": "2025-05-10" });
    act(&app.caisse(ACTUELLE), &cible.id, "changements-d-adresse", body).await.expect(200);
    let person = Acteur::Patient(cible.id.parse().unwrap());
    let token = app.emetteur.issue(&person, &*app.clock, &app.ids, 3600).unwrap();
    let path = format!("/v1/patients/{}/demandes-de-rectification", cible.id);
    let body = json!({ "objet": "autre", "demande": "à vérifier" });
    cible.rectification = id(&app.porteur(&person, token).post(&path, body).await.expect(201));
    let body = json!({ "patient": { "id": cible.id }, "medecins": [{ "rpps": attendu() }] });
    let waiting = app.caisse(ACTUELLE).post("/v1/declarations", body).await.expect(201);
    cible.attente = id(&waiting);
    waiting["contenu_sha256"].as_str().unwrap().clone_into(&mut cible.contenu);
}

/// Two other records of a person: one apart, one merged with theirs, which named another doctor.
pub async fn unit(app: &TestApp, cible: &mut Cible) {
    let caisse = app.caisse(ACTUELLE);
    let other = inscrit(app, ACTUELLE, &nir("1720301001995"), cible.naissance).await;
    papier(&caisse, &other, (&rival(), "2025-06-11"), &["assure"]).await;
    let merged = merge(&caisse, &cible.id, &other).await.expect(201);
    cible.fusion = id(&merged);
    cible.conflit = id(&merged["conflits"][0]);
    let kept = &merged["conflits"][0]["chevauchement"]["declaration_conservee"];
    kept.as_str().unwrap().clone_into(&mut cible.retenue);
    cible.double = inscrit(app, ACTUELLE, &nir("1720301001996"), cible.naissance).await;
}
