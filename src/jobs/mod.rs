//! Work done later: jobs are rows, taken with a lease by any instance, written to be run twice.

mod once;
mod recurring;
mod runner;

pub use self::recurring::RECURRING;
pub use self::runner::{run, run_due};
