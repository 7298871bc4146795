//! What speaks for a person and not only of them. A child under sixteen reads what is theirs, and asks for a rectification, which corrects
//! nothing by itself; whoever exercises parental authority speaks for them.

use super::Demarche;

/// Acts on the person's choice, or on the search of a doctor. What is signed is judged by who signs, on the day of the signature.
const PAROLE: &[Demarche] = &[
    Demarche::CreerDeclaration,
    Demarche::AnnulerDeclaration,
    Demarche::ContesterDeclaration,
    Demarche::RetirerMedecin,
    Demarche::AnnulerRetrait,
    Demarche::OuvrirConciliation,
    Demarche::ContacterConciliation,
    Demarche::RepondreConciliation,
    Demarche::TrouverConciliation,
    Demarche::AbandonnerConciliation,
];

impl Demarche {
    /// Whether a child does not ask it alone.
    pub fn est_parole(self) -> bool {
        PAROLE.contains(&self)
    }
}
