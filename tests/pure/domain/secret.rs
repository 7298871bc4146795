//! What small numbers leave to be found, by solving what the totals of a table say.

use proptest::prelude::*;
use traitant::domain::statistiques::{
    Indicateur, Matiere, Methode, SEUIL, Tableau, Valeur, chiffres, masquer,
};

/// Modulus of the arithmetic in which what is given back is looked for.
const P: i128 = 1_000_000_007;

fn inverse(value: i128) -> i128 {
    let (mut result, mut base, mut power) = (1, value.rem_euclid(P), P - 2);
    while power > 0 {
        if power % 2 == 1 {
            result = result * base % P;
        }
        base = base * base % P;
        power /= 2;
    }
    result
}

/// The hidden cells that the sums of a table give back, found by solving: each row and each column is an equation whose
/// unknowns are the hidden cells, and a cell is given back when the equations reduce to it alone.
fn given_back(mask: &[Vec<bool>]) -> Vec<(usize, usize)> {
    let (rows, columns) = (mask.len(), mask[0].len());
    let unknowns: Vec<(usize, usize)> = (0..rows)
        .flat_map(|r| (0..columns).map(move |c| (r, c)))
        .filter(|(r, c)| mask[*r][*c])
        .collect();
    let sign = |last: bool| if last { -1 } else { 1 };
    let mut system: Vec<Vec<i128>> = Vec::new();
    for r in 0..rows {
        let of = |(own, c): &(usize, usize)| if *own == r { sign(*c + 1 == columns) } else { 0 };
        system.push(unknowns.iter().map(of).collect());
    }
    for c in 0..columns {
        let of = |(r, own): &(usize, usize)| if *own == c { sign(*r + 1 == rows) } else { 0 };
        system.push(unknowns.iter().map(of).collect());
    }
    let mut rank = 0;
    for column in 0..unknowns.len() {
        let Some(pivot) = (rank..system.len()).find(|row| system[*row][column].rem_euclid(P) != 0)
        else {
            continue;
        };
        system.swap(rank, pivot);
        let factor = inverse(system[rank][column]);
        for value in &mut system[rank] {
            *value = (*value * factor).rem_euclid(P);
        }
        let pivot_row = system[rank].clone();
        for (row, values) in system.iter_mut().enumerate() {
            if row != rank {
                let factor = values[column];
                for (value, own) in values.iter_mut().zip(&pivot_row) {
                    *value = (*value - factor * own).rem_euclid(P);
                }
            }
        }
        rank += 1;
    }
    let alone = |row: &&Vec<i128>| row.iter().filter(|value| **value != 0).count() == 1;
    let cell = |row: &Vec<i128>| unknowns[row.iter().position(|value| *value != 0).unwrap()];
    system.iter().filter(alone).map(cell).collect()
}

proptest! {
    /// Every small cell is hidden, with its totals, and no sum gives a hidden cell back.
    #[test]
    fn no_total_gives_a_hidden_cell_back(
        table in (1_usize..6, 1_usize..6).prop_flat_map(|(rows, columns)| {
            let cell = prop_oneof![Just(0_i64), 1_i64..11, 11_i64..40, 40_i64..10_000];
            prop::collection::vec(prop::collection::vec(cell, columns), rows)
        })
    ) {
        let mask = masquer(&table);
        prop_assert_eq!((mask.len(), mask[0].len()), (table.len() + 1, table[0].len() + 1));
        for (row, values) in table.iter().enumerate() {
            for (column, value) in values.iter().enumerate() {
                prop_assert!(!(1..SEUIL).contains(value) || mask[row][column]);
            }
            let total: i64 = values.iter().sum();
            prop_assert!(!(1..SEUIL).contains(&total) || mask[row][values.len()]);
            let together: i64 = values.iter().zip(&mask[row]).filter(|(_, hidden)| **hidden).map(|one| one.0).sum();
            let told = !mask[row][values.len()];
            prop_assert!(!(told && (1..SEUIL).contains(&together)), "{mask:?} says at most {together}");
        }
        let found = given_back(&mask);
        prop_assert!(found.is_empty(), "{table:?} {mask:?} gives {found:?} back");
    }

    /// A table without any small number is told whole.
    #[test]
    fn nothing_is_hidden_without_a_reason(
        table in prop::collection::vec(prop::collection::vec(prop_oneof![Just(0_i64), 11_i64..500], 4), 1..6)
    ) {
        prop_assert!(masquer(&table).iter().flatten().all(|hidden| !hidden));
    }
}

#[test]
fn a_few_doctors_are_told_no_more_than_a_few_persons() {
    for (nombre, told) in [
        (0, Valeur::Nombre(0)),
        (1, Valeur::Secret),
        (10, Valeur::Secret),
        (11, Valeur::Nombre(11)),
    ] {
        let matiere = Matiere { medecins: Some(nombre), ..Matiere::default() };
        let lignes = chiffres(Tableau::Designation, (Methode::Cour2013, None), &matiere);
        let own =
            lignes[0].chiffres.iter().find(|one| one.indicateur == Indicateur::MedecinsTraitants);
        assert_eq!(own.unwrap().valeur, told, "{nombre}");
    }
}
