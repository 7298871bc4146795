//! The file of an export while it is made: pieces that are each a member of a gzip file (RFC 1952, 2.2), one after the
//! other. Nothing of it is held but the digests.

use std::io::Read;

use chrono::{DateTime, Utc};
use flate2::Compression;
use flate2::read::GzEncoder;

use crate::domain::digest::EmpreinteEnCours;
use crate::domain::export::Manifeste;

/// A file under way.
#[derive(Debug, Default)]
pub(super) struct Fichier {
    blocs: i32,
    octets: u64,
    sha256: EmpreinteEnCours,
    octets_contenu: u64,
    sha256_contenu: EmpreinteEnCours,
}

impl Fichier {
    /// The next piece, compressed, and its number, from 1.
    pub(super) fn bloc(&mut self, text: &str) -> (i32, Vec<u8>) {
        let mut piece = Vec::new();
        // Reading and writing memory cannot fail.
        GzEncoder::new(text.as_bytes(), Compression::default())
            .read_to_end(&mut piece)
            .unwrap_or_default();
        self.sha256_contenu.update(text.as_bytes());
        self.octets_contenu = self.octets_contenu.saturating_add(length(text.as_bytes()));
        self.sha256.update(&piece);
        self.octets = self.octets.saturating_add(length(&piece));
        self.blocs = self.blocs.saturating_add(1);
        (self.blocs, piece)
    }

    /// Whether there is no piece yet.
    pub(super) const fn est_vide(&self) -> bool {
        self.blocs == 0
    }

    /// What is said of all of it.
    pub(super) fn manifeste(self, (etabli_le, position): (DateTime<Utc>, i64)) -> Manifeste {
        Manifeste {
            blocs: self.blocs,
            octets: self.octets,
            sha256: self.sha256.finish(),
            octets_contenu: self.octets_contenu,
            sha256_contenu: self.sha256_contenu.finish(),
            etabli_le,
            position,
        }
    }
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}
