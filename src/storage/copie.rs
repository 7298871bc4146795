//! The binary form of `COPY`, for rows of which there are many: see « Binary Format » in the manual of PostgreSQL.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::postgres::PgConnection;

/// What every copy begins with: signature, flags, length of an extension.
const ENTETE: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// The number of columns that says that there is no more row.
const FIN: i16 = -1;
/// The length of a column that holds nothing.
const RIEN: i32 = -1;
/// The number of the type `text`.
const TEXTE: i32 = 25;
/// Microseconds and days from 1 January 1970, of which chrono counts, to 1 January 2000, of which PostgreSQL does.
const MICROS: i64 = 946_684_800_000_000;
const JOURS: i64 = 10_957;

/// Rows under way.
#[derive(Debug)]
pub(super) struct Lignes(Vec<u8>);

impl Lignes {
    /// No row yet, with room for so many bytes.
    pub(super) fn new(room: usize) -> Self {
        let mut bytes = Vec::with_capacity(room);
        bytes.extend(ENTETE);
        Self(bytes)
    }

    /// Begins a row of so many columns.
    pub(super) fn ligne(&mut self, colonnes: i16) {
        self.0.extend(colonnes.to_be_bytes());
    }

    /// A column, as PostgreSQL sends its type: a number has its most significant byte first.
    pub(super) fn octets(&mut self, octets: &[u8]) {
        let length = i32::try_from(octets.len()).unwrap_or(i32::MAX);
        self.0.extend(length.to_be_bytes());
        self.0.extend(octets);
    }

    /// A column that may hold nothing.
    pub(super) fn octets_ou_rien<const N: usize>(&mut self, octets: Option<[u8; N]>) {
        match octets {
            Some(octets) => self.octets(&octets),
            None => self.0.extend(RIEN.to_be_bytes()),
        }
    }

    /// A column `text[]`: dimensions, whether something is missing, the type, then how many from which one on.
    pub(super) fn mots(&mut self, mots: &[String]) {
        let dimensions = i32::from(!mots.is_empty());
        let mut octets = [dimensions, 0, TEXTE].map(i32::to_be_bytes).concat();
        let nombre = i32::try_from(mots.len()).unwrap_or(i32::MAX);
        if dimensions > 0 {
            octets.extend([nombre, 1].map(i32::to_be_bytes).concat());
        }
        let mut all = Self(octets);
        for mot in mots {
            all.octets(mot.as_bytes());
        }
        self.octets(&all.0);
    }

    /// A column `timestamptz`.
    pub(super) fn instant(&mut self, instant: DateTime<Utc>) {
        self.octets(&instant.timestamp_micros().saturating_sub(MICROS).to_be_bytes());
    }

    /// A column `date`.
    pub(super) fn jour(&mut self, jour: NaiveDate) {
        let days = jour.signed_duration_since(NaiveDate::default()).num_days();
        let days = i32::try_from(days.saturating_sub(JOURS)).unwrap_or(i32::MAX);
        self.octets(&days.to_be_bytes());
    }

    /// Writes them by a statement that copies.
    pub(super) async fn send(self, conn: &mut PgConnection, copy: &str) -> Result<(), sqlx::Error> {
        let mut sink = conn.copy_in_raw(copy).await?;
        sink.send(self.end()).await?;
        sink.finish().await?;
        Ok(())
    }

    /// All of it.
    fn end(mut self) -> Vec<u8> {
        self.ligne(FIN);
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_instants_are_counted_from_the_first_of_january_2000() {
        let mut lignes = Lignes::new(0);
        lignes.ligne(2);
        lignes.jour("1999-12-31".parse().unwrap());
        lignes.instant("2000-01-01T00:00:01Z".parse().unwrap());
        let expected = [
            ENTETE,
            &[0, 2, 0, 0, 0, 4, 0xff, 0xff, 0xff, 0xff],
            &[0, 0, 0, 8, 0, 0, 0, 0, 0, 0x0f, 0x42, 0x40],
            &[0xff, 0xff],
        ];
        assert_eq!(lignes.end(), expected.concat());
    }
}
