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
    /// What an address may say after its question mark. Anything else would be left out without a word: a misspelt `sslmode`
    /// with it.
    pub const PARAMETRES: [&str; 10] = [
        "sslmode",
        "sslrootcert",
        "sslcert",
        "sslkey",
        "host",
        "port",
        "dbname",
        "user",
        "password",
        "application_name",
    ];

    /// The first parameter of an address that is none of these.
    pub fn inconnu(url: &str) -> Option<&str> {
        let (_, query) = url.split_once('?')?;
        let names = query.split('&').filter_map(|pair| pair.split('=').next());
        names.filter(|name| !name.is_empty()).find(|name| !Self::PARAMETRES.contains(name))
    }

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
