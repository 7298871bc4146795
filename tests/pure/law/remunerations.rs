//! What a doctor receives, against the chapter of the Cour des comptes and what was published, at the limits.

use std::collections::BTreeMap;

use traitant::domain::money::Centimes;
use traitant::domain::remuneration::{
    Classe, Manque, NatureRemuneration as N, TarifsPratiques, TrancheAge,
};
use traitant::law::remunerations::{Annee, Encadrement, PREMIERE_ANNEE, Patientele, Remuneration};

use super::support::LAW;

fn patientele(classes: &[(TrancheAge, Option<bool>, u64)]) -> Patientele {
    let of = |(tranche, ald, n): &(TrancheAge, Option<bool>, u64)| {
        (Classe { tranche: *tranche, ald: *ald, en_commun: false }, *n)
    };
    let classes: BTreeMap<Classe, u64> = classes.iter().map(of).collect();
    Patientele { classes, tarifs: TarifsPratiques::Opposables }
}

fn paid(annee: i32, patientele: &Patientele) -> Annee {
    LAW.remunerations(annee, patientele).unwrap()
}

fn one(annee: &Annee, nature: N) -> &Remuneration {
    annee.remunerations.iter().find(|one| one.nature == nature).unwrap()
}

fn between(minimum: i64, maximum: i64) -> Encadrement {
    Encadrement { minimum: Centimes::new(minimum), maximum: Centimes::new(maximum) }
}

fn natures(annee: i32) -> Vec<N> {
    let all = paid(annee, &patientele(&[])).remunerations;
    all.iter().map(|one| one.nature).collect()
}

/// Table 6 of the chapter: 35 710 457 patients with a médecin traitant, 8 692 685 of them with a long-term condition;
/// 348 and 135 millions.
#[test]
fn the_forfaits_of_the_chapter_are_found_again() {
    let published = patientele(&[
        (TrancheAge::De7a74, Some(true), 8_692_685),
        (TrancheAge::De7a74, Some(false), 35_710_457 - 8_692_685),
    ]);
    let year = paid(2013, &published);
    let forfait = one(&year, N::ForfaitMedecinTraitant);
    let (ald, others) = (8_692_685 * 4_000, 27_017_772 * 500);
    assert_eq!(forfait.total.unwrap(), between(ald + others, ald + others));
    assert_eq!([ald, others].map(|cents| (cents + 50_000_000) / 100_000_000), [348, 135]);
    assert!(forfait.manque.is_empty(), "{:?}", forfait.manque);
    // The year before, nothing is paid for the others.
    let before = paid(2012, &published);
    assert_eq!(one(&before, N::ForfaitAld).total.unwrap(), between(ald, ald));
}

/// 1 050 € for 800 patients, 7 € a point, 10.50 € for 1 200 patients.
#[test]
fn points_are_worth_what_the_chapter_says() {
    for (patients, volet, point) in [(800, 105_000, "7,00 €"), (1_200, 157_500, "10,50 €")] {
        let year = paid(2012, &patientele(&[(TrancheAge::De7a74, None, patients)]));
        let synthese = one(&year, N::VoletDeSynthese);
        assert_eq!(synthese.total.unwrap(), between(0, volet));
        let rosp = one(&year, N::Rosp);
        assert_eq!(rosp.total, None);
        let told = rosp.explication.replace(['\u{a0}', '\u{202f}'], " ");
        assert!(told.contains(&format!("Un point vaut {point} pour cette patientèle.")), "{told}");
        assert!(year.non_comptees.contains(&N::Rosp));
    }
    // 1.3125 € for one patient: the part of a cent is left out.
    let single = paid(2012, &patientele(&[(TrancheAge::De7a74, None, 1)]));
    assert_eq!(one(&single, N::VoletDeSynthese).total.unwrap(), between(0, 131));
}

#[test]
fn each_class_is_worth_what_was_published_on_both_sides_of_each_change() {
    use TrancheAge::{De7a74, De75a79, De80, MoinsDe7};
    // Year, nature, age, outside and inside long-term conditions, in euros.
    let published = [
        (2017, N::ForfaitMedecinTraitant, MoinsDe7, 5, 40),
        (2017, N::ForfaitMedecinTraitant, De80, 5, 40),
        (2018, N::ForfaitPatientele, MoinsDe7, 6, 42),
        (2018, N::ForfaitPatientele, De7a74, 5, 42),
        (2018, N::ForfaitPatientele, De75a79, 5, 42),
        (2018, N::ForfaitPatientele, De80, 42, 70),
        (2023, N::ForfaitPatientele, De80, 42, 70),
        (2024, N::ForfaitPatientele, De80, 46, 70),
        (2024, N::ForfaitPatientele, De7a74, 5, 46),
        (2025, N::ForfaitPatientele, MoinsDe7, 6, 46),
    ];
    for (annee, nature, tranche, outside, inside) in published {
        for (ald, low, high) in
            [(Some(false), outside, outside), (Some(true), inside, inside), (None, outside, inside)]
        {
            let year = paid(annee, &patientele(&[(tranche, ald, 3)]));
            let found = one(&year, nature);
            assert_eq!(
                found.total.unwrap(),
                between(low * 300, high * 300),
                "{annee} {tranche:?} {ald:?}"
            );
            assert_eq!(found.manque.contains(&Manque::Ald), ald.is_none());
        }
    }
    // From 2026, who was not seen for two years may be worth 5 €.
    for (tranche, outside, inside) in
        [(MoinsDe7, 15, 55), (De7a74, 5, 55), (De75a79, 15, 55), (De80, 55, 100)]
    {
        let year = paid(2026, &patientele(&[(tranche, Some(false), 1), (tranche, Some(true), 1)]));
        let found = one(&year, N::ForfaitUnique);
        let highest: Vec<i64> =
            found.valeurs.iter().map(|one| one.unitaire.maximum.get()).collect();
        assert_eq!(highest, [outside * 100, inside * 100], "{tranche:?}");
        assert!(found.valeurs.iter().all(|one| one.unitaire.minimum == Centimes::new(500)));
        assert_eq!(found.manque, [Manque::PatientsVus]);
        assert_eq!(one(&year, N::SupplementC2s).total.unwrap(), between(0, 2_000));
    }
}

#[test]
fn a_year_has_what_was_paid_in_it() {
    assert_eq!(natures(PREMIERE_ANNEE - 1), []);
    assert_eq!(natures(2004), [N::MedecinReferent]);
    assert_eq!(natures(2005), [N::ForfaitAld, N::MajorationActe]);
    assert_eq!(natures(2009), [N::ForfaitAld, N::Capi, N::MajorationActe]);
    assert!(!natures(2012).contains(&N::Capi));
    assert!(natures(2012).contains(&N::Rosp));
    assert!(natures(2025).contains(&N::Rosp));
    assert!(!natures(2026).contains(&N::Rosp));
    assert!(natures(2017).contains(&N::VoletDeSynthese));
    assert!(!natures(2018).contains(&N::VoletDeSynthese));
    // 7 € a patient at most.
    let capi = paid(2011, &patientele(&[(TrancheAge::De7a74, None, 800)]));
    assert_eq!(one(&capi, N::Capi).total.unwrap(), between(0, 560_000));
    // 45.73 € from 2001; before, one source alone: nothing is said.
    let amount = |annee| one(&paid(annee, &patientele(&[])), N::MedecinReferent).montants[0].valeur;
    assert_eq!([2000, 2001, 2004].map(amount), [None, Some(4_573), Some(4_573)]);
}

#[test]
fn who_may_not_have_it_or_shares_it_is_told() {
    let mut own = patientele(&[(TrancheAge::De80, Some(true), 1)]);
    for (tarifs, expected) in [
        (TarifsPratiques::Opposables, between(7_000, 7_000)),
        (TarifsPratiques::Inconnus, between(0, 7_000)),
        (TarifsPratiques::Libres, between(0, 0)),
    ] {
        own.tarifs = tarifs;
        let year = paid(2025, &own);
        let forfait = one(&year, N::ForfaitPatientele);
        assert_eq!(forfait.total.unwrap(), expected, "{tarifs:?}");
        let unknown = tarifs == TarifsPratiques::Inconnus;
        assert_eq!(forfait.manque.contains(&Manque::Tarifs), unknown);
        // The forfaits of before were not kept for them.
        let before = paid(2017, &own);
        assert_eq!(one(&before, N::ForfaitMedecinTraitant).total.unwrap(), between(4_000, 4_000));
    }
    let shared = Classe { tranche: TrancheAge::De80, ald: Some(true), en_commun: true };
    let shared = Patientele {
        classes: [(shared, 2)].into_iter().collect(),
        tarifs: TarifsPratiques::Opposables,
    };
    let year = paid(2025, &shared);
    let forfait = one(&year, N::ForfaitPatientele);
    assert_eq!(forfait.total.unwrap(), between(0, 14_000));
    assert_eq!(forfait.manque, [Manque::PartageConjoint]);
}

/// Every amount has two sources that were read, and what has none says why.
#[test]
fn every_amount_has_two_sources_and_every_line_its_words() {
    let some = patientele(&[(TrancheAge::De7a74, None, 2), (TrancheAge::De80, None, 1)]);
    for annee in PREMIERE_ANNEE..=2027 {
        let year = paid(annee, &some);
        for remuneration in &year.remunerations {
            for amount in remuneration.montants.iter().filter(|one| one.valeur.is_some()) {
                assert!(amount.bases.len() >= 2, "{annee}: {:?}", amount.parametre);
            }
            assert!(remuneration.explication.contains(remuneration.libelle));
            let exact = remuneration.total.is_some_and(|total| total.minimum == total.maximum);
            assert!(exact || !remuneration.manque.is_empty(), "{annee}: {:?}", remuneration.nature);
            assert_eq!(
                remuneration.total.is_none(),
                year.non_comptees.contains(&remuneration.nature)
            );
        }
        assert!(year.explication.starts_with(&format!("Pour {annee}, ")));
    }
    let meg = paid(2025, &some);
    let letters: Vec<&str> =
        one(&meg, N::MajorationActe).lettres.iter().map(|row| row.code).collect();
    assert!(letters.contains(&"MEG") && letters.contains(&"VL"), "{letters:?}");
    assert!(!letters.contains(&"MPA"), "{letters:?}");
}
