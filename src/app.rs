//! Putting the pieces together: from settings to a service that runs, and back.

mod accord;
mod base;
mod causes;
mod confiance;
mod diagnostic;
mod purge;
mod rotation;
mod suivi;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use futures_util::future::join_all;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use self::base::{Base, Droits, core, start_private};
pub use self::base::{Registre, data_dir, horloge, migrate};
pub use self::causes::reason;
use self::confiance::{fetching, proofs, verifier};
pub use self::diagnostic::{diagnostiquer, est_bon};
pub use self::purge::{Purge, purger};
pub use self::rotation::tourner;
use self::suivi::{follow_key, publish, work};
use crate::auth::{Emetteur, KeySource, Prouveur};
use crate::config::{Config, JetonsConfig};
use crate::domain::clock::{HorlogeAccordee, SystemClock};
use crate::http::{AppState, Recus, TIME_LIMIT, Traceur, mesures_router, refus_illisible, router};
use crate::otlp::Exportateur;
use crate::postgres::{Lost, Sentinel, Server};
use crate::sandbox::Bac;
use crate::serve::{Limits, Redige, listen, serve};
use crate::services::{Core, loi};
use crate::storage::{Db, Delais};
use crate::webhooks::Facteur;
use crate::{ajouts, webhooks};

/// Longest wait for requests that are running when the service is told to stop.
const DRAIN: Duration = Duration::from_secs(20);

/// Longest wait for connections to a database that is gone.
const CLOSE: Duration = Duration::from_secs(2);
/// How often the private server is looked at.
const WATCH: Duration = Duration::from_secs(1);

/// A service that is ready to listen.
#[derive(Debug)]
pub struct App {
    core: Core,
    /// The clock of the register, and the database that it follows.
    accord: (Db, Arc<HorlogeAccordee>),
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
    /// Who sends traces, and what is told to them.
    traces: Option<(Exportateur, Recus)>,
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
        let Base { place, core, horloge, accord } =
            core(config, &donnees, adresses, (law, Delais::requete(TIME_LIMIT), Droits::Service))
                .await?;
        let core =
            core.with_hotes(config.webhooks.clone()).with_memoire(config.conservation.reponses);
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
            .with_origins(&config.origines)
            .with_origine_fhir(config.origine_fhir.as_deref());
        if config.simulateur {
            state = state.with_simulateur();
        }
        if config.page_patient {
            state = state.with_dossier();
        }
        if !config.documentation {
            state = state.without_documentation();
        }
        let mut traces = None;
        if let Some(adresse) = &config.otlp {
            let (traceur, recus) = Traceur::new();
            state = state.with_traceur(traceur);
            traces = Some((Exportateur::new(adresse, fetching.ca.as_deref())?, recus));
        }
        let mut bac = None;
        if let (Some(horloge), JetonsConfig::BacASable) = (horloge, &config.jetons) {
            let emetteur = Arc::new(Emetteur::in_dir(&donnees)?);
            let prouveur = Arc::new(Prouveur::in_dir(&donnees)?);
            let own = Arc::new(Bac::new(place, core.travaux(), horloge, emetteur, prouveur));
            state = state.with_sandbox(Arc::<Bac>::clone(&own));
            bac = Some(own);
        }
        let mesures = mesures.map(|listener| (listener, mesures_router(state.clone())));
        let router = router(state);
        let connexions =
            usize::try_from(config.clients.connexions).unwrap_or(Semaphore::MAX_PERMITS);
        Ok(Self {
            core,
            accord,
            router,
            listener,
            mesures,
            connexions,
            private,
            donnees,
            keys,
            bac,
            facteur,
            traces,
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
        let mut runner = tokio::spawn(work(self.core.travaux(), self.bac, stop.clone()));
        tokio::spawn(publish(self.core.travaux(), stop.clone()));
        let (db, horloge) = self.accord;
        tokio::spawn(accord::suivre(db, horloge, stop.clone()));
        tokio::spawn(follow_key(self.core.clone(), stop.clone()));
        tokio::spawn(webhooks::run(self.core.clone(), self.facteur, stop.clone()));
        if let Some((exportateur, recus)) = self.traces {
            tokio::spawn(exportateur.run(recus, stop.clone()));
        }
        let limits = Limits { connections: self.connexions, ..Limits::default() };
        let redige: Redige = Arc::new(refus_illisible(self.core.clone()));
        let serving = serve(self.listener, (self.router, redige.clone()), limits, stop.clone());
        if let Some((listener, router)) = self.mesures {
            tokio::spawn(serve(listener, (router, redige), Limits::default(), stop.clone()));
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

/// Takes an address to listen on, or says by which setting to choose another one.
fn take(address: SocketAddr, (setting, other): (&str, &str)) -> anyhow::Result<TcpListener> {
    listen(address).with_context(|| {
        format!(
            "l'adresse {address} est déjà prise ou interdite ; {setting} en choisit une autre, par exemple {other}"
        )
    })
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
