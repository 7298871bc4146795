//! Jobs that come back: one line each.

use std::pin::Pin;

use chrono::TimeDelta;

use crate::services::{
    Core, ServiceError, courriers, declarations, exports, operations, representations, reprises,
    sceaux, statistiques,
};

/// The future of a job.
type Work<'a> = Pin<Box<dyn Future<Output = Result<(), ServiceError>> + Send + 'a>>;

/// A job that comes back.
#[derive(Debug)]
pub struct Recurring {
    /// Stable name: it is stored.
    pub nature: &'static str,
    /// How long after it is done it comes back.
    pub every: TimeDelta,
    pub run: for<'a> fn(&'a Core) -> Work<'a>,
}

/// Declarations that expire at once, at most.
const EXPIRED_AT_ONCE: i64 = 500;

/// Every job that comes back.
pub static RECURRING: [Recurring; 11] = [
    Recurring {
        nature: "expirer_declarations",
        every: TimeDelta::minutes(10),
        run: |core| {
            Box::pin(async move {
                let expired = declarations::expire(core, EXPIRED_AT_ONCE).await?;
                let settled = declarations::settle(core, EXPIRED_AT_ONCE).await?;
                tracing::debug!(expired, settled, "declarations expired, lapsed or wait again");
                Ok(())
            })
        },
    },
    Recurring {
        nature: "expirer_operations",
        every: TimeDelta::hours(1),
        run: |core| {
            Box::pin(async move {
                let expired = operations::expire(core).await?;
                tracing::debug!(expired, "operations expired");
                Ok(())
            })
        },
    },
    Recurring {
        nature: "purger_idempotence",
        every: TimeDelta::hours(1),
        run: |core| {
            Box::pin(async move {
                let purged = core.purge_idempotence().await?;
                tracing::debug!(purged, "idempotency keys forgotten");
                Ok(())
            })
        },
    },
    Recurring {
        nature: "sceller",
        every: TimeDelta::minutes(5),
        run: |core| {
            Box::pin(async move {
                let numero = sceaux::seal(core).await?;
                tracing::debug!(numero, "what was written is sealed");
                Ok(())
            })
        },
    },
    Recurring {
        nature: "compter",
        every: TimeDelta::minutes(1),
        run: |core| {
            Box::pin(async move {
                let done = statistiques::follow_beside(core).await?;
                tracing::debug!(done, "statistics follow the register");
                Ok(())
            })
        },
    },
    Recurring {
        nature: "preparer_partitions",
        every: TimeDelta::hours(12),
        run: |core| Box::pin(core.prepare_partitions()),
    },
    Recurring {
        nature: "purger_reprises",
        every: TimeDelta::hours(12),
        run: |core| {
            Box::pin(async move {
                let purged = reprises::purge(core).await?;
                tracing::debug!(purged, "files never applied were forgotten");
                Ok(())
            })
        },
    },
    Recurring {
        nature: "purger_exports",
        every: TimeDelta::hours(12),
        run: |core| {
            Box::pin(async move {
                let purged = exports::purge(core).await?;
                tracing::debug!(purged, "exports are no longer kept");
                Ok(())
            })
        },
    },
    Recurring {
        nature: "purger_courriers",
        every: TimeDelta::hours(12),
        run: |core| {
            Box::pin(async move {
                let purged = courriers::purge(core).await?;
                tracing::debug!(purged, "letters are no longer kept");
                Ok(())
            })
        },
    },
    Recurring {
        nature: "annoncer_fin_de_protection",
        every: TimeDelta::hours(12),
        run: |core| {
            Box::pin(async move {
                let told = courriers::announce_end_of_protection(core).await?;
                tracing::debug!(told, "ends of a protection were told");
                Ok(())
            })
        },
    },
    Recurring {
        nature: "annoncer_majorite_du_choix",
        every: TimeDelta::hours(12),
        run: |core| {
            Box::pin(async move {
                let told = representations::announce_majority_of_choice(core).await?;
                tracing::debug!(told, "birthdays told");
                Ok(())
            })
        },
    },
];
