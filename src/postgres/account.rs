//! The unprivileged account that runs PostgreSQL when this program is root.

use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use super::StartError;

/// An account of the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    name: String,
    uid: u32,
    gid: u32,
}

impl Account {
    /// The account to switch to, or `None` when this process is not root and needs none. A root
    /// without any usable account gets `None` too: [`Account::required`] tells them apart.
    pub fn current() -> Option<Self> {
        Self::required().ok().flatten()
    }

    /// The account to switch to; none when this process is not root.
    pub(super) fn required() -> Result<Option<Self>, StartError> {
        if !is_root() {
            return Ok(None);
        }
        let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
        ["postgres", "nobody"]
            .iter()
            .find_map(|name| Self::in_passwd(&passwd, name))
            .map(Some)
            .ok_or(StartError::NoAccount)
    }

    fn in_passwd(passwd: &str, wanted: &str) -> Option<Self> {
        passwd.lines().find_map(|line| {
            let mut fields = line.split(':');
            let name = fields.next().filter(|name| *name == wanted)?;
            let uid = fields.nth(1)?.parse().ok().filter(|uid| *uid != 0)?;
            let gid = fields.next()?.parse().ok()?;
            Some(Self { name: name.to_owned(), uid, gid })
        })
    }

    /// The account's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the account may walk through `dir` and all its parents.
    pub fn can_traverse(&self, dir: &Path) -> bool {
        dir.ancestors().filter(|parent| !parent.as_os_str().is_empty()).all(|parent| {
            std::fs::metadata(parent).is_ok_and(|metadata| {
                let mode = metadata.mode();
                let bit = if metadata.uid() == self.uid {
                    0o100
                } else if metadata.gid() == self.gid {
                    0o010
                } else {
                    0o001
                };
                mode & bit != 0
            })
        })
    }

    pub(super) fn owns(&self, path: &Path) -> std::io::Result<()> {
        chown(path, Some(self.uid), Some(self.gid))
    }

    pub(super) fn runs(&self, command: &mut Command) {
        command.uid(self.uid).gid(self.gid);
    }
}

/// Whether this process is root, read from the owner of its own entry under `/proc`, or of a file
/// that it makes where there is no `/proc`.
fn is_root() -> bool {
    if let Ok(metadata) = std::fs::metadata("/proc/self") {
        return metadata.uid() == 0;
    }
    let probe = crate::config::temp_dir().join(format!("traitant-uid-{}", std::process::id()));
    let uid = std::fs::write(&probe, b"").and_then(|()| std::fs::metadata(&probe)).map(|m| m.uid());
    // The probe is in the temporary directory: leaving it behind would be harmless.
    drop(std::fs::remove_file(&probe));
    uid.is_ok_and(|uid| uid == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_read_from_passwd_and_root_is_never_one() {
        let passwd = "root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/:/bin/false\n";
        assert_eq!(
            Account::in_passwd(passwd, "nobody"),
            Some(Account { name: "nobody".to_owned(), uid: 65534, gid: 65534 })
        );
        assert_eq!(Account::in_passwd(passwd, "postgres"), None);
        assert_eq!(Account::in_passwd(passwd, "root"), None);
    }
}
