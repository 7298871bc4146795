//! What is wrong is told by the thing that is wrong, with what to do: each is broken in turn.

use serde_json::Value;
use sqlx::AssertSqlSafe;

use crate::base::{OTHER_KEY, Settings};
use crate::support::database::{KEY_HEX, TestDatabase};
use crate::support::process::{Service, run, said};

/// What a diagnosis found: its exit code, and each thing that is not well.
fn diagnose(settings: &[(&str, &str)]) -> (i32, Vec<(String, String, String)>) {
    let output = run(settings, &["diagnostic", "--json"]);
    let whole: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
    let text = |one: &Value, member: &str| one[member].as_str().unwrap_or_default().to_owned();
    let all = whole["controles"].as_array().unwrap().iter();
    let wrong = all.filter(|one| one["gravite"] != "bon").map(|one| {
        assert!(!text(one, "faire").is_empty(), "what to do is said: {one}");
        (text(one, "controle"), text(one, "gravite"), text(one, "constat"))
    });
    (output.status.code().unwrap(), wrong.collect())
}

/// The one thing that is wrong.
fn wrong(settings: &[(&str, &str)], controle: &str, says: &str) {
    let (code, found) = diagnose(settings);
    let bad: Vec<_> = found.iter().filter(|(_, gravite, _)| gravite == "mauvais").collect();
    assert_eq!(code, 3, "{found:?}");
    assert!(
        bad.iter().all(|(what, _, said)| what == controle && said.contains(says))
            && !bad.is_empty(),
        "{controle}, {says}: {found:?}"
    );
}

fn with<'a>(
    settings: &[(&'a str, &'a str)],
    name: &'a str,
    value: &'a str,
) -> Vec<(&'a str, &'a str)> {
    let kept = settings.iter().copied().filter(|(known, _)| *known != name);
    kept.chain([(name, value)]).collect()
}

async fn owner(database: &TestDatabase, statements: &[&str]) {
    let pool = database.pool(1).await;
    for statement in statements {
        sqlx::raw_sql(AssertSqlSafe((*statement).to_owned())).execute(&pool).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_thing_that_is_broken_is_told_with_what_to_do() {
    let database = TestDatabase::with_people().await;
    let settings = Settings::new(database.service_url().await).await;
    let production = settings.production(KEY_HEX);

    // Before any service: nothing is wrong, and somebody should start one.
    let (code, found) = diagnose(&production);
    let named = |what: &str| found.iter().any(|(controle, ..)| controle == what);
    assert!(code == 0 && named("service") && named("cle"), "{found:?}");

    // While it runs.
    let service = Service::start(&production);
    let address = service.address.strip_prefix("http://").unwrap().to_owned();
    let (code, found) = diagnose(&with(&production, "TRAITANT_ADRESSE", &address));
    assert_eq!(code, 0, "{found:?}");
    assert!(found.iter().all(|(what, ..)| what == "sceaux" || what == "liaison"), "{found:?}");
    let text = said(&run(&production, &["diagnostic"]));
    assert!(text.contains("bon") && text.contains("la sienne, version 1"), "{text}");
    assert!(service.end("TERM").success());

    // Settings, the database, whose it is, under which key, as whom.
    wrong(&with(&production, "TRAITANT_ADRESS", "x"), "reglages", "TRAITANT_ADRESSE");
    let nowhere = with(&production, "DATABASE_URL", "postgres://u@127.0.0.1:1/b?sslmode=require");
    wrong(&nowhere, "base", "onnection refused");
    wrong(&settings.production(OTHER_KEY), "cle", "autre clé maître");
    let owned = database.url();
    wrong(&with(&production, "DATABASE_URL", &owned), "role", "superutilisateur");
    let keyless: Vec<_> =
        production.iter().copied().filter(|(name, _)| *name != "TRAITANT_CLE_MAITRE").collect();
    wrong(&with(&keyless, "TRAITANT_CLE_MAITRE_FICHIER", "/nulle/part"), "cle", "/nulle/part");
    let sandbox: Vec<_> = production.iter().copied().take(5).collect();
    wrong(&with(&sandbox, "TRAITANT_MODE", "bac-a-sable"), "mode", "« production »");
    let silent = with(&production, "TRAITANT_JWKS_URL", "https://127.0.0.1:1/jwks");
    wrong(&silent, "emetteur", "aucune clé");
    let empty = TestDatabase::empty().await;
    wrong(&with(&production, "DATABASE_URL", &empty.url()), "schema", "vide");

    // What jobs should have done.
    owner(&database, &["UPDATE tache SET etat = 'terminee'"]).await;
    let one = "WHERE tache_id = (SELECT min(tache_id::text)::uuid FROM tache)";
    let abandoned = format!("UPDATE tache SET etat = 'abandonnee' {one}");
    owner(&database, &[&abandoned]).await;
    wrong(&production, "travaux", "abandonné");
    let late = format!("UPDATE tache SET etat = 'en_attente', prevue_le = '2025-01-01' {one}");
    owner(&database, &[&late]).await;
    wrong(&production, "travaux", "attend depuis");
    owner(&database, &["UPDATE tache SET etat = 'terminee'"]).await;
    owner(
        &database,
        &[
            "ALTER TABLE sceau DISABLE TRIGGER USER",
            "INSERT INTO sceau (numero, du, au, forme, lignes, empreintes, chaine, cle, enregistre_le)
             SELECT 1, NULL, '2025-01-01', 1, '{0}', '{}', sha256(''), 1, '2025-01-01'
             WHERE NOT EXISTS (SELECT FROM sceau)",
            "UPDATE sceau SET au = '2025-01-01' WHERE numero = (SELECT max(numero) FROM sceau) AND du IS NULL",
        ],
    )
    .await;
    wrong(&production, "sceaux", "2025-01-01");

    // A server that only lets read; rights that the role has lost.
    owner(&database, &["DELETE FROM sceau"]).await;
    let read_only =
        format!("ALTER DATABASE {} SET default_transaction_read_only = on", database.name);
    owner(&database, &[&read_only]).await;
    wrong(&production, "ecriture", "lecture seule");
    let writable = format!("ALTER DATABASE {} RESET default_transaction_read_only", database.name);
    owner(&database, &["SET default_transaction_read_only = off", &writable]).await;
    owner(&database, &["REVOKE SELECT ON patient FROM traitant_service"]).await;
    wrong(&production, "role", "il manque des droits");
}
