//! The feuille de soins: what a professional declares having done, and how it was billed.
//!
//! A feuille has two halves. [`Soins`] is what the law looks at: beneficiary, performer, declared
//! indicator, acts. [`FeuilleDeSoins`] adds what identifies the paper or the electronic sheet. A
//! simulation has only the first half.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use super::identifiers::{
    CommuneExercice, DateNaissanceAmo, Finess, IndicateurParcours, Invalide, NumeroFacturation,
    Organisme, QualiteBeneficiaire, RangGemellaire, Rpps, Specialite,
};
use super::money::Centimes;
use super::vocabulary::vocabulaire;

vocabulaire!(
    /// Support of the feuille.
    Support ("support") {
        /// Feuille de soins électronique.
        Electronique = 1 "electronique",
        /// Feuille de soins papier.
        Papier = 2 "papier",
    }
);

vocabulaire!(
    /// How the feuille was secured.
    ModeSecurisation ("mode_securisation") {
        /// Both cards were read.
        Securise = 1 "securise",
        /// Without the Vitale card.
        Degrade = 2 "degrade",
        /// Without any card.
        NonSecurise = 3 "non_securise",
    }
);

vocabulaire!(
    /// Complementary cover written on the feuille.
    Complementaire ("complementaire") {
        /// None.
        Aucune = 1 "aucune",
        /// A complementary insurance, whose contract is *responsable*.
        Amc = 2 "amc",
        /// Complémentaire santé solidaire without contribution.
        C2sSansParticipation = 3 "c2s_sans_participation",
        /// Complémentaire santé solidaire with a contribution.
        C2sAvecParticipation = 4 "c2s_avec_participation",
        /// Aide médicale de l'État.
        Ame = 5 "ame",
        /// Former help to buy a complementary insurance, before November 2019.
        AcsAncienne = 6 "acs_ancienne",
    }
);

vocabulaire!(
    /// Local scheme.
    RegimeLocal ("regime_local") {
        /// None.
        Aucun = 1 "aucun",
        /// Alsace-Moselle.
        AlsaceMoselle = 2 "alsace_moselle",
    }
);

vocabulaire!(
    /// Particular situation of the beneficiary.
    SituationParticuliere ("situation_particuliere") {
        /// None.
        Aucune = 1 "aucune",
        /// Foreigner in passage, under coordination of social security systems.
        PassageCoordonne = 2 "passage_coordonne",
        /// Detained.
        Detenu = 3 "detenu",
        /// Military.
        Militaire = 4 "militaire",
    }
);

vocabulaire!(
    /// Convention of the performer with the Assurance maladie.
    Convention ("convention") {
        /// Outside any convention (sector 3).
        NonConventionne = 10 "non_conventionne",
        /// Opposable tariffs.
        Secteur1 = 1 "secteur_1",
        /// Opposable tariffs with a permanent right to exceed them.
        Secteur1Dp = 2 "secteur_1_dp",
        /// Free fees.
        Secteur2 = 3 "secteur_2",
        /// Salaried.
        Salarie = 9 "salarie",
    }
);

impl Convention {
    /// The official code of the caisses: 0, 1, 2, 3 or 9.
    pub const fn code_officiel(self) -> &'static str {
        match self {
            Self::NonConventionne => "0",
            Self::Secteur1 => "1",
            Self::Secteur1Dp => "2",
            Self::Secteur2 => "3",
            Self::Salarie => "9",
        }
    }
}

vocabulaire!(
    /// Contract by which a doctor of sector 2 limits overruns.
    OptionTarifaire ("option_tarifaire") {
        /// None.
        Aucune = 1 "aucune",
        /// OPTAM (before 2017: contrat d'accès aux soins).
        Optam = 3 "optam",
        /// OPTAM-CO, for surgeons and obstetricians.
        OptamCo = 4 "optam_co",
    }
);

vocabulaire!(
    /// Where the care was given.
    TypeLieu ("lieu_execution_type") {
        /// Cabinet.
        Cabinet = 1 "cabinet",
        /// At the patient's home.
        Domicile = 2 "domicile",
        /// Establishment.
        Etablissement = 3 "etablissement",
        /// Centre de santé.
        CentreDeSante = 4 "centre_de_sante",
        /// Teleconsultation.
        Teleconsultation = 5 "teleconsultation",
    }
);

vocabulaire!(
    /// What the professional knows of a declaration of médecin traitant.
    DeclarationMt ("declaration_mt") {
        /// There is one.
        Oui = 1 "oui",
        /// There is none.
        Non = 2 "non",
        /// Unknown.
        Inconnu = 3 "inconnu",
    }
);

vocabulaire!(
    /// Item of article D162-1-6, or close situation, behind the indicator A.
    MotifExclusion ("motif_exclusion") {
        /// Iterative care under a care plan (1°).
        PlanDeSoins = 1 "plan_de_soins",
        /// Concerted sequence of care (2°).
        SequenceConcertee = 2 "sequence_concertee",
        /// Protocol of a long-term condition (3°).
        ProtocoleAld = 3 "protocole_ald",
        /// Médecin traitant unavailable (4°).
        MtIndisponible = 4 "mt_indisponible",
        /// Permanence des soins (5°).
        PermanenceDesSoins = 5 "permanence_des_soins",
        /// Hospital consultation of addictology (6°).
        Addictologie = 6 "addictologie",
        /// Military sent by the service de santé des armées (7°).
        Militaire = 7 "militaire",
        /// Genetics (8°).
        Genetique = 8 "genetique",
        /// Preventive medicine at university (9°).
        MedecinePreventiveUniversitaire = 9 "medecine_preventive_universitaire",
        /// Mandatory examination of a child (10°).
        ExamenObligatoireEnfant = 10 "examen_obligatoire_enfant",
        /// Humanitarian medicine, planning centre, termination of pregnancy.
        StructureParticuliere = 11 "structure_particuliere",
        /// Organised breast-cancer screening.
        DepistageOrganise = 12 "depistage_organise",
        /// Detained person.
        Detenu = 13 "detenu",
    }
);

vocabulaire!(
    /// Nature d'assurance.
    NatureAssurance ("nature_assurance") {
        /// Sickness.
        Maladie = 10 "maladie",
        /// Maternity.
        Maternite = 30 "maternite",
        /// Work accident or occupational disease.
        AtMp = 40 "at_mp",
        /// Prevention.
        Prevention = 90 "prevention",
    }
);

vocabulaire!(
    /// List the act's code belongs to.
    Nomenclature ("nomenclature") {
        /// Nomenclature générale des actes professionnels: letters.
        Ngap = 1 "ngap",
        /// Classification commune des actes médicaux: seven characters.
        Ccam = 2 "ccam",
    }
);

vocabulaire!(
    /// Qualificatif de dépense.
    QualificatifDepense ("qualificatif_depense") {
        /// Dépassement autorisé, outside the parcours.
        Da = 1 "da",
        /// Dépassement pour exigence particulière of the patient.
        De = 2 "de",
        /// Entente directe.
        Ed = 3 "ed",
        /// Dépassement autorisé and exigence particulière together.
        DaDe = 4 "da_de",
        /// Droit permanent à dépassement.
        Dp = 5 "dp",
        /// Dépassement maîtrisé, under OPTAM.
        Dm = 6 "dm",
        /// Free act.
        Gratuit = 7 "gratuit",
        /// Act that is not reimbursed.
        NonRemboursable = 8 "non_remboursable",
        /// Excess of an honorary nature, code F of the billing files.
        Dd = 9 "dd",
    }
);

vocabulaire!(
    /// Origin of a prescription.
    OriginePrescription ("origine_prescription") {
        /// Médecin traitant.
        MedecinTraitant = 1 "1",
        /// Correspondant.
        Correspondant = 2 "2",
        /// Another situation inside the parcours.
        AutreSituation = 3 "3",
        /// Outside the parcours.
        HorsParcours = 4 "4",
    }
);

/// Code justificatif d'exonération: `0` none, `41` to `46` long-term conditions, `55` maternity…
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Exoneration(u8);

impl Exoneration {
    /// No exemption.
    pub const NONE: Self = Self(0);
    /// Care related to a listed long-term condition.
    pub const ALD: Self = Self(42);

    /// Reads a code: one or two digits, of a known family.
    pub fn parse(text: &str) -> Result<Self, Invalide> {
        let unknown = Invalide {
            code: "code_inconnu",
            attendu: "un code d'exonération : 0, 41 à 46, 50 à 59, 81 ou 90 à 99",
        };
        if text.is_empty() || text.len() > 2 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(unknown);
        }
        text.parse::<u8>().ok().and_then(Self::from_code).ok_or(unknown)
    }

    /// The code of a stored number.
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 | 41..=46 | 50..=59 | 81 | 90..=99 => Some(Self(code)),
            _ => None,
        }
    }

    /// The number.
    pub const fn get(self) -> u8 {
        self.0
    }

    /// Whether the care is related to a long-term condition (42 listed, 44 unlisted, 46
    /// polypathology). 41, 43 and 45 mark *unrelated* care, at the ordinary rate.
    pub const fn ald_en_rapport(self) -> bool {
        matches!(self.0, 42 | 44 | 46)
    }

    /// Whether the code is that of maternity from the sixth month.
    pub const fn maternite(self) -> bool {
        self.0 == 55
    }
}

impl Serialize for Exoneration {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// Code of an act: letters of the NGAP (one to five characters) or seven characters of the CCAM.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CodeActe {
    nomenclature: Nomenclature,
    text: arrayvec::ArrayString<7>,
}

impl CodeActe {
    /// Reads a code of a nomenclature. Existence is a dated referential and is not checked here.
    pub fn parse(nomenclature: Nomenclature, text: &str) -> Result<Self, Invalide> {
        let well_formed = match nomenclature {
            Nomenclature::Ngap => {
                (1..=5).contains(&text.len())
                    && text
                        .bytes()
                        .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b',')
            }
            Nomenclature::Ccam => {
                text.len() == 7
                    && text.bytes().enumerate().all(|(index, byte)| {
                        if index < 4 { byte.is_ascii_uppercase() } else { byte.is_ascii_digit() }
                    })
            }
        };
        let attendu = match nomenclature {
            Nomenclature::Ngap => "une à cinq lettres majuscules ou chiffres, par exemple G ou APC",
            Nomenclature::Ccam => {
                "quatre lettres majuscules et trois chiffres, par exemple DEQP003"
            }
        };
        let text = arrayvec::ArrayString::from(text).ok().filter(|_| well_formed);
        text.map(|text| Self { nomenclature, text })
            .ok_or(Invalide { code: "format_invalide", attendu })
    }

    /// The list it belongs to.
    pub const fn nomenclature(&self) -> Nomenclature {
        self.nomenclature
    }

    /// The characters.
    pub fn as_str(&self) -> &str {
        self.text.as_str()
    }
}

/// The beneficiary, as the feuille describes them; who they are is resolved by the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beneficiaire {
    /// Quality towards the insured person.
    pub qualite: QualiteBeneficiaire,
    /// Birth rank.
    pub rang: RangGemellaire,
    /// Birth date known to the insurance.
    pub date_naissance: DateNaissanceAmo,
    /// Organisme de rattachement.
    pub organisme: Option<Organisme>,
    /// Complementary cover.
    pub complementaire: Complementaire,
    /// Exemption for the whole feuille.
    pub exoneration: Exoneration,
    /// Local scheme.
    pub regime_local: RegimeLocal,
    /// Particular situation.
    pub situation: SituationParticuliere,
}

/// The professional who performed the acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Executant {
    /// Specialty, of a doctor or of another profession.
    pub specialite: Specialite,
    /// Convention.
    pub convention: Convention,
    /// Contract limiting overruns.
    pub option_tarifaire: OptionTarifaire,
    /// The doctor that the performer replaces, if any.
    pub remplacant_de: Option<Rpps>,
    /// Date of first installation, for the indicators J and B.
    pub date_installation: Option<NaiveDate>,
    /// Where.
    pub lieu: Option<LieuExecution>,
}

/// Place of the acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LieuExecution {
    /// Commune.
    pub commune: Option<CommuneExercice>,
    /// Geographic FINESS of the establishment or centre.
    pub finess_et: Option<Finess>,
    /// Kind of place.
    pub nature: Option<TypeLieu>,
}

/// The doctor who sent the patient, as written on the feuille.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Orienteur {
    /// RPPS, when the software knows it.
    pub rpps: Option<Rpps>,
    /// Billing number, when the software knows it.
    pub num_am: Option<super::identifiers::NumAm>,
    /// Name.
    pub nom: String,
    /// First name.
    pub prenom: String,
}

/// What the professional declared about the parcours. Everything may be absent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ParcoursDeclare {
    /// Transmitted indicator.
    pub indicateur: Option<IndicateurParcours>,
    /// Whether a declaration exists, according to the professional.
    pub declaration_mt: Option<DeclarationMt>,
    /// Who sent the patient.
    pub orienteur: Option<Orienteur>,
    /// When.
    pub date_orientation: Option<NaiveDate>,
    /// Circumstances of the emergency, without any diagnosis.
    pub urgence_precisions: Option<String>,
    /// Item behind the indicator A.
    pub motif_exclusion: Option<MotifExclusion>,
    /// Whether the patient was away from the usual residence.
    pub hors_residence: Option<bool>,
}

/// Nature d'assurance and its dates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assurance {
    /// Nature.
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
    /// Whether one is declared.
    pub declare: bool,
    /// When it happened.
    pub date: Option<NaiveDate>,
}

/// The prescription behind prescribed care.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prescription {
    /// Day of the prescription.
    pub date: NaiveDate,
    /// Who prescribed.
    pub prescripteur: Option<Rpps>,
    /// Origin.
    pub origine: Option<OriginePrescription>,
}

/// Details of a CCAM act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DetailCcam {
    /// Activity code.
    pub activite: u8,
    /// Phase code.
    pub phase: u8,
    /// Modifiers.
    pub modificateurs: Vec<char>,
    /// Code of association.
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
    /// Code.
    pub code: CodeActe,
    /// Coefficient, in hundredths.
    pub coefficient_centiemes: Option<u32>,
    /// Number of times.
    pub quantite: u16,
    /// CCAM details.
    pub ccam: Option<DetailCcam>,
    /// Fees charged.
    pub honoraires: Centimes,
    /// Base of reimbursement.
    pub base: Option<Centimes>,
    /// Qualificatif de dépense.
    pub qualificatif: Option<QualificatifDepense>,
    /// Overrun written on the line.
    pub depassement: Option<Centimes>,
    /// Exemption of this act.
    pub exoneration: Option<Exoneration>,
}

impl Acte {
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
    /// Patient.
    pub beneficiaire: Beneficiaire,
    /// Performer.
    pub executant: Executant,
    /// Declared indicator and its context.
    pub parcours: ParcoursDeclare,
    /// Nature d'assurance.
    pub assurance: Assurance,
    /// Lines, at least one, in the order of the feuille.
    pub actes: Vec<Acte>,
    /// Payment.
    pub paiement: Paiement,
}

impl Soins {
    /// The day of care of the feuille: the earliest of its acts. It chooses the partition where the
    /// feuille is kept.
    pub fn date_soins(&self) -> Option<NaiveDate> {
        self.actes.iter().map(|acte| acte.date_execution).min()
    }
}

/// A feuille de soins, without the numbers of persons: who the patient is was resolved before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeuilleDeSoins {
    /// Number of the invoice, one to nine digits, zeros kept.
    pub numero_facture: String,
    /// Support.
    pub support: Support,
    /// Securing.
    pub mode_securisation: ModeSecurisation,
    /// Day the feuille was made out.
    pub date_etablissement: NaiveDate,
    /// When the caisse received it.
    pub recue_le: Option<DateTime<Utc>>,
    /// The sender's own reference.
    pub reference_externe: Option<String>,
    /// The doctor who did the acts: the locum, not the one replaced.
    pub executant_rpps: Rpps,
    /// The number that bills.
    pub numero_facturation: NumeroFacturation,
    /// What the law looks at.
    pub soins: Soins,
    /// Prescription behind prescribed care.
    pub prescription: Option<Prescription>,
}
