//! The servers of the database, and the disk that they are on.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::support::server::{Alone, own_dir};

/// Room that is left on a full disk, in kilobytes: the next pages, not many more.
const LEFT: u64 = 256;

/// Where the data is, and how it can have no room left; removed with what is above it.
#[derive(Debug)]
pub struct Disque {
    dir: PathBuf,
    /// A file system of its own, in memory, whose size is set while it is used.
    mounted: bool,
}

impl Disque {
    /// A file system of its own where one may be mounted. `TRAITANT_PANNES_DISQUE` is `plein` for a run that must have it, `reduit`
    /// for one that must not.
    fn open(dir: &Path, wanted: Option<&str>) -> Self {
        std::fs::create_dir_all(dir).unwrap();
        let mut mounting = Command::new("mount");
        mounting.args(["-t", "tmpfs", "-o", "mode=755,size=100%", "traitant-essais"]).arg(dir);
        let mounted = wanted != Some("reduit")
            && mounting.output().is_ok_and(|output| output.status.success());
        assert!(mounted || wanted != Some("plein"), "no file system may be mounted here");
        Self { dir: dir.to_owned(), mounted }
    }

    /// Whether it really fills.
    pub const fn fills(&self) -> bool {
        self.mounted
    }

    fn resize(&self, size: &str) -> Output {
        let size = format!("remount,size={size}");
        Command::new("mount").args(["-o", &size]).arg(&self.dir).output().unwrap()
    }

    fn used(&self) -> u64 {
        let output = Command::new("df").args(["-k", "--output=used"]).arg(&self.dir).output();
        let text = String::from_utf8(output.unwrap().stdout).unwrap();
        text.lines().last().unwrap().trim().parse().unwrap()
    }

    /// Leaves room for a few pages.
    fn fill(&self) {
        // It cannot be smaller than what others wrote meanwhile.
        while !self.resize(&format!("{}k", self.used() + LEFT)).status.success() {}
    }

    /// Makes room again.
    fn empty(&self) {
        let output = self.resize("100%");
        assert!(output.status.success(), "{output:?}");
    }
}

impl Drop for Disque {
    fn drop(&mut self) {
        if self.mounted {
            Command::new("umount").arg("-l").arg(&self.dir).output().ok();
        }
        std::fs::remove_dir_all(self.dir.parent().unwrap()).ok();
    }
}

/// The server that is written to, found where its link leads: as a name or an address leads elsewhere when another takes over.
#[derive(Debug)]
pub struct Grappes {
    active: Mutex<Alone>,
    base: PathBuf,
    pub disque: Disque,
    made: AtomicU32,
}

impl Grappes {
    pub fn open(disque: Option<&str>) -> Self {
        let base = own_dir();
        let disque = Disque::open(&base.join("disque"), disque);
        let server = Alone::durable(&base.join("disque/0"));
        let grappes = Self { active: Mutex::new(server), base, disque, made: AtomicU32::new(0) };
        grappes.lead(&grappes.active.lock().unwrap());
        grappes
    }

    fn link(&self) -> PathBuf {
        self.base.join("disque/actif")
    }

    /// Leads to a server, at once.
    fn lead(&self, server: &Alone) {
        let made = self.base.join("disque/autre");
        symlink(server.sockets(), &made).unwrap();
        std::fs::rename(made, self.link()).unwrap();
    }

    /// Address of a database of the server that is written to.
    pub fn url(&self, database: &str) -> String {
        let host = self.link().to_str().unwrap().replace('/', "%2F");
        format!("postgres://traitant@{host}:5432/{database}")
    }

    /// Does something with the server that is written to.
    pub fn with<T>(&self, doing: impl FnOnce(&Alone) -> T) -> T {
        doing(&self.active.lock().unwrap())
    }

    /// Copies the files of the server that is written to; where to.
    pub fn copy(&self) -> PathBuf {
        let number = self.made.fetch_add(1, Ordering::Relaxed) + 1;
        let dir = self.base.join(format!("disque/{number}"));
        self.with(|server| server.copy(&dir));
        dir
    }

    /// Another server takes over: nothing is left of the one before.
    pub fn replace(&self, server: Alone) {
        self.lead(&server);
        *self.active.lock().unwrap() = server;
    }

    /// Nothing more can be written: to no file, or in the reduced form to no new file of the journal.
    pub fn fill(&self) {
        if self.disque.fills() {
            self.disque.fill();
        } else {
            self.journal_mode(0o500);
        }
    }

    /// There is room again.
    pub fn empty(&self) {
        if self.disque.fills() {
            self.disque.empty();
        } else {
            self.journal_mode(0o700);
        }
    }

    fn journal_mode(&self, mode: u32) {
        let journal = self.with(|server| server.data().join("pg_wal"));
        std::fs::set_permissions(journal, std::fs::Permissions::from_mode(mode)).unwrap();
    }
}

impl Drop for Grappes {
    fn drop(&mut self) {
        // The server stops before what it is on goes.
        self.with(Alone::kill);
    }
}
