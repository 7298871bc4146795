//! What remains of a claim, whatever was paid and given up.

use proptest::prelude::*;
use traitant::domain::creance::{PlaceCreance, PlaceIllisible, Solde};
use traitant::domain::money::Centimes;

fn solde(montant: i64, paye: i64, remis: i64) -> Solde {
    let [montant, paye, remis] = [montant, paye, remis].map(Centimes::new);
    Solde::new(montant, paye, remis).unwrap()
}

#[test]
fn a_remission_shrinks_with_the_claim_and_is_never_given_back() {
    let amounts = |montant, paye, remis| {
        let solde = solde(montant, paye, remis);
        [solde.recouvre, solde.dont_remise, solde.restant, solde.a_rendre].map(Centimes::get)
    };
    assert_eq!(amounts(1060, 0, 0), [0, 0, 1060, 0]);
    assert_eq!(amounts(1060, 500, 300), [800, 300, 260, 0]);
    assert_eq!(amounts(800, 500, 300), [800, 300, 0, 0]);
    assert_eq!(amounts(600, 500, 300), [600, 100, 0, 0]);
    assert_eq!(amounts(500, 500, 300), [500, 0, 0, 0]);
    assert_eq!(amounts(0, 500, 300), [500, 0, 0, 500]);
    assert_eq!(amounts(0, 0, 300), [0, 0, 0, 0]);
}

#[test]
fn a_place_is_read_back_from_its_text_and_from_nothing_else() {
    let text = "2025-06-16 0192f0c4-0000-7000-8000-000000000001 1 majoration";
    let place: PlaceCreance = text.parse().unwrap();
    assert_eq!(place.to_string(), text);
    for wrong in ["", "2025-06-16", "2025-06-16 x 1 majoration", &format!("{text} 2")] {
        assert_eq!(wrong.parse::<PlaceCreance>(), Err(PlaceIllisible), "{wrong}");
    }
}

proptest! {
    #[test]
    fn claimed_less_recovered_is_what_remains_less_what_is_to_be_given_back(
        montant in 0i64..5000, paye in 0i64..5000, remis in 0i64..5000,
    ) {
        let solde = solde(montant, paye, remis);
        prop_assert_eq!(
            montant - solde.recouvre.get(),
            solde.restant.get() - solde.a_rendre.get()
        );
        prop_assert_eq!(solde.restant.min(solde.a_rendre), Centimes::ZERO);
        prop_assert!(solde.restant >= Centimes::ZERO && solde.a_rendre >= Centimes::ZERO);
        prop_assert!(solde.a_rendre.get() <= paye && solde.dont_remise.get() <= remis);
    }
}
