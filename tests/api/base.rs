//! A database says whose it is: another mode, another key and too much right are refused before anything is read.

use std::collections::BTreeMap;

use sqlx::Row;

use crate::support::database::{KEY_HEX, TestDatabase};
use crate::support::issuer::{Issuer, Key};
use crate::support::process::{Folder, Service, run, said};

pub(crate) const OTHER_KEY: &str =
    "0808080808080808080808080808080808080808080808080808080808080808";

/// How many persons, doctors and traces there are: what a refused start must not change.
async fn picture(database: &TestDatabase) -> (i64, i64, i64) {
    let pool = database.pool(1).await;
    let row = sqlx::query(
        "SELECT (SELECT count(*) FROM patient), (SELECT count(*) FROM medecin), (SELECT count(*) FROM evenement)",
    );
    let row = row.fetch_one(&pool).await.unwrap();
    (row.get(0), row.get(1), row.get(2))
}

pub(crate) struct Settings {
    url: String,
    pub(crate) folder: Folder,
    pub(crate) issuer: Issuer,
    authority: String,
}

impl Settings {
    pub(crate) async fn new(url: String) -> Self {
        let (folder, issuer) = (Folder::new(), Issuer::new(&[&Key::new("une")]).await);
        let authority = folder.path().join("autorite.pem");
        std::fs::write(&authority, &issuer.authority).unwrap();
        Self { url, authority: authority.to_str().unwrap().to_owned(), folder, issuer }
    }

    pub(crate) fn production<'a>(&'a self, key: &'a str) -> Vec<(&'a str, &'a str)> {
        vec![
            ("DATABASE_URL", &self.url),
            ("TRAITANT_MODE", "production"),
            ("TRAITANT_CLE_MAITRE", key),
            ("TRAITANT_DONNEES", self.folder.path().to_str().unwrap()),
            ("TRAITANT_ADRESSE", "127.0.0.1:0"),
            ("TRAITANT_EMETTEUR", "https://jetons.exemple.invalid"),
            ("TRAITANT_AUDIENCE", "traitant"),
            ("TRAITANT_JWKS_URL", &self.issuer.url),
            ("TRAITANT_CA", &self.authority),
        ]
    }
}

/// A start that must be refused, and what it said.
fn refused(settings: &[(&str, &str)]) -> String {
    let output = run(settings, &[]);
    let text = said(&output);
    assert!(!output.status.success(), "{text}");
    text
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_keeps_its_mode_and_its_key_for_ever() {
    let database = TestDatabase::with_people().await;
    let settings = Settings::new(database.service_url().await).await;
    let before = picture(&database).await;
    assert!(Service::start(&settings.production(KEY_HEX)).end("TERM").success());

    let text = refused(&settings.production(OTHER_KEY));
    assert!(text.contains("TRAITANT_CLE_MAITRE") && text.contains("autre clé maître"), "{text}");
    // The sandbox would add its people and let its tokens in.
    let mut sandbox = settings.production(KEY_HEX);
    sandbox.truncate(5);
    sandbox[1] = ("TRAITANT_MODE", "bac-a-sable");
    let text = refused(&sandbox);
    assert!(text.contains("« production »") && text.contains("TRAITANT_MODE"), "{text}");
    assert_eq!(picture(&database).await, before, "nothing was written");
    // The right key and mode again, the key from a file.
    let path = settings.folder.path().join("cle");
    std::fs::write(&path, format!("{KEY_HEX}\n")).unwrap();
    let mut by_file = settings.production(KEY_HEX);
    by_file[2] = ("TRAITANT_CLE_MAITRE_FICHIER", path.to_str().unwrap());
    assert!(Service::start(&by_file).end("TERM").success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_changed_under_the_service_is_no_longer_ready() {
    let database = TestDatabase::with_people().await;
    let settings = Settings::new(database.service_url().await).await;
    let service = Service::start(&settings.production(KEY_HEX));
    let owner = database.pool(1).await;
    // Somebody restores another database in its place: only an owner can.
    for statement in [
        "ALTER TABLE cle DISABLE TRIGGER cle_garde",
        "UPDATE cle SET temoin = decode('00112233445566778899aabbccddeeff', 'hex')",
    ] {
        sqlx::query(statement).execute(&owner).await.unwrap();
    }
    let answer = reqwest::get(format!("{}/etat/pret", service.address)).await.unwrap();
    assert_eq!(answer.status(), 503);
    let said = answer.text().await.unwrap();
    assert!(said.contains("autre clé maître"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn production_refuses_the_rights_of_an_owner() {
    let database = TestDatabase::with_people().await;
    let settings = Settings::new(database.url()).await;
    let text = refused(&settings.production(KEY_HEX));
    assert!(text.contains("TRAITANT_ROLE_SERVICE") && text.contains("superutilisateur"), "{text}");
}

/// As EXPLOITATION.md says: an owner who is no superuser installs, without the key, and verifies with it; the service alone is refused
/// their rights.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_owner_who_is_no_superuser_installs_restores_and_verifies() {
    let database = TestDatabase::empty().await;
    let owner = format!("proprietaire_{}", database.name);
    let service = format!("service_{}", database.name);
    let admin = database.pool(1).await;
    let alter = format!(
        "CREATE ROLE {owner} LOGIN NOSUPERUSER CREATEROLE; ALTER DATABASE {} OWNER TO {owner}",
        database.name
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(alter)).execute(&admin).await.unwrap();
    let address = database.url();
    let (_superuser, after) = address.split_once('@').unwrap();
    let url = format!("postgres://{owner}@{after}");
    let migrating = [("DATABASE_URL", url.as_str()), ("TRAITANT_ROLE_SERVICE", &service)];
    // Again at each upgrade.
    for _time in 0..2 {
        let output = run(&migrating, &["migrer"]);
        let text = said(&output);
        assert!(output.status.success() && text.contains(&format!("« {service} »")), "{text}");
    }
    let settings = Settings::new(format!("postgres://{service}@{after}")).await;
    let serving = Service::start(&settings.production(KEY_HEX));
    let answer = reqwest::get(format!("{}/etat/vivant", serving.address)).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(serving.end("TERM").success());

    let owning = [("DATABASE_URL", url.as_str()), ("TRAITANT_CLE_MAITRE", KEY_HEX)];
    for command in [
        &["verifier"][..],
        &["rejouer"],
        &["cles", "etat"],
        &["cles", "tourner"],
        &["statistiques", "verifier"],
        &["ccam", "etat"],
    ] {
        let output = run(&owning, command);
        assert!(output.status.success(), "{command:?}: {}", said(&output));
    }
    let root = said(&run(&owning, &["racine"]));
    assert!(!root.contains("superutilisateur"), "{root}");
    let mut as_owner = settings.production(KEY_HEX);
    as_owner[0] = ("DATABASE_URL", &url);
    assert!(refused(&as_owner).contains("superutilisateur"));

    let forget = format!(
        "REASSIGN OWNED BY {owner} TO CURRENT_USER; DROP OWNED BY {service}; DROP OWNED BY {owner}; DROP ROLE {service}; \
         DROP ROLE {owner}"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(forget)).execute(&admin).await.unwrap();
}

/// Nobody tries the API of real people from a page, unless whoever runs it says so.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn production_shows_no_page_to_try_the_api_from_unless_a_setting_does() {
    let database = TestDatabase::with_people().await;
    let settings = Settings::new(database.service_url().await).await;
    let client =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    for (shown, page, script) in [(None, 307, 404), (Some("oui"), 200, 200)] {
        let mut own = settings.production(KEY_HEX);
        own.extend(shown.map(|shown| ("TRAITANT_DOCUMENTATION", shown)));
        let service = Service::start(&own);
        assert_eq!(service.welcome.contains("/docs/"), shown.is_some(), "{}", service.welcome);
        for (path, status) in [
            ("/docs/", page),
            ("/docs/swagger-ui-bundle.js", script),
            ("/docs/problemes", 200),
            ("/openapi.yaml", 200),
        ] {
            let answer = client.get(format!("{}{path}", service.address)).send().await.unwrap();
            assert_eq!(answer.status(), status, "{path}");
            let leads = answer.headers().get("location").map(|to| to.to_str().unwrap().to_owned());
            assert_eq!(leads.as_deref(), (status == 307).then_some("/docs/problemes"));
        }
        assert!(service.end("TERM").success());
    }
}

/// What keeps history: by the service's role, refused by rights; by an owner, by the guards.
#[tokio::test]
async fn history_is_neither_rewritten_nor_emptied() {
    let database = TestDatabase::with_people().await;
    let service = sqlx::PgPool::connect(&database.service_url().await).await.unwrap();
    let owner = database.pool(1).await;
    for table in
        ["acces", "evenement", "signature", "evaluation", "feuille_de_soins", "designation"]
    {
        for (pool, sqlstate) in [(&service, "42501"), (&owner, "23001")] {
            let emptied = sqlx::AssertSqlSafe(format!("TRUNCATE {table} CASCADE"));
            let refused = sqlx::query(emptied).execute(pool).await.unwrap_err();
            let code = refused.as_database_error().unwrap().code().unwrap().into_owned();
            assert_eq!(code, sqlstate, "{table}: {refused}");
        }
        let deleted = sqlx::AssertSqlSafe(format!("DELETE FROM {table}"));
        let refused = sqlx::query(deleted).execute(&service).await.unwrap_err();
        assert_eq!(
            refused.as_database_error().unwrap().code().as_deref(),
            Some("42501"),
            "{table}"
        );
        let unguarded = sqlx::AssertSqlSafe(format!("ALTER TABLE {table} DISABLE TRIGGER USER"));
        assert!(sqlx::query(unguarded).execute(&service).await.is_err(), "{table}");
    }
    // A partition is emptied no more than its table.
    sqlx::query("SELECT creer_partitions('2025-06-01')").execute(&service).await.unwrap();
    let partition = sqlx::query("TRUNCATE feuille_de_soins_2025_06").execute(&owner).await;
    assert!(partition.unwrap_err().to_string().contains("never emptied"));
}

/// Every right of the service's role, by what it may do: whoever adds a table or a view decides here.
#[tokio::test]
async fn the_rights_of_the_service_are_these_and_no_others() {
    let database = TestDatabase::with_people().await;
    database.service_url().await;
    let owner = database.pool(1).await;
    let rights: Vec<(String, String)> = sqlx::query_as(
        "SELECT string_agg(droit, ', ' ORDER BY droit), nom FROM (
             SELECT c.relname::text AS nom, a.privilege_type AS droit
             FROM pg_class c CROSS JOIN aclexplode(c.relacl) AS a
             WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition
               AND a.grantee = $1::regrole
             UNION ALL
             SELECT c.relname, a.privilege_type || ' ' || t.attname
             FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid CROSS JOIN aclexplode(t.attacl) AS a
             WHERE c.relnamespace = 'public'::regnamespace AND a.grantee = $1::regrole) AS droits
         GROUP BY nom ORDER BY 1, 2",
    )
    .bind(traitant::postgres::Server::SERVICE)
    .fetch_all(&owner)
    .await
    .unwrap();
    let mut by_right: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (right, table) in rights {
        by_right.entry(right).or_default().push(table);
    }
    let line = |(right, of): (&String, &Vec<String>)| format!("{right}: {}\n", of.join(" "));
    let found = by_right.iter().map(line).collect::<Vec<_>>().concat();
    assert_eq!(found, RIGHTS);
    // Roles that everybody is a member of have nothing.
    let everybody: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM pg_class c CROSS JOIN aclexplode(c.relacl) AS a
         WHERE c.relnamespace = 'public'::regnamespace AND a.grantee = 0",
    )
    .fetch_one(&owner)
    .await
    .unwrap();
    assert_eq!(everybody, 0);
}

const RIGHTS: &str = "\
DELETE, INSERT, SELECT, UPDATE: abonnement bac_a_sable courriers courriers_lot envoi essai evenement_a_publier export export_bloc fil fil_tete \
honoraires_annee idempotence lieu loi medecin operation_caisse operation_exercice operation_medecin operation_patient participation_retenue patient \
reception reevaluation reevaluation_feuille reprise reprise_bloc reprise_ligne simulation_reforme statistique statistique_a_compter statistique_personne \
statistique_recue statistique_suivi tache
INSERT, SELECT: acces acte_patient adressage attribution_feuille auteur avenant avis_majorite avis_ponctuel avis_ponctuel_rompu base \
cle cle_donnees cle_retiree conciliation correspondant_adressage declaration declaration_medecin evaluation evenement feuille_de_soins \
mouvement_declaration preuve_utilisee purge recouvrement reponse_rectification retour_adressage sceau signature statistique_mouvement \
statistique_purgee
INSERT, SELECT, UPDATE remplace_le: accueil_medecin adresse_patient affiliation ccam_acte ccam_version conflit_designation \
contact_conciliation deces_patient demande_rectification designation designation_medecin ecart_designation etat_conciliation etat_declaration exercice \
fin_designation fusion identifiant_patient identite_medecin identite_patient limitation neutralisation representation \
specialite_medecin statut_patient version_adressage
SELECT: _sqlx_migrations journal
";

#[test]
fn what_an_operator_mistypes_is_told_at_once() {
    let folder = Folder::new();
    let donnees = ("TRAITANT_DONNEES", folder.path().to_str().unwrap());
    for (name, value, told) in [
        ("TRAITANT_ADRESS", "127.0.0.1:0", "peut-être TRAITANT_ADRESSE"),
        ("TRAITANT_PREUVES_1_EMETEUR", "x", "peut-être TRAITANT_PREUVES_1_EMETTEUR"),
        ("TRAITANT_TOUT_AUTRE_CHOSE", "x", "réglage inconnu"),
        ("TRAITANT_JOURNAL", "info,traitant=fort", "TRAITANT_JOURNAL : attendu un niveau"),
        ("DATABASE_URL", "mysql://u@h/b", "attendu postgres://"),
    ] {
        let text = refused(&[donnees, (name, value)]);
        assert!(text.contains(told), "{name}: {text}");
        assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none(), "nothing was made");
    }
}

#[test]
fn a_database_that_lets_nobody_in_is_told_once_in_its_own_words() {
    let folder = Folder::new();
    let settings = |url: &'static str| {
        [
            ("DATABASE_URL", url),
            ("TRAITANT_MODE", "bac-a-sable"),
            ("TRAITANT_DONNEES", folder.path().to_str().unwrap()),
            ("TRAITANT_ADRESSE", "127.0.0.1:0"),
        ]
    };
    // Nobody listens on the first port.
    for command in [&[][..], &["migrer"]] {
        let output = run(&settings("postgres://u@127.0.0.1:1/b"), command);
        let text = said(&output);
        assert!(
            !output.status.success() && text.contains("la base de données ne répond pas"),
            "{text}"
        );
        assert_eq!(text.matches("onnection refused").count(), 1, "{text}");
    }
}

#[test]
fn commands_that_look_make_no_database() {
    let folder = Folder::new();
    let fresh = folder.path().join("neuf");
    let settings = [("TRAITANT_DONNEES", fresh.to_str().unwrap())];
    for command in [
        &["verifier"][..],
        &["verifier", "--refaire"],
        &["rejouer"],
        &["racine"],
        &["cles", "etat"],
        &["statistiques", "verifier"],
        &["ccam", "etat"],
    ] {
        let output = run(&settings, command);
        let text = said(&output);
        assert_eq!(output.status.code(), Some(1), "{command:?}: {text}");
        assert!(text.contains("aucune base à lire"), "{command:?}: {text}");
        assert!(text.contains("DATABASE_URL") && text.contains("TRAITANT_DONNEES"), "{text}");
        assert!(text.contains(settings[0].1), "{command:?}: {text}");
        assert!(!fresh.exists(), "{command:?}");
    }
}
