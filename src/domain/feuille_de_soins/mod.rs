//! The feuille de soins: what a professional declares having done, and how it was billed.
//!
//! A feuille has two halves. [`Soins`] is what the law looks at: beneficiary, performer, declared
//! indicator, acts. [`FeuilleDeSoins`] adds what identifies the paper or the electronic sheet. A
//! simulation has only the first half.

mod codes;
mod contrat;

use chrono::{DateTime, NaiveDate, Utc};

pub use self::codes::*;
pub use self::contrat::{Contrat, Garantie};
use super::declaration::{MoyenSignature, RoleSignataire};
use super::fuseau::{Fuseau, dernier_jour};
use super::identifiers::{
    CommuneExercice, DateNaissanceAmo, Finess, IndicateurParcours, NumeroFacturation, Organisme,
    QualiteBeneficiaire, RangGemellaire, Rpps, Specialite,
};
pub use super::medecin::{Convention, OptionTarifaire};
use super::money::Centimes;

/// The beneficiary, as the feuille describes them; who they are is resolved by the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beneficiaire {
    /// Quality towards the insured person.
    pub qualite: QualiteBeneficiaire,
    pub rang: RangGemellaire,
    pub date_naissance: DateNaissanceAmo,
    pub organisme: Option<Organisme>,
    pub complementaire: Complementaire,
    /// Its contract, when it is told: otherwise a responsible one that pays the ticket modérateur.
    pub contrat: Option<Contrat>,
    /// Exemption for the whole feuille.
    pub exoneration: Exoneration,
    pub regime_local: RegimeLocal,
    pub situation: SituationParticuliere,
}

/// The professional who performed the acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Executant {
    /// Specialty, of a doctor or of another profession.
    pub specialite: Specialite,
    pub convention: Convention,
    pub option_tarifaire: OptionTarifaire,
    /// The doctor that the performer replaces, if any.
    pub remplacant_de: Option<Rpps>,
    /// Date of first installation, for the indicators J and B.
    pub date_installation: Option<NaiveDate>,
    pub lieu: Option<LieuExecution>,
}

/// Place of the acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LieuExecution {
    pub commune: Option<CommuneExercice>,
    /// Geographic FINESS of the establishment or centre.
    pub finess_et: Option<Finess>,
    pub nature: Option<TypeLieu>,
}

/// The doctor who sent the patient, as written on the feuille.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Orienteur {
    pub rpps: Option<Rpps>,
    pub num_am: Option<super::identifiers::NumAm>,
    pub nom: String,
    pub prenom: String,
}

/// What the professional declared about the parcours. Everything may be absent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ParcoursDeclare {
    pub indicateur: Option<IndicateurParcours>,
    /// Whether a declaration exists, according to the professional.
    pub declaration_mt: Option<DeclarationMt>,
    pub orienteur: Option<Orienteur>,
    pub date_orientation: Option<NaiveDate>,
    /// Circumstances of the emergency, without any diagnosis.
    pub urgence_precisions: Option<String>,
    /// Item behind the indicator A.
    pub motif_exclusion: Option<MotifExclusion>,
    /// Whether the patient was away from the usual residence.
    pub hors_residence: Option<bool>,
    /// How many hours before the emergency was foreseen, when it was.
    pub urgence_prevue_heures: Option<u16>,
}

/// Nature d'assurance and its dates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assurance {
    pub nature: NatureAssurance,
    /// Date of the pregnancy or of the accident.
    pub date_reference: Option<NaiveDate>,
    /// Number of the work accident or occupational disease.
    pub numero_at_mp: Option<String>,
    /// Accident caused by a third party: declared or not, and its date.
    pub accident_tiers: Option<AccidentTiers>,
}

/// Accident caused by a third party.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccidentTiers {
    pub declare: bool,
    pub date: Option<NaiveDate>,
}

/// The prescription behind prescribed care.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prescription {
    pub date: NaiveDate,
    pub prescripteur: Option<Rpps>,
    pub origine: Option<OriginePrescription>,
}

/// Details of a CCAM act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DetailCcam {
    pub activite: u8,
    pub phase: u8,
    pub modificateurs: Vec<char>,
    pub association: Option<u8>,
}

/// One line of the feuille.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acte {
    /// Number of the line, from 1, unique in the feuille.
    pub numero_ligne: u16,
    /// Civil day of the care, at its place.
    pub date_execution: NaiveDate,
    /// For acts in series: the day of their prescription, which is then the day that chooses the
    /// law and the médecin traitant.
    pub date_prescription_serie: Option<NaiveDate>,
    pub code: CodeActe,
    pub coefficient_centiemes: Option<u32>,
    pub quantite: u16,
    pub ccam: Option<DetailCcam>,
    pub honoraires: Centimes,
    pub base: Option<Centimes>,
    pub qualificatif: Option<QualificatifDepense>,
    pub depassement: Option<Centimes>,
    pub exoneration: Option<Exoneration>,
}

impl Acte {
    /// Whether the insurance reimburses this line at all.
    pub fn est_rembourse(&self) -> bool {
        !matches!(
            self.qualificatif,
            Some(QualificatifDepense::Gratuit | QualificatifDepense::NonRemboursable)
        )
    }

    /// Whether the line bears an authorised overrun (DA).
    pub const fn porte_da(&self) -> bool {
        matches!(self.qualificatif, Some(QualificatifDepense::Da | QualificatifDepense::DaDe))
    }

    /// The day that chooses the law: the day of the act, or of the prescription for a series.
    pub fn date_reference(&self) -> NaiveDate {
        self.date_prescription_serie.unwrap_or(self.date_execution)
    }
}

/// How the patient paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Paiement {
    /// The compulsory share was not advanced.
    pub tiers_payant_amo: bool,
    /// The complementary share was not advanced.
    pub tiers_payant_amc: bool,
    /// What the professional received.
    pub montant_percu: Option<Centimes>,
}

/// What the law looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Soins {
    pub beneficiaire: Beneficiaire,
    pub executant: Executant,
    pub parcours: ParcoursDeclare,
    pub assurance: Assurance,
    /// Lines, at least one, in the order of the feuille.
    pub actes: Vec<Acte>,
    pub paiement: Paiement,
}

impl Soins {
    /// The day of care of the feuille: the earliest of its acts. It chooses the partition where the
    /// feuille is kept.
    pub fn date_soins(&self) -> Option<NaiveDate> {
        self.actes.iter().map(|acte| acte.date_execution).min()
    }

    /// The act of a line.
    pub fn acte(&self, numero: u16) -> Option<&Acte> {
        self.actes.iter().find(|acte| acte.numero_ligne == numero)
    }

    /// Its first day of care and the last one.
    pub fn jours(&self) -> Option<(NaiveDate, NaiveDate)> {
        let last = self.actes.iter().map(|acte| acte.date_execution).max();
        self.date_soins().zip(last)
    }
}

/// A feuille de soins, without the numbers of persons: who the patient is was resolved before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeuilleDeSoins {
    /// Number of the invoice, one to nine digits, zeros kept.
    pub numero_facture: String,
    pub support: Support,
    pub mode_securisation: ModeSecurisation,
    pub date_etablissement: NaiveDate,
    /// When the caisse received it.
    pub recue_le: Option<DateTime<Utc>>,
    /// The sender's own reference.
    pub reference_externe: Option<String>,
    /// The doctor who did the acts: the locum, not the one replaced.
    pub executant_rpps: Rpps,
    pub numero_facturation: NumeroFacturation,
    /// What the law looks at.
    pub soins: Soins,
    pub prescription: Option<Prescription>,
    pub signatures: Vec<SignatureFeuille>,
}

impl FeuilleDeSoins {
    /// The civil time of the care, when the feuille says in which commune it was given.
    pub fn fuseau_ecrit(&self) -> Option<Fuseau> {
        let commune = self.soins.executant.lieu.and_then(|lieu| lieu.commune);
        commune.map(|commune| Fuseau::de_commune(&commune))
    }

    /// The civil day of an instant in the commune of the care; the latest that it may be when the feuille does
    /// not say which.
    pub fn jour_au_plus_tard(&self, instant: DateTime<Utc>) -> NaiveDate {
        self.fuseau_ecrit().map_or_else(|| dernier_jour(instant), |place| place.jour(instant))
    }
}

/// A signature put on the feuille.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignatureFeuille {
    pub role: RoleSignataire,
    pub moyen: MoyenSignature,
    /// Instant, when a machine took it.
    pub signe_a: Option<DateTime<Utc>>,
}
