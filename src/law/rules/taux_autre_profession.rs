//! Rate of the acts of professionals who are not doctors.
//!
//! # Base légale
//!
//! Article R160-5 du Code de la sécurité sociale : un taux de participation par catégorie de frais ; décisions de
//! l'UNCAM, dont celle qui baisse les soins dentaires le 15 octobre 2023.
//!
//! # Our reading
//!
//! One rate a profession. A dentist's imaging keeps the rate of doctors, as the decision says. A laboratory, and a
//! biologist who is a doctor, have that of biology.

use crate::domain::evaluation::{CodeRegle, Fait, Theme};
use crate::domain::identifiers::Profession;
use crate::law::circonstances::Circonstances;
use crate::law::parameters::Parametre;
use crate::law::rule::{Effet, Fiche, Juge, Jugement, Quand, Rang, Regle};
use crate::law::situation::Situation;
use crate::law::valeurs::{ParametreInconnu, Valeurs};

/// TAU-002.
pub(super) static REGLE: Regle = Regle {
    fiche: Fiche {
        code: CodeRegle::new(Theme::Taux, 2),
        titre: "Taux des autres professions",
        bases: &["CSS-R160-5"],
        rang: Rang::Exception { priorite: 10 },
        faits: &[Fait::Specialite, Fait::Acte],
        parametres: &[
            Parametre::TauxAmoMedecin,
            Parametre::TauxAmoDentiste,
            Parametre::TauxAmoSageFemme,
            Parametre::TauxAmoAuxiliaire,
            Parametre::TauxAmoBiologie,
            Parametre::TauxAmoAutreProfession,
        ],
        phrase: "L'Assurance maladie rembourse {taux} du tarif de base des actes de cette profession.",
        cause: "comme tous les actes de cette profession",
        ..Fiche::COURANTE
    },
    quand: Quand::Si(Circonstances::AUTRE_PROFESSION, Fait::Specialite),
    juge: Juge::FaitsEtValeurs(juge),
};

fn juge(situation: &Situation, valeurs: &Valeurs<'_>) -> Result<Jugement, ParametreInconnu> {
    let rate = match situation.specialite.profession() {
        Profession::Medecin if situation.specialite.est_biologie() => Parametre::TauxAmoBiologie,
        Profession::Medecin => return Ok(Jugement::Ecarte(Fait::Specialite)),
        Profession::Dentiste if situation.imagerie => Parametre::TauxAmoMedecin,
        Profession::Dentiste => Parametre::TauxAmoDentiste,
        Profession::SageFemme => Parametre::TauxAmoSageFemme,
        Profession::Auxiliaire => Parametre::TauxAmoAuxiliaire,
        Profession::Laboratoire => Parametre::TauxAmoBiologie,
        Profession::Autre => Parametre::TauxAmoAutreProfession,
    };
    valeurs.taux(rate).map(Effet::Taux).map(Jugement::Applique)
}
