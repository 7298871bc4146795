//! Settings, read from the environment: the only file that reads it.

use std::path::PathBuf;

/// The directories of `PATH`.
#[expect(clippy::disallowed_methods, reason = "the one file that reads the environment")]
pub fn search_path() -> Vec<PathBuf> {
    std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default()
}
