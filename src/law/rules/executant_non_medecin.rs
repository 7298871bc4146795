//! Acts of professionals who are not doctors are not tested.
//!
//! # Base légale
//!
//! L'article R160-6 (ancien R322-1-1) du Code de la sécurité sociale ne vise que les actes et
//! consultations de médecins ; les règles de facturation laissent l'indicateur vide pour les autres
//! professions.

use crate::domain::evaluation::{
    Appartenance, Classe2013, CodeDetermine, CodeRegle, Fait, Qualification, Theme,
};
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Rang, Regle};
use crate::law::situation::Situation;

/// PAR-060.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Parcours, 60),
        titre: "Acte d'un professionnel qui n'est pas médecin",
        periode: (None, None),
        bases: &["CSS-R160-6", "SV-RG-BS"],
        rang: Rang::Exception { priorite: 100 },
        faits: &[Fait::Specialite],
        parametres: &[],
        phrase: "Cet acte n'est pas celui d'un médecin : le parcours de soins ne s'applique pas.",
    },
    juge: Juge::Faits(juge),
};

fn juge(situation: &Situation) -> Jugement {
    if situation.executant_medecin() {
        return Jugement::Ecarte(Fait::Specialite);
    }
    Jugement::Applique(Effet::Parcours(Qualification {
        appartenance: Appartenance::NonConcerne,
        code: CodeDetermine::SansObjet,
        majoration: false,
        da_possible: false,
        coordination_possible: false,
        classe_2013: Classe2013::Exclues,
    }))
}
