//! The rows of a file that is given back: what a spreadsheet opens holds no formula, and a line is an object.

use serde_json::{Value, json};
use traitant::domain::export::{Cellule, entete, ligne};
use traitant::domain::reprise::FormatFichier;

const COLONNES: [&str; 5] = ["texte", "vide", "nombre", "euros", "jour"];

fn written(format: FormatFichier, text: &str, hundredths: i64) -> String {
    let cells = [
        Cellule::texte(text.to_owned()),
        Cellule::Vide,
        Cellule::Nombre(12),
        Cellule::Centiemes(hundredths),
        Cellule::Jour("2025-03-01".parse().unwrap()),
    ];
    let mut out = entete(format, &COLONNES);
    ligne(&mut out, format, &COLONNES, &cells);
    out
}

#[test]
fn no_cell_of_a_table_is_a_formula() {
    for formula in ["=1+1", "@SUM(A1)", "+33", "-1", "\t=1"] {
        let text = written(FormatFichier::Csv, formula, 1060);
        let row = text.split("\r\n").nth(1).unwrap();
        assert_eq!(row, format!("\"'{formula}\";;12;10.60;2025-03-01"));
    }
    assert!(
        written(FormatFichier::Csv, "x", 0).starts_with("\u{feff}texte;vide;nombre;euros;jour\r\n")
    );
}

#[test]
fn a_line_is_an_object_whose_amounts_are_numbers() {
    for (hundredths, euros) in [(1060, 10.6), (5, 0.05), (0, 0.0), (-1250, -12.5)] {
        let text = written(FormatFichier::Ndjson, "l'été « \" »", hundredths);
        let read: Value = serde_json::from_str(text.strip_suffix('\n').unwrap()).unwrap();
        assert_eq!(
            read,
            json!({ "texte": "l'été « \" »", "vide": null, "nombre": 12, "euros": euros, "jour": "2025-03-01" })
        );
    }
}
