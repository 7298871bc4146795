//! Rate of the acts of professionals who are not doctors.
//!
//! # Base légale
//!
//! Article R160-5 du Code de la sécurité sociale : un taux de participation par catégorie de frais.
//!
//! # Our reading
//!
//! These rates were not verified: the parameter is unknown, and the question is refused by its name.

use crate::domain::evaluation::{CodeRegle, Fait, Theme};
use crate::law::parameters::Parametre;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Rang, Regle};
use crate::law::situation::Situation;
use crate::law::valeurs::{ParametreInconnu, Valeurs};

/// TAU-002.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Taux, 2),
        titre: "Taux des autres professions",
        bases: &["CSS-R160-5"],
        rang: Rang::Exception { priorite: 10 },
        faits: &[Fait::Specialite],
        parametres: &[Parametre::TauxAmoAutreProfession],
        phrase: "L'Assurance maladie rembourse {taux} du tarif de base des actes de cette profession.",
        ..Fiche::COURANTE
    },
    juge: Juge::FaitsEtValeurs(juge),
};

fn juge(situation: &Situation, valeurs: &Valeurs) -> Result<Jugement, ParametreInconnu> {
    if situation.executant_medecin() {
        return Ok(Jugement::Ecarte(Fait::Specialite));
    }
    valeurs.taux(Parametre::TauxAmoAutreProfession).map(Effet::Taux).map(Jugement::Applique)
}
