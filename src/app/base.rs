//! The database of the settings, or a private one, and the use cases on it: what the service and the commands share.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use secrecy::{ExposeSecret, SecretString};

use super::accord::accorder;
use super::confiance::master_key;
use crate::ajouts;
use crate::config::{self, Config};
use crate::domain::clock::{AheadClock, Clock, HorlogeAccordee, SystemClock};
use crate::domain::ids::IdSource;
use crate::law::Law;
use crate::postgres::{Adresses, Cluster, Profile, Server, default_dir};
use crate::sandbox::{self, HorlogeFausse, Place, SandboxError};
use crate::services::{Core, Mode};
use crate::storage::{Coffre, Db, Delais, migrations, roles};

/// Longest wait for a first answer of the database: one that is silent by then has another trouble than its load.
const ANSWER: Duration = Duration::from_secs(5);

/// With which rights a database of production is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Droits {
    /// Those of the service, and no more.
    Service,
    /// Whoever's, for what only looks.
    Tous,
}

/// The register, for commands that work on it without serving it.
#[derive(Debug)]
pub struct Registre {
    place: Place,
    core: Core,
    /// The clock of a sandbox, which moves.
    horloge: Option<Arc<AheadClock>>,
    private: Option<Server>,
}

impl Registre {
    /// Opens the database: that of the settings; that of the service which runs with the same data
    /// directory; or a private one, for the time of the command.
    pub async fn open(config: &Config) -> anyhow::Result<Self> {
        Self::sous(config, Droits::Service).await
    }

    async fn sous(config: &Config, droits: Droits) -> anyhow::Result<Self> {
        let law = ajouts::law(&config.loi)?;
        let donnees = data_dir(config)?;
        let (private, adresses) = if config.base.url.is_some() {
            (None, None)
        } else if let Some(adresses) = running(config).await? {
            (None, Some(adresses))
        } else {
            let server = start_private(config, &donnees).await?;
            let adresses = server.adresses();
            (Some(server), Some(adresses))
        };
        let Base { place, core, horloge, .. } =
            core(config, &donnees, adresses, (law, Delais::AUCUN, droits)).await?;
        if droits == Droits::Service {
            core.prepare_partitions().await?;
        }
        Ok(Self { place, core, horloge, private })
    }

    /// Opens a database that is there, for what only looks at it: what a fresh one says proves nothing of the register that
    /// was meant. The owner of the tables may look too: they migrate, restore and purge, then verify.
    pub async fn existing(config: &Config) -> anyhow::Result<Self> {
        let donnees = data_dir(config)?;
        anyhow::ensure!(
            config.base.url.is_some() || Cluster::major_in(&donnees).is_some(),
            "aucune base à lire : DATABASE_URL n'en désigne aucune, et le dossier {} (TRAITANT_DONNEES) n'en contient pas ; rien \
             n'a été créé",
            donnees.display()
        );
        Self::sous(config, Droits::Tous).await
    }

    /// Where its sandbox is, when it is one.
    pub const fn place(&self) -> &Place {
        &self.place
    }

    /// Moves the clock of its sandbox forward by so many days, and does what is then due; gives by how many days it is
    /// ahead of that of the machine.
    pub async fn avancer(&self, jours: i64) -> anyhow::Result<i64> {
        let horloge = self.horloge.as_deref().ok_or(SandboxError::NotASandbox)?;
        self.place.avancer(jours, horloge, &self.core).await?;
        Ok(horloge.days())
    }

    /// The use cases.
    pub const fn core(&self) -> &Core {
        &self.core
    }

    /// Closes the database, and stops the server that it owns.
    pub async fn close(self) -> anyhow::Result<()> {
        self.core.close().await;
        if let Some(server) = self.private {
            tokio::task::spawn_blocking(move || server.stop()).await??;
        }
        Ok(())
    }
}

/// A database, and the use cases on it.
pub(super) struct Base {
    pub(super) place: Place,
    pub(super) core: Core,
    /// The clock of a sandbox, which moves.
    pub(super) horloge: Option<Arc<AheadClock>>,
    /// The clock below it, which follows that of this database.
    pub(super) accord: (Db, Arc<HorlogeAccordee>),
}

/// The use cases on a database: that of the settings, or a private one, which is brought up to date. One that is not
/// for this service, or not under its key, is left as it is. Its people are loaded in a sandbox. What is asked of it is given
/// up after these times, by a role that has these rights.
pub(super) async fn core(
    config: &Config,
    donnees: &Path,
    private: Option<Adresses>,
    (law, delais, droits): (Law, Delais, Droits),
) -> anyhow::Result<Base> {
    let law = Arc::new(law);
    let (url, proprietaire) = match (private, &config.base.url) {
        (Some(adresses), _) => {
            prepare(&adresses).await?;
            (adresses.service, adresses.proprietaire)
        }
        (None, Some(url)) => (url.expose_secret().to_owned(), url.expose_secret().to_owned()),
        (None, None) => anyhow::bail!("aucune base de données"),
    };
    let key = master_key(config, donnees)?;
    let db = open(&url, config.base.connexions, key.coffre(), delais).await?;
    migrations::verify(&db).await?;
    if config.mode == Mode::Production && droits == Droits::Service {
        roles::verify_least(&db).await?;
    }
    let machine: Arc<dyn Clock> = match &config.horloge_d_essai {
        Some(fichier) => Arc::new(HorlogeFausse::new(fichier.clone())),
        None => Arc::new(SystemClock),
    };
    let accord = Arc::new(HorlogeAccordee::at(machine.now()));
    accorder(&db, &accord).await?;
    let machine: Arc<dyn Clock> = Arc::<HorlogeAccordee>::clone(&accord);
    let ahead = Arc::new(AheadClock::new(Arc::clone(&machine), 0));
    let horloge = (config.mode == Mode::BacASable).then_some(ahead);
    let clock = match &horloge {
        Some(ahead) => Arc::<AheadClock>::clone(ahead),
        None => machine,
    };
    let ids = Arc::new(IdSource::from_system(Arc::clone(&clock)));
    let core = Core::new(db.clone(), clock, ids, Arc::clone(&law), config.mode);
    // Whoever makes its people holds others off for as long as that takes.
    let place = Place { db: db.sous(Delais::AUCUN), law, proprietaire };
    match droits {
        Droits::Service => {
            core.claim_database().await?;
            if let Some(horloge) = &horloge {
                place.open(horloge).await?;
            }
        }
        // What only looks says nothing of the database, and makes nobody.
        Droits::Tous => {
            core.ready().await?;
            if let Some(horloge) = &horloge {
                horloge.put(sandbox::avance(&db).await);
            }
        }
    }
    let accord = (db, accord);
    Ok(Base { place, core, horloge, accord })
}

/// The clock of the sandbox of these settings, as far as the database that runs says; that of the machine
/// otherwise.
pub async fn horloge(config: &Config) -> anyhow::Result<Arc<dyn Clock>> {
    let machine: Arc<dyn Clock> = Arc::new(SystemClock);
    let url = if let Some(url) = &config.base.url {
        Some(url.expose_secret().to_owned())
    } else {
        running(config).await?.map(|adresses| adresses.service)
    };
    let Some(url) = url else { return Ok(machine) };
    // What is read is not encrypted.
    let db = connect(&url, 1, Coffre::vide()).await?;
    let seconds = sandbox::avance(&db).await;
    db.close().await;
    Ok(Arc::new(AheadClock::new(machine, seconds)))
}

/// Where the private server of these settings listens, if a service runs with it.
pub(super) async fn running(config: &Config) -> anyhow::Result<Option<Adresses>> {
    let (dir, bin) = (data_dir(config)?, config.base.pg_bin.clone());
    let look = move || Server::running_in(&dir, bin.as_deref());
    Ok(tokio::task::spawn_blocking(look).await?)
}

/// Opens a database for a command, or says at once, in its own words, why it lets nobody in.
pub(super) async fn connect(url: &str, size: u32, coffre: Coffre) -> anyhow::Result<Db> {
    open(url, size, coffre, Delais::AUCUN).await
}

/// The same, for what is given up after these times.
async fn open(url: &str, size: u32, coffre: Coffre, delais: Delais) -> anyhow::Result<Db> {
    let opening = tokio::time::timeout(ANSWER, Db::connect(url, size, coffre, delais));
    let opened =
        opening.await.map_err(|_elapsed| anyhow::anyhow!("aucune réponse en cinq secondes"));
    opened.and_then(|opened| Ok(opened?)).context("la base de données ne répond pas")
}

/// Brings a private database up to date, unless it is and the role of the service has its rights.
async fn prepare(adresses: &Adresses) -> anyhow::Result<()> {
    // On a server that is new there is no such role yet.
    if let Ok(db) = connect(&adresses.service, 1, Coffre::vide()).await {
        let current =
            migrations::verify(&db).await.is_ok() && roles::is_prepared(&db).await.unwrap_or(false);
        db.close().await;
        if current {
            return Ok(());
        }
    }
    migrate(&adresses.proprietaire, Some((Server::SERVICE, None))).await
}

/// Brings a database to the version of this program, as the owner of its tables, and makes the role under which the
/// service works, with its password when it has one.
pub async fn migrate(url: &str, role: Option<(&str, Option<&SecretString>)>) -> anyhow::Result<()> {
    // Migrations read nothing that is encrypted.
    let db = connect(url, 2, Coffre::vide()).await?;
    migrations::run(&db).await?;
    if let Some((nom, mot_de_passe)) = role {
        let mot_de_passe = mot_de_passe.map(ExposeSecret::expose_secret);
        roles::prepare(&db, roles::Role { nom, mot_de_passe }).await?;
    }
    db.close().await;
    Ok(())
}

/// Where the data of this instance is.
pub fn data_dir(config: &Config) -> anyhow::Result<PathBuf> {
    match &config.base.donnees {
        Some(dir) => Ok(dir.clone()),
        None => Ok(default_dir(&config::working_dir().context("dossier courant illisible")?)),
    }
}

pub(super) async fn start_private(config: &Config, donnees: &Path) -> anyhow::Result<Server> {
    let (dir, bin) = (donnees.to_owned(), config.base.pg_bin.clone());
    let started =
        tokio::task::spawn_blocking(move || Server::start(&dir, bin.as_deref(), Profile::Durable));
    Ok(started.await??)
}
