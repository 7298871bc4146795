//! Under 16: the parcours has no effect.
//!
//! # Base légale
//!
//! « Même si une déclaration de médecin traitant doit être communiquée à la caisse […] il n'y a pas de
//! réduction du remboursement en cas de non-respect du parcours de soins coordonnés » (France Assos
//! Santé) ; article L162-5-3 du Code de la sécurité sociale.
//!
//! # Our reading
//!
//! Age on the day of care, before everything else that concerns a doctor's act: a child who sees his
//! médecin traitant is not « dans », he is not concerned. Code 33 (L) with a declared médecin
//! traitant, 34 (G) without.

use crate::domain::evaluation::{
    Appartenance, Classe2013, CodeDetermine, CodeRegle, Fait, Qualification, RelationMt, Theme,
};
use crate::law::parameters::Parametre;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Quand, Rang, Regle};
use crate::law::situation::Situation;
use crate::law::valeurs::{ParametreInconnu, Valeurs};

/// PAR-050.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Parcours, 50),
        titre: "Patient de moins de 16 ans",
        bases: &["CSS-L162-5-3", "FAS"],
        rang: Rang::Exception { priorite: 90 },
        faits: &[Fait::Age, Fait::MedecinTraitant],
        parametres: &[Parametre::ParcoursAgeMinimum],
        phrase: "Le patient avait {age} le jour des soins : avant {age_parcours}, le parcours de soins ne change rien au remboursement.",
        ..Fiche::COURANTE
    },
    quand: Quand::Toujours,
    juge: Juge::FaitsEtValeurs(juge),
};

fn juge(situation: &Situation, valeurs: &Valeurs<'_>) -> Result<Jugement, ParametreInconnu> {
    if situation.age >= valeurs.ans(Parametre::ParcoursAgeMinimum)? {
        return Ok(Jugement::Ecarte(Fait::Age));
    }
    Ok(Jugement::Applique(Effet::Parcours(Qualification {
        appartenance: Appartenance::NonConcerne,
        code: if situation.relation_mt == RelationMt::Inconnu {
            CodeDetermine::Inconnu
        } else if situation.relation_mt.declare() {
            CodeDetermine::MoinsDe16Ans
        } else {
            CodeDetermine::MoinsDe16AnsSansMt
        },
        majoration: false,
        da_possible: false,
        coordination_possible: true,
        classe_2013: Classe2013::Exclues,
    })))
}
