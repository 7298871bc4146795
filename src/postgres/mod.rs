//! A private PostgreSQL server, for the sandbox and for the tests.
//!
//! The program finds the binaries that the machine already has, makes a cluster in a directory of
//! its own, listens on a unix socket only, and stops the server with itself. One process owns a
//! directory, by a lock that the kernel releases however the process ends; a server left behind by
//! a killed owner is adopted by the next. Root runs nothing: the server gets an unprivileged
//! account.
//!
//! The messages of [`StartError`] are read by whoever types the command, so they are in French.

mod account;
mod binaries;
mod cluster;

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use crate::domain::digest::Empreinte;

pub use self::account::Account;
pub use self::binaries::Binaries;
pub use self::cluster::{Cluster, Profile, Sentinel};

/// Why the private server is not running.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No binaries.
    #[error(
        "PostgreSQL 15 ou plus récent est introuvable sur cette machine.\n\
         Installez-le, par exemple :\n\
         \u{20}   Debian, Ubuntu : apt-get install postgresql\n\
         \u{20}   Fedora         : dnf install postgresql-server\n\
         \u{20}   macOS          : brew install postgresql@17\n\
         ou indiquez un serveur existant par DATABASE_URL=postgres://…, \
         ou le dossier des exécutables par TRAITANT_PG_BIN=…{}",
        .vus.as_ref().map(|vus| format!("\n({vus})")).unwrap_or_default()
    )]
    BinariesMissing {
        /// What was found and refused.
        vus: Option<String>,
    },
    /// The cluster was made by another major version.
    #[error(
        "la base de ce dossier a été créée par PostgreSQL {needed} et seule la version {found} est installée.\n\
         Installez PostgreSQL {needed}, ou choisissez un dossier neuf avec TRAITANT_DONNEES=…"
    )]
    OtherMajor {
        /// Major version of the cluster.
        needed: u32,
        /// Major version of the binaries.
        found: u32,
    },
    /// Another process owns the directory.
    #[error(
        "le dossier de données {} est déjà utilisé par un autre traitant (processus {pid}).\n\
         Arrêtez-le d'abord, ou choisissez un autre dossier avec TRAITANT_DONNEES=…",
        .dir.display()
    )]
    AlreadyOwned {
        dir: PathBuf,
        /// The owner, as written in the lock.
        pid: String,
    },
    /// Root, and no account to run PostgreSQL.
    #[error(
        "PostgreSQL refuse de s'exécuter en root et aucun compte « postgres » ou « nobody » n'existe"
    )]
    NoAccount,
    /// The account cannot reach the directory.
    #[error(
        "le compte {compte} ne peut pas traverser {} : choisissez un autre dossier avec TRAITANT_DONNEES=…",
        .dir.display()
    )]
    NotTraversable { dir: PathBuf, compte: String },
    #[error("{commande} a échoué : {sortie}")]
    CommandFailed { commande: String, sortie: String },
    #[error("PostgreSQL n'est pas prêt après {secondes} s ; son journal est {}\n{fin}", .journal.display())]
    NotReady {
        /// How long we waited.
        secondes: u64,
        journal: PathBuf,
        /// The end of its log.
        fin: String,
    },
    #[error("{quoi} : {source}")]
    Io { quoi: String, source: std::io::Error },
}

impl StartError {
    fn io(quoi: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let quoi = quoi.into();
        move |source| Self::Io { quoi, source }
    }
}

/// The private server was ended by somebody else.
#[derive(Debug, thiserror::Error)]
#[error(
    "le PostgreSQL privé s'est arrêté sans que ce programme le lui demande ; son journal est {}\n\
     Relancez « traitant » : rien de ce qui a été confirmé n'est perdu",
    .journal.display()
)]
pub struct Lost {
    pub journal: PathBuf,
}

/// How to connect to a private server, by role. Whoever reaches its socket is let in under the name that he says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adresses {
    /// As the owner of the tables, to migrate them.
    pub proprietaire: String,
    /// As the service, which owns nothing.
    pub service: String,
}

impl Adresses {
    fn of(cluster: &Cluster) -> Self {
        Self {
            proprietaire: cluster.url(Cluster::DATABASE),
            service: cluster.url_as(Server::SERVICE, Cluster::DATABASE),
        }
    }
}

/// A running private server, owned by this process.
#[derive(Debug)]
pub struct Server {
    cluster: Cluster,
    stopped: bool,
    /// Held for its lock: the kernel releases it with the process.
    _lock: File,
}

impl Server {
    /// Owns `dir`, makes the cluster if it is new, and starts or adopts its server.
    pub fn start(dir: &Path, bin: Option<&Path>, profile: Profile) -> Result<Self, StartError> {
        let needed = Cluster::major_in(dir);
        let binaries = Binaries::find(bin, needed)?;
        std::fs::create_dir_all(dir)
            .map_err(StartError::io(format!("création de {}", dir.display())))?;
        let lock = own(dir)?;
        let cluster = Cluster::new(binaries, dir, profile)?;
        cluster.initialise()?;
        if !cluster.is_ready() {
            cluster.start()?;
        }
        Ok(Self { cluster, stopped: false, _lock: lock })
    }

    /// The role under which the service works on this server.
    pub const SERVICE: &str = "traitant_service";

    /// How to connect to the server of a directory that another process owns, if there is one.
    pub fn running_in(dir: &Path, bin: Option<&Path>) -> Option<Adresses> {
        let owned = matches!(own(dir), Err(StartError::AlreadyOwned { .. }));
        let binaries = Binaries::find(bin, Cluster::major_in(dir)).ok().filter(|_| owned)?;
        let cluster = Cluster::new(binaries, dir, Profile::Durable).ok()?;
        cluster.is_ready().then(|| Adresses::of(&cluster))
    }

    /// How to connect.
    pub fn adresses(&self) -> Adresses {
        Adresses::of(&self.cluster)
    }

    /// What looks after the server, which somebody else may end.
    pub fn sentinel(&self) -> Sentinel {
        self.cluster.sentinel()
    }

    /// Stops the server cleanly, unless somebody else ended it. Connections must have been closed
    /// before.
    pub fn stop(mut self) -> Result<(), StartError> {
        self.stopped = true;
        if self.cluster.is_gone() {
            return Ok(());
        }
        self.cluster.stop()
    }
}

impl Drop for Server {
    /// A service that failed to start leaves no server behind.
    fn drop(&mut self) {
        if !self.stopped && !self.cluster.is_gone() {
            // Nobody is left to be told; the next owner adopts a server that could not be stopped.
            drop(self.cluster.stop());
        }
    }
}

/// Takes the lock of a directory, or says who has it.
fn own(dir: &Path) -> Result<File, StartError> {
    let path = dir.join("verrou");
    let mut lock = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(StartError::io(format!("ouverture de {}", path.display())))?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut pid = String::new();
            let known = lock.read_to_string(&mut pid).is_ok() && !pid.trim().is_empty();
            let pid = if known { pid.trim().to_owned() } else { "inconnu".to_owned() };
            return Err(StartError::AlreadyOwned { dir: dir.to_owned(), pid });
        }
        Err(TryLockError::Error(source)) => {
            return Err(StartError::Io { quoi: format!("verrou de {}", path.display()), source });
        }
    }
    let write = || -> std::io::Result<()> {
        lock.set_len(0)?;
        lock.rewind()?;
        write!(lock, "{}", std::process::id())
    };
    let mut write = write;
    write().map_err(StartError::io(format!("écriture de {}", path.display())))?;
    Ok(lock)
}

/// Where a sandbox keeps its data when nothing says otherwise: `donnees` in the current directory
/// if the server's account can reach it, otherwise a stable directory of its own under `/var/tmp`.
pub fn default_dir(current: &Path) -> PathBuf {
    let near = current.join("donnees");
    let reachable = Account::current().is_none_or(|account| account.can_traverse(current));
    if reachable {
        return near;
    }
    let short = Empreinte::of(near.as_os_str().as_encoded_bytes()).short();
    PathBuf::from("/var/tmp").join(format!("traitant-{short}"))
}
