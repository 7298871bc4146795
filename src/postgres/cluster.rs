//! A cluster in a directory: made once, started, adopted, stopped.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{Account, Binaries, Lost, StartError};
use crate::domain::digest::Empreinte;

/// A socket's path may not exceed 107 bytes, and PostgreSQL adds `/.s.PGSQL.5432`.
const SOCKET_DIR_MAX: usize = 107 - 14;

/// Longest wait for a start: recovery after a crash replays the log first.
const START_LIMIT: Duration = Duration::from_mins(2);

/// Looks after a server: a socket that nobody listens to belongs to a server that is gone.
#[derive(Debug, Clone)]
pub struct Sentinel {
    socket: PathBuf,
    journal: PathBuf,
}

impl Sentinel {
    /// The loss of the server, if it is gone.
    pub fn lost(&self) -> Option<Lost> {
        let error = UnixStream::connect(&self.socket).err()?;
        matches!(error.kind(), ErrorKind::ConnectionRefused | ErrorKind::NotFound)
            .then(|| Lost { journal: self.journal.clone() })
    }
}

/// How much the data is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Acknowledged writes survive a crash of the machine.
    Durable,
    /// Nothing survives a crash, everything is faster. For tests.
    Throwaway,
}

/// A cluster, its binaries and the account that runs it.
#[derive(Debug, Clone)]
pub struct Cluster {
    binaries: Binaries,
    account: Option<Account>,
    data: PathBuf,
    sockets: PathBuf,
    log: PathBuf,
    profile: Profile,
}

impl Cluster {
    /// Name of the database, and of its owner.
    pub const DATABASE: &'static str = "traitant";

    /// A cluster kept under `dir`, which must exist.
    pub fn new(binaries: Binaries, dir: &Path, profile: Profile) -> Result<Self, StartError> {
        let dir =
            dir.canonicalize().map_err(StartError::io(format!("lecture de {}", dir.display())))?;
        let account = Account::required()?;
        if let Some(account) = &account
            && !account.can_traverse(&dir)
        {
            return Err(StartError::NotTraversable { dir, compte: account.name().to_owned() });
        }
        let near = dir.join("s");
        let sockets = if near.as_os_str().len() <= SOCKET_DIR_MAX {
            near
        } else {
            let short = Empreinte::of(dir.as_os_str().as_encoded_bytes()).short();
            PathBuf::from("/tmp").join(format!("traitant-s-{short}"))
        };
        let log = dir.join("postgresql.log");
        Ok(Self { binaries, account, data: dir.join("pg"), sockets, log, profile })
    }

    /// Major version of the cluster kept under `dir`, if there is one.
    pub fn major_in(dir: &Path) -> Option<u32> {
        std::fs::read_to_string(dir.join("pg/PG_VERSION")).ok()?.trim().parse().ok()
    }

    /// How to connect to a database of this cluster, as its owner.
    pub fn url(&self, database: &str) -> String {
        self.url_as(Self::DATABASE, database)
    }

    /// The same, under another role.
    pub fn url_as(&self, role: &str, database: &str) -> String {
        let sockets: String = self
            .sockets
            .to_string_lossy()
            .bytes()
            .map(|byte| {
                if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) {
                    char::from(byte).to_string()
                } else {
                    format!("%{byte:02X}")
                }
            })
            .collect();
        format!("postgres://{role}@{sockets}:5432/{database}")
    }

    /// Makes the cluster unless it exists. A half-made one, left by a crash, is made again.
    pub fn initialise(&self) -> Result<(), StartError> {
        self.private_dir(&self.sockets)?;
        if self.data.join("PG_VERSION").is_file() {
            return Ok(());
        }
        let making = self.data.with_extension("en-cours");
        if making.exists() {
            std::fs::remove_dir_all(&making)
                .map_err(StartError::io(format!("suppression de {}", making.display())))?;
        }
        self.private_dir(&making)?;
        let mut initdb = self.binaries.command("initdb");
        initdb.arg("-D").arg(&making).args(["-A", "trust", "-E", "UTF8", "--no-locale"]);
        initdb.args(["-U", Self::DATABASE]);
        if self.profile == Profile::Throwaway {
            initdb.arg("--no-sync");
        }
        self.run(&mut initdb, None)?;
        let mut single = self.binaries.command("postgres");
        single.args(["--single", "-D"]).arg(&making).arg("postgres");
        self.run(&mut single, Some(&format!("CREATE DATABASE {};\n", Self::DATABASE)))?;
        std::fs::rename(&making, &self.data)
            .map_err(StartError::io(format!("création de {}", self.data.display())))
    }

    /// Whether a server of this cluster accepts connections, whoever started it.
    pub fn is_ready(&self) -> bool {
        let Ok(pid_file) = std::fs::read_to_string(self.data.join("postmaster.pid")) else {
            return false;
        };
        // Line 5 is the socket directory and line 8 the state, in every supported version.
        let mut lines = pid_file.lines();
        let same_sockets = lines.nth(4).is_some_and(|dir| Path::new(dir) == self.sockets);
        let ready = lines.nth(2).is_some_and(|state| state.trim() == "ready");
        same_sockets && ready && UnixStream::connect(self.sockets.join(".s.PGSQL.5432")).is_ok()
    }

    /// Whether no server of this cluster listens any more: nobody is behind its socket.
    pub fn is_gone(&self) -> bool {
        self.sentinel().lost().is_some()
    }

    /// What looks after the server of this cluster.
    pub fn sentinel(&self) -> Sentinel {
        Sentinel { socket: self.sockets.join(".s.PGSQL.5432"), journal: self.log.clone() }
    }

    /// Starts the server and waits until it accepts connections. A server of this cluster that runs
    /// without accepting them is stopped first.
    pub fn start(&self) -> Result<(), StartError> {
        if self.data.join("postmaster.pid").exists() {
            // Fails when the file is only a trace of a dead server, which the new one clears.
            drop(self.stop());
        }
        let log = File::options()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(&self.log)
            .map_err(StartError::io(format!("ouverture de {}", self.log.display())))?;
        // What PostgreSQL says of a statement may hold what was in it; the file may be there since before.
        log.set_permissions(std::fs::Permissions::from_mode(0o600))
            .map_err(StartError::io(format!("droits de {}", self.log.display())))?;
        let both = log.try_clone().map_err(StartError::io("journal de PostgreSQL"))?;
        let mut command = self.binaries.command("postgres");
        command.arg("-D").arg(&self.data);
        for setting in self.settings() {
            command.arg("-c").arg(setting);
        }
        // A group of its own: Ctrl-C must reach this program first, which drains its requests.
        command.process_group(0).stdin(Stdio::null()).stdout(log).stderr(both);
        self.as_account(&mut command);
        let mut child = command.spawn().map_err(StartError::io("lancement de postgres"))?;
        let began = Instant::now();
        while !self.is_ready() {
            let exited = child.try_wait().map_err(StartError::io("attente de postgres"))?.is_some();
            if exited || began.elapsed() > START_LIMIT {
                return Err(StartError::NotReady {
                    secondes: began.elapsed().as_secs(),
                    journal: self.log.clone(),
                    fin: last_lines(&self.log),
                });
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        // A child that ended and that nobody waited for still looks alive to `pg_ctl`.
        std::thread::spawn(move || child.wait());
        Ok(())
    }

    /// Stops the server: sessions are ended, data is flushed. A server that somebody else ends
    /// meanwhile is stopped too.
    pub fn stop(&self) -> Result<(), StartError> {
        let mode = match self.profile {
            Profile::Durable => "fast",
            Profile::Throwaway => "immediate",
        };
        let mut command = self.binaries.command("pg_ctl");
        command.arg("stop").arg("-D").arg(&self.data).args(["-m", mode, "-w", "-t", "60"]);
        match self.run(&mut command, None) {
            Err(StartError::CommandFailed { .. }) if self.is_gone() => Ok(()),
            said => said,
        }
    }

    fn settings(&self) -> Vec<String> {
        let mut settings = vec![
            "listen_addresses=".to_owned(),
            "port=5432".to_owned(),
            format!("unix_socket_directories={}", self.sockets.display()),
            "unix_socket_permissions=0700".to_owned(),
            "max_connections=100".to_owned(),
            format!("shared_buffers={}MB", self.buffers()),
            // Each page that is touched first after a checkpoint is written whole to the journal: the fewer, the better a long lot goes.
            "max_wal_size=8GB".to_owned(),
            format!("wal_compression={}", if self.knows_lz4() { "lz4" } else { "on" }),
            "jit=off".to_owned(),
        ];
        if self.profile == Profile::Throwaway {
            settings.extend(
                ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off"]
                    .map(str::to_owned),
            );
        }
        settings
    }

    /// Memory for pages, in megabytes: a quarter of what the machine has, as the manual of PostgreSQL advises, within reason.
    fn buffers(&self) -> u64 {
        let least = 256;
        if self.profile == Profile::Throwaway {
            return least;
        }
        let text = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
        let total = text.lines().find_map(|line| line.strip_prefix("MemTotal:"));
        let kilobytes = total.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
        (kilobytes.unwrap_or_default() / 1024 / 4).clamp(least, 16 * 1024)
    }

    /// Whether these programs compress pages of their log with LZ4, ten times quicker than their own way.
    fn knows_lz4(&self) -> bool {
        let mut command = self.binaries.command("postgres");
        command.arg("-D").arg(&self.data).args([
            "-C",
            "wal_compression",
            "-c",
            "wal_compression=lz4",
        ]);
        self.profile == Profile::Durable && self.run(&mut command, None).is_ok()
    }

    fn private_dir(&self, dir: &Path) -> Result<(), StartError> {
        let made = || -> std::io::Result<()> {
            std::fs::create_dir_all(dir)?;
            std::fs::set_permissions(dir, std::fs::Permissions::from_mode(0o700))?;
            self.account.as_ref().map_or(Ok(()), |account| account.owns(dir))
        };
        made().map_err(StartError::io(format!("création de {}", dir.display())))
    }

    fn as_account(&self, command: &mut Command) {
        if let Some(account) = &self.account {
            account.runs(command);
            // The account may not be allowed to read our own current directory.
            command.current_dir("/");
        }
    }

    fn run(&self, command: &mut Command, input: Option<&str>) -> Result<(), StartError> {
        self.as_account(command);
        let name = command.get_program().to_string_lossy().into_owned();
        let what = || StartError::io(format!("lancement de {name}"));
        command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(what())?;
        if let (Some(text), Some(mut stdin)) = (input, child.stdin.take()) {
            stdin.write_all(text.as_bytes()).map_err(what())?;
        }
        let output = child.wait_with_output().map_err(what())?;
        if output.status.success() {
            return Ok(());
        }
        let said = [output.stdout, output.stderr].concat();
        Err(StartError::CommandFailed {
            commande: name,
            sortie: String::from_utf8_lossy(&said).trim().to_owned(),
        })
    }
}

fn last_lines(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines.get(lines.len().saturating_sub(8)..).unwrap_or_default().join("\n")
}
