//! Finding the binaries of PostgreSQL.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::StartError;

/// Oldest major version that the schema supports.
const OLDEST_MAJOR: u32 = 15;

/// A directory that holds `initdb`, `postgres` and `pg_ctl`.
#[derive(Debug, Clone)]
pub struct Binaries {
    dir: PathBuf,
    major: u32,
}

impl Binaries {
    /// The binaries of `wanted`; or else those of the major version that an existing cluster needs;
    /// or else the newest installed on this machine.
    pub fn find(wanted: Option<&Path>, needed: Option<u32>) -> Result<Self, StartError> {
        let found = Self::acceptable(wanted, needed)?;
        match needed {
            Some(needed) if found.major != needed => {
                Err(StartError::OtherMajor { needed, found: found.major })
            }
            _ => Ok(found),
        }
    }

    fn acceptable(wanted: Option<&Path>, needed: Option<u32>) -> Result<Self, StartError> {
        if let Some(dir) = wanted {
            return Self::in_dir(dir).filter(|found| found.major >= OLDEST_MAJOR).ok_or_else(
                || StartError::BinariesMissing {
                    vus: Some(format!("TRAITANT_PG_BIN désigne {}", dir.display())),
                },
            );
        }
        let found: Vec<Self> = candidates().iter().filter_map(|dir| Self::in_dir(dir)).collect();
        if let Some(same) = found.iter().find(|binaries| Some(binaries.major) == needed) {
            return Ok(same.clone());
        }
        let newest = found.iter().max_by_key(|binaries| binaries.major);
        match newest {
            Some(binaries) if binaries.major >= OLDEST_MAJOR => Ok(binaries.clone()),
            Some(old) => Err(StartError::BinariesMissing {
                vus: Some(format!("version {} trouvée dans {}", old.major, old.dir.display())),
            }),
            None => Err(StartError::BinariesMissing { vus: None }),
        }
    }

    pub(super) fn command(&self, name: &str) -> Command {
        Command::new(self.dir.join(name))
    }

    fn in_dir(dir: &Path) -> Option<Self> {
        let complete = ["initdb", "postgres", "pg_ctl"].iter().all(|name| dir.join(name).is_file());
        if !complete {
            return None;
        }
        let output = Command::new(dir.join("postgres")).arg("--version").output().ok()?;
        let major = major_of(std::str::from_utf8(&output.stdout).ok()?)?;
        Some(Self { dir: dir.to_owned(), major })
    }
}

/// `postgres (PostgreSQL) 15.18 (Debian …)` → 15.
fn major_of(version: &str) -> Option<u32> {
    let after = version.split_once("(PostgreSQL)")?.1.trim_start();
    after.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// Every directory where the packages of common systems put the binaries.
fn candidates() -> Vec<PathBuf> {
    let mut dirs = Vec::new();
    let parents: [(&str, &str, &str); 5] = [
        ("/usr/lib/postgresql", "", "bin"),
        ("/usr", "pgsql-", "bin"),
        ("/opt/homebrew/opt", "postgresql@", "bin"),
        ("/usr/local/opt", "postgresql@", "bin"),
        ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
    ];
    for (parent, prefix, suffix) in parents {
        let entries = std::fs::read_dir(parent).into_iter().flatten().flatten();
        dirs.extend(
            entries
                .filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
                .map(|entry| entry.path().join(suffix)),
        );
    }
    if let Ok(output) = Command::new("pg_config").arg("--bindir").output() {
        dirs.push(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    }
    dirs.extend(crate::config::search_path());
    dirs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_what_postgres_prints() {
        assert_eq!(major_of("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
        assert_eq!(major_of("postgres (PostgreSQL) 18beta1\n"), Some(18));
        assert_eq!(major_of("mysqld 8\n"), None);
    }

    #[test]
    fn a_directory_without_binaries_is_refused_with_the_package_to_install() {
        let refused =
            Binaries::find(Some(Path::new("/nonexistent")), None).unwrap_err().to_string();
        assert!(refused.contains("apt-get install postgresql"), "{refused}");
        assert!(refused.contains("DATABASE_URL"), "{refused}");
    }

    #[test]
    fn a_cluster_of_another_major_version_is_not_opened() {
        let installed = Binaries::find(None, None).unwrap().major;
        assert_eq!(Binaries::find(None, Some(installed)).unwrap().major, installed);
        let refused = Binaries::find(None, Some(99)).unwrap_err().to_string();
        assert!(refused.contains("PostgreSQL 99"), "{refused}");
        assert!(refused.contains("TRAITANT_DONNEES"), "{refused}");
    }
}
