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

/// Why a code justificatif exempts from the ticket modérateur.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MotifExoneration {
    /// Nothing is exempted: no code, or care without any relation to what exempts.
    Aucun,
    /// Care related to a long-term condition.
    Ald,
    /// From the sixth month of a pregnancy to the twelfth day after the birth.
    Maternite,
    /// The act itself, by its tariff or its coefficient.
    Acte,
    /// Care that goes with such an act.
    SuiteActe,
    /// Particular care: infertility, newborns, contraception, special education…
    SoinsParticuliers,
    /// The person: disability pension, pension of a work accident, military pension without relation…
    Personne,
    /// Military disability pension, care related to it.
    PensionMilitaire,
    /// The régime of the person.
    Regime,
    /// A stay of more than thirty days.
    LongSejour,
    /// A programme of prevention.
    Prevention,
    /// Allocation of the elderly, whose participation is limited.
    Aspa,
    /// The code exists in the files, and no label of it was published.
    NonPublie,
}

/// Codes justificatifs: those of the billing files (one character) and those of the national
/// nomenclature IR_EXO_V (two digits), each with what it exempts. `C` is kept as its ASCII number.
const EXONERATIONS: [(u8, MotifExoneration); 46] = {
    use MotifExoneration as M;
    [
        (0, M::Aucun),
        (1, M::Acte),
        (2, M::LongSejour),
        (3, M::SoinsParticuliers),
        (4, M::Ald),
        (5, M::Personne),
        (6, M::Regime),
        (7, M::Prevention),
        (8, M::NonPublie),
        (9, M::Aspa),
        (10, M::Personne),
        (20, M::Regime),
        (21, M::PensionMilitaire),
        (30, M::SoinsParticuliers),
        (41, M::Aucun),
        (42, M::Ald),
        (43, M::Aucun),
        (44, M::Ald),
        (45, M::Aucun),
        (46, M::Ald),
        (47, M::Aucun),
        (50, M::NonPublie),
        (51, M::Acte),
        (52, M::NonPublie),
        (53, M::NonPublie),
        (54, M::SoinsParticuliers),
        (55, M::Maternite),
        (56, M::Aucun),
        (57, M::SoinsParticuliers),
        (58, M::NonPublie),
        (59, M::NonPublie),
        (62, M::SoinsParticuliers),
        (63, M::LongSejour),
        (LETTRE_C, M::Acte),
        (81, M::Prevention),
        (82, M::Prevention),
        (90, M::NonPublie),
        (91, M::Acte),
        (92, M::SuiteActe),
        (93, M::NonPublie),
        (94, M::NonPublie),
        (95, M::NonPublie),
        (96, M::NonPublie),
        (97, M::NonPublie),
        (98, M::NonPublie),
        (99, M::NonPublie),
    ]
};

/// The only letter among the codes, by its ASCII number: no two-digit code has it.
const LETTRE_C: u8 = b'C';

/// The codes, as people read them.
macro_rules! liste {
    () => {
        "0 à 9, C, 10, 20, 21, 30, 41 à 47, 50 à 59, 62, 63, 81, 82 ou 90 à 99"
    };
}

/// Code justificatif d'exonération: `0` none, `42` a long-term condition, `55` maternity…
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Exoneration(u8);

impl Exoneration {
    /// The codes, as people read them: the same as [`Self::toutes`].
    pub const LISTE: &str = liste!();

    /// No exemption.
    pub const NONE: Self = Self(0);

    /// Reads a code: one or two digits, or the letter C.
    pub fn parse(text: &str) -> Result<Self, Invalide> {
        let unknown = Invalide {
            code: "code_inconnu",
            attendu: concat!("un code d'exonération : ", liste!()),
        };
        if text == "C" {
            return Ok(Self(LETTRE_C));
        }
        if text.is_empty() || text.len() > 2 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(unknown);
        }
        let code = text.parse::<u8>().ok().filter(|code| *code != LETTRE_C);
        code.and_then(Self::from_code).ok_or(unknown)
    }

    /// All of them.
    pub fn toutes() -> impl Iterator<Item = Self> {
        EXONERATIONS.iter().map(|(code, _)| Self(*code))
    }

    /// The code of a stored number.
    pub fn from_code(code: u8) -> Option<Self> {
        EXONERATIONS.iter().any(|(known, _)| *known == code).then_some(Self(code))
    }

    /// The number; that of the letter for `C`.
    pub const fn get(self) -> u8 {
        self.0
    }

    /// What it exempts.
    pub fn motif(self) -> MotifExoneration {
        // Nearly every act: nothing is searched.
        if self == Self::NONE {
            return MotifExoneration::Aucun;
        }
        let known = EXONERATIONS.binary_search_by_key(&self.0, |(code, _)| *code).ok();
        known
            .and_then(|place| EXONERATIONS.get(place))
            .map_or(MotifExoneration::Aucun, |(_, motif)| *motif)
    }
}

impl std::fmt::Display for Exoneration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0 == LETTRE_C { f.write_str("C") } else { write!(f, "{}", self.0) }
    }
}

impl Serialize for Exoneration {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
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

    /// Whether an act of the CCAM is radiodiagnostic, tomography, magnetic resonance or scintigraphy: its third
    /// letter says that it looks, the fourth by which radiation or field. Ultrasound is none of them.
    pub fn est_imagerie(&self) -> bool {
        let letters = self.text.as_bytes();
        self.nomenclature == Nomenclature::Ccam
            && letters.get(2) == Some(&b'Q')
            && matches!(letters.get(3), Some(b'K' | b'H' | b'N' | b'L'))
    }

    /// Whether an act of the CCAM puts a dental prosthesis.
    pub fn est_prothese_dentaire(&self) -> bool {
        self.nomenclature == Nomenclature::Ccam && self.text.starts_with("HBLD")
    }

    /// The characters.
    pub fn as_str(&self) -> &str {
        self.text.as_str()
    }
}
