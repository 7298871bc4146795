//! Readings of the law that the oracle does not share, each with its reason. Nothing else may differ: an answer that
//! the oracle does not give must be exactly the one that these readings make.

/// A reading of the law, on a point where the texts say otherwise or say nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    Maternite,
    Residence,
    Orienteur,
}

/// Every point, and why the law may differ there.
pub const ADMIS: [(Point, &str); 3] = [
    (
        Point::Maternite,
        "what the feuille says of maternity is believed outside its period (L160-9), with a warning for a clerk: the day given is that of the pregnancy or that of the birth",
    ),
    (
        Point::Residence,
        "a statement that the patient was away (R160-6) is not read beside another indicator that is filled",
    ),
    (
        Point::Orienteur,
        "the indicator O wants the name of the médecin traitant, which the billing specification asks for M alone (RG_CF641)",
    ),
];

/// The points on which the oracle answers as the law does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Points {
    Aucun,
    Seul(Point),
    Tous,
}

impl Points {
    pub fn contient(self, point: Point) -> bool {
        self == Self::Tous || self == Self::Seul(point)
    }
}
