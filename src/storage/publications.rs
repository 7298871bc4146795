//! What the publications of the feed say of whom they told.

use std::collections::BTreeSet;

use sqlx::postgres::PgListener;

use super::{Db, StorageError};

impl Db {
    /// Listens to what publications say of whom they told.
    pub async fn listen(&self) -> Result<Publications, StorageError> {
        let mut inner = PgListener::connect_with(&self.pool).await?;
        inner.listen("traitant_fil").await?;
        Ok(Publications(inner))
    }
}

/// What the publications of every instance say, as they are committed.
#[derive(Debug)]
pub struct Publications(PgListener);

impl Publications {
    /// The marks of those whom the next one told. An error: the connection was lost, and some may have been missed.
    pub async fn next(&mut self) -> Result<BTreeSet<u32>, StorageError> {
        match self.0.try_recv().await? {
            Some(told) => {
                Ok(told.payload().split(',').filter_map(|mark| mark.parse().ok()).collect())
            }
            None => Err(sqlx::Error::WorkerCrashed.into()),
        }
    }
}
