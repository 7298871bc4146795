//! The program as an operator sees it: it starts, recovers, refuses to start, and stops.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use traitant::auth::Emetteur;
use traitant::domain::acteur::Acteur;
use traitant::domain::clock::{Clock, SystemClock};
use traitant::domain::identifiers::Rpps;
use traitant::domain::ids::IdSource;

use crate::support::app::{MARTIN, choix, patient_id};
use crate::support::database::TestDatabase;
use crate::support::process::{Folder, Service, run, said};

/// A token that the program issues for the sandbox of a folder.
pub fn token(folder: &Folder, arguments: &[&str]) -> String {
    let folder = folder.path().to_str().unwrap();
    let output = run(&[("TRAITANT_DONNEES", folder)], &[&["jeton"], arguments].concat());
    assert!(output.status.success(), "{}", said(&output));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A digest.
const SHA256: &str = "a65b6e26392dcc1b1f0081310efec042c145065888e7a31e5280e1c5090d0fd2";

async fn send(service: &Service, token: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
    let client = reqwest::Client::new();
    let address = format!("{}{path}", service.address);
    let request = match body {
        None => client.get(address),
        Some(body) => client.post(address).header("Idempotency-Key", "essai-service-1").json(body),
    };
    let response = request.bearer_auth(token).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

/// The process id that a private server wrote for itself.
fn postmaster(folder: &Path) -> Option<String> {
    let text = std::fs::read_to_string(folder.join("pg/postmaster.pid")).ok()?;
    text.lines().next().map(str::to_owned)
}

fn alive(pid: &str) -> bool {
    std::process::Command::new("kill").args(["-0", pid]).output().unwrap().status.success()
}

#[tokio::test]
async fn it_starts_from_nothing_and_a_signal_stops_it_with_its_database() {
    let folder = Folder::new();
    let settings = [("TRAITANT_DONNEES", folder.path().to_str().unwrap())];
    for signal in ["TERM", "INT"] {
        let service = Service::start(&settings);
        assert!(service.welcome.contains("curl -s http://127.0.0.1:"), "{}", service.welcome);
        assert!(service.welcome.contains("Authorization: Bearer ey"), "{}", service.welcome);
        let ready = reqwest::get(format!("{}/etat/pret", service.address)).await.unwrap();
        assert_eq!(ready.status(), 200);
        let database = postmaster(folder.path()).unwrap();
        assert!(alive(&database));
        assert!(service.end(signal).success(), "{signal}");
        assert_eq!(postmaster(folder.path()), None, "{signal} leaves no server");
    }
}

#[tokio::test]
async fn after_a_kill_it_starts_again_with_everything_that_was_acknowledged() {
    let folder = Folder::new();
    let settings = [("TRAITANT_DONNEES", folder.path().to_str().unwrap())];
    let service = Service::start(&settings);
    let alice = token(&folder, &["patient", "--patient", "alice"]);
    let (status, made) =
        send(&service, &alice, "/v1/declarations", Some(&choix("ALICE", MARTIN))).await;
    assert_eq!(status, 201, "{made}");
    // The database outlives its owner, and the next one takes it over.
    assert!(!service.end("KILL").success());
    let orphan = postmaster(folder.path()).unwrap();
    assert!(alive(&orphan));
    let again = Service::start(&settings);
    let path = format!("/v1/declarations/{}", made["id"].as_str().unwrap());
    assert_eq!(send(&again, &alice, &path, None).await, (200, made.clone()));
    // Both are killed: the log of the database is replayed.
    let database = postmaster(folder.path()).unwrap();
    let mut kill = std::process::Command::new("kill");
    assert!(kill.args(["-s", "KILL", &database]).status().unwrap().success());
    assert!(!again.end("KILL").success());
    let last = Service::start(&settings);
    assert_eq!(send(&last, &alice, &path, None).await, (200, made));
    assert!(last.end("TERM").success());
}

#[test]
fn a_private_database_ended_by_somebody_else_ends_the_service_which_says_so() {
    let folder = Folder::new();
    let settings = [("TRAITANT_DONNEES", folder.path().to_str().unwrap())];
    let kill = || {
        let database = postmaster(folder.path()).unwrap();
        let mut kill = std::process::Command::new("kill");
        assert!(kill.args(["-s", "KILL", &database]).status().unwrap().success());
    };
    let service = Service::start(&settings);
    kill();
    let (status, errors) = service.wait();
    assert_eq!(status.code(), Some(1), "{errors}");
    assert!(errors.contains("le PostgreSQL privé s'est arrêté"), "{errors}");
    assert!(errors.contains("postgresql.log"), "{errors}");
    assert!(errors.contains("Relancez"), "{errors}");
    // The next start recovers; a signal that comes with the loss, or after it, ends it cleanly.
    let again = Service::start(&settings);
    again.signal("STOP");
    kill();
    again.signal("TERM");
    again.signal("CONT");
    let (_, errors) = again.wait();
    assert!(!errors.contains("pg_ctl"), "{errors}");
    assert!(Service::start(&settings).end("TERM").success());
}

#[test]
fn a_token_is_not_issued_where_no_service_ever_ran() {
    let folder = Folder::new();
    let absent = folder.path().join("nulle-part");
    for dir in [folder.path(), &absent] {
        let output = run(&[("TRAITANT_DONNEES", dir.to_str().unwrap())], &["jeton", "medecin"]);
        assert_eq!(output.status.code(), Some(1));
        let text = said(&output);
        assert!(text.contains("lancez d'abord « traitant »"), "{text}");
    }
    assert!(!absent.exists());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing was made");
}

#[test]
fn the_command_line_speaks_french() {
    let help = said(&run(&[], &["--help"]));
    for text in
        ["Registre des médecins traitants", "Utilisation :", "Commandes", "Affiche cette aide"]
    {
        assert!(help.contains(text), "{help}");
    }
    let page = include_str!("../../docs/EXPLOITATION.md");
    let settings = page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let mut named = 0;
    for name in settings.filter(|name| name.contains("TRAITANT_") || name.contains("DATABASE")) {
        assert!(help.contains(name), "{name} is not in the help");
        named += 1;
    }
    assert!(named >= 12, "{named}");
    for (arguments, code, text) in [
        (
            &["jeton", "medecin", "--rpps", "99900001234"][..],
            1,
            "--rpps : attendu un dernier chiffre",
        ),
        (&["jeton", "caisse", "--organisme", "1"], 1, "--organisme : attendu "),
        (&["jeton", "patient", "--patient", "zoe"], 1, "--patient : attendu un prénom parmi alice"),
        (
            &["jeton", "medecin", "--duree", "43201"],
            2,
            "« 43201 » ne convient pas à --duree <DUREE>\n\n  --duree <DUREE>\n          Durée de validité, en secondes, de 1 à 43 200",
        ),
        (&["bac-a-sable", "avancer", "--jours", "0"], 2, "Combien de jours, de 1 à 10 958"),
        (
            &["rejouer", "--du", "2026-02-01", "--au", "2026-01-31"],
            2,
            "--au 2026-01-31 précède --du 2026-02-01",
        ),
        (
            &["reprise", "--organisme", "010110000", "--nature", "choix", "absent.csv"],
            1,
            "lecture de absent.csv : ce fichier n'existe pas",
        ),
        (&["jeton", "medecin", "--rpps"], 2, "il manque la valeur de --rpps"),
        (&["preuve", "patient"], 2, "il manque <SHA256>"),
        (&["preuve", "patient", "a65b"], 1, "SHA256 : attendu 64 caractères"),
        (&["preuve", "patient", SHA256, "--role", "medecin"], 1, "--role : attendu assure"),
        (
            &["preuve", "patient", SHA256, "--moyen", "cps"],
            1,
            "parmi carte_vitale, app_carte_vitale",
        ),
        (
            &["preuve", "medecin", SHA256, "--moyen", "papier_copie"],
            1,
            "parmi cps, e_cps, pro_sante",
        ),
        (&["preuve", "medecin", SHA256, "--rpps", "1"], 1, "--rpps : attendu "),
        (
            &["preuve", "medecin", SHA256, "--signe-a", "hier"],
            2,
            "« hier » ne convient pas à --signe-a",
        ),
        (&["demarrer"], 2, "commande inconnue : « demarrer »"),
        (&["--port"], 2, "argument inconnu : « --port »"),
    ] {
        let output = run(&[], arguments);
        let said = said(&output);
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(said.contains(text), "{said}");
        assert!(!said.contains("invalid") && !said.contains("error"), "{said}");
    }
}

#[test]
fn a_second_instance_says_who_owns_the_directory() {
    let folder = Folder::new();
    let settings = [
        ("TRAITANT_DONNEES", folder.path().to_str().unwrap()),
        ("TRAITANT_ADRESSE", "127.0.0.1:0"),
    ];
    let mut first = Service::start(&settings);
    let second = run(&settings, &[]);
    assert!(!second.status.success());
    let text = said(&second);
    assert!(text.contains("déjà utilisé par un autre traitant (processus "), "{text}");
    assert!(text.contains("TRAITANT_DONNEES"), "{text}");
    // On the same address too, it is the address that is told.
    let taken = first.address.trim_start_matches("http://").to_owned();
    let other = Folder::new();
    let third = run(
        &[("TRAITANT_DONNEES", other.path().to_str().unwrap()), ("TRAITANT_ADRESSE", &taken)],
        &[],
    );
    assert!(!third.status.success());
    assert!(said(&third).contains("est déjà prise"), "{}", said(&third));
    assert_eq!(std::fs::read_dir(other.path()).unwrap().count(), 0, "nothing was touched");
    assert!(first.runs());
}

#[test]
fn a_machine_without_postgresql_is_told_which_package_to_install() {
    let (folder, empty) = (Folder::new(), Folder::new());
    let output = run(
        &[
            ("TRAITANT_DONNEES", folder.path().to_str().unwrap()),
            ("TRAITANT_PG_BIN", empty.path().to_str().unwrap()),
            ("TRAITANT_ADRESSE", "127.0.0.1:0"),
        ],
        &[],
    );
    assert!(!output.status.success());
    let text = said(&output);
    assert!(text.contains("apt-get install postgresql"), "{text}");
}

#[tokio::test]
async fn a_request_that_runs_is_answered_before_the_end() {
    let folder = Folder::new();
    let service = Service::start(&[("TRAITANT_DONNEES", folder.path().to_str().unwrap())]);
    let body = json!({
        "date_soins": "2025-06-16",
        "patient": { "age": 40 },
        "medecin_traitant": "executant",
        "executant": { "specialite": "01", "convention": "secteur_1" },
        "actes": [{
            "code": "G", "honoraires_centimes": 3000, "base_remboursement_centimes": 3000,
        }],
    })
    .to_string();
    let host = service.address.trim_start_matches("http://").to_owned();
    let mut connection = TcpStream::connect(&host).unwrap();
    let (first, second) = body.split_at(20);
    write!(
        connection,
        "POST /v1/simulations HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{first}",
        body.len()
    )
    .unwrap();
    // The service has read the first half once it answers somebody else on a later connection.
    reqwest::get(format!("{}/etat/pret", service.address)).await.unwrap();
    service.signal("TERM");
    // It stops listening before it stops answering.
    while TcpStream::connect(&host).is_ok() {
        std::thread::yield_now();
    }
    connection.write_all(second.as_bytes()).unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    assert_eq!(answer.lines().next(), Some("HTTP/1.1 200 OK"), "{answer}");
    assert!(service.end("TERM").success());
}

#[tokio::test]
async fn with_a_database_from_outside_no_private_server_is_started() {
    let database = TestDatabase::with_people().await;
    let folder = Folder::new();
    let url = database.url();
    let settings = [
        ("DATABASE_URL", url.as_str()),
        ("TRAITANT_MODE", "bac-a-sable"),
        ("TRAITANT_DONNEES", folder.path().to_str().unwrap()),
        // Whatever it would need for a private server is out of reach.
        ("TRAITANT_PG_BIN", "/nonexistent"),
        ("TRAITANT_CLE_MAITRE", crate::support::database::KEY_HEX),
    ];
    let service = Service::start(&settings);
    let bernard = token(&folder, &["patient", "--patient", "bernard"]);
    let path = format!("/v1/patients/{}/medecin-traitant", patient_id("BERNARD"));
    let (status, answer) = send(&service, &bernard, &path, None).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["designation"]["medecins"][0]["rpps"], MARTIN);
    assert!(!folder.path().join("pg").exists());
    assert!(service.end("TERM").success());
}

#[tokio::test]
async fn a_schema_that_the_program_does_not_know_is_refused() {
    let empty = TestDatabase::empty().await;
    let url = empty.url();
    let folder = Folder::new();
    let settings = [
        ("DATABASE_URL", url.as_str()),
        ("TRAITANT_MODE", "bac-a-sable"),
        ("TRAITANT_DONNEES", folder.path().to_str().unwrap()),
        ("TRAITANT_ADRESSE", "127.0.0.1:0"),
    ];
    let refused = said(&run(&settings, &[]));
    assert!(refused.contains("traitant migrer"), "{refused}");
    let migrated = run(&settings, &["migrer"]);
    assert!(migrated.status.success(), "{}", said(&migrated));
    assert!(Service::start(&settings).end("TERM").success());
    // A database that a later version migrated: what it added keeps nobody from going back.
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, installed_on, success, checksum, execution_time)
         VALUES (99990101000000, 'later', '2099-01-01', true, '', 0)",
    )
    .execute(&empty.pool(1).await)
    .await
    .unwrap();
    assert!(Service::start(&settings).end("TERM").success());
    assert!(run(&settings, &["migrer"]).status.success());
    assert!(run(&settings, &["verifier"]).status.success());
    // One in which something of this version is missing is not served, whatever is there besides.
    sqlx::query(
        "DELETE FROM _sqlx_migrations WHERE version = (SELECT min(version) FROM _sqlx_migrations)",
    )
    .execute(&empty.pool(1).await)
    .await
    .unwrap();
    let refused = said(&run(&settings, &[]));
    assert!(refused.contains("99990101000000"), "{refused}");
}

#[tokio::test]
async fn production_takes_tokens_of_its_configured_issuer_only() {
    let database = TestDatabase::with_people().await;
    let url = database.service_url().await;
    let folder = Folder::new();
    let settings = [
        ("DATABASE_URL", url.as_str()),
        ("TRAITANT_CLE_MAITRE", crate::support::database::KEY_HEX),
        ("TRAITANT_EMETTEUR", "https://jetons.exemple.invalid"),
        ("TRAITANT_AUDIENCE", "traitant"),
        ("TRAITANT_JWKS_URL", "https://jetons.exemple.invalid/cles"),
        ("TRAITANT_DONNEES", folder.path().to_str().unwrap()),
    ];
    let service = Service::start(&settings);
    assert!(!service.welcome.contains("Bearer"), "{}", service.welcome);
    let issuer = Emetteur::in_dir(folder.path()).unwrap();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let ids = IdSource::from_system(Arc::clone(&clock));
    let martin = Acteur::Medecin(Rpps::parse(MARTIN).unwrap());
    let sandbox = issuer.issue(&martin, &*clock, &ids, 600).unwrap();
    let (status, answer) = send(&service, &sandbox, "/v1/moi", None).await;
    assert_eq!((status, answer["code"].as_str()), (401, Some("jeton_invalide")));
    let refused = run(&settings, &["jeton", "medecin"]);
    assert!(!refused.status.success());
    assert!(said(&refused).contains("production"), "{}", said(&refused));
}

#[test]
fn wrong_settings_are_all_told_at_once() {
    let output = run(&[("TRAITANT_MODE", "essai"), ("TRAITANT_CONNEXIONS", "mille")], &[]);
    assert!(!output.status.success());
    let text = said(&output);
    for name in ["TRAITANT_MODE", "TRAITANT_CONNEXIONS", "DATABASE_URL"] {
        assert!(text.contains(name), "{text}");
    }
}
