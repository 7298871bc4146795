//! What people open in a spreadsheet runs nothing there.

use traitant::domain::tableur::ligne;

fn row(cells: &[&str]) -> String {
    let mut out = String::new();
    ligne(&mut out, cells.iter().copied());
    out
}

#[test]
fn a_cell_that_would_be_a_formula_is_a_text() {
    for first in ["=", "+", "-", "@", "\t", "\r"] {
        let cell = format!("{first}cmd|' /C calc'!A0");
        assert_eq!(row(&[&cell]), format!("\"'{cell}\"\r\n"), "{first:?}");
    }
    assert_eq!(row(&["a=b", "1+1"]), "a=b;1+1\r\n", "what does not begin with it is none");
}

#[test]
fn a_cell_is_read_back_whatever_it_holds() {
    let cells = ["", "a;b", "dit \"oui\"", "deux\nlignes", "=1;2", "é"];
    let text = row(&cells);
    let mut reader =
        csv::ReaderBuilder::new().delimiter(b';').has_headers(false).from_reader(text.as_bytes());
    let read: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let [only] = &read[..] else { panic!("{read:?}") };
    let expected = ["", "a;b", "dit \"oui\"", "deux\nlignes", "'=1;2", "é"];
    assert_eq!(only.iter().collect::<Vec<_>>(), expected);
}
