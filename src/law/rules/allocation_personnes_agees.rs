//! Holders of the allocation of the elderly (ASPA).
//!
//! # Base légale
//!
//! Article R160-9 du Code de la sécurité sociale : participation limitée à 20 % pour les auxiliaires médicaux et la
//! biologie.
//!
//! # Our reading
//!
//! The specification of hospitals gives 80 % for every kind of care; the Code does not name the fees of doctors: it is
//! followed, and doctors' fees keep the ordinary rate.

use crate::domain::evaluation::{CodeRegle, Fait, Theme};
use crate::domain::identifiers::Profession;
use crate::law::circonstances::Circonstances;
use crate::law::parameters::Parametre;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Quand, Rang, Regle};
use crate::law::situation::Situation;
use crate::law::valeurs::{ParametreInconnu, Valeurs};

/// TAU-017.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Taux, 17),
        titre: "Allocation de solidarité aux personnes âgées",
        bases: &["CSS-R160-9", "SV-RG-VF"],
        rang: Rang::Exception { priorite: 18 },
        faits: &[Fait::Exoneration, Fait::Specialite],
        parametres: &[Parametre::TauxAmoAspa],
        phrase: "Grâce à votre allocation de solidarité, l'Assurance maladie rembourse {taux} du tarif de base.",
        cause: "grâce à votre allocation de solidarité",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::ALLOCATION_PERSONNES_AGEES, Fait::Exoneration),
    juge: Juge::FaitsEtValeurs(juge),
};

fn juge(situation: &Situation, valeurs: &Valeurs<'_>) -> Result<Jugement, ParametreInconnu> {
    let named = matches!(
        situation.specialite.profession(),
        Profession::Auxiliaire | Profession::Laboratoire
    ) || situation.specialite.est_biologie();
    if !named {
        return Ok(Jugement::Ecarte(Fait::Specialite));
    }
    valeurs.taux(Parametre::TauxAmoAspa).map(Effet::Taux).map(Jugement::Applique)
}
