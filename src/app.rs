//! Putting the pieces together: from settings to a service that runs, and back.

mod confiance;
mod diagnostic;
mod rotation;
mod suivi;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use futures_util::future::join_all;
use secrecy::{ExposeSecret, SecretString};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use self::confiance::{fetching, master_key, proofs, verifier};
pub use self::diagnostic::{diagnostiquer, est_bon};
pub use self::rotation::tourner;
use self::suivi::{follow, follow_key, publish};
use crate::auth::{Emetteur, KeySource};
use crate::config::{Config, JetonsConfig};
use crate::domain::clock::{AheadClock, Clock, SystemClock};
use crate::domain::ids::IdSource;
use crate::http::{AppState, mesures_router, router};
use crate::law::Law;
use crate::postgres::{Adresses, Lost, Profile, Sentinel, Server, default_dir};
use crate::sandbox::{self, Bac, Place};
use crate::serve::{Limits, listen, serve};
use crate::services::{Core, Mode, loi};
use crate::storage::{Coffre, Db, migrations, roles};
use crate::webhooks::Facteur;
use crate::{ajouts, config, jobs, webhooks};

/// Longest wait for requests that are running when the service is told to stop.
const DRAIN: Duration = Duration::from_secs(20);

/// Longest wait for connections to a database that is gone.
const CLOSE: Duration = Duration::from_secs(2);
/// Longest wait for a first answer of the database: one that is silent by then has another trouble than its load.
const ANSWER: Duration = Duration::from_secs(5);
/// How often the private server is looked at.
const WATCH: Duration = Duration::from_secs(1);

/// A service that is ready to listen.
#[derive(Debug)]
pub struct App {
    core: Core,
    router: Router,
    listener: TcpListener,
    /// Where measures are told, if they are.
    mesures: Option<(TcpListener, Router)>,
    /// Most connections at once.
    connexions: usize,
    private: Option<Server>,
    donnees: PathBuf,
    keys: Vec<KeySource>,
    bac: Option<Arc<Bac>>,
    facteur: Facteur,
}

impl App {
    /// Starts what the service needs: its database if it owns one, its law, its people in a
    /// sandbox. Takes its port first, so that a second instance fails before it touches anything;
    /// answers last.
    pub async fn start(config: &Config) -> anyhow::Result<Self> {
        let listener = take(config.adresse, ("TRAITANT_ADRESSE", "127.0.0.1:8081"))?;
        let mesures =
            config.mesures.map(|address| take(address, ("TRAITANT_MESURES", "127.0.0.1:9465")));
        let mesures = mesures.transpose()?;
        let law = ajouts::law(&config.loi)?;
        let donnees = data_dir(config)?;
        let fetching = fetching(&config.cles, Arc::new(SystemClock))?;
        let private = match &config.base.url {
            Some(_) => None,
            None => Some(start_private(config, &donnees).await?),
        };
        let adresses = private.as_ref().map(Server::adresses);
        let Base { place, core, horloge } = core(config, &donnees, adresses, law).await?;
        let core = core.with_hotes(config.webhooks.clone());
        let facteur = Facteur::new(fetching.ca.as_deref()).context("TRAITANT_CA")?;
        for end in loi::echeances(&core) {
            let (jusqu_au, values) = (end.verifie_jusqu_au, end.parametres.len());
            tracing::warn!(%jusqu_au, values, "values of the law are to be verified soon");
        }
        core.prepare_partitions().await?;
        let verifier = verifier(&config.jetons, &donnees, &fetching)?;
        let preuves = proofs(&config.preuves, &donnees, &fetching)?;
        let keys = preuves.keys().chain([verifier.keys()]).cloned().collect();
        let mut state = AppState::new(core.clone(), verifier, preuves)
            .with_debits(config.clients.debits.clone())
            .with_origins(&config.origines);
        if config.simulateur {
            state = state.with_simulateur();
        }
        let mut bac = None;
        if let (Some(horloge), JetonsConfig::BacASable) = (horloge, &config.jetons) {
            let emetteur = Arc::new(Emetteur::in_dir(&donnees)?);
            let own = Arc::new(Bac::new(place, core.clone(), horloge, emetteur));
            state = state.with_sandbox(Arc::<Bac>::clone(&own));
            bac = Some(own);
        }
        let mesures = mesures.map(|listener| (listener, mesures_router(state.clone())));
        let router = router(state);
        let connexions =
            usize::try_from(config.clients.connexions).unwrap_or(Semaphore::MAX_PERMITS);
        Ok(Self {
            core,
            router,
            listener,
            mesures,
            connexions,
            private,
            donnees,
            keys,
            bac,
            facteur,
        })
    }

    /// The address it listens on.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// The address of its measures, if they are told.
    pub fn measures_address(&self) -> Option<SocketAddr> {
        self.mesures.as_ref().and_then(|(listener, _)| listener.local_addr().ok())
    }

    /// Where its data is, when it owns some.
    pub fn data_dir(&self) -> &Path {
        &self.donnees
    }

    /// Whether it owns its database.
    pub const fn owns_database(&self) -> bool {
        self.private.is_some()
    }

    /// Serves until `stop`; then drains the requests that run, finishes the job that runs, closes
    /// the database and stops the server that it owns. Ends with an error when that server was ended
    /// by somebody else: whoever supervises this program then starts both again.
    pub async fn serve(self, stop: CancellationToken) -> anyhow::Result<()> {
        let mut runner = tokio::spawn(jobs::run(self.core.clone(), stop.clone()));
        tokio::spawn(publish(self.core.clone(), stop.clone()));
        tokio::spawn(follow_key(self.core.clone(), stop.clone()));
        tokio::spawn(webhooks::run(self.core.clone(), self.facteur, stop.clone()));
        let limits = Limits { connections: self.connexions, ..Limits::default() };
        let serving = serve(self.listener, self.router, limits, stop.clone());
        if let Some((listener, router)) = self.mesures {
            tokio::spawn(serve(listener, router, Limits::default(), stop.clone()));
        }
        let limited = async {
            stop.cancelled().await;
            tokio::time::sleep(DRAIN).await;
        };
        let mut lost = None;
        tokio::select! {
            () = serving => {}
            () = limited => tracing::warn!("requests were still running at the end of the drain"),
            _ = join_all(self.keys.iter().map(KeySource::keep_fresh)) => {}
            () = follow(self.bac.as_deref()) => {}
            why = watch(self.private.as_ref().map(Server::sentinel)) => {
                tracing::error!("the private PostgreSQL is gone");
                lost = Some(why);
            }
        }
        stop.cancel();
        if lost.is_none() {
            tokio::select! {
                done = &mut runner => done.context("les tâches se sont arrêtées anormalement")?,
                why = watch(self.private.as_ref().map(Server::sentinel)) => lost = Some(why),
            }
        }
        if lost.is_some() {
            // What runs waits for a database that is not there.
            runner.abort();
            tokio::time::timeout(CLOSE, self.core.close()).await.unwrap_or_default();
        } else {
            self.core.close().await;
        }
        if let Some(server) = self.private {
            tokio::task::spawn_blocking(move || server.stop()).await??;
        }
        tracing::info!("stopped");
        lost.map_or(Ok(()), |why| Err(why.into()))
    }
}

/// The register, for commands that work on it without serving it.
#[derive(Debug)]
pub struct Registre {
    place: Place,
    core: Core,
    private: Option<Server>,
}

impl Registre {
    /// Opens the database: that of the settings; that of the service which runs with the same data
    /// directory; or a private one, for the time of the command.
    pub async fn open(config: &Config) -> anyhow::Result<Self> {
        let law = ajouts::law(&config.loi)?;
        let donnees = data_dir(config)?;
        let (private, adresses) = if config.base.url.is_some() {
            (None, None)
        } else {
            let (dir, bin) = (donnees.clone(), config.base.pg_bin.clone());
            let look = move || Server::running_in(&dir, bin.as_deref());
            if let Some(adresses) = tokio::task::spawn_blocking(look).await? {
                (None, Some(adresses))
            } else {
                let server = start_private(config, &donnees).await?;
                let adresses = server.adresses();
                (Some(server), Some(adresses))
            }
        };
        let Base { place, core, .. } = core(config, &donnees, adresses, law).await?;
        core.prepare_partitions().await?;
        Ok(Self { place, core, private })
    }

    /// Where its sandbox is, when it is one.
    pub const fn place(&self) -> &Place {
        &self.place
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
struct Base {
    place: Place,
    core: Core,
    /// The clock of a sandbox, which moves.
    horloge: Option<Arc<AheadClock>>,
}

/// The use cases on a database: that of the settings, or a private one, which is brought up to date. One that is not
/// for this service, or not under its key, is left as it is. Its people are loaded in a sandbox.
async fn core(
    config: &Config,
    donnees: &Path,
    private: Option<Adresses>,
    law: Law,
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
    let db = connect(&url, config.base.connexions, key.coffre()).await?;
    migrations::verify(&db).await?;
    if config.mode == Mode::Production {
        roles::verify_least(&db).await?;
    }
    let machine: Arc<dyn Clock> = Arc::new(SystemClock);
    let ahead = Arc::new(AheadClock::new(Arc::clone(&machine), 0));
    let horloge = (config.mode == Mode::BacASable).then_some(ahead);
    let clock = match &horloge {
        Some(ahead) => Arc::<AheadClock>::clone(ahead),
        None => machine,
    };
    let ids = Arc::new(IdSource::from_system(Arc::clone(&clock)));
    let core = Core::new(db.clone(), clock, ids, Arc::clone(&law), config.mode);
    core.claim_database().await?;
    let place = Place { db, law, proprietaire };
    if let Some(horloge) = &horloge {
        place.open(horloge).await?;
    }
    Ok(Base { place, core, horloge })
}

/// The clock of the sandbox of these settings, as far as the database that runs says; that of the machine
/// otherwise.
pub async fn horloge(config: &Config) -> anyhow::Result<Arc<dyn Clock>> {
    let machine: Arc<dyn Clock> = Arc::new(SystemClock);
    let url = if let Some(url) = &config.base.url {
        Some(url.expose_secret().to_owned())
    } else {
        let (dir, bin) = (data_dir(config)?, config.base.pg_bin.clone());
        let look = move || Server::running_in(&dir, bin.as_deref());
        tokio::task::spawn_blocking(look).await?.map(|adresses| adresses.service)
    };
    let Some(url) = url else { return Ok(machine) };
    // What is read is not encrypted.
    let db = connect(&url, 1, Coffre::vide()).await?;
    let seconds = sandbox::avance(&db).await;
    db.close().await;
    Ok(Arc::new(AheadClock::new(machine, seconds)))
}

/// Takes an address to listen on, or says by which setting to choose another one.
fn take(address: SocketAddr, (setting, other): (&str, &str)) -> anyhow::Result<TcpListener> {
    listen(address).with_context(|| {
        format!(
            "l'adresse {address} est déjà prise ou interdite ; {setting} en choisit une autre, par exemple {other}"
        )
    })
}

/// Opens a database, or says at once, in its own words, why it lets nobody in.
async fn connect(url: &str, size: u32, coffre: Coffre) -> anyhow::Result<Db> {
    let opening = tokio::time::timeout(ANSWER, Db::connect(url, size, coffre));
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

/// Waits until the private server is gone, whoever ended it.
async fn watch(sentinel: Option<Sentinel>) -> Lost {
    let Some(sentinel) = sentinel else { return std::future::pending().await };
    loop {
        tokio::time::sleep(WATCH).await;
        let looking = sentinel.clone();
        if let Ok(Some(lost)) = tokio::task::spawn_blocking(move || looking.lost()).await {
            return lost;
        }
    }
}

/// Where the data of this instance is.
pub fn data_dir(config: &Config) -> anyhow::Result<PathBuf> {
    match &config.base.donnees {
        Some(dir) => Ok(dir.clone()),
        None => Ok(default_dir(&config::working_dir().context("dossier courant illisible")?)),
    }
}

async fn start_private(config: &Config, donnees: &Path) -> anyhow::Result<Server> {
    let (dir, bin) = (donnees.to_owned(), config.base.pg_bin.clone());
    let started =
        tokio::task::spawn_blocking(move || Server::start(&dir, bin.as_deref(), Profile::Durable));
    Ok(started.await??)
}
