//! Migrations are embedded at build, and statements read `sqlx.toml`: a new file, or another type of a column, must
//! rebuild the crate.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
    println!("cargo:rerun-if-changed=sqlx.toml");
}
