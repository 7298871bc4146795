//! What was written about a person under a record that was merged since: read, acted on, told as of the one that was kept,
//! and given back by the undoing.

use chrono::TimeDelta;
use serde_json::{Value, json};
use traitant::domain::acteur::Acteur;

use crate::support::TestApp;
use crate::support::app::{CARDIOLOGUE, Caller, MARTIN, PONS, Reply, cle, patient_id, signature};
use crate::support::vie::{
    AUTRE_NIR, BOUCHES_DU_RHONE, act, merge, paper_choice, second_record, version,
};

const NAISSANCE: &str = "1972-08-09";

/// Alice's record, and a second one of hers.
async fn alice_twice(app: &TestApp) -> (String, String) {
    let other = second_record(app, BOUCHES_DU_RHONE, AUTRE_NIR, NAISSANCE).await;
    (patient_id("ALICE").to_string(), other)
}

/// Whoever has the token of a record.
fn holder<'a>(app: &'a TestApp, record: &str) -> Caller<'a> {
    let acteur = Acteur::Patient(record.parse().unwrap());
    let token = app.emetteur.issue(&acteur, &*app.clock, &app.ids, 3600).unwrap();
    app.porteur(&acteur, token)
}

async fn merged(app: &TestApp, kept: &str, absorbed: &str) -> String {
    let made = merge(&app.caisse(BOUCHES_DU_RHONE), kept, absorbed).await.expect(201);
    format!("/v1/fusions/{}", made["id"].as_str().unwrap())
}

async fn parted(app: &TestApp, fusion: &str) {
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let version = caisse.get(fusion).await.expect(200)["version"].as_i64().unwrap();
    let body = json!({ "motif": "collision" });
    caisse.post_on(&format!("{fusion}/annulation"), version, body).await.expect(200);
}

/// The lines of an inbox under a heading: whom each is about, and where it leads.
async fn inbox(caller: &Caller<'_>, rubrique: &str) -> Vec<(String, String)> {
    let page = caller.get(&format!("/v1/moi/a-faire?rubrique={rubrique}")).await.expect(200);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let all = page["donnees"].as_array().unwrap().iter();
    all.map(|one| (text(&one["patient_id"]), text(&one["action"]["chemin"]))).collect()
}

fn ids(list: &Value) -> Vec<&str> {
    list["donnees"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_referral_of_the_absorbed_record_is_read_reported_on_and_given_back() {
    let app = TestApp::new().await;
    let (kept, other) = alice_twice(&app).await;
    paper_choice(&app, BOUCHES_DU_RHONE, &other, MARTIN, "2020-03-02").await;
    let martin = app.medecin(MARTIN);
    let opinion = json!({ "nature": "avis_ponctuel", "correspondants": [{ "rpps": CARDIOLOGUE }] });
    let path = format!("/v1/patients/{other}/adressages");
    let made = martin.post(&path, opinion).await.expect(201);
    let id = made["id"].as_str().unwrap();
    let own = format!("/v1/adressages/{id}");
    let fusion = merged(&app, &kept, &other).await;

    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let cardiologist = app.medecin(CARDIOLOGUE);
    for caller in [&martin, &cardiologist, &caisse, &app.patient("ALICE"), &holder(&app, &other)] {
        let list = caller.get(&format!("/v1/patients/{kept}/adressages")).await.expect(200);
        assert_eq!(ids(&list), [id]);
        assert_eq!(list["donnees"][0]["patient_id"], kept.as_str());
        assert_eq!(caller.get(&own).await.expect(200)["patient_id"], kept.as_str());
    }
    let day = format!("/v1/patients/{kept}/adressages?en_vigueur_le=2025-06-16");
    assert_eq!(ids(&caisse.get(&day).await.expect(200)), [id]);
    // The correspondent does what his inbox says.
    let retours = format!("{own}/retours");
    assert_eq!(inbox(&cardiologist, "retour_attendu").await, [(kept.clone(), retours.clone())]);
    let read = cardiologist.get(&own).await.expect(200);
    assert_eq!(read["actions"], json!(["rendre_compte"]));
    let body = json!({ "nature": "conclusions" });
    let reported = cardiologist.post_on(&retours, 1, body).await.expect(200);
    assert_eq!((&reported["version"], &reported["patient_id"]), (&json!(2), &json!(kept)));
    assert_eq!(inbox(&cardiologist, "retour_attendu").await, []);
    assert_eq!(martin.get(&own).await.expect(200)["retours"], reported["retours"]);

    parted(&app, &fusion).await;
    let list = caisse.get(&format!("/v1/patients/{kept}/adressages")).await.expect(200);
    assert_eq!(ids(&list), Vec::<&str>::new());
    let back = caisse.get(&own).await.expect(200);
    assert_eq!((&back["patient_id"], &back["version"]), (&json!(other), &json!(2)));
}

#[tokio::test]
async fn a_conciliation_of_the_absorbed_record_goes_on() {
    let app = TestApp::new().await;
    let (kept, other) = alice_twice(&app).await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let asked = json!({ "commune": "13055" });
    let open = async |record: &str| {
        caisse.post(&format!("/v1/patients/{record}/conciliations"), asked.clone()).await
    };
    let made = open(&other).await.expect(201);
    let own = format!("/v1/conciliations/{}", made["id"].as_str().unwrap());
    let fusion = merged(&app, &kept, &other).await;

    for caller in [&caisse, &app.patient("ALICE"), &holder(&app, &other)] {
        assert_eq!(caller.get(&own).await.expect(200)["patient_id"], kept.as_str());
        let list = caller.get(&format!("/v1/patients/{kept}/conciliations")).await.expect(200);
        assert_eq!(ids(&list), [made["id"].as_str().unwrap()]);
    }
    assert_eq!(inbox(&caisse, "conciliation_ouverte").await, [(kept.clone(), own.clone())]);
    let list = caisse.get("/v1/conciliations?avec_total=true").await.expect(200);
    assert_eq!(list["donnees"][0]["patient_id"], kept.as_str());
    assert_eq!(list["pagination"]["total"], 1);
    // It is the search of the person: there is one at a time.
    let second = open(&kept).await;
    assert_eq!(second.problem(409), "conciliation_ouverte");
    assert_eq!(second.resources(409), [own.as_str()]);
    let contact = json!({ "rpps": PONS, "reponse": "refus" });
    let noted = caisse.post_on(&format!("{own}/contacts"), 1, contact).await.expect(200);
    assert_eq!((&noted["version"], &noted["patient_id"]), (&json!(2), &json!(kept)));

    parted(&app, &fusion).await;
    let back = caisse.get(&own).await.expect(200);
    assert_eq!(back["patient_id"], other.as_str());
    assert_eq!(back["contacts"][0]["reponse"], "refus");
    assert_eq!(inbox(&caisse, "conciliation_ouverte").await, [(other, own)]);
    open(&kept).await.expect(201);
}

#[tokio::test]
async fn a_choice_made_in_the_name_of_the_person_under_either_record_is_told_and_contested() {
    let app = TestApp::new().await;
    let (kept, other) = alice_twice(&app).await;
    let contest =
        |made: &Value| format!("/v1/declarations/{}/contestation", made["id"].as_str().unwrap());
    let mine = paper_choice(&app, BOUCHES_DU_RHONE, &kept, PONS, "2019-03-02").await;
    let theirs = paper_choice(&app, BOUCHES_DU_RHONE, &other, MARTIN, "2020-03-02").await;
    let fusion = merged(&app, &kept, &other).await;
    let alice = app.patient("ALICE");
    let told = inbox(&alice, "choix_en_son_nom").await;
    assert_eq!(told.len(), 2, "{told:?}");
    for made in [&mine, &theirs] {
        assert!(told.contains(&(kept.clone(), contest(made))), "{told:?}");
    }
    // A merge is told once, though both records are told.
    let merges = alice.get("/v1/moi/a-faire?rubrique=enregistre").await.expect(200);
    let natures: Vec<&Value> =
        merges["donnees"].as_array().unwrap().iter().map(|one| &one["nature"]).collect();
    assert_eq!(natures, ["patient.fusionne"]);
    let version = alice
        .get(&format!("/v1/declarations/{}", theirs["id"].as_str().unwrap()))
        .await
        .expect(200)["version"]
        .as_i64()
        .unwrap();
    let words = json!({ "motif": "Je n'ai rien signé." });
    alice.post_on(&contest(&theirs), version, words).await.expect(200);
    assert_eq!(inbox(&alice, "choix_en_son_nom").await, [(kept.clone(), contest(&mine))]);
    parted(&app, &fusion).await;
    assert_eq!(inbox(&alice, "choix_en_son_nom").await, [(kept, contest(&mine))]);
    assert_eq!(inbox(&holder(&app, &other), "choix_en_son_nom").await, []);
}

#[tokio::test]
async fn what_was_signed_during_a_merge_and_waits_keeps_it_from_being_undone() {
    let app = TestApp::new().await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let (kept, other) = alice_twice(&app).await;
    let waiting = async |caller: &Caller<'_>, record: &str, rpps: &str| {
        let mut choice = json!({ "patient": { "id": record }, "medecins": [{ "rpps": rpps }] });
        let digest = caller.digest_of(&choice).await;
        choice["signatures"] = json!([signature("assure", "franceconnect", &digest)]);
        caller.post("/v1/declarations", choice).await.expect(201)
    };
    // What each signed under their own record waits through the merge and its undoing.
    let theirs = waiting(&holder(&app, &other), &other, MARTIN).await;
    app.advance(TimeDelta::seconds(1));
    let fusion = merged(&app, &kept, &other).await;
    app.advance(TimeDelta::seconds(1));
    let during = waiting(&app.patient("ALICE"), &kept, PONS).await;
    let undo = async || {
        let version = caisse.get(&fusion).await.expect(200)["version"].as_i64().unwrap();
        let body = json!({ "motif": "collision" });
        caisse.post_on(&format!("{fusion}/annulation"), version, body).await
    };
    assert_eq!(undo().await.problem(409), "fusion_impossible");
    let path = format!("/v1/declarations/{}", during["id"].as_str().unwrap());
    let motif = json!({ "motif": "Deux personnes." });
    caisse.post_on(&format!("{path}/annulation"), 1, motif).await.expect(200);
    undo().await.expect(200);
    let path = format!("/v1/declarations/{}", theirs["id"].as_str().unwrap());
    let back = caisse.get(&path).await.expect(200);
    assert_eq!((&back["etat"], &back["patient_id"]), (&json!("en_attente"), &json!(other)));
}

/// The caisse records that somebody holds parental authority over Gabriel.
async fn authority(app: &TestApp, record: &str) -> Reply {
    let body = json!({
        "representant": { "patient_id": record }, "nature": "titulaire_autorite_parentale",
        "preuve": "acte_de_naissance", "effet_du": "2020-01-01",
    });
    let path = format!("/v1/patients/{}/representations", patient_id("GABRIEL"));
    app.caisse(BOUCHES_DU_RHONE).post(&path, body).await
}

/// Gabriel, as the mother's card shows him.
async fn gabriel(app: &TestApp) -> Value {
    let mut key = cle("ALICE");
    key["date_naissance"] = json!("2015-06-20");
    let family = app.medecin(PONS).post("/v1/familles/consultation", key).await.expect(200);
    let all = family["personnes"].as_array().unwrap();
    all.iter().find(|one| one["prenom"] == "GABRIEL").unwrap().clone()
}

#[tokio::test]
async fn a_parent_whose_two_records_were_linked_signs_once_and_names_no_link() {
    let app = TestApp::new().await;
    let (kept, other) = alice_twice(&app).await;
    authority(&app, &other).await.expect(201);
    let fusion = merged(&app, &kept, &other).await;
    // It is the same person: nobody records her a third time, under either identifier.
    for record in [&kept, &other] {
        assert_eq!(authority(&app, record).await.problem(409), "representation_existante");
    }
    let child = gabriel(&app).await;
    let signers = child["signataires"].as_array().unwrap();
    assert_eq!(signers.len(), 1, "{child:#}");
    assert_eq!(signers[0]["porteur"], true);
    for caller in [app.patient("ALICE"), holder(&app, &other)] {
        let known = caller.get("/v1/moi/proches").await.expect(200);
        assert_eq!(known["donnees"].as_array().unwrap().len(), 1, "{known:#}");
    }
    // Each link stays to be ended by itself.
    let path = format!("/v1/patients/{}/representations", patient_id("GABRIEL"));
    let links = app.caisse(BOUCHES_DU_RHONE).get(&path).await.expect(200);
    let who: Vec<&Value> = links["donnees"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["representant"]["patient_id"])
        .collect();
    assert_eq!(who, [kept.as_str(), kept.as_str()]);
    let digest = child["a_signer"]["contenu_sha256"].as_str().unwrap();
    let choice = json!({
        "patient": { "visite": child["visite"] }, "medecins": [{ "rpps": PONS }],
        "signatures": [
            signature("titulaire_autorite_parentale", "carte_vitale", digest),
            signature("medecin", "cps", digest),
        ],
    });
    let made = app.medecin(PONS).post("/v1/declarations", choice).await.expect(201);
    assert_eq!((&made["etat"], &made["signatures_manquantes"]), (&json!("active"), &json!([])));

    parted(&app, &fusion).await;
    assert_eq!(gabriel(&app).await["signataires"].as_array().unwrap().len(), 2);
    let path = format!("/v1/declarations/{}", made["id"].as_str().unwrap());
    assert_eq!(app.patient("GABRIEL").get(&path).await.expect(200)["etat"], "active");
}

#[tokio::test]
async fn a_parent_whose_record_was_absorbed_is_asked_and_signs_as_before() {
    let app = TestApp::new().await;
    let (alice, kept) = alice_twice(&app).await;
    // Only the record that is absorbed is linked to Gabriel.
    let fusion = merged(&app, &kept, &alice).await;
    let pons = app.medecin(PONS);
    let mut choice = json!({ "patient": cle("GABRIEL"), "medecins": [{ "rpps": PONS }] });
    let digest = pons.digest_of(&choice).await;
    choice["signatures"] = json!([signature("medecin", "cps", &digest)]);
    let made = pons.post("/v1/declarations", choice).await.expect(201);
    let path = format!("/v1/declarations/{}/signatures", made["id"].as_str().unwrap());
    let child = patient_id("GABRIEL").to_string();
    for caller in [holder(&app, &kept), app.patient("ALICE")] {
        assert_eq!(inbox(&caller, "signature_demandee").await, [(child.clone(), path.clone())]);
    }
    let own = signature("titulaire_autorite_parentale", "franceconnect", &digest);
    let signed = holder(&app, &kept).post_on(&path, 1, own).await.expect(200);
    assert_eq!(signed["etat"], "active");
    assert_eq!(gabriel(&app).await["signataires"][0]["porteur"], true);

    parted(&app, &fusion).await;
    let known = app.patient("ALICE").get("/v1/moi/proches").await.expect(200);
    assert_eq!(known["donnees"][0]["patient_id"], child.as_str());
    let nobody = holder(&app, &kept).get("/v1/moi/proches").await.expect(200);
    assert_eq!(nobody["donnees"], json!([]));
}

#[tokio::test]
async fn nobody_comes_to_represent_themselves() {
    let app = TestApp::new().await;
    let (alice, other) = alice_twice(&app).await;
    let child = patient_id("GABRIEL").to_string();
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    // Alice holds authority over Gabriel: these are two persons, whichever is kept.
    for (kept, absorbed) in [(&alice, &child), (&child, &alice)] {
        let path = format!("/v1/patients/{kept}/fusions/apercu");
        let shown = caisse.post(&path, json!({ "absorbe_id": absorbed })).await.expect(200);
        assert!(shown["obstacle"].as_str().unwrap().contains("représente"), "{shown:#}");
        let refused = merge(&caisse, kept, absorbed).await;
        assert_eq!(refused.problem(409), "fusion_impossible");
    }
    // Nor by the identifier of a record that was merged into theirs.
    merged(&app, &alice, &other).await;
    let body = json!({
        "representant": { "patient_id": other }, "nature": "tutelle",
        "preuve": "decision_de_justice", "effet_du": "2025-06-01",
    });
    let refused = caisse.post(&format!("/v1/patients/{alice}/representations"), body).await;
    assert_eq!(
        refused.wrong_fields(),
        [("/representant/patient_id".to_owned(), "representant_de_soi".to_owned())]
    );
    // A link that never was is no obstacle, once it is erased.
    let links = caisse.get(&format!("/v1/patients/{child}/representations")).await.expect(200);
    let link = &links["donnees"][0];
    let path = format!("/v1/representations/{}/fin", link["id"].as_str().unwrap());
    let wrong = json!({ "motif": "erreur_de_saisie" });
    caisse.post_on(&path, link["version"].as_i64().unwrap(), wrong).await.expect(200);
    let path = format!("/v1/patients/{child}/fusions/apercu");
    let third = second_record(&app, BOUCHES_DU_RHONE, "172080100199656", NAISSANCE).await;
    let shown = caisse.post(&path, json!({ "absorbe_id": third })).await.expect(200);
    assert_eq!(shown["obstacle"], Value::Null);
    let body = json!({
        "absorbe_id": child, "absorbe_version": version(&caisse, &child).await, "motif": "doublon",
    });
    act(&caisse, &alice, "fusions", body).await.expect(201);
}
