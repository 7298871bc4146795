//! Who can be registered as a doctor, and with which practices.

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::{PONS, choix};

fn fields(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(place, code)| ((*place).to_owned(), (*code).to_owned())).collect()
}

/// An RPPS that nobody of the sandbox has.
const NEW: &str = "99900008022";

fn place(nom: &str) -> Value {
    json!({ "nature": "cabinet", "nom": nom, "commune": "01004", "adresse": "1 rue de l'Essai" })
}

fn practice(du: &str, principal: bool, lieu: impl Into<Value>) -> Value {
    let lieu = lieu.into();
    json!({ "du": du, "mode": "liberal", "principal": principal, "convention": "secteur_1", "lieu": lieu })
}

fn doctor(rpps: &str, specialite: &str, exercices: impl Into<Value>) -> Value {
    let exercices = exercices.into();
    json!({
        "rpps": rpps, "nom": "ESSAI-NOUVEAU", "prenom": "DOMINIQUE", "specialite": specialite,
        "exercices": exercices,
    })
}

#[tokio::test]
async fn only_a_doctor_is_registered_as_one() {
    let app = TestApp::new().await;
    let caisse = app.caisse("010110000");
    for specialite in ["19", "21", "24", "50"] {
        let body = doctor(NEW, specialite, json!([practice("2015-09-01", true, place("Un"))]));
        let reply = caisse.post("/v1/medecins", body).await;
        assert_eq!(reply.wrong_fields(), fields(&[("/specialite", "profession_non_medecin")]));
    }
    let body = doctor(NEW, "03", json!([practice("2015-09-01", true, place("Un"))]));
    assert_eq!(caisse.post("/v1/medecins", body).await.status, 201);
}

#[tokio::test]
async fn somebody_who_is_no_doctor_any_more_cannot_be_designated() {
    let app = TestApp::new().await;
    sqlx::query(
        "INSERT INTO medecin (medecin_id, rpps, connu_le, enregistre_le)
         VALUES ('0192f0c4-0000-7000-8000-0000000000aa', $1, '2020-01-01', '2020-01-01')",
    )
    .bind(NEW)
    .execute(&app.database.pool(1).await)
    .await
    .unwrap();
    for (table, columns, values) in [
        (
            "identite_medecin",
            "identite_id, nom, prenom",
            "'0192f0c4-0000-7000-8000-0000000000ab', 'ESSAI', 'SAGE'",
        ),
        (
            "specialite_medecin",
            "specialite_id, code",
            "'0192f0c4-0000-7000-8000-0000000000ac', '21'",
        ),
        (
            "exercice",
            "exercice_id, lieu_id, mode, principal, convention, option_tarifaire",
            "'0192f0c4-0000-7000-8000-0000000000ad', (SELECT min(lieu_id::text)::uuid FROM lieu), 'liberal', true, 'secteur_1', 'aucune'",
        ),
    ] {
        let statement = format!(
            "INSERT INTO {table} (medecin_id, {columns}, effet, enregistre_le)
             VALUES ('0192f0c4-0000-7000-8000-0000000000aa', {values}, '[2020-01-01,)', '2020-01-01')"
        );
        sqlx::query(sqlx::AssertSqlSafe(statement))
            .execute(&app.database.pool(1).await)
            .await
            .unwrap();
    }
    let reply = app.patient("ALICE").post("/v1/declarations", choix("ALICE", NEW)).await;
    assert_eq!(reply.problem(422), "medecin_non_designable");
}

#[tokio::test]
async fn every_day_has_one_principal_practice_and_no_practice_twice() {
    let app = TestApp::new().await;
    let caisse = app.caisse("010110000");
    let principal = fields(&[("/exercices", "principal_unique")]);
    for (exercices, wrong) in [
        (json!([practice("2015-09-01", false, place("Un"))]), principal.clone()),
        (
            json!([
                practice("2015-09-01", true, place("Un")),
                practice("2016-09-01", true, place("Deux"))
            ]),
            principal.clone(),
        ),
        // Until the principal practice begins, there is none.
        (
            json!([
                practice("2015-09-02", true, place("Un")),
                practice("2015-09-01", false, place("Deux"))
            ]),
            principal,
        ),
        (
            json!([
                practice("2015-09-01", true, place("Un")),
                practice("2016-09-01", false, place("Un"))
            ]),
            fields(&[("/exercices/1/lieu", "valeur_en_double")]),
        ),
        (
            json!([practice("1899-12-31", true, place("Un"))]),
            fields(&[("/exercices/0/du", "hors_bornes")]),
        ),
    ] {
        let reply = caisse.post("/v1/medecins", doctor(NEW, "01", exercices)).await;
        assert_eq!(reply.wrong_fields(), wrong);
    }
    let both = json!([
        practice("2015-09-01", true, place("Un")),
        practice("2015-09-01", false, place("Deux")),
    ]);
    let made = caisse.post("/v1/medecins", doctor(NEW, "01", both)).await.expect(201);
    // A place that exists is no less the same place.
    let id = json!({ "id": made["exercices"][0]["lieu"]["id"] });
    let twice =
        json!([practice("2015-09-01", true, id.clone()), practice("2016-09-01", false, id)]);
    let reply = caisse.post("/v1/medecins", doctor("99900008030", "01", twice)).await;
    assert_eq!(reply.wrong_fields(), fields(&[("/exercices/1/lieu", "valeur_en_double")]));
    let unknown = json!({ "id": "0192f0c4-0000-7000-8000-000000000001" });
    let unknown = json!([practice("2015-09-01", true, unknown)]);
    let reply = caisse.post("/v1/medecins", doctor("99900008030", "01", unknown)).await;
    assert_eq!(reply.wrong_fields(), fields(&[("/exercices/0/lieu/id", "lieu_inconnu")]));
    let message = reply.expect(422)["erreurs"][0]["message"].to_string();
    assert!(message.contains("attendu : "), "{message}");
}

#[tokio::test]
async fn a_billing_number_is_one_doctors() {
    let app = TestApp::new().await;
    let caisse = app.caisse("010110000");
    let billing = |rpps: &str, mode: &str, kind: &str, number: &str| {
        let mut exercice = practice("2015-09-01", true, place("Un"));
        exercice["numero_facturation"] = json!({ "type": kind, "valeur": number });
        exercice["mode"] = json!(mode);
        doctor(rpps, "01", json!([exercice]))
    };
    // Martin's.
    let reply = caisse.post("/v1/medecins", billing(NEW, "liberal", "num_am", "991999905")).await;
    assert_eq!(reply.problem(409), "facturation_existante");
    // A locum bills under the number of the doctor replaced, and a centre has one for all.
    let locum = billing(NEW, "remplacant", "num_am", "991999905");
    assert_eq!(caisse.post("/v1/medecins", locum).await.status, 201);
    for rpps in ["99900008030", "99900008048"] {
        let centre = billing(rpps, "salarie", "finess", "990789018");
        assert_eq!(caisse.post("/v1/medecins", centre).await.status, 201, "{rpps}");
    }
    let reply = caisse.get(&format!("/v1/medecins/{PONS}")).await;
    assert_eq!(reply.status, 200);
}

#[tokio::test]
async fn two_doctors_registered_at_once_do_not_share_a_number() {
    let app = TestApp::new().await;
    let body = |rpps: &str| {
        let mut exercice = practice("2015-09-01", true, place("Un"));
        exercice["numero_facturation"] = json!({ "type": "num_am", "valeur": "991999962" });
        doctor(rpps, "01", json!([exercice]))
    };
    let (one, other) = (app.caisse("010110000"), app.referentiel("agent-1"));
    let (one, other) = tokio::join!(
        one.post("/v1/medecins", body(NEW)),
        other.post("/v1/medecins", body("99900008030")),
    );
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
}
