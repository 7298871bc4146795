//! One throw-away PostgreSQL server for the whole run, whoever runs the tests and however many
//! processes that makes.
//!
//! The first process that needs it starts it; every process holds a shared lock while it lives; a
//! guard process stops it a few seconds after the last one lets go. Nothing to install, start or
//! clean by hand. `TEST_DATABASE_URL` designates another server instead.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use sqlx::PgConnection;
use traitant::domain::digest::Empreinte;
use traitant::postgres::{Binaries, Cluster, Profile};

/// Names the directory to a guard process.
const GUARD: &str = "TRAITANT_TEST_GUARD";
/// How long the server outlives its last user, so that the next process finds it.
const LINGER: Duration = Duration::from_secs(4);

struct Shared {
    url: String,
    /// Held for its lock.
    _usage: Option<File>,
}

/// Address of the maintenance database of the server.
pub fn url() -> &'static str {
    static SHARED: OnceLock<Shared> = OnceLock::new();
    &SHARED.get_or_init(start).url
}

fn start() -> Shared {
    if let Ok(url) = std::env::var("TEST_DATABASE_URL") {
        return Shared { url, _usage: None };
    }
    let dir = dir();
    std::fs::create_dir_all(&dir).unwrap();
    let starting = lock_file(&dir, "demarrage");
    starting.lock().unwrap();
    std::fs::create_dir_all(dir.join("grappe")).unwrap();
    let cluster = cluster(&dir, Profile::Throwaway);
    if !cluster.is_ready() {
        cluster.initialise().unwrap();
        cluster.start().unwrap();
        spawn_guard(&dir);
    }
    let usage = lock_file(&dir, "usage");
    usage.lock_shared().unwrap();
    starting.unlock().unwrap();
    Shared { url: cluster.url("postgres"), _usage: Some(usage) }
}

/// Room that the throw-away servers may need, in kilobytes.
const ROOM: u64 = 4_000_000;

/// Where tests keep what they throw away: in memory when there is enough of it.
pub fn place() -> PathBuf {
    let memory = Path::new("/dev/shm");
    if free_kilobytes(memory) >= ROOM { memory.to_owned() } else { std::env::temp_dir() }
}

/// Free room of a file system, as `df` says it; none when it says nothing.
fn free_kilobytes(path: &Path) -> u64 {
    let Ok(output) = Command::new("df").arg("-Pk").arg(path).output() else { return 0 };
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let last = text.lines().last().unwrap_or_default();
    last.split_whitespace().nth(3).and_then(|free| free.parse().ok()).unwrap_or(0)
}

/// One directory for each checkout.
fn dir() -> PathBuf {
    place().join(format!("traitant-essais-{}", Empreinte::of(env!("CARGO_MANIFEST_DIR")).short()))
}

fn cluster(dir: &Path, profile: Profile) -> Cluster {
    let binaries = Binaries::find(None, None).unwrap_or_else(|error| panic!("{error}"));
    Cluster::new(binaries, &dir.join("grappe"), profile).unwrap()
}

fn lock_file(dir: &Path, name: &str) -> File {
    File::options().create(true).truncate(false).write(true).open(dir.join(name)).unwrap()
}

/// A directory of its own for a server that nobody shares.
pub fn own_dir() -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    place().join(format!("traitant-seul-{}-{number}", std::process::id()))
}

/// The label of a backup.
#[derive(Debug)]
pub struct Copied(pub String);

/// Copies the files of a server while a backup is under way on it, by a connection to it; gives the label that makes the copy good.
pub async fn backed_up<T>(
    server: &mut PgConnection,
    copying: impl AsyncFnOnce() -> T,
) -> (T, Copied) {
    sqlx::query("SELECT pg_backup_start('essai', true)").execute(&mut *server).await.unwrap();
    let copied = copying().await;
    let label = "SELECT labelfile FROM pg_backup_stop(false)";
    (copied, Copied(sqlx::query_scalar(label).fetch_one(server).await.unwrap()))
}

/// A server of one's own, which keeps what it acknowledged whatever kills it, stopped and removed with this value.
#[derive(Debug)]
pub struct Alone {
    dir: PathBuf,
    cluster: Cluster,
}

impl Alone {
    /// Starts one in a directory.
    pub fn durable(dir: &Path) -> Self {
        std::fs::create_dir_all(dir.join("grappe")).unwrap();
        let cluster = cluster(dir, Profile::Durable);
        cluster.initialise().unwrap();
        cluster.start().unwrap();
        Self { dir: dir.to_owned(), cluster }
    }

    /// Starts a replica of it in another directory, from a copy of its files that was taken while a backup was under way, which has
    /// this label: it follows the journal as it is written.
    pub fn follower(&self, dir: &Path, copied: Copied) -> Self {
        let (data, label) = (dir.join("grappe/pg"), copied.0);
        for of_the_other in ["postmaster.pid", "postmaster.opts"] {
            std::fs::remove_file(data.join(of_the_other)).ok();
        }
        let followed = format!(
            "primary_conninfo = 'host={} port=5432 user={}'\n",
            self.sockets().display(),
            Cluster::DATABASE
        );
        let settings = data.join("postgresql.auto.conf");
        let before = std::fs::read_to_string(&settings).unwrap();
        std::fs::write(settings, before + &followed).unwrap();
        for (name, text) in [("backup_label", label.as_str()), ("standby.signal", "")] {
            std::fs::write(data.join(name), text).unwrap();
            // Whoever copies is not always the account that runs the servers.
            let (like, made) = (self.data().join("PG_VERSION"), data.join(name));
            for command in ["chown", "chmod"] {
                let mut alike = std::ffi::OsString::from("--reference=");
                alike.push(&like);
                assert!(Command::new(command).arg(alike).arg(&made).status().unwrap().success());
            }
        }
        let cluster = cluster(dir, Profile::Durable);
        cluster.initialise().unwrap();
        cluster.start().unwrap();
        Self { dir: dir.to_owned(), cluster }
    }

    /// Copies its files while it writes them: only good with the label of a backup that was under way.
    pub fn copy(&self, dir: &Path) {
        std::fs::create_dir_all(dir.join("grappe")).unwrap();
        // Files that go meanwhile are in the journal.
        Command::new("cp").arg("-a").arg(self.data()).arg(dir.join("grappe/pg")).output().unwrap();
    }

    /// Where its data is.
    pub fn data(&self) -> PathBuf {
        self.dir.join("grappe/pg")
    }

    /// Where it listens.
    pub fn sockets(&self) -> PathBuf {
        let pid = std::fs::read_to_string(self.data().join("postmaster.pid")).unwrap();
        PathBuf::from(pid.lines().nth(4).unwrap())
    }

    /// Process ids of the server: the first one, and its children.
    fn processes(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.data().join("postmaster.pid")).unwrap();
        let first = text.lines().next().unwrap().to_owned();
        let children = Command::new("pgrep").args(["-P", &first]).output().unwrap();
        let children = String::from_utf8(children.stdout).unwrap();
        std::iter::once(first).chain(children.lines().map(str::to_owned)).collect()
    }

    /// Sends a signal to all of it.
    pub fn signal_all(&self, signal: &str) {
        // A session may have ended meanwhile.
        Command::new("kill").args(["-s", signal]).args(self.processes()).output().unwrap();
    }

    /// Kills it, with everything that it was doing.
    pub fn kill(&self) {
        self.signal_all("KILL");
        while !self.cluster.is_gone() {
            std::thread::yield_now();
        }
    }

    /// Stops it: sessions are ended.
    pub fn stop(&self) {
        self.cluster.stop().unwrap();
    }

    /// Whether it ended.
    pub fn is_gone(&self) -> bool {
        self.cluster.is_gone()
    }

    /// Starts it again, as soon as nothing is left of the one before.
    pub fn start_again(&self) {
        while self.cluster.start().is_err() {
            std::thread::yield_now();
        }
    }

    /// Address of one of its databases.
    pub fn url(&self, database: &str) -> String {
        self.cluster.url(database)
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        self.cluster.stop().ok();
        std::fs::remove_dir_all(&self.dir).ok();
    }
}

/// Starts the guard: this very program, told to run one test.
#[expect(clippy::zombie_processes, reason = "the guard outlives this process on purpose")]
fn spawn_guard(dir: &Path) {
    use std::os::unix::process::CommandExt;
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "support::server::guard_of_the_test_server"])
        .env(GUARD, dir)
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .unwrap();
}

/// Does nothing in a run of the tests. In a guard process, waits for the last user to let go, then
/// stops the server and removes its directory.
#[test]
fn guard_of_the_test_server() {
    let Some(dir) = std::env::var_os(GUARD).map(PathBuf::from) else { return };
    let (starting, usage) = (lock_file(&dir, "demarrage"), lock_file(&dir, "usage"));
    loop {
        usage.lock().unwrap();
        usage.unlock().unwrap();
        std::thread::sleep(LINGER);
        starting.lock().unwrap();
        if usage.try_lock().is_ok() {
            cluster(&dir, Profile::Throwaway).stop().ok();
            std::fs::remove_dir_all(dir.join("grappe")).ok();
            return;
        }
        starting.unlock().unwrap();
    }
}
