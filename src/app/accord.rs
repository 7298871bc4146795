//! The time of the register is that of its database: instances whose machines are not on time know everything in one order all the
//! same, and nothing is written into a slice that was sealed.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use tokio_util::sync::CancellationToken;

use crate::domain::clock::HorlogeAccordee;
use crate::storage::{Db, StorageError, sante};

/// How often the clock of the database is looked at.
const SUIVI: Duration = Duration::from_secs(10);

/// How far the two may be apart.
const ECART: TimeDelta = TimeDelta::milliseconds(200);

/// Longest exchange that says anything: a database that stood still answers what it was long ago.
const ECHANGE: Duration = Duration::from_millis(400);

/// Puts the clock right by that of the database, unless they are close or the answer took too long.
pub(super) async fn accorder(db: &Db, horloge: &HorlogeAccordee) -> Result<(), StorageError> {
    let mut conn = db.read("horloge.accorder").await?;
    let before = Instant::now();
    let there = sante::horloge(&mut conn).await?;
    let took = before.elapsed();
    let Some(middle) = before.checked_add(took / 2).filter(|_| took <= ECHANGE) else {
        return Ok(());
    };
    let apart = there.signed_duration_since(horloge.au(middle));
    if apart.abs() > ECART {
        tracing::warn!(
            millis = apart.num_milliseconds(),
            "the clock is put right by the database's"
        );
        horloge.accorder(there, middle);
    }
    Ok(())
}

/// Does so again and again, until told to stop.
pub(super) async fn suivre(db: Db, horloge: Arc<HorlogeAccordee>, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(SUIVI) => {}
        }
        if let Err(error) = accorder(&db, &horloge).await {
            tracing::debug!(%error, "the clock of the database could not be read");
        }
    }
}
