//! How one reaches a database.

use std::str::FromStr;

use sqlx::postgres::{PgConnectOptions, PgSslMode};

/// What somebody on the way could read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lien {
    /// Nothing: a socket of this machine.
    Local,
    /// Nothing: the server is asked for TLS, and let go without it.
    Chiffre,
    /// Everything, should the server or somebody on the way refuse TLS.
    EnClair,
}

impl Lien {
    /// That of an address; none for what is no address of PostgreSQL.
    pub fn of(url: &str) -> Option<Self> {
        let known = ["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme));
        let options = known.then(|| PgConnectOptions::from_str(url).ok()).flatten()?;
        if options.get_socket().is_some() || options.get_host().starts_with('/') {
            return Some(Self::Local);
        }
        Some(match options.get_ssl_mode() {
            PgSslMode::Require | PgSslMode::VerifyCa | PgSslMode::VerifyFull => Self::Chiffre,
            PgSslMode::Disable | PgSslMode::Allow | PgSslMode::Prefer => Self::EnClair,
        })
    }
}
