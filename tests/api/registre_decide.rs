//! What the practice file of a doctor says counts before what the feuille says of him; the difference is told to
//! the clerk, and an evaluation is made again from what was known.

use serde_json::{Value, json};
use traitant::services::rejeu;

use crate::support::TestApp;
use crate::support::app::{CARDIOLOGUE, MARTIN, PONS, feuille};
use crate::support::cessation::{operate, read, simple, undo};
use crate::support::medecins::{AUTRE, NOUVEAU, avertissements, exercice, facturee, inscrire};
use crate::support::vie::AIN;

mod numeros;

const FEUILLES: &str = "/v1/feuilles-de-soins";
/// A number that no doctor of the sandbox has, then theirs.
const NUMERO: &str = "991999962";
const DE_MARTIN: &str = "991999905";
const DU_CARDIOLOGUE: &str = "991999913";
const BLANC: &str = "99900005044";

async fn send(app: &TestApp, sheet: Value) -> Value {
    let rpps = sheet["executant"]["rpps"].as_str().unwrap().to_owned();
    app.medecin(&rpps).post(FEUILLES, sheet).await.expect(201)
}

fn letter(feuille: &Value) -> &str {
    feuille["evaluations"][0]["code_determine"].as_str().unwrap()
}

/// The reasons for which a feuille is to be looked at by a caisse: motive and codes.
async fn reasons(app: &TestApp, caisse: &str, feuille: &Value) -> Vec<(String, Vec<String>)> {
    let read =
        app.caisse(caisse).get("/v1/feuilles-de-soins/a-revoir?limite=100&du=2005-01-01").await;
    let read = read.expect(200);
    let words = |list: &Value| -> Vec<String> {
        list.as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect()
    };
    let all = read["donnees"].as_array().unwrap();
    let own = all.iter().find(|one| one["feuille_id"] == feuille["id"]);
    own.map_or_else(Vec::new, |one| {
        let reasons = one["raisons"].as_array().unwrap().iter();
        reasons
            .map(|one| (one["motif"].as_str().unwrap().to_owned(), words(&one["codes"])))
            .collect()
    })
}

/// That every evaluation is made again to the byte from the facts that are kept with it.
async fn replays(app: &TestApp) {
    let all = rejeu::replay(&app.core, (None, None), |_| {}).await.unwrap();
    assert_eq!((all.identiques, all.differentes), (all.evaluations, Vec::new()));
}

#[tokio::test]
async fn a_cardiologist_who_says_ophthalmologist_has_no_direct_access() {
    let app = TestApp::new().await;
    let said = |numero: &str, specialite: &str| {
        let who = (CARDIOLOGUE, DU_CARDIOLOGUE, specialite);
        let mut sheet = facturee(("BERNARD", numero, "2025-03-10"), who, "D");
        sheet["actes"][0]["code"] = json!("CS");
        sheet["actes"][0]["honoraires_centimes"] = json!(2650);
        sheet["actes"][0]["base_remboursement_centimes"] = json!(2650);
        sheet
    };
    let wrong = send(&app, said("1", "15")).await;
    assert_eq!(letter(&wrong), "F");
    assert!(wrong["evaluations"][0]["totaux"]["majoration_centimes"].as_i64() > Some(0));
    let codes = avertissements(&wrong);
    assert!(codes.contains(&"specialite_contredite"), "{codes:?}");
    let told = reasons(&app, AIN, &wrong).await;
    assert!(told.iter().any(|(motif, codes)| motif == "avertissement"
        && codes.contains(&"specialite_contredite".to_owned())));
    // What he says of himself changes nothing.
    let right = send(&app, said("2", "03")).await;
    assert_eq!(right["evaluations"][0]["totaux"]["rembourse_amo_centimes"], {
        wrong["evaluations"][0]["totaux"]["rembourse_amo_centimes"].clone()
    });
    assert!(!avertissements(&right).contains(&"specialite_contredite"));
    // The clerk reads which one counted, and from where.
    let specialty = async |sheet: &Value| {
        let id = sheet["id"].as_str().unwrap();
        let path = format!("{FEUILLES}/{id}/evaluations/1/instruction");
        let shown = app.caisse(AIN).get(&path).await.expect(200);
        let facts = shown["actes"][0]["faits"].as_array().unwrap();
        let fact = facts.iter().find(|one| one["fait"] == "specialite").unwrap();
        (fact["valeur"].as_str().unwrap().to_owned(), fact["source"].as_str().unwrap().to_owned())
    };
    assert_eq!(specialty(&wrong).await.1, "registre");
    assert_eq!(specialty(&right).await.1, "feuille");
    assert_eq!(specialty(&wrong).await.0, specialty(&right).await.0);
    replays(&app).await;
}

#[tokio::test]
async fn an_ophthalmologist_who_says_nothing_of_it_has_it() {
    let app = TestApp::new().await;
    let practices = json!([exercice("2015-01-05", "liberal", "01004", Some(NUMERO))]);
    inscrire(&app, NOUVEAU, "15", practices).await;
    let mut sheet = facturee(("BERNARD", "1", "2025-03-10"), (NOUVEAU, NUMERO, "03"), "D");
    sheet["actes"][0]["code"] = json!("CS");
    let kept = send(&app, sheet).await;
    assert_eq!(letter(&kept), "D");
    assert!(avertissements(&kept).contains(&"specialite_contredite"));
    replays(&app).await;
}

#[tokio::test]
async fn the_installation_of_the_register_decides_of_j_until_its_fifth_anniversary() {
    let app = TestApp::new().await;
    // In practice since 2005, with a false date.
    let mut old = feuille("BERNARD", "1", "2025-03-10", "J");
    old["executant"]["rpps"] = json!(PONS);
    old["executant"]["numero_facturation"]["valeur"] = json!("991999954");
    old["executant"]["date_installation"] = json!("2024-01-01");
    app.on("2026-06-01");
    let kept = send(&app, old).await;
    assert_eq!(letter(&kept), "P");
    assert!(avertissements(&kept).contains(&"date_installation_contredite"));
    assert!(
        reasons(&app, AIN, &kept)
            .await
            .iter()
            .any(|(_, codes)| { codes.contains(&"date_installation_contredite".to_owned()) })
    );
    // A locum, then a salaried doctor, settled in private practice on 10 March 2021.
    let practices = json!([
        exercice("2017-01-02", "remplacant", "01004", None),
        exercice("2018-01-02", "salarie", "01004", None),
        exercice("2021-03-10", "liberal", "01053", Some(NUMERO)),
    ]);
    inscrire(&app, NOUVEAU, "01", practices).await;
    let said = |numero: &str, jour: &str, date: &str| {
        let mut sheet = facturee(("BERNARD", numero, jour), (NOUVEAU, NUMERO, "01"), "J");
        sheet["executant"]["date_installation"] = json!(date);
        sheet
    };
    for (numero, jour, date, expected, contradicted) in [
        ("2", "2021-03-10", "2021-03-10", "J", false),
        ("3", "2026-03-09", "2021-03-10", "J", false),
        ("4", "2026-03-10", "2021-03-10", "P", false),
        ("5", "2026-03-10", "2022-01-01", "P", true),
        ("6", "2026-03-09", "2015-01-01", "J", true),
    ] {
        let kept = send(&app, said(numero, jour, date)).await;
        assert_eq!(letter(&kept), expected, "{numero}");
        let told = avertissements(&kept).contains(&"date_installation_contredite");
        assert_eq!(told, contradicted, "{numero}");
    }
    replays(&app).await;
}

#[tokio::test]
async fn the_installation_in_the_commune_decides_of_b() {
    let app = TestApp::new().await;
    // Twelve years elsewhere, then in another commune, where the cabinet moved once.
    let practices = json!([
        exercice("2010-01-04", "liberal", "13055", None),
        exercice("2021-05-03", "liberal", "01004", None),
        exercice("2024-01-02", "liberal", "01004", Some(NUMERO)),
    ]);
    inscrire(&app, NOUVEAU, "01", practices).await;
    let said = |numero: &str, jour: &str| {
        let mut sheet = facturee(("BERNARD", numero, jour), (NOUVEAU, NUMERO, "01"), "B");
        sheet["executant"]["date_installation"] = json!("2024-01-02");
        sheet
    };
    app.on("2026-06-01");
    for (numero, jour, expected) in [("1", "2026-05-02", "B"), ("2", "2026-05-03", "P")] {
        let kept = send(&app, said(numero, jour)).await;
        assert_eq!(letter(&kept), expected, "{jour}");
        assert!(avertissements(&kept).contains(&"date_installation_contredite"));
    }
    replays(&app).await;
}

#[tokio::test]
async fn the_convention_of_the_practice_that_bills_decides_of_the_overrun() {
    let app = TestApp::new().await;
    let mut practice = exercice("2015-01-05", "liberal", "01004", Some(NUMERO));
    practice["convention"] = json!("secteur_2");
    inscrire(&app, NOUVEAU, "05", json!([practice])).await;
    // Sector 1 on the feuille: an authorised overrun would be possible outside the parcours.
    let sheet = facturee(("BERNARD", "1", "2025-03-10"), (NOUVEAU, NUMERO, "05"), "S2");
    let kept = send(&app, sheet).await;
    let possible = &kept["evaluations"][0]["resultats"]["depassement_autorise_possible"];
    assert_eq!(*possible, false);
    assert!(avertissements(&kept).contains(&"convention_contredite"));
    // Under a number of nobody, the only practice of the day counts; under somebody else's, none does.
    let who = (NOUVEAU, "991999970", "05");
    let kept = send(&app, facturee(("BERNARD", "2", "2025-03-10"), who, "S2")).await;
    assert!(avertissements(&kept).contains(&"convention_contredite"));
    let who = (NOUVEAU, DE_MARTIN, "05");
    let kept = send(&app, facturee(("BERNARD", "3", "2025-03-10"), who, "S2")).await;
    assert!(!avertissements(&kept).contains(&"convention_contredite"));
    replays(&app).await;
}

#[tokio::test]
async fn a_doctor_who_stopped_or_has_not_begun_is_told_and_the_facts_hold() {
    let app = TestApp::new().await;
    let practices = json!([exercice("2020-03-02", "liberal", "01004", Some(NUMERO))]);
    inscrire(&app, NOUVEAU, "03", practices).await;
    operate(&app, simple(NOUVEAU, "retraite", "2025-06-01")).await;
    app.run_jobs().await;
    for (numero, jour, stopped) in [
        ("1", "2020-03-01", true),
        ("2", "2020-03-02", false),
        ("3", "2025-05-31", false),
        ("4", "2025-06-01", true),
    ] {
        let sheet = facturee(("BERNARD", numero, jour), (NOUVEAU, NUMERO, "03"), "S2");
        let kept = send(&app, sheet).await;
        assert_eq!(letter(&kept), "F", "{jour}");
        let code = "executant_sans_exercice";
        assert_eq!(avertissements(&kept).contains(&code), stopped, "{jour}");
        let asked = reasons(&app, AIN, &kept).await;
        let told = asked.iter().any(|(_, codes)| codes.contains(&code.to_owned()));
        assert_eq!(told, stopped, "{jour}");
    }
    replays(&app).await;
}

#[tokio::test]
async fn whose_number_a_locum_bills_under_is_said() {
    let app = TestApp::new().await;
    let who = (BLANC, DE_MARTIN, "01");
    let blank = send(&app, facturee(("BERNARD", "1", "2025-03-10"), who, Value::Null)).await;
    let warning = blank["evaluations"][0]["avertissements"].as_array().unwrap().iter();
    let warning = warning.clone().find(|one| one["code"] == "numero_facturation_d_un_autre");
    assert_eq!(warning.unwrap()["rpps"], MARTIN);
    assert!(
        reasons(&app, AIN, &blank)
            .await
            .iter()
            .any(|(_, codes)| { codes.contains(&"numero_facturation_d_un_autre".to_owned()) })
    );
    // Who says that he replaces the holder says enough; somebody else, not.
    for (numero, replaced, told) in [("2", MARTIN, false), ("3", PONS, true)] {
        let mut sheet = facturee(("BERNARD", numero, "2025-03-10"), who, Value::Null);
        sheet["executant"]["remplacant_de"] = json!({ "rpps": replaced });
        let kept = send(&app, sheet).await;
        let codes = avertissements(&kept);
        assert_eq!(codes.contains(&"numero_facturation_d_un_autre"), told, "{replaced}");
    }
    // His own number is nobody else's.
    let own = send(&app, feuille("BERNARD", "4", "2025-03-10", "T")).await;
    assert!(!avertissements(&own).contains(&"numero_facturation_d_un_autre"));
    replays(&app).await;
}

#[tokio::test]
async fn a_locum_of_the_register_is_no_colleague_of_another_group() {
    let app = TestApp::new().await;
    // Pons, of another town, then the same as a locum in the Ain too.
    let mut sheet = feuille("BERNARD", "1", "2025-03-10", "R");
    sheet["executant"]["rpps"] = json!(PONS);
    sheet["executant"]["numero_facturation"]["valeur"] = json!("991999954");
    let kept = send(&app, sheet).await;
    assert!(avertissements(&kept).contains(&"collegue_hors_du_groupe"));
    // Somebody who says that she replaces Pons replaces nobody of that cabinet either.
    let mut sheet = feuille("BERNARD", "3", "2025-03-10", "R");
    sheet["executant"]["rpps"] = json!(BLANC);
    sheet["executant"]["numero_facturation"]["valeur"] = json!("991999954");
    sheet["executant"]["remplacant_de"] = json!({ "rpps": PONS });
    let kept = send(&app, sheet).await;
    assert!(avertissements(&kept).contains(&"collegue_hors_du_groupe"));
    let practices = json!([
        exercice("2015-01-05", "liberal", "13055", Some(NUMERO)),
        exercice("2020-01-06", "remplacant", "01004", None),
    ]);
    inscrire(&app, NOUVEAU, "01", practices).await;
    let kept = send(&app, facturee(("BERNARD", "2", "2025-03-10"), (NOUVEAU, NUMERO, "01"), "R"));
    assert!(!avertissements(&kept.await).contains(&"collegue_hors_du_groupe"));
}

#[tokio::test]
async fn a_patient_sent_by_nobody_known_is_believed_and_told() {
    let app = TestApp::new().await;
    operate(&app, simple(PONS, "retraite", "2025-03-01")).await;
    app.run_jobs().await;
    let sent_by = |numero: &str, indicateur: &str, orienteur: Value, date: Option<&str>| {
        let who = (CARDIOLOGUE, DU_CARDIOLOGUE, "03");
        let mut sheet = facturee(("BERNARD", numero, "2025-03-10"), who, indicateur);
        sheet["actes"][0]["code"] = json!("CS");
        sheet["parcours"]["orienteur"] = orienteur;
        if let Some(date) = date {
            sheet["parcours"]["date_orientation"] = json!(date);
        }
        sheet
    };
    let by_rpps = |rpps: &str| json!({ "rpps": rpps, "nom": "ESSAI-MARTIN", "prenom": "CAMILLE" });
    let by_number =
        |numero: &str| json!({ "num_am": numero, "nom": "ESSAI-MARTIN", "prenom": "CAMILLE" });
    let by_name = json!({ "nom": "ESSAI-MARTIN", "prenom": "CAMILLE" });
    for (numero, indicateur, orienteur, date, told) in [
        ("1", "O", by_rpps(MARTIN), None, false),
        ("2", "O", by_rpps(AUTRE), None, true),
        ("3", "M", by_rpps(AUTRE), None, true),
        ("4", "S2", by_rpps(AUTRE), None, false),
        // Pons stopped on 1 March: the letter counts, or else the day of care.
        ("5", "M", by_rpps(PONS), None, true),
        ("6", "M", by_rpps(PONS), Some("2025-02-28"), false),
        ("7", "M", by_rpps(PONS), Some("2025-03-01"), true),
        ("8", "M", by_rpps(BLANC), None, false),
        ("9", "O", by_number(DE_MARTIN), None, false),
        ("10", "O", by_number(NUMERO), None, true),
        // The paper form has no number: the name alone is believed.
        ("11", "O", by_name, None, false),
    ] {
        let kept = send(&app, sent_by(numero, indicateur, orienteur, date)).await;
        assert_eq!(avertissements(&kept).contains(&"orienteur_inconnu"), told, "{numero}");
        if indicateur != "S2" {
            assert_eq!(letter(&kept), "O", "{numero}");
        }
    }
    replays(&app).await;
}

#[tokio::test]
async fn what_is_billed_beside_the_tariff_or_the_nomenclature_is_shown_to_the_clerk() {
    let app = TestApp::new().await;
    let mut dear = feuille("BERNARD", "1", "2025-03-10", "T");
    dear["actes"][0]["honoraires_centimes"] = json!(9999);
    dear["actes"][0]["base_remboursement_centimes"] = json!(9999);
    let dear = send(&app, dear).await;
    let mut unknown = feuille("BERNARD", "2", "2025-03-10", "T");
    unknown["actes"][0]["code"] = json!("ZZZ");
    let unknown = send(&app, unknown).await;
    for (kept, code) in [(&dear, "base_contredite"), (&unknown, "acte_inconnu")] {
        let told = reasons(&app, AIN, kept).await;
        assert!(
            told.iter()
                .any(|(motif, codes)| motif == "avertissement" && codes.contains(&code.to_owned())),
            "{code} {told:?}"
        );
    }
}

#[tokio::test]
async fn a_feuille_between_an_operation_and_the_end_of_its_job_is_evaluated_as_if_it_were_over() {
    let app = TestApp::new().await;
    let made = operate(&app, simple(MARTIN, "retraite", "2025-06-10")).await;
    // The job has not run.
    let before = send(&app, feuille("BERNARD", "1", "2025-06-09", "T")).await;
    let during = send(&app, feuille("BERNARD", "2", "2025-06-10", "T")).await;
    app.run_jobs().await;
    app.advance(chrono::TimeDelta::seconds(1));
    let after = send(&app, feuille("BERNARD", "3", "2025-06-10", "T")).await;
    assert_eq!(letter(&before), "T");
    for member in ["code_determine", "appartenance", "totaux", "declaration_retenue"] {
        assert_eq!(during["evaluations"][0][member], after["evaluations"][0][member], "{member}");
    }
    assert_ne!(letter(&during), "T");
    // Nothing of it came late: the evaluation knew.
    let late =
        |told: Vec<(String, Vec<String>)>| told.iter().any(|(motif, _)| motif == "fait_tardif");
    assert!(!late(reasons(&app, AIN, &during).await));
    let done = read(&app, &made).await;
    assert_eq!((&done["etat"], &done["compte"]["traites"]), (&json!("terminee"), &json!(5)));
    assert_eq!(done["compte"]["designations_closes"], 5);
    // Undone, and billed before the undoing is over.
    undo(&app, &made).await.expect(202);
    let again = send(&app, feuille("BERNARD", "4", "2025-06-10", "T")).await;
    assert_eq!(letter(&again), "T");
    app.run_jobs().await;
    assert_eq!(read(&app, &made).await["etat"], "annulee");
    replays(&app).await;
}
