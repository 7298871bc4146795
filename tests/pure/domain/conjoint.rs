//! Who may be chosen together.

use traitant::domain::declaration::{ConditionConjointe, MembreConjoint, failures};
use traitant::domain::identifiers::{CommuneExercice, Finess, Rpps, Specialite};
use traitant::domain::ids::LieuId;
use traitant::domain::medecin::{Lieu, NatureLieu};
use uuid::Uuid;

fn membre(rpps: &str, specialite: &str, lieu: u128, nature: NatureLieu) -> MembreConjoint {
    MembreConjoint {
        rpps: Rpps::parse(rpps).unwrap(),
        specialite: Specialite::parse(specialite).unwrap(),
        lieu: Lieu {
            id: LieuId::from_uuid(Uuid::from_u128(lieu)),
            nature,
            nom: "Lieu".to_owned(),
            commune: CommuneExercice::parse("01004").unwrap(),
            adresse: "1 rue".to_owned(),
            finess_et: None,
        },
    }
}

fn codes(membres: &[MembreConjoint]) -> Vec<(String, ConditionConjointe)> {
    failures(membres).iter().map(|e| (e.rpps.to_string(), e.condition)).collect()
}

const A: &str = "99900001233";
const B: &str = "99900007016";
const C: &str = "99900002017";

#[test]
fn the_same_specialty_and_the_same_premises_are_both_needed() {
    use ConditionConjointe as K;
    use NatureLieu::Cabinet;
    assert_eq!(codes(&[membre(A, "01", 1, Cabinet), membre(B, "01", 1, Cabinet)]), []);
    assert_eq!(
        codes(&[
            membre(A, "01", 1, Cabinet),
            membre(B, "03", 1, Cabinet),
            membre(C, "03", 2, Cabinet)
        ]),
        [
            (B.to_owned(), K::MemeSpecialite),
            (C.to_owned(), K::MemeSpecialite),
            (C.to_owned(), K::MemeLieu)
        ]
    );
    // Alone, a doctor has nothing to share.
    assert_eq!(codes(&[membre(A, "01", 1, NatureLieu::Hopital)]), []);
}

#[test]
fn a_centre_is_one_by_its_finess_and_a_hospital_is_no_place_for_it() {
    use ConditionConjointe as K;
    let finess = Finess::parse("990789018").ok();
    assert!(finess.is_some());
    let mut here = membre(A, "01", 1, NatureLieu::CentreDeSante);
    let mut there = membre(B, "01", 2, NatureLieu::CentreDeSante);
    assert_eq!(codes(&[here.clone(), there.clone()]), [(B.to_owned(), K::MemeLieu)]);
    here.lieu.finess_et = finess;
    there.lieu.finess_et = finess;
    assert_eq!(codes(&[here.clone(), there.clone()]), []);
    // The sites of a maison de santé are several places, whatever their number.
    here.lieu.nature = NatureLieu::MaisonDeSante;
    there.lieu.nature = NatureLieu::MaisonDeSante;
    assert_eq!(codes(&[here, there]), [(B.to_owned(), K::MemeLieu)]);
    let hospital = |rpps| membre(rpps, "01", 3, NatureLieu::Hopital);
    assert_eq!(
        codes(&[hospital(A), hospital(B)]),
        [(A.to_owned(), K::LieuAdmis), (B.to_owned(), K::LieuAdmis)]
    );
}
