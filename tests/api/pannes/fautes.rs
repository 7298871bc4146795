//! What fails, and how it is mended.

use std::sync::Arc;

use rand::RngExt;
use rand::rngs::StdRng;
use sqlx::{Connection, PgConnection};

use super::site::Site;
use crate::support::server::{Alone, backed_up};

/// What fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Panne {
    /// An instance is killed, and started again.
    ServiceKilled,
    /// An instance is asked to stop, and started again.
    ServiceStopped,
    /// PostgreSQL and all its sessions are killed: it recovers from its journal.
    DatabaseKilled,
    /// PostgreSQL is stopped in the middle of everything, and started again.
    DatabaseStopped,
    /// Every session of PostgreSQL is cut, in the middle of its transaction.
    SessionsCut,
    /// PostgreSQL stands still until everybody waits for it, then goes on.
    DatabasePaused,
    /// Commits take long.
    CommitsDelayed,
    /// No session may write any more for a while.
    ReadOnly,
    /// The disk of PostgreSQL is full: rows find no room, then the journal, of which PostgreSQL dies. Then there is room again.
    DiskFull,
    /// The clock of an instance jumps, ahead of the others and behind them, then is right again.
    ClockJumps,
    /// The server is killed, and a replica that followed it takes over.
    ReplicaPromoted,
}

/// How far a clock jumps, in seconds: never as far as the answers of creations are kept.
const JUMPS: [i64; 4] = [1, 90, 3_600, 30 * 3_600];

impl Panne {
    pub const ALL: [Self; 11] = [
        Self::ServiceKilled,
        Self::ServiceStopped,
        Self::DatabaseKilled,
        Self::DatabaseStopped,
        Self::SessionsCut,
        Self::DatabasePaused,
        Self::CommitsDelayed,
        Self::ReadOnly,
        Self::DiskFull,
        Self::ClockJumps,
        Self::ReplicaPromoted,
    ];
}

impl Site {
    /// One thing fails, and is mended.
    pub async fn fail(self: &Arc<Self>, panne: Panne, random: &mut StdRng) {
        self.up.send_replace(false);
        let instance = random.random_range(0..Self::INSTANCES);
        match panne {
            Panne::ServiceKilled | Panne::ServiceStopped => {
                let signal = if panne == Panne::ServiceKilled { "KILL" } else { "TERM" };
                let service = self.services.lock().unwrap()[instance].take().unwrap();
                self.blocking(move |site| {
                    service.end(signal);
                    site.start(instance);
                })
                .await;
            }
            Panne::DatabaseKilled => {
                self.blocking(|site| {
                    site.grappes.with(|server| {
                        server.kill();
                        server.start_again();
                    });
                })
                .await;
            }
            Panne::DatabaseStopped => {
                self.blocking(|site| {
                    site.grappes.with(|server| {
                        server.stop();
                        server.start_again();
                    });
                })
                .await;
            }
            Panne::SessionsCut => {
                self.sql(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                     WHERE datname = 'traitant' AND pid <> pg_backend_pid()",
                )
                .await;
            }
            Panne::DatabasePaused => {
                self.grappes.with(|server| server.signal_all("STOP"));
                // Who was told of an error asks again, and waits.
                self.up.send_replace(true);
                // Until every client waits: who is not answered does not ask again.
                let clients = usize::try_from(super::CLIENTS).unwrap();
                self.asking.subscribe().wait_for(|asking| *asking >= clients).await.unwrap();
                self.grappes.with(|server| server.signal_all("CONT"));
            }
            Panne::CommitsDelayed => {
                self.sql("ALTER SYSTEM SET commit_siblings = 0; ALTER SYSTEM SET commit_delay = 50000; SELECT pg_reload_conf()").await;
                // A few answers that come late.
                self.some_are_asked(40).await;
                self.sql("ALTER SYSTEM RESET commit_delay; SELECT pg_reload_conf()").await;
            }
            Panne::ReadOnly => {
                self.sql(
                    "ALTER SYSTEM SET default_transaction_read_only = on; SELECT pg_reload_conf()",
                )
                .await;
                self.some_are_asked(4).await;
                self.sql("SET default_transaction_read_only = off; ALTER SYSTEM RESET default_transaction_read_only; SELECT pg_reload_conf()").await;
            }
            Panne::DiskFull => self.disk_full().await,
            Panne::ClockJumps => {
                let jump = JUMPS[random.random_range(0..JUMPS.len())];
                let first = if random.random_bool(0.5) { jump } else { -jump };
                for wrong in [first, -first, 0] {
                    self.turn_clock(instance, wrong);
                    self.some_are_asked(20).await;
                    // What this clock says is old enough is sealed.
                    self.blocking(move |site| site.command(instance, "racine")).await.unwrap();
                }
            }
            Panne::ReplicaPromoted => self.replica_promoted().await,
        }
        self.up.send_replace(true);
    }

    /// What is done on a thread of its own.
    async fn blocking<T: Send + 'static>(
        self: &Arc<Self>,
        doing: impl FnOnce(&Self) -> T + Send + 'static,
    ) -> T {
        let site = Arc::clone(self);
        tokio::task::spawn_blocking(move || doing(&site)).await.unwrap()
    }

    /// Lets clients ask, until so many requests began or ended.
    async fn some_are_asked(&self, many: u32) {
        self.up.send_replace(true);
        let mut asking = self.asking.subscribe();
        for _ in 0..many {
            asking.changed().await.unwrap();
        }
    }

    async fn disk_full(self: &Arc<Self>) {
        let before = *self.refused.borrow();
        self.blocking(|site| site.grappes.fill()).await;
        self.up.send_replace(true);
        let mut refused = self.refused.subscribe();
        if self.grappes.disque.fills() {
            // Rows find no room any more, or the journal already does not.
            refused.wait_for(|refused| *refused > before).await.unwrap();
        }
        // The journal finds no room either, of which PostgreSQL dies with all its sessions.
        while self.writes_journal().await {}
        refused.wait_for(|refused| *refused > before).await.unwrap();
        self.up.send_replace(false);
        self.blocking(|site| site.grappes.empty()).await;
        // It comes back by itself, unless it could not even recover: then somebody starts it again.
        loop {
            if let Ok(connection) = PgConnection::connect(&self.grappes.url("traitant")).await {
                connection.close().await.unwrap_or_default();
                return;
            }
            self.blocking(|site| {
                site.grappes.with(|server| {
                    if server.is_gone() {
                        server.start_again();
                    }
                });
            })
            .await;
        }
    }

    /// Writes to the journal, on a connection of one's own; `false` when the server is gone with it.
    async fn writes_journal(&self) -> bool {
        let Ok(mut connection) = PgConnection::connect(&self.grappes.url("traitant")).await else {
            return false;
        };
        let writing = "SELECT pg_logical_emit_message(false, 'essai', repeat('x', 1000000))";
        match sqlx::raw_sql(writing).execute(&mut connection).await {
            Ok(_) => true,
            Err(sqlx::Error::Database(error)) => {
                assert!(error.code().is_some_and(|code| code.starts_with("57P")), "{error}");
                false
            }
            Err(_) => false,
        }
    }

    /// A replica is made while everybody writes, waited for by every commit, and takes over from a server that is killed.
    async fn replica_promoted(self: &Arc<Self>) {
        self.up.send_replace(true);
        let mut primary = PgConnection::connect(&self.grappes.url("traitant")).await.unwrap();
        let copying = async || self.blocking(|site| site.grappes.copy()).await;
        let (dir, label) = backed_up(&mut primary, copying).await;
        let following = move |site: &Self| site.grappes.with(|server| server.follower(&dir, label));
        let replica = self.blocking(following).await;
        self.sql("ALTER SYSTEM SET synchronous_standby_names = '*'; SELECT pg_reload_conf()").await;
        // Every commit waits from the moment when one does: the replica stands still until then.
        replica.signal_all("STOP");
        until(
            &mut primary,
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'SyncRep')",
        )
        .await;
        replica.signal_all("CONT");
        // What was acknowledged before has come over too.
        let place: String = sqlx::query_scalar("SELECT pg_current_wal_lsn()::text")
            .fetch_one(&mut primary)
            .await
            .unwrap();
        let here = "SELECT EXISTS (SELECT FROM pg_stat_replication WHERE flush_lsn >= $1::pg_lsn)";
        while !sqlx::query_scalar::<_, bool>(here)
            .bind(&place)
            .fetch_one(&mut primary)
            .await
            .unwrap()
        {
            tokio::task::yield_now().await;
        }
        self.some_are_asked(40).await;
        self.up.send_replace(false);
        self.blocking(|site| site.grappes.with(Alone::kill)).await;
        let mut promoted = PgConnection::connect(&replica.url("traitant")).await.unwrap();
        until(&mut promoted, "SELECT pg_promote(true, 120)").await;
        promoted.close().await.unwrap();
        self.blocking(move |site| site.grappes.replace(replica)).await;
        self.sql("ALTER SYSTEM RESET synchronous_standby_names; SELECT pg_reload_conf()").await;
    }
}

/// Asks until it is so.
async fn until(connection: &mut PgConnection, question: &'static str) {
    while !sqlx::query_scalar::<_, bool>(question).fetch_one(&mut *connection).await.unwrap() {
        tokio::task::yield_now().await;
    }
}
