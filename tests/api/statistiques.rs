//! Statistics: what is published is found again in a population of the same proportions, the counts follow everything that
//! is recorded, and nobody is seen.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use traitant::domain::acteur::Acteur;
use traitant::sandbox::population::{self, CAISSE, CHANGEMENTS, population};
use traitant::services::statistiques::verify;

use crate::support::TestApp;
use crate::support::app::{Caller, MARTIN, PONS, feuille, patient_id};
use crate::support::vie::{AIN, BOUCHES_DU_RHONE, act, merge, paper_choice, second_record};

const STATISTIQUES: &str = "/v1/statistiques";

fn reader(app: &TestApp) -> Caller<'_> {
    let acteur = Acteur::Statistiques;
    let token = app.emetteur.issue(&acteur, &*app.clock, &app.ids, 3600).unwrap();
    app.porteur(&acteur, token)
}

/// The figure of a row: the total, or a class.
fn chiffre<'a>(table: &'a Value, jour: &str, classe: &Value, indicateur: &str) -> &'a Value {
    let rows = table["lignes"].as_array().unwrap();
    let row = rows.iter().find(|row| row["jour"] == jour && row["classe"] == *classe);
    let row = row.unwrap_or_else(|| panic!("{jour} {classe}: {table:#}"));
    let all = row["chiffres"].as_array().unwrap();
    all.iter().find(|one| one["indicateur"] == indicateur).unwrap()
}

fn taux(table: &Value, jour: &str, indicateur: &str) -> i64 {
    chiffre(table, jour, &Value::Null, indicateur)["valeur"].as_i64().unwrap()
}

/// Whether the counts are those of the register, made again.
async fn verified(app: &TestApp) {
    let found = verify(&app.core, false, |_| {}).await.unwrap();
    assert!(found.est_juste(), "{found:?}");
}

async fn taken(app: &TestApp, nature: &str, lines: &[Value]) {
    let caisse = app.caisse(CAISSE);
    let text: Vec<String> = lines.iter().map(Value::to_string).collect();
    let path = format!("/v1/reprises?nature={nature}");
    let sent = caisse.send_file(&path, "application/x-ndjson", text.join("\n").as_bytes()).await;
    let place = format!("/v1/reprises/{}", sent.expect(202)["id"].as_str().unwrap());
    app.run_jobs().await;
    let tried = caisse.get(&place).await.expect(200);
    assert_eq!(tried["refusees"], 0, "{tried}");
    caisse
        .act_on(&format!("{place}/execution"), tried["version"].as_i64().unwrap())
        .await
        .expect(202);
    app.run_jobs().await;
    assert_eq!(caisse.get(&place).await.expect(200)["etat"], "appliquee");
}

/// Cour des comptes, rapport public annuel 2013: tables 1 and 2, the shares of notes 152 and 153, the share of general
/// practitioners and the changes of a year, in a population of a thousand. A rate of 0.1 point is one person of it.
#[tokio::test]
async fn the_published_percentages_are_found_in_a_population_of_the_same_proportions() {
    let app = TestApp::new().await;
    let made = population(1_000);
    taken(&app, "affilies", &made.affilies).await;
    taken(&app, "choix", &made.choix).await;
    for lot in made.feuilles.chunks(2_000) {
        let text: String = lot.iter().map(|line| line.to_string() + "\n").collect();
        let reply = app.caisse(CAISSE).send_ndjson("/v1/feuilles-de-soins/lots", &text).await;
        let body = String::from_utf8(reply.body).unwrap();
        let refused = body.lines().find(|line| !line.contains("\"enregistree\""));
        assert_eq!(refused, None);
    }
    verified(&app).await;
    let caisse = app.caisse(CAISSE);
    let read = async |path: &str| caisse.get(&format!("{STATISTIQUES}/{path}")).await.expect(200);
    let near = |found: i64, published: i64| (found - published).abs() <= 10;

    let table = read("designation?jour=2011-12-31&annees=5").await;
    assert_eq!((&table["caisse"], &table["en_retard"]), (&json!("01691"), &json!(false)));
    for (jour, published) in [
        ("2007-12-31", 8_150),
        ("2008-12-31", 8_550),
        ("2009-12-31", 8_830),
        ("2010-12-31", 8_900),
        ("2011-12-31", 8_970),
    ] {
        assert_eq!(taux(&table, jour, "taux_designation"), published, "{jour}");
    }
    assert!(near(taux(&table, "2011-12-31", "part_generalistes"), 9_500), "{table:#}");
    // They are three, which is a small number.
    let doctors = chiffre(&table, "2011-12-31", &Value::Null, "medecins_traitants");
    assert_eq!((&doctors["valeur"], &doctors["secret"]), (&Value::Null, &json!(true)));

    let table = read("consultations?jour=2011-12-31&annees=4").await;
    for (jour, published) in
        [("2008-12-31", 8_720), ("2009-12-31", 8_930), ("2010-12-31", 9_060), ("2011-12-31", 9_095)]
    {
        let found = taux(&table, jour, "taux_parcours");
        assert!(near(found, published), "{jour}: {found} for {published}");
    }
    for (indicateur, published) in
        [("part_parcours_toutes", 6_900), ("part_hors_toutes", 700), ("part_exclues", 2_400)]
    {
        let found = taux(&table, "2011-12-31", indicateur);
        assert!((found - published).abs() <= 50, "{indicateur}: {found} for {published}");
    }
    for (annee, milliemes) in CHANGEMENTS {
        let jour = format!("{annee}-12-31");
        let table = read(&format!("changements?jour={jour}")).await;
        let found = taux(&table, &jour, "taux_changement");
        let published = i64::try_from(milliemes * 10).unwrap();
        assert!(near(found, published), "{annee}: {found} for {published}");
    }
    // Outside, the majoration was 40 % of 23 € in 2011: 9,20 € an act, as the chapter says of who has no médecin traitant.
    let table = read("majorations?jour=2011-12-31").await;
    let acts = taux(&table, "2011-12-31", "actes_majorables");
    assert_eq!(taux(&table, "2011-12-31", "montant_majorations"), acts * 920);
    let rates: Vec<(&Value, &Value)> = table["taux_legaux"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["taux"].is_i64())
        .map(|row| (&row["du"], &row["taux"]))
        .collect();
    let table_3 = [("2006-01-01", 1_000), ("2007-09-02", 2_000), ("2009-01-31", 4_000)];
    for (du, taux) in table_3 {
        assert!(rates.contains(&(&json!(du), &json!(taux))), "{rates:?}");
    }
    let table = read("depenses?jour=2011-12-31").await;
    let parts =
        ["rembourse_amo", "part_amc", "reste_a_charge"].map(|one| taux(&table, "2011-12-31", one));
    assert_eq!(parts.iter().sum::<i64>(), taux(&table, "2011-12-31", "honoraires"));
    assert_eq!(
        population::population(1_000).feuilles,
        made.feuilles,
        "the same size, the same files"
    );
    verified(&app).await;
}

/// The rows of the counts, for what no table tells of so few people.
async fn comptes(app: &TestApp, sql: &'static str) -> Vec<(i16, i16, i64)> {
    sqlx::query_as(sql).fetch_all(&app.database.pool(1).await).await.unwrap()
}

/// Consultations by class of 2013 (1 inside, 2 outside, 3 excluded), and those who are insured or chose.
const CONSULTATIONS: &str = "SELECT code_3, 0::smallint, sum(nombre)::bigint FROM statistique
    WHERE pas = 2 AND nature = 4 GROUP BY 1 HAVING sum(nombre) <> 0 ORDER BY 1";
const ASSURES: &str = "SELECT 0::smallint, 0::smallint, sum(nombre)::bigint FROM statistique
    WHERE pas = 1 AND nature = 1 AND debut <= '2025-01-01'";
const CHOISIS: &str =
    "SELECT 0::smallint, 0::smallint, coalesce(sum(nombre), 0)::bigint FROM statistique
    WHERE pas = 1 AND nature = 1 AND code_1 <> 1 AND debut <= '2025-01-01'";

/// A late choice, its reevaluation, a death, a merge and its undoing: after each the counts are those of the register.
#[tokio::test]
async fn the_counts_follow_late_facts_reevaluations_and_merges() {
    let app = TestApp::new().await;
    for (number, jour) in [("1", "2025-03-09"), ("2", "2025-03-10"), ("3", "2025-03-11")] {
        let sheet = feuille("ALICE", number, jour, Value::Null);
        app.advance(TimeDelta::seconds(1));
        app.medecin(MARTIN).post("/v1/feuilles-de-soins", sheet).await.expect(201);
    }
    verified(&app).await;
    let chose = comptes(&app, CHOISIS).await[0].2;
    assert_eq!(comptes(&app, CONSULTATIONS).await, [(2, 0, 3)]);
    app.advance(TimeDelta::seconds(1));
    let before = app.clock();
    let alice = patient_id("ALICE").to_string();
    app.advance(TimeDelta::seconds(1));
    paper_choice(&app, BOUCHES_DU_RHONE, &alice, MARTIN, "2025-03-10").await;
    verified(&app).await;
    assert_eq!(comptes(&app, CHOISIS).await[0].2, chose + 1);
    assert_eq!(
        comptes(&app, CONSULTATIONS).await,
        [(2, 0, 3)],
        "evaluations stand until made again"
    );

    let caisse = app.caisse(BOUCHES_DU_RHONE);
    let asked = json!({ "motif": "fait_tardif", "patient_id": alice, "du": "2025-01-01" });
    let place = caisse.post("/v1/reevaluations", asked).await.header("location").to_owned();
    app.run_jobs().await;
    let tried = caisse.get(&place).await.expect(200);
    verified(&app).await;
    assert_eq!(comptes(&app, CONSULTATIONS).await, [(2, 0, 3)], "a trial changes nothing");
    caisse
        .act_on(&format!("{place}/application"), tried["version"].as_i64().unwrap())
        .await
        .expect(202);
    app.run_jobs().await;
    verified(&app).await;
    assert_eq!(comptes(&app, CONSULTATIONS).await, [(1, 0, 2), (2, 0, 1)]);

    // Another record of hers, with a choice of its own, then one person, then two again.
    let double =
        second_record(&app, BOUCHES_DU_RHONE, crate::support::vie::AUTRE_NIR, "1972-08-09").await;
    verified(&app).await;
    paper_choice(&app, BOUCHES_DU_RHONE, &double, PONS, "2025-04-01").await;
    verified(&app).await;
    assert_eq!(comptes(&app, CHOISIS).await[0].2, chose + 2);
    let merged = merge(&caisse, &alice, &double).await.expect(201);
    verified(&app).await;
    let insured = comptes(&app, ASSURES).await[0].2;
    let path = format!("/v1/fusions/{}/annulation", merged["id"].as_str().unwrap());
    let body = json!({ "motif": "collision" });
    caisse.post_on(&path, merged["version"].as_i64().unwrap(), body).await.expect(200);
    verified(&app).await;
    assert_eq!(comptes(&app, ASSURES).await[0].2, insured + 1, "two persons again");
    let death = json!({ "jour": "2025-05-01", "source": "etat_civil" });
    act(&caisse, &alice, "deces", death).await.expect(200);
    verified(&app).await;

    // As it was known before the late choice: one fewer had chosen, and all three were outside.
    let row = |table: Value, which: &str| {
        let found = chiffre(&table, "2025-05-31", &Value::Null, which).clone();
        (found["valeur"].clone(), found["secret"].clone())
    };
    let path = |name: &str, at: &str| format!("{STATISTIQUES}/{name}?jour=2025-05-31{at}");
    let then =
        reader(&app).get(&path("designation", &format!("&connu_le={before}"))).await.expect(200);
    let known: DateTime<Utc> = then["connu_le"].as_str().unwrap().parse().unwrap();
    assert!(known <= before.parse::<DateTime<Utc>>().unwrap());
    // Fewer than eleven: not told.
    assert_eq!(row(then, "assures_designants"), (Value::Null, json!(true)));
    // Made again from nothing, they are the same.
    sqlx::query("UPDATE statistique SET nombre = nombre + 5 WHERE nature = 4")
        .execute(&app.database.pool(1).await)
        .await
        .unwrap();
    let found = verify(&app.core, true, |_| {}).await.unwrap();
    assert!(found.cellules_differentes > 0);
}

/// What a long lot adds is left by the lot itself, and counted once: the same as what the register says, whatever was
/// recorded about its persons before the job comes, and when nothing was left.
#[tokio::test]
async fn what_a_lot_leaves_is_counted_once_as_the_register_says() {
    let app = TestApp::new().await;
    verified(&app).await;
    let pool = app.database.pool(1).await;
    let send = async |numbers: std::ops::Range<u32>| {
        let line = |number: u32| {
            let jour = if number.is_multiple_of(2) { "2025-03-10" } else { "2025-04-11" };
            feuille("ALICE", &number.to_string(), jour, Value::Null).to_string() + "\n"
        };
        let text: String = numbers.map(line).collect();
        app.advance(TimeDelta::seconds(1));
        let reply = app.medecin(MARTIN).send_ndjson("/v1/feuilles-de-soins/lots", &text).await;
        let body = String::from_utf8(reply.body).unwrap();
        assert!(!body.contains("refusee"), "{body}");
        sqlx::query_scalar::<_, i64>("SELECT count(*) FROM statistique_recue")
            .fetch_one(&pool)
            .await
            .unwrap()
    };
    let outside = async || comptes(&app, CONSULTATIONS).await.iter().map(|one| one.2).sum::<i64>();
    // The person becomes another record's before the job comes.
    let alice = patient_id("ALICE").to_string();
    let double =
        second_record(&app, BOUCHES_DU_RHONE, crate::support::vie::AUTRE_NIR, "1972-08-09").await;
    assert_eq!(send(1..41).await, 1);
    merge(&app.caisse(BOUCHES_DU_RHONE), &double, &alice).await.expect(201);
    verified(&app).await;
    assert_eq!(outside().await, 40);
    // Sent again, nothing is new; a short one, and a long one with few new feuilles, are read by the job.
    for (numbers, left, total) in
        [(1..41, 0, 40), (41..51, 0, 50), (20..81, 0, 80), (60..121, 1, 120)]
    {
        assert_eq!(send(numbers).await, left);
        verified(&app).await;
        assert_eq!(outside().await, total);
    }
    // What was left is lost: the feuilles are read.
    assert_eq!(send(121..161).await, 1);
    sqlx::query("DELETE FROM statistique_recue").execute(&pool).await.unwrap();
    verified(&app).await;
    assert_eq!(outside().await, 160);
}

/// A reading writes nothing: what was recorded since is said to wait, the answer is of the instant of the last thing that
/// is counted, and the job makes up for it.
#[tokio::test]
async fn a_reading_is_of_what_is_counted_and_says_that_something_waits() {
    let app = TestApp::new().await;
    verified(&app).await;
    let statistiques = reader(&app);
    let path = format!("{STATISTIQUES}/consultations?jour=2025-05-31");
    let read = async || {
        let table = statistiques.get(&path).await.expect(200);
        (table["connu_le"].clone(), table["en_retard"].clone())
    };
    let before = read().await;
    assert_eq!(before.1, json!(false));
    app.advance(TimeDelta::seconds(1));
    let sheet = feuille("ALICE", "1", "2025-03-10", Value::Null);
    app.medecin(MARTIN).post("/v1/feuilles-de-soins", sheet).await.expect(201);
    let counted = comptes(&app, CONSULTATIONS).await;
    assert_eq!(read().await, (before.0.clone(), json!(true)));
    assert_eq!(comptes(&app, CONSULTATIONS).await, counted, "nothing was counted by reading");
    app.run_jobs().await;
    let after = read().await;
    assert_eq!(after.1, json!(false));
    assert_ne!(after.0, before.0);
    assert_ne!(comptes(&app, CONSULTATIONS).await, counted);
}

#[tokio::test]
async fn a_table_is_read_as_json_or_csv_by_who_may_and_shows_nobody() {
    let app = TestApp::new().await;
    let statistiques = reader(&app);
    let all = app.anonymous().get(STATISTIQUES).await.expect(200);
    for table in all["tableaux"].as_array().unwrap() {
        let name = table["tableau"].as_str().unwrap();
        let path = format!("{STATISTIQUES}/{name}");
        let own = app.caisse(AIN).get(&path).await.expect(200);
        assert_eq!(own["caisse"], "01011");
        let read = statistiques.get(&path).await.expect(200);
        assert_eq!((&read["caisse"], &read["tableau"]), (&Value::Null, &json!(name)));
        // The last day of the last month that is over: 2025-06-16 is today.
        assert!(read["lignes"].as_array().unwrap().iter().all(|row| row["jour"] == "2025-05-31"));
        for axis in table["ventilations"].as_array().unwrap() {
            let path = format!("{path}?par={}&annees=2", axis.as_str().unwrap());
            let read = statistiques.get(&path).await.expect(200);
            let text = read.to_string();
            for secret in ["patient_id", "nir", "99900001233", "ESSAI"] {
                assert!(!text.contains(secret), "{path} {secret}");
            }
        }
        let reply = statistiques.get(&format!("{path}?format=csv")).await;
        assert_eq!(reply.header("content-type"), "text/csv; charset=utf-8");
        let text = String::from_utf8(reply.body.clone()).unwrap();
        assert!(text.starts_with("\u{feff}jour;tableau;methode;caisse;"), "{text}");
        // The parameter counts before what is accepted, and what weighs most is given.
        for (asked, accept, kind) in [
            ("", "Text/CSV", "text/csv; charset=utf-8"),
            ("", "application/json;q=0.1, text/csv;q=0.2", "text/csv; charset=utf-8"),
            ("", "text/csv;q=0, */*", "application/json"),
            ("?format=json", "text/csv", "application/json"),
        ] {
            let own = format!("{path}{asked}");
            let reply = statistiques.request("GET", &own, &[("accept", accept)], None).await;
            assert_eq!(reply.header("content-type"), kind, "{asked} {accept}");
        }
        let none = statistiques.request("GET", &path, &[("accept", "image/png")], None).await;
        assert_eq!(none.problem(406), "forme_indisponible");
    }
    for (path, field) in [
        ("designation?jour=2025-05-30", "jour"),
        ("designation?par=specialite", "par"),
        ("designation?annees=0", "annees"),
        ("rien", "tableau"),
    ] {
        let refused = statistiques.get(&format!("{STATISTIQUES}/{path}")).await;
        let problem = refused.problem(400);
        assert_eq!(problem, "parametre_invalide", "{path} {field}");
    }
    for nobody in [app.medecin(MARTIN), app.patient("ALICE"), app.referentiel("agent-1")] {
        nobody.get(&format!("{STATISTIQUES}/designation")).await.problem(403);
    }
    for path in ["/v1/moi/a-faire", "/v1/evenements", "/v1/patients"] {
        let refused = statistiques.get(path).await;
        assert!([403, 404, 422].contains(&refused.status.as_u16()), "{path} {}", refused.status);
    }
}
