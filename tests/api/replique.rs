//! What only looks is answered by a streaming replica as by its primary, which is written to meanwhile.

use sqlx::{Connection, PgConnection};

use crate::support::process::{Folder, Service, run, said, sandbox};
use crate::support::server::{Alone, backed_up, own_dir};

/// Commands that change nothing.
const LOOKS: [&[&str]; 6] = [
    &["verifier"],
    &["racine"],
    &["rejouer"],
    &["statistiques", "verifier"],
    &["cles", "etat"],
    &["ccam", "etat"],
];

/// Everything that a server has written is on another.
async fn caught_up(primary: &mut PgConnection, replica: &mut PgConnection) {
    let place: String = sqlx::query_scalar("SELECT pg_current_wal_lsn()::text")
        .fetch_one(&mut *primary)
        .await
        .unwrap();
    let here = "SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn";
    while !sqlx::query_scalar::<_, bool>(here).bind(&place).fetch_one(&mut *replica).await.unwrap()
    {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_answers_what_only_looks_as_its_primary_does() {
    let (dir, folder) = (own_dir(), Folder::new());
    let primary = Alone::durable(&dir.join("0"));
    let url = primary.url("traitant");
    let settings = sandbox(&url, &folder);
    let migrated = run(&settings, &["migrer"]);
    assert!(migrated.status.success(), "{}", said(&migrated));

    let mut writing = PgConnection::connect(&url).await.unwrap();
    let ((), label) = backed_up(&mut writing, async || primary.copy(&dir.join("1"))).await;
    let replica = primary.follower(&dir.join("1"), label);
    let elsewhere = replica.url("traitant");
    let looking = sandbox(&elsewhere, &folder);

    // The whole life of the sandbox is written once the replica follows.
    let service = Service::start(&settings);
    let mut reading = PgConnection::connect(&elsewhere).await.unwrap();
    caught_up(&mut writing, &mut reading).await;
    let feuilles = "SELECT count(*) FROM feuille_de_soins";
    let feuilles: i64 = sqlx::query_scalar(feuilles).fetch_one(&mut reading).await.unwrap();
    assert!(feuilles > 0, "what was written came over");
    service.end("TERM");
    caught_up(&mut writing, &mut reading).await;
    for command in LOOKS {
        let here = run(&settings, command);
        caught_up(&mut writing, &mut reading).await;
        let there = run(&looking, command);
        assert!(there.status.success(), "{command:?}: {}", said(&there));
        let text =
            |output: &std::process::Output| String::from_utf8(output.stdout.clone()).unwrap();
        assert_eq!(text(&there), text(&here), "{command:?}");
    }
    // What would write says so, and nothing is half done.
    let refused = run(&looking, &["verifier", "--refaire"]);
    assert!(!refused.status.success() || said(&refused).contains("Rien ne diffère"));
    reading.close().await.unwrap();
    writing.close().await.unwrap();
}
