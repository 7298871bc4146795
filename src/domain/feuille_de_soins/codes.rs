//! The codes written on a feuille de soins.

use serde::Serialize;

use crate::domain::identifiers::Invalide;
use crate::domain::vocabulary::vocabulaire;

vocabulaire!(
    /// Support of the feuille.
    Support ("support") {
        Electronique = 1 "electronique",
        Papier = 2 "papier",
    }

    /// How the feuille was secured.
    ModeSecurisation ("mode_securisation") {
        /// Both cards were read.
        Securise = 1 "securise",
        /// Without the Vitale card.
        Degrade = 2 "degrade",
        NonSecurise = 3 "non_securise",
    }

    /// Complementary cover written on the feuille.
    Complementaire ("complementaire") {
        Aucune = 1 "aucune",
        /// A complementary insurance, whose contract is *responsable*.
        Amc = 2 "amc",
        C2sSansParticipation = 3 "c2s_sans_participation",
        C2sAvecParticipation = 4 "c2s_avec_participation",
        /// Aide médicale de l'État.
        Ame = 5 "ame",
        /// Former help to buy a complementary insurance, before November 2019.
        AcsAncienne = 6 "acs_ancienne",
    }

    /// Local scheme.
    RegimeLocal ("regime_local") {
        Aucun = 1 "aucun",
        AlsaceMoselle = 2 "alsace_moselle",
    }

    /// Particular situation of the beneficiary.
    SituationParticuliere ("situation_particuliere") {
        Aucune = 1 "aucune",
        /// Foreigner in passage, under coordination of social security systems.
        PassageCoordonne = 2 "passage_coordonne",
        Detenu = 3 "detenu",
        Militaire = 4 "militaire",
    }

    /// Where the care was given.
    TypeLieu ("lieu_execution_type") {
        Cabinet = 1 "cabinet",
        Domicile = 2 "domicile",
        Etablissement = 3 "etablissement",
        CentreDeSante = 4 "centre_de_sante",
        Teleconsultation = 5 "teleconsultation",
    }

    /// What the professional knows of a declaration of médecin traitant.
    DeclarationMt ("declaration_mt") {
        Oui = 1 "oui",
        Non = 2 "non",
        Inconnu = 3 "inconnu",
    }

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
        Detenu = 13 "detenu",
        /// Teleconsultation of a resident of an establishment for elderly or disabled people.
        ResidentEtablissement = 14 "resident_etablissement",
    }

    /// Nature d'assurance.
    NatureAssurance ("nature_assurance") {
        Maladie = 10 "maladie",
        Maternite = 30 "maternite",
        /// Work accident or occupational disease.
        AtMp = 40 "at_mp",
        Prevention = 90 "prevention",
    }

    /// List the act's code belongs to.
    Nomenclature ("nomenclature") {
        /// Nomenclature générale des actes professionnels: letters.
        Ngap = 1 "ngap",
        /// Classification commune des actes médicaux: seven characters.
        Ccam = 2 "ccam",
    }

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
        Gratuit = 7 "gratuit",
        NonRemboursable = 8 "non_remboursable",
        /// Excess of an honorary nature, code F of the billing files.
        Dd = 9 "dd",
    }

    /// Origin of a prescription.
    OriginePrescription ("origine_prescription") {
        MedecinTraitant = 1 "1",
        Correspondant = 2 "2",
        AutreSituation = 3 "3",
        HorsParcours = 4 "4",
    }
);

/// Code justificatif d'exonération: `0` none, `41` to `46` long-term conditions, `55` maternity…
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Exoneration(u8);

impl Exoneration {
    /// No exemption.
    pub const NONE: Self = Self(0);

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

    /// Whether the rules of the rates read this code. The others are exemptions of their own, by act or
    /// by situation.
    pub const fn est_lue(self) -> bool {
        matches!(self.0, 0 | 41..=46 | 55)
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

    /// Whether the code is that of a one-off opinion of a consultant, which bears no supplement of
    /// coordination.
    pub fn est_avis_ponctuel(&self) -> bool {
        matches!(self.as_str(), "C2" | "C2,5" | "C3" | "APC" | "APU" | "APV" | "APY" | "AVY")
    }

    /// The characters.
    pub fn as_str(&self) -> &str {
        self.text.as_str()
    }
}
