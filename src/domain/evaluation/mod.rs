//! The evaluation of a feuille: an immutable decision with its amounts and its reasons.
//!
//! Four outcomes are kept apart for every act, because they do not coincide: where it stands
//! ([`Appartenance`]), whether the majoration is due, whether an authorised overrun may be billed,
//! and whether the coordination supplements may be.

mod codes;
mod constats;
mod montants;
mod registre;
mod reglement;

use chrono::NaiveDate;
use serde::Serialize;

pub use self::codes::*;
pub use self::constats::{CodeRegle, Constat, Constats, Fait, Issue, MAX_CONSTATS};
pub use self::montants::{LigneEvaluee, Montants};
pub use self::registre::{
    AdressageConnu, AttenteConnue, AutreFeuille, CouvertureConnue, ExecutantConnu, FaitsRegistre,
    HonorairesAnnee, MtConnu, SignaturesConnues, autour_d_un_avis,
};
pub use self::reglement::{Creance, NatureCreance, Reglement};
use super::calendar::age_revolu;
use super::identifiers::DateNaissanceAmo;
use super::money::{Centimes, Taux};
use super::vocabulary::vocabulaire;

/// Where an age comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naissance {
    /// A birth date, from which the age on the day of each act is computed.
    Date(DateNaissanceAmo),
    /// An age that a simulation gives, on every day of the feuille.
    Age(u8),
}

impl Naissance {
    /// Age in completed years on a day.
    pub fn age_le(&self, jour: NaiveDate) -> u8 {
        let [age] = self.ages_le([jour]);
        age
    }

    /// The same on several days, the date of birth read once.
    pub fn ages_le<const N: usize>(&self, jours: [NaiveDate; N]) -> [u8; N] {
        match self {
            Self::Date(date) => {
                let birth = date.pour_calcul_age();
                jours.map(|jour| age_revolu(birth, jour))
            }
            Self::Age(age) => [*age; N],
        }
    }
}

/// What is known beside the feuille, from the register or, in a simulation, from the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaitsConnus {
    pub naissance: Naissance,
    /// The médecin traitant on each reference day of the feuille.
    pub relations_mt: Vec<(NaiveDate, RelationMt)>,
    /// Participations forfaitaires already kept, by day of care, for this performer.
    pub participations_jour: Vec<(NaiveDate, Centimes)>,
    /// Participations forfaitaires already kept, by year of care.
    pub participations_an: Vec<(i32, Centimes)>,
    pub registre: FaitsRegistre,
}

impl FaitsConnus {
    /// The médecin traitant on a day; none when the day was not asked for.
    pub fn relation_le(&self, jour: NaiveDate) -> RelationMt {
        self.relations_mt
            .iter()
            .find(|(day, _)| *day == jour)
            .map_or(RelationMt::Aucun, |(_, relation)| *relation)
    }
}

/// The four separate results about the parcours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Qualification {
    pub appartenance: Appartenance,
    pub code: CodeDetermine,
    pub majoration: bool,
    /// Whether an authorised overrun (DA) may be billed, as far as the parcours is concerned.
    pub da_possible: bool,
    /// Whether the coordination supplements (MCS, MCG, MCC) may be billed.
    pub coordination_possible: bool,
    /// Class in the statistics of 2013.
    pub classe_2013: Classe2013,
}

/// The decision about one act: a principal line and the supplements attached to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActeEvalue {
    pub qualification: Qualification,
    /// Rate of the compulsory insurance before any majoration.
    pub taux: Taux,
    pub constats: Constats,
    pub montants: Montants,
    /// Amounts of its lines, the principal one first.
    pub lignes: Vec<LigneEvaluee>,
}

vocabulaire!(
    /// Something that the reader of an evaluation should know and that blocks nothing.
    Avertissement ("avertissement") {
        /// The fees are below the base: the base was limited to the fees.
        BaseLimiteeAuxHonoraires = 1 "base_limitee_aux_honoraires",
        /// The sources disagree on the daily ceiling and it was reached.
        PlafondJournalierDiscute = 2 "plafond_journalier_discute",
        /// The code of an act is not in the embedded nomenclature.
        ActeInconnu = 3 "acte_inconnu",
        /// The professional said that a médecin traitant is declared, the register says otherwise.
        DeclarationMtContredite = 4 "declaration_mt_contredite",
        /// The declared indicator does not match the determined situation.
        IndicateurContredit = 5 "indicateur_contredit",
        /// The organisme of the feuille is not the one of the register on the day of care.
        OrganismeContredit = 6 "organisme_contredit",
        ExecutantInconnu = 7 "executant_inconnu",
        /// The specialty of the feuille is not the one of the register on the day of care.
        SpecialiteContredite = 8 "specialite_contredite",
        /// An authorised overrun was billed where none may be.
        DepassementNonAutorise = 9 "depassement_non_autorise",
        /// The fees of an authorised overrun go beyond the highest total.
        DepassementExcessif = 10 "depassement_excessif",
        /// A supplement of coordination was billed where none may be.
        CoordinationInterdite = 11 "majoration_coordination_interdite",
        /// The base of a line is not the tariff of the day.
        BaseContredite = 12 "base_contredite",
        /// The register knows no referral that would cover this act.
        AdressageInconnu = 13 "adressage_inconnu",
        /// The register knows a referral that the feuille does not announce.
        AdressageNonDeclare = 14 "adressage_non_declare",
        /// The doctor named as sender is neither the author of the referral nor the médecin traitant.
        OrienteurContredit = 15 "orienteur_contredit",
        /// The referral lists acts, and not this one.
        ActeHorsAdressage = 16 "acte_hors_adressage",
        /// A single opinion was billed without any referral.
        AvisPonctuelSansDemande = 17 "avis_ponctuel_sans_demande",
        /// A single opinion was billed on a referral of another kind.
        NatureAdressageContredite = 18 "nature_adressage_contredite",
        /// The consultant saw the patient within the delay before or after a single opinion.
        AvisPonctuelPatientSuivi = 19 "avis_ponctuel_patient_suivi",
        /// This act makes of an earlier single opinion of the same doctor a continuing care.
        AvisPonctuelRompu = 20 "avis_ponctuel_rompu",
        /// The item behind the indicator A is missing, and it would decide.
        MotifExclusionManquant = 21 "motif_exclusion_manquant",
        /// The day of the performer's first installation is missing, and it would decide.
        DateInstallationManquante = 22 "date_installation_manquante",
        /// Whether a médecin traitant is declared is unknown, and it would decide.
        MedecinTraitantInconnu = 23 "medecin_traitant_inconnu",
        /// The person has no rights on the day, according to the register.
        DroitsAVerifier = 24 "droits_a_verifier",
        /// The share of fees without authorised overrun is not high enough this year.
        PartSansDepassementInsuffisante = 25 "part_sans_depassement_insuffisante",
        /// This cover did not exist on the day of care.
        CouvertureAnachronique = 26 "couverture_anachronique",
        /// This contract of the performer did not exist on the day of care.
        OptionAnachronique = 27 "option_tarifaire_anachronique",
        /// The register knows a cover that the feuille does not say.
        CouvertureContredite = 28 "couverture_contredite",
        /// The days given contradict the exemption of the end of a pregnancy.
        MaterniteHorsPeriode = 29 "maternite_hors_periode",
        /// A particular requirement is billed on a supplement.
        ExigenceSurSupplement = 30 "exigence_hors_acte_principal",
        /// An overrun that a holder of the C2S may not be charged.
        DepassementInterditC2s = 31 "depassement_interdit_c2s",
        /// An overrun that a doctor of sector 1 may not charge.
        DepassementSansMotif = 32 "depassement_sans_motif",
        /// The convention of the feuille is not the one of the register.
        ConventionContredite = 33 "convention_contredite",
        UrgencePrevisible = 34 "urgence_previsible",
        /// The register knows no place where the performer and the médecin traitant both practise.
        CollegueHorsDuGroupe = 35 "collegue_hors_du_groupe",
        /// The patient contests the choice that is in force, and the caisse has not decided yet.
        DesignationContestee = 36 "designation_contestee",
        /// The performer had stopped on the day of care, or had not begun, according to the register.
        ExecutantSansExercice = 37 "executant_sans_exercice",
        /// The billing number is another doctor's, whom the feuille does not say to be replaced.
        NumeroDUnAutre = 38 "numero_facturation_d_un_autre",
        /// The register knows no doctor under the number of the sender, or knows that he had stopped.
        OrienteurInconnu = 39 "orienteur_inconnu",
        /// The installation day of the feuille is not the one of the register.
        DateInstallationContredite = 40 "date_installation_contredite",
        /// Care after the death that the register knows.
        SoinsApresDeces = 41 "soins_apres_deces",
        /// Received when the two years during which a payment may be asked for were over.
        FeuilleTardive = 42 "feuille_tardive",
        /// Two records were merged whose choices contradict each other that day, and the caisse has not decided yet.
        DesignationEnConflit = 43 "designation_en_conflit",
        /// The sources disagree on a value that was read.
        ValeurDiscutee = 62 "valeur_discutee",
        /// A value that was read was verified for earlier days of care only.
        ValeurAVerifier = 61 "valeur_a_verifier",
        /// No published list says what this exemption code exempts.
        ExonerationSansEffet = 60 "exoneration_sans_effet",
        /// A letter of another specialty, of another age, or of the médecin traitant alone.
        ActeNonAutorise = 70 "acte_non_autorise",
        /// A supplement without any act that bears it.
        SupplementSansActe = 71 "supplement_sans_acte",
        /// The coordination of a general practitioner, for a child without a médecin traitant.
        McgEnfantSansMedecinTraitant = 72 "mcg_enfant_sans_medecin_traitant",
        /// A letter that did not exist yet, or no more, on the day of care.
        LettreHorsDates = 73 "lettre_hors_dates",
        /// The CCAM that was loaded does not know the act that day, or none was loaded.
        ActeCcamInconnu = 80 "acte_ccam_inconnu",
        /// The base of an act of the CCAM that nobody knows was limited to the ceiling of this service.
        MontantPlafonne = 81 "montant_plafonne",
        /// A franchise médicale, which this service does not compute, may still be kept by the caisse.
        FranchiseNonComptee = 90 "franchise_non_comptee",
    }
);

impl Avertissement {
    /// Whether a clerk should look: the register says otherwise than the feuille, or something is billed that
    /// may not be. What is believed for want of better, what names what is missing (the act is undetermined, a
    /// reason of its own), what is about a date and changes no amount, and what is about another feuille asks
    /// for nothing on this one. The only place that says it.
    pub const fn appelle_examen(self) -> bool {
        match self {
            Self::DeclarationMtContredite
            | Self::IndicateurContredit
            | Self::OrganismeContredit
            | Self::ExecutantInconnu
            | Self::ExecutantSansExercice
            | Self::SpecialiteContredite
            | Self::ConventionContredite
            | Self::DateInstallationContredite
            | Self::NumeroDUnAutre
            | Self::CollegueHorsDuGroupe
            | Self::DesignationContestee
            | Self::DesignationEnConflit
            | Self::CouvertureContredite
            | Self::DroitsAVerifier
            | Self::SoinsApresDeces
            | Self::FeuilleTardive
            | Self::OrienteurContredit
            | Self::OrienteurInconnu
            | Self::ActeHorsAdressage
            | Self::AvisPonctuelSansDemande
            | Self::NatureAdressageContredite
            | Self::AvisPonctuelPatientSuivi
            | Self::ActeInconnu
            | Self::BaseContredite
            | Self::CoordinationInterdite
            | Self::DepassementNonAutorise
            | Self::DepassementExcessif
            | Self::DepassementInterditC2s
            | Self::DepassementSansMotif
            | Self::PartSansDepassementInsuffisante
            | Self::ExigenceSurSupplement
            | Self::MaterniteHorsPeriode
            | Self::UrgencePrevisible
            | Self::ExonerationSansEffet
            | Self::ActeNonAutorise
            | Self::SupplementSansActe
            | Self::LettreHorsDates
            | Self::McgEnfantSansMedecinTraitant
            | Self::ActeCcamInconnu
            | Self::MontantPlafonne => true,
            Self::BaseLimiteeAuxHonoraires
            | Self::PlafondJournalierDiscute
            | Self::AdressageInconnu
            | Self::AdressageNonDeclare
            | Self::AvisPonctuelRompu
            | Self::MotifExclusionManquant
            | Self::DateInstallationManquante
            | Self::MedecinTraitantInconnu
            | Self::CouvertureAnachronique
            | Self::OptionAnachronique
            | Self::ValeurAVerifier
            | Self::FranchiseNonComptee
            | Self::ValeurDiscutee => false,
        }
    }

    /// Whether the register noted it when the feuille was evaluated: it follows from what was read then, not
    /// from the facts that are kept, and a replay takes it as it was noted.
    pub const fn est_note(self) -> bool {
        matches!(
            self,
            Self::OrganismeContredit
                | Self::ExecutantInconnu
                | Self::ExecutantSansExercice
                | Self::SpecialiteContredite
                | Self::ConventionContredite
                | Self::DateInstallationContredite
                | Self::NumeroDUnAutre
                | Self::CollegueHorsDuGroupe
                | Self::DesignationContestee
                | Self::DesignationEnConflit
                | Self::OrienteurInconnu
                | Self::SoinsApresDeces
                | Self::FeuilleTardive
        )
    }

    /// Whether it names a fact that is missing and would decide.
    pub const fn manque(self) -> bool {
        matches!(
            self,
            Self::MotifExclusionManquant
                | Self::DateInstallationManquante
                | Self::MedecinTraitantInconnu
                | Self::DroitsAVerifier
        )
    }
}

/// A warning, and the line it is about when it is about one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct AvertissementLigne {
    pub code: Avertissement,
    pub numero_ligne: Option<u16>,
}

/// The decision about a whole feuille.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation {
    pub actes: Vec<ActeEvalue>,
    pub totaux: Montants,
    pub avertissements: Vec<AvertissementLigne>,
}

impl Evaluation {
    /// Verdict of the feuille, a summary of its acts: outside as soon as one is outside, otherwise
    /// undetermined as soon as one is, otherwise inside as soon as one is.
    pub fn synthese(&self) -> Option<Qualification> {
        Self::decisif(&self.actes.iter()).map(|acte| acte.qualification)
    }

    /// The act that decides for some acts: the first of the strongest appartenance.
    pub fn decisif<'a>(
        actes: &(impl Iterator<Item = &'a ActeEvalue> + Clone),
    ) -> Option<&'a ActeEvalue> {
        const ORDER: [Appartenance; 5] = [
            Appartenance::HorsParcours,
            Appartenance::Indeterminee,
            Appartenance::DansParcours,
            Appartenance::NonConcerne,
            Appartenance::Exclu,
        ];
        ORDER.iter().find_map(|wanted| {
            actes.clone().find(|acte| acte.qualification.appartenance == *wanted)
        })
    }
}
