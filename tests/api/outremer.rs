//! The civil day is that of the place: of the care for a feuille, of the doctor for a signature.

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::{MARTIN, choix, feuille, paper, patient_id};
use crate::support::medecins::{NOUVEAU, avertissements, exercice, facturee, inscrire};

const FEUILLES: &str = "/v1/feuilles-de-soins";
/// An ophthalmologist of Saint-Denis de La Réunion, with her number.
const HOARAU: (&str, &str, &str) = ("99900003023", "991999921", "15");
const CGSS_REUNION: &str = "019740000";

fn at(app: &TestApp, instant: &str) {
    app.clock.set(instant.parse().unwrap());
}

/// The field and the code of a refusal.
fn wrong(field: &str, code: &str) -> [(String, String); 1] {
    [(field.to_owned(), code.to_owned())]
}

/// A general practitioner of a commune, in private practice for years.
async fn installed(app: &TestApp, commune: &str) {
    let practices = json!([exercice("2010-01-04", "liberal", commune, Some("972199999"))]);
    inscrire(app, NOUVEAU, "01", practices).await;
}

#[tokio::test]
async fn a_choice_signed_in_the_evening_in_martinique_counts_that_evening() {
    let app = TestApp::new().await;
    installed(&app, "97209").await;
    // 21:00 in Fort-de-France, 03:00 on the next day in Paris.
    at(&app, "2025-07-01T01:00:00Z");
    let signed = app.medecin(NOUVEAU).declare("ALICE", NOUVEAU).await.expect(201);
    assert_eq!(signed["designation"]["effet_du"], "2025-06-30");
    let mut sheet = facturee(("ALICE", "1", "2025-06-30"), (NOUVEAU, "972199999", "01"), "T");
    sheet["executant"]["lieu_execution"] = json!({ "commune": "97209" });
    let kept = app.medecin(NOUVEAU).post(FEUILLES, sheet).await.expect(201);
    let evaluation = &kept["evaluations"][0];
    assert_eq!(evaluation["code_determine"], "T");
    assert_eq!(evaluation["totaux"]["majoration_centimes"], 0);
    assert_eq!(avertissements(&kept), Vec::<&str>::new());
}

#[tokio::test]
async fn the_day_of_a_signature_changes_at_the_midnight_of_the_doctor_s_place() {
    for (commune, midnight) in [
        ("97502", "2025-07-01T02:00:00Z"), // Saint-Pierre
        ("97209", "2025-07-01T04:00:00Z"), // Fort-de-France
        ("97411", "2025-06-30T20:00:00Z"), // Saint-Denis de La Réunion
        ("98613", "2025-06-30T12:00:00Z"), // Wallis
        ("75056", "2025-06-30T22:00:00Z"), // Paris
    ] {
        let app = TestApp::new().await;
        installed(&app, commune).await;
        at(&app, midnight);
        app.advance(chrono::TimeDelta::seconds(-1));
        let eve = app.medecin(NOUVEAU).declare("ALICE", NOUVEAU).await.expect(201);
        assert_eq!(eve["designation"]["effet_du"], "2025-06-30", "{commune}");
        at(&app, midnight);
        let day = app.medecin(NOUVEAU).declare("HUGO", NOUVEAU).await.expect(201);
        assert_eq!(day["designation"]["effet_du"], "2025-07-01", "{commune}");
    }
}

#[tokio::test]
async fn what_the_caisse_received_is_compared_with_the_day_of_the_place() {
    let app = TestApp::new().await;
    app.on("2025-07-02");
    let received = |numero: &str, instant: &str, lieu: Option<&str>| {
        let mut sheet = facturee(("DIANE", numero, "2025-07-01"), HOARAU, "S2");
        sheet["recue_le"] = json!(instant);
        if let Some(commune) = lieu {
            sheet["executant"]["lieu_execution"] = json!({ "commune": commune });
        }
        sheet
    };
    let hoarau = app.medecin(HOARAU.0);
    // 22:31 on 30 June in Paris. The place is written, or is that of her practice.
    for (numero, lieu) in [("1", Some("97411")), ("2", None)] {
        let kept = received(numero, "2025-07-01T00:31:00+04:00", lieu);
        hoarau.post(FEUILLES, kept).await.expect(201);
        let early = received(numero, "2025-06-30T23:59:59+04:00", lieu);
        let early = hoarau.post(FEUILLES, early).await;
        assert_eq!(early.wrong_fields(), wrong("/recue_le", "avant_les_soins"), "{lieu:?}");
    }
    // Given in the Bouches-du-Rhône, the same care is received too early.
    let elsewhere = received("3", "2025-07-01T00:31:00+04:00", Some("13055"));
    let elsewhere = hoarau.post(FEUILLES, elsewhere).await;
    assert_eq!(elsewhere.wrong_fields(), wrong("/recue_le", "avant_les_soins"));
}

#[tokio::test]
async fn a_doctor_on_duty_at_night_bills_the_day_that_has_begun_there() {
    let app = TestApp::new().await;
    let sheet = |numero: &str, jour: &str| facturee(("DIANE", numero, jour), HOARAU, "S2");
    // A second before the midnight there.
    at(&app, "2025-06-30T19:59:59Z");
    let hoarau = app.medecin(HOARAU.0);
    let early = hoarau.post(FEUILLES, sheet("4", "2025-07-01")).await;
    assert_eq!(early.wrong_fields(), wrong("/date_etablissement", "date_future"));
    // 01:02 on 1 July in La Réunion, 23:02 on 30 June in Paris.
    at(&app, "2025-06-30T21:02:00Z");
    let hoarau = app.medecin(HOARAU.0);
    hoarau.post(FEUILLES, sheet("1", "2025-07-01")).await.expect(201);
    let tomorrow = hoarau.post(FEUILLES, sheet("2", "2025-07-02")).await;
    assert_eq!(tomorrow.wrong_fields(), wrong("/date_etablissement", "date_future"));
    let simulated = json!({ "feuille": sheet("3", "2025-07-02") });
    let simulated = hoarau.post("/v1/simulations/registre", simulated).await;
    assert_eq!(simulated.wrong_fields(), wrong("/feuille/date_etablissement", "date_future"));
    // In Paris it is still yesterday.
    let martin = app.medecin(MARTIN);
    let early = martin.post(FEUILLES, feuille("BERNARD", "5", "2025-07-01", "T")).await;
    assert_eq!(early.wrong_fields(), wrong("/date_etablissement", "date_future"));
    at(&app, "2025-06-30T22:00:00Z");
    let martin = app.medecin(MARTIN);
    martin.post(FEUILLES, feuille("BERNARD", "5", "2025-07-01", "T")).await.expect(201);
}

#[tokio::test]
async fn without_a_place_known_the_day_is_that_of_the_caisse_of_the_patient() {
    let app = TestApp::new().await;
    at(&app, "2025-06-30T21:02:00Z");
    // A doctor whom the register does not know; no commune on the feuille.
    let sheet = |prenom: &str| {
        facturee((prenom, "1", "2025-07-01"), (NOUVEAU, "991999962", "01"), Value::Null)
    };
    let reunion = app.medecin(NOUVEAU).post(FEUILLES, sheet("DIANE")).await;
    assert_eq!(avertissements(&reunion.expect(201)), ["executant_inconnu"]);
    let ain = app.medecin(NOUVEAU).post(FEUILLES, sheet("BERNARD")).await;
    assert_eq!(ain.wrong_fields(), wrong("/date_etablissement", "date_future"));
}

#[tokio::test]
async fn paper_signed_on_the_day_that_has_begun_there_is_entered_at_once() {
    let app = TestApp::new().await;
    at(&app, "2025-06-30T21:02:00Z");
    let caisse = app.caisse(CGSS_REUNION);
    let mut choice = choix("DIANE", HOARAU.0);
    let digest = caisse.digest_of(&choice).await;
    let signed = |day: &str| json!([paper("assure", day, &digest), paper("medecin", day, &digest)]);
    choice["signatures"] = signed("2025-07-02");
    let early = caisse.post("/v1/declarations", choice.clone()).await;
    assert_eq!(early.problem(422), "signature_future");
    choice["signatures"] = signed("2025-07-01");
    let entered = caisse.post("/v1/declarations", choice.clone()).await.expect(201);
    assert_eq!(entered["designation"]["effet_du"], "2025-07-01");
    // A doctor of the Ain, at the same instant: nobody signs tomorrow.
    let mut choice = choix("DIANE", MARTIN);
    let digest = caisse.digest_of(&choice).await;
    choice["signatures"] =
        json!([paper("assure", "2025-07-01", &digest), paper("medecin", "2025-07-01", &digest),]);
    let early = caisse.post("/v1/declarations", choice).await;
    assert_eq!(early.problem(422), "signature_future");
}

#[tokio::test]
async fn a_death_is_recorded_on_the_day_that_has_begun_at_the_caisse() {
    let app = TestApp::new().await;
    at(&app, "2025-06-30T21:02:00Z");
    let path = format!("/v1/patients/{}/deces", patient_id("DIANE"));
    let died = |jour: &str| json!({ "jour": jour, "source": "etat_civil" });
    let caisse = app.caisse(CGSS_REUNION);
    let early = caisse.post_on(&path, 1, died("2025-07-02")).await;
    assert_eq!(early.wrong_fields(), wrong("/jour", "date_future"));
    caisse.post_on(&path, 1, died("2025-07-01")).await.expect(200);
}
