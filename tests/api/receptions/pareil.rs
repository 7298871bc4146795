//! A lot and the same feuilles one by one decide the same.

use serde_json::{Value, json};

use super::{FEUILLES, LOTS, PARTICIPATIONS, number};
use crate::support::TestApp;
use crate::support::app::{CARDIOLOGUE, MARTIN, PONS, feuille};

/// A number that looks random and is always the same.
fn chance(seed: u64) -> impl FnMut(u64) -> u64 {
    let mut state = seed;
    move |below| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    }
}

/// A feuille of any kind: performers, indicators, days, acts, opinions, overruns.
fn any(number: usize, draw: &mut impl FnMut(u64) -> u64) -> Value {
    let pick = |draw: &mut dyn FnMut(u64) -> u64, list: &[&'static str]| -> &'static str {
        list[usize::try_from(draw(u64::try_from(list.len()).unwrap())).unwrap()]
    };
    let person = pick(draw, &["BERNARD", "CHARLES", "DIANE", "ALICE", "HUGO", "LISA"]);
    let day = format!("202{}-{:02}-{:02}", 3 + draw(2), 1 + draw(12), 1 + draw(28));
    let said = pick(draw, &["T", "N", "O", "S", "U", "R", "A", ""]);
    let said = if said.is_empty() { Value::Null } else { json!(said) };
    let mut one = feuille(person, &number.to_string(), &day, said);
    let performer = pick(draw, &[MARTIN, PONS, CARDIOLOGUE]);
    one["executant"]["rpps"] = json!(performer);
    if performer == CARDIOLOGUE {
        one["executant"]["specialite"] = json!("03");
        one["executant"]["numero_facturation"]["valeur"] = json!("991999913");
        one["actes"][0]["code"] = json!(pick(draw, &["APC", "CS", "CS"]));
        one["actes"][0]["qualificatif_depense"] =
            if draw(3) == 0 { json!("da") } else { Value::Null };
    }
    if draw(4) == 0 {
        one["beneficiaire"]["organisme"]["caisse"] = json!("011");
    }
    if draw(3) == 0 {
        one["parcours"]["declaration_mt"] = json!(pick(draw, &["oui", "non"]));
    }
    one
}

/// Feuilles as they were answered, where numbers stand for ids, which are drawn. Instants are those of
/// one clock. What later feuilles say of one is known to readers only.
fn without_ids(feuilles: &[Value]) -> Vec<Value> {
    let mut text = json!(feuilles).to_string();
    for feuille in feuilles.iter().filter(|feuille| feuille["id"].is_string()) {
        let numero = feuille["numero_facture"].as_str().unwrap();
        text = text.replace(feuille["id"].as_str().unwrap(), &format!("feuille {numero}"));
    }
    let mut same: Vec<Value> = serde_json::from_str(&text).unwrap();
    for feuille in &mut same {
        feuille["a_reexaminer"] = Value::Null;
    }
    same
}

#[tokio::test]
async fn a_lot_decides_exactly_as_single_feuilles_do() {
    let mut draw = chance(20_251_123);
    let lines: Vec<Value> = (1..=220).map(|number| any(number, &mut draw)).collect();
    let single = TestApp::new().await;
    let together = TestApp::new().await;
    let (mut one_by_one, mut answers) = (Vec::new(), Vec::<Value>::new());
    // A doctor sends his own: first one, then the others.
    for doctor in [CARDIOLOGUE, MARTIN, PONS] {
        let own = || lines.iter().filter(|line| line["executant"]["rpps"] == doctor);
        for line in own() {
            let sent = single.medecin(doctor).post("/v1/feuilles-de-soins", line.clone()).await;
            let body: Value = serde_json::from_slice(&sent.body).unwrap();
            one_by_one.push((sent.status.as_u16(), body));
        }
        let lot: String = own().map(|line| line.to_string() + "\n").collect();
        let path = format!("{LOTS}?reponse=complete");
        let reply = together.medecin(doctor).send_ndjson(&path, &lot).await;
        let text = String::from_utf8(reply.body).unwrap();
        answers.extend(text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()));
    }
    assert_eq!(answers.len(), lines.len());
    let (mut alone, mut with_others) = (Vec::new(), Vec::new());
    for ((status, body), answer) in one_by_one.into_iter().zip(answers) {
        if status == 201 {
            assert_eq!(answer["resultat"], "enregistree", "{answer:#}");
            alone.push(body);
            with_others.push(answer["feuille"].clone());
        } else {
            assert_eq!(answer["resultat"], "refusee");
            assert_eq!(answer["probleme"]["code"], body["code"]);
            assert_eq!(answer["probleme"]["erreurs"], body["erreurs"]);
        }
    }
    for (one, other) in without_ids(&alone).iter().zip(&without_ids(&with_others)) {
        assert_eq!(one, other);
    }
    assert!(alone.len() > 120, "{}", alone.len());
    let (one, other) = (single.database.pool(1).await, together.database.pool(1).await);
    for statement in [
        FEUILLES,
        PARTICIPATIONS,
        "SELECT count(*) FROM journal WHERE nature = 'feuille.evaluee'",
        "SELECT count(*) FROM avis_ponctuel",
        "SELECT count(*) FROM avis_ponctuel_rompu",
        "SELECT coalesce(sum(total_centimes - sans_depassement_centimes), 0)::bigint FROM honoraires_annee",
    ] {
        assert_eq!(number(&one, statement).await, number(&other, statement).await, "{statement}");
    }
}
