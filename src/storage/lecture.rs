//! Connections that only read.

use std::ops::{Deref, DerefMut};
use std::time::Instant;

use sqlx::Transaction;
use sqlx::pool::PoolConnection;
use sqlx::postgres::Postgres;

use super::Connection;

/// A connection that reads, with a name.
#[derive(Debug)]
pub struct Reading {
    inner: Lecture,
    name: &'static str,
    began: Instant,
}

/// Where is read: limits that are not those of the connection are those of a transaction.
#[derive(Debug)]
pub(super) enum Lecture {
    Seule(PoolConnection<Postgres>),
    Bornee(Transaction<'static, Postgres>),
}

impl Reading {
    pub(super) fn new(name: &'static str, inner: Lecture) -> Self {
        Self { inner, name, began: Instant::now() }
    }

    /// The connection, if each statement on it is a whole transaction.
    pub(super) fn seule(&mut self) -> Option<&mut Connection> {
        match &mut self.inner {
            Lecture::Seule(inner) => Some(inner),
            Lecture::Bornee(_) => None,
        }
    }
}

impl Deref for Reading {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        match &self.inner {
            Lecture::Seule(inner) => inner,
            Lecture::Bornee(inner) => inner,
        }
    }
}

impl DerefMut for Reading {
    fn deref_mut(&mut self) -> &mut Connection {
        match &mut self.inner {
            Lecture::Seule(inner) => inner,
            Lecture::Bornee(inner) => inner,
        }
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        let micros = self.began.elapsed().as_micros();
        tracing::debug!(reading = self.name, micros, "reading");
    }
}
