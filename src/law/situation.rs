//! Every fact that a rule may read about one act, and nothing else.

use super::bareme::DateDesSoins;
use crate::domain::evaluation::{FaitsConnus, RelationMt};
use crate::domain::feuille_de_soins::{
    Acte, Complementaire, Convention, Exoneration, NatureAssurance, OptionTarifaire, RegimeLocal,
    SituationParticuliere, Soins,
};
use crate::domain::identifiers::{IndicateurParcours, Specialite};

/// The facts of one act on its reference day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Situation {
    /// The day that chooses the law.
    pub date: DateDesSoins,
    /// Age of the patient in completed years.
    pub age: u8,
    /// The médecin traitant in force, seen from the performer.
    pub relation_mt: RelationMt,
    /// Transmitted indicator.
    pub indicateur: Option<IndicateurParcours>,
    /// Whether the doctor who sent the patient is named.
    pub orienteur_nomme: bool,
    /// Specialty of the performer.
    pub specialite: Specialite,
    /// Convention of the performer.
    pub convention: Convention,
    /// Contract limiting overruns.
    pub option_tarifaire: OptionTarifaire,
    /// Exemption of the act, or else of the feuille.
    pub exoneration: Exoneration,
    /// Nature d'assurance.
    pub nature: NatureAssurance,
    /// Local scheme.
    pub regime_local: RegimeLocal,
    /// Complementary cover.
    pub complementaire: Complementaire,
    /// Particular situation.
    pub particuliere: SituationParticuliere,
}

impl Situation {
    /// Assembles the facts of an act.
    pub fn of(soins: &Soins, acte: &Acte, faits: &FaitsConnus) -> Self {
        let jour = acte.date_reference();
        Self {
            date: DateDesSoins::new(jour),
            age: faits.naissance.age_le(jour),
            relation_mt: faits.relation_le(jour),
            indicateur: soins.parcours.indicateur,
            orienteur_nomme: soins.parcours.orienteur.is_some(),
            specialite: soins.executant.specialite,
            convention: soins.executant.convention,
            option_tarifaire: soins.executant.option_tarifaire,
            exoneration: acte.exoneration.unwrap_or(soins.beneficiaire.exoneration),
            nature: soins.assurance.nature,
            regime_local: soins.beneficiaire.regime_local,
            complementaire: soins.beneficiaire.complementaire,
            particuliere: soins.beneficiaire.situation,
        }
    }

    /// Whether the patient holds the complémentaire santé solidaire.
    pub const fn est_c2s(&self) -> bool {
        matches!(
            self.complementaire,
            Complementaire::C2sSansParticipation | Complementaire::C2sAvecParticipation
        )
    }

    /// Whether the performer is a doctor.
    pub fn executant_medecin(&self) -> bool {
        self.specialite.est_medecin()
    }

    /// Whether the care is covered by maternity insurance from the sixth month.
    pub const fn est_maternite(&self) -> bool {
        matches!(self.nature, NatureAssurance::Maternite) || self.exoneration.maternite()
    }
}
