//! How long PostgreSQL may take for what is asked of it: whoever asked has gone away by then, and the statement would go on alone.

use std::time::Duration;

use super::Connection;

/// What PostgreSQL gives up by itself. Zero is never.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delais {
    /// A statement.
    instruction: Duration,
    /// A statement that waits for somebody else's lock.
    verrou: Duration,
    /// A transaction in which nothing is asked any more.
    repos: Duration,
}

impl Delais {
    /// Nothing is given up: commands, which their caller watches.
    pub const AUCUN: Self =
        Self { instruction: Duration::ZERO, verrou: Duration::ZERO, repos: Duration::ZERO };

    /// Jobs: three times their lease, so that a statement that never ends does not hold its locks for ever.
    pub const TRAVAUX: Self = Self {
        instruction: Duration::from_mins(15),
        verrou: Duration::ZERO,
        repos: Duration::from_mins(15),
    };

    /// A request that is answered within this time: a statement has no more than all of it, and half of it behind a lock, so that who
    /// waits is still told that others hold what they need.
    pub fn requete(limite: Duration) -> Self {
        let (verrou, repos) = (limite / 2, limite.saturating_mul(2));
        Self { instruction: limite, verrou, repos }
    }

    /// What says so to PostgreSQL after the `BEGIN` of a transaction, for it alone.
    pub(super) fn locaux(self) -> String {
        let millis = |delai: Duration| delai.as_millis();
        format!(
            "; SET LOCAL statement_timeout = {}; SET LOCAL lock_timeout = {}; SET LOCAL idle_in_transaction_session_timeout = {}",
            millis(self.instruction),
            millis(self.verrou),
            millis(self.repos)
        )
    }

    /// Says so to PostgreSQL, for a connection.
    pub(super) async fn say(self, conn: &mut Connection) -> sqlx::Result<()> {
        let millis = |delai: Duration| delai.as_millis().to_string();
        sqlx::query!(
            "/* db.limits */
             SELECT set_config('statement_timeout', $1, false) AS statement, set_config('lock_timeout', $2, false) AS lock,
                    set_config('idle_in_transaction_session_timeout', $3, false) AS idle",
            millis(self.instruction),
            millis(self.verrou),
            millis(self.repos)
        )
        .fetch_one(conn)
        .await?;
        Ok(())
    }
}
