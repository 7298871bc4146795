//! What a doctor receives for being médecin traitant, beside the acts that he bills: in what it is counted.

use super::medecin::{Convention, Exercice, OptionTarifaire};
use super::vocabulary::vocabulaire;

vocabulaire!(
    /// What is paid for being médecin traitant.
    NatureRemuneration ("nature_remuneration") {
        /// The option of 1998, of which the register knows no adhesion.
        MedecinReferent = 1 "medecin_referent",
        /// 40 € per patient with a long-term condition.
        ForfaitAld = 2 "forfait_ald",
        /// The same, and 5 € per other patient.
        ForfaitMedecinTraitant = 3 "forfait_medecin_traitant",
        /// Patients who left their long-term condition.
        ForfaitPostAld = 4 "forfait_post_ald",
        /// By age and state, 2018 to 2025.
        ForfaitPatientele = 5 "forfait_patientele",
        /// More when many patients have the complémentaire santé solidaire, 2018 to 2025.
        MajorationPrecarite = 6 "majoration_precarite",
        /// By age and state, from 2026.
        ForfaitUnique = 7 "forfait_medecin_traitant_unique",
        /// Per patient with the complémentaire santé solidaire, from 2026.
        SupplementC2s = 8 "supplement_c2s",
        /// Age of the doctor and zone where he practises.
        MajorationMedecin = 9 "majoration_age_et_zone",
        /// Vaccinations and screenings, from 2026.
        Prevention = 10 "prevention",
        /// The individual contract of 2009.
        Capi = 11 "capi",
        /// Objectives of public health, 2012 to 2025.
        Rosp = 12 "rosp",
        /// The yearly synthesis of each record, 2012 to 2017.
        VoletDeSynthese = 13 "volet_de_synthese",
        /// What is billed with an act because the patient is one's own, or a child.
        MajorationActe = 14 "majoration_a_l_acte",
    }

    /// Age of a patient on the day of reference: the finest bands of all the texts.
    TrancheAge ("tranche_age") {
        MoinsDe7 = 1 "moins_de_7_ans",
        De7a74 = 2 "de_7_a_74_ans",
        De75a79 = 3 "de_75_a_79_ans",
        De80 = 4 "80_ans_et_plus",
    }

    /// Whether a doctor practises at the tariffs which the forfaits of 2018 and 2026 are kept for.
    TarifsPratiques ("tarifs_pratiques") {
        /// Sector 1, or a contract that limits overruns.
        Opposables = 1 "opposables",
        /// Sector 2 without that contract, or outside the convention.
        Libres = 2 "libres",
        /// The register does not say, or the structure is paid in place of the doctor.
        Inconnus = 3 "inconnus",
    }

    /// What would be needed to compute an amount, and that is not known.
    Manque ("manque") {
        /// Who has a long-term condition.
        Ald = 1 "ald",
        /// Who has the complémentaire santé solidaire.
        C2s = 2 "c2s",
        /// Who was seen in the last two years.
        PatientsVus = 3 "patients_vus",
        /// How the médecins traitants of one patient share.
        PartageConjoint = 4 "partage_conjoint",
        /// At which tariffs the doctor practises.
        Tarifs = 5 "tarifs_pratiques",
        /// Whether the doctor signed or refused the contract.
        Adhesion = 6 "adhesion",
        /// What the indicators measure: prescriptions, analyses, vaccinations.
        Indicateurs = 7 "indicateurs",
        /// For how many patients the synthesis was made.
        VoletsEtablis = 8 "volets_etablis",
        /// Age of the doctor, his zone, the day of his installation.
        SituationDuMedecin = 9 "situation_du_medecin",
        /// How many acts were billed with it.
        ActesFactures = 10 "actes_factures",
        /// An amount that two sources do not give.
        Montant = 11 "montant",
    }
);

impl TrancheAge {
    /// The band of an age in completed years.
    pub const fn de(age: u8) -> Self {
        match age {
            0..=6 => Self::MoinsDe7,
            7..=74 => Self::De7a74,
            75..=79 => Self::De75a79,
            _ => Self::De80,
        }
    }
}

impl TarifsPratiques {
    /// Those of the practices of a day.
    pub fn de<'a>(exercices: impl Iterator<Item = &'a Exercice>) -> Self {
        let mut found = None;
        for exercice in exercices {
            let limits = exercice.option_tarifaire != OptionTarifaire::Aucune;
            match exercice.convention {
                Some(Convention::Secteur1) => return Self::Opposables,
                Some(_) if limits => return Self::Opposables,
                Some(Convention::Secteur2 | Convention::NonConventionne) => {
                    found.get_or_insert(Self::Libres);
                }
                Some(Convention::Secteur1Dp | Convention::Salarie) | None => {
                    found = Some(Self::Inconnus);
                }
            }
        }
        found.unwrap_or(Self::Inconnus)
    }
}

/// Patients whom nothing distinguishes for what is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Classe {
    pub tranche: TrancheAge,
    /// Whether they have a long-term condition; the register does not know.
    pub ald: Option<bool>,
    /// Whether they have other médecins traitants beside this one.
    pub en_commun: bool,
}
