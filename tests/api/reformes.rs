//! A reform counted on the feuilles of the register: the tables of the statistics under both laws, and nobody seen by them.

use serde_json::{Value, json};
use traitant::domain::acteur::Acteur;

use crate::support::TestApp;
use crate::support::app::{Caller, MARTIN, feuille};
use crate::support::vie::{AIN, BOUCHES_DU_RHONE};

const REFORMES: &str = "/v1/simulations/reformes";
/// Sector 1, and sector 2 with OPTAM.
const CARDIOLOGUE: (&str, &str, &str, &str) = ("99900002017", "991999913", "03", "secteur_1");
const GYNECOLOGUE: (&str, &str, &str, &str) = ("99900017015", "991999699", "07", "secteur_2");

fn statistiques(app: &TestApp) -> Caller<'_> {
    let acteur = Acteur::Statistiques;
    let token = app.emetteur.issue(&acteur, &*app.clock, &app.ids, 3600).unwrap();
    app.porteur(&acteur, token)
}

/// A consultation of a specialist: its number, its day, what is written of the parcours, its line.
fn consultation(
    prenom: &str,
    (rpps, billing, specialite, convention): (&str, &str, &str, &str),
    (number, jour): (usize, &str),
    (indicateur, line): (&str, &Value),
) -> Value {
    let mut sheet = feuille(prenom, &number.to_string(), jour, indicateur);
    sheet["executant"] = json!({
        "rpps": rpps,
        "numero_facturation": { "type": "num_am", "valeur": billing },
        "specialite": specialite,
        "convention": convention,
    });
    if convention == "secteur_2" {
        sheet["executant"]["option_tarifaire"] = json!("optam");
    }
    let act = sheet["actes"][0].as_object_mut().unwrap();
    act.extend(line.as_object().unwrap().clone());
    sheet
}

/// An authorised overrun of 10,50 € outside the parcours, in sector 1.
fn depassement() -> Value {
    json!({ "code": "CS", "honoraires_centimes": 3700, "base_remboursement_centimes": 2650, "qualificatif_depense": "da" })
}

/// A direct access to a gynaecologist in sector 2, 14,50 € above the tariff of these days, 32 €.
fn secteur_2() -> Value {
    json!({ "code": "CS", "honoraires_centimes": 4650, "base_remboursement_centimes": 3200 })
}

async fn sent(app: &TestApp, organisme: &str, sheets: &[Value]) {
    let text: String = sheets.iter().map(|sheet| sheet.to_string() + "\n").collect();
    let reply = app.caisse(organisme).send_ndjson("/v1/feuilles-de-soins/lots", &text).await;
    let body = String::from_utf8(reply.body).unwrap();
    let refused: Vec<&str> =
        body.lines().filter(|line| !line.contains("\"enregistree\"")).collect();
    assert_eq!(refused, Vec::<&str>::new());
}

/// Asks for a reform of the first five months of 2025, and has it counted.
async fn counted(app: &TestApp, caller: &Caller<'_>, code: &str, valeur: i64) -> String {
    let body = json!({
        "du": "2025-01-01", "au": "2025-05-31",
        "reforme": [{ "code": code, "valeur": valeur, "du": "2025-01-01" }],
    });
    let reply = caller.post(REFORMES, body).await;
    let place = reply.header("location").to_owned();
    let asked = reply.expect(202);
    assert_eq!((&asked["etat"], &asked["avancement"]), (&json!("en_cours"), &json!(0)));
    caller.get(&format!("{place}/depenses")).await.problem(409);
    app.run_jobs().await;
    let done = caller.get(&place).await.expect(200);
    assert_eq!((&done["etat"], &done["avancement"]), (&json!("terminee"), &json!(10_000)));
    assert_eq!(done["sans_reponse"], 0);
    place
}

fn row<'a>(table: &'a Value, classe: &Value) -> &'a Value {
    let rows = table["lignes"].as_array().unwrap();
    let found = rows.iter().find(|row| row["classe"] == *classe);
    found.unwrap_or_else(|| panic!("{classe}: {table:#}"))
}

/// A figure: under the law in force, under the reform, the difference.
fn figure(table: &Value, classe: &Value, indicateur: &str) -> [Option<i64>; 3] {
    let all = row(table, classe)["chiffres"].as_array().unwrap();
    let one = all.iter().find(|one| one["indicateur"] == indicateur).unwrap();
    ["en_vigueur", "reforme", "ecart"].map(|name| one[name].as_i64())
}

/// Twelve authorised overruns of somebody of fifty in Ain, seven of somebody of the Bouches-du-Rhône, and twenty direct accesses
/// in sector 2: the two proposals of the Cour des comptes, counted by payer, by age and by caisse.
#[tokio::test]
async fn the_proposals_of_the_cour_are_counted_by_payer_age_and_caisse() {
    let app = TestApp::new().await;
    let day = |n: usize| format!("2025-05-{:02}", n + 1);
    let many = |prenom: &str, doctor, from: usize, n: usize, how: (&str, &Value)| -> Vec<Value> {
        (0..n).map(|one| consultation(prenom, doctor, (from + one, &day(one)), how)).collect()
    };
    let (da, above) = (depassement(), secteur_2());
    sent(&app, AIN, &many("BERNARD", CARDIOLOGUE, 100, 12, ("S2", &da))).await;
    sent(&app, BOUCHES_DU_RHONE, &many("ALICE", CARDIOLOGUE, 200, 7, ("S1", &da))).await;
    sent(&app, AIN, &many("BERNARD", GYNECOLOGUE, 300, 20, ("D", &above))).await;
    let reader = statistiques(&app);
    let read = async |caller: &Caller<'_>, place: &str, path: &str| {
        caller.get(&format!("{place}/{path}")).await.expect(200)
    };

    // Without authorised overruns, doctors bill 10,50 € less nineteen times, and patients paid all of it.
    let place = counted(&app, &reader, "DA_SECTEUR_1", 0).await;
    let table = read(&reader, &place, "depenses").await;
    let fees = 19 * 3700 + 20 * 4650;
    let [now, then, more] = figure(&table, &Value::Null, "honoraires");
    assert_eq!((now, then, more), (Some(fees), Some(fees - 19 * 1050), Some(-19 * 1050)));
    assert_eq!(figure(&table, &Value::Null, "rembourse_amo")[2], Some(0));
    assert_eq!(figure(&table, &Value::Null, "part_amc")[2], Some(0));
    assert_eq!(figure(&table, &Value::Null, "reste_a_charge")[2], Some(-19 * 1050));
    // The same acts are inside, outside and excluded; of the surcharges nothing moves.
    let table = read(&reader, &place, "consultations").await;
    assert_eq!(figure(&table, &Value::Null, "consultations_hors"), [Some(19), Some(19), Some(0)]);
    assert_eq!(
        figure(&table, &Value::Null, "consultations_parcours"),
        [Some(20), Some(20), Some(0)]
    );
    let table = read(&reader, &place, "majorations").await;
    assert_eq!(figure(&table, &Value::Null, "montant_majorations")[2], Some(0));
    let table = read(&reader, &place, "supplements").await;
    assert_eq!(
        figure(&table, &Value::Null, "depassements"),
        [Some(19 * 1050), Some(0), Some(-19 * 1050)]
    );
    let table = read(&reader, &place, "financement").await;
    assert_eq!(
        figure(&table, &json!("depassements_autorises"), "charge_menages")[2],
        Some(-19 * 1050)
    );

    // Seven acts of the Bouches-du-Rhône are too few: neither they nor the others of the column that would give them back.
    let table = read(&reader, &place, "depenses?par=caisse").await;
    assert_eq!(figure(&table, &json!("01131"), "honoraires"), [None; 3]);
    assert_eq!(figure(&table, &json!("01011"), "honoraires"), [None; 3]);
    // A caisse reads its own, whoever asked; the other one reads that it has too few.
    let table = read(&app.caisse(AIN), &place, "depenses?par=age").await;
    assert_eq!(table["caisse"], "01011");
    assert_eq!(figure(&table, &json!("60-74"), "honoraires")[2], Some(-12 * 1050));
    let table = read(&app.caisse(BOUCHES_DU_RHONE), &place, "depenses").await;
    assert_eq!(figure(&table, &Value::Null, "honoraires"), [None; 3]);

    // Opposable tariffs: 14,50 € less for each direct access, no line outside moves.
    let place = counted(&app, &reader, "TARIFS_OPPOSABLES_PARCOURS", 1).await;
    let table = read(&reader, &place, "depenses?par=specialite").await;
    assert_eq!(figure(&table, &json!("07"), "honoraires")[2], Some(-20 * 1450));
    assert_eq!(figure(&table, &json!("07"), "reste_a_charge")[2], Some(-20 * 1450));
    assert_eq!(figure(&table, &json!("03"), "honoraires")[2], Some(0));
}

/// The difference between two numbers that are told tells of those whom the reform touches: when they are fewer than eleven, what
/// becomes of them is not told, although both totals could be.
#[tokio::test]
async fn what_becomes_of_ten_acts_is_not_told_and_of_eleven_is() {
    for (touched, told) in [(10, false), (11, true), (12, true)] {
        let app = TestApp::new().await;
        let (da, above) = (depassement(), secteur_2());
        let day = |n: usize| format!("2025-05-{:02}", n + 1);
        let mut sheets: Vec<Value> = (0..touched)
            .map(|n| consultation("BERNARD", CARDIOLOGUE, (100 + n, &day(n)), ("S2", &da)))
            .collect();
        sheets.extend(
            (0..20)
                .map(|n| consultation("BERNARD", GYNECOLOGUE, (300 + n, &day(n)), ("D", &above))),
        );
        sent(&app, AIN, &sheets).await;
        let reader = statistiques(&app);
        let place = counted(&app, &reader, "DA_SECTEUR_1", 0).await;
        let table = reader.get(&format!("{place}/depenses")).await.expect(200);
        let [now, then, more] = figure(&table, &Value::Null, "honoraires");
        assert!(now.is_some(), "thirty acts are told");
        assert_eq!((then.is_some(), more.is_some()), (told, told), "{touched}");
    }
}

#[tokio::test]
async fn whoever_may_not_is_refused_and_days_are_those_of_whole_months() {
    let app = TestApp::new().await;
    let reader = statistiques(&app);
    let asked = |du: &str, au: &str, from: &str, to: Value| {
        json!({ "du": du, "au": au, "reforme": [
            { "code": "PF_MONTANT", "valeur": 300, "du": from, "au": to }
        ] })
    };
    for (du, au, from, to, place) in [
        ("2025-01-02", "2025-05-31", "2025-01-01", Value::Null, "/du"),
        ("2025-01-01", "2025-05-30", "2025-01-01", Value::Null, "/au"),
        ("2025-01-01", "2024-12-31", "2025-01-01", Value::Null, "/au"),
        ("2010-01-01", "2020-01-31", "2010-01-01", Value::Null, "/au"),
        ("2025-01-01", "2025-05-31", "2025-01-15", Value::Null, "/reforme/0/du"),
        ("2025-01-01", "2025-05-31", "2025-01-01", json!("2025-02-27"), "/reforme/0/au"),
    ] {
        let refused = reader.post(REFORMES, asked(du, au, from, to)).await.wrong_fields();
        let places: Vec<&str> = refused.iter().map(|(place, _)| place.as_str()).collect();
        assert_eq!(places, [place], "{du} {au} {from}");
    }
    let ten_years = asked("2010-01-01", "2019-12-31", "2010-01-01", Value::Null);
    let place = reader.post(REFORMES, ten_years).await.header("location").to_owned();
    for nobody in [app.medecin(MARTIN), app.patient("ALICE"), app.referentiel("agent-1")] {
        nobody.get(&place).await.problem(403);
        let body = asked("2025-01-01", "2025-05-31", "2025-01-01", Value::Null);
        nobody.post(REFORMES, body).await.problem(403);
    }
    app.run_jobs().await;
    reader.get(&format!("{place}/designation")).await.problem(400);
    reader.get(&format!("{place}/depenses?par=motif")).await.problem(400);
    // Nothing at all is told.
    let table = reader.get(&format!("{place}/depenses")).await.expect(200);
    assert_eq!(figure(&table, &Value::Null, "honoraires"), [Some(0), Some(0), Some(0)]);
}
