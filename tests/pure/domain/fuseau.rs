//! The civil day of a place, on both sides of its midnight.

use chrono::{DateTime, Utc};
use traitant::domain::fuseau::{Fuseau, dernier_jour};
use traitant::domain::identifiers::{CommuneExercice, Organisme};

fn at(instant: &str) -> DateTime<Utc> {
    instant.parse().unwrap()
}

fn commune(code: &str) -> Fuseau {
    Fuseau::de_commune(&CommuneExercice::parse(code).unwrap())
}

fn caisse(code: &str) -> Fuseau {
    Fuseau::de_caisse(&Organisme::parse(code).unwrap())
}

/// Commune, last instant of 30 June 2025 there, first instant of 1 July.
const MIDNIGHTS: [(&str, &str); 16] = [
    ("97502", "2025-07-01T02:00:00Z"), // Saint-Pierre, UTC-2 in summer
    ("97105", "2025-07-01T04:00:00Z"), // Basse-Terre
    ("97209", "2025-07-01T04:00:00Z"), // Fort-de-France
    ("97302", "2025-07-01T03:00:00Z"), // Cayenne
    ("97411", "2025-06-30T20:00:00Z"), // Saint-Denis de La Réunion
    ("97608", "2025-06-30T21:00:00Z"), // Mamoudzou
    ("97701", "2025-07-01T04:00:00Z"), // Saint-Barthélemy
    ("97801", "2025-07-01T04:00:00Z"), // Saint-Martin
    ("98613", "2025-06-30T12:00:00Z"), // Uvea, Wallis
    ("98735", "2025-07-01T10:00:00Z"), // Papeete
    ("98731", "2025-07-01T09:30:00Z"), // Nuku-Hiva, Marquises
    ("98719", "2025-07-01T09:00:00Z"), // Gambier
    ("98818", "2025-06-30T13:00:00Z"), // Nouméa
    ("98412", "2025-06-30T19:00:00Z"), // Kerguelen
    ("75056", "2025-06-30T22:00:00Z"), // Paris
    ("2A004", "2025-06-30T22:00:00Z"), // Ajaccio
];

#[test]
fn each_place_has_its_own_midnight() {
    for (code, midnight) in MIDNIGHTS {
        let (place, midnight) = (commune(code), at(midnight));
        let eve = midnight - chrono::TimeDelta::seconds(1);
        assert_eq!(place.jour(eve).to_string(), "2025-06-30", "{code}");
        assert_eq!(place.jour(midnight).to_string(), "2025-07-01", "{code}");
    }
}

#[test]
fn winter_moves_the_midnight_of_paris_and_of_saint_pierre_only() {
    for (code, midnight) in [
        ("75056", "2025-01-31T23:00:00Z"),
        ("97502", "2025-02-01T03:00:00Z"),
        ("97209", "2025-02-01T04:00:00Z"),
        ("97411", "2025-01-31T20:00:00Z"),
    ] {
        let (place, midnight) = (commune(code), at(midnight));
        let eve = midnight - chrono::TimeDelta::seconds(1);
        assert_eq!(place.jour(eve).to_string(), "2025-01-31", "{code}");
        assert_eq!(place.jour(midnight).to_string(), "2025-02-01", "{code}");
    }
}

#[test]
fn a_caisse_of_overseas_has_the_time_of_its_territory_whatever_the_regime() {
    for (organisme, code) in [
        ("019710000", "97105"),
        ("019720000", "97209"),
        ("029720000", "97209"),
        ("019730000", "97302"),
        ("019740000", "97411"),
        ("919740000", "97411"),
        ("019750000", "97502"),
        ("019760000", "97608"),
        ("019860000", "98613"),
        ("019870000", "98735"),
        ("019880000", "98818"),
        ("011310000", "13055"),
        ("012010000", "2A004"),
        ("029150000", "75056"),
    ] {
        assert_eq!(caisse(organisme), commune(code), "{organisme}");
    }
}

#[test]
fn no_place_of_the_republic_is_a_day_ahead_of_wallis() {
    for hour in 0..48 {
        let instant = at("2025-06-30T00:00:00Z") + chrono::TimeDelta::hours(hour);
        for (code, _) in MIDNIGHTS {
            assert!(commune(code).jour(instant) <= dernier_jour(instant), "{code} {instant}");
        }
    }
}
