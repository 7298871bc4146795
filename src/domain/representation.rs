//! Who may sign for a person: holders of parental authority and representatives, as dated links
//! with the kind of their proof.

mod regles;

use chrono::{DateTime, NaiveDate, Utc};

pub use self::regles::{Regle, TABLE};

use super::calendar::{Periode, anniversaire, lendemain};
use super::declaration::{LienEnVigueur, RoleSignataire};
use super::ids::{PatientId, RepresentationId};
use super::vocabulary::vocabulaire;

vocabulaire!(
    /// In which quality somebody represents or assists a person.
    NatureRepresentation ("nature_representation") {
        TitulaireAutoriteParentale = 1 "titulaire_autorite_parentale",
        Tutelle = 2 "tutelle",
        /// Curatelle: the person acts, with assistance.
        Curatelle = 3 "curatelle",
        HabilitationFamiliale = 4 "habilitation_familiale",
        MandatDeProtectionFuture = 5 "mandat_de_protection_future",
    }

    /// What proves the link.
    PreuveRepresentation ("preuve_representation") {
        LivretDeFamille = 1 "livret_de_famille",
        ActeDeNaissance = 2 "acte_de_naissance",
        DecisionDeJustice = 3 "decision_de_justice",
        /// Mandate, before a notary or a court clerk.
        MandatVise = 4 "mandat_vise",
        /// The person is insured under the representative's number.
        RattachementAyantDroit = 5 "rattachement_ayant_droit",
    }

    /// Why a link ends.
    FinRepresentation ("fin_representation") {
        Majorite = 1 "majorite",
        DecisionDeJustice = 2 "decision_de_justice",
        FinDeMesure = 3 "fin_de_mesure",
        Deces = 4 "deces",
        /// It was recorded by mistake and never was.
        ErreurDeSaisie = 5 "erreur_de_saisie",
        /// Whoever represents is protected themselves.
        ProtectionDuRepresentant = 6 "protection_du_representant",
    }
);

impl NatureRepresentation {
    /// The quality in which that person signs.
    pub const fn role(self) -> RoleSignataire {
        match self {
            Self::TitulaireAutoriteParentale => RoleSignataire::TitulaireAutoriteParentale,
            Self::Curatelle => RoleSignataire::Curateur,
            Self::Tutelle | Self::HabilitationFamiliale | Self::MandatDeProtectionFuture => {
                RoleSignataire::Tuteur
            }
        }
    }

    /// Whether a body can be that: an establishment or a service to which parental authority is delegated (Code civil,
    /// 377), an association that is a tutor or a curator (450), a body named by a mandate (480). A family habilitation
    /// is given to relatives (494-1).
    pub const fn admet_personne_morale(self) -> bool {
        !matches!(self, Self::HabilitationFamiliale)
    }

    /// Age from which somebody can be that: whoever represents or assists somebody is of age. Only a parent exercises
    /// parental authority even as a minor (Code civil, 371-1), as the birth shows; no text says from which age, and twelve
    /// only sets mistakes aside.
    pub const fn age_minimal(self, preuve: PreuveRepresentation) -> u8 {
        match (self, preuve) {
            (
                Self::TitulaireAutoriteParentale,
                PreuveRepresentation::ActeDeNaissance | PreuveRepresentation::LivretDeFamille,
            ) => 12,
            _ => 18,
        }
    }

    /// Whether a minor can have one: a holder of parental authority, or a tutor where nobody holds it (Code civil, 390).
    /// The others protect an adult.
    pub const fn convient_a_un_mineur(self) -> bool {
        matches!(self, Self::TitulaireAutoriteParentale | Self::Tutelle)
    }
}

/// Names of a representative whom the register does not know as a person. `Debug` shows none.
#[derive(Clone, PartialEq, Eq)]
pub struct IdentiteRepresentant {
    pub nom: String,
    pub prenom: String,
}

impl std::fmt::Debug for IdentiteRepresentant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("IdentiteRepresentant(…)")
    }
}

/// Who represents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Representant {
    /// A person of the register.
    Patient(PatientId),
    Autre(IdentiteRepresentant),
    /// A body, by its name.
    PersonneMorale(String),
}

/// A link, in one of its versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Representation {
    /// Its id, the same in every version.
    pub id: RepresentationId,
    pub patient_id: PatientId,
    /// Version, from 1.
    pub version: i32,
    pub representant: Representant,
    pub nature: NatureRepresentation,
    pub preuve: PreuveRepresentation,
    /// Where the proof is kept.
    pub reference_preuve: Option<String>,
    pub effet: Periode,
    pub motif_fin: Option<FinRepresentation>,
    pub enregistre_le: DateTime<Utc>,
    /// Since when another version, or none, replaced it.
    pub remplace_le: Option<DateTime<Utc>>,
}

impl Representation {
    /// The link as a signature needs it.
    pub const fn en_vigueur(&self) -> LienEnVigueur {
        let representant = match &self.representant {
            Representant::Patient(id) => Some(*id),
            Representant::Autre(_) | Representant::PersonneMorale(_) => None,
        };
        LienEnVigueur { id: self.id, representant, role: self.nature.role() }
    }
}

impl Representation {
    /// The link as the death of who represents leaves it: it ends on the day after, whatever end was known. `None` when
    /// no day is left.
    pub fn jusqu_au_deces(self, mort: Option<NaiveDate>) -> Option<Self> {
        let Some(after) = mort.and_then(lendemain) else { return Some(self) };
        if self.effet.au().is_some_and(|au| au <= after) {
            return Some(self);
        }
        let effet = self.effet.jusqu_au(after)?;
        Some(Self { effet, motif_fin: Some(FinRepresentation::Deces), ..self })
    }
}

/// The days of a link and why it ends: parental authority, and the tutelle of a minor, end by themselves on the day of
/// majority. `None` when no day is left.
pub fn bounded(
    nature: NatureRepresentation,
    naissance: NaiveDate,
    majorite: u8,
    effet: Periode,
) -> Option<(Periode, Option<FinRepresentation>)> {
    let of_age = anniversaire(naissance, majorite)?;
    let of_a_minor = match nature {
        NatureRepresentation::TitulaireAutoriteParentale => true,
        NatureRepresentation::Tutelle => effet.du() < of_age,
        NatureRepresentation::Curatelle
        | NatureRepresentation::HabilitationFamiliale
        | NatureRepresentation::MandatDeProtectionFuture => false,
    };
    if !of_a_minor || effet.au().is_some_and(|au| au <= of_age) {
        return Some((effet, None));
    }
    Some((effet.jusqu_au(of_age)?, Some(FinRepresentation::Majorite)))
}
