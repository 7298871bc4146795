//! What can go wrong between the program and its database.

use std::panic::Location;

use super::CoffreError;
use crate::domain::mode::Mode;
use crate::domain::vocabulary::Vocabulaire;

/// A failure of the database, or a row that contradicts the model.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The driver or the server.
    #[error("database: {0}")]
    Driver(#[source] sqlx::Error),
    /// A stored value that its type does not know, read by the statement that ends there.
    #[error("{statement}, column {column}: {what}")]
    Unreadable {
        /// Where the statement is.
        statement: &'static Location<'static>,
        /// Place of the column among those that it reads, from 0.
        column: String,
        /// The type, and what is wrong, without any value of a person.
        what: String,
    },
    /// A row that the model cannot represent: our mistake, or somebody else's hand.
    #[error("table {table}, column {column}: {what}")]
    Inconsistency {
        table: &'static str,
        column: &'static str,
        /// What is wrong, without any value of a person.
        what: String,
    },
    /// Encrypted data that the keys do not open.
    #[error("vault: {0}")]
    Coffre(#[from] CoffreError),
    /// A sealed row that the keys do not open.
    #[error("{place}: {wrong}")]
    Sealed {
        /// Which one.
        place: String,
        #[source]
        wrong: CoffreError,
    },
    /// A statement touched another number of rows than it must.
    #[error("{statement} touched {found} rows instead of {expected}")]
    RowsAffected {
        /// Its name, or where it is.
        statement: String,
        expected: u64,
        found: u64,
    },
    /// The schema is not the one this program knows.
    #[error(
        "le schéma de la base est {} ; ce programme attend la version {expected} : {}",
        .found.map_or_else(|| "vide".to_owned(), |found| format!("à la version {found}")),
        if .found.is_some_and(|found| found > *expected) {
            "lancez le programme qui l'a migrée, ou un plus récent"
        } else {
            "lancez « traitant migrer »"
        }
    )]
    UnknownSchema {
        /// Version of the program.
        expected: i64,
        /// Version of the database.
        found: Option<i64>,
    },
    /// The database holds what another master key sealed.
    #[error(
        "cette base a été écrite sous une autre clé maître : TRAITANT_CLE_MAITRE (ou TRAITANT_CLE_MAITRE_FICHIER) doit \
         être celle de son premier démarrage ; rien n'a été lu ni écrit"
    )]
    OtherKey,
    /// A version of the master key that the database needs is not here.
    #[error(
        "la version {version} de la clé maître sert dans cette base et n'est pas parmi celles de TRAITANT_CLE_MAITRE (ou \
         TRAITANT_CLE_MAITRE_FICHIER) : ajoutez-la ; rien n'a été lu ni écrit"
    )]
    MissingKey {
        /// Which one.
        version: i16,
    },
    /// Services run that do not have the version of the master key that would be put in use.
    #[error(
        "{connexions} connexions sont celles d'un service qui n'a pas la version {version} de la clé maître : ajoutez-la à \
         chaque service, redémarrez-les, puis recommencez ; rien n'a changé"
    )]
    KeyNotEverywhere {
        /// Which one.
        version: i16,
        /// How many connections.
        connexions: i64,
    },
    /// No service ever started on the database.
    #[error("aucun service n'a encore démarré sur cette base : elle n'a pas de clé")]
    Unmarked,
    /// The database is of real people and the service of invented ones, or the reverse.
    #[error("cette base est marquée « {} » : TRAITANT_MODE doit dire de même ; rien n'a été lu ni écrit", .found.mot())]
    OtherMode {
        /// What the database is.
        found: Mode,
    },
    /// The service would work with the rights of somebody who can take the guards away.
    #[error(
        "le rôle « {role} » possède les tables ou est superutilisateur : en production, le service se connecte sous un \
         rôle qui ne peut que lire et écrire ; « traitant migrer » le crée quand TRAITANT_ROLE_SERVICE le nomme"
    )]
    TooMuchRight {
        /// The role of the connection.
        role: String,
    },
    /// A migration failed.
    #[error("migration: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
}

impl StorageError {
    /// A row that contradicts the model.
    pub fn inconsistent(
        table: &'static str,
        column: &'static str,
        what: impl std::fmt::Display,
    ) -> Self {
        Self::Inconsistency { table, column, what: what.to_string() }
    }

    /// Whether trying again later makes sense: the database could not be reached, undid the
    /// transaction for reasons of its own, or others held a person for too long.
    pub fn is_temporary(&self) -> bool {
        let undone = self.sqlstate().is_some_and(|state| {
            // Concurrency; a server that starts, stops, crashed or follows another; no room left; a connection that is lost;
            // a statement that was given up, or a transaction in which nothing more was asked.
            // A role that may no longer come in or read, a database that is closed: for the operator, and the same request succeeds after.
            matches!(&*state, "40001" | "40P01" | "25006" | "57014" | "25P03" | "42501" | "55000")
                || ["08", "28", "53", "57P"].iter().any(|class| state.starts_with(class))
        });
        undone || self.is_lock_timeout() || self.is_unreachable()
    }

    /// Whether the server has no room left.
    pub fn is_disk_full(&self) -> bool {
        self.sqlstate().as_deref() == Some("53100")
    }

    /// Whether the server only lets read.
    pub fn is_read_only(&self) -> bool {
        self.sqlstate().as_deref() == Some("25006")
    }

    /// Whether the database is not the one that this service is for.
    pub const fn is_foreign(&self) -> bool {
        matches!(self, Self::OtherKey | Self::MissingKey { .. } | Self::OtherMode { .. })
    }

    /// Whether a row is not one that this program wrote: somebody touched it.
    pub const fn is_unreadable(&self) -> bool {
        matches!(
            self,
            Self::Unreadable { .. }
                | Self::Inconsistency { .. }
                | Self::Coffre(_)
                | Self::Sealed { .. }
        )
    }

    fn is_unreachable(&self) -> bool {
        matches!(
            self,
            Self::Driver(
                sqlx::Error::Io(_)
                    | sqlx::Error::PoolTimedOut
                    | sqlx::Error::PoolClosed
                    | sqlx::Error::WorkerCrashed
            )
        )
    }

    /// Name of the constraint that refused a write, if one did.
    pub fn constraint(&self) -> Option<&str> {
        let Self::Driver(sqlx::Error::Database(error)) = self else { return None };
        error.constraint()
    }

    fn sqlstate(&self) -> Option<std::borrow::Cow<'_, str>> {
        let Self::Driver(sqlx::Error::Database(error)) = self else { return None };
        error.code()
    }

    /// Whether a lock was not obtained within the time allowed.
    pub fn is_lock_timeout(&self) -> bool {
        self.sqlstate().as_deref() == Some("55P03")
    }
}

impl From<sqlx::Error> for StorageError {
    #[track_caller]
    fn from(error: sqlx::Error) -> Self {
        if let sqlx::Error::ColumnDecode { index, source } = error {
            let statement = Location::caller();
            return Self::Unreadable { statement, column: index, what: source.to_string() };
        }
        Self::Driver(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement() -> Result<(), StorageError> {
        let (index, source) = ("3".to_owned(), "Rpps: cle_incorrecte".into());
        Err(sqlx::Error::ColumnDecode { index, source })?
    }

    #[test]
    fn an_unreadable_value_leads_to_the_statement_that_read_it() {
        let line = line!() - 5;
        let told = statement().unwrap_err().to_string();
        assert_eq!(told, format!("{}:{line}:9, column 3: Rpps: cle_incorrecte", file!()));
    }
}
