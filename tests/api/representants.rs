//! Who may represent somebody, by age.

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::app::{Caller, PONS, Reply, paper, patient_id};
use crate::support::vie::{AIN, BOUCHES_DU_RHONE, second_record};

async fn link(caisse: &Caller<'_>, prenom: &str, body: Value) -> Reply {
    caisse.post(&format!("/v1/patients/{}/representations", patient_id(prenom)), body).await
}

/// Parents exercise their authority even as minors: only somebody younger than any parent is a mistake.
#[tokio::test]
async fn a_child_holds_no_authority_and_a_child_represents_nobody() {
    let app = TestApp::new().await;
    let by = |prenom: &str, nature: &str, du: &str| {
        json!({
            "representant": { "patient_id": patient_id(prenom).to_string() }, "nature": nature,
            "preuve": "decision_de_justice", "reference_preuve": "TJ-BOURG-12/345", "effet_du": du,
        })
    };
    let wrong = |reply: &Reply| {
        reply.expect(422);
        reply.wrong_fields().remove(0)
    };
    let young = ("/representant/patient_id".to_owned(), "representant_trop_jeune".to_owned());
    // Gabriel is nine.
    let holder = "titulaire_autorite_parentale";
    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let nir = format!("2141213055002{:02}", 97 - 2_141_213_055_002_u64 % 97);
    let child = second_record(&app, BOUCHES_DU_RHONE, &nir, "2014-12-15").await;
    let path = format!("/v1/patients/{child}/representations");
    let refused = caisse.post(&path, by("GABRIEL", holder, "2025-06-01")).await;
    assert_eq!(wrong(&refused), young);
    // Hugo was twelve on 11 February 1998, and sixteen four years later.
    for (day, twelve) in [("1998-02-10", false), ("1998-02-11", true), ("1998-02-12", true)] {
        let refused = link(&caisse, "GABRIEL", by("HUGO", holder, day)).await;
        assert_eq!(wrong(&refused) == young, !twelve, "{day}");
    }
    caisse.post(&path, by("HUGO", holder, "2020-01-15")).await.expect(201);
    let ain = app.caisse(AIN);
    for nature in ["tutelle", "curatelle", "habilitation_familiale", "mandat_de_protection_future"]
    {
        let refused = link(&ain, "BERNARD", by("HUGO", nature, "2002-02-10")).await;
        assert_eq!(wrong(&refused), young, "{nature}");
        let kept = link(&ain, "BERNARD", by("HUGO", nature, "2002-02-11")).await;
        assert!(kept.status == 201 || wrong(&kept) != young, "{nature}");
    }
}

#[tokio::test]
async fn a_body_represents_by_its_name_and_a_curator_signs_as_such() {
    let app = TestApp::new().await;
    let ain = app.caisse(AIN);
    let by = |nature: &str| {
        json!({
            "representant": { "raison_sociale": "ESSAI-TUTELLES DE L'AIN" }, "nature": nature,
            "preuve": "decision_de_justice", "effet_du": "2025-06-01",
        })
    };
    // A family habilitation is given to a relative.
    let refused = link(&ain, "BERNARD", by("habilitation_familiale")).await;
    let wrong = ("/representant/raison_sociale".to_owned(), "representant_inadapte".to_owned());
    assert_eq!(refused.wrong_fields(), [wrong]);
    let mut both = by("curatelle");
    both["representant"]["nom"] = json!("ESSAI-MERCIER");
    let refused = link(&ain, "BERNARD", both).await;
    let wrong = ("/representant".to_owned(), "un_seul_des_deux".to_owned());
    assert_eq!(refused.wrong_fields(), [wrong]);
    let kept = link(&ain, "BERNARD", by("curatelle")).await.expect(201);
    assert_eq!(kept["representant"]["raison_sociale"], "ESSAI-TUTELLES DE L'AIN");
    assert_eq!(kept["representant"]["nom"], json!(null));
    // The form names it, and the quality in which it signs is its own.
    let mut choice =
        json!({ "patient": { "id": patient_id("BERNARD") }, "medecins": [{ "rpps": PONS }] });
    choice["signe_le"] = json!("2025-06-10");
    let shown = ain.post("/v1/declarations/apercu", choice.clone()).await.expect(200);
    let named = &shown["contenu"]["representants"][0];
    assert_eq!(
        (&named["nom"], &named["qualite"]),
        (&json!("ESSAI-TUTELLES DE L'AIN"), &json!("curateur"))
    );
    let digest = shown["contenu_sha256"].as_str().unwrap();
    let signed = |role: &str| {
        json!([paper(role, "2025-06-10", digest), paper("medecin", "2025-06-10", digest)])
    };
    choice["signatures"] = signed("tuteur");
    let as_tutor = ain.post("/v1/declarations", choice.clone()).await;
    assert_eq!(as_tutor.problem(422), "signataire_non_partie");
    choice["signatures"] = signed("curateur");
    let made = ain.post("/v1/declarations", choice).await.expect(201);
    assert_eq!(made["etat"], "active");
    let roles: Vec<&serde_json::Value> =
        made["signatures"].as_array().unwrap().iter().map(|one| &one["role"]).collect();
    assert!(roles.contains(&&json!("curateur")), "{roles:?}");
}
