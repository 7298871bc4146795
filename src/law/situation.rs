//! Every fact that a rule may read about one act, and nothing else.

use chrono::NaiveDate;

use super::bareme::DateDesSoins;
use super::nomenclature;
use crate::domain::evaluation::{FaitsConnus, RelationMt};
use crate::domain::feuille_de_soins::{
    Acte, Complementaire, Convention, Exoneration, MotifExclusion, NatureAssurance, Nomenclature,
    OptionTarifaire, RegimeLocal, SituationParticuliere, Soins, TypeLieu,
};
use crate::domain::identifiers::{IndicateurParcours, Organisme, Specialite};
use crate::domain::money::Centimes;

/// The facts of one act on its reference day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, written on a feuille"
)]
pub struct Situation {
    /// The day that chooses the law.
    pub date: DateDesSoins,
    /// Age of the patient in completed years, on the reference day.
    pub age: u8,
    /// Age of the patient on the day of the act itself, for the participation.
    pub age_execution: u8,
    /// The médecin traitant in force, seen from the performer.
    pub relation_mt: RelationMt,
    /// Transmitted indicator.
    pub indicateur: Option<IndicateurParcours>,
    /// Whether the doctor who sent the patient is named.
    pub orienteur_nomme: bool,
    /// Item behind the indicator A.
    pub motif_exclusion: Option<MotifExclusion>,
    /// Whether the patient is said to be away from home.
    pub hors_residence: bool,
    /// Caisse of the patient.
    pub organisme: Option<Organisme>,
    /// Whether the act is a teleconsultation.
    pub teleconsultation: bool,
    /// Whether the act is a one-off opinion of a consultant.
    pub avis_ponctuel: bool,
    /// List of the code of the act.
    pub nomenclature: Nomenclature,
    /// Base of the principal line.
    pub base: Option<Centimes>,
    /// First installation of the performer.
    pub date_installation: Option<NaiveDate>,
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
            age_execution: faits.naissance.age_le(acte.date_execution),
            orienteur_nomme: soins.parcours.orienteur.is_some(),
            motif_exclusion: soins.parcours.motif_exclusion,
            hors_residence: soins.parcours.hors_residence == Some(true),
            organisme: soins.beneficiaire.organisme,
            teleconsultation: nomenclature::est_teleconsultation(&acte.code)
                || soins.executant.lieu.and_then(|lieu| lieu.nature)
                    == Some(TypeLieu::Teleconsultation),
            avis_ponctuel: nomenclature::est_avis_ponctuel(&acte.code),
            nomenclature: acte.code.nomenclature(),
            base: acte.base,
            date_installation: soins.executant.date_installation,
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
