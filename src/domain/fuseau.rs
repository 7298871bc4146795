//! The civil day of a place: the day of care, of a signature and of "today" is the one that people read on a
//! calendar where it happens, from Saint-Pierre-et-Miquelon to Wallis ([decision 0025]).
//!
//! [decision 0025]: ../../docs/decisions/0025-jour-civil-du-lieu.md

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone as _, Utc};
use chrono_tz::{America, Europe, Indian, Pacific, Tz};

use super::clock::paris_day;
use super::identifiers::{CommuneExercice, Organisme};

/// The civil time of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fuseau(Tz);

/// Communes of French Polynesia that do not keep the time of Tahiti.
const MARQUISES: [&str; 6] = ["98718", "98723", "98731", "98746", "98756", "98757"];
const GAMBIER: &str = "98719";

impl Fuseau {
    /// That of Paris, of the European part of the Republic and of whoever's place is not known.
    pub const PARIS: Self = Self(Europe::Paris);

    /// That of a commune.
    pub fn de_commune(commune: &CommuneExercice) -> Self {
        match commune.as_str() {
            GAMBIER => Self(Pacific::Gambier),
            code if MARQUISES.contains(&code) => Self(Pacific::Marquesas),
            _ => Self::outre_mer(commune.departement()).unwrap_or(Self::PARIS),
        }
    }

    /// That of the territory of a caisse: those of overseas are known by their code, whatever the régime.
    pub fn de_caisse(organisme: &Organisme) -> Self {
        Self::outre_mer(organisme.caisse()).unwrap_or(Self::PARIS)
    }

    /// That of a département or of a collectivity of overseas, by its three digits.
    fn outre_mer(code: &str) -> Option<Self> {
        Some(Self(match code {
            "971" => America::Guadeloupe,
            "972" => America::Martinique,
            "973" => America::Cayenne,
            "974" => Indian::Reunion,
            "975" => America::Miquelon,
            "976" => Indian::Mayotte,
            "977" => America::St_Barthelemy,
            "978" => America::Marigot,
            // Terres australes et antarctiques françaises.
            "984" => Indian::Kerguelen,
            "986" => Pacific::Wallis,
            "987" => Pacific::Tahiti,
            "988" => Pacific::Noumea,
            _ => return None,
        }))
    }

    /// The civil day there at an instant.
    pub fn jour(self, instant: DateTime<Utc>) -> NaiveDate {
        if self == Self::PARIS {
            return paris_day(instant);
        }
        instant.with_timezone(&self.0).date_naive()
    }

    /// What a clock shows there at an instant.
    pub fn heure(self, instant: DateTime<Utc>) -> NaiveDateTime {
        instant.with_timezone(&self.0).naive_local()
    }

    /// The first instant of a civil day.
    pub fn debut(self, jour: NaiveDate) -> DateTime<Utc> {
        let midnight = jour.and_time(NaiveTime::MIN);
        // A clock put forward at midnight begins the day an hour later.
        let first = [0, 1].into_iter().find_map(|hour| {
            let local = midnight.checked_add_signed(TimeDelta::hours(hour))?;
            self.0.from_local_datetime(&local).earliest()
        });
        first.map_or_else(|| midnight.and_utc(), |first| first.with_timezone(&Utc))
    }
}

/// The last day that is begun somewhere in the Republic at an instant: in Wallis, twelve hours before
/// Greenwich. A later one is still to come, whatever the place.
pub fn dernier_jour(instant: DateTime<Utc>) -> NaiveDate {
    Fuseau(Pacific::Wallis).jour(instant)
}
