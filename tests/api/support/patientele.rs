//! What a software makes of the movements of a doctor.

use std::collections::BTreeSet;

use serde_json::Value;

/// The days on which persons arrive (true) and leave, each with the person.
pub type Bornes = BTreeSet<(String, String, bool)>;

/// What one movement changes; `false` for what is told twice, or taken back without having been told.
pub fn fold(held: &mut Bornes, movement: &Value) -> bool {
    let text = |name: &str| movement[name].as_str().unwrap().to_owned();
    let key = |arrives| (text("patient_id"), text("effet_du"), arrives);
    match movement["nature"].as_str().unwrap() {
        "arrivee" => held.insert(key(true)),
        "depart" => held.insert(key(false)),
        "arrivee_annulee" => held.remove(&key(true)),
        "depart_annule" => held.remove(&key(false)),
        other => panic!("{other}"),
    }
}
