//! Two records of one person: shown, merged, found again, put apart.

use std::sync::Arc;

use serde_json::{Value, json};
use traitant::domain::acteur::Acteur;

use crate::support::TestApp;
use crate::support::app::{CARDIOLOGUE, MARTIN, PONS, feuille, patient_id, signature};
use crate::support::database::TestDatabase;
use crate::support::vie::{
    AIN, AUTRE_NIR, BOUCHES_DU_RHONE, TROISIEME_NIR, act, line, merge, organisme, paper_choice,
    second_record, timeline, version,
};

/// Alice has no médecin traitant; her second record has one.
async fn alice_twice(app: &TestApp) -> (String, String) {
    let other = second_record(app, BOUCHES_DU_RHONE, AUTRE_NIR, "1972-08-09").await;
    paper_choice(app, BOUCHES_DU_RHONE, &other, MARTIN, "2020-03-02").await;
    (patient_id("ALICE").to_string(), other)
}

/// One name, as two keyboards write it.
#[tokio::test]
async fn a_preview_compares_names_by_their_letters() {
    let app = TestApp::new().await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let record = async |nir: &str, nom: &str, prenom: &str| {
        let body = json!({
            "identifiant": { "type": "nir", "valeur": nir }, "nom": nom, "prenom": prenom,
            "date_naissance": "1986-02-11", "organisme": organisme(BOUCHES_DU_RHONE),
            "affilie_du": "2015-01-01",
        });
        let made = caisse.post("/v1/patients", body).await.expect(201);
        made["patient_id"].as_str().unwrap().to_owned()
    };
    let kept = record(AUTRE_NIR, "D'ESSAI-ÅŞIK", "ZOÉ ANNE").await;
    let same = record(TROISIEME_NIR, "d\u{2019}Essai A\u{30a}s\u{327}ik", "Zoe\u{301}-Anne").await;
    let other = record("220051305599182", "D'ESSAI-ASIK", "ZOÉ").await;
    let path = format!("/v1/patients/{kept}/fusions/apercu");
    for (absorbe, differences) in [(same, json!([])), (other, json!(["prenom", "sexe"]))] {
        let shown = caisse.post(&path, json!({ "absorbe_id": absorbe })).await.expect(200);
        assert_eq!(shown["differences"], differences);
    }
}

#[tokio::test]
async fn a_preview_says_what_a_merge_would_do_and_does_nothing() {
    let app = TestApp::new().await;
    let (kept, other) = alice_twice(&app).await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let path = format!("/v1/patients/{kept}/fusions/apercu");
    let shown = caisse.post(&path, json!({ "absorbe_id": other })).await.expect(200);
    assert_eq!(shown["differences"], json!(["nom", "prenom", "sexe"]));
    assert_eq!(shown["absorbe"]["declarations"], 1);
    assert_eq!(shown["conserve"]["declarations"], 0);
    assert_eq!((&shown["conflits"], &shown["obstacle"]), (&json!([]), &Value::Null));
    assert_eq!(caisse.get(&format!("/v1/patients/{other}")).await.status, 200);
    assert_eq!(timeline(&caisse, &kept).await, []);
}

#[tokio::test]
async fn the_declarations_follow_and_the_absorbed_record_says_where() {
    let app = TestApp::new().await;
    let (kept, other) = alice_twice(&app).await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let declarations = format!("/v1/patients/{other}/declarations");
    let before = caisse.get(&declarations).await.expect(200)["donnees"][0].clone();
    let merged = merge(&caisse, &kept, &other).await;
    assert_eq!(merged.header("etag"), "\"2\"");
    let merged_body = merged.expect(201);
    assert_eq!(merged_body["declarations"], 1);
    assert_eq!(merged_body["actions"], json!(["annuler"]));
    let read = caisse.get(merged.header("location")).await;
    assert_eq!(read.expect(200), merged_body);

    assert_eq!(timeline(&caisse, &kept).await, [line("2020-03-02", "-", MARTIN, "-")]);
    // The same declaration, under its id and its number, as its next version.
    let path = format!("/v1/declarations/{}", before["id"].as_str().unwrap());
    let after = app.patient("ALICE").get(&path).await.expect(200);
    for unchanged in ["id", "numero", "etat", "contenu_sha256", "signatures"] {
        assert_eq!(after[unchanged], before[unchanged], "{unchanged}");
    }
    assert_eq!(after["version"], before["version"].as_i64().unwrap() + 1);
    // The doctor, the patient and the caisse are sent to the record that was kept.
    for caller in [caisse, app.medecin(MARTIN), app.patient("ALICE")] {
        for rest in ["", "/declarations", "/designations", "/medecin-traitant"] {
            let gone = caller.get(&format!("/v1/patients/{other}{rest}")).await;
            assert_eq!(gone.problem(410), "patient_fusionne", "{rest}");
            assert_eq!(gone.resources(410), [format!("/v1/patients/{kept}")]);
        }
    }
    // Who may not see the person learns nothing of the merge.
    for stranger in [app.caisse(AIN), app.medecin(PONS), app.patient("HUGO")] {
        assert_eq!(stranger.get(&format!("/v1/patients/{other}")).await.status, 404);
    }
}

#[tokio::test]
async fn the_person_is_found_by_the_numbers_of_both_records_and_by_both_tokens() {
    let app = TestApp::new().await;
    let (kept, other) = alice_twice(&app).await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    merge(&caisse, &kept, &other).await.expect(201);
    let by = |nir: &str| json!({ "identifiant": { "type": "nir", "valeur": nir }, "date_naissance": "1972-08-09" });
    for nir in ["172080100199557", AUTRE_NIR] {
        let found = app.medecin(PONS).post("/v1/patients/recherche", by(nir)).await.expect(200);
        assert_eq!(found["patient_id"], kept, "{nir}");
    }
    let acteur = Acteur::Patient(other.parse().unwrap());
    let token = app.emetteur.issue(&acteur, &*app.clock, &app.ids, 600).unwrap();
    let bearer = app.bearer(token);
    bearer.get(&format!("/v1/patients/{kept}")).await.expect(200);
    assert_eq!(bearer.get(&format!("/v1/patients/{other}")).await.problem(410), "patient_fusionne");
    assert!(
        !bearer.get("/v1/moi/acces").await.expect(200)["donnees"].as_array().unwrap().is_empty()
    );
    // A number of the absorbed record is not free.
    let body = json!({ "identifiant": { "type": "nir", "valeur": AUTRE_NIR }, "motif": "erreur_de_saisie" });
    let hugo = patient_id("HUGO").to_string();
    let taken = act(&caisse, &hugo, "rectifications-d-identifiant", body).await;
    assert!(taken.expect(409)["detail"].as_str().unwrap().contains(&kept));
    // In a body, the absorbed record is a field that cannot be accepted.
    let choix = json!({ "patient": { "id": other }, "medecins": [{ "rpps": PONS }] });
    let refused = caisse.post("/v1/declarations/apercu", choix).await;
    assert_eq!(refused.wrong_fields(), [("/patient".to_owned(), "patient_fusionne".to_owned())]);
}

#[tokio::test]
async fn feuilles_of_both_records_are_read_and_their_participations_count_together() {
    let app = TestApp::new().await;
    let (kept, other) = alice_twice(&app).await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let mut sheet = feuille("ALICE", "1", "2025-06-12", json!("T"));
    for number in ["identifiant_individuel", "identifiant_ouvrant_droit"] {
        sheet["beneficiaire"][number]["valeur"] = json!(AUTRE_NIR);
    }
    let old = app.medecin(MARTIN).post("/v1/feuilles-de-soins", sheet.clone()).await.expect(201);
    merge(&caisse, &kept, &other).await.expect(201);
    let path = format!("/v1/feuilles-de-soins/{}", old["id"].as_str().unwrap());
    for caller in [app.patient("ALICE"), app.medecin(MARTIN), app.caisse(BOUCHES_DU_RHONE)] {
        assert_eq!(caller.get(&path).await.expect(200)["id"], old["id"]);
    }
    // The same feuille again is known, although it was received for the other record.
    let twin = app.medecin(MARTIN).post("/v1/feuilles-de-soins", sheet.clone()).await;
    assert_eq!(twin.problem(409), "feuille_existante");
    assert_eq!(twin.resources(409), std::slice::from_ref(&path));
    // A feuille with the absorbed number is one of the person's.
    sheet["numero_facture"] = json!("2");
    let new = app.medecin(MARTIN).post("/v1/feuilles-de-soins", sheet).await.expect(201);
    let path = format!("/v1/feuilles-de-soins/{}", new["id"].as_str().unwrap());
    app.patient("ALICE").get(&path).await.expect(200);
}

#[tokio::test]
async fn a_merge_is_undone_and_both_records_are_as_before() {
    let app = TestApp::new().await;
    let (kept, other) = alice_twice(&app).await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let merged = merge(&caisse, &kept, &other).await;
    let fusion = merged.header("location").to_owned();
    // Declared since: it stays with the record that was kept.
    app.medecin(PONS).declare("ALICE", PONS).await.expect(201);
    app.advance(chrono::TimeDelta::seconds(1));
    let during = app.clock();
    app.advance(chrono::TimeDelta::seconds(1));
    let path = format!("{fusion}/annulation");
    let body = json!({ "motif": "collision" });
    assert_eq!(caisse.post_on(&path, 1, body.clone()).await.problem(412), "version_perimee");
    assert_eq!(caisse.post(&path, body.clone()).await.problem(428), "version_absente");
    let undone = caisse.post_on(&path, 2, body.clone()).await.expect(200);
    assert!(undone["annulee_le"].is_string());
    assert_eq!(undone["actions"], json!([]));
    assert_eq!(timeline(&caisse, &kept).await, [line("2025-06-16", "-", PONS, "-")]);
    assert_eq!(timeline(&caisse, &other).await, [line("2020-03-02", "-", MARTIN, "-")]);
    // As known while they were merged, the person had both.
    let known = format!("/v1/patients/{kept}/designations?connu_le={during}");
    assert_eq!(caisse.get(&known).await.expect(200)["donnees"].as_array().unwrap().len(), 2);
    assert_eq!(caisse.post_on(&path, 3, body).await.problem(409), "fusion_impossible");
    // They can be merged again.
    merge(&caisse, &kept, &other).await.expect(201);
    assert_eq!(
        timeline(&caisse, &kept).await,
        [
            line("2020-03-02", "2025-06-16", MARTIN, "remplacement"),
            line("2025-06-16", "-", PONS, "-")
        ]
    );
    let events = app.events().await;
    let count = |nature: &str| events.iter().filter(|event| *event == nature).count();
    assert_eq!((count("patient.fusionne"), count("patient.fusion_annulee")), (4, 2));
}

/// What was read of a person, as they are told: by whom and what, the last first.
async fn accesses(app: &TestApp, id: &str) -> Vec<(String, String)> {
    let acteur = Acteur::Patient(id.parse().unwrap());
    let token = app.emetteur.issue(&acteur, &*app.clock, &app.ids, 600).unwrap();
    let read = app.bearer(token).get("/v1/moi/acces?limite=100&avec_total=true").await.expect(200);
    let all = read["donnees"].as_array().unwrap();
    assert_eq!(read["pagination"]["total"], all.len());
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    all.iter().map(|one| (text(&one["role"]), text(&one["operation"]))).collect()
}

/// Whoever read the one record read what was of the other: both are told, once each, and of nothing else.
#[tokio::test]
async fn what_was_read_during_a_merge_is_told_to_both_once_it_is_undone() {
    let app = TestApp::new().await;
    let (kept, other) = alice_twice(&app).await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let later = || app.advance(chrono::TimeDelta::minutes(1));
    let reads = |role: &str, operation: &str| (role.to_owned(), operation.to_owned());
    later();
    // Before it: each of their own.
    caisse.get(&format!("/v1/patients/{kept}/representations")).await.expect(200);
    caisse.get(&format!("/v1/patients/{other}/neutralisations")).await.expect(200);
    later();
    let fusion = merge(&caisse, &kept, &other).await.header("location").to_owned();
    later();
    let known = caisse.get(&format!("/v1/patients/{kept}/declarations")).await.expect(200);
    let declaration = format!("/v1/declarations/{}", known["donnees"][0]["id"].as_str().unwrap());
    let alice = app.patient("ALICE");
    alice.get(&declaration).await.expect(200);
    assert_eq!(alice.get(&format!("{declaration}/formulaire.pdf")).await.status, 200);
    caisse.get(&format!("/v1/patients/{kept}/dossier-complet")).await.expect(200);
    later();
    let body = json!({ "motif": "collision" });
    caisse.post_on(&format!("{fusion}/annulation"), 2, body).await.expect(200);
    later();
    // After it: each of their own again.
    caisse.get(&format!("/v1/patients/{kept}/conciliations")).await.expect(200);
    caisse.get(&format!("/v1/patients/{other}/adressages")).await.expect(200);

    let during = [
        reads("caisse", "declaration.lister"),
        reads("patient", "declaration.lire"),
        reads("patient", "declaration.formulaire"),
        reads("caisse", "dossier.exporter"),
        reads("caisse", "patient.fusionner"),
    ];
    let own = [reads("caisse", "representation.lister"), reads("caisse", "conciliation.lister")];
    let theirs = [reads("caisse", "neutralisation.lister"), reads("caisse", "adressage.lister")];
    for (id, mine, others) in [(&kept, &own, &theirs), (&other, &theirs, &own)] {
        let told = accesses(&app, id).await;
        for one in during.iter().chain(mine) {
            assert!(told.contains(one), "{one:?}: {told:?}");
        }
        for one in others {
            assert!(!told.contains(one), "{one:?}: {told:?}");
        }
        let count = |one: &(String, String)| told.iter().filter(|own| *own == one).count();
        assert_eq!(count(&during[1]), 1, "{told:?}");
    }
    let read = caisse.get(&format!("/v1/patients/{other}/dossier-complet")).await.expect(200);
    let all = read["acces"].as_array().unwrap();
    let whose: Vec<&str> = all
        .iter()
        .filter(|one| one["operation"] == "declaration.lire")
        .map(|one| one["qui"].as_str().unwrap())
        .collect();
    let [qui] = whose[..] else { panic!("{all:?}") };
    assert!(
        qui.starts_with("la personne dans le dossier de laquelle étaient vos données"),
        "{qui}"
    );
}

#[tokio::test]
async fn what_cannot_be_merged_is_refused_with_its_reason() {
    let app = TestApp::new().await;
    let (kept, other) = alice_twice(&app).await;
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let path = format!("/v1/patients/{kept}/fusions");
    let body = |absorbe: &str, version: i64| json!({ "absorbe_id": absorbe, "absorbe_version": version, "motif": "doublon" });
    let wrong = async |body: Value| caisse.post_on(&path, 1, body).await.wrong_fields();
    assert_eq!(
        wrong(body(&kept, 1)).await,
        [("/absorbe_id".to_owned(), "meme_dossier".to_owned())]
    );
    let bernard = patient_id("BERNARD").to_string();
    let unknown = [("/absorbe_id".to_owned(), "patient_inconnu".to_owned())];
    assert_eq!(wrong(body(&bernard, 1)).await, unknown);
    assert_eq!(caisse.post_on(&path, 1, body(&other, 2)).await.problem(412), "version_perimee");
    assert_eq!(caisse.post_on(&path, 2, body(&other, 1)).await.problem(412), "version_perimee");
    // A record that the caisse no longer holds is merged by nobody else.
    let away = json!({ "organisme": organisme(AIN), "effet_du": "2025-06-01" });
    act(&caisse, &other, "changements-d-organisme", away).await.expect(200);
    assert_eq!(caisse.post_on(&path, 1, body(&other, 2)).await.problem(403), "role_interdit");
    let back = json!({ "organisme": organisme(BOUCHES_DU_RHONE), "effet_du": "2025-06-02" });
    act(&app.caisse(AIN), &other, "changements-d-organisme", back).await.expect(200);
    // A death known of one of them only.
    let death = json!({ "jour": "2025-06-10", "source": "famille" });
    act(&caisse, &other, "deces", death.clone()).await.expect(200);
    assert_eq!(merge(&caisse, &kept, &other).await.problem(409), "fusion_impossible");
    act(&caisse, &kept, "deces", death).await.expect(200);
    merge(&caisse, &kept, &other).await.expect(201);
    // One that has absorbed another is the one to keep.
    let hugo = patient_id("HUGO").to_string();
    let refused = merge(&caisse, &hugo, &kept).await;
    assert_eq!(refused.problem(409), "fusion_impossible");
    assert_eq!(
        wrong(body(&other, 4)).await,
        [("/absorbe_id".to_owned(), "patient_fusionne".to_owned())]
    );
}

/// A record is merged into two others, and into itself the other way round, at the same moment: one
/// merge is made, nobody waits in a circle, and no person has two timelines.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_several_merges_of_one_record_at_once_one_is_made() {
    let app = Arc::new(TestApp::over(TestDatabase::with_people().await, 24).await);
    let (alice, other) = alice_twice(&app).await;
    let hugo = patient_id("HUGO").to_string();
    let pairs = [(&alice, &other), (&hugo, &other), (&other, &alice), (&other, &hugo)];
    let sending: Vec<_> = pairs
        .into_iter()
        .map(|(kept, absorbed)| {
            let (app, kept, absorbed) = (Arc::clone(&app), kept.clone(), absorbed.clone());
            tokio::spawn(async move {
                let body =
                    json!({ "absorbe_id": absorbed, "absorbe_version": 1, "motif": "doublon" });
                let path = format!("/v1/patients/{kept}/fusions");
                app.caisse(BOUCHES_DU_RHONE).post_on(&path, 1, body).await.status.as_u16()
            })
        })
        .collect();
    let mut made = 0;
    for sent in sending {
        let status = sent.await.unwrap();
        assert!([201, 410, 412, 422].contains(&status), "{status}");
        made += u32::from(status == 201);
    }
    assert_eq!(made, 1);
    let pool = app.database.pool(1).await;
    let count = async |statement: &'static str| -> i64 {
        sqlx::query_scalar(statement).fetch_one(&pool).await.unwrap()
    };
    assert_eq!(count("SELECT count(*) FROM fusion WHERE remplace_le IS NULL").await, 1);
    let twice = "SELECT count(*) FROM (SELECT declaration_id FROM etat_declaration
        WHERE remplace_le IS NULL GROUP BY declaration_id HAVING count(*) > 1) AS twice";
    assert_eq!(count(twice).await, 0);
}

/// Declarations are signed while their record is merged: each signature is either acknowledged and
/// known under the record that was kept, or refused because the declaration must be read again.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_signature_during_a_merge_is_kept_or_refused_and_never_lost() {
    let app = Arc::new(TestApp::over(TestDatabase::with_people().await, 24).await);
    let (kept, other) = alice_twice(&app).await;
    let mut waiting = Vec::new();
    for _ in 0..12 {
        let caisse = app.caisse(BOUCHES_DU_RHONE);
        let mut choix =
            json!({ "patient": { "id": other }, "medecins": [{ "rpps": CARDIOLOGUE }] });
        let digest = caisse.digest_of(&choix).await;
        choix["signatures"] = json!([crate::support::app::paper("assure", "2025-06-15", &digest)]);
        let made = caisse.post("/v1/declarations", choix).await.expect(201);
        waiting.push((made["id"].as_str().unwrap().to_owned(), digest));
    }
    let merging = {
        let (app, kept, other) = (Arc::clone(&app), kept.clone(), other.clone());
        tokio::spawn(async move {
            merge(&app.caisse(BOUCHES_DU_RHONE), &kept, &other).await.expect(201);
        })
    };
    let signing: Vec<_> = waiting
        .into_iter()
        .map(|(id, digest)| {
            let app = Arc::clone(&app);
            tokio::spawn(async move {
                let path = format!("/v1/declarations/{id}/signatures");
                let body = signature("medecin", "cps", &digest);
                let signed = app.medecin(CARDIOLOGUE).post_on(&path, 1, body).await;
                (id, signed.status.as_u16())
            })
        })
        .collect();
    let mut acknowledged = Vec::new();
    for signed in signing {
        let (id, status) = signed.await.unwrap();
        assert!([200, 412].contains(&status), "{status}");
        if status == 200 {
            acknowledged.push(id);
        }
    }
    merging.await.unwrap();
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let path = format!("/v1/patients/{kept}/declarations");
    let all = caisse.get(&path).await.expect(200)["donnees"].as_array().unwrap().clone();
    assert_eq!(all.len(), 13);
    for id in acknowledged {
        let found = all.iter().find(|declaration| declaration["id"] == id).unwrap();
        assert_eq!(found["etat"], "active");
    }
    assert_eq!(version(&caisse, &kept).await, 2);
}
