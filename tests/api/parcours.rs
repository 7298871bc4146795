//! What the register knows beside a feuille: referrals, opinions around, covers, practices, fees.

use chrono::TimeDelta;
use serde_json::{Value, json};

use traitant::services::rejeu;

use crate::support::TestApp;
use crate::support::app::{CARDIOLOGUE, MARTIN, PONS, feuille, patient_id};
use crate::support::vie::{AIN, act};

const DAY: &str = "2025-06-16";

/// A consultation of the cardiologist for Bernard, whose médecin traitant is Martin.
fn cardiologist(numero: &str, jour: &str, indicateur: Value) -> Value {
    let mut body = feuille("BERNARD", numero, jour, indicateur);
    body["executant"] = json!({
        "rpps": CARDIOLOGUE, "numero_facturation": { "type": "num_am", "valeur": "991999913" },
        "specialite": "03", "convention": "secteur_1",
    });
    line(&mut body, "CS", 2650);
    body
}

fn line(body: &mut Value, code: &str, centimes: i64) {
    body["actes"][0]["code"] = json!(code);
    body["actes"][0]["honoraires_centimes"] = json!(centimes);
    body["actes"][0]["base_remboursement_centimes"] = json!(centimes);
}

fn sent_by(body: &mut Value, rpps: &str) {
    body["parcours"]["orienteur"] =
        json!({ "rpps": rpps, "nom": "ESSAI-MARTIN", "prenom": "CAMILLE" });
}

async fn send(app: &TestApp, body: Value) -> Value {
    app.medecin(CARDIOLOGUE).post("/v1/feuilles-de-soins", body).await.expect(201)
}

async fn read(app: &TestApp, feuille: &Value) -> Value {
    let path = format!("/v1/feuilles-de-soins/{}", feuille["id"].as_str().unwrap());
    app.medecin(CARDIOLOGUE).get(&path).await.expect(200)
}

fn letter(feuille: &Value) -> &str {
    feuille["evaluations"][0]["code_determine"].as_str().unwrap()
}

fn warnings(feuille: &Value) -> Vec<&str> {
    feuille["evaluations"][0]["avertissements"]
        .as_array()
        .unwrap()
        .iter()
        .map(|warning| warning["code"].as_str().unwrap())
        .collect()
}

/// The feuilles that a warning names.
fn named<'a>(feuille: &'a Value, code: &str) -> &'a Value {
    let all = feuille["evaluations"][0]["avertissements"].as_array().unwrap();
    &all.iter().find(|warning| warning["code"] == code).unwrap()["feuilles"]
}

#[tokio::test]
async fn a_referral_of_the_register_is_found_and_its_absence_is_told() {
    let app = TestApp::new().await;
    let mut claimed = cardiologist("1", "2025-06-12", json!("O"));
    sent_by(&mut claimed, MARTIN);
    let claimed = send(&app, claimed).await;
    assert_eq!((letter(&claimed), warnings(&claimed)), ("O", vec!["adressage_inconnu"]));
    let outside = send(&app, cardiologist("2", "2025-06-13", json!("S2"))).await;
    assert_eq!((letter(&outside), warnings(&outside)), ("F", vec![]));
    // Martin refers Bernard to the cardiologist, for consultations.
    let plan = json!({
        "nature": "plan_de_soins", "effet_au": "2025-12-16",
        "correspondants": [{ "rpps": CARDIOLOGUE }],
        "actes": [{ "nomenclature": "ngap", "code": "CS" }],
        "periodicite": { "tous_les": 3, "unite": "mois" },
    });
    let path = format!("/v1/patients/{}/adressages", patient_id("BERNARD"));
    app.medecin(MARTIN).post(&path, plan).await.expect(201);
    let covered = send(&app, cardiologist("3", DAY, json!("S2"))).await;
    assert_eq!(letter(&covered), "O");
    assert_eq!(warnings(&covered), ["adressage_non_declare", "indicateur_contredit"]);
    assert_eq!(covered["evaluations"][0]["totaux"]["majoration_centimes"], 0);
    let coordination = "majorations_coordination_possibles";
    assert_eq!(covered["evaluations"][0]["resultats"][coordination], true);
    app.advance(TimeDelta::days(1));
    let mut named = cardiologist("4", "2025-06-17", json!("O"));
    sent_by(&mut named, PONS);
    assert_eq!(warnings(&send(&app, named).await), ["orienteur_contredit"]);
    let mut other_act = cardiologist("5", "2025-06-17", json!("O"));
    sent_by(&mut other_act, MARTIN);
    line(&mut other_act, "CSC", 5400);
    assert_eq!(warnings(&send(&app, other_act).await), ["acte_hors_adressage"]);
    // What was evaluated before stays as it was, and reads back the same.
    assert_eq!(read(&app, &outside).await, outside);
    assert_eq!(read(&app, &covered).await, covered);
}

#[tokio::test]
async fn a_later_consultation_breaks_a_single_opinion_and_both_feuilles_tell_it() {
    let app = TestApp::new().await;
    let opinion = |numero: &str, jour: &str| {
        let mut body = cardiologist(numero, jour, json!("O"));
        sent_by(&mut body, MARTIN);
        line(&mut body, "APC", 6000);
        body
    };
    let first = send(&app, opinion("1", "2025-01-20")).await;
    assert_eq!(warnings(&first), ["adressage_inconnu"]);
    assert!(read(&app, &first).await.get("a_reexaminer").is_none());
    // Four months and a day later, nothing is broken; four months later, it is.
    let far = send(&app, cardiologist("2", "2025-05-21", json!("S2"))).await;
    assert_eq!(warnings(&far), Vec::<&str>::new());
    let near = send(&app, cardiologist("3", "2025-05-20", json!("S2"))).await;
    assert_eq!(warnings(&near), ["avis_ponctuel_rompu"]);
    assert_eq!(*named(&near, "avis_ponctuel_rompu"), json!([first["id"]]));
    let again = read(&app, &first).await;
    assert_eq!(
        again["a_reexaminer"],
        json!([{ "motif": "avis_ponctuel_rompu", "feuille_id": near["id"], "date_soins": "2025-05-20" }])
    );
    assert_eq!(again["evaluations"], first["evaluations"], "an evaluation never changes");
    // An opinion on a patient seen shortly before names the feuilles of then.
    let second = send(&app, opinion("4", "2025-06-02")).await;
    assert_eq!(warnings(&second), ["avis_ponctuel_patient_suivi", "adressage_inconnu"]);
    let seen = named(&second, "avis_ponctuel_patient_suivi").as_array().unwrap().clone();
    assert!(seen.contains(&near["id"]) && seen.contains(&far["id"]), "{seen:?}");
    // Another doctor of the same patient breaks nothing.
    let other = feuille("BERNARD", "5", "2025-05-19", json!("T"));
    let other = app.medecin(MARTIN).post("/v1/feuilles-de-soins", other).await.expect(201);
    assert_eq!(warnings(&other), Vec::<&str>::new());
    let pool = app.database.pool(1).await;
    let told: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM evenement WHERE nature = 'feuille.a_reexaminer' AND feuille_id = $1::uuid",
    )
    .bind(first["id"].as_str().unwrap())
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!(told, 1);
}

#[tokio::test]
async fn a_status_known_by_the_register_excludes_although_the_feuille_is_silent() {
    let app = TestApp::new().await;
    let caisse = app.caisse(AIN);
    let id = patient_id("BERNARD").to_string();
    let body = json!({ "statut": "ame", "effet_du": "2025-05-01" });
    act(&caisse, &id, "changements-de-statut", body).await.expect(200);
    let martin = app.medecin(MARTIN);
    let on = async |numero: &str, day: &str| {
        let body = feuille("BERNARD", numero, day, json!("T"));
        martin.post("/v1/feuilles-de-soins", body).await.expect(201)
    };
    assert_eq!(letter(&on("1", "2025-04-30").await), "T");
    let helped = on("2", "2025-05-01").await;
    assert_eq!(letter(&helped), "X");
    assert_eq!(helped["evaluations"][0]["appartenance"], "exclu");
    assert_eq!(warnings(&helped), ["couverture_contredite"]);
    let totals = &helped["evaluations"][0]["totaux"];
    assert_eq!(totals["participation_forfaitaire_centimes"], 0);
}

#[tokio::test]
async fn a_secondary_cabinet_and_a_convention_are_those_of_the_register() {
    let app = TestApp::new().await;
    let pool = app.database.pool(1).await;
    sqlx::query(
        "INSERT INTO exercice (medecin_id, exercice_id, lieu_id, mode, principal, convention,
                               option_tarifaire, facturation_nature, facturation_numero, effet, enregistre_le)
         SELECT e.medecin_id, '0192f0c4-0000-7000-8000-0000000000e1',
                (SELECT lieu_id FROM lieu WHERE lieu_id <> e.lieu_id LIMIT 1), e.mode, false, 'secteur_1',
                'aucune', 'num_am', '991999954', '[2025-06-01,)', e.enregistre_le
         FROM exercice e JOIN medecin m USING (medecin_id) WHERE m.rpps = $1",
    )
    .bind(MARTIN)
    .execute(&pool)
    .await
    .unwrap();
    let martin = app.medecin(MARTIN);
    let at = async |numero: &str, billing: &str, convention: &str| {
        let mut body = feuille("BERNARD", numero, DAY, json!("T"));
        body["executant"]["numero_facturation"]["valeur"] = json!(billing);
        body["executant"]["convention"] = json!(convention);
        martin.post("/v1/feuilles-de-soins", body).await.expect(201)
    };
    assert_eq!(letter(&at("1", "991999905", "secteur_1").await), "T");
    let secondary = at("2", "991999954", "secteur_1").await;
    assert_eq!((letter(&secondary), warnings(&secondary)), ("V", vec![]));
    let other = at("3", "991999905", "secteur_2").await;
    assert!(warnings(&other).contains(&"convention_contredite"));
}

#[tokio::test]
async fn the_fees_of_the_year_say_whether_authorised_overruns_are_still_the_exception() {
    let app = TestApp::new().await;
    let overrun = |numero: &str| {
        let mut body = cardiologist(numero, DAY, json!("S2"));
        body["actes"][0]["honoraires_centimes"] = json!(3500);
        body["actes"][0]["qualificatif_depense"] = json!("da");
        body
    };
    let alert = "part_sans_depassement_insuffisante";
    // 35.00 € and nothing else this year.
    assert!(warnings(&send(&app, overrun("1")).await).contains(&alert));
    // Seven plain consultations: 185.50 € of 255.50 € with the next one, 72 %.
    for numero in 2..9 {
        send(&app, cardiologist(&numero.to_string(), DAY, json!("S2"))).await;
    }
    assert!(!warnings(&send(&app, overrun("20")).await).contains(&alert));
    // Another overrun: 185.50 € of 290.50 €.
    assert!(warnings(&send(&app, overrun("21")).await).contains(&alert));
}

#[tokio::test]
async fn a_simulation_says_who_pays_whom_and_what_is_claimed_later() {
    let app = TestApp::new().await;
    let mut body = json!({
        "date_soins": "2025-06-16",
        "patient": {
            "age": 45, "complementaire": "amc",
            "contrat_complementaire": { "garantie_base_dix_milliemes": 15000 },
        },
        "medecin_traitant": "aucun",
        "executant": { "specialite": "01", "convention": "secteur_1" },
        "actes": [{ "code": "G", "honoraires_centimes": 3000, "base_remboursement_centimes": 3000 }],
        "paiement": { "tiers_payant_amo": true, "tiers_payant_amc": true },
    });
    let answer = app.anonymous().post("/v1/simulations", body.clone()).await.expect(200);
    assert_eq!(answer["totaux"]["part_amc_centimes"], 900);
    assert_eq!(answer["totaux"]["reste_a_charge_centimes"], 1260);
    assert_eq!(
        answer["reglement"],
        json!({
            "paye_par_le_patient_centimes": 0, "paye_par_amo_centimes": 2100,
            "paye_par_amc_centimes": 900, "rembourse_par_amo_centimes": 0,
            "rembourse_par_amc_centimes": 0,
            "creances": [
                { "numero_ligne": 1, "nature": "majoration", "montant_centimes": 1060 },
                { "numero_ligne": 1, "nature": "participation_forfaitaire", "montant_centimes": 200 },
            ],
        })
    );
    body["medecin_traitant"] = json!("inconnu");
    let unknown = app.anonymous().post("/v1/simulations", body.clone()).await.expect(200);
    assert_eq!(unknown["appartenance"], "indeterminee");
    assert_eq!(unknown["avertissements"][0]["code"], "medecin_traitant_inconnu");
    body["patient"]["contrat_complementaire"]["garantie_centimes"] = json!(900);
    let both = app.anonymous().post("/v1/simulations", body.clone()).await;
    let pointer = "/patient/contrat_complementaire/garantie_centimes".to_owned();
    assert_eq!(both.wrong_fields(), [(pointer, "un_seul_des_deux".to_owned())]);
    body["patient"]["complementaire"] = json!("aucune");
    body["patient"]["contrat_complementaire"] = json!({});
    let nobody = app.anonymous().post("/v1/simulations", body).await;
    let pointer = "/patient/contrat_complementaire".to_owned();
    assert_eq!(nobody.wrong_fields(), [(pointer, "champ_inadapte".to_owned())]);
}

#[tokio::test]
async fn a_colleague_of_an_absent_medecin_traitant_shares_a_place_with_him_on_that_day() {
    let app = TestApp::new().await;
    let pool = app.database.pool(1).await;
    // Pons works in the cabinet of Martin from June 2025 on, and in her own.
    sqlx::query(
        "INSERT INTO exercice (medecin_id, exercice_id, lieu_id, mode, principal, convention,
                               option_tarifaire, facturation_nature, facturation_numero, effet, enregistre_le)
         SELECT pons.medecin_id, '0192f0c4-0000-7000-8000-0000000000e2', e.lieu_id, e.mode, false,
                'secteur_1', 'aucune', 'num_am', '991999962', '[2025-06-01,)', e.enregistre_le
         FROM exercice e JOIN medecin m USING (medecin_id), medecin pons
         WHERE m.rpps = $1 AND pons.rpps = $2",
    )
    .bind(MARTIN)
    .bind(PONS)
    .execute(&pool)
    .await
    .unwrap();
    let told = async |rpps: &str, numero: &str, jour: &str, indicateur: Value| {
        let mut body = feuille("BERNARD", numero, jour, indicateur);
        body["executant"]["rpps"] = json!(rpps);
        body["executant"]["numero_facturation"]["valeur"] = json!("991999954");
        let stored = app.medecin(rpps).post("/v1/feuilles-de-soins", body).await.expect(201);
        let apart = warnings(&stored).contains(&"collegue_hors_du_groupe");
        (letter(&stored).to_owned(), apart)
    };
    let r = || ("R".to_owned(), false);
    assert_eq!(told(PONS, "1", "2025-06-01", json!("R")).await, r());
    let before = told(PONS, "2", "2025-05-31", json!("R")).await;
    assert_eq!(before, ("R".to_owned(), true), "believed, and said");
    let other = told(PONS, "3", "2025-05-31", json!("S2")).await;
    assert!(!other.1, "nothing is claimed");
    // The practices of a locum are not known by a number: nothing contradicts him.
    assert_eq!(told("99900005044", "4", "2025-05-31", json!("R")).await, r());
    let replayed = rejeu::replay(&app.core, (None, None), |_| {}).await.unwrap();
    assert_eq!((replayed.evaluations, replayed.identiques), (4, 4));
}

#[tokio::test]
async fn a_place_counts_although_no_number_bills_there() {
    let app = TestApp::new().await;
    let pool = app.database.pool(1).await;
    // Pons is employed in the cabinet of Martin, where nothing is billed under a number of hers.
    sqlx::query(
        "INSERT INTO exercice (medecin_id, exercice_id, lieu_id, mode, principal, convention,
                               option_tarifaire, effet, enregistre_le)
         SELECT pons.medecin_id, '0192f0c4-0000-7000-8000-0000000000e2', e.lieu_id, 'salarie', false,
                'salarie', 'aucune', '[2025-01-01,)', e.enregistre_le
         FROM exercice e JOIN medecin m USING (medecin_id), medecin pons
         WHERE m.rpps = $1 AND pons.rpps = $2",
    )
    .bind(MARTIN)
    .bind(PONS)
    .execute(&pool)
    .await
    .unwrap();
    let mut body = feuille("BERNARD", "1", "2025-06-01", json!("R"));
    body["executant"]["rpps"] = json!(PONS);
    body["executant"]["numero_facturation"]["valeur"] = json!("991999954");
    let stored = app.medecin(PONS).post("/v1/feuilles-de-soins", body).await.expect(201);
    assert_eq!(warnings(&stored), Vec::<&str>::new());
    assert_eq!(letter(&stored), "R");
}
