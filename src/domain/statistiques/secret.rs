//! Small numbers are not told, and no total gives them back.
//!
//! A table is read with its totals: each row and each column says that its cells add up to its total. What is hidden is a
//! graph, whose corners are the rows and the columns (those of totals included) and whose edges are the hidden cells: a
//! hidden cell is given back by the others exactly when its edge is on no cycle. So cells are hidden beside the small
//! ones until every hidden cell is on a cycle, and until those hidden together on a line whose total is told add up to
//! [`SEUIL`] at least.

use std::collections::BTreeSet;

/// The smallest number of persons or acts that is told. Nothing at all is told too: a cell of nobody is about nobody.
pub const SEUIL: i64 = 11;

/// A place of the table with its totals.
type Place = (usize, usize);

/// Which cells of a table, given without its totals, are hidden: the last row and the last column of the answer are those
/// of the totals.
pub fn masquer(cellules: &[Vec<i64>]) -> Vec<Vec<bool>> {
    let table = Table::with_totals(cellules);
    let mut hidden: BTreeSet<Place> =
        table.places().filter(|place| table.est_petite(*place)).collect();
    while let Some(more) = table.next(&hidden) {
        hidden.insert(more);
    }
    (0..table.lignes)
        .map(|row| (0..table.colonnes).map(|column| hidden.contains(&(row, column))).collect())
        .collect()
}

/// A table and its totals.
struct Table {
    lignes: usize,
    colonnes: usize,
    valeurs: Vec<i64>,
}

/// A row or a column.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Trait {
    Ligne(usize),
    Colonne(usize),
}

impl Table {
    fn with_totals(cellules: &[Vec<i64>]) -> Self {
        let sum = |values: &mut dyn Iterator<Item = i64>| values.fold(0, i64::saturating_add);
        let width = cellules.iter().map(Vec::len).max().unwrap_or_default();
        let at = |row: &Vec<i64>, column: usize| row.get(column).copied().unwrap_or_default();
        let totals: Vec<i64> =
            (0..width).map(|column| sum(&mut cellules.iter().map(|row| at(row, column)))).collect();
        let rows = cellules.iter().chain([&totals]);
        let valeurs = rows
            .flat_map(|row| {
                let own: Vec<i64> = (0..width).map(|column| at(row, column)).collect();
                let total = sum(&mut own.iter().copied());
                own.into_iter().chain([total])
            })
            .collect();
        Self {
            lignes: cellules.len().saturating_add(1),
            colonnes: width.saturating_add(1),
            valeurs,
        }
    }

    fn places(&self) -> impl Iterator<Item = Place> {
        (0..self.lignes).flat_map(|row| (0..self.colonnes).map(move |column| (row, column)))
    }

    fn valeur(&self, (row, column): Place) -> i64 {
        let place = row.saturating_mul(self.colonnes).saturating_add(column);
        self.valeurs.get(place).copied().unwrap_or_default()
    }

    fn est_petite(&self, place: Place) -> bool {
        (1..SEUIL).contains(&self.valeur(place))
    }

    fn est_total(&self, (row, column): Place) -> bool {
        row.saturating_add(1) == self.lignes || column.saturating_add(1) == self.colonnes
    }

    /// The places of a row or of a column.
    fn le_long(&self, line: Trait) -> Vec<Place> {
        match line {
            Trait::Ligne(row) => (0..self.colonnes).map(|column| (row, column)).collect(),
            Trait::Colonne(column) => (0..self.lignes).map(|row| (row, column)).collect(),
        }
    }

    /// Another cell to hide, as long as one is needed.
    fn next(&self, hidden: &BTreeSet<Place>) -> Option<Place> {
        let lines =
            (0..self.lignes).map(Trait::Ligne).chain((0..self.colonnes).map(Trait::Colonne));
        let weak = lines.filter(|line| self.est_faible(*line, hidden));
        let bridges = hidden.iter().filter(|place| est_un_pont(**place, hidden));
        let beside =
            bridges.flat_map(|(row, column)| [Trait::Ligne(*row), Trait::Colonne(*column)]);
        weak.chain(beside).find_map(|line| self.candidate(line, hidden))
    }

    /// Whether what is hidden on a line is given back, or nearly: it is alone, or adds up to a small number that the total
    /// gives.
    fn est_faible(&self, line: Trait, hidden: &BTreeSet<Place>) -> bool {
        let places = self.le_long(line);
        let own: Vec<Place> = places.iter().copied().filter(|one| hidden.contains(one)).collect();
        let told = places.last().is_some_and(|total| !hidden.contains(total));
        let sum = own.iter().fold(0, |sum: i64, place| sum.saturating_add(self.valeur(*place)));
        own.len() == 1 || told && (1..SEUIL).contains(&sum)
    }

    /// The cell of a line to hide next: the smallest that counts somebody, a total only when there is no other.
    fn candidate(&self, line: Trait, hidden: &BTreeSet<Place>) -> Option<Place> {
        let places = self.le_long(line).into_iter().filter(|place| !hidden.contains(place));
        places.min_by_key(|place| {
            let valeur = self.valeur(*place);
            (self.est_total(*place), valeur == 0, valeur)
        })
    }
}

/// Whether a hidden cell is on no cycle of hidden cells: without it, nothing leads from its row to its column.
fn est_un_pont((row, column): Place, hidden: &BTreeSet<Place>) -> bool {
    let (mut rows, mut columns) = (BTreeSet::from([row]), BTreeSet::new());
    loop {
        let before = (rows.len(), columns.len());
        for (r, c) in hidden.iter().filter(|place| **place != (row, column)) {
            if rows.contains(r) || columns.contains(c) {
                rows.insert(*r);
                columns.insert(*c);
            }
        }
        if columns.contains(&column) {
            return false;
        }
        if (rows.len(), columns.len()) == before {
            return true;
        }
    }
}
