//! What few acts are: the circumstances without which a rule is not asked.
//!
//! An act meets seven or eight of them; most rules are about one that it does not meet. They are looked at once an act, and
//! a rule says in one place, [`Quand`](super::rule::Quand), which ones it is about.

use super::consultation::Poids;
use super::nomenclature;
use super::situation::Situation;
use crate::domain::evaluation::{CouvertureConnue, RelationMt};
use crate::domain::feuille_de_soins::{
    Complementaire, MotifExoneration, NatureAssurance, RegimeLocal, SituationParticuliere,
};
use crate::domain::identifiers::{IndicateurParcours, Organisme, Profession};

/// Some of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Circonstances(u64);

/// How many there are.
pub(super) const NB_CIRCONSTANCES: usize = 64;

/// Declares them: the number of each, and when an act meets it.
macro_rules! circonstances {
    ($($(#[$doc:meta])+ $nom:ident = $numero:literal, $situation:ident => $quand:expr;)+) => {
        impl Circonstances {
            $($(#[$doc])+ pub const $nom: Self = Self(1 << $numero);)+

            /// Each of them alone.
            pub const TOUTES: &[Self] = &[$(Self::$nom),+];

            /// Those of an act.
            pub fn de(situation: &Situation) -> Self {
                let mut met = 0;
                $(met |= {
                    let $situation = situation;
                    u64::from($quand) << $numero
                };)+
                Self(met)
            }
        }
    };
}

circonstances! {
    /// The performer is the médecin traitant, at his main practice.
    EXECUTANT = 0, s => s.relation_mt == RelationMt::Executant;
    /// The performer is the médecin traitant, elsewhere than at his main practice.
    CABINET_SECONDAIRE = 1, s => s.relation_mt == RelationMt::ExecutantCabinetSecondaire;
    /// The performer stands in for the médecin traitant.
    REMPLACE = 2, s => s.relation_mt == RelationMt::Remplace;
    /// The médecin traitant is somebody else.
    AUTRE_MEDECIN = 3, s => s.relation_mt == RelationMt::Autre;
    /// The declaration that names the performer is being registered.
    EN_ATTENTE = 4, s => s.relation_mt == RelationMt::EnAttente;
    /// Nobody knows whether there is a médecin traitant.
    MT_INCONNU = 5, s => s.relation_mt == RelationMt::Inconnu;
    /// No médecin traitant in force is known.
    MT_NON_DECLARE = 6, s => !s.relation_mt.declare();
    /// Care that is left out of the parcours, or agreed on with the médecin traitant.
    INDICATEUR_A = 7, s => s.indicateur == Some(IndicateurParcours::A);
    /// A general practitioner of an under-served zone.
    INDICATEUR_B = 8, s => s.indicateur == Some(IndicateurParcours::B);
    /// Direct access.
    INDICATEUR_D = 9, s => s.indicateur == Some(IndicateurParcours::D);
    /// A general practitioner installed recently.
    INDICATEUR_J = 10, s => s.indicateur == Some(IndicateurParcours::J);
    /// Sent by another doctor than the médecin traitant.
    INDICATEUR_M = 11, s => s.indicateur == Some(IndicateurParcours::M);
    /// Sent by the médecin traitant.
    INDICATEUR_O = 12, s => s.indicateur == Some(IndicateurParcours::O);
    /// Emergency.
    INDICATEUR_U = 13, s => s.indicateur == Some(IndicateurParcours::U);
    /// Away from the usual residence, by the indicator, or by the feuille that has none.
    ELOIGNEMENT = 14, s => s.indicateur == Some(IndicateurParcours::H)
        || s.indicateur.is_none() && s.hors_residence;
    /// A referral of the register covers the act.
    ADRESSAGE = 15, s => s.adressage.is_some();
    /// The register knows of no rights, or of somebody insured abroad.
    SANS_DROITS = 16, s => matches!(
        s.couverture,
        Some(CouvertureConnue::SansDroits | CouvertureConnue::HorsDeFrance)
    );
    /// Somebody whom the parcours leaves out: aide médicale de l'État, visitors, the caisses of the Pacific.
    EXCLUSION = 17, s => s.est_ame()
        || matches!(
            s.couverture,
            Some(CouvertureConnue::Passage | CouvertureConnue::CaisseDuPacifique)
        )
        || s.particuliere == SituationParticuliere::PassageCoordonne
        || s.organisme.as_ref().is_some_and(Organisme::est_du_pacifique);
    /// Insured in Mayotte.
    MAYOTTE = 18, s => s.organisme.as_ref().is_some_and(Organisme::est_mayotte)
        || s.couverture == Some(CouvertureConnue::CaisseDeMayotte);
    /// In prison.
    DETENTION = 19, s => s.est_detenu();
    /// The performer is no doctor, or does biology.
    HORS_MEDECINE = 20, s => !s.executant_medecin() || s.specialite.est_biologie();
    /// The performer has a rate of their own.
    AUTRE_PROFESSION = 21, s => s.specialite.profession() != Profession::Medecin
        || s.specialite.est_biologie();
    /// Work accident or occupational disease.
    AT_MP = 22, s => s.est_at_mp();
    /// Another risk than sickness and maternity pays, by the nature of the feuille or by the exemption.
    AUTRE_RISQUE = 23, s => s.est_at_mp()
        || s.nature == NatureAssurance::Prevention
        || s.exoneration.motif() == MotifExoneration::Prevention;
    /// A programme of prevention pays.
    PREVENTION = 24, s => s.est_prevention();
    /// Maternity insurance pays.
    MATERNITE = 25, s => s.est_maternite();
    /// Exempted for a long illness.
    EXONERATION_ALD = 26, s => s.exoneration.motif() == MotifExoneration::Ald;
    /// Exempted for another reason of the patient, of the care or of their régime.
    EXONERATION_AUTRE = 27, s => matches!(
        s.exoneration.motif(),
        MotifExoneration::SuiteActe
            | MotifExoneration::SoinsParticuliers
            | MotifExoneration::Personne
            | MotifExoneration::PensionMilitaire
            | MotifExoneration::Regime
            | MotifExoneration::LongSejour
    );
    /// Exempted by a military pension.
    PENSION_MILITAIRE = 28, s => s.exoneration.motif() == MotifExoneration::PensionMilitaire;
    /// Holds the allowance of old people.
    ALLOCATION_PERSONNES_AGEES = 29, s => s.exoneration.motif() == MotifExoneration::Aspa;
    /// First consultation of contraception.
    CONTRACEPTION = 30, s => nomenclature::est_contraception(&s.code);
    /// Appointment of prevention.
    BILAN_PREVENTION = 31, s => nomenclature::est_bilan_prevention(&s.code);
    /// Compulsory examination of a child.
    EXAMEN_OBLIGATOIRE = 32, s => s.est_examen_obligatoire();
    /// A flat sum, billed by itself.
    FORFAIT = 43, s => nomenclature::est_forfait(&s.code);
    /// Voluntary interruption of pregnancy.
    INTERRUPTION_GROSSESSE = 42, s => nomenclature::est_interruption_de_grossesse(&s.code);
    /// Teleconsultation.
    TELECONSULTATION = 33, s => s.teleconsultation;
    /// An act that is compared with the threshold of heavy acts, other than imaging.
    ACTE_A_SEUIL = 34, s => !matches!(
        s.consultation.poids,
        Poids::Imagerie | Poids::SansSeuil
    );
    /// Imaging that is compared with the threshold of heavy acts.
    IMAGERIE_A_SEUIL = 35, s => s.consultation.poids == Poids::Imagerie;
    /// The local régime of Alsace-Moselle.
    REGIME_LOCAL = 36, s => s.regime_local != RegimeLocal::Aucun;
    /// A complementary insurance with a contract of its own.
    CONTRAT = 37, s => s.a_un_contrat();
    /// Complémentaire santé solidaire.
    C2S = 38, s => s.est_c2s();
    /// Aide médicale de l'État, by the feuille.
    AME = 39, s => s.complementaire == Complementaire::Ame;
    /// Complémentaire santé solidaire, or aide médicale de l'État by the feuille or the register.
    SOLIDARITE = 40, s => s.est_c2s() || s.est_ame();
    /// The aid that paid for a complementary insurance until 2019.
    ANCIENNE_AIDE = 41, s => s.complementaire == Complementaire::AcsAncienne;
}

impl Circonstances {
    /// These, and those.
    #[must_use]
    pub const fn ou(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether one of these is one of those.
    #[must_use]
    pub const fn a_en_commun(self, others: Self) -> bool {
        self.0 & others.0 != 0
    }

    /// The numbers of these, in order.
    pub(super) fn numeros(self) -> impl Iterator<Item = usize> {
        rangs(self.0.into())
    }
}

/// The places of the bits that are set, from the lowest.
pub(super) fn rangs(mut bits: u128) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let rang = usize::try_from(bits.trailing_zeros()).ok().filter(|_| bits != 0)?;
        bits &= bits.wrapping_sub(1);
        Some(rang)
    })
}
