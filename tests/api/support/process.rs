//! The real program, in a process of its own, answering over real HTTP.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::JoinHandle;

/// The program that Cargo built for this run.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_traitant");

/// A directory of one's own, removed with this value. PostgreSQL's account can reach it.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("traitant-dossier-{}-{number}", std::process::id());
        let path = super::server::place().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

/// The program with an environment that holds nothing but these settings; another build of it where one is named: as it is
/// delivered, it does in an hour what takes a day otherwise.
pub fn program(settings: &[(&str, &str)]) -> Command {
    let another = std::env::var_os("TRAITANT_PANNES_PROGRAMME");
    let mut command = Command::new(another.unwrap_or_else(|| PROGRAM.into()));
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    // Whoever is asked to serve finds a port, whatever else listens on this machine.
    command.env("TRAITANT_ADRESSE", "127.0.0.1:0");
    command.envs(settings.iter().copied());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What the program needs to work on the database of a sandbox that tests made.
pub fn sandbox<'a>(url: &'a str, folder: &'a Folder) -> [(&'a str, &'a str); 4] {
    [
        ("DATABASE_URL", url),
        ("TRAITANT_MODE", "bac-a-sable"),
        ("TRAITANT_CLE_MAITRE", super::database::KEY_HEX),
        ("TRAITANT_DONNEES", folder.path().to_str().unwrap()),
    ]
}

/// Runs a command of the program to its end.
pub fn run(settings: &[(&str, &str)], arguments: &[&str]) -> Output {
    program(settings).args(arguments).output().unwrap()
}

/// What a finished command said, both ways.
pub fn said(output: &Output) -> String {
    let both = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    String::from_utf8(both).unwrap()
}

/// A service that runs, killed with this value unless it was stopped.
#[derive(Debug)]
pub struct Service {
    child: Child,
    /// `http://127.0.0.1:…`.
    pub address: String,
    /// What it printed when it was ready.
    pub welcome: String,
    /// Gathers what it says where errors are said.
    errors: Option<JoinHandle<String>>,
}

impl Service {
    /// What is answered to these very bytes, until the service ends the connection.
    pub fn answer(&self, request: &str) -> String {
        let host = self.address.trim_start_matches("http://");
        let mut connection = TcpStream::connect(host).unwrap();
        connection.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Starts the service on a free port and waits until it says where it listens.
    pub fn start(settings: &[(&str, &str)]) -> Self {
        let mut child = program(settings).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut welcome = String::new();
        let ready = "Traitant écoute sur ";
        while !welcome.contains(ready) {
            if out.read_line(&mut welcome).unwrap() == 0 {
                let mut errors = String::new();
                child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
                panic!("the service did not start: {welcome}{errors}");
            }
        }
        let after = welcome.split(ready).nth(1).unwrap();
        let address = after.split_whitespace().next().unwrap().to_owned();
        // Logs: pipes must not fill.
        let mut errors = child.stderr.take().unwrap();
        std::thread::spawn(move || {
            std::io::copy(&mut out, &mut std::io::sink()).ok();
        });
        let errors = std::thread::spawn(move || {
            let mut said = Vec::new();
            errors.read_to_end(&mut said).ok();
            String::from_utf8_lossy(&said).into_owned()
        });
        Self { child, address, welcome, errors: Some(errors) }
    }

    /// Sends a signal.
    pub fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
    }

    /// Sends a signal and waits for the end.
    pub fn end(mut self, name: &str) -> ExitStatus {
        self.signal(name);
        self.child.wait().unwrap()
    }

    /// Waits until it ends by itself; gives what it said on its way.
    pub fn wait(mut self) -> (ExitStatus, String) {
        let status = self.child.wait().unwrap();
        (status, self.errors.take().unwrap().join().unwrap())
    }

    /// Memory that it has, in kilobytes.
    pub fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.split_whitespace().next().unwrap().parse().unwrap()
    }

    /// Whether it still runs.
    pub fn runs(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
