//! Charts of a page: horizontal bars as SVG, each with its title and what it shows as text, no style of its own beside
//! attributes, and no number that the table beside does not have.

use svg::Document;
use svg::node::element::{Description, Rectangle, Text, Title};

/// Width of a chart, in the units of its box: about the pixels of a telephone.
const LARGEUR: i64 = 360;
/// Height of a bar with its label.
const HAUTEUR: i64 = 46;
/// Width that the longest bar takes, and the one that is left for its number.
const BARRE: i64 = 230;
const ENCRE: &str = "#16202b";
const TEINTE: &str = "#0b57a4";
const FOND: &str = "#e4eaf0";

/// A bar: what it is of, its length, and its number as the table has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Barre {
    pub(super) nom: String,
    /// None for a number that is not told.
    pub(super) longueur: Option<i64>,
    pub(super) dit: String,
}

/// Bars under one another, the longest of which is as long as `entier`, or as itself without it.
pub(super) fn barres(id: &str, titre: &str, barres: &[Barre], entier: Option<i64>) -> String {
    let longest = barres.iter().filter_map(|one| one.longueur).max().unwrap_or_default();
    let scale = entier.unwrap_or(longest).max(1);
    let said: Vec<String> = barres.iter().map(|one| format!("{} : {}", one.nom, one.dit)).collect();
    let rows = i64::try_from(barres.len()).unwrap_or_default();
    let height = rows.saturating_mul(HAUTEUR).saturating_add(4);
    let mut document = Document::new()
        .set("viewBox", format!("0 0 {LARGEUR} {height}"))
        .set("role", "img")
        .set("aria-labelledby", format!("{id}-t {id}-d"))
        .add(Title::new(titre).set("id", format!("{id}-t")))
        .add(
            Description::new()
                .set("id", format!("{id}-d"))
                .add(svg::node::Text::new(said.join(" ; "))),
        );
    for (place, one) in (0_i64..).zip(barres) {
        let top = place.saturating_mul(HAUTEUR);
        let length = one.longueur.unwrap_or_default().clamp(0, scale);
        let length = length.saturating_mul(BARRE).checked_div(scale).unwrap_or_default();
        let text = |content: &str, x: i64, y: i64| {
            Text::new(content)
                .set("x", x)
                .set("y", y)
                .set("font-size", 14)
                .set("font-family", "system-ui, sans-serif")
                .set("fill", ENCRE)
        };
        let bar = |width: i64, fill: &str| {
            Rectangle::new()
                .set("x", 0)
                .set("y", top.saturating_add(22))
                .set("width", width)
                .set("height", 18)
                .set("fill", fill)
        };
        document = document
            .add(text(&one.nom, 0, top.saturating_add(16)))
            .add(bar(BARRE, FOND))
            .add(bar(length, TEINTE))
            .add(text(&one.dit, BARRE.saturating_add(8), top.saturating_add(36)));
    }
    document.to_string()
}
