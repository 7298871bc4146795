//! Who arrives and who leaves.

use traitant::domain::calendar::Periode;
use traitant::domain::designation::MotifFin;
use traitant::domain::frise::Jours;
use traitant::domain::ids::MedecinId;
use traitant::domain::patientele::{NatureMouvement, mouvements};
use uuid::Uuid;

fn ligne(doctor: u128, du: &str, au: Option<(&str, MotifFin)>) -> Jours {
    Jours {
        medecin_id: MedecinId::from_uuid(Uuid::from_u128(doctor)),
        effet: Periode::new(du.parse().unwrap(), au.map(|(day, _)| day.parse().unwrap())).unwrap(),
        motif_fin: au.map(|(_, motif)| motif),
    }
}

fn told(before: &[Jours], after: &[Jours]) -> Vec<(u128, NatureMouvement, String)> {
    mouvements(before, after)
        .iter()
        .map(|m| (m.medecin_id.uuid().as_u128(), m.nature, m.jour.to_string()))
        .collect()
}

#[test]
fn a_change_of_doctor_is_a_departure_for_one_and_an_arrival_for_the_other() {
    use NatureMouvement::{Arrivee, Depart};
    let before = [ligne(1, "2025-01-01", None)];
    let after = [
        ligne(1, "2025-01-01", Some(("2025-03-01", MotifFin::Remplacement))),
        ligne(2, "2025-03-01", None),
    ];
    assert_eq!(
        told(&before, &after),
        [(1, Depart, "2025-03-01".to_owned()), (2, Arrivee, "2025-03-01".to_owned())]
    );
    assert_eq!(told(&after, &after), []);
    assert_eq!(told(&after, &before).len(), 2);
}

#[test]
fn a_doctor_who_stays_under_another_designation_neither_leaves_nor_arrives() {
    use NatureMouvement::Arrivee;
    let before = [ligne(1, "2025-01-01", None)];
    let after = [
        ligne(1, "2025-01-01", Some(("2025-03-01", MotifFin::Remplacement))),
        ligne(1, "2025-03-01", None),
        ligne(2, "2025-03-01", None),
    ];
    assert_eq!(told(&before, &after), [(2, Arrivee, "2025-03-01".to_owned())]);
}
